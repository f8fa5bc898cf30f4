"""The way forward is taken once, before the loop."""

CAUGHT_BY = ("xor_is_learnt", "training_matches")
HINT = "Your cost never changes: y_pred is still that of the start. What has to be computed anew in every step?"


def train_mlp(params, X, Y, lr, steps):
    params = {name: value.copy() for name, value in params.items()}
    costs = []
    cache = forward(params, X)
    for _ in range(steps):
        costs.append(bce(cache["y_pred"], Y))
        gradients = backward(params, X, Y, cache)
        params = {name: value - lr * gradients[name] for name, value in params.items()}
    return params, costs
