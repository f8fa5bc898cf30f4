"""Without a start, fit begins where the last one ended."""

import numpy as np

CAUGHT_BY = ("each_fit_starts_anew", "fit_starts_anew_and_changes_nothing")
HINT = "Without W0, your second fit begins where the first one ended. What does None mean for W0, in every fit?"


class SoftmaxRegression(SoftmaxRegression):
    def fit(self, X, y, k, lr, epochs, W0=None, b0=None):
        if W0 is None and getattr(self, "W", np.zeros(0)).shape == (X.shape[1], k):
            W0, b0 = self.W, self.b if b0 is None else b0
        return super().fit(X, y, k, lr, epochs, W0, b0)
