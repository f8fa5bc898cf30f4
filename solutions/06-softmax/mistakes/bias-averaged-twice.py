"""The bias gets the mean of the rows of dL/dz, which have been divided by N already."""

CAUGHT_BY = ("fit_matches", "costs_of_a_calm_run")
HINT = (
    "Your steps do not have the right length. Is lr in every step, and is the 1/N in it only once? (dL/dz has "
    "it already.)"
)


class SoftmaxRegression(SoftmaxRegression):
    def fit(self, X, y, k, lr, epochs, W0=None, b0=None):
        self.W = np.zeros((X.shape[1], k)) if W0 is None else W0
        self.b = np.zeros(k) if b0 is None else b0
        costs = []
        for _ in range(epochs):
            z = X @ self.W + self.b
            costs.append(cross_entropy(z, y))
            dz = cross_entropy_backward(z, y)
            self.W = self.W - lr * X.T @ dz
            self.b = self.b - lr * dz.mean(axis=0)
        return costs
