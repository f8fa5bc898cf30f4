"""The template with the smallest score wins."""

CAUGHT_BY = ("every_clean_image_is_recognised", "two_templates_of_other_names")
HINT = "Your answer is the template that fits least. What does a large dot product say about two images?"


def classify(image, templates, patterns):
    seen = features(image, patterns)
    return min(templates, key=lambda name: float(seen @ features(templates[name], patterns)))
