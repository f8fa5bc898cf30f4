"""sigmoid_prime where the sigmoid belongs."""

CAUGHT_BY = ("stations_of_the_lecture", "forward_matches")
HINT = (
    "Your a1 is never above one quarter: that is the slope of the sigmoid. On the way forward, which function is "
    "asked for?"
)


def forward(params, X):
    l1 = X @ params["w1"] + params["b1"]
    a1 = sigmoid_prime(l1)
    l2 = a1 @ params["w2"] + params["b2"]
    return {"l1": l1, "a1": a1, "l2": l2, "y_pred": sigmoid(l2)}
