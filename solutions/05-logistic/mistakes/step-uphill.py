"""The step goes along the gradient, uphill."""

CAUGHT_BY = ("one_step_for_two_parameters", "other_names_are_refused", "other_shapes_are_refused")
HINT = "You step along the gradient. It points to where the loss grows: which way leads down?"


def sgd_step(params, grads, lr):
    if params.keys() != grads.keys() or any(params[name].shape != grads[name].shape for name in params):
        raise ValueError("names or shapes differ")
    return {name: params[name] + lr * grads[name] for name in params}
