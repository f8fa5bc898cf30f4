"""The search begins at 0, above every negative score."""

CAUGHT_BY = ("maximum_of_negative_scores", "best_of_negative_scores")
HINT = (
    "Your search for the largest begins with a number that is in no row. With what can it begin, so that "
    "every row is right?"
)


def best_class(scores):
    values, classes = scores.max(dim=1)
    return values.clamp(min=0), torch.where(values > 0, classes, 0)
