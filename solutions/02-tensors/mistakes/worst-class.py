"""The smallest score of every row."""

CAUGHT_BY = ("maxima_of_the_lecture",)
HINT = "You find the smallest score of each row, not the largest. Which function did you call?"


def best_class(scores):
    v, c = scores.min(dim=1)
    return v, c
