"""The squared errors in place of the errors."""

CAUGHT_BY = ("gradient_by_hand",)
HINT = "You multiply the features by the squared errors. What remains of a square when it is differentiated?"


def cost_gradient(X, y, W, b):
    e = (X @ W + b - y) ** 2
    return 2 * X.T @ e / len(X), 2 * e.mean(axis=0)
