"""The numbers of all images are mixed."""

CAUGHT_BY = ("images_in_rows", "flat_images_match")
HINT = "The shape is right, but every row holds numbers of several images. In what order does reshape read them?"


def flatten_images(x):
    return x.permute(1, 2, 3, 0).reshape(len(x), -1)
