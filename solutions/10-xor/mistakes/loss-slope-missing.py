"""Neither the slope of the loss nor that of the sigmoid: only the slope of the loss with respect to y_pred."""

CAUGHT_BY = ("gradient_by_hand", "gradient_is_the_slope")
HINT = "You have dL/dy_pred. There is a sigmoid between y_pred and l2: which factor does the chain rule ask for?"


def backward(params, X, Y, cache):
    d_l2 = (cache["y_pred"] - Y) / (cache["y_pred"] * (1.0 - cache["y_pred"])) / len(X)
    d_l1 = d_l2 @ params["w2"].T * sigmoid_prime(cache["l1"])
    return {"w1": X.T @ d_l1, "b1": d_l1.sum(axis=0), "w2": cache["a1"].T @ d_l2, "b2": d_l2.sum(axis=0)}
