"""Pixel by pixel, the channels side by side."""

CAUGHT_BY = ("images_in_rows", "flat_images_match")
HINT = (
    "You go pixel by pixel. Here the whole first channel comes first, then the next: which order do the "
    "axes have already?"
)


def flatten_images(x):
    return x.permute(0, 2, 3, 1).reshape(len(x), -1)
