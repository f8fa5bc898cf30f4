"""Only the last layer has a bias."""

CAUGHT_BY = ("network_of_the_lecture",)
HINT = (
    "The biases of your hidden layers are missing, and only that of the last one is there. What does every layer "
    "compute before it is activated?"
)


def mlp_forward(x, Ws, bs, act):
    for W in Ws[:-1]:
        x = act(x @ W)
    return x @ Ws[-1] + bs[-1]
