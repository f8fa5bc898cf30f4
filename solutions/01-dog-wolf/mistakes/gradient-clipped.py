"""A large gradient is made shorter before the step."""

CAUGHT_BY = ("every_step_is_taken",)
HINT = "You shorten gradients that are long. The step of this task is lr times the gradient, however long it is."


def train(x, y, w0, lr=1e-6, steps=5000):
    w, losses = w0.copy(), []
    for _ in range(steps):
        y_pred = predict(x, w)
        losses.append(loss(y_pred, y))
        g = grad_w(x, y_pred, y)
        w = sgd_step(w, g / max(1.0, np.linalg.norm(g) / 1e3), lr)
    return w, np.array(losses)
