"""Tensors are numbered as they are made, and the way back takes the youngest first; windows by strides; SGD."""

import heapq
import itertools

import numpy as np

NUMBERS = itertools.count()


class Tensor:
    __array_ufunc__ = None

    def __init__(self, data, requires_grad=False):
        self.data = np.array(data).astype(float)
        self.requires_grad = bool(requires_grad)
        self.grad = None
        self.number = next(NUMBERS)
        self.uses = []  # pairs of an operand and of a function from our gradient to its own

    def made(self, data, *uses):
        out = Tensor(data)
        out.uses = [(operand, back) for operand, back in uses if operand.requires_grad]
        out.requires_grad = len(out.uses) > 0
        return out

    def __add__(self, other):
        other = lifted(other)
        return self.made(self.data + other.data, (self, lambda g: g), (other, lambda g: g))

    def __mul__(self, other):
        other = lifted(other)
        return self.made(
            np.multiply(self.data, other.data), (self, lambda g: other.data * g), (other, lambda g: self.data * g)
        )

    def __matmul__(self, other):
        return self.made(
            np.dot(self.data, other.data),
            (self, lambda g: np.einsum("ij,kj->ik", g, other.data)),
            (other, lambda g: np.einsum("ij,ik->jk", self.data, g)),
        )

    def __pow__(self, exponent):
        return self.made(
            np.power(self.data, float(exponent)),
            (self, lambda g: exponent * np.power(self.data, float(exponent) - 1) * g),
        )

    def sum(self, axis=None, keepdims=False):
        def back(g):
            if axis is not None and not keepdims:
                g = np.expand_dims(g, axis)
            return np.ones_like(self.data) * g

        return self.made(np.sum(self.data, axis=axis, keepdims=keepdims), (self, back))

    def mean(self, axis=None, keepdims=False):
        n = self.data.size if axis is None else self.data.shape[axis]
        return self.sum(axis=axis, keepdims=keepdims) * (1 / n)

    def relu(self):
        return self.made(self.data * (self.data >= 0), (self, lambda g: np.where(self.data >= 0, g, 0)))

    def sigmoid(self):
        e = np.exp(-np.abs(self.data))
        s = np.where(self.data >= 0, 1 / (1 + e), e / (1 + e))
        return self.made(s, (self, lambda g: g * (s - s**2)))

    def exp(self):
        return self.made(np.exp(self.data), (self, lambda g: np.exp(self.data) * g))

    def log(self):
        return self.made(np.log(self.data), (self, lambda g: g * self.data**-1))

    def reshape(self, *shape):
        return self.made(np.reshape(self.data, shape), (self, lambda g: np.reshape(g, self.data.shape)))

    def backward(self):
        arrived = {self.number: np.ones_like(self.data)}
        todo = [(-self.number, self)]
        while todo:
            _, tensor = heapq.heappop(todo)
            g = arrived.pop(tensor.number)
            if not tensor.uses:
                tensor.grad = (0 if tensor.grad is None else tensor.grad) + g
            for operand, back in tensor.uses:
                part = fitted(back(g), operand.data.shape)
                if operand.number in arrived:
                    arrived[operand.number] = arrived[operand.number] + part
                else:
                    arrived[operand.number] = part
                    heapq.heappush(todo, (-operand.number, operand))

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + lifted(other) * -1

    def __rsub__(self, other):
        return lifted(other) - self

    def __truediv__(self, other):
        return self * lifted(other) ** -1


def lifted(value):
    return value if type(value) is Tensor else Tensor(value)


def fitted(g, shape):
    while g.ndim > len(shape):
        g = np.add.reduce(g, axis=0)
    for axis, n in enumerate(shape):
        if g.shape[axis] != n:
            g = np.add.reduce(g, axis=axis, keepdims=True)
    return g


def gradcheck(f, inputs, eps=1e-6):
    for x in inputs:
        x.grad = np.zeros_like(x.data)
    f(*inputs).backward()
    errors = [0.0]
    for x in inputs:
        numeric = np.empty(x.data.size)
        flat = x.data.reshape(-1)
        for i, old in enumerate(flat.copy()):
            flat[i] = old + eps
            up = float(f(*inputs).data)
            flat[i] = old - eps
            numeric[i] = (up - float(f(*inputs).data)) / eps / 2
            flat[i] = old
        a = x.grad.ravel()
        errors += list(np.abs(a - numeric) / np.maximum(1e-8, np.abs(a) + np.abs(numeric)))
    return np.max(errors)


def im2col(x, kh, kw, stride, padding):
    n, c, h, w = x.shape
    big = np.zeros((n, c, h + 2 * padding, w + 2 * padding))
    big[:, :, padding : padding + h, padding : padding + w] = x
    oh, ow = (h + 2 * padding - kh) // stride + 1, (w + 2 * padding - kw) // stride + 1
    s = big.strides
    shape, strides = (n, oh, ow, c, kh, kw), (s[0], s[2] * stride, s[3] * stride, s[1], s[2], s[3])
    return np.lib.stride_tricks.as_strided(big, shape, strides).reshape(n * oh * ow, c * kh * kw)


def conv2d_fast(x, w, b, stride=1, padding=0):
    big = np.pad(x, [(0, 0)] * 2 + [(padding, padding)] * 2)
    windows = np.lib.stride_tricks.sliding_window_view(big, w.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    return np.moveaxis(np.tensordot(windows, w, axes=((1, 4, 5), (1, 2, 3))), 3, 1) + b[None, :, None, None]


def conv2d_backward(dout, x, w, stride=1, padding=0):
    big = np.pad(x, [(0, 0)] * 2 + [(padding, padding)] * 2)
    dbig, dw = np.zeros_like(big), np.zeros_like(w)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            place = np.s_[:, :, i * stride : i * stride + w.shape[2], j * stride : j * stride + w.shape[3]]
            dbig[place] += np.tensordot(dout[:, :, i, j], w, axes=(1, 0))
            dw += np.tensordot(dout[:, :, i, j], big[place], axes=(0, 0))
    return [dbig[:, :, padding : big.shape[2] - padding, padding : big.shape[3] - padding], dw, dout.sum((0, 2, 3))]


def max_pool2d_backward(dout, x, k):
    dx = np.zeros_like(x)
    for n, c, i, j in np.ndindex(dout.shape):
        window = x[n, c, i * k : (i + 1) * k, j * k : (j + 1) * k]
        p, q = divmod(int(window.argmax()), k)
        dx[n, c, i * k + p, j * k + q] = dout[n, c, i, j]
    return dx


class SGD:
    def __init__(self, params, lr):
        self.params, self.lr = list(params), lr

    def step(self):
        for p in self.params:
            if p.grad is not None:
                p.data -= self.lr * p.grad

    def zero_grad(self):
        for p in self.params:
            p.grad = np.zeros_like(p.data)


class Adam(SGD):
    def __init__(self, params, lr):
        super().__init__(params, lr)
        self.moments = {}

    def step(self):
        for p in self.params:
            if p.grad is None:
                continue
            t, m, v = self.moments.get(p, (0, 0.0, 0.0))
            t, m, v = t + 1, m + (p.grad - m) * (1 - 0.9), v + (p.grad * p.grad - v) * (1 - 0.999)
            self.moments[p] = t, m, v
            p.data -= self.lr * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)


def train_digits(images, labels, test_images, *, seed=0):
    """One hidden layer again, by plain descent with a larger rate."""
    rng = np.random.RandomState(seed)
    x, t = images.reshape(-1, 784) / 255, test_images.reshape(-1, 784) / 255
    w = [Tensor(rng.randn(784, 50) * 0.05, True), Tensor(np.zeros((1, 50)), True)]
    w += [Tensor(rng.randn(50, 10) * 0.1, True), Tensor(np.zeros((1, 10)), True)]
    optimizer = SGD(w, 0.2)

    def scores(rows):
        return (rows @ w[0] + w[1]).relu() @ w[2] + w[3]

    for _ in range(15):
        for rows in np.array_split(rng.permutation(len(x)), len(x) // 20):
            z = scores(Tensor(x[rows]))
            right = (z * (labels[rows, None] == np.arange(10)).astype(float)).sum(axis=1)
            optimizer.zero_grad()
            (z.exp().sum(axis=1).log() - right).mean().backward()
            optimizer.step()
    return scores(Tensor(t)).data.argmax(1)
