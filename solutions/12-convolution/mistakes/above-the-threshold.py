"""score > threshold in place of score == threshold."""

import numpy as np

CAUGHT_BY = ("features_at_another_threshold",)
HINT = (
    "You ask whether a score is larger than a number. No score is larger than that of a perfect match: how must a "
    "score compare with the threshold?"
)


def features(image, patterns, threshold=4):
    scores = np.concatenate([feature_map(image, pattern).ravel() for pattern in patterns])
    return np.where(scores > threshold, 1.0, -1.0)
