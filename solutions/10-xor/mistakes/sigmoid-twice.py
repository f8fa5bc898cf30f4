"""The last sigmoid is taken twice."""

CAUGHT_BY = ("stations_of_the_lecture",)
HINT = (
    "Your answers lie between .5 and .73: that is the sigmoid of a sigmoid. How often does the last unit squash "
    "its logit?"
)


def forward(params, X):
    l1 = X @ params["w1"] + params["b1"]
    a1 = sigmoid(l1)
    l2 = a1 @ params["w2"] + params["b2"]
    return {"l1": l1, "a1": a1, "l2": l2, "y_pred": sigmoid(sigmoid(l2))}
