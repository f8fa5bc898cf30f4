"""score >= threshold in place of score == threshold."""

import numpy as np

CAUGHT_BY = ("features_at_another_threshold", "only_a_score_equal_to_the_threshold_counts")
HINT = "A score above the threshold counted as found. Read again how the score must compare with the threshold."


def features(image: np.ndarray, patterns: list[np.ndarray], threshold: float = 4) -> np.ndarray:
    rows = []
    for pattern in patterns:
        windows = np.lib.stride_tricks.sliding_window_view(image, pattern.shape)
        rows.append((windows * pattern).sum(axis=(2, 3)).ravel())
    return np.where(np.concatenate(rows) >= threshold, 1.0, -1.0)
