"""Softmax regression: scores become probabilities, and a surprise becomes a loss.

Shapes, in letters: N examples (the batch, always axis 0), D features, K classes. Arrays are float64, except labels:
they are whole numbers, each in 0 .. K - 1. No function changes an array that it is given.
"""

import numpy as np


def one_hot(y: np.ndarray, k: int) -> np.ndarray:
    """Write each label as a row with a single 1 in it.

        row i has a 1 in column y_i, and 0 everywhere else

    Args:
        y: int (N,), labels, each in 0 .. k - 1; not every class need occur.
        k: the number of classes.

    Returns:
        float64 (N, k).

    >>> one_hot(np.array([2, 0]), 3)
    array([[0., 0., 1.],
           [1., 0., 0.]])
    """
    raise NotImplementedError("Task 1: one_hot")


def softmax(z: np.ndarray) -> np.ndarray:
    """Turn each row of scores into probabilities.

        p_ij = exp(z_ij) / sum over the row of exp(z_i.)

    Args:
        z: float64 (N, K), the scores (logits), any size of number: ±20,000 must not give nan.

    Returns:
        float64 (N, K), all in [0, 1]; every row sums to 1.

    Do not change z in place.

    >>> softmax(np.log(np.array([[1.0, 2.0, 5.0]])))
    array([[0.125, 0.25 , 0.625]])

    To see it yourself: the exponentials are 1, 2 and 5, and their sum is 8.
    """
    raise NotImplementedError("Task 2: softmax")


def entropy_bits(p: np.ndarray) -> float:
    """Average the surprise of a distribution, in bits.

        H(P) = sum over the outcomes of p_j * log2(1 / p_j)

    Args:
        p: float64 (K,), probabilities that sum to 1. An outcome of probability 0 adds 0.

    Returns:
        float, H(P), from 0 to log2(K).

    >>> entropy_bits(np.array([0.5, 0.25, 0.25]))
    1.5

    To see it yourself: the surprises are 1, 2 and 2 bits; half the time 1, half the time 2.
    """
    raise NotImplementedError("Task 3: entropy_bits")


def cross_entropy_bits(p: np.ndarray, q: np.ndarray) -> float:
    """Average the surprise, in bits, of somebody who believes Q while P is true.

        H(P, Q) = sum over the outcomes of p_j * log2(1 / q_j)

    Args:
        p: float64 (K,), the true probabilities. An outcome that never happens, p_j = 0, adds 0, whatever q_j is.
        q: float64 (K,), the believed probabilities, above 0 wherever p is.

    Returns:
        float, H(P, Q), never less than H(P).

    >>> cross_entropy_bits(np.array([0.5, 0.25, 0.25]), np.array([0.25, 0.25, 0.5]))
    1.75
    """
    raise NotImplementedError("Task 4: cross_entropy_bits")


def cross_entropy(z: np.ndarray, y: np.ndarray) -> float:
    """Average the surprise of the true labels, in natural units, computed from the logits.

        L = 1/N * sum over the rows of [ log( sum_j exp(z_ij) ) - z_i,y_i ]

    which is the mean of -log(softmax(z)) at the true classes.

    Args:
        z: float64 (N, K), logits, NOT probabilities; any size of number: where the true class lies 2000 below the
            largest score, the row costs 2000, not inf.
        y: int (N,), labels, each in 0 .. K - 1.

    Returns:
        float, L, the mean over the rows.

    Do not change z in place.

    >>> round(cross_entropy(np.log(np.array([[1.0, 2.0, 5.0], [2.0, 1.0, 1.0]])), np.array([2, 1])), 6)
    0.928149

    To see it yourself: the true classes have the probabilities 5/8 and 1/4; -log(5/8) is 0.470004, -log(1/4) is
    1.386294, and their mean is 0.928149.
    """
    raise NotImplementedError("Task 5: cross_entropy")


def cross_entropy_backward(z: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Differentiate the loss of cross_entropy with respect to every logit.

        dL/dz = (softmax(z) - one_hot(y)) / N      for N rows

    Args:
        z: float64 (N, K), logits, any size of number.
        y: int (N,), labels, each in 0 .. K - 1.

    Returns:
        float64 (N, K), dL/dz.

    Do not change z in place.

    >>> cross_entropy_backward(np.log(np.array([[1.0, 2.0, 5.0], [2.0, 1.0, 1.0]])), np.array([2, 1]))
    array([[ 0.0625,  0.125 , -0.1875],
           [ 0.25  , -0.375 ,  0.125 ]])

    To see the -0.1875 yourself: 5/8 - 1 is -3/8, and half of it is -3/16.
    """
    raise NotImplementedError("Task 6: cross_entropy_backward")


class SoftmaxRegression:
    """A classifier for K classes: the probabilities of a row x are softmax(x @ W + b).

    Attributes, there after fit:
        W: float64 (D, K), the weights; column j belongs to class j.
        b: float64 (K,), the biases.
    """

    W: np.ndarray
    b: np.ndarray

    def fit(
        self,
        X: np.ndarray,
        y: np.ndarray,
        k: int,
        lr: float,
        epochs: int,
        W0: np.ndarray | None = None,
        b0: np.ndarray | None = None,
    ) -> list[float]:
        """Take one step of gradient descent per epoch, on all examples, always from the given start.

        Args:
            X: float64 (N, D), the features.
            y: int (N,), labels, each in 0 .. k - 1.
            k: the number of classes, K.
            lr: the learning rate.
            epochs: the number of steps; 0 leaves W and b at the start.
            W0: float64 (D, K), where W starts; None means zeros.
            b0: float64 (K,), where b starts; None means zeros.

        Returns:
            the costs (mean cross entropy), a list of floats: entry i is the cost BEFORE step i + 1. From zeros, entry
            0 is log K.

        Do not change any of the arrays in place.

        >>> model = SoftmaxRegression()
        >>> costs = model.fit(np.array([[1.0], [3.0]]), np.array([0, 1]), k=2, lr=1.0, epochs=1)
        >>> model.W, model.b
        (array([[-0.5,  0.5]]), array([0., 0.]))

        To see the 0.5 yourself: all four probabilities are 1/2, so dL/dz is [[-1/4, 1/4], [1/4, -1/4]], and the
        second column of Xᵀ dL/dz is 1/4 - 3/4.
        """
        raise NotImplementedError("Task 7: SoftmaxRegression")

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Return the class with the largest score for every row of X (N, D): int (N,)."""
        raise NotImplementedError("Task 7: SoftmaxRegression")
