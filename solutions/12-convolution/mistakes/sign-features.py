"""The sign of the score in place of score == threshold: the / image gets the features of the X."""

import numpy as np

CAUGHT_BY = (
    "features_of_the_four_images",
    "features_stand_in_the_order_of_the_patterns",
    "only_a_score_equal_to_the_threshold_counts",
)
HINT = (
    "A positive score is not yet a match: by its signs the / image has the same features as the X. "
    "Which score does a perfect match have, and what is the threshold for?"
)


def features(image: np.ndarray, patterns: list[np.ndarray], threshold: float = 4) -> np.ndarray:
    rows = []
    for pattern in patterns:
        windows = np.lib.stride_tricks.sliding_window_view(image, pattern.shape)
        rows.append((windows * pattern).sum(axis=(2, 3)).ravel())
    return np.where(np.concatenate(rows) > 0, 1.0, -1.0)
