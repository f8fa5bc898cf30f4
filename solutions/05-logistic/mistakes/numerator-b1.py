"""The slide's p(x) = e^(b1 + b1 x) / (1 + e^(b0 + b1 x)), with the weight where the numerator needs the bias."""

import numpy as np

CAUGHT_BY = ("probabilities_after_one_step", "probabilities_of_new_rows")
HINT = (
    "Your probabilities can exceed 1: numerator and denominator must hold the same exponent. "
    "The slide prints e^{b1+b1x} above the bar, a slip; it is e^{b0+b1x}."
)


class LogisticRegression(LogisticRegression):
    def predict_proba(self, X):
        linear = X @ self.W
        return np.exp(self.W[0] + linear) / (1.0 + np.exp(self.b + linear))
