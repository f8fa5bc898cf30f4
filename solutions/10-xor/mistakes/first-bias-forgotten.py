"""The first bias is left out."""

CAUGHT_BY = ("stations_of_the_lecture",)
HINT = "Already your l1 lacks something: what is added to the products with w1?"


def forward(params, X):
    l1 = X @ params["w1"]
    a1 = sigmoid(l1)
    l2 = a1 @ params["w2"] + params["b2"]
    return {"l1": l1, "a1": a1, "l2": l2, "y_pred": sigmoid(l2)}
