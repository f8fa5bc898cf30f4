"""Each cost is taken after its step."""

CAUGHT_BY = ("one_step_by_hand", "eight_rows_of_the_lecture", "costs_of_a_calm_run", "fit_matches")
HINT = "Your costs come one step late: entry 0 is the cost before the first step, log K when W and b are zero."


class SoftmaxRegression(SoftmaxRegression):
    def fit(self, X, y, k, lr, epochs, W0=None, b0=None):
        self.W = np.zeros((X.shape[1], k)) if W0 is None else W0
        self.b = np.zeros(k) if b0 is None else b0
        costs = []
        for _ in range(epochs):
            dz = cross_entropy_backward(X @ self.W + self.b, y)
            self.W = self.W - lr * X.T @ dz
            self.b = self.b - lr * dz.sum(axis=0)
            costs.append(cross_entropy(X @ self.W + self.b, y))
        return costs
