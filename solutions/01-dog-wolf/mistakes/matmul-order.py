"""The weights first: right for a single example, impossible for a batch."""

CAUGHT_BY = ("predict_a_batch",)
HINT = (
    "A single example forgives the order of the factors, a batch does not. x is (N, Din), w is (Din, Dout): "
    "the inner sizes must meet, and N must come out in front."
)


def predict(x, w):
    return w.T @ x
