"""The second bias is left out."""

CAUGHT_BY = ("stations_of_the_lecture", "forward_matches")
HINT = "l1 is right, l2 lacks something that does not depend on X. What is added to a1 @ w2?"


def forward(params, X):
    l1 = X @ params["w1"] + params["b1"]
    a1 = sigmoid(l1)
    l2 = a1 @ params["w2"]
    return {"l1": l1, "a1": a1, "l2": l2, "y_pred": sigmoid(l2)}
