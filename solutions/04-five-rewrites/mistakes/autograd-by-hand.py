"""step_autograd uses the formula of step_manual."""

CAUGHT_BY = ("pytorch_finds_the_gradient",)
HINT = "This is the formula of task 1. Here PyTorch finds the gradient: from which tensor do you call backward()?"


def step_autograd(x, y, w, lr):
    w = w.detach()
    error = x @ w - y
    return (w - lr * (x.T @ error)).requires_grad_(), (0.5 * (error**2).sum()).item()
