"""Linear regression: a straight line through many dimensions, found step by step and all at once.

Shapes, in letters: m examples (always axis 0), n features. Every array is float64. The cost is a mean.
No function changes an array that it is given; each returns new ones.
"""

import numpy as np


def hypothesis(X: np.ndarray, W: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Predict one number for every example.

        H = X W + b

    Args:
        X: float64 (m, n), one example a row.
        W: float64 (n, 1), one weight for each feature.
        b: float64 (1,), the bias, the same for every example.

    Returns:
        float64 (m, 1), a column of predictions.

    >>> X = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    >>> hypothesis(X, np.array([[10.0], [1.0]]), np.array([0.5]))
    array([[12.5],
           [34.5],
           [56.5]])
    """
    raise NotImplementedError("Task 1: hypothesis")


def cost(pred: np.ndarray, y: np.ndarray) -> float:
    """Average the squared errors.

        cost = 1/m * sum over the m examples of (pred_i - y_i)^2

    Args:
        pred: float64 (m, 1), the predictions.
        y: float64 (m, 1), the targets, a column as well.

    Returns:
        float, the mean squared error.

    >>> cost(np.array([[0.0], [0.0]]), np.array([[1.0], [3.0]]))
    5.0

    To see the 5 yourself: the errors are -1 and -3, their squares 1 and 9.
    """
    raise NotImplementedError("Task 2: cost")


def cost_gradient(X: np.ndarray, y: np.ndarray, W: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Differentiate the cost of the hypothesis with respect to W and b.

        error   = X W + b - y
        dcost/dW_j = 2/m * sum over i of  error_i * X[i, j]
        dcost/db   = 2/m * sum over i of  error_i

    Args:
        X: float64 (m, n), the features.
        y: float64 (m, 1), the targets.
        W: float64 (n, 1), the weights.
        b: float64 (1,), the bias.

    Returns:
        float64 (n, 1), dcost/dW, and float64 (1,), dcost/db: each in the shape of its parameter.

    Do not change an argument in place.

    >>> X, y = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0], [2.0]])
    >>> cost_gradient(X, y, np.zeros((2, 1)), np.zeros(1))
    (array([[ -7.],
           [-10.]]), array([-3.]))

    To see the -7 yourself: the errors are -1 and -2, the first column is (1, 3), and 2/2 * (-1 * 1 - 2 * 3) is -7.
    """
    raise NotImplementedError("Task 3: cost_gradient")


def gradient_descent(
    X: np.ndarray,
    y: np.ndarray,
    lr: float,
    epochs: int,
    W0: np.ndarray | None = None,
    b0: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray, list[float]]:
    """Go downhill, one step per epoch, always with all examples.

        W <- W - lr * dcost/dW        b <- b - lr * dcost/db        (both slopes taken at the same W and b)

    Args:
        X: float64 (m, n), the features.
        y: float64 (m, 1), the targets.
        lr: the learning rate.
        epochs: the number of steps, 1 or more.
        W0: float64 (n, 1), the weights to start from; zeros if it is None.
        b0: float64 (1,), the bias to start from; zero if it is None.

    Returns:
        float64 (n, 1) and (1,), W and b after the last step, and
        the costs, a list of floats: entry i is the cost BEFORE step i + 1, so entry 0 is the cost of the start.

    Do not change an argument in place, W0 and b0 included.

    >>> X, y = np.array([[1.0], [2.0], [3.0]]), np.array([[1.0], [2.0], [3.0]])
    >>> W, b, costs = gradient_descent(X, y, lr=0.01, epochs=1)
    >>> W.round(4), b.round(4), np.round(costs, 4)
    (array([[0.0933]]), array([0.04]), array([4.6667]))
    """
    raise NotImplementedError("Task 4: gradient_descent")


def max_stable_lr(X: np.ndarray) -> float:
    """Find the learning rate at which gradient descent stops converging.

        lr_max = 2 / (largest eigenvalue of H),   H = 2/m * A^T A,   A = [X, 1]

    A is X with a column of ones for the bias. Below lr_max the cost goes to its minimum, above it to infinity.

    Args:
        X: float64 (m, n), the features.

    Returns:
        float, lr_max.

    >>> round(max_stable_lr(np.array([[3.0], [-3.0]])), 6)
    0.111111

    To see the 1/9 yourself: A is [[3, 1], [-3, 1]], so A^T A is [[18, 0], [0, 2]], and 2/2 * 18 is 18.
    """
    raise NotImplementedError("Task 5: max_stable_lr")


def normal_equation(X: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Find the W and b of smallest cost without a single step.

        A^T A theta = A^T y,   A = [X, 1],   theta = W with b below it

    Args:
        X: float64 (m, n), the features; the columns of A are independent, so there is one solution.
        y: float64 (m, 1), the targets.

    Returns:
        float64 (n, 1), W, and float64 (1,), b.

    >>> W, b = normal_equation(np.array([[1.0], [2.0], [4.0]]), np.array([[3.0], [5.0], [9.0]]))
    >>> W.round(6), b.round(6)
    (array([[2.]]), array([1.]))
    """
    raise NotImplementedError("Task 6: normal_equation")


def walk(method: str, curvature: np.ndarray, start: np.ndarray, lr: float, steps: int) -> np.ndarray:
    """Go down a valley with one of five methods, and write down the way.

    The valley is L(w) = 1/2 Σ curvature_i w_i², so its slope at w is g = curvature * w. m and s begin at 0. In step
    t = 1, 2, 3, …, entry by entry (sqrt is the square root):

        "sgd"        w = w - lr * g
        "momentum"   m = 0.9 * m + g                   w = w - lr * m
        "adagrad"    s = s + g²                        w = w - lr * g / (sqrt(s) + 1e-8)
        "rmsprop"    s = 0.9 * s + 0.1 * g²            w = w - lr * g / (sqrt(s) + 1e-8)
        "adam"       m = 0.9 * m + 0.1 * g             s = 0.999 * s + 0.001 * g²
                     w = w - lr * (m / (1 - 0.9**t)) / (sqrt(s / (1 - 0.999**t)) + 1e-8)

    Args:
        method: one of the five names.
        curvature: float64 (n,), each above 0.
        start: float64 (n,), w before the first step.
        lr: the learning rate.
        steps: the number of steps.

    Returns:
        float64 (steps + 1, n): row t is w after t steps; row 0 is the start.

    Do not change curvature or start in place.

    >>> walk("momentum", np.array([1.0, 100.0]), np.array([2.0, 1.0]), 0.01, 2).round(4)
    array([[ 2.    ,  1.    ],
           [ 1.98  ,  0.    ],
           [ 1.9422, -0.9   ]])
    """
    raise NotImplementedError("Task 7: walk")
