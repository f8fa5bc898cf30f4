"""The cost after the last step as well."""

CAUGHT_BY = ("xor_is_learnt", "training_matches")
HINT = "One cost too many: each belongs to the state before a step. To which step does your last one belong?"


def train_mlp(params, X, Y, lr, steps):
    params = {name: value.copy() for name, value in params.items()}
    costs = []
    for _ in range(steps):
        cache = forward(params, X)
        costs.append(bce(cache["y_pred"], Y))
        gradients = backward(params, X, Y, cache)
        params = {name: value - lr * gradients[name] for name, value in params.items()}
    costs.append(bce(forward(params, X)["y_pred"], Y))
    return params, costs
