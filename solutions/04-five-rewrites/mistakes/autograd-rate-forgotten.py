"""step_autograd subtracts the whole gradient."""

CAUGHT_BY = ("slope_of_a_parabola",)
HINT = "You subtract the whole gradient. How long may a step be, and which argument says so?"


def step_autograd(x, y, w, lr):
    w = w.detach().requires_grad_()
    loss = 0.5 * ((x @ w - y) ** 2).sum()
    loss.backward()
    return (w - w.grad).detach().requires_grad_(), loss.item()
