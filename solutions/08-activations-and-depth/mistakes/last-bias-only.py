"""The biases on the way are forgotten."""

CAUGHT_BY = ("two_layers_by_hand", "chain_of_the_lecture", "collapse_matches", "four_layers_equal_one", "layers_stay")
HINT = "Your W is right. But an early bias goes through all the layers behind it: what becomes of b1 on its way?"


def collapse_linear(Ws, bs):
    return np.linalg.multi_dot(Ws) if len(Ws) > 1 else Ws[0], bs[-1]
