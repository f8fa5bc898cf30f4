"""The distances of the pixels are added up."""

import numpy as np

CAUGHT_BY = ("score_of_the_window_in_the_lecture",)
HINT = (
    "You add up how far the pixels differ, so a perfect match scores 0. The lecture multiplies pixel by pixel: "
    "what does a match score then?"
)


def match_score(patch, pattern):
    return float(np.abs(patch - pattern).sum())
