"""range(H - h) forgets the last place of every row and column."""

import numpy as np

CAUGHT_BY = ("feature_maps_of_the_x", "map_of_random_images", "map_finds_the_place_of_the_pattern")
HINT = (
    "One row and one column are missing. A pattern as large as the image still has one place: "
    "what does your count say for H = h?"
)


def feature_map(image: np.ndarray, pattern: np.ndarray) -> np.ndarray:
    h, w = pattern.shape
    scores = np.zeros((image.shape[0] - h, image.shape[1] - w))
    for i in range(scores.shape[0]):
        for j in range(scores.shape[1]):
            scores[i, j] = (image[i : i + h, j : j + w] * pattern).sum()
    return scores
