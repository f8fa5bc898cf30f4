"""The learning rate is always 1."""

CAUGHT_BY = ("fit_from_a_given_start",)
HINT = (
    "Your steps do not have the right length. Is lr in every step, and is the 1/N in it only once? (dL/dz has "
    "it already.)"
)


class SoftmaxRegression(SoftmaxRegression):
    def fit(self, X, y, k, lr, epochs, W0=None, b0=None):
        return super().fit(X, y, k, 1.0, epochs, W0, b0)
