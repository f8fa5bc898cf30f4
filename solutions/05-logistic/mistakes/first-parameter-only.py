"""The return stands inside the loop."""

CAUGHT_BY = ("one_step_for_two_parameters", "step_matches")
HINT = "Only the first parameter comes back. Does the `return` stand inside the loop?"


def sgd_step(params, grads, lr):
    if params.keys() != grads.keys():
        raise ValueError("other names")
    new = {}
    for name, value in params.items():
        if value.shape != grads[name].shape:
            raise ValueError("other shapes")
        new[name] = value - lr * grads[name]
        return new
