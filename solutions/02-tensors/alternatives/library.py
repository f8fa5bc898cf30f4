"""What the library has ready; tuples for lists, 0-d tensors and sizes as torch gives them."""


def describe(t):
    return t.ndim, t.size(), t.nelement()


def columns(t, start, stop):
    return t.narrow(1, start, stop - start)


def add_outer(a, b):
    if a.dim() == 1:
        a, b = a.unsqueeze(1), b.unsqueeze(0)
    return torch.add(a, b)


def scale_rows(m, s):
    return torch.einsum("ij,i->ij", m, s[:, 0])


def mean_by(t, dim):
    return torch.mean(t, dim)


def sum_by(t, dim):
    return torch.sum(t, dim=dim)


def best_class(scores):
    return torch.max(scores, 1)


def standardize(x):
    return torch.nn.functional.normalize(x - x.mean(dim=0), dim=0) * (len(x) - 1) ** 0.5


def flatten_images(x):
    return torch.flatten(x, start_dim=1)


def batches(x, size):
    return torch.split(x, size)
