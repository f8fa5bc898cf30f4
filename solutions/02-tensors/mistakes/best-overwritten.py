"""The best scores are overwritten after they were found."""

CAUGHT_BY = ("maxima_of_the_lecture", "best_classes_match", "best_of_negative_scores")
HINT = "After your call the best scores of the caller are gone. Read from scores, and write into a copy."


def best_class(scores):
    values, classes = scores.max(dim=1)
    scores[range(len(scores)), classes] = float("-inf")
    return values, classes
