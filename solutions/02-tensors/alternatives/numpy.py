"""By way of numpy, where float64 is at home."""

import numpy as np


def describe(t):
    array = t.numpy()
    return array.ndim, array.shape, array.size


def columns(t, start, stop):
    return torch.from_numpy(t.numpy()[:, np.arange(start, stop)])


def add_outer(a, b):
    return torch.from_numpy(np.add.outer(a.numpy().ravel(), b.numpy().ravel()))


def matmul_loops(a, b):
    first, second = a.numpy(), b.numpy()
    out = np.zeros((len(first), second.shape[1]), dtype=first.dtype)
    for i, row in enumerate(first):
        for j, column in enumerate(second.T):
            out[i, j] = np.sum(row * column)
    return torch.from_numpy(out)


def scale_rows(m, s):
    return torch.from_numpy(np.multiply(m.numpy(), s.numpy()))


def best_class(scores):
    values, places = scores.sort(dim=1, descending=True)
    return values[:, 0], places[:, 0]


def standardize(x):
    array = x.numpy()
    return torch.from_numpy((array - array.mean(axis=0)) / array.std(axis=0, ddof=1))


def flatten_images(x):
    return torch.from_numpy(x.numpy().reshape(x.shape[0], -1))


def batches(x, size):
    return [torch.from_numpy(part) for part in np.split(x.numpy(), range(size, len(x), size))]
