"""fit centres the caller's X."""

import numpy as np

CAUGHT_BY = ("fit_leaves_its_arguments_alone",)
HINT = "After fit, the caller's X had other values. Whatever you want to change about X, change it in a copy."


class LogisticRegression(LogisticRegression):
    def fit(self, X, y, lr=0.05, epochs=1000):
        X -= np.mean(X, axis=0)
        return super().fit(X, y, lr, epochs)
