"""From files to batches: what happens before the first layer.

Shapes, in letters: N images, B examples of a batch. Batches and splits are arrays of indices; the data themselves stay
where they are, and x[indices] and y[indices] take the same rows of both.
"""

import gzip
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch.utils.data import Dataset

# Five students of the lecture: three quizzes each, and the final exam.
QUIZZES = [[73, 80, 75], [93, 88, 93], [89, 91, 90], [96, 98, 100], [73, 66, 70]]
FINALS = [[152], [185], [180], [196], [142]]


def steps_per_epoch(n: int, batch_size: int, drop_last: bool) -> int:
    """Count the batches that n examples make.

    Args:
        n: the number of examples, 0 or more.
        batch_size: examples in a batch, 1 or more.
        drop_last: leave out a last batch that would not be full.

    Returns:
        The number of batches, an int.

    >>> steps_per_epoch(5, 2, drop_last=False), steps_per_epoch(5, 2, drop_last=True)
    (3, 2)
    """
    raise NotImplementedError("Task 1: steps_per_epoch")


def iterate_minibatches(
    n: int, batch_size: int, shuffle: bool, drop_last: bool, rng: np.random.Generator
) -> Iterator[np.ndarray]:
    """Yield the indices 0 to n - 1 batch by batch: one epoch.

    Args:
        n: the number of examples, 0 or more.
        batch_size: examples in a batch, 1 or more.
        shuffle: True for a random order, drawn anew from rng for every epoch: every example may stand in any place,
            and meet any other one; False for the order 0, 1, 2, ...
        drop_last: leave out a last batch that is not full; otherwise it comes last, and is short.
        rng: the only source of randomness: a generator in the same state gives the same batches.

    Returns:
        An iterator over integer arrays (B,), as a function with yield makes it: next(...) gives the next batch. A list
        is no iterator. No batch is empty.

    >>> batches = iterate_minibatches(5, 2, shuffle=False, drop_last=False, rng=np.random.default_rng(0))
    >>> [batch.tolist() for batch in batches]
    [[0, 1], [2, 3], [4]]
    """
    raise NotImplementedError("Task 2: iterate_minibatches")


class ExamDataset(Dataset):
    """The five students of the lecture, as a torch Dataset: QUIZZES and FINALS, row by row.

    >>> dataset = ExamDataset()
    >>> len(dataset), dataset[0]
    (5, (tensor([73., 80., 75.]), tensor([152.])))
    """

    def __len__(self) -> int:
        """Return the number of students."""
        raise NotImplementedError("Task 3: ExamDataset")

    def __getitem__(self, i: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Return one student.

        Args:
            i: 0 to 4; larger numbers raise IndexError, which is how a for loop over the data set ends.

        Returns:
            x, float32 (3,), the quizzes, and y, float32 (1,), the final exam.
        """
        raise NotImplementedError("Task 3: ExamDataset")


def read_idx(path: str | Path) -> np.ndarray:
    """Read a file of MNIST's format, IDX, with labels (one axis) or images (three axes).

        4 bytes             0, 0, 8 (for uint8), and the number of axes: 1 or 3
        4 bytes an axis     its length, 0 or more, most significant byte first
        the rest            the entries, one byte each, the last axis fastest

    Args:
        path: the file, a str or a Path; compressed by gzip if its name ends in .gz.

    Returns:
        uint8, of the shape that the file names; an array that may be written to.

    Raises:
        ValueError: the first four bytes are others; or there are fewer or more entries than the shape asks for, or the
            file ends within its header.

    >>> Path("three.idx").write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 3, 5, 0, 4]))
    11
    >>> read_idx("three.idx")
    array([5, 0, 4], dtype=uint8)
    >>> Path("three.idx").unlink()
    """
    raise NotImplementedError("Task 4: read_idx")


def to_chw_float(images: np.ndarray) -> torch.Tensor:
    """Turn bytes into what a convolutional network wants: one channel, numbers from 0 to 1.

        x = images / 255

    Args:
        images: uint8 (N, 28, 28), 0 for paper, 255 for ink.

    Returns:
        float32 (N, 1, 28, 28), a tensor.

    Do not change images in place.

    >>> x = to_chw_float(np.full((2, 28, 28), 51, dtype=np.uint8))
    >>> x.shape, x[0, 0, 0, 0]
    (torch.Size([2, 1, 28, 28]), tensor(0.2000))
    """
    raise NotImplementedError("Task 5: to_chw_float")


def train_val_split(n: int, val: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Divide n examples at random into some to train on and some to validate with.

    Args:
        n: the number of examples.
        val: how many are put aside, 0 to n.
        rng: the only source of randomness: a generator in the same state gives the same split.

    Returns:
        Two integer arrays of indices, (n - val,) to train and (val,) to validate: together each of 0 to n - 1 exactly
        once, in any order. Every choice of val examples is equally likely.

    >>> train, val = train_val_split(5, 2, np.random.default_rng(0))
    >>> len(train), len(val), sorted([*train.tolist(), *val.tolist()])
    (3, 2, [0, 1, 2, 3, 4])
    """
    raise NotImplementedError("Task 6: train_val_split")
