"""Costs are summed over the rows."""

CAUGHT_BY = ("xor_is_learnt", "training_matches")
HINT = "The parameters are right, the costs are N times too large: L is a mean. Over how many rows?"


def train_mlp(params, X, Y, lr, steps):
    params = {name: value.copy() for name, value in params.items()}
    costs = []
    for _ in range(steps):
        cache = forward(params, X)
        costs.append(len(X) * bce(cache["y_pred"], Y))
        gradients = backward(params, X, Y, cache)
        params = {name: value - lr * gradients[name] for name, value in params.items()}
    return params, costs
