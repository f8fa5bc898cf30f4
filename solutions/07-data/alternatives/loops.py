"""Plain Python: an iterator class, bytes one by one, sorting by random numbers, a row of the images at a time."""

import gzip
import pathlib

import numpy as np
import torch
import torch.utils.data


def steps_per_epoch(n, batch_size, drop_last):
    return -(-n // batch_size) if not drop_last else int(n / batch_size)


class iterate_minibatches:
    def __init__(self, n, batch_size, shuffle, drop_last, rng):
        self.left = np.argsort(rng.random(n)) if shuffle else np.array(range(n), dtype=np.int32)
        self.batch_size, self.drop_last = batch_size, drop_last

    def __iter__(self):
        return self

    def __next__(self):
        if len(self.left) < (self.batch_size if self.drop_last else 1):
            raise StopIteration
        batch, self.left = self.left[: self.batch_size], self.left[self.batch_size :]
        return batch


class ExamDataset(torch.utils.data.Dataset):
    def __len__(self):
        return 5

    def __getitem__(self, i):
        if not 0 <= i < 5:
            raise IndexError(i)
        return torch.FloatTensor([float(q) for q in QUIZZES[i]]), torch.FloatTensor([float(f) for f in FINALS[i]])


def read_idx(path):
    path = pathlib.Path(path)
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)

    def number(at):
        if at + 4 > len(content):
            raise ValueError("cut off")
        return int.from_bytes(content[at : at + 4], "big")

    magic = number(0)
    if magic not in (2049, 2051):
        raise ValueError(f"magic number {magic}")
    shape = [number(4 + 4 * axis) for axis in range(magic - 2048)]
    count = 1
    for length in shape:
        count *= length
    body = content[4 + 4 * len(shape) :]
    if len(body) != count:
        raise ValueError(f"{len(body)} entries, not {count}")
    return np.array(list(body), dtype=np.uint8).reshape(shape)


def to_chw_float(images):
    x = torch.zeros(len(images), 1, 28, 28)
    for i, image in enumerate(images):
        for row in range(28):
            x[i, 0, row] = torch.tensor([value / 255.0 for value in image[row].tolist()])
    return x


def train_val_split(n, val, rng):
    left, aside = list(range(n)), []
    for _ in range(val):
        aside.append(left.pop(int(rng.integers(len(left)))))
    return np.array(left, dtype=np.int64), np.array(sorted(aside), dtype=np.int64)
