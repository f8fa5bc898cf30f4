"""The matrix product with one loop, over what is summed; copies where views would do."""


def columns(t, start, stop):
    return t[..., start:stop].clone()


def add_outer(a, b):
    n, m = a.numel(), b.numel()
    return a.reshape(n, 1).expand(n, m) + b.reshape(1, m).expand(n, m)


def matmul_loops(a, b):
    out = torch.zeros(a.shape[0], b.shape[1]).to(a.dtype)
    for p in range(b.shape[0]):
        out = out + a[:, p : p + 1] * b[p]
    return out


def scale_rows(m, s):
    return m.mul(s.expand_as(m))


def mean_by(t, dim):
    return t.mean(dim, keepdim=True).squeeze(dim)


def best_class(scores):
    classes = scores.argmax(dim=-1)
    return scores.gather(1, classes[:, None])[:, 0], classes


def standardize(x):
    centred = x - x.mean(0, keepdim=True)
    return centred / (centred.square().sum(0) / (x.shape[0] - 1)).sqrt()


def flatten_images(x):
    return x.contiguous().view(x.size(0), -1)


def batches(x, size):
    return [x[i : i + size] for i in range(0, x.shape[0], size)]
