"""Every weight is taken for a matrix."""

CAUGHT_BY = ("parameters_of_a_convolution", "count_of_any_layers")
HINT = "Right for linear layers. How many entries has a weight of four axes, how many one of a single axis?"


def count_parameters(model):
    return sum(p.shape[0] * p.shape[1] if p.ndim > 1 else p.shape[0] for p in model.parameters())
