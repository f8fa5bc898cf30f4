"""Hidden cases of 07-data: fresh sizes, epochs, files good and bad, and what torch's DataLoader makes of it."""

import gzip
import struct
from collections import Counter

import numpy as np
import pytest
import torch

from autograder import assert_close, assert_matches, assert_pure, inside, recipes, require, task

QUIZZES = [[73.0, 80.0, 75.0], [93.0, 88.0, 93.0], [89.0, 91.0, 90.0], [96.0, 98.0, 100.0], [73.0, 66.0, 70.0]]
FINALS = [[152.0], [185.0], [180.0], [196.0], [142.0]]

# (examples, batch size): multiples and others, one batch that is not full, batches of one, nothing at all.
SIZES = [(23, 5), (24, 6), (3, 7), (7, 1), (13, 13), (0, 4), (29, 28)]


def epochs(iterate_minibatches, n, batch_size, shuffle, drop_last, rng, count):
    """Runs beside the student's code: so many epochs with one generator, each a list of batches."""
    return [list(iterate_minibatches(n, batch_size, shuffle, drop_last, rng)) for _ in range(count)]


def first_two(iterate_minibatches, rng):
    """Runs beside the student's code: whether next() works, and the first two batches."""
    made = iterate_minibatches(1000, 10, False, False, rng)
    batches = iter(made)
    return hasattr(made, "__next__"), [next(batches), next(batches)]


def put_aside(train_val_split, n, val, rng, count):
    """Runs beside the student's code: who is put aside in so many splits with one generator."""
    return [train_val_split(n, val, rng)[1] for _ in range(count)]


def loaded(dataset, batch_size, shuffle, count):
    """Runs beside the student's code: so many epochs of a DataLoader, each a list of batches (x, y)."""
    from torch.utils.data import DataLoader

    loader = DataLoader(dataset, batch_size=batch_size, shuffle=shuffle)
    return [[(x, y) for x, y in loader] for _ in range(count)]


def looped(dataset):
    """Runs beside the student's code: whether it is a torch Dataset, and what a for loop over it meets, at most 20."""
    from torch.utils.data import Dataset

    met = []
    for x, y in dataset:
        met.append((x, y))
        if len(met) == 20:
            break
    return isinstance(dataset, Dataset), met


def read_bytes(read_idx, content, name, as_text):
    """Runs beside the student's code: write a file of these bytes, and have it read."""
    import pathlib
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, name)
        path.write_bytes(content.tobytes())
        found = read_idx(str(path) if as_text else path)
        return found, not isinstance(found, np.ndarray) or bool(found.flags.writeable)


def idx_bytes(array):
    """The IDX file of a uint8 array."""
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()


def on_file(content):
    """Bytes as an array, which can be sent."""
    return np.frombuffer(content, dtype=np.uint8)


def draw_array(rng, ndim):
    """Labels or images, uint8, no two lengths alike; one axis is longer than 255, so its length needs two bytes."""
    shape = (int(rng.integers(300, 400)),) if ndim == 1 else (7, int(rng.integers(260, 300)), 5)
    return rng.integers(0, 256, size=shape, dtype=np.uint8)


@task("steps_per_epoch", points=4)
def test_steps_match(student, reference, rng):
    """Multiples, remainders, fewer examples than a batch holds, and none at all."""
    drawn = [(int(rng.integers(50, 5000)), int(rng.integers(2, 50))) for _ in range(8)]
    assert_matches(
        student.steps_per_epoch,
        reference.steps_per_epoch,
        [(*pair, drop) for pair in [*SIZES, *drawn, (1_000_001, 1_000_000)] for drop in (True, False)],
    )


@task("iterate_minibatches", points=4)
def test_batches_in_order(student, reference):
    """Without shuffling, epochs of all sizes, with the short batch and without it."""
    run = inside(student, epochs)
    for n, batch_size in SIZES:
        for drop_last in (True, False):
            want = list(reference.iterate_minibatches(n, batch_size, False, drop_last, np.random.default_rng(1)))
            got = run(student.iterate_minibatches, n, batch_size, False, drop_last, recipes.generator(1), 2)
            assert_close(got, [want, want])


@task("iterate_minibatches", points=4)
def test_everybody_once_in_every_epoch(student, reference, rng):
    """Shuffled, the batches have the right sizes, and nobody comes twice in an epoch."""
    run = inside(student, epochs)
    for n, batch_size in SIZES:
        for drop_last in (True, False):
            seed = int(rng.integers(1000))
            (batches,) = run(student.iterate_minibatches, n, batch_size, True, drop_last, recipes.generator(seed), 1)
            in_order = reference.iterate_minibatches(n, batch_size, False, drop_last, rng)
            want = [len(batch) for batch in in_order]
            assert_close([len(batch) for batch in batches], want, name="sizes of the batches")
            met = np.concatenate([*batches, np.arange(0)])
            require(met.dtype.kind in "iu", "The indices must be integers.")
            assert_close(len(np.unique(met)), sum(want), name="number of different indices")
            require(bool(np.all((met >= 0) & (met < n))), "Some indices belong to no example.")


@task("iterate_minibatches", points=4)
def test_every_epoch_has_a_new_order(student, rng):
    """Epoch after epoch with one generator, the orders differ; the same generator again gives the same ones."""
    run = inside(student, epochs)
    seed = int(rng.integers(1000))
    first, again, other = (
        [
            np.concatenate(batches)
            for batches in run(student.iterate_minibatches, 60, 7, True, False, recipes.generator(each), 3)
        ]
        for each in (seed, seed, seed + 1)
    )
    for epoch in (*first, *other):
        assert_close(np.sort(epoch), np.arange(60), name="all indices of an epoch, sorted")
    require(not np.array_equal(first[0], first[1]), "The second epoch has the order of the first.")
    require(not np.array_equal(first[1], first[2]), "The third epoch has the order of the second.")
    require(not np.array_equal(first[0], np.arange(60)), "The first epoch is not shuffled.")
    require(not np.array_equal(first[0], other[0]), "Two generators gave the same order.")
    assert_close(again, first, name="epochs with the same generator")


@task("iterate_minibatches", points=3, hint="Shuffle the examples, not the batches: who meets whom must change, too.")
def test_neighbours_are_parted(student, rng):
    """Shuffling parts neighbours: a batch is no piece of the original order, and in time everybody meets everybody."""
    run = inside(student, epochs)
    (batches,) = run(student.iterate_minibatches, 60, 12, True, False, recipes.generator(int(rng.integers(1000))), 1)
    assert_close([len(batch) for batch in batches], [12] * 5, name="sizes of the batches")
    for batch in batches:
        require(int(np.ptp(batch)) > len(batch) - 1, "A shuffled batch holds a piece of the original order.")
    # One of six comes first in one epoch of six: that it never does in 150 happens once in 10 ** 10 runs.
    many = run(student.iterate_minibatches, 6, 2, True, False, recipes.generator(int(rng.integers(1000))), 150)
    pairs = {tuple(sorted(map(int, batch))) for batches in many for batch in batches}
    require(len(pairs) == 15, "In 150 epochs of six examples, some two never share a batch of two.")
    places = {(place, int(i)) for batches in many for place, i in enumerate(np.concatenate(batches))}
    require(len(places) == 36, "In 150 epochs of six examples, some example never comes at some place.")


@task("iterate_minibatches", points=2, hint="Those who are left over must change from epoch to epoch.")
def test_nobody_is_left_out_for_ever(student, rng):
    """With drop_last, twenty epochs of seven examples in batches of three do not always leave out the same one."""
    run = inside(student, epochs)
    seed = int(rng.integers(1000))
    met = run(student.iterate_minibatches, 7, 3, True, True, recipes.generator(seed), 20)
    left_out = {int(21 - np.concatenate(batches).sum()) for batches in met}
    require(len(left_out) > 1, "Twenty epochs left out the same example.")


@task("iterate_minibatches", points=3, hint="Return an iterator: a function with yield makes one.")
def test_batches_are_made_when_asked_for(student, rng):
    """What comes back is an iterator: next() gives the first batch, and then the second."""
    works, batches = inside(student, first_two)(student.iterate_minibatches, recipes.generator(int(rng.integers(1000))))
    assert_close(batches, [np.arange(10), np.arange(10, 20)], name="the first two batches")
    require(works, "next() does not work on what comes back.")


@task("ExamDataset", points=3)
def test_a_data_loader_makes_batches(student):
    """PyTorch's DataLoader makes batches of two, two and one students of it."""
    (batches,) = inside(student, loaded)(student.ExamDataset(), 2, False, 1)
    x, y = torch.tensor(QUIZZES), torch.tensor(FINALS)
    assert_close(batches, [(x[:2], y[:2]), (x[2:4], y[2:4]), (x[4:], y[4:])])


@task("ExamDataset", points=3)
def test_pairs_stay_together(student):
    """Shuffled by a DataLoader, every student keeps their own final exam, in every epoch."""
    final_of = {tuple(quizzes): final for quizzes, final in zip(QUIZZES, FINALS, strict=True)}
    for batches in inside(student, loaded)(student.ExamDataset(), 2, True, 4):
        met = [(tuple(x.tolist()), y.tolist()) for xs, ys in batches for x, y in zip(xs, ys, strict=True)]
        assert_close(sorted(quizzes for quizzes, _ in met), sorted(final_of), name="the quizzes, sorted")
        require(all(final_of[quizzes] == final for quizzes, final in met), "A student got somebody else's final exam.")


@task("ExamDataset", points=2)
def test_a_loop_over_it_ends(student):
    """It is a torch Dataset, and a for loop meets five students and ends."""
    is_dataset, met = inside(student, looped)(student.ExamDataset())
    assert_close(len(met), 5, name="number of students met")
    assert_close(met, list(zip(torch.tensor(QUIZZES), torch.tensor(FINALS), strict=True)))
    require(is_dataset, "ExamDataset is no torch.utils.data.Dataset.")


@task("read_idx", points=4)
def test_labels_and_images(student, rng):
    """Labels and images of any size, also none; the array may be written to, and the path may be a str."""
    run = inside(student, read_bytes)
    drawn = [(draw_array(rng, ndim), as_text) for ndim in (1, 3) for as_text in (False, True)]
    drawn += [(np.zeros(0, np.uint8), False), (np.zeros((0, 5, 7), np.uint8), True)]
    drawn += [(rng.integers(0, 256, size=70_001, dtype=np.uint8), False)]  # a length of three bytes
    for array, as_text in drawn:
        found, writable = run(student.read_idx, on_file(idx_bytes(array)), "numbers-idx-ubyte", as_text)
        assert_close(found, array)
        require(found.dtype == np.uint8, "The entries must be uint8.")
        require(writable, "The array cannot be written to.", hint="np.frombuffer shows bytes that nobody may change.")


@task("read_idx", points=3)
def test_compressed_files(student, rng):
    """A file whose name ends in .gz is unpacked first."""
    run = inside(student, read_bytes)
    for ndim, as_text in ((1, True), (3, False)):
        array = draw_array(rng, ndim)
        found, _ = run(
            student.read_idx, on_file(gzip.compress(idx_bytes(array), mtime=0)), "numbers-idx-ubyte.gz", as_text
        )
        assert_close(found, array)


@task("read_idx", points=2)
def test_other_files_are_refused(student, rng):
    """A file that begins otherwise is a ValueError: another type, two axes, other bytes, or nothing at all."""
    run = inside(student, read_bytes)
    array = draw_array(rng, 1)
    good = idx_bytes(array)
    assert_close(run(student.read_idx, on_file(good), "good", False)[0], array)
    square = struct.pack(">BBBBII", 0, 0, 8, 2, 3, 5) + bytes(15)
    for bad in (b"\1" + good[1:], b"\0\1" + good[2:], b"\0\0\x09" + good[3:], square, good[:3], b""):
        with pytest.raises(ValueError):
            run(student.read_idx, on_file(bad), "bad", False)


@task("read_idx", points=3)
def test_files_of_another_length_are_refused(student, rng):
    """A file that is cut off or too long is a ValueError, wherever it is cut."""
    run = inside(student, read_bytes)
    for ndim in (1, 3):
        array = draw_array(rng, ndim)
        good = idx_bytes(array)
        assert_close(run(student.read_idx, on_file(good), "good", False)[0], array)
        header = len(good) - array.size
        none = b"\0\0\x08\3" + bytes(8)  # ends within its header, though no images have no entries
        for bad in (good[:-1], good + b"\0", good[:header], good[: header - 1], good[: header - 4], good[:5], none):
            with pytest.raises(ValueError):
                run(student.read_idx, on_file(bad), "bad", False)


@task("to_chw_float", points=5)
def test_images_match(student, reference, rng):
    """Batches of several sizes, dark and pale, to the last grey level."""
    drawn = ((1, 256), (3, 256), (7, 256), (11, 256), (2, 100))  # so many images, and the largest byte may be 99 only
    over = [(rng.integers(0, most, size=(n, 28, 28), dtype=np.uint8),) for n, most in drawn]
    assert_matches(student.to_chw_float, reference.to_chw_float, over, rtol=1e-6, atol=1e-7)


@task("to_chw_float", points=2)
def test_grey_levels_stay_apart(student):
    """All 256 grey levels stay apart, from exactly 0 to exactly 1."""
    images = np.resize(np.arange(256, dtype=np.uint8), (1, 28, 28))
    x = student.to_chw_float(images)
    levels = torch.unique(x)
    assert_close(len(levels), 256, name="number of grey levels")
    assert_close(
        [float(levels[0]), float(levels[255])], [0.0, 1.0], rtol=0, atol=1e-6, name="the smallest and the largest"
    )
    require(x.dtype == torch.float32, "The result must be float32.")


@task("to_chw_float", points=2)
def test_images_stay_as_they_were(student, reference, rng):
    """The images stay as they were."""
    images = rng.integers(0, 256, size=(5, 28, 28), dtype=np.uint8)
    want = reference.to_chw_float(images.copy())
    assert_close(assert_pure(student.to_chw_float, images), want, rtol=1e-6, atol=1e-7)


@task("train_val_split", points=3)
def test_splits_of_all_sizes(student, rng):
    """Two parts of the right sizes, nobody in both; none or all put aside as well."""
    for n, val in ((23, 7), (5, 2), (29, 1), (11, 0), (11, 11), (1000, 300)):
        train, aside = student.train_val_split(n, val, recipes.generator(int(rng.integers(1000))))
        for part, count in ((train, n - val), (aside, val)):
            is_array = isinstance(part, np.ndarray) and part.dtype.kind in "iu"
            require(is_array, "Each part must be an array of integers.")
            assert_close(part.shape, (count,), name="shape of a part")
        assert_close(np.sort(np.concatenate([train, aside])), np.arange(n), name="all indices, sorted")


@task("train_val_split", points=4)
def test_splits_are_drawn(student, rng):
    """The generator decides who is put aside: no row of neighbours, and any two of five, all of them equally often."""
    seed = int(rng.integers(1000))
    parts = [student.train_val_split(60, 20, recipes.generator(each)) for each in (seed, seed, seed + 1)]
    assert_close(parts[1], parts[0], name="the split of the same generator")
    assert_close(np.sort(np.concatenate(parts[0])), np.arange(60), name="all indices, sorted")
    first, other = np.sort(parts[0][1]), np.sort(parts[2][1])
    require(not np.array_equal(first, other), "Two generators put the same examples aside.")
    require(int(np.ptp(first)) > 19, "The examples put aside are neighbours.")
    chosen = inside(student, put_aside)(student.train_val_split, 5, 2, recipes.generator(seed), 2000)
    choices = Counter(tuple(sorted(map(int, each))) for each in chosen)
    require(len(choices) == 10, "In 2000 splits of five examples, some two are never put aside together.")
    # Each of ten choices comes 200 times, give or take 13: that one is 90 off happens once in 10 ** 9 runs.
    fair = all(abs(count - 200) < 90 for count in choices.values())
    require(fair, "In 2000 splits of five examples, some two are put aside far more often, or less often, than others.")
