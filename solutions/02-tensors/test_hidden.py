"""Hidden cases of 02-tensors: other shapes and dtypes, both ways to count an axis, tensors that lie askew in memory."""

import pytest
import torch

from autograder import assert_close, assert_matches, assert_pure, build, recipes, require, task


def normal(rng, *shape):
    """Random float64 numbers of this shape."""
    return torch.from_numpy(rng.normal(size=shape))


def whole(rng, *shape):
    """Random int64 numbers from -9 to 9, of this shape."""
    return torch.from_numpy(rng.integers(-9, 10, size=shape))


def huge(rng, *shape):
    """Random int64 numbers near 2**40, of this shape: neither float32 nor int32 can hold them."""
    return 2**40 + whole(rng, *shape)


def keeps_dtype(got, argument):
    """Fail unless the result has the very dtype of the argument."""
    require(
        got.dtype == argument.dtype,
        "The result has another dtype than the argument.",
        hint="Float64 in, float64 out; integers stay integers: does a number type of yours get in between?",
    )


@task("describe", points=2)
def test_descriptions_match(student, reference, rng):
    """Rank, shape and size are right for none to five axes, for axes of length 0, for any dtype."""
    n, m = (int(length) for length in rng.integers(2, 12, size=2))
    over = [(normal(rng, *shape),) for shape in [(), (n,), (n, m), (2, n, 3), (5, 1, 2, m), (1, 2, 1, n, 1), (n, 0)]]
    over += [(whole(rng, 3, m),), (whole(rng, n, 1) > 0,)]
    assert_matches(student.describe, reference.describe, over)


@task("columns", points=2)
def test_columns_match(student, reference, rng):
    """Slices from the left edge, from the middle and up to the right edge are right, for floats and integers."""
    over = [(normal(rng, 5, 7), 0, 3), (normal(rng, 3, 11), 4, 5), (whole(rng, 2, 7), 3, 7), (normal(rng, 1, 2), 0, 2)]
    start = int(rng.integers(1, 4))
    over += [(normal(rng, 6, 6), start, 5), (whole(rng, 13, 5), start, 1 + start)]
    assert_matches(student.columns, reference.columns, over)


@task("add_outer", points=3)
def test_tables_match(student, reference, rng):
    """Tables of all sizes are right, from two flat tensors as from a column and a row."""
    sizes = [(7, 3), (2, 11), (1, 5), (5, 1), (4, 4)]
    over = [(normal(rng, n), normal(rng, m)) for n, m in sizes]
    over += [(normal(rng, n, 1), normal(rng, 1, m)) for n, m in sizes]
    over += [(whole(rng, 3), whole(rng, 5)), (whole(rng, 2, 1), whole(rng, 1, 3)), (huge(rng, 3), whole(rng, 2))]
    assert_matches(student.add_outer, reference.add_outer, over)


@task("add_outer", points=2)
def test_table_is_new(student, rng):
    """The table is a new tensor of the same dtype, and a and b stay as they were."""
    for shapes in [((5,), (3,)), ((5, 1), (1, 3))]:
        a, b = (normal(rng, *shape) for shape in shapes)
        got = assert_pure(student.add_outer, a, b)
        assert_close(got, a.reshape(5, 1) + b.reshape(1, 3))
        keeps_dtype(got, a)


@task("matmul_loops", points=6)
def test_products_match(student, reference, rng):
    """Products of all sizes are right, with rows and columns of a single entry as well."""
    over = [
        (normal(rng, n, k), normal(rng, k, m)) for n, k, m in [(5, 3, 2), (2, 5, 7), (1, 7, 3), (3, 1, 5), (4, 4, 4)]
    ]
    over += [(normal(rng, 5, 3), normal(rng, 3, 1)), (normal(rng, 3, 3), normal(rng, 3, 3))]
    assert_matches(student.matmul_loops, reference.matmul_loops, over)


@task("matmul_loops", points=4)
def test_product_keeps_the_dtype(student, rng):
    """Integers stay integers, float32 and float64 stay what they are; a and b stay as they were."""
    pairs = [(normal(rng, 3, 5), normal(rng, 5, 2)), (whole(rng, 2, 3), whole(rng, 3, 5))]
    for a, b in [*pairs, (huge(rng, 2, 3), whole(rng, 3, 1))]:
        got = assert_pure(student.matmul_loops, a, b)
        assert_close(got, a @ b)
        keeps_dtype(got, a)
    a, b = normal(rng, 2, 3).float(), normal(rng, 3, 5).float()
    got = student.matmul_loops(a.clone(), b.clone())
    assert_close(got, a @ b)
    keeps_dtype(got, a)


@task("scale_rows", points=3)
def test_scaled_rows_match(student, reference, rng):
    """Every row is multiplied by its own factor, in matrices wide, tall and square."""
    over = [(normal(rng, n, k), normal(rng, n, 1)) for n, k in [(5, 3), (2, 7), (1, 3), (7, 1), (4, 4)]]
    over += [(whole(rng, 3, 5), whole(rng, 3, 1)), (huge(rng, 3, 2), whole(rng, 3, 1))]
    over += [(normal(rng, 3, 2), 1e5 * normal(rng, 3, 1))]
    assert_matches(student.scale_rows, reference.scale_rows, over)


@task("scale_rows", points=2)
def test_scaling_leaves_its_arguments_alone(student, rng):
    """The result is a new tensor of the same dtype; m and s stay as they were, also where every factor is 1."""
    for m, s in [(normal(rng, 5, 3), normal(rng, 5, 1)), (normal(rng, 3, 2), torch.ones(3, 1, dtype=torch.float64))]:
        got = assert_pure(student.scale_rows, m, s)
        assert_close(got, m * s)
        keeps_dtype(got, m)


@task("mean_by", points=1)
def test_means_match(student, reference, rng):
    """Means along every axis are right, counted from the front or from the back, and keep the dtype."""
    over = [(normal(rng, 5, 3), dim) for dim in (0, 1, -1, -2)] + [(normal(rng, 2, 7, 3), dim) for dim in (0, 1, 2, -1)]
    over += [(normal(rng, 11), 0), (normal(rng, 4, 4), 0), (normal(rng, 4, 4), 1)]
    over += [(normal(rng, 2, 3, 4, 5), dim) for dim in (-2, 3)]
    assert_matches(student.mean_by, reference.mean_by, over)
    keeps_dtype(student.mean_by(*over[0]), over[0][0])


@task("mean_by", points=1)
def test_mean_of_integers_is_refused(student, rng):
    """Integers have no mean of their own type: TypeError or RuntimeError."""
    t = whole(rng, 5, 3)
    assert_close(student.mean_by(t.double(), 0), t.double().mean(dim=0))  # what is in order must not be refused
    with pytest.raises((TypeError, RuntimeError)):
        student.mean_by(t, 0)


@task("sum_by", points=2)
def test_sums_match(student, reference, rng):
    """Sums along every axis are right, counted from the front or from the back, and keep the dtype."""
    over = [(normal(rng, 5, 3), dim) for dim in (0, 1, -1, -2)] + [(normal(rng, 2, 7, 3), dim) for dim in (0, 1, 2, -1)]
    over += [(normal(rng, 11), 0), (whole(rng, 4, 4), 0), (whole(rng, 3, 2), 1), (huge(rng, 2, 3), 0)]
    over += [(normal(rng, 2, 3, 4, 5), dim) for dim in (-2, 3)]
    assert_matches(student.sum_by, reference.sum_by, over)
    keeps_dtype(student.sum_by(*over[0]), over[0][0])


@task("best_class", points=3)
def test_best_classes_match(student, reference, rng):
    """The largest score of every row and its column are right, whatever the number of classes."""
    sizes = [(7, 3), (2, 11), (5, 5), (1, 7), (11, 2), (3, 1)]
    assert_matches(student.best_class, reference.best_class, [(normal(rng, n, k),) for n, k in sizes])


@task("best_class", points=2)
def test_best_of_negative_scores(student, rng):
    """Where all scores are negative, the largest is the one nearest to 0; classes are int64."""
    n, k = 7, 5
    classes = torch.from_numpy(rng.integers(k, size=n))
    scores = -2.0 - normal(rng, n, k).abs()
    scores[torch.arange(n), classes] = -torch.from_numpy(rng.uniform(0.1, 1.0, size=n))
    values = scores[torch.arange(n), classes]
    for by in (1000.0, 1.0):
        got = student.best_class(by * scores)
        assert_close(got, (by * values, classes))
    keeps_dtype(got[0], scores)
    require(got[1].dtype == torch.int64, "The classes are not int64.", hint="What type of number is a place in a row?")


@task("standardize", points=3)
def test_standardized_columns_match(student, reference, rng):
    """Columns of any mean and spread are right, for two rows as for many."""
    sizes = [(7, 3), (3, 5), (2, 11), (11, 1), (4, 4)]
    over = [(normal(rng, n, m) * torch.arange(1.0, m + 1) + 10 * normal(rng, m),) for n, m in sizes]
    assert_matches(student.standardize, reference.standardize, over)


@task("standardize", points=1)
def test_standardized_twice_is_standardized_once(student, rng):
    """Every column has mean 0 and deviation 1 afterwards, and standardizing once more changes nothing."""
    once = student.standardize(3 * normal(rng, 7, 3) + 5)
    assert_close(once.mean(dim=0), torch.zeros(3, dtype=torch.float64), name="means of the columns")
    assert_close(once.std(dim=0), torch.ones(3, dtype=torch.float64), name="deviations of the columns")
    want = once.clone()
    assert_close(student.standardize(once), want)


@task("standardize", points=2)
def test_standardizing_leaves_x_alone(student, rng):
    """The result is a new tensor of the same dtype, and x stays as it was."""
    x = normal(rng, 5, 2)
    got = assert_pure(student.standardize, x)
    assert_close(got, (x - x.mean(dim=0)) / x.std(dim=0))
    keeps_dtype(got, x)


@task("flatten_images", points=3)
def test_flat_images_match(student, reference, rng):
    """Every image keeps its own numbers, in order, in batches of all sizes."""
    shapes = [(5, 3, 2, 7), (2, 1, 3, 5), (1, 2, 5, 3), (7, 1, 1, 1), (3, 3, 3, 3)]
    over = [(normal(rng, *shape),) for shape in shapes] + [(whole(rng, 2, 3, 5, 1),)]
    assert_matches(student.flatten_images, reference.flatten_images, over)


@task("flatten_images", points=3)
def test_transposed_images_are_flattened(student, rng):
    """Images whose axes were swapped, so that their numbers lie out of order in memory, are flattened as well."""
    x = normal(rng, 5, 3, 2, 7)
    # A tensor is sent in order; so it is sent first, and turned in the worker.
    there = build(student, recipes.on_device(x, "cpu"))
    turns = [(0, 1, 3, 2), (0, 2, 3, 1), (1, 0, 2, 3)]
    got = list(student.flatten_images.each([(there.permute.keep(*turn),) for turn in turns]))
    assert_close(got, [x.permute(*turn).reshape(x.shape[turn[0]], -1) for turn in turns])


@task("batches", points=3)
def test_batches_match(student, reference, rng):
    """Batches are right for one axis and for four, for batches of one, of all, and of more than there is."""
    over = [(normal(rng, 7, 3), 2), (normal(rng, 11), 3), (whole(rng, 5, 2, 3), 4), (normal(rng, 5, 1, 2, 3), 1)]
    over += [(normal(rng, 7, 2), 7), (normal(rng, 3, 5), 8), (normal(rng, 1, 2), 1), (normal(rng, 10), 4)]
    assert_matches(student.batches, reference.batches, over)


@task("batches", points=2, hint="Where size divides N there is no rest: is there a batch for it nevertheless?")
def test_no_batch_is_empty(student, rng):
    """Where the size divides the number of examples all batches are full, and together they are the data."""
    x = normal(rng, 12, 5)
    parts = {size: [x[i : i + size].clone() for i in range(0, 12, size)] for size in (2, 3, 4, 6, 12)}
    for got, want in zip(student.batches.each([(x.clone(), size) for size in parts]), parts.values(), strict=True):
        assert_close(len(got), len(want), name="number of batches")
        assert_close(got, want)
