"""One row for each output, where there is one row for each example."""

CAUGHT_BY = ("predict_a_batch",)
HINT = "Right numbers, transposed: the batch is axis 0, so there must be one row for each example, not for each output."


def predict(x, w):
    return w.T @ x.T
