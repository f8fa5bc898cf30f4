"""The gradients of the biases are summed over rows and units."""

CAUGHT_BY = ("gradient_by_hand",)
HINT = (
    "Each unit has a bias of its own, and yours share one number. Over which axis is the sum for b1 taken, and "
    "which axis stays?"
)


def backward(params, X, Y, cache):
    d2 = (cache["y_pred"] - Y) / len(X)
    d1 = d2 @ params["w2"].T * sigmoid_prime(cache["l1"])
    return {"w1": X.T @ d1, "b1": d1.sum(), "w2": cache["a1"].T @ d2, "b2": d2.sum()}
