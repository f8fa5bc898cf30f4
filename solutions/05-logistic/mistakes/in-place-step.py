"""The step is taken in the caller's arrays."""

CAUGHT_BY = ("step_leaves_its_arguments_alone",)
HINT = (
    "Return new arrays: after your step the caller's parameters had changed, or yours were the same arrays. "
    "`-=` writes into an array, and a copy of the dictionary still holds the same arrays."
)


def sgd_step(params, grads, lr):
    if params.keys() != grads.keys() or any(params[name].shape != grads[name].shape for name in params):
        raise ValueError("names or shapes differ")
    for name in params:
        params[name] -= lr * grads[name]
    return params
