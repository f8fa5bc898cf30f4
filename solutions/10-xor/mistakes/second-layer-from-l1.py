"""The second layer is fed with l1."""

CAUGHT_BY = ("stations_of_the_lecture", "forward_matches")
HINT = (
    "Your second layer computes with l1. Without the sigmoid between them two layers are no more than one: what "
    "goes into the second?"
)


def forward(params, X):
    l1 = X @ params["w1"] + params["b1"]
    l2 = l1 @ params["w2"] + params["b2"]
    return {"l1": l1, "a1": sigmoid(l1), "l2": l2, "y_pred": sigmoid(l2)}
