"""The biases never move."""

CAUGHT_BY = ("fit_matches", "costs_of_a_calm_run")
HINT = "Your b stays where it starts. It is a parameter, and its gradient is that of the scores, added up: over what?"


class SoftmaxRegression(SoftmaxRegression):
    def fit(self, X, y, k, lr, epochs, W0=None, b0=None):
        self.W = np.zeros((X.shape[1], k)) if W0 is None else W0
        self.b = np.zeros(k) if b0 is None else b0
        costs = []
        for _ in range(epochs):
            z = X @ self.W + self.b
            costs.append(cross_entropy(z, y))
            self.W = self.W - lr * X.T @ cross_entropy_backward(z, y)
        return costs
