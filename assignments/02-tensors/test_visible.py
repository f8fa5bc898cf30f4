"""Visible cases of 02-tensors: what the lecture prints, and sums that a pencil can check."""

import pytest
import torch

from autograder import assert_close, assert_without, recipes, task

# The products of torch. The report names the function that was called; the operators, in which all of them end, find
# those that are not listed.
PRODUCTS = (
    "torch.addmm",
    "torch.matmul",
    "torch.mm",
    "torch.mv",
    "torch.bmm",
    "torch.dot",
    "torch.einsum",
    "torch.inner",
    "torch.linalg.matmul",
    "torch.linalg.multi_dot",
    "torch.linalg.vecdot",
    "torch.tensordot",
    "torch.nn.functional.linear",
    "torch.Tensor.__matmul__",
    "torch.Tensor.__rmatmul__",
    "torch.Tensor.matmul",
    "torch.Tensor.mm",
    "torch.Tensor.mv",
    "torch.Tensor.bmm",
    "torch.Tensor.dot",
    "torch.Tensor.inner",
    *(
        f"torch.ops.aten.{name}"
        for name in (
            *("mm", "bmm", "mv", "dot", "vdot", "convolution", "_trilinear", "_sparse_addmm", "hspmm", "sspaddmm"),
            *(name + end for name in ("addmm", "baddbmm", "addbmm", "addmv") for end in ("", "_")),
        )
    ),
)


def square():
    """Return [[1, 2], [3, 4]] of the lecture, fresh for every case."""
    return torch.tensor([[1.0, 2.0], [3.0, 4.0]])


def twelve():
    """Return 1 to 12 in four rows of three, as integers."""
    return torch.arange(1, 13).reshape(4, 3)


def words():
    """Return four sentences of three words, float32 (4, 3, 3): every word is a vector of three numbers."""
    i, apples, bananas = [0.1, 0.2, 0.9], [0.3, 0.5, 0.1], [0.3, 0.5, 0.2]
    like, dislike = [0.7, 0.6, 0.5], [0.5, 0.6, 0.7]
    return torch.tensor([[i, apples, like], [i, bananas, like], [i, apples, dislike], [i, bananas, dislike]])


@task("describe", points=3)
def test_ranks_and_shapes(student):
    """Four sentences of three words are (4, 3, 3); a view with [-1, 3] or [-1, 1, 3] keeps the twelve numbers."""
    t = torch.arange(12.0).reshape(2, 2, 3)
    got = student.describe.each([(words(),), (t.view(-1, 3),), (t.view(-1, 1, 3),), (torch.tensor(5.0),)])
    assert_close(next(got), (3, (4, 3, 3), 36))
    assert_close(next(got), (2, (4, 3), 12))
    assert_close(next(got), (3, (4, 1, 3), 12))
    assert_close(next(got), (0, (), 1))


@task("columns", points=3)
def test_first_column(student):
    """Of 1 to 12 in four rows, the columns 0 to 1 are [[1], [4], [7], [10]]; two columns are two columns."""
    got = student.columns.each([(twelve(), 0, 2), (twelve(), 0, 1)])
    assert_close(next(got), torch.tensor([[1, 2], [4, 5], [7, 8], [10, 11]]))
    assert_close(next(got), torch.tensor([[1], [4], [7], [10]]))


@task("add_outer", points=5)
def test_table_of_sums(student):
    """[[3], [4]] and [[1, 2]] make [[4, 5], [5, 6]]; flat arguments make a table as well."""
    flat = torch.tensor([0.0, 10.0, 20.0]), torch.tensor([1.0, 2.0])
    got = student.add_outer.each([(torch.tensor([[3.0], [4.0]]), torch.tensor([[1.0, 2.0]])), flat])
    assert_close(next(got), torch.tensor([[4.0, 5.0], [5.0, 6.0]]))
    assert_close(next(got), torch.tensor([[1.0, 2.0], [11.0, 12.0], [21.0, 22.0]]))


@task("matmul_loops", points=5)
def test_products_of_the_lecture(student):
    """[[1, 2], [3, 4]] times [[1], [2]] is [[5], [11]]; the product that begins with 58 goes on with 64, 139, 154."""
    tall = torch.tensor([[7.0, 8.0], [9.0, 10.0], [11.0, 12.0]])
    over = [(square(), torch.tensor([[1.0], [2.0]])), (torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), tall)]
    got = student.matmul_loops.each(over)
    assert_close(next(got), torch.tensor([[5.0], [11.0]]))
    assert_close(next(got), torch.tensor([[58.0, 64.0], [139.0, 154.0]]))


@task("matmul_loops", points=4)
def test_product_is_your_own(student):
    """The product comes from your loops, and no product of torch's is called."""
    swap = torch.tensor([[0.0, 1.0], [2.0, 0.0]])
    got = assert_without(student.matmul_loops, square(), swap, forbidden=PRODUCTS)
    assert_close(got, torch.tensor([[4.0, 1.0], [8.0, 3.0]]))


@task("matmul_loops", points=1)
def test_product_of_whole_numbers(student):
    """Whole numbers have a product of whole numbers: [[1, 2], [3, 4]] times [[1], [2]] is [[5], [11]]."""
    got = student.matmul_loops(torch.tensor([[1, 2], [3, 4]]), torch.tensor([[1], [2]]))
    assert_close(got, torch.tensor([[5], [11]]))


@task("scale_rows", points=5)
def test_second_row_doubled(student):
    """[[1, 2], [3, 4]] with the factors 1 and 2 is [[1, 2], [6, 8]]; three columns need no more factors."""
    over = [(square(), torch.tensor([[1.0], [2.0]])), (twelve()[:2], torch.tensor([[10], [0]]))]
    got = student.scale_rows.each(over)
    assert_close(next(got), torch.tensor([[1.0, 2.0], [6.0, 8.0]]))
    assert_close(next(got), torch.tensor([[10, 20, 30], [0, 0, 0]]))


@task("mean_by", points=2)
def test_means_of_the_lecture(student):
    """The means of [[1, 2], [3, 4]] are [2, 3] along axis 0, [1.5, 3.5] along axis 1; of 1, 2, 3, 4 it is 2.5."""
    flat = square().reshape(4)
    got = student.mean_by.each([(square(), 0), (square(), 1), (flat, 0), (flat.reshape(1, 4), 1)])
    assert_close(next(got), torch.tensor([2.0, 3.0]))
    assert_close(next(got), torch.tensor([1.5, 3.5]))
    assert_close(next(got), torch.tensor(2.5))
    assert_close(next(got), torch.tensor([2.5]))


@task("mean_by", points=0.5)
def test_mean_in_double_precision(student):
    """The mean of 1 and 1.000000002 is 1.000000001: float64 stays float64."""
    got = student.mean_by(torch.tensor([1.0, 1.000000002], dtype=torch.float64), 0)
    assert_close(float(got), 1.000000001, rtol=0, atol=1e-12)


@task("mean_by", points=0.5)
def test_mean_of_whole_numbers(student):
    """The mean of 1, 2 and 3 as floats is 2; whole numbers are a TypeError or a RuntimeError."""
    assert_close(student.mean_by(torch.tensor([1.0, 2.0, 3.0]), 0), torch.tensor(2.0))
    with pytest.raises((TypeError, RuntimeError)):
        student.mean_by(torch.tensor([1, 2, 3]), 0)


@task("sum_by", points=2)
def test_sums_of_the_lecture(student):
    """The sums of [[1, 2], [3, 4]] are [4, 6] along axis 0, [3, 7] along axis 1 and axis -1; of 1, 2, 3, 4 it is 10."""
    got = student.sum_by.each([(square(), 0), (square(), 1), (square(), -1), (square().reshape(4), 0)])
    assert_close(next(got), torch.tensor([4.0, 6.0]))
    assert_close(next(got), torch.tensor([3.0, 7.0]))
    assert_close(next(got), torch.tensor([3.0, 7.0]))
    assert_close(next(got), torch.tensor(10.0))


@task("sum_by", points=1)
def test_sums_of_whole_numbers(student):
    """The columns of 1 to 12 in four rows add up to the whole numbers 22, 26 and 30."""
    assert_close(student.sum_by(twelve(), 0), torch.tensor([22, 26, 30]))


@task("best_class", points=4)
def test_maxima_of_the_lecture(student):
    """The largest of each row of [[1, 2], [3, 4]] are 2 and 4, both in column 1; of its transpose, 3 and 4."""
    scores = torch.tensor([[0.1, 0.7, 0.2], [0.5, 0.2, 0.3], [0.0, -1.0, 1.0], [0.2, 0.1, 0.0]])
    got = student.best_class.each([(square(),), (square().T,), (scores,)])
    assert_close(next(got), (torch.tensor([2.0, 4.0]), torch.tensor([1, 1])))
    assert_close(next(got), (torch.tensor([3.0, 4.0]), torch.tensor([1, 1])))
    assert_close(next(got), (torch.tensor([0.7, 0.5, 1.0, 0.2]), torch.tensor([1, 0, 2, 0])))


@task("best_class", points=1)
def test_maximum_of_negative_scores(student):
    """Of -3, -1 and -2 the largest is -1, in column 1."""
    assert_close(student.best_class(torch.tensor([[-3.0, -1.0, -2.0]])), (torch.tensor([-1.0]), torch.tensor([1])))


@task("standardize", points=4)
def test_two_columns_standardized(student):
    """The columns 1, 2, 3 and 10, 30, 50 both become -1, 0, 1."""
    got = student.standardize(torch.tensor([[1.0, 10.0], [2.0, 30.0], [3.0, 50.0]]))
    assert_close(got, torch.tensor([[-1.0, -1.0], [0.0, 0.0], [1.0, 1.0]]))


@task("flatten_images", points=3)
def test_images_in_rows(student):
    """Two images of 3 channels with 2x2 pixels are two rows of twelve numbers; four of 1x1x3 are four rows of three."""
    over = [(torch.arange(24.0).reshape(2, 3, 2, 2),), (torch.arange(12.0).reshape(4, 1, 1, 3),)]
    got = student.flatten_images.each(over)
    assert_close(next(got), torch.stack([torch.arange(12.0), torch.arange(12.0, 24.0)]))
    assert_close(next(got), torch.arange(12.0).view(-1, 3))


@task("flatten_images", points=1)
def test_images_with_gaps_in_memory(student):
    """Two images of 1x2x2 whose numbers do not lie side by side in memory, as after a transpose: two rows of four."""
    got = student.flatten_images(recipes.strided(torch.arange(8.0).reshape(2, 1, 2, 2)))
    assert_close(got, torch.arange(8.0).reshape(2, 4))


@task("batches", points=5)
def test_sentences_in_batches_of_two(student):
    """Four sentences make two batches of 2; five numbers make batches of 2, 2 and 1."""
    got = student.batches.each([(words(), 2), (torch.arange(5), 2)])
    assert_close(next(got), [words()[:2], words()[2:]])
    assert_close(next(got), [torch.tensor([0, 1]), torch.tensor([2, 3]), torch.tensor([4])])
