"""The largest score of each column: which example fits a class best, not which class fits an example."""

CAUGHT_BY = ("eight_rows_of_the_lecture", "costs_of_a_calm_run", "wild_run_ends_well", "classes_of_new_rows")
HINT = "You return one number per class: the row that fits it best. Asked is the class that fits each row best."


class SoftmaxRegression(SoftmaxRegression):
    def predict(self, X):
        return (X @ self.W + self.b).argmax(axis=0)
