"""The step goes along the gradient."""

CAUGHT_BY = ("xor_is_learnt", "training_matches")
HINT = "The cost rises. The gradient points uphill: in which direction is the step?"


def train_mlp(params, X, Y, lr, steps):
    params = {name: value.copy() for name, value in params.items()}
    costs = []
    for _ in range(steps):
        cache = forward(params, X)
        costs.append(bce(cache["y_pred"], Y))
        gradients = backward(params, X, Y, cache)
        params = {name: value + lr * gradients[name] for name, value in params.items()}
    return params, costs
