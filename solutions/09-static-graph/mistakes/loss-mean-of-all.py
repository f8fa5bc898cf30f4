"""The mean over all entries."""

CAUGHT_BY = ("loss_of_the_lecture",)
HINT = (
    "Your loss is smaller by the factor Dout: it is the mean over all entries. Over what does the lecture "
    "sum before it takes the mean?"
)


def lecture_loss(y_hat, y, ones):
    return reduce_mean(square(y_hat - y))
