"""1 where exactly one pixel has ink."""

CAUGHT_BY = ("parity_of_two_pixels",)
HINT = "Right for two pixels, wrong for three of ink: you count exactly one. Which other numbers are odd?"


def parity(X):
    return (X.sum(axis=1, keepdims=True) == 1).astype(np.float64)
