"""The batch axis is flattened as well."""

CAUGHT_BY = ("images_in_rows", "flat_images_match")
HINT = "All images are in one row. The batch axis must stay: with which axis does the flattening begin?"


def flatten_images(x):
    return x.flatten()
