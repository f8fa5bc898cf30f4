"""The learning rate is always 1."""

CAUGHT_BY = ("fit_from_a_given_start",)
HINT = "Your steps have the length of the gradient, whatever lr is. Where does the learning rate come in?"


class SoftmaxRegression(SoftmaxRegression):
    def fit(self, X, y, k, lr, epochs, W0=None, b0=None):
        return super().fit(X, y, k, 1.0, epochs, W0, b0)
