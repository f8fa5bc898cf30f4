"""Only the weights take their step."""

CAUGHT_BY = ("xor_is_learnt", "training_matches")
HINT = "The biases never move. Which of the four parameters take a step in yours?"


def train_mlp(params, X, Y, lr, steps):
    params = {name: value.copy() for name, value in params.items()}
    costs = []
    for _ in range(steps):
        cache = forward(params, X)
        costs.append(bce(cache["y_pred"], Y))
        gradients = backward(params, X, Y, cache)
        params = {**params, "w1": params["w1"] - lr * gradients["w1"], "w2": params["w2"] - lr * gradients["w2"]}
    return params, costs
