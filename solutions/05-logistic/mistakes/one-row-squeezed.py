"""A single row is answered without its axis."""

CAUGHT_BY = ("answers",)
HINT = "For a single row your answer lost an axis: (N, 1) stays (1, 1) where N is 1."


class LogisticRegression(LogisticRegression):
    def predict(self, X):
        return np.squeeze((self.predict_proba(X) >= 0.5).astype(int), axis=0 if len(X) == 1 else ())
