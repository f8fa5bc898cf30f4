"""The sum over all entries."""

CAUGHT_BY = ("loss_of_the_lecture",)
HINT = "Right for one row, and too large for two: you add up the rows as well. What does the lecture do with the rows?"


def lecture_loss(y_hat, y, ones):
    return reduce_sum(sum_along(square(y_hat - y), 1, ones))
