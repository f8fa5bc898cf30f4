"""Tensors: what they look like, how to cut them, how to join two of them, how to sum them up.

Shapes, in letters: n rows, m columns, k whatever a product sums over; images are (N, C, H, W): number, channels,
height, width. No function changes a tensor that it is given. A result has the dtype of the argument, unless its
docstring says otherwise.
"""

import torch


def describe(t: torch.Tensor) -> tuple[int, tuple[int, ...], int]:
    """Say how a tensor is built: its rank, its shape, and how many numbers it holds.

    Args:
        t: any dtype, any shape; () and axes of length 0 included.

    Returns:
        The rank (the number of axes), the shape (one length for each axis) and the number of elements.

    >>> describe(torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))
    (2, (2, 3), 6)
    """
    raise NotImplementedError("Task 1: describe")


def columns(t: torch.Tensor, start: int, stop: int) -> torch.Tensor:
    """Cut the columns start, start + 1, …, stop - 1 out of a matrix.

    Args:
        t: any dtype (n, m).
        start: the first column to keep, counted from 0.
        stop: the first column not to keep; 0 <= start < stop <= m.

    Returns:
        The same dtype, (n, stop - start), also for a single column: a view of t or a copy.

    >>> columns(torch.tensor([[1, 2, 3], [4, 5, 6]]), 1, 3)
    tensor([[2, 3],
            [5, 6]])
    """
    raise NotImplementedError("Task 2: columns")


def add_outer(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Add every number of a to every number of b: a table of sums, by broadcasting.

        out[i, j] = a_i + b_j

    Args:
        a: float32, float64 or int64, (n,); or (n, 1), a column.
        b: the dtype of a, (m,); or (1, m), a row. Either both have one axis, or both have two.

    Returns:
        The dtype of a, (n, m), in a new tensor.

    Do not change a or b in place.

    >>> add_outer(torch.tensor([0, 10, 20]), torch.tensor([1, 2]))
    tensor([[ 1,  2],
            [11, 12],
            [21, 22]])
    """
    raise NotImplementedError("Task 3: add_outer")


def matmul_loops(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Multiply two matrices with loops of your own.

        out[i, j] = sum over p of  a[i, p] * b[p, j]

    Args:
        a: float32, float64 or int64 (n, k), each length 1 or more.
        b: the dtype of a, (k, m).

    Returns:
        The dtype of a, (n, m), a tensor.

    Do not let torch do it: no matrix or dot product of torch is to be called, neither @, matmul, mm, mv, bmm, dot,
    inner, addmm, einsum and tensordot nor functional.linear and linalg.multi_dot. (`*` and `sum` are welcome.)

    >>> matmul_loops(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[1.0], [2.0]]))
    tensor([[ 5.],
            [11.]])

    To see the 11 yourself: the second row is (3, 4), the only column (1, 2), and 3 * 1 + 4 * 2 is 11.
    """
    raise NotImplementedError("Task 4: matmul_loops")


def scale_rows(m: torch.Tensor, s: torch.Tensor) -> torch.Tensor:
    """Multiply every row of a matrix by its own number.

        out[i, j] = m[i, j] * s[i, 0]

    Args:
        m: float32, float64 or int64 (n, k).
        s: the dtype of m, (n, 1), one number for each row.

    Returns:
        The dtype of m, (n, k), in a new tensor.

    Do not change m or s in place.

    >>> scale_rows(torch.tensor([[1, 2], [3, 4]]), torch.tensor([[1], [2]]))
    tensor([[1, 2],
            [6, 8]])
    """
    raise NotImplementedError("Task 5: scale_rows")


def mean_by(t: torch.Tensor, dim: int) -> torch.Tensor:
    """Average along one axis, which disappears.

    Args:
        t: float32 or float64, any shape of one axis or more.
        dim: the axis to average over, from 0; or counted from the end, -1 being the last.

    Returns:
        The dtype of t, the shape of t without the axis dim, in a new tensor.

    Raises:
        TypeError or RuntimeError: t holds integers. (torch's own mean does that for you.)

    >>> mean_by(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), 0)
    tensor([2., 3.])
    """
    raise NotImplementedError("Task 6: mean_by")


def sum_by(t: torch.Tensor, dim: int) -> torch.Tensor:
    """Add up along one axis, which disappears.

    Args:
        t: float32, float64 or int64, any shape of one axis or more.
        dim: the axis to sum over, from 0; or counted from the end, -1 being the last.

    Returns:
        The dtype of t, the shape of t without the axis dim.

    >>> sum_by(torch.tensor([[1, 2], [3, 4]]), 1)
    tensor([3, 7])
    """
    raise NotImplementedError("Task 7: sum_by")


def best_class(scores: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Find the largest score of every row, and the class that has it.

    Args:
        scores: float32 or float64 (n, k), any sign: one row for each example, one column for each class; no two
            scores of a row are equal.

    Returns:
        The largest scores, the dtype of scores, (n,); and their columns, int64 (n,).

    >>> best_class(torch.tensor([[0.1, 0.7, 0.2], [0.5, 0.2, 0.3]]))
    (tensor([0.7000, 0.5000]), tensor([1, 0]))
    """
    raise NotImplementedError("Task 8: best_class")


def standardize(x: torch.Tensor) -> torch.Tensor:
    """Shift and scale every column to mean 0 and standard deviation 1.

        out[i, j] = (x[i, j] - mean_j) / std_j
        std_j     = sqrt( sum over i of (x[i, j] - mean_j)^2 / (n - 1) )      (n - 1, as torch does by itself)

    Args:
        x: float32 or float64 (n, m), n at least 2; no column is constant.

    Returns:
        The dtype of x, (n, m), in a new tensor.

    Do not change x in place.

    >>> standardize(torch.tensor([[1.0, 10.0], [2.0, 30.0], [3.0, 50.0]]))
    tensor([[-1., -1.],
            [ 0.,  0.],
            [ 1.,  1.]])

    To see the -1 yourself: 10, 30, 50 have the mean 30, and their deviation is sqrt((400 + 0 + 400) / 2) = 20.
    """
    raise NotImplementedError("Task 9: standardize")


def flatten_images(x: torch.Tensor) -> torch.Tensor:
    """Lay every image of a batch out in one long row: first its first channel, row by row, then the next.

    Args:
        x: any dtype (N, C, H, W), each length 1 or more. Its numbers need not lie one after the other in memory:
            x may be a transposed tensor.

    Returns:
        The same dtype, (N, C * H * W): a view of x or a copy.

    >>> flatten_images(torch.arange(8).reshape(2, 1, 2, 2))
    tensor([[0, 1, 2, 3],
            [4, 5, 6, 7]])
    """
    raise NotImplementedError("Task 10: flatten_images")


def batches(x: torch.Tensor, size: int) -> list[torch.Tensor]:
    """Cut a data set into batches, in order.

    Args:
        x: any dtype (N, …), one example for each index of axis 0, N at least 1.
        size: how many examples go into a batch, 1 or more.

    Returns:
        A list of tensors of the same dtype, (size, …) each. The last one is shorter where size does not divide N; it
        is never empty.

    >>> batches(torch.tensor([1, 2, 3, 4, 5]), 2)
    [tensor([1, 2]), tensor([3, 4]), tensor([5])]
    """
    raise NotImplementedError("Task 11: batches")
