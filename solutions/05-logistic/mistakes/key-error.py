"""A missing gradient ends in a KeyError of Python, and nothing else is checked."""

CAUGHT_BY = ("other_names_are_refused",)
HINT = (
    "A missing name ends in Python's own KeyError. The task wants a ValueError, also for a name too many: what can "
    "you compare before the first step?"
)


def sgd_step(params, grads, lr):
    return {name: params[name] - lr * grads[name] for name in params}
