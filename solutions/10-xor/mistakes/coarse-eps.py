"""1e-4 in the denominator, where the slides have 1e-7."""

CAUGHT_BY = ("gradient_is_the_slope", "gradient_of_the_nearly_certain")
HINT = (
    "Nearly right. The number in your denominator is too large: it bends every slope a little. Do you need one at all?"
)


def backward(params, X, Y, cache):
    d_l2 = (
        (cache["y_pred"] - Y) / (cache["y_pred"] * (1.0 - cache["y_pred"]) + 1e-4) * sigmoid_prime(cache["l2"]) / len(X)
    )
    d_l1 = d_l2 @ params["w2"].T * sigmoid_prime(cache["l1"])
    return {"w1": X.T @ d_l1, "b1": d_l1.sum(axis=0), "w2": cache["a1"].T @ d_l2, "b2": d_l2.sum(axis=0)}
