"""Biases of the shape (1, h)."""

CAUGHT_BY = ("gradient_by_hand", "gradient_is_the_slope")
HINT = (
    "The numbers are right, but b1 is (h,), not (1, h): a gradient has the shape of its parameter. What does "
    "keepdims do?"
)


def backward(params, X, Y, cache):
    d_l2 = (cache["y_pred"] - Y) / len(X)
    d_l1 = d_l2 @ params["w2"].T * sigmoid_prime(cache["l1"])
    return {
        "w1": X.T @ d_l1,
        "b1": d_l1.sum(axis=0, keepdims=True),
        "w2": cache["a1"].T @ d_l2,
        "b2": d_l2.sum(axis=0, keepdims=True),
    }
