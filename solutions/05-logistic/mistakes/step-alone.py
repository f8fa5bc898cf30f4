"""The step itself is returned, not where it leads."""

CAUGHT_BY = ("one_step_for_two_parameters", "other_names_are_refused")
HINT = "You return how far to go, not where you arrive. Where does the step begin?"


def sgd_step(params, grads, lr):
    if params.keys() != grads.keys() or any(params[name].shape != grads[name].shape for name in params):
        raise ValueError("names or shapes differ")
    return {name: lr * grads[name] for name in params}
