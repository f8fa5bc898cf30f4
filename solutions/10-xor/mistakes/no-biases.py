"""The way forward without either bias."""

CAUGHT_BY = ("stations_of_the_lecture",)
HINT = "Neither bias is in your sums. Without them every line goes through the origin: where do b1 and b2 come in?"


def forward(params, X):
    l1 = X @ params["w1"]
    a1 = sigmoid(l1)
    l2 = a1 @ params["w2"]
    return {"l1": l1, "a1": a1, "l2": l2, "y_pred": sigmoid(l2)}
