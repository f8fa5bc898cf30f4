"""predict returns the probabilities."""

CAUGHT_BY = ("eight_rows_of_the_lecture", "costs_of_a_calm_run", "wild_run_ends_well", "classes_of_new_rows")
HINT = "predict returned a row of probabilities for each example. Its answer is one class number a row: which column?"


class SoftmaxRegression(SoftmaxRegression):
    def predict(self, X):
        return softmax(X @ self.W + self.b)
