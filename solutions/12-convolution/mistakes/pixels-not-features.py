"""The dot product of the pixels decides, not that of the features."""

import numpy as np

CAUGHT_BY = ("noisy_images_go_to_the_likeliest_class",)
HINT = (
    "Your answer compares pixels. Describe the image and each template by their features first; "
    "the dot product comes after that."
)


def classify(image: np.ndarray, templates: dict[str, np.ndarray], patterns: list[np.ndarray]) -> str:
    return max(templates, key=lambda name: float((image * templates[name]).sum()))
