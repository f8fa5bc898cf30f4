"""The steps are taken in the caller's arrays."""

CAUGHT_BY = ("training_leaves_its_arguments_alone",)
HINT = (
    "The caller's parameters have moved, or yours are the same arrays. `-=` writes into an array, and a copy of "
    "the dictionary holds the same arrays: where are yours made?"
)


def train_mlp(params, X, Y, lr, steps):
    params = dict(params)
    costs = []
    for _ in range(steps):
        cache = forward(params, X)
        costs.append(bce(cache["y_pred"], Y))
        gradients = backward(params, X, Y, cache)
        for name in params:
            params[name] -= lr * gradients[name]
    return params, costs
