"""Visible cases of 07-data: the numbers of the lecture, and files of a few bytes."""

import gzip
import struct

import numpy as np
import pytest
import torch

from autograder import assert_close, digits28, inside, recipes, require, task


def one_epoch(iterate_minibatches, n, batch_size, shuffle, drop_last, rng):
    """Runs beside the student's code: all batches of one epoch, as a list."""
    return list(iterate_minibatches(n, batch_size, shuffle, drop_last, rng))


def epochs(iterate_minibatches, n, batch_size, drop_last, rng, count):
    """Runs beside the student's code: so many shuffled epochs with one generator, each a list of batches."""
    return [list(iterate_minibatches(n, batch_size, True, drop_last, rng)) for _ in range(count)]


def first_two(iterate_minibatches, rng):
    """Runs beside the student's code: the first two batches, by next(), or None if next() does not work."""
    batches = iterate_minibatches(6, 2, False, False, rng)
    return [next(batches), next(batches)] if hasattr(batches, "__next__") else None


def looped(dataset):
    """Runs beside the student's code: whether it is a torch Dataset, and how many a for loop meets, at most 20."""
    from torch.utils.data import Dataset

    count = 0
    for _ in dataset:
        count += 1
        if count == 20:
            break
    return isinstance(dataset, Dataset), count


def read_bytes(read_idx, content, name):
    """Runs beside the student's code: write a file of these bytes, and have it read."""
    import pathlib
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, name)
        path.write_bytes(content.tobytes())
        return read_idx(path)


def write_to_it(read_idx, content, number):
    """Runs beside the student's code: read this file and write into the array, or None if that is not possible."""
    import pathlib
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "labels")
        path.write_bytes(content.tobytes())
        array = read_idx(path)
    if not array.flags.writeable:
        return None
    array[0] = number
    return array


def as_bytes(*numbers):
    """The content of a file, uint8."""
    return np.array(numbers, dtype=np.uint8)


def idx_file(array):
    """The content of the IDX file of an array: its header, then the entries."""
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    return np.frombuffer(header + array.astype(np.uint8).tobytes(), dtype=np.uint8)


def sizes(batches):
    return [len(batch) for batch in batches]


@task("steps_per_epoch", points=6)
def test_steps_of_the_lecture(student):
    """60,000 images in batches of 100: 600 steps; five exams in batches of two: 3 steps, or 2 without the last."""
    over = [(60000, 100, True), (60000, 100, False), (5, 2, False), (5, 2, True)]
    assert_close(list(student.steps_per_epoch.each(over)), [600, 600, 3, 2])


@task("iterate_minibatches", points=2)
def test_ten_in_order(student):
    """Ten examples in batches of four: 0 1 2 3, 4 5 6 7, and 8 9 if the short batch is kept."""
    epoch = inside(student, one_epoch)
    kept = epoch(student.iterate_minibatches, 10, 4, False, False, recipes.generator(1))
    want = [np.array([0, 1, 2, 3]), np.array([4, 5, 6, 7]), np.array([8, 9])]
    assert_close(kept, want)
    dropped = epoch(student.iterate_minibatches, 10, 4, False, True, recipes.generator(1))
    assert_close(dropped, want[:2])


@task("iterate_minibatches", points=2)
def test_shuffled_epoch_has_everybody_once(student):
    """Shuffled or not, an epoch meets each of ten examples exactly once."""
    epoch = inside(student, one_epoch)
    batches = epoch(student.iterate_minibatches, 10, 4, True, False, recipes.generator(2))
    assert_close(sizes(batches), [4, 4, 2], name="sizes of the batches")
    assert_close(np.sort(np.concatenate(batches)), np.arange(10), name="all indices, sorted")


@task("iterate_minibatches", points=1, hint="Six is a multiple of two and of three: after the last full batch, stop.")
def test_no_batch_is_empty(student):
    """Six examples make three batches of two, or two of three, and no empty one behind them."""
    epoch = inside(student, one_epoch)
    for size, want in ((2, [2, 2, 2]), (3, [3, 3]), (6, [6])):
        batches = epoch(student.iterate_minibatches, 6, size, False, False, recipes.generator(3))
        assert_close(sizes(batches), want, name="sizes of the batches")
        assert_close(np.concatenate(batches), np.arange(6))


@task("iterate_minibatches", points=1)
def test_three_epochs_with_one_generator(student):
    """Three shuffled epochs of thirty examples have three orders; a generator in the same state gives the same ones."""
    run = inside(student, epochs)
    first, again = (run(student.iterate_minibatches, 30, 10, False, recipes.generator(4), 3) for _ in range(2))
    orders = [np.concatenate(batches) for batches in first]
    assert_close([np.sort(order) for order in orders], [np.arange(30)] * 3, name="all indices, sorted")
    require(not np.array_equal(orders[0], np.arange(30)), "The first epoch is not shuffled.")
    require(not np.array_equal(orders[0], orders[1]), "The second epoch has the order of the first.")
    assert_close(again, first, name="epochs with the same generator")


@task("iterate_minibatches", points=1)
def test_neighbours_meet_others(student):
    """Forty examples in batches of twenty: who is shuffled meets others than the nineteen neighbours."""
    (batches,) = inside(student, epochs)(student.iterate_minibatches, 40, 20, False, recipes.generator(5), 1)
    assert_close(sizes(batches), [20, 20], name="sizes of the batches")
    require(all(int(np.ptp(batch)) > 19 for batch in batches), "A shuffled batch holds a piece of the original order.")


@task("iterate_minibatches", points=1)
def test_everybody_is_left_out_at_times(student):
    """Seven examples in batches of three, without the last: twenty epochs leave out more than one of the seven."""
    met = inside(student, epochs)(student.iterate_minibatches, 7, 3, True, recipes.generator(6), 20)
    left_out = {int(21 - np.concatenate(batches).sum()) for batches in met}
    require(len(left_out) > 1, "Twenty epochs left out the same example.")


@task("iterate_minibatches", points=1)
def test_next_gives_the_next_batch(student):
    """next() gives the first batch, 0 1, and then the second, 2 3: a list of batches cannot do that."""
    batches = inside(student, first_two)(student.iterate_minibatches, recipes.generator(7))
    require(batches is not None, "next() does not work on what comes back.")
    assert_close(batches, [np.array([0, 1]), np.array([2, 3])], name="the first two batches")


@task("iterate_minibatches", points=1)
def test_ten_in_batches_of_other_sizes(student):
    """Ten examples in batches of one, of ten and of twelve: ten batches, one, and one that is short."""
    epoch = inside(student, one_epoch)
    for size, want in ((1, [1] * 10), (10, [10]), (12, [10])):
        batches = epoch(student.iterate_minibatches, 10, size, False, False, recipes.generator(8))
        assert_close(sizes(batches), want, name="sizes of the batches")
        assert_close(np.concatenate(batches), np.arange(10))


@task("ExamDataset", points=2)
def test_five_students(student):
    """The data set has five students."""
    assert_close(len(student.ExamDataset()), 5)


@task("ExamDataset", points=4)
def test_students_one_by_one(student):
    """Student 0 has the quizzes 73, 80, 75 and the final 152; student 4 has 73, 66, 70 and 142; all float32."""
    dataset = student.ExamDataset()
    for i, quizzes, final in (
        (0, [73.0, 80.0, 75.0], 152.0),
        (3, [96.0, 98.0, 100.0], 196.0),
        (4, [73.0, 66.0, 70.0], 142.0),
    ):
        x, y = dataset[i]
        assert_close((x, y), (torch.tensor(quizzes), torch.tensor([final])))
        require(x.dtype == y.dtype == torch.float32, "x and y must be float32.")


@task("ExamDataset", points=1)
def test_a_loop_meets_five_students(student):
    """It is a torch Dataset, and a for loop over it meets five students and ends."""
    is_dataset, count = inside(student, looped)(student.ExamDataset())
    assert_close(count, 5, name="number of students met")
    require(is_dataset, "ExamDataset is no torch.utils.data.Dataset.")


@task("read_idx", points=2)
def test_a_file_by_hand(student):
    """The bytes 0 0 8 1, 0 0 0 3, 5 0 4 are three labels: 5, 0, 4."""
    read = inside(student, read_bytes)
    labels = read(student.read_idx, as_bytes(0, 0, 8, 1, 0, 0, 0, 3, 5, 0, 4), "labels")
    assert_close(labels, np.array([5, 0, 4], dtype=np.uint8))
    images = read(
        student.read_idx, as_bytes(0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6), "images"
    )
    assert_close(images, np.array([[[1, 2, 3], [4, 5, 6]]], dtype=np.uint8))
    require(labels.dtype == images.dtype == np.uint8, "The entries must be uint8.")


@task("read_idx", points=2)
def test_the_digits_of_the_course(student):
    """500 images of 28 by 28 and their labels: files of 392,016 and 508 bytes."""
    digits = digits28()
    read = inside(student, read_bytes)
    for array, name in ((digits.test_labels, "t10k-labels-idx1-ubyte"), (digits.test_images, "t10k-images-idx3-ubyte")):
        want = array.astype(np.uint8)
        assert_close(read(student.read_idx, idx_file(array), name), want)


@task("read_idx", points=1)
def test_a_compressed_file(student):
    """The bytes of three labels, compressed by gzip, in a file whose name ends in .gz: 5, 0, 4."""
    packed = gzip.compress(idx_file(np.array([5, 0, 4])).tobytes(), mtime=0)
    got = inside(student, read_bytes)(student.read_idx, np.frombuffer(packed, dtype=np.uint8), "labels.gz")
    assert_close(got, np.array([5, 0, 4], dtype=np.uint8))


@task("read_idx", points=1)
def test_an_array_to_write_to(student):
    """The labels 5, 0, 4 may be changed: after labels[0] = 9 they are 9, 0, 4."""
    labels = inside(student, write_to_it)(student.read_idx, as_bytes(0, 0, 8, 1, 0, 0, 0, 3, 5, 0, 4), 9)
    require(labels is not None, "The array cannot be written to.")
    assert_close(labels, np.array([9, 0, 4], dtype=np.uint8))


@task("read_idx", points=1)
@pytest.mark.parametrize("first", [(1, 0, 8, 1), (0, 0, 9, 1), (0, 0, 8, 2)], ids=["bytes", "type", "axes"])
def test_a_file_that_begins_otherwise(student, first):
    """A file that begins with other bytes than 0 0 8 and 1 or 3 is a ValueError."""
    read = inside(student, read_bytes)
    length = (0, 0, 0, 2, 0, 0, 0, 1) if first[3] == 2 else (0, 0, 0, 2)
    assert_close(read(student.read_idx, as_bytes(0, 0, 8, 1, 0, 0, 0, 2, 5, 4), "labels"), as_bytes(5, 4))
    with pytest.raises(ValueError):
        read(student.read_idx, as_bytes(*first, *length, 5, 4), "labels")


@task("read_idx", points=1)
@pytest.mark.parametrize("entries", [(5, 0), (5, 0, 4, 7)], ids=["short", "long"])
def test_a_file_of_another_length(student, entries):
    """A header that says three labels, and two or four behind it, is a ValueError."""
    read = inside(student, read_bytes)
    assert_close(read(student.read_idx, as_bytes(0, 0, 8, 1, 0, 0, 0, 2, 5, 4), "labels"), as_bytes(5, 4))
    with pytest.raises(ValueError):
        read(student.read_idx, as_bytes(0, 0, 8, 1, 0, 0, 0, 3, *entries), "labels")


@task("to_chw_float", points=2)
def test_grey_levels(student):
    """Bytes 0, 51, 102 and 255 become 0, .2, .4 and 1."""
    images = np.zeros((4, 28, 28), dtype=np.uint8)
    images[:, 3, 7] = [0, 51, 102, 255]
    x = student.to_chw_float(images)
    assert_close(x[:, 0, 3, 7], torch.tensor([0.0, 0.2, 0.4, 1.0]), rtol=1e-6, atol=1e-7)


@task("to_chw_float", points=2)
def test_one_channel(student):
    """Images (N, 28, 28) become float32 (N, 1, 28, 28): one channel, and rows stay rows."""
    images = digits28().train_images[:5]
    wanted = torch.from_numpy(images).to(torch.float32).reshape(5, 1, 28, 28)
    x = student.to_chw_float(images)
    require(isinstance(x, torch.Tensor) and x.dtype == torch.float32, "The result must be a tensor of float32.")
    assert_close(tuple(x.shape), (5, 1, 28, 28), name="shape")
    assert_close(255 * x, wanted, rtol=1e-5)


@task("to_chw_float", points=2)
def test_pale_images(student):
    """In two images without black, 51 is still .2 and 153 is .6: it is always 255 that becomes 1."""
    images = np.full((2, 28, 28), 51, dtype=np.uint8)
    images[1] = 153
    want = torch.tensor([0.2, 0.6]).reshape(2, 1, 1, 1).expand(2, 1, 28, 28)
    assert_close(student.to_chw_float(images), want, rtol=1e-6)


@task("train_val_split", points=1)
def test_three_of_ten_aside(student):
    """Ten examples, three of them aside: seven and three indices, and nobody in both."""
    train, val = student.train_val_split(10, 3, recipes.generator(1))
    for part in (train, val):
        is_array = isinstance(part, np.ndarray) and part.dtype.kind in "iu"
        require(is_array, "Each part must be an array of integers.")
    assert_close([len(train), len(val)], [7, 3], name="how many to train, how many to validate")
    hint = "Each example belongs to exactly one part. Is one of yours in both, or in none?"
    assert_close(np.sort(np.concatenate([train, val])), np.arange(10), name="all indices, sorted", hint=hint)


@task("train_val_split", points=1)
def test_none_aside_or_all(student):
    """Of five examples none or all may be put aside: five and no indices, or none and five."""
    for val in (0, 5):
        train, aside = student.train_val_split(5, val, recipes.generator(2))
        assert_close([len(train), len(aside)], [5 - val, val], name="how many to train, how many to validate")
        assert_close(np.sort(np.concatenate([train, aside])), np.arange(5), name="all indices, sorted")


@task("train_val_split", points=1)
def test_not_the_last_and_no_neighbours(student):
    """Of sixty examples twenty are drawn: they are no piece of the order 0, 1, 2, ..."""
    train, aside = student.train_val_split(60, 20, recipes.generator(3))
    assert_close([len(train), len(aside)], [40, 20], name="how many to train, how many to validate")
    require(int(np.ptp(aside)) > 19, "The examples put aside are neighbours.")
