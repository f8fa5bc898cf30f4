"""The index of the best template in place of its name."""

import numpy as np

CAUGHT_BY = ("every_clean_image_is_recognised",)
HINT = "You return the place of the best template in the list. The task asks for its name, the key of the dictionary."


def classify(image, templates, patterns):
    s = features(image, patterns)
    return int(np.argmax([s @ features(t, patterns) for t in templates.values()]))
