"""Visible cases of 07-data: the numbers of the lecture, and files of a few bytes."""

import struct

import numpy as np
import torch

from autograder import assert_close, digits28, inside, recipes, require, task


def one_epoch(iterate_minibatches, n, batch_size, shuffle, drop_last, rng):
    """Runs beside the student's code: all batches of one epoch, as a list."""
    return list(iterate_minibatches(n, batch_size, shuffle, drop_last, rng))


def read_bytes(read_idx, content, name):
    """Runs beside the student's code: write a file of these bytes, and have it read."""
    import pathlib
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, name)
        path.write_bytes(content.tobytes())
        return read_idx(path)


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


@task("iterate_minibatches", points=4)
def test_ten_in_order(student):
    """Ten examples in batches of four: 0 1 2 3, 4 5 6 7, and 8 9 if the short batch is kept."""
    epoch = inside(student, one_epoch)
    kept = epoch(student.iterate_minibatches, 10, 4, False, False, recipes.generator(1))
    want = [np.array([0, 1, 2, 3]), np.array([4, 5, 6, 7]), np.array([8, 9])]
    assert_close(kept, want)
    dropped = epoch(student.iterate_minibatches, 10, 4, False, True, recipes.generator(1))
    assert_close(dropped, want[:2])


@task("iterate_minibatches", points=4)
def test_shuffled_epoch_has_everybody_once(student):
    """Shuffled or not, an epoch meets each of ten examples exactly once."""
    epoch = inside(student, one_epoch)
    batches = epoch(student.iterate_minibatches, 10, 4, True, False, recipes.generator(2))
    assert_close(sizes(batches), [4, 4, 2], name="sizes of the batches")
    assert_close(np.sort(np.concatenate(batches)), np.arange(10), name="all indices, sorted")


@task("iterate_minibatches", points=2, hint="Six is a multiple of two and of three: after the last full batch, stop.")
def test_no_batch_is_empty(student):
    """Six examples make three batches of two, or two of three, and no empty one behind them."""
    epoch = inside(student, one_epoch)
    for size, want in ((2, [2, 2, 2]), (3, [3, 3]), (6, [6])):
        batches = epoch(student.iterate_minibatches, 6, size, False, False, recipes.generator(3))
        assert_close(sizes(batches), want, name="sizes of the batches")
        assert_close(np.concatenate(batches), np.arange(6))


@task("ExamDataset", points=2)
def test_five_students(student):
    """The data set has five students."""
    assert_close(len(student.ExamDataset()), 5)


@task("ExamDataset", points=5)
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


@task("read_idx", points=3)
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


@task("read_idx", points=5)
def test_the_digits_of_the_course(student):
    """500 images of 28 by 28 and their labels: files of 392,016 and 508 bytes."""
    digits = digits28()
    read = inside(student, read_bytes)
    for array, name in ((digits.test_labels, "t10k-labels-idx1-ubyte"), (digits.test_images, "t10k-images-idx3-ubyte")):
        want = array.astype(np.uint8)
        assert_close(read(student.read_idx, idx_file(array), name), want)


@task("to_chw_float", points=3)
def test_grey_levels(student):
    """Bytes 0, 51, 102 and 255 become 0, .2, .4 and 1."""
    images = np.zeros((4, 28, 28), dtype=np.uint8)
    images[:, 3, 7] = [0, 51, 102, 255]
    x = student.to_chw_float(images)
    assert_close(x[:, 0, 3, 7], torch.tensor([0.0, 0.2, 0.4, 1.0]), rtol=1e-6, atol=1e-7)


@task("to_chw_float", points=3)
def test_one_channel(student):
    """Images (N, 28, 28) become float32 (N, 1, 28, 28): one channel, and rows stay rows."""
    images = digits28().train_images[:5]
    wanted = torch.from_numpy(images).to(torch.float32).reshape(5, 1, 28, 28)
    x = student.to_chw_float(images)
    require(isinstance(x, torch.Tensor) and x.dtype == torch.float32, "The result must be a tensor of float32.")
    assert_close(tuple(x.shape), (5, 1, 28, 28), name="shape")
    assert_close(255 * x, wanted, rtol=1e-5)


@task("train_val_split", points=3)
def test_three_of_ten_aside(student):
    """Ten examples, three of them aside: seven and three indices, and nobody in both."""
    train, val = student.train_val_split(10, 3, recipes.generator(1))
    for part in (train, val):
        is_array = isinstance(part, np.ndarray) and part.dtype.kind in "iu"
        require(is_array, "Each part must be an array of integers.")
    assert_close([len(train), len(val)], [7, 3], name="how many to train, how many to validate")
    assert_close(np.sort(np.concatenate([train, val])), np.arange(10), name="all indices, sorted")
