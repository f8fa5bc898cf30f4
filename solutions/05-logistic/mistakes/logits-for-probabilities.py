"""predict_proba returns the logits."""

CAUGHT_BY = ("probabilities_after_one_step",)
HINT = "predict_proba returns X W + b, which may be any number. What turns it into a probability?"


class LogisticRegression(LogisticRegression):
    def predict_proba(self, X):
        return X @ self.W + self.b

    def predict(self, X):
        return (sigmoid(X @ self.W + self.b) >= 0.5).astype(int)
