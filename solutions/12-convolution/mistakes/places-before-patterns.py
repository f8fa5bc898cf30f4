"""The features of one place stand together, in place of those of one pattern."""

import numpy as np

CAUGHT_BY = ("features_of_the_four_images",)
HINT = (
    "The right features, in another order. The whole map of the first pattern comes first, row by row, "
    "and only then the map of the second."
)


def features(image: np.ndarray, patterns: list[np.ndarray], threshold: float = 4) -> np.ndarray:
    maps = []
    for pattern in patterns:
        windows = np.lib.stride_tricks.sliding_window_view(image, pattern.shape)
        maps.append((windows * pattern).sum(axis=(2, 3)).ravel())
    return np.where(np.stack(maps, axis=1).ravel() == threshold, 1.0, -1.0)
