"""predict returns the probability itself."""

CAUGHT_BY = ("answers_are_zero_and_one", "answers")
HINT = "predict returned probabilities. Its answers are 0 and 1: compare each probability with one half."


class LogisticRegression(LogisticRegression):
    def predict(self, X):
        return self.predict_proba(X)
