"""w2 and b2 take their step before the first layer's gradients are computed."""

CAUGHT_BY = ("xor_is_learnt", "training_matches")
HINT = (
    "Your second layer takes its step too early: the gradients of the first layer must see the old w2. In which "
    "order do all the gradients and all the steps come?"
)


def train_mlp(params, X, Y, lr, steps):
    params = {name: value.copy() for name, value in params.items()}
    costs = []
    for _ in range(steps):
        cache = forward(params, X)
        costs.append(bce(cache["y_pred"], Y))
        for names in (("w2", "b2"), ("w1", "b1")):
            gradients = backward(params, X, Y, cache)
            for name in names:
                params[name] = params[name] - lr * gradients[name]
    return params, costs
