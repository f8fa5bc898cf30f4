"""The best score in place of its name."""

CAUGHT_BY = ("every_clean_image_is_recognised",)
HINT = "You return the best score. The task asks which template has it: what is its name?"


def classify(image, templates, patterns):
    s = features(image, patterns)
    return max(float(s @ features(t, patterns)) for t in templates.values())
