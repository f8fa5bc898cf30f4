"""Dog or wolf: a network of one layer, trained by hand.

Shapes, in letters: N examples (the batch, always axis 0), Din features, Dout outputs. Every array is float64.
No function changes an array that it is given; each returns a new one.
"""

import numpy as np


def predict(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Push the features through one linear layer.

        y_hat = x w,   y_hat_j = sum_i x_i * w_ij      (column j of w belongs to output j)

    Args:
        x: float64 (N, Din), one example a row; or (Din,), a single example.
        w: float64 (Din, Dout), the weights.

    Returns:
        float64 (N, Dout); or (Dout,) for a single example.

    >>> x = np.array([0.2, 0.3, 0.1, 0.9])
    >>> w = np.full((4, 2), 0.5)
    >>> predict(x, w)
    array([0.75, 0.75])
    """
    ### BEGIN SOLUTION
    return x @ w
    ### END SOLUTION


def loss(y_pred: np.ndarray, y: np.ndarray) -> float:
    """Measure how wrong the outputs are: half the sum of the squared errors.

        L = 1/2 * sum over all entries of (y_pred - y)^2      (a sum, not a mean)

    Args:
        y_pred: float64 (N, Dout) or (Dout,), the outputs.
        y: float64, the targets, of the same shape.

    Returns:
        float, L.

    >>> loss(np.array([0.75, 0.75]), np.array([1.0, 0.0]))
    0.3125

    To see the 0.3125 yourself: the errors are -0.25 and 0.75, their squares 0.0625 and 0.5625.
    """
    ### BEGIN SOLUTION
    return float(0.5 * np.sum((y_pred - y) ** 2))
    ### END SOLUTION


def grad_w(x: np.ndarray, y_pred: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Differentiate the loss L with respect to every weight.

        dL/dw_ij = sum over the N examples of  x_i * (y_pred_j - y_j)

    Args:
        x: float64 (N, Din) or (Din,), the features.
        y_pred: float64 (N, Dout) or (Dout,), the outputs that belong to x.
        y: float64, the targets, of the shape of y_pred.

    Returns:
        float64 (Din, Dout), dL/dw: the shape of w, for a single example, too.

    >>> x = np.array([1.0, 2.0, 3.0])
    >>> grad_w(x, np.array([0.5, 0.5]), np.array([1.0, 0.0]))
    array([[-0.5,  0.5],
           [-1. ,  1. ],
           [-1.5,  1.5]])

    To see the -1.5 yourself: nudge w[2, 0] by 0.001 and watch the slope of L.
    """
    ### BEGIN SOLUTION
    error = y_pred - y
    if x.ndim == 1:
        return np.outer(x, error)
    return x.T @ error  # the product sums over the examples
    ### END SOLUTION


def sgd_step(w: np.ndarray, g: np.ndarray, lr: float) -> np.ndarray:
    """Go one small step downhill.

        w_new = w - lr * g

    Args:
        w: float64 (Din, Dout), the weights.
        g: float64 (Din, Dout), the gradient dL/dw.
        lr: the learning rate, 0 or more.

    Returns:
        float64 (Din, Dout), the new weights, in a new array.

    Do not change w or g in place.

    >>> sgd_step(np.array([[1.0, 2.0]]), np.array([[10.0, -10.0]]), lr=0.1)
    array([[0., 3.]])
    """
    ### BEGIN SOLUTION
    return w - lr * g
    ### END SOLUTION


def train(
    x: np.ndarray, y: np.ndarray, w0: np.ndarray, lr: float = 1e-6, steps: int = 5000
) -> tuple[np.ndarray, np.ndarray]:
    """Repeat predict, loss, gradient, step.

    Args:
        x: float64 (N, Din), all examples; every step uses all of them.
        y: float64 (N, Dout), their targets.
        w0: float64 (Din, Dout), the weights to start from.
        lr: the learning rate.
        steps: the number of steps, 1 or more.

    Returns:
        float64 (Din, Dout), the weights after the last step, and
        float64 (steps,), the losses: entry i is the loss BEFORE step i + 1, so entry 0 is the loss of w0.

    Do not change w0 in place.

    >>> w, losses = train(np.array([[1.0]]), np.array([[2.0]]), np.array([[0.0]]), lr=0.5, steps=3)
    >>> w
    array([[1.75]])
    >>> losses
    array([2.   , 0.5  , 0.125])

    To see the 1.75 yourself: each step halves the distance to 2, from 0 to 1 to 1.5 to 1.75.
    """
    ### BEGIN SOLUTION
    w = w0.copy()
    losses = np.empty(steps)
    for step in range(steps):
        y_pred = predict(x, w)
        losses[step] = loss(y_pred, y)
        w = sgd_step(w, grad_w(x, y_pred, y), lr)
    return w, losses
    ### END SOLUTION
