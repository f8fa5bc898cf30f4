"""The mean of the products, not their sum."""

import numpy as np

CAUGHT_BY = (
    "score_of_a_perfect_and_of_an_opposite_patch",
    "score_of_the_window_in_the_lecture",
    "score_of_random_patches",
)
HINT = (
    "A perfect 2x2 match scores 4, one for each pixel, and yours scores 1. Do you divide by something, or ask only "
    "whether all pixels are equal?"
)


def match_score(patch: np.ndarray, pattern: np.ndarray) -> float:
    return float((patch * pattern).mean())
