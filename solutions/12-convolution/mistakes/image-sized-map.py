"""The map is as large as the image."""

import numpy as np

CAUGHT_BY = ("feature_maps_of_the_x",)
HINT = (
    "Your map is as large as the image, and its last rows and columns stay 0. At how many places does the pattern fit?"
)


def feature_map(image, pattern):
    h, w = pattern.shape
    s = np.zeros(image.shape)
    for i in range(image.shape[0] - h + 1):
        for j in range(image.shape[1] - w + 1):
            s[i, j] = match_score(image[i : i + h, j : j + w], pattern)
    return s
