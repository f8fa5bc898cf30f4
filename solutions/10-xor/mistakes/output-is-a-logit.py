"""y_pred is l2 itself."""

CAUGHT_BY = ("stations_of_the_lecture", "forward_matches")
HINT = "Your y_pred equals l2, which is a logit and no probability. Which station is missing at the end?"


def forward(params, X):
    l1 = X @ params["w1"] + params["b1"]
    a1 = sigmoid(l1)
    l2 = a1 @ params["w2"] + params["b2"]
    return {"l1": l1, "a1": a1, "l2": l2, "y_pred": l2}
