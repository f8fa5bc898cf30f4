"""view, which needs numbers in order."""

CAUGHT_BY = ("images_with_gaps_in_memory", "transposed_images_are_flattened")
HINT = "`view` only looks at memory in another way, and here the numbers lie out of order. What does `reshape` do then?"


def flatten_images(x):
    return x.view(len(x), -1)
