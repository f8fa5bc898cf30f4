"""The parameters take their step on the way back."""

CAUGHT_BY = ("gradient_leaves_its_arguments_alone",)
HINT = (
    "Your gradients are right, but the caller's parameters have moved: backward only measures slopes. Who takes "
    "the step?"
)


def backward(params, X, Y, cache):
    d_l2 = (cache["y_pred"] - Y) / len(X)
    d_l1 = d_l2 @ params["w2"].T * sigmoid_prime(cache["l1"])
    gradients = {"w1": X.T @ d_l1, "b1": d_l1.sum(axis=0), "w2": cache["a1"].T @ d_l2, "b2": d_l2.sum(axis=0)}
    for name in params:
        params[name] -= gradients[name]
    return gradients
