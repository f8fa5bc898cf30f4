"""The search for the largest score begins at 0."""

CAUGHT_BY = ("two_templates_of_other_names", "templates_of_other_names_and_order")
HINT = "Where all scores are negative, one of them is still the largest. At what score does your search begin?"


def classify(image, templates, patterns):
    seen = features(image, patterns)
    answer, best = next(iter(templates)), 0.0
    for name, clean in templates.items():
        score = float(seen @ features(clean, patterns))
        if score > best:
            answer, best = name, score
    return answer
