"""The targets are used as a place to compute in."""

CAUGHT_BY = ("gradient_leaves_its_arguments_alone",)
HINT = "After your call the caller's y had changed. Where does `-=` put its result?"


def cost_gradient(X, y, W, b):
    y -= X @ W + b
    return -2 * X.T @ y / len(X), -2 * y.mean(axis=0)
