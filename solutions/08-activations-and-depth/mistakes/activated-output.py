"""An activation behind the last layer as well."""

CAUGHT_BY = ("network_of_the_lecture", "forward_matches", "batch_and_layers_stay")
HINT = (
    "The last layer is activated, too, so the output is caught in the range of act. "
    "A net that ends in tanh cannot reach 8x²: which layer stays linear?"
)


def mlp_forward(x, Ws, bs, act):
    for W, b in zip(Ws, bs, strict=True):
        x = act(x @ W + b)
    return x
