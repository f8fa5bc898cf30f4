"""Probabilities as (N,), where a column (N, 1) is asked."""

CAUGHT_BY = ("probabilities_after_one_step", "probabilities_of_new_rows")
HINT = (
    "Right numbers in the wrong shape: (N,) where (N, 1) is asked. It matters: (N, 1) - (N,) is an N × N matrix, "
    "silently. Keep columns columns."
)


class LogisticRegression(LogisticRegression):
    def predict_proba(self, X):
        return sigmoid(X @ self.W + self.b).ravel()
