"""The smallest score of each row."""

CAUGHT_BY = ("eight_rows_of_the_lecture",)
HINT = "You choose the class with the smallest score. Which class is the most probable?"


class SoftmaxRegression(SoftmaxRegression):
    def predict(self, X):
        return (X @ self.W + self.b).argmin(axis=1)
