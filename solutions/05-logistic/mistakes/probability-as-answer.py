"""predict returns the probability itself."""

CAUGHT_BY = ("answers",)
HINT = "predict returned probabilities. Its answers are 0 and 1: compare each probability with one half."


class LogisticRegression(LogisticRegression):
    def predict(self, X):
        return self.predict_proba(X)
