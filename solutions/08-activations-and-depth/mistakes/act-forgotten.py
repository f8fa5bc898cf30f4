"""The layers follow one another without an activation."""

CAUGHT_BY = ("network_of_the_lecture", "absolute_value_by_hand", "forward_matches", "depth_needs_an_activation")
HINT = "Your network is one linear layer in disguise, as task 3 shows. What belongs between two layers?"


def mlp_forward(x, Ws, bs, act):
    W, b = collapse_linear(Ws, bs)
    return x @ W + b
