"""A single row is answered with a number."""

CAUGHT_BY = ("classes_of_new_rows",)
HINT = "For a single row your answer lost its axis: (N,) stays (1,) where N is 1."


class SoftmaxRegression(SoftmaxRegression):
    def predict(self, X):
        return np.squeeze((X @ self.W + self.b).argmax(axis=1))
