"""np.array_split's cousin np.split, struct for the header, choice without replacement, tensors made beforehand."""

import gzip
import struct

import numpy as np
import torch
from torch.utils.data import Dataset


def steps_per_epoch(n, batch_size, drop_last):
    full, rest = divmod(n, batch_size)
    return full + (rest > 0 and not drop_last)


def iterate_minibatches(n, batch_size, shuffle, drop_last, rng):
    order = np.arange(n)
    if shuffle:
        rng.shuffle(order)
    parts = np.split(order, range(batch_size, n, batch_size))
    return iter([part for part in parts if len(part) and (len(part) == batch_size or not drop_last)])


class ExamDataset(Dataset):
    def __init__(self):
        self.x = torch.Tensor(QUIZZES)
        self.y = torch.Tensor(FINALS)

    def __len__(self):
        return self.x.shape[0]

    def __getitem__(self, i):
        return [self.x[i], self.y[i]]


def read_idx(path):
    path = str(path)
    with gzip.open(path) if path[-3:] == ".gz" else open(path, "rb") as file:
        magic = file.read(4)
        if magic == b"\x00\x00\x08\x01":
            axes = 1
        elif magic == b"\x00\x00\x08\x03":
            axes = 3
        else:
            raise ValueError("magic number")
        lengths = file.read(4 * axes)
        if len(lengths) != 4 * axes:
            raise ValueError("header")
        shape = struct.unpack(f">{axes}I", lengths)
        rest = bytearray(file.read())
    if len(rest) != int(np.prod(shape)):
        raise ValueError("length")
    return np.frombuffer(rest, np.uint8).reshape(shape)


def to_chw_float(images):
    return torch.tensor(images[:, np.newaxis], dtype=torch.float32) * (1 / 255)


def train_val_split(n, val, rng):
    aside = rng.choice(n, size=val, replace=False)
    return np.setdiff1d(np.arange(n), aside), aside
