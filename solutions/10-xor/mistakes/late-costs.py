"""The cost is taken after the step."""

CAUGHT_BY = ("xor_is_learnt", "training_matches")
HINT = "Your costs are one step late: entry 0 belongs to the parameters as they came. When do you write it down?"


def train_mlp(params, X, Y, lr, steps):
    params = {name: value.copy() for name, value in params.items()}
    costs = []
    for _ in range(steps):
        cache = forward(params, X)
        gradients = backward(params, X, Y, cache)
        params = {name: value - lr * gradients[name] for name, value in params.items()}
        costs.append(bce(forward(params, X)["y_pred"], Y))
    return params, costs
