"""Everything by indices and Python lists, as one first thinks of it."""


def describe(t):
    shape = [int(length) for length in t.shape]
    size = 1
    for length in shape:
        size *= length
    return len(shape), shape, size


def columns(t, start, stop):
    return torch.stack([t[:, j] for j in range(start, stop)], dim=1)


def add_outer(a, b):
    a, b = a.flatten(), b.flatten()
    out = torch.empty(len(a), len(b), dtype=a.dtype)
    for i in range(len(a)):
        for j in range(len(b)):
            out[i, j] = a[i] + b[j]
    return out


def matmul_loops(a, b):
    rows, columns = a.tolist(), b.T.tolist()
    return torch.tensor([[sum(x * y for x, y in zip(r, c, strict=True)) for c in columns] for r in rows], dtype=a.dtype)


def scale_rows(m, s):
    return torch.stack([row * factor for row, factor in zip(m, s, strict=True)])


def sum_by(t, dim):
    total = torch.zeros_like(t.select(dim, 0))
    for part in t.unbind(dim):
        total += part
    return total


def mean_by(t, dim):
    if not t.is_floating_point():
        raise TypeError("the mean of integers is no integer")
    return sum_by(t, dim) / t.shape[dim]


def best_class(scores):
    values, places = [], []
    for row in scores:
        best = 0
        for j in range(1, len(row)):
            if row[j] > row[best]:
                best = j
        values.append(row[best])
        places.append(best)
    return torch.stack(values), torch.tensor(places)


def standardize(x):
    out = x.clone()
    for j in range(x.shape[1]):
        column = x[:, j]
        mean = column.sum() / len(column)
        variance = ((column - mean) ** 2).sum() / (len(column) - 1)
        out[:, j] = (column - mean) / variance.sqrt()
    return out


def flatten_images(x):
    return torch.stack([image.flatten() for image in x])


def batches(x, size):
    found = []
    while len(x) > 0:
        found.append(x[:size])
        x = x[size:]
    return found
