"""The largest of every column."""

CAUGHT_BY = ("maxima_of_the_lecture", "best_classes_match", "best_of_negative_scores")
HINT = "You search every column. Each row is an example: along which axis do its classes lie?"


def best_class(scores):
    return tuple(scores.max(dim=0))
