"""Gradients kept in the tensors, as micrograd does; a convolution that goes over the entries of its kernel."""

import numpy as np


class Tensor:
    __array_ufunc__ = None

    def __init__(self, data, requires_grad=False, operands=()):
        self.data = np.array(data, dtype=float)
        self.grad = None
        self.operands = [each for each in operands if each.requires_grad]
        self.requires_grad = requires_grad or bool(self.operands)
        self.push = None

    def receive(self, g):
        if self.requires_grad:
            extra = g.ndim - self.data.ndim
            g = g.sum(axis=tuple(range(extra))) if extra else g
            thin = tuple(i for i in range(g.ndim) if self.data.shape[i] == 1 and g.shape[i] > 1)
            g = g.sum(axis=thin, keepdims=True) if thin else g
            self.grad = g.copy() if self.grad is None else self.grad + g

    def __add__(self, other):
        other = other if isinstance(other, Tensor) else Tensor(other)
        out = Tensor(self.data + other.data, operands=(self, other))

        def push():
            self.receive(out.grad)
            other.receive(out.grad)

        out.push = push
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Tensor) else Tensor(other)
        out = Tensor(self.data * other.data, operands=(self, other))

        def push():
            self.receive(out.grad * other.data)
            other.receive(out.grad * self.data)

        out.push = push
        return out

    def __matmul__(self, other):
        out = Tensor(self.data @ other.data, operands=(self, other))

        def push():
            self.receive(out.grad @ other.data.T)
            other.receive((out.grad.T @ self.data).T)

        out.push = push
        return out

    def elementwise(self, value, slope):
        out = Tensor(value, operands=(self,))
        out.push = lambda: self.receive(out.grad * slope)
        return out

    def __pow__(self, n):
        return self.elementwise(self.data**n, n * self.data ** (n - 1))

    def relu(self):
        return self.elementwise(np.where(self.data > 0, self.data, 0.0), 1.0 * (self.data > 0))

    def sigmoid(self):
        s = np.exp(-np.logaddexp(0.0, -self.data))
        return self.elementwise(s, s * (1 - s))

    def exp(self):
        return self.elementwise(np.exp(self.data), np.exp(self.data))

    def log(self):
        return self.elementwise(np.log(self.data), 1 / self.data)

    def sum(self, axis=None, keepdims=False):
        out = Tensor(self.data.sum(axis=axis, keepdims=keepdims), operands=(self,))

        def push():
            g = out.grad if axis is None or keepdims else np.expand_dims(out.grad, axis)
            self.receive(np.zeros(self.data.shape) + g)

        out.push = push
        return out

    def mean(self, axis=None, keepdims=False):
        total = self.sum(axis=axis, keepdims=keepdims)
        return total * (np.size(total.data) / np.size(self.data))

    def reshape(self, *shape):
        out = Tensor(self.data.reshape(*shape), operands=(self,))
        out.push = lambda: self.receive(out.grad.reshape(self.data.shape))
        return out

    def backward(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            tensor, done = stack.pop()
            if done:
                order.append(tensor)
            elif tensor not in seen:
                seen.add(tensor)
                stack.append((tensor, True))
                stack.extend((each, False) for each in tensor.operands)
        for tensor in order:
            if tensor.push is not None:  # nothing of an earlier call
                tensor.grad = None
        self.grad = np.ones(self.data.shape)
        while order:
            tensor = order.pop()
            if tensor.push is not None:
                tensor.push()

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __sub__(self, other):
        return self + other * -1.0

    def __truediv__(self, other):
        return self * other**-1.0


def gradcheck(f, inputs, eps=1e-6):
    for x in inputs:
        x.grad = None
    f(*inputs).backward()
    slopes = [np.zeros(x.data.shape) if x.grad is None else x.grad.copy() for x in inputs]
    worst = 0.0
    for x, slope in zip(inputs, slopes, strict=True):
        for i in np.ndindex(x.data.shape):
            x.data[i] += eps
            up = f(*inputs).data
            x.data[i] -= 2 * eps
            down = f(*inputs).data
            x.data[i] += eps
            n = (up - down) / (2 * eps)
            worst = max(worst, abs(slope[i] - n) / max(1e-8, abs(slope[i]) + abs(n)))
    return float(worst)


def im2col(x, kh, kw, stride, padding):
    padded = np.pad(x, ((0, 0), (0, 0), (padding,) * 2, (padding,) * 2))
    rows = []
    for image in padded:
        for i in range(0, image.shape[1] - kh + 1, stride):
            for j in range(0, image.shape[2] - kw + 1, stride):
                rows.append(image[:, i : i + kh, j : j + kw].ravel())
    return np.array(rows)


def conv2d_fast(x, w, b, stride=1, padding=0):
    padded = np.pad(x, ((0, 0), (0, 0), (padding,) * 2, (padding,) * 2))
    oh, ow = (padded.shape[2] - w.shape[2]) // stride + 1, (padded.shape[3] - w.shape[3]) // stride + 1
    y = np.zeros((len(w), len(x), oh, ow))
    for p in range(w.shape[2]):
        for q in range(w.shape[3]):
            seen = padded[:, :, p : p + stride * oh : stride, q : q + stride * ow : stride]
            y += np.tensordot(w[:, :, p, q], seen, axes=(1, 1))
    return y.transpose(1, 0, 2, 3) + b.reshape(-1, 1, 1)


def conv2d_backward(dout, x, w, stride=1, padding=0):
    padded = np.pad(x, ((0, 0), (0, 0), (padding,) * 2, (padding,) * 2))
    dpadded, dw = np.zeros(padded.shape), np.zeros(w.shape)
    oh, ow = dout.shape[2:]
    for p in range(w.shape[2]):
        for q in range(w.shape[3]):
            part = np.s_[:, :, p : p + stride * oh : stride, q : q + stride * ow : stride]
            dw[:, :, p, q] = np.einsum("noij,ncij->oc", dout, padded[part])
            dpadded[part] += np.einsum("noij,oc->ncij", dout, w[:, :, p, q])
    inner = slice(padding, -padding or None)
    return dpadded[:, :, inner, inner], dw, np.einsum("noij->o", dout)


def max_pool2d_backward(dout, x, k):
    """The last of equal maxima, where others take the first."""
    dx = np.zeros(x.shape)
    oh, ow = dout.shape[2:]
    parts = [np.s_[:, :, p : oh * k : k, q : ow * k : k] for p in range(k) for q in range(k)]
    largest = np.max([x[part] for part in parts], axis=0)
    free = np.ones(dout.shape, dtype=bool)
    for part in reversed(parts):
        chosen = free & (x[part] == largest)
        dx[part] = np.where(chosen, dout, 0.0)
        free &= ~chosen
    return dx


class Adam:
    def __init__(self, params, lr):
        self.state = [(p, np.zeros(p.data.shape), np.zeros(p.data.shape)) for p in params]
        self.lr, self.first, self.second = lr, 1.0, 1.0

    def step(self):
        self.first *= 0.9
        self.second *= 0.999
        for p, m, v in self.state:
            if p.grad is not None:
                m += 0.1 * (p.grad - m)
                v += 0.001 * (p.grad**2 - v)
                p.data = p.data - self.lr / (1 - self.first) * m / (np.sqrt(v / (1 - self.second)) + 1e-8)

    def zero_grad(self):
        for p, _, _ in self.state:
            p.grad = None
