"""The scores are in the order of the templates, and the names are sorted."""

CAUGHT_BY = ("templates_of_other_names_and_order",)
HINT = "The right template often gets the name of another one. In which order are your scores, and in which your names?"


def classify(image, templates, patterns):
    seen = features(image, patterns)
    scores = [float(seen @ features(clean, patterns)) for clean in templates.values()]
    return sorted(templates)[int(np.argmax(scores))]
