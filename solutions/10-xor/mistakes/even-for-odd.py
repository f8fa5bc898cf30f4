"""1 where the number of pixels with ink is even."""

CAUGHT_BY = ("parity_of_two_pixels",)
HINT = (
    "Your answers are the opposite of ours. Which images are 1, those with an even or those with an odd number of "
    "pixels with ink?"
)


def parity(X):
    return (X.sum(axis=1, keepdims=True) % 2 == 0).astype(float)
