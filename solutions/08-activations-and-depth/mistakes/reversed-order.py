"""The product in the order of the lecture's formula, the last matrix first."""

CAUGHT_BY = ("collapse_matches", "four_layers_equal_one", "chain_of_the_lecture")
HINT = (
    "The order is reversed. The lecture writes W4ᵀ W3ᵀ W2ᵀ W1ᵀ x, with the first layer next to x; "
    "here x stands on the left: which matrix is next to it?"
)


def collapse_linear(Ws, bs):
    W, b = Ws[-1], bs[-1]
    for W_before, b_before in zip(Ws[-2::-1], bs[-2::-1], strict=True):
        W, b = W @ W_before, b + b_before @ W
    return W, b
