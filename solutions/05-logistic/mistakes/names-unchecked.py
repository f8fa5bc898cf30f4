"""Only the shared names are stepped; others vanish or are ignored."""

CAUGHT_BY = ("other_names_are_refused", "step_refuses_other_names[missing]", "step_refuses_other_names[extra]")
HINT = "The names of params and grads differed, and nobody was told. Compare the two sets first, and raise ValueError."


def sgd_step(params, grads, lr):
    new = {}
    for name in params.keys() & grads.keys():
        if params[name].shape != grads[name].shape:
            raise ValueError("shapes differ")
        new[name] = params[name] - lr * grads[name]
    return new
