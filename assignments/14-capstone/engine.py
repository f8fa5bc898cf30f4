"""A tensor engine: automatic differentiation, a fast convolution with its way back, and a network trained by both.

Every array is float64. The convolution is that of assignment 12: cross-correlation, (N, C, H, W) and (O, C, kh, kw).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np


class Tensor:
    """An array that remembers how it was computed, so that backward() can find the gradient of everything before it.

    Every operation computes its value at once and returns a new Tensor. The other operand of + and * may be a number
    or an array; it broadcasts as in numpy.

    Attributes:
        data: float64 array, the value.
        grad: None or a float64 array of the shape of data, the gradient.
        requires_grad: whether a gradient is wanted; of a result it is True where it is True of any operand.

    >>> a = Tensor([1.0, 2.0], requires_grad=True)
    >>> loss = (a * a + a).sum()
    >>> loss.backward()
    >>> a.grad
    array([3., 5.])
    """

    __array_ufunc__ = None  # so that numpy leaves `array * tensor` to Tensor.__rmul__

    def __init__(
        self,
        data: np.ndarray | float | Sequence[float],
        requires_grad: bool = False,
        *,
        parents: tuple[Tensor, ...] = (),
        hand_back: Callable[[np.ndarray], tuple[np.ndarray, ...]] | None = None,
    ) -> None:
        """Keep data as a float64 array of its own; grad is None.

        The last two are a suggestion, for the operations below: the tensors that this one was computed from, and a
        function that turns its gradient into one gradient for each of them. Build your tensors otherwise if you like.
        """
        raise NotImplementedError("Task 1: Tensor")

    def __add__(self, other: Tensor | np.ndarray | float) -> Tensor:
        """self + other, entry by entry."""
        raise NotImplementedError("Task 1: Tensor")

    def __mul__(self, other: Tensor | np.ndarray | float) -> Tensor:
        """self * other, entry by entry."""
        raise NotImplementedError("Task 1: Tensor")

    def __matmul__(self, other: Tensor) -> Tensor:
        """self @ other, of two tensors with two axes each."""
        raise NotImplementedError("Task 1: Tensor")

    def __pow__(self, exponent: float) -> Tensor:
        """self ** exponent, entry by entry; the exponent is a number."""
        raise NotImplementedError("Task 1: Tensor")

    def sum(self, axis: int | None = None, keepdims: bool = False) -> Tensor:
        """The sum over all entries, or along one axis, which stays with length 1 if keepdims (all as in numpy)."""
        raise NotImplementedError("Task 1: Tensor")

    def mean(self, axis: int | None = None, keepdims: bool = False) -> Tensor:
        """The mean over all entries, or along one axis, which stays with length 1 if keepdims (all as in numpy)."""
        raise NotImplementedError("Task 1: Tensor")

    def relu(self) -> Tensor:
        """max(0, self), entry by entry. (Any slope from 0 to 1 will do at 0.)"""
        raise NotImplementedError("Task 1: Tensor")

    def sigmoid(self) -> Tensor:
        """1 / (1 + e^(-self)), entry by entry, finite and right for large numbers of both signs."""
        raise NotImplementedError("Task 1: Tensor")

    def exp(self) -> Tensor:
        """e^self, entry by entry."""
        raise NotImplementedError("Task 1: Tensor")

    def log(self) -> Tensor:
        """The natural logarithm, entry by entry."""
        raise NotImplementedError("Task 1: Tensor")

    def reshape(self, *shape: int) -> Tensor:
        """The same entries in another shape; -1 stands for what is left, as in numpy."""
        raise NotImplementedError("Task 1: Tensor")

    def backward(self) -> None:
        """Add the gradient of the sum of this tensor's entries to the .grad of every leaf that requires one.

        It is called on a tensor that requires a gradient. A leaf is a tensor that was not computed:
        Tensor(..., requires_grad=True). Every call ADDS to what stands in .grad (None counts as zeros), so that two
        losses of the same leaves can be summed, also if they share a part of their computation. What stands in the
        .grad of other tensors is up to you; where requires_grad is False, grad stays None. Thousands of operations in
        a chain are no obstacle: Python's stack is, at about 1000 calls.

        >>> x = Tensor(3.0, requires_grad=True)
        >>> (x * x + x).backward()
        >>> x.grad
        array(7.)
        """

        raise NotImplementedError("Task 1: Tensor")

    # What follows is given: all of it rests on + * and **.

    def __radd__(self, other: np.ndarray | float) -> Tensor:
        return self + other

    def __rmul__(self, other: np.ndarray | float) -> Tensor:
        return self * other

    def __neg__(self) -> Tensor:
        return self * -1.0

    def __sub__(self, other: Tensor | np.ndarray | float) -> Tensor:
        return self + other * -1.0

    def __rsub__(self, other: np.ndarray | float) -> Tensor:
        return self * -1.0 + other

    def __truediv__(self, other: Tensor | np.ndarray | float) -> Tensor:
        return self * other**-1.0

    def __repr__(self) -> str:
        return f"Tensor({self.data}, requires_grad={self.requires_grad})"


def gradcheck(f: Callable[..., Tensor], inputs: list[Tensor], eps: float = 1e-6) -> float:
    """Compare what backward() says with what happens when each entry of each input is moved by eps.

        relative error of an entry = |a - n| / max(1e-8, |a| + |n|),    n = (f(x + eps) - f(x - eps)) / (2 * eps)

    where a is the entry of .grad after backward() (0 where .grad is None: f does not use that input).

    Args:
        f: called with the tensors, f(*inputs); returns a Tensor of one entry.
        inputs: tensors with requires_grad. Whatever stands in their .grad when the check begins must not matter.
        eps: how far an entry is moved.

    Returns:
        The largest relative error over all entries of all inputs, a float. Right code gives about 1e-8 or less.

    The data of the inputs are afterwards what they were before.

    >>> def cubes(x):
    ...     return (x**3).sum()
    >>> gradcheck(cubes, [Tensor([0.5, -2.0], requires_grad=True)]) < 1e-7
    True
    """
    raise NotImplementedError("Task 2: gradcheck")


def im2col(x: np.ndarray, kh: int, kw: int, stride: int, padding: int) -> np.ndarray:
    """Lay every window of a batch into a row of a matrix, so that a convolution becomes one matrix product.

    Row (n, i, j), the last counting fastest, holds the window of image n whose upper left corner is at row i * stride
    and column j * stride of the padded image. Its entries are in the order (c, p, q): channel, row, column of the
    window.

    Args:
        x: float64 (N, C, H, W).
        kh, kw: height and width of a window, not larger than the padded image.
        stride: distance between two windows, in both directions.
        padding: rows and columns of zeros on all four sides.

    Returns:
        float64 (N * oh * ow, C * kh * kw), oh = (H - kh + 2 * padding) // stride + 1, ow likewise. A new array.

    Do not change x in place.

    >>> im2col(np.arange(9.0).reshape(1, 1, 3, 3), 2, 2, 1, 0)
    array([[0., 1., 3., 4.],
           [1., 2., 4., 5.],
           [3., 4., 6., 7.],
           [4., 5., 7., 8.]])
    """
    raise NotImplementedError("Task 3: im2col")


def conv2d_fast(x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int = 1, padding: int = 0) -> np.ndarray:
    """Convolve a batch with O kernels, fast: it takes no loop over places, images or channels.

        y[n, o, i, j] = b[o] + sum over c, p, q of  X[n, c, i * stride + p, j * stride + q] * w[o, c, p, q]

    where X is x with `padding` rows and columns of zeros on all four sides (the kernel is not flipped).

    Args:
        x: float64 (N, C, H, W).
        w: float64 (O, C, kh, kw).
        b: float64 (O,).
        stride, padding: as for im2col.

    Returns:
        float64 (N, O, oh, ow).

    8 of the 20 points are for speed: at least 20 times as fast as one sum for each output, see the hand-out.
    Do not change x, w or b in place.

    >>> conv2d_fast(np.ones((1, 1, 3, 3)), np.ones((1, 1, 3, 3)), np.array([0.5]), padding=1)[0, 0]
    array([[4.5, 6.5, 4.5],
           [6.5, 9.5, 6.5],
           [4.5, 6.5, 4.5]])
    """
    raise NotImplementedError("Task 4: conv2d_fast")


def conv2d_backward(
    dout: np.ndarray, x: np.ndarray, w: np.ndarray, stride: int = 1, padding: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Differentiate a loss with respect to the inputs of conv2d_fast.

    Args:
        dout: float64 (N, O, oh, ow), the gradient of the loss with respect to what conv2d_fast returned.
        x, w, stride, padding: as they were given to conv2d_fast.

    Returns:
        (dx, dw, db), float64, of the shapes of x, w and b.

    Do not change dout, x or w in place.

    >>> x, w = np.arange(4.0).reshape(1, 1, 2, 2), np.array([[[[10.0]]]])
    >>> dx, dw, db = conv2d_backward(np.ones((1, 1, 2, 2)), x, w)
    >>> dx[0, 0], dw.item(), db
    (array([[10., 10.],
           [10., 10.]]), 6.0, array([4.]))
    """
    raise NotImplementedError("Task 5: conv2d_backward")


def max_pool2d_backward(dout: np.ndarray, x: np.ndarray, k: int) -> np.ndarray:
    """Differentiate a loss with respect to the input of max pooling with k x k windows that lie side by side.

    Args:
        dout: float64 (N, C, H // k, W // k), the gradient with respect to the maxima.
        x: float64 (N, C, H, W), what was pooled; rows and columns that fill no window were left out.
        k: side of a window.

    Returns:
        float64 (N, C, H, W): the gradient of a window goes to the entry that was its maximum. Where several entries
        are the maximum, it goes to ONE of them, whichever you like.

    Do not change dout or x in place.

    >>> max_pool2d_backward(np.array([[[[5.0]]]]), np.array([[[[1.0, 2.0, 9.0], [4.0, 3.0, 9.0]]]]), 2)
    array([[[[0., 0., 0.],
             [5., 0., 0.]]]])
    """
    raise NotImplementedError("Task 6: max_pool2d_backward")


class SGD:
    """Gradient descent: p = p - lr * gradient, for every parameter p.

    >>> p = Tensor([1.0, 2.0], requires_grad=True)
    >>> (p * p).sum().backward()
    >>> SGD([p], lr=0.1).step()
    >>> p.data
    array([0.8, 1.6])
    """

    def __init__(self, params: list[Tensor], lr: float) -> None:
        """Remember the tensors and the learning rate."""
        raise NotImplementedError("Task 7: SGD")

    def step(self) -> None:
        """Move the data of every parameter against its .grad; one whose .grad is None stays where it is."""
        raise NotImplementedError("Task 7: SGD")

    def zero_grad(self) -> None:
        """Forget the gradients: None or zeros, as you like."""
        raise NotImplementedError("Task 7: SGD")


class Adam:
    """Adam (Kingma and Ba, 2015) with beta1 = 0.9, beta2 = 0.999, eps = 1e-8. In step t = 1, 2, …, with gradient g:

        m = beta1 * m + (1 - beta1) * g          v = beta2 * v + (1 - beta2) * g²         both begin at 0
        p = p - lr * (m / (1 - beta1**t)) / (sqrt(v / (1 - beta2**t)) + eps)

    >>> p = Tensor([1.0, 2.0], requires_grad=True)
    >>> (p * p).sum().backward()
    >>> Adam([p], lr=0.1).step()
    >>> p.data.round(6)
    array([0.9, 1.9])
    """

    def __init__(self, params: list[Tensor], lr: float) -> None:
        """Remember the tensors and the learning rate; m, v and t are 0."""
        raise NotImplementedError("Task 7: Adam")

    def step(self) -> None:
        """Move the data of every parameter; one whose .grad is None stays where it is."""
        raise NotImplementedError("Task 7: Adam")

    def zero_grad(self) -> None:
        """Forget the gradients: None or zeros, as you like."""
        raise NotImplementedError("Task 7: Adam")


def train_digits(images: np.ndarray, labels: np.ndarray, test_images: np.ndarray, *, seed: int = 0) -> np.ndarray:
    """Train a classifier of digits, with your own engine, and recognise images that it has not seen.

    The network, the loss, the optimizer and their numbers are yours to choose.

    Args:
        images: uint8 (N, 28, 28), 0 is paper and 255 is ink.
        labels: int64 (N,), each 0 to 9. The grader gives every digit another name in each training: a 3 may have the
            label 7, in the training and when it counts.
        test_images: uint8 (M, 28, 28). Their labels stay with the grader, who counts how often you are right.
        seed: where all chance comes from; the same seed gives the same result.

    Returns:
        int64 (M,), your prediction for each test image, each 0 to 9. 60 seconds are allowed; 3 are plenty.

    Do not change the arrays in place.
    """
    raise NotImplementedError("Task 8: train_digits")
