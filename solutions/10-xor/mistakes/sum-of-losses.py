"""The gradient of the sum over the rows."""

CAUGHT_BY = ("gradient_by_hand", "every_row_three_times", "gradient_is_the_slope")
HINT = (
    "All four are exactly N times too large: L is a mean over the rows. Where does its 1/N go when you differentiate?"
)


def backward(params, X, Y, cache):
    d_l2 = cache["y_pred"] - Y
    d_l1 = d_l2 @ params["w2"].T * sigmoid_prime(cache["l1"])
    return {"w1": X.T @ d_l1, "b1": d_l1.sum(axis=0), "w2": cache["a1"].T @ d_l2, "b2": d_l2.sum(axis=0)}
