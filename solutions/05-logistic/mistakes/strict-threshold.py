"""Exactly one half becomes a 0."""

CAUGHT_BY = ("answers_are_zero_and_one", "answers")
HINT = "At exactly one half, where an untrained model stands, the answer is 1. Which comparison includes equality?"


class LogisticRegression(LogisticRegression):
    def predict(self, X):
        return (self.predict_proba(X) > 0.5).astype(int)
