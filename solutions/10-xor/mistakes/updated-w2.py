"""w2 takes its step before d_a1 is computed."""

CAUGHT_BY = ("gradient_by_hand", "gradient_is_the_slope")
HINT = (
    "b2 and w2 are right. b1 and w1 are computed with a w2 that has taken its step already: which w2 was there "
    "when y_pred was made?"
)


def backward(params, X, Y, cache):
    d_l2 = (cache["y_pred"] - Y) / len(X)
    w2 = params["w2"] - cache["a1"].T @ d_l2
    d_l1 = d_l2 @ w2.T * sigmoid_prime(cache["l1"])
    return {"w1": X.T @ d_l1, "b1": d_l1.sum(axis=0), "w2": cache["a1"].T @ d_l2, "b2": d_l2.sum(axis=0)}
