"""Classes and values in the wrong order."""

CAUGHT_BY = ("maxima_of_the_lecture", "best_classes_match", "best_of_negative_scores")
HINT = "Two right answers in the wrong order: first the largest scores, then their columns."


def best_class(scores):
    values, classes = scores.max(dim=1)
    return classes, values
