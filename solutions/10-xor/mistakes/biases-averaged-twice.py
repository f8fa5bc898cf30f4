"""The 1/N of the mean is in there, and the biases are averaged over the rows as well."""

CAUGHT_BY = ("gradient_by_hand", "every_row_three_times", "gradient_is_the_slope")
HINT = (
    "Your weights are right, your biases N times too small: the 1/N stands in d_l2 already. What do the rows do "
    "then, for a bias that all of them share?"
)


def backward(params, X, Y, cache):
    d_l2 = (cache["y_pred"] - Y) / len(X)
    d_l1 = d_l2 @ params["w2"].T * sigmoid_prime(cache["l1"])
    return {"w1": X.T @ d_l1, "b1": d_l1.mean(axis=0), "w2": cache["a1"].T @ d_l2, "b2": d_l2.mean(axis=0)}
