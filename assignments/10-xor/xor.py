"""XOR: what one layer cannot do, what two can, and the gradient of two layers by hand.

Shapes, in letters: N examples (the batch, always axis 0) of 2 inputs each, h hidden units. Arrays are float64; only the
models of PyTorch compute in float32. Losses are means over all examples. No function changes what it is given.

sigmoid, sigmoid_prime and bce are those of assignment 05. They are given, and finished.
"""

import numpy as np
import torch
from torch import nn


def sigmoid(z: np.ndarray) -> np.ndarray:
    """Squash every number of z into (0, 1)."""
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, small) / (1.0 + small)


def sigmoid_prime(z: np.ndarray) -> np.ndarray:
    """Differentiate the sigmoid at z; z is its argument, NOT its value."""
    s = sigmoid(z)
    return s * (1.0 - s)


def bce(p: np.ndarray, y: np.ndarray) -> float:
    """Average the binary cross-entropy of probabilities p against labels y of the same shape."""
    p = np.clip(p, 1e-12, 1.0 - 1e-12)
    return float(-np.mean(y * np.log(p) + (1.0 - y) * np.log(1.0 - p)))


def perceptron(X: np.ndarray, w: np.ndarray, b: float) -> np.ndarray:
    """Say for every row of X on which side of a line it lies.

        answer = 1 where x1 * w1 + x2 * w2 + b > 0, 0 where it is < 0

    Args:
        X: float64 (N, 2).
        w: float64 (2,).
        b: a number.

    Returns:
        (N,), each 0 or 1, as integers, floats or truth values. What a point exactly on the line gets is up to you.

    >>> perceptron(np.array([[3.0, 0.0], [0.0, 3.0]]), np.array([1.0, -1.0]), -2.0).tolist()
    [1, 0]
    """
    raise NotImplementedError("Task 1: perceptron")


def and_weights() -> tuple[np.ndarray, float]:
    """Choose the line of a perceptron that computes AND: 1 for (1, 1), 0 for (0, 0), (0, 1) and (1, 0).

    Returns:
        w, float64 (2,), and b, a number. The line keeps its distance: the four answers stay right when each of the
        two inputs is off by up to 0.1.

    >>> w, b = and_weights()
    >>> bool(w[0] + w[1] + b > 0)
    True
    """
    raise NotImplementedError("Task 2: and_weights")


def or_weights() -> tuple[np.ndarray, float]:
    """Choose the line of a perceptron that computes OR: 0 for (0, 0), 1 for (0, 1), (1, 0) and (1, 1).

    Returns:
        w and b, as in and_weights, with the same distance.

    >>> w, b = or_weights()
    >>> bool(b < 0)
    True
    """
    raise NotImplementedError("Task 2: or_weights")


def train_single_layer(steps: int = 10001, lr: float = 1.0, seed: int = 777) -> list[float]:
    """Let one layer with a sigmoid learn XOR by gradient descent, and write down its costs.

    Call torch.manual_seed(seed) first, and make nn.Linear(2, 1) directly after it: nothing else draws from the
    generator. Each step uses all four rows of XOR, in float32: the mean binary cross-entropy of sigmoid(linear(X)),
    its gradient, and a step of plain SGD.

    Args:
        steps: the number of steps.
        lr: the learning rate.
        seed: for torch.manual_seed.

    Returns:
        steps floats: entry i is the cost BEFORE step i + 1.

    >>> [round(cost, 4) for cost in train_single_layer(steps=2)]
    [0.7274, 0.7095]
    """
    raise NotImplementedError("Task 3: train_single_layer")


def handset_mlp(X: np.ndarray) -> np.ndarray:
    """Compute XOR with two layers whose weights the lecture has set by hand.

        y1 = sigmoid(  5 x1 +  5 x2 - 8)
        y2 = sigmoid( -7 x1 -  7 x2 + 3)
        z  = sigmoid(-11 y1 - 11 y2 + 6)

    Args:
        X: float64 (N, 2).

    Returns:
        float64 (N, 1), z for every row; nothing is rounded, not even on the way.

    >>> handset_mlp(np.array([[0.0, 1.0], [1.0, 1.0]])).round(3)
    array([[0.995],
           [0.024]])
    """
    raise NotImplementedError("Task 4: handset_mlp")


def init_params(hidden: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Draw the weights from which a net with one hidden layer starts.

    Args:
        hidden: h, the number of hidden units, 1 or more.
        rng: the only source of randomness: a generator in the same state gives the same weights, another one others.

    Returns:
        w1 (2, h), b1 (h,), w2 (h, 1), b2 (1,), all float64, new, finite and at most 10 in size. Every entry of w1 and
        of w2 is drawn by itself, from a distribution of your choice; the biases may be drawn as well, or be 0.

    >>> params = init_params(3, np.random.default_rng(0))
    >>> {name: value.shape for name, value in params.items()}
    {'w1': (2, 3), 'b1': (3,), 'w2': (3, 1), 'b2': (1,)}
    """
    raise NotImplementedError("Task 5: init_params")


def forward(params: dict[str, np.ndarray], X: np.ndarray) -> dict[str, np.ndarray]:
    """Run both layers, and keep every station on the way.

        l1 = X @ w1 + b1        a1 = sigmoid(l1)
        l2 = a1 @ w2 + b2       y_pred = sigmoid(l2)

    Args:
        params: w1 (2, h), b1 (h,), w2 (h, 1), b2 (1,), float64.
        X: float64 (N, 2).

    Returns:
        l1 (N, h), a1 (N, h), l2 (N, 1), y_pred (N, 1), float64: these four names and no others.

    Do not change params or X in place.

    >>> params = {"w1": np.zeros((2, 1)), "b1": np.zeros(1), "w2": np.array([[2.0]]), "b2": np.array([-1.0])}
    >>> forward(params, np.array([[0.0, 1.0]]))["y_pred"]
    array([[0.5]])

    To see the 0.5 yourself: l1 is 0, so a1 is 1/2, and l2 is 2 * 1/2 - 1 = 0.
    """
    raise NotImplementedError("Task 6: forward")


def backward(
    params: dict[str, np.ndarray], X: np.ndarray, Y: np.ndarray, cache: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Differentiate the MEAN binary cross-entropy L of y_pred against Y with respect to all four parameters.

        L = -1/N * sum over the N rows of [ Y * log(y_pred) + (1 - Y) * log(1 - y_pred) ]

    Args:
        params: w1 (2, h), b1 (h,), w2 (h, 1), b2 (1,), float64.
        X: float64 (N, 2).
        Y: float64 (N, 1), each 0.0 or 1.0.
        cache: what forward(params, X) returns: l1 (N, h), a1 (N, h), l2 (N, 1), y_pred (N, 1).

    Returns:
        dL/dw1 as "w1", and likewise b1, w2, b2: float64, each of the shape of its parameter. The 1/N of the mean is in
        all four of them.

    Do not change any argument in place; taking the step is not the business of this function.

    >>> params = {"w1": np.zeros((2, 1)), "b1": np.zeros(1), "w2": np.array([[2.0]]), "b2": np.array([-1.0])}
    >>> X, Y = np.array([[0.0, 1.0]]), np.array([[1.0]])
    >>> {name: value.tolist() for name, value in backward(params, X, Y, forward(params, X)).items()}
    {'w1': [[0.0], [-0.25]], 'b1': [-0.25], 'w2': [[-0.25]], 'b2': [-0.5]}

    To see the first -0.25 yourself: nudge w1[1, 0] by 0.001 and watch the slope of L.
    """
    raise NotImplementedError("Task 7: backward")


def train_mlp(
    params: dict[str, np.ndarray], X: np.ndarray, Y: np.ndarray, lr: float, steps: int
) -> tuple[dict[str, np.ndarray], list[float]]:
    """Take steps of gradient descent on all rows, and write down the costs.

    One step: forward, the cost bce(y_pred, Y), backward; then all four parameters move by -lr times their gradient.

    Args:
        params: w1 (2, h), b1 (h,), w2 (h, 1), b2 (1,), float64: where to start.
        X: float64 (N, 2).
        Y: float64 (N, 1), each 0.0 or 1.0.
        lr: the learning rate.
        steps: the number of steps.

    Returns:
        The parameters after the last step, under the same names, in new arrays; and steps floats, of which entry i is
        the cost BEFORE step i + 1. Zero steps return copies of params and an empty list.

    Do not change params, X or Y in place.

    >>> params = {"w1": np.zeros((2, 1)), "b1": np.zeros(1), "w2": np.array([[2.0]]), "b2": np.array([-1.0])}
    >>> trained, costs = train_mlp(params, np.array([[0.0, 1.0]]), np.array([[1.0]]), lr=1.0, steps=1)
    >>> trained["b2"], round(costs[0], 4)
    (array([-0.5]), 0.6931)
    """
    raise NotImplementedError("Task 8: train_mlp")


def make_mlp() -> nn.Sequential:
    """Build the same net in PyTorch: 2 inputs, 2 hidden units, 1 output, a sigmoid after each of the two layers.

    Returns:
        nn.Sequential; float32 (N, 2) becomes (N, 1), probabilities. 9 parameters.

    >>> make_mlp()(torch.zeros(5, 2)).shape
    torch.Size([5, 1])
    """
    raise NotImplementedError("Task 9: make_mlp")


def make_wide_deep() -> nn.Sequential:
    """Build a wider and deeper one: 2-10-10-10-1, a sigmoid after each of the four layers.

    Returns:
        nn.Sequential; float32 (N, 2) becomes (N, 1), probabilities. 261 parameters.

    >>> make_wide_deep()(torch.zeros(5, 2)).shape
    torch.Size([5, 1])
    """
    raise NotImplementedError("Task 9: make_wide_deep")


def ring(X: np.ndarray) -> np.ndarray:
    """Label points of the plane: 1 in the ring 1 <= |x| <= 2, its edges included, 0 inside and outside of it.

    Args:
        X: float64 (N, 2). |x| is the length of a row, the root of x1² + x2².

    Returns:
        float64 (N, 1), each 0.0 or 1.0.

    >>> ring(np.array([[0.0, 0.5], [-1.0, 0.0], [1.2, 1.6], [2.0, 2.0]])).ravel()
    array([0., 1., 1., 0.])
    """
    raise NotImplementedError("Task 10: ring")


def parity(X: np.ndarray) -> np.ndarray:
    """Label small images: 1 where the number of pixels with ink is odd, 0 where it is even.

    Args:
        X: float64 (N, n), each 0.0 (paper) or 1.0 (ink); n pixels in a row.

    Returns:
        float64 (N, 1), each 0.0 or 1.0.

    >>> parity(np.array([[0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [1.0, 1.0, 0.0], [1.0, 1.0, 1.0]])).ravel()
    array([0., 1., 0., 1.])
    """
    raise NotImplementedError("Task 10: parity")


def three_modes(X: np.ndarray, centres: np.ndarray, radius: float) -> np.ndarray:
    """Label points of the plane: 1 within ``radius`` of at least one centre, the edge included, 0 elsewhere.

    Args:
        X: float64 (N, 2).
        centres: float64 (k, 2); the lecture has three.
        radius: a number above 0.

    Returns:
        float64 (N, 1), each 0.0 or 1.0, also where a point is near to two centres.

    >>> three_modes(np.array([[0.0, 1.0], [3.0, 0.0]]), np.array([[0.0, 0.0], [0.0, 2.0], [-2.0, 0.0]]), 1.0).ravel()
    array([1., 0.])
    """
    raise NotImplementedError("Task 10: three_modes")


def decision_map(params: dict[str, np.ndarray], size: int = 21, reach: float = 2.5) -> list[str]:
    """Draw what a net says about the plane: "#" where y_pred is above 1/2, "." elsewhere.

    Args:
        params: w1 (2, h), b1 (h,), w2 (h, 1), b2 (1,), float64.
        size: the number of rows, and of columns; 2 or more.
        reach: the columns are x1 from -reach on the left to reach on the right, the rows x2 from reach at the top to
            -reach at the bottom, both in equal steps, the ends included.

    Returns:
        size strings, from top to bottom, of size characters each.

    Do not change params in place.

    >>> params = {"w1": np.array([[1.0], [0.0]]), "b1": np.zeros(1), "w2": np.array([[2.0]]), "b2": np.array([-1.0])}
    >>> decision_map(params, size=3)
    ['..#', '..#', '..#']
    """
    raise NotImplementedError("Task 10: decision_map")
