"""Logistic regression: a probability, a loss that fits it, and the way back.

Shapes, in letters: N examples (the batch, always axis 0), D features. Every array is float64.
Losses are means over all entries. No function changes an array that it is given.
"""

import numpy as np


def sigmoid(z: np.ndarray) -> np.ndarray:
    """Squash every number into (0, 1).

        s(z) = 1 / (1 + exp(-z))

    Args:
        z: float64, any shape, any size of number: ±1000 must give 1 and 0, not nan.

    Returns:
        float64, the shape of z.

    >>> sigmoid(np.array([0.0, np.log(3.0)]))
    array([0.5 , 0.75])
    """
    raise NotImplementedError("Task 1: sigmoid")


def sigmoid_prime(z: np.ndarray) -> np.ndarray:
    """Differentiate the sigmoid at z.

        s'(z) = s(z) * (1 - s(z))

    Args:
        z: float64, any shape: the argument of the sigmoid, NOT its value. ±1000 must give 0, not nan.

    Returns:
        float64, the shape of z.

    >>> sigmoid_prime(np.array([0.0, np.log(3.0)]))
    array([0.25  , 0.1875])

    To see the 0.1875 yourself: s(log 3) is 3/4, and 3/4 times 1/4 is 3/16.
    """
    raise NotImplementedError("Task 2: sigmoid_prime")


def bce(p: np.ndarray, y: np.ndarray) -> float:
    """Average the binary cross-entropy of predicted probabilities.

        L = -1/n * sum over all n entries of [ y * log(p) + (1 - y) * log(1 - p) ]

    Args:
        p: float64, any shape, predicted P(y = 1); first clip it to [1e-12, 1 - 1e-12], so that 0 and 1 cost a
            large but finite amount.
        y: float64, the shape of p, labels, each 0.0 or 1.0.

    Returns:
        float, L.

    >>> round(bce(np.array([0.8, 0.5]), np.array([1.0, 0.0])), 6)
    0.458145

    To see it yourself: -log(0.8) is 0.223144, -log(1 - 0.5) is 0.693147; their mean is 0.458145.
    """
    raise NotImplementedError("Task 3: bce")


def bce_backward(p: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Differentiate the mean binary cross-entropy L with respect to every p.

        dL/dp = (p - y) / (p * (1 - p)) / n      for n entries

    Args:
        p: float64, any shape, predicted P(y = 1); clip it as bce does.
        y: float64, the shape of p, labels, each 0.0 or 1.0.

    Returns:
        float64, the shape of p, dL/dp.

    Do not change p or y in place.

    >>> p = np.array([0.8, 0.5])
    >>> y = np.array([1.0, 0.0])
    >>> bce_backward(p, y).round(6)
    array([-0.625,  1.   ])

    To see the -0.625 yourself: nudge p[0] by 0.001 and watch the slope of L.
    """
    raise NotImplementedError("Task 4: bce_backward")


def bce_with_logits(z: np.ndarray, y: np.ndarray) -> float:
    """Average the binary cross-entropy of sigmoid(z), computed from the logits z without a detour over p.

        L = 1/n * sum over all n entries of [ max(z, 0) - z * y + log(1 + exp(-|z|)) ]

    Args:
        z: float64, any shape, the logits, any size of number: a wrong answer at z = 1000 costs exactly 1000.
        y: float64, the shape of z, labels, each 0.0 or 1.0.

    Returns:
        float, L.

    >>> bce_with_logits(np.array([1000.0, 1000.0]), np.array([1.0, 0.0]))
    500.0
    """
    raise NotImplementedError("Task 5: bce_with_logits")


def bce_with_logits_backward(z: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Differentiate the loss of bce_with_logits with respect to every logit.

        dL/dz = (s(z) - y) / n      for n entries

    Args:
        z: float64, any shape, the logits, any size of number.
        y: float64, the shape of z, labels, each 0.0 or 1.0.

    Returns:
        float64, the shape of z, dL/dz.

    >>> bce_with_logits_backward(np.array([0.0, 0.0]), np.array([1.0, 0.0]))
    array([-0.25,  0.25])
    """
    raise NotImplementedError("Task 6: bce_with_logits_backward")


def sgd_step(params: dict[str, np.ndarray], grads: dict[str, np.ndarray], lr: float) -> dict[str, np.ndarray]:
    """Move every parameter one step against its gradient.

        new[k] = params[k] - lr * grads[k]      for every name k

    Args:
        params: names and float64 arrays of any shapes.
        grads: for every name of params, and no other, an array of the same shape.
        lr: the learning rate, 0 or more.

    Returns:
        the same names with new arrays.

    Raises:
        ValueError: the names differ, or the two arrays of a name differ in shape.

    Do not change params or grads in place, and return no array of theirs, not even for lr = 0.

    >>> sgd_step({"b": np.array([1.0])}, {"b": np.array([2.0])}, lr=0.1)
    {'b': array([0.8])}
    """
    raise NotImplementedError("Task 7: sgd_step")


class LogisticRegression:
    """A binary classifier: the probability that y = 1 is sigmoid(X @ W + b).

    Attributes, there after fit:
        W: float64 (D, 1), the weights.
        b: float64 (1,), the bias.
    """

    W: np.ndarray
    b: np.ndarray

    def fit(self, X: np.ndarray, y: np.ndarray, lr: float = 0.05, epochs: int = 1000) -> list[float]:
        """Start from W = 0 and b = 0 and take one step of gradient descent per epoch, on all examples.

        Args:
            X: float64 (N, D), the features.
            y: float64 (N, 1), labels, each 0.0 or 1.0.
            lr: the learning rate.
            epochs: the number of steps; 0 leaves W and b zero.

        Returns:
            the costs (mean binary cross-entropy), a list of floats: entry i is the cost BEFORE step i + 1,
            so entry 0 is log 2.

        >>> model = LogisticRegression()
        >>> costs = model.fit(np.array([[1.0], [3.0]]), np.array([[0.0], [1.0]]), lr=1.0, epochs=1)
        >>> model.W, model.b
        (array([[0.5]]), array([0.]))

        To see the 0.5 yourself: both probabilities are 1/2, so dL/dz is (1/4, -1/4), and dL/dW is 1/4 - 3/4.
        """
        raise NotImplementedError("Task 8: LogisticRegression")

    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        """Return P(y = 1) for every row of X (N, D): float64 (N, 1)."""
        raise NotImplementedError("Task 8: LogisticRegression")

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Return the answer for every row of X (N, D): (N, 1), 1 where P(y = 1) >= 0.5, otherwise 0."""
        raise NotImplementedError("Task 8: LogisticRegression")
