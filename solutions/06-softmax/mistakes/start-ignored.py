"""Always from zeros, whatever W0 and b0 say."""

CAUGHT_BY = ("fit_from_a_given_start", "fit_matches", "classes_of_new_rows")
HINT = "Your training starts at zero although it was given a start. What are W0 and b0 for?"


class SoftmaxRegression(SoftmaxRegression):
    def fit(self, X, y, k, lr, epochs, W0=None, b0=None):
        return super().fit(X, y, k, lr, epochs)
