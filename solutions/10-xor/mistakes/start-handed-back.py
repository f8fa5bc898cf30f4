"""Zero steps hand back the caller's own arrays."""

CAUGHT_BY = ("no_steps_give_copies", "training_leaves_its_arguments_alone")
HINT = (
    "For zero steps you hand back the very arrays that you were given: who changes one then changes the other. "
    "What is a copy?"
)


def train_mlp(params, X, Y, lr, steps):
    params = dict(params)
    costs = []
    for _ in range(steps):
        cache = forward(params, X)
        costs.append(bce(cache["y_pred"], Y))
        gradients = backward(params, X, Y, cache)
        params = {name: value - lr * gradients[name] for name, value in params.items()}
    return params, costs
