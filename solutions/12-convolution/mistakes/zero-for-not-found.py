"""0 where a pattern is not found, in place of -1."""

import numpy as np

CAUGHT_BY = ("features_of_the_four_images", "features_at_another_threshold")
HINT = (
    "Where a pattern is missing you write 0. Then what is missing in both images counts for nothing: which number "
    "makes agreement there count as well?"
)


def features(image, patterns, threshold=4):
    scores = np.concatenate([feature_map(image, pattern).ravel() for pattern in patterns])
    return np.where(scores == threshold, 1.0, 0.0)
