"""The training ends when the cost rises."""

CAUGHT_BY = ("every_step_is_taken",)
HINT = "You stop before the last step. How many steps are asked for, whatever the cost does on the way?"


def train_mlp(params, X, Y, lr, steps):
    params = {name: value.copy() for name, value in params.items()}
    costs = []
    for _ in range(steps):
        cache = forward(params, X)
        costs.append(bce(cache["y_pred"], Y))
        gradients = backward(params, X, Y, cache)
        params = {name: value - lr * gradients[name] for name, value in params.items()}
        if len(costs) > 1 and costs[-1] > costs[-2]:
            break
    return params, costs
