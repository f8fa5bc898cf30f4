"""The four names and their order stand in the code."""

import numpy as np

CAUGHT_BY = ("two_templates_of_other_names", "templates_of_other_names_and_order")
HINT = "The names are the keys of the dict that you are given; take them from there, in whatever order they come."


def classify(image: np.ndarray, templates: dict[str, np.ndarray], patterns: list[np.ndarray]) -> str:
    def found(picture: np.ndarray) -> np.ndarray:
        rows = []
        for pattern in patterns:
            windows = np.lib.stride_tricks.sliding_window_view(picture, pattern.shape)
            rows.append((windows * pattern).sum(axis=(2, 3)).ravel())
        return np.where(np.concatenate(rows) == 4, 1.0, -1.0)

    scores = [float(found(image) @ found(template)) for template in templates.values()]
    return ("\\", "/", "X", "O")[int(np.argmax(scores))]
