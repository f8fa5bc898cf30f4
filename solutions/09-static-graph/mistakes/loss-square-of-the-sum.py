"""The sum is squared, not the errors."""

CAUGHT_BY = ("loss_of_the_lecture",)
HINT = (
    "You add up the errors first and square the sum, so that errors of both signs cancel. What is squared "
    "in the lecture?"
)


def lecture_loss(y_hat, y, ones):
    return reduce_mean(square(sum_along(y_hat - y, 1, ones)))
