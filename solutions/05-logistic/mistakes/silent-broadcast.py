"""Names are compared, shapes are not: (3, 1) - (3,) is (3, 3), without a word."""

CAUGHT_BY = ("other_shapes_are_refused", "step_refuses_other_shapes[flat]", "step_refuses_other_shapes[row]")
HINT = "(3, 1) - (3,) gives a (3, 3) array, silently. Compare the shapes before you subtract, and raise ValueError."


def sgd_step(params, grads, lr):
    if params.keys() != grads.keys():
        raise ValueError("names differ")
    return {name: params[name] - lr * grads[name] for name in params}
