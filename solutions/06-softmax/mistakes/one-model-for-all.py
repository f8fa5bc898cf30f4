"""W and b are attributes of the class, so all models share them."""

CAUGHT_BY = ("each_fit_starts_anew", "fit_starts_anew_and_changes_nothing")
HINT = (
    "When one model learns, another one changes. To whom do the names behind `self.` belong, and to whom those in a "
    "class?"
)


class SoftmaxRegression(SoftmaxRegression):
    def fit(self, X, y, k, lr, epochs, W0=None, b0=None):
        costs = super().fit(X, y, k, lr, epochs, W0, b0)
        type(self).W, type(self).b = self.W, self.b
        del self.W, self.b
        return costs
