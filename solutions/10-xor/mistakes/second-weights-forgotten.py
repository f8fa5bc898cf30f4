"""The error goes to the hidden units without the weights between them."""

CAUGHT_BY = ("gradient_by_hand", "gradient_of_a_nearly_certain_net")
HINT = (
    "b2 and w2 are right, b1 and w1 are not. On its way back to a hidden unit the error passes the weight by "
    "which that unit had its part: where is it in yours?"
)


def backward(params, X, Y, cache):
    d2 = (cache["y_pred"] - Y) / len(X)
    d1 = d2 * sigmoid_prime(cache["l1"])
    return {"w1": X.T @ d1, "b1": d1.sum(axis=0), "w2": cache["a1"].T @ d2, "b2": d2.sum(axis=0)}
