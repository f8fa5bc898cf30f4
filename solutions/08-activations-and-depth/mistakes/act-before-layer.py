"""The batch itself is activated, before the first layer."""

CAUGHT_BY = ("absolute_value_by_hand", "network_of_the_lecture", "forward_matches", "batch_and_layers_stay")
HINT = "You activate the input x itself. The activation comes behind a layer: behind which ones?"


def mlp_forward(x, Ws, bs, act):
    for W, b in zip(Ws, bs, strict=True):
        x = act(x) @ W + b
    return x
