"""The classes are not integers."""

CAUGHT_BY = ("maxima_of_the_lecture", "best_classes_match", "best_of_negative_scores")
HINT = "A class is a place in a row, and places are counted with integers. What made floats of them?"


def best_class(scores):
    values, classes = scores.max(dim=1)
    return values, classes.to(scores.dtype)
