"""A bank of operations: a trusted forward, right gradients written differently, and the wrong ones that people write.

Every operation draws inputs on which the mistakes show: sizes pairwise different, stride other than kernel, windows
that overlap, nothing near a kink; the last probe is square, where a forgotten transpose has the right shape.
Functions are plain and local; :class:`LocalFunction` gives them the protocol of the worker's handle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from autograder.student.call import argument_name
from autograder.values import copied

Array = np.ndarray
Function = Callable[..., Any]


@dataclass(frozen=True)
class LocalCall:
    """What one call did, as the handle of the worker would report it."""

    result: Any
    effects: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()


@dataclass
class LocalFunction:
    """A local function behind the protocol of ``autograder.checks.assertions.Function``; results are copies."""

    body: Function
    prepared: dict[Any, Any] = field(default_factory=dict)
    calls: int = 0

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.record(*args, **kwargs).result

    def record(self, *args: Any, **kwargs: Any) -> LocalCall:
        self.calls += 1
        named = {**{str(i): value for i, value in enumerate(args)}, **kwargs}
        arrays = {name: value for name, value in named.items() if isinstance(value, np.ndarray)}
        before = {name: value.copy() for name, value in arrays.items()}
        result = self.body(*args, **kwargs)
        changed = tuple(name for name, value in arrays.items() if value.tobytes() != before[name].tobytes())
        parts = result if isinstance(result, tuple | list) else (result,)
        aliases = tuple(
            name
            for name, value in arrays.items()
            if any(isinstance(part, np.ndarray) and np.shares_memory(part, value) for part in parts)
        )
        effects, shared = (tuple(argument_name(name, ()) for name in names) for names in (changed, aliases))
        return LocalCall(copied(result), effects, shared)

    def each(self, arguments: Sequence[tuple[Any, ...]], /) -> Iterator[Any]:
        return (call.result for call in self.record_each(arguments))

    def record_each(self, arguments: Sequence[tuple[Any, ...]], /) -> Iterator[LocalCall]:
        return (self.record(*args) for args in arguments)


@dataclass(frozen=True)
class Mistake:
    """A wrong gradient. ``hint`` is the id of the sentence that a diagnosis must give; "" where the numbers alone
    cannot name it. ``new`` makes a function with fresh state; ``square`` says that only the square probe shows it,
    ``float64_only`` that it hides below what float32 can resolve."""

    name: str
    new: Callable[[], Function]
    hint: str = ""
    square: bool = False
    float64_only: bool = False


@dataclass(frozen=True)
class Operation:
    """An operation with its probes: ``draw(rng, last)`` returns the keyword arguments of assert_gradient."""

    name: str
    draw: Callable[[np.random.Generator, bool], dict[str, Any]]
    right: dict[str, Function]
    mistakes: tuple[Mistake, ...]
    probes: int = 3
    accepted: dict[str, Function] = field(default_factory=dict)  # not exact, and accepted by policy

    def arguments(self, seed: int) -> list[dict[str, Any]]:
        rng = np.random.default_rng([seed, len(self.name)])
        return [self.draw(rng, number == self.probes - 1) for number in range(self.probes)]


def wrong(name: str, body: Function, hint: str = "", **marks: bool) -> Mistake:
    return Mistake(name, lambda: body, hint, **marks)


def upstream(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    return rng.uniform(0.5, 1.5, size=shape) * rng.choice([-1.0, 1.0], size=shape)


def in_float32(body: Function) -> Function:
    """Return ``body`` computing in float32 all the way."""

    def narrow(*args: Any) -> Any:
        return body(*(a.astype(np.float32) if isinstance(a, np.ndarray) and a.dtype.kind == "f" else a for a in args))

    return narrow


# --- sigmoid


def sigmoid(z: Array) -> Array:
    return 1.0 / (1.0 + np.exp(-z))


def sigmoid_backward(dout: Array, z: Array) -> Array:
    s = sigmoid(z)
    return dout * s * (1 - s)


def sigmoid_by_exp(dout: Array, z: Array) -> Array:
    e = np.exp(-z)
    return dout * e / (1 + e) ** 2


def sigmoid_by_tanh(dout: Array, z: Array) -> Array:
    return dout * (1 - np.tanh(z / 2) ** 2) / 4


def draw_sigmoid(rng: np.random.Generator, last: bool) -> dict[str, Any]:
    z = rng.normal(size=(4, 4)) if last else rng.uniform(-4, 4, size=(3, 5))
    return {"of": sigmoid, "at": z, "dout": upstream(rng, z.shape)}


def sigmoid_of_sigmoid(dout: Array, z: Array) -> Array:
    s = sigmoid(sigmoid(z))
    return dout * s * (1 - s)


SIGMOID = Operation(
    "sigmoid",
    draw_sigmoid,
    {
        "formula": sigmoid_backward,
        "exp": sigmoid_by_exp,
        "tanh": sigmoid_by_tanh,
        "float32": in_float32(sigmoid_backward),
    },
    (
        wrong("factor-missing", lambda dout, z: dout * sigmoid(z)),
        wrong("plus", lambda dout, z: dout * sigmoid(z) * (1 + sigmoid(z))),
        wrong("negated", lambda dout, z: -sigmoid_backward(dout, z), "hint.sign"),
        wrong("raw-input", lambda dout, z: dout * z * (1 - z)),
        wrong("dout-ignored", lambda dout, z: sigmoid_backward(np.ones_like(z), z), "hint.dout-ignored"),
        wrong("twice", sigmoid_of_sigmoid),
        wrong("mean-dout", lambda dout, z: sigmoid_backward(np.full_like(z, dout.mean()), z)),
        wrong("tanh-prime", lambda dout, z: dout * (1 - sigmoid(z) ** 2)),
        wrong("rounded", lambda dout, z: np.round(sigmoid_backward(dout, z), 3), "hint.rounded"),
    ),
)


# --- binary cross-entropy


def bce(p: Array, y: Array) -> float:
    return float(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)))


def bce_backward(p: Array, y: Array) -> Array:
    return (p - y) / (p * (1 - p)) / p.size


def bce_two_terms(p: Array, y: Array) -> Array:
    return np.mean([(1 - y) / (1 - p) - y / p], axis=0) / len(p)


def bce_loop(p: Array, y: Array) -> Array:
    grad = np.empty_like(p)
    for i in range(len(p)):
        grad[i] = (-1 / p[i] if y[i] == 1 else 1 / (1 - p[i])) / len(p)
    return grad


def bce_eps(eps: float) -> Function:
    return lambda p, y: (p - y) / (p * (1 - p) + eps) / len(p)


def draw_bce(rng: np.random.Generator, last: bool) -> dict[str, Any]:
    n = 4 if last else 7
    # Nearer to 0 or 1 the slides' 1e-7 in the denominator would move the gradient by more than the tolerance.
    p = sigmoid(np.clip(2 * rng.normal(size=(n, 1)), -2.2, 2.2)) if last else rng.uniform(0.1, 0.9, size=(n, 1))
    y = rng.permutation(np.repeat([0.0, 1.0], [n // 2, n - n // 2])).reshape(n, 1)
    return {"of": lambda at: bce(at, y), "at": p, "given": (p, y)}


def bce_n_by_n(p: Array, y: Array) -> Array:
    return (p - y.ravel()) / (p * (1 - p)) / len(p)


BCE = Operation(
    "bce",
    draw_bce,
    {
        "formula": bce_backward,
        "terms": bce_two_terms,
        "loop": bce_loop,
        "float32": in_float32(bce_backward),
    },
    (
        wrong("no-mean", lambda p, y: bce_backward(p, y) * len(p), "hint.gradient-times"),
        wrong("sign", lambda p, y: -bce_backward(p, y), "hint.sign"),
        wrong("eps-1e-3", bce_eps(1e-3)),
        wrong("eps-1e-4", bce_eps(1e-4)),
        wrong("eps-1e-5", bce_eps(1e-5), float64_only=True),
        wrong("p-minus-y", lambda p, y: (p - y) / len(p)),
        wrong("first-term", lambda p, y: -y / p / len(p), "hint.zero-entries"),
        wrong("second-sign", lambda p, y: (-y / p - (1 - y) / (1 - p)) / len(p), "hint.some-signs"),
        wrong("n-by-n", bce_n_by_n, "hint.n-by-n"),
        wrong("n-by-n-averaged", lambda p, y: bce_n_by_n(p, y).mean(axis=1, keepdims=True)),
        wrong("log2", lambda p, y: bce_backward(p, y) / np.log(2), "hint.log2"),
        wrong("log2-in-both", lambda p, y: bce_backward(p, y) * np.log2(np.e), "hint.log2"),
        wrong("no-mean-in-both", lambda p, y: (1 - y) / (1 - p) - y / p, "hint.gradient-times"),
    ),
    accepted={"eps-of-the-slides": bce_eps(1e-7)},
)


# --- linear layer


def linear(x: Array, w: Array, b: Array) -> Array:
    return x @ w + b


def linear_backward(dout: Array, x: Array, w: Array, b: Array) -> tuple[Array, Array, Array]:
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)


def linear_einsum(dout: Array, x: Array, w: Array, b: Array) -> list[Array]:
    return [np.einsum("nm,dm->nd", dout, w), np.einsum("nd,nm->dm", x, dout), np.einsum("nm->m", dout)]


def linear_loop(dout: Array, x: Array, w: Array, b: Array) -> tuple[Array, Array, Array]:
    dx, dw, db = np.zeros_like(x), np.zeros_like(w), np.zeros_like(b)
    for n in range(len(x)):
        dx[n] = w @ dout[n]
        dw += np.outer(x[n], dout[n])
        db += dout[n]
    return dx, dw, db


def linear_autograd(dout: Array, x: Array, w: Array, b: Array) -> tuple[Array, ...]:
    import torch

    leaves = [torch.tensor(value, requires_grad=True) for value in (x, w, b)]
    (leaves[0] @ leaves[1] + leaves[2]).backward(torch.tensor(dout))
    return tuple(leaf.grad.numpy() for leaf in leaves)


def draw_linear(rng: np.random.Generator, last: bool) -> dict[str, Any]:
    n, d, m = (4, 4, 4) if last else (7, 5, 3)
    at = (rng.normal(size=(n, d)), rng.normal(size=(d, m)), rng.normal(size=m))
    return {"of": linear, "at": at, "wrt": (0, 1, 2), "dout": upstream(rng, (n, m))}


def linear_with(dx: Function | None = None, dw: Function | None = None, db: Function | None = None) -> Function:
    """Return the right backward with some of its three gradients replaced by functions of (dout, x, w)."""

    def backward(dout: Array, x: Array, w: Array, b: Array) -> tuple[Any, ...]:
        right = linear_backward(dout, x, w, b)
        return tuple(own(dout, x, w) if own else good for own, good in zip((dx, dw, db), right, strict=True))

    return backward


def linear_scales_dout(dout: Array, x: Array, w: Array, b: Array) -> tuple[Array, Array, Array]:
    dout *= 2
    return dout @ w.T / 2, x.T @ dout / 2, dout.sum(axis=0) / 2


def linear_overwrites_x(dout: Array, x: Array, w: Array, b: Array) -> tuple[Array, Array, Array]:
    gradients = linear_backward(dout, x, w, b)
    x -= x.mean(axis=0)
    return gradients


def linear_accumulates() -> Function:
    sums: dict[tuple[int, ...], Array] = {}

    def backward(dout: Array, x: Array, w: Array, b: Array) -> tuple[Array, Array, Array]:
        dx, dw, db = linear_backward(dout, x, w, b)
        sums[dw.shape] = sums.get(dw.shape, 0) + dw
        sums[db.shape] = sums.get(db.shape, 0) + db
        return dx, sums[dw.shape], sums[db.shape]

    return backward


def linear_global_cache() -> Function:
    """The forward of the call before is the one that this backward sees."""
    cache: dict[tuple[int, ...], Array] = {}

    def backward(dout: Array, x: Array, w: Array, b: Array) -> tuple[Array, Array, Array]:
        seen = cache.get(x.shape, x)
        cache[x.shape] = x.copy()
        return linear_backward(dout, seen, w, b)

    return backward


def square(w: Array) -> bool:
    return w.shape[0] == w.shape[1]


LINEAR = Operation(
    "linear",
    draw_linear,
    {
        "matmul": linear_backward,
        "einsum": linear_einsum,
        "loop": linear_loop,
        "autograd": linear_autograd,
        "float32": in_float32(linear_backward),
    },
    (
        wrong("db-mean", linear_with(db=lambda dout, x, w: dout.mean(axis=0)), "hint.over"),
        wrong("db-axis", linear_with(db=lambda dout, x, w: dout.sum(axis=1))),
        wrong("db-first", linear_with(db=lambda dout, x, w: dout[0])),
        wrong("dx-untransposed", linear_with(dx=lambda dout, x, w: dout @ (w if square(w) else w.T)), square=True),
        wrong("dw-untransposed", linear_with(dw=lambda dout, x, w: (x if square(x) else x.T) @ dout), square=True),
        wrong("dw-over-n", linear_with(dw=lambda dout, x, w: x.T @ dout / len(x)), "hint.over"),
        wrong("dw-of-ones", linear_with(dw=lambda dout, x, w: np.ones_like(x).T @ dout)),
        wrong("db-keeps-axis", linear_with(db=lambda dout, x, w: dout.sum(axis=0, keepdims=True)), "hint.extra-axis"),
        wrong("dout-ignored", lambda dout, *rest: linear_backward(np.ones_like(dout), *rest), "hint.dout-ignored"),
        wrong("scales-dout", linear_scales_dout, "hint.changed"),
        wrong("overwrites-x", linear_overwrites_x, "hint.changed"),
        Mistake("accumulates", linear_accumulates, "hint.accumulates"),
        Mistake("global-cache", linear_global_cache, "hint.global-cache"),
    ),
)


# --- linear regression


def mse(x: Array, y: Array, w: Array, b: Array) -> float:
    return float(np.mean((x @ w + b - y) ** 2))


def mse_backward(x: Array, y: Array, w: Array, b: Array) -> tuple[Array, Array]:
    error = x @ w + b - y
    return 2 / len(x) * x.T @ error, 2 / len(x) * error.sum(axis=0)


def mse_augmented(x: Array, y: Array, w: Array, b: Array) -> list[Array]:
    a = np.hstack([x, np.ones((len(x), 1))])
    both = a.T @ (a @ np.vstack([w, b[None]]) - y) * (2 / len(x))
    return [both[:-1], both[-1]]


def mse_loop(x: Array, y: Array, w: Array, b: Array) -> tuple[Array, Array]:
    dw, db = np.zeros_like(w), np.zeros_like(b)
    for row, target in zip(x, y, strict=True):
        error = row @ w + b - target
        dw += 2 * np.outer(row, error)
        db += 2 * error
    return dw / len(x), db / len(x)


def draw_linreg(rng: np.random.Generator, last: bool) -> dict[str, Any]:
    n = 5 if last else 7
    at = (rng.normal(size=(n, 3)), rng.normal(size=(n, 1)), rng.normal(size=(3, 1)), rng.normal(size=1))
    return {"of": mse, "at": at, "wrt": (2, 3)}


def mse_with(dw: Function | None = None, db: Function | None = None, error: Function | None = None) -> Function:
    def backward(x: Array, y: Array, w: Array, b: Array) -> tuple[Any, Any]:
        e = error(x, y, w, b) if error else x @ w + b - y
        right = 2 / len(x) * x.T @ e, 2 / len(x) * e.sum(axis=0)
        return (dw(right[0], len(x)) if dw else right[0]), (db(right[1], len(x)) if db else right[1])

    return backward


LINREG = Operation(
    "linreg",
    draw_linreg,
    {"matmul": mse_backward, "augmented": mse_augmented, "loop": mse_loop, "float32": in_float32(mse_backward)},
    (
        wrong("no-2", mse_with(dw=lambda g, n: g / 2, db=lambda g, n: g / 2), "hint.half"),
        wrong("w-no-mean", mse_with(dw=lambda g, n: g * n), "hint.gradient-times"),
        wrong("b-mean-twice", mse_with(db=lambda g, n: g / n), "hint.over"),
        wrong("y-flat", mse_with(error=lambda x, y, w, b: (x @ w + b - y.ravel()).mean(axis=1, keepdims=True))),
        wrong("no-b", mse_with(error=lambda x, y, w, b: x @ w - y)),
        wrong("integer-division", mse_with(dw=lambda g, n: g * (2 // n), db=lambda g, n: g * (2 // n)), "hint.zeros"),
        wrong("sign", mse_with(error=lambda x, y, w, b: y - x @ w - b), "hint.sign"),
    ),
)


# --- softmax and cross-entropy


def softmax(z: Array) -> Array:
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def cross_entropy(z: Array, y: Array) -> float:
    shifted = z - z.max(axis=1, keepdims=True)
    picked = np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(z)), y]
    return float(picked.mean())


def one_hot(y: Array, k: int) -> Array:
    return (y[:, None] == np.arange(k)).astype(float)


def softmax_ce_backward(z: Array, y: Array) -> Array:
    return (softmax(z) - one_hot(y, z.shape[1])) / len(z)


def softmax_ce_picked(z: Array, y: Array) -> Array:
    p = softmax(z)
    p[np.arange(len(z)), y] -= 1
    p /= len(z)
    return p


def softmax_ce_jacobian(z: Array, y: Array) -> Array:
    rows = []
    for p, label in zip(softmax(z), y, strict=True):
        jacobian = np.diag(p) - np.outer(p, p)
        rows.append(-jacobian[label] / p[label] / len(z))
    return np.stack(rows)


def draw_softmax_ce(rng: np.random.Generator, last: bool) -> dict[str, Any]:
    n, k = (4, 4) if last else (7, 4)
    z, y = rng.normal(size=(n, k)), rng.integers(0, k, size=n)
    return {"of": cross_entropy, "at": (z, y)}


def softmax_all_columns(z: Array, y: Array) -> Array:
    p = softmax(z)
    p[:, y] -= 1
    return p / len(z)


SOFTMAX_CE = Operation(
    "softmax_ce",
    draw_softmax_ce,
    {
        "one-hot": softmax_ce_backward,
        "picked": softmax_ce_picked,
        "jacobian": softmax_ce_jacobian,
        "float32": in_float32(softmax_ce_backward),
    },
    (
        wrong("no-mean", lambda z, y: softmax_ce_backward(z, y) * len(z), "hint.gradient-times"),
        wrong("over-c", lambda z, y: softmax_ce_backward(z, y) * len(z) / z.shape[1], "hint.wrong-axis"),
        wrong("no-minus-one", lambda z, y: softmax(z) / len(z)),
        wrong("sign", lambda z, y: -softmax_ce_backward(z, y), "hint.sign"),
        wrong("axis-0", lambda z, y: (softmax(z.T).T - one_hot(y, z.shape[1])) / len(z)),
        wrong("all-columns", softmax_all_columns),
        wrong("diagonal", lambda z, y: (softmax(z) - 1) * one_hot(y, z.shape[1]) / len(z), "hint.zero-entries"),
    ),
)


# --- ReLU


def relu(x: Array) -> Array:
    return np.maximum(x, 0)


def relu_backward(dout: Array, x: Array) -> Array:
    return dout * (x > 0)


def relu_copied(dout: Array, x: Array) -> Array:
    dx = dout.copy()
    dx[x < 0] = 0
    return dx


def draw_relu(rng: np.random.Generator, last: bool) -> dict[str, Any]:
    x = rng.uniform(0.1, 2, size=(5, 3)) * rng.choice([-1.0, 1.0], size=(5, 3))
    x[0, 0], x[1, 1] = abs(x[0, 0]), -abs(x[1, 1])  # both sides of the kink, for certain
    return {"of": relu, "at": x, "dout": upstream(rng, x.shape)}


def relu_in_dout(dout: Array, x: Array) -> Array:
    dout[x <= 0] = 0
    return dout


def relu_in_x(dout: Array, x: Array) -> Array:
    x[x < 0] = 0
    return dout * (x > 0)


RELU = Operation(
    "relu",
    draw_relu,
    {
        "mask": relu_backward,
        "where": lambda dout, x: np.where(x >= 0, dout, 0),
        "copy": relu_copied,
        "sign": lambda dout, x: dout * (np.sign(x) + 1) / 2,
        "float32": in_float32(relu_backward),
    },
    (
        wrong("mask-of-dout", lambda dout, x: dout * (dout > 0)),
        wrong("no-mask", lambda dout, x: dout.copy(), "hint.should-be-zero"),
        wrong("no-dout", lambda dout, x: (x > 0).astype(float), "hint.dout-ignored"),
        wrong("leaky", lambda dout, x: np.where(x > 0, dout, 0.01 * dout), "hint.should-be-zero"),
        wrong("x-dout", lambda dout, x: x * dout),
        wrong("in-dout", relu_in_dout, "hint.changed"),
        wrong("in-x", relu_in_x, "hint.changed"),
        wrong("inverted", lambda dout, x: dout * (x < 0), "hint.inverted"),
    ),
)


# --- convolution


def patches(x: Array, k: tuple[int, int], stride: int, pad: int) -> Array:
    """Return the windows of the padded x: (N, C, H', W', kh, kw)."""
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    return sliding_window_view(padded, k, axis=(2, 3))[:, :, ::stride, ::stride]


def conv2d(x: Array, w: Array, b: Array, stride: int, pad: int) -> Array:
    out = np.tensordot(patches(x, w.shape[2:], stride, pad), w, axes=([1, 4, 5], [1, 2, 3]))
    return out.transpose(0, 3, 1, 2) + b[:, None, None]


def conv_dx(
    dout: Array, x: Array, w: Array, stride: int, pad: int, *, add: bool = True, step: int | None = None
) -> Array:
    """Return the padded dx; ``add`` and ``step`` are there for the mistakes."""
    dx = np.zeros((*x.shape[:2], x.shape[2] + 2 * pad, x.shape[3] + 2 * pad), dtype=dout.dtype)
    s = stride if step is None else step
    h, v = dout.shape[2:]
    for i in range(w.shape[2]):
        for j in range(w.shape[3]):
            part = np.tensordot(dout, w[:, :, i, j], axes=(1, 0)).transpose(0, 3, 1, 2)
            here = (slice(None), slice(None), slice(i, i + s * h, s), slice(j, j + s * v, s))
            dx[here] = dx[here] + part if add else part
    return dx


def crop(padded: Array, x: Array, pad: int) -> Array:
    return padded[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]


def conv_dw(dout: Array, x: Array, w: Array, stride: int, pad: int) -> Array:
    return np.tensordot(dout, patches(x, w.shape[2:], stride, pad), axes=([0, 2, 3], [0, 2, 3]))


Gradients = tuple[Array, Array, Array]


def conv_backward(dout: Array, x: Array, w: Array, b: Array, stride: int, pad: int) -> Gradients:
    dx = crop(conv_dx(dout, x, w, stride, pad), x, pad)
    return dx, conv_dw(dout, x, w, stride, pad), dout.sum(axis=(0, 2, 3))


def conv_einsum(dout: Array, x: Array, w: Array, b: Array, stride: int, pad: int) -> Gradients:
    windows = patches(x, w.shape[2:], stride, pad)
    into = np.einsum("nohw,ocij->nchwij", dout, w)
    dx = np.zeros((*x.shape[:2], x.shape[2] + 2 * pad, x.shape[3] + 2 * pad), dtype=dout.dtype)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            rows, columns = i * stride, j * stride
            dx[:, :, rows : rows + w.shape[2], columns : columns + w.shape[3]] += into[:, :, i, j]
    return crop(dx, x, pad), np.einsum("nohw,nchwij->ocij", dout, windows), np.einsum("nohw->o", dout)


def conv_autograd(dout: Array, x: Array, w: Array, b: Array, stride: int, pad: int) -> tuple[Array, ...]:
    import torch

    leaves = [torch.tensor(value, requires_grad=True) for value in (x, w, b)]
    torch.nn.functional.conv2d(*leaves, stride=stride, padding=pad).backward(torch.tensor(dout))
    return tuple(leaf.grad.numpy() for leaf in leaves)


def draw_conv2d(rng: np.random.Generator, last: bool) -> dict[str, Any]:
    shape, kernel, stride, pad = ((2, 2, 4, 4), (2, 2, 3, 3), 1, 1) if last else ((2, 2, 4, 5), (3, 2, 3, 3), 2, 1)
    x, w, b = rng.normal(size=shape), rng.normal(size=kernel), rng.normal(size=kernel[0])
    dout = upstream(rng, conv2d(x, w, b, stride, pad).shape)
    of = conv2d_of(stride, pad)
    return {"of": of, "at": (x, w, b), "wrt": (0, 1, 2), "dout": dout, "given": (dout, x, w, b, stride, pad)}


def conv2d_of(stride: int, pad: int) -> Function:
    return lambda x, w, b: conv2d(x, w, b, stride, pad)


def flipped(w: Array) -> Array:
    return w[..., ::-1, ::-1]


def conv_with(dx: Function | None = None, dw: Function | None = None, db: Function | None = None) -> Function:
    """Return the right backward with some gradients replaced by functions of (dout, x, w, stride, pad)."""

    def backward(dout: Array, x: Array, w: Array, b: Array, stride: int, pad: int) -> tuple[Any, ...]:
        right = conv_backward(dout, x, w, b, stride, pad)
        pairs = zip((dx, dw, db), right, strict=True)
        return tuple(own(dout, x, w, stride, pad) if own else good for own, good in pairs)

    return backward


def conv_no_padding(dout: Array, x: Array, w: Array, b: Array, stride: int, pad: int) -> Gradients:
    h, v = patches(x, w.shape[2:], stride, 0).shape[2:4]
    return conv_backward(dout[:, :, :h, :v], x, w, b, stride, 0)


def conv_ceil(dout: Array, x: Array, w: Array, b: Array, stride: int, pad: int) -> Gradients:
    h, v = (-(-(n + 2 * pad - k) // stride) + 1 for n, k in zip(x.shape[2:], w.shape[2:], strict=True))
    return conv_backward(dout.reshape(len(x), len(w), h, v), x, w, b, stride, pad)


def conv_dw_one_stride(dout: Array, x: Array, w: Array, stride: int, pad: int) -> Array:
    h, v = dout.shape[2:]
    return np.tensordot(dout, patches(x, w.shape[2:], 1, pad)[:, :, :h, :v], axes=([0, 2, 3], [0, 2, 3]))


CONV2D = Operation(
    "conv2d",
    draw_conv2d,
    {
        "tensordot": conv_backward,
        "einsum": conv_einsum,
        "autograd": conv_autograd,
        "float32": in_float32(conv_backward),
    },
    (
        wrong("dw-flipped", conv_with(dw=lambda *a: flipped(conv_dw(*a))), "hint.flipped"),
        wrong("dx-flipped", conv_with(dx=lambda d, x, w, s, p: crop(conv_dx(d, x, flipped(w), s, p), x, p))),
        wrong(
            "convolution-in-both",
            conv_with(
                dx=lambda d, x, w, s, p: crop(conv_dx(d, x, flipped(w), s, p), x, p),
                dw=lambda *a: flipped(conv_dw(*a)),
            ),
        ),
        wrong("dx-corner", conv_with(dx=lambda d, x, w, s, p: crop(conv_dx(d, x, w, s, p), x, 0))),
        wrong("dw-no-stride", conv_with(dw=conv_dw_one_stride)),
        wrong("dx-no-stride", conv_with(dx=lambda d, x, w, s, p: crop(conv_dx(d, x, w, s, p, step=1), x, p))),
        wrong("db-per-sample", conv_with(db=lambda d, *a: d.sum(axis=(2, 3))), "hint.not-summed"),
        wrong("db-mean", conv_with(db=lambda d, *a: d.mean(axis=(0, 2, 3))), "hint.over"),
        wrong("dw-last-sample", conv_with(dw=lambda d, x, w, s, p: conv_dw(d[-1:], x[-1:], w, s, p))),
        wrong("dx-assigned", conv_with(dx=lambda d, x, w, s, p: crop(conv_dx(d, x, w, s, p, add=False), x, p))),
        wrong(
            "dx-channels",
            conv_with(dx=lambda d, x, w, s, p: crop(conv_dx(d, x, w.swapaxes(0, 1), s, p), x, p)),
        ),
        wrong("no-padding-in-both", conv_no_padding),
        wrong("dw-no-last-row", conv_with(dw=lambda d, x, w, s, p: conv_dw(drop_last_row(d), x, w, s, p))),
        wrong("ceil-in-both", conv_ceil),
    ),
    probes=2,
)


def drop_last_row(dout: Array) -> Array:
    short = dout.copy()
    short[:, :, -1] = 0
    return short


# --- max-pooling


def maxpool(x: Array, k: int, stride: int) -> Array:
    return patches(x, (k, k), stride, 0).max(axis=(4, 5))


def windows(dout: Array) -> Iterator[tuple[int, int, int, int]]:
    return iter(np.ndindex(*dout.shape))


def maxpool_backward(dout: Array, x: Array, k: int, stride: int) -> Array:
    dx = np.zeros(x.shape, dtype=dout.dtype)
    for n, c, i, j in windows(dout):
        window = x[n, c, i * stride : i * stride + k, j * stride : j * stride + k]
        a, b = np.unravel_index(window.argmax(), window.shape)
        dx[n, c, i * stride + a, j * stride + b] += dout[n, c, i, j]
    return dx


def maxpool_masked(dout: Array, x: Array, k: int, stride: int) -> Array:
    dx = np.zeros(x.shape, dtype=dout.dtype)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            here = (slice(None), slice(None), slice(i * stride, i * stride + k), slice(j * stride, j * stride + k))
            mask = x[here] == x[here].max(axis=(2, 3), keepdims=True)
            dx[here] += mask * dout[:, :, i : i + 1, j : j + 1]
    return dx


def maxpool_add_at(dout: Array, x: Array, k: int, stride: int) -> Array:
    view = patches(x, (k, k), stride, 0)
    where = view.reshape(*view.shape[:4], k * k).argmax(axis=-1)
    n, c, i, j = np.indices(where.shape)
    dx = np.zeros(x.shape, dtype=dout.dtype)
    np.add.at(dx, (n, c, i * stride + where // k, j * stride + where % k), dout)
    return dx


def draw_maxpool(rng: np.random.Generator, last: bool) -> dict[str, Any]:
    shape = (2, 2, 7, 6)
    size = int(np.prod(shape))
    x = (rng.permutation(size) * 0.1 + rng.uniform(0, 0.03, size)).reshape(shape) - 8.0
    k, stride = 3, 2
    dout = upstream(rng, maxpool(x, k, stride).shape)
    return {"of": maxpool_of(k, stride), "at": x, "dout": dout, "given": (dout, x, k, stride)}


def maxpool_of(k: int, stride: int) -> Function:
    return lambda x: maxpool(x, k, stride)


def maxpool_with(place: Function, *, step: str = "stride", dtype: Any = None) -> Function:
    """Return a backward whose ``place(dx window, x window, dout entry)`` fills the gradient of one window."""

    def backward(dout: Array, x: Array, k: int, stride: int) -> Array:
        dx = np.zeros(x.shape, dtype=dtype or dout.dtype)
        s = k if step == "k" else stride
        for n, c, i, j in windows(dout):
            here = (n, c, slice(i * s, i * s + k), slice(j * s, j * s + k))
            if dx[here].size:
                place(dx[here], x[here], dout[n, c, i, j])
        return dx

    return backward


def at_maximum(dx: Array, x: Array, dout: float) -> None:
    dx[np.unravel_index(x.argmax(), x.shape)] += dout


def at_corner(dx: Array, x: Array, dout: float) -> None:
    dx[0, 0] += dout


def window_assigned(dx: Array, x: Array, dout: float) -> None:
    dx[...] = (x == x.max()) * dout


def maximum_assigned(dx: Array, x: Array, dout: float) -> None:
    dx[np.unravel_index(x.argmax(), x.shape)] = dout


def averaged(dx: Array, x: Array, dout: float) -> None:
    dx += dout / x.size


def mask_only(dx: Array, x: Array, dout: float) -> None:
    dx += x == x.max()


def maxpool_over_channels(dout: Array, x: Array, k: int, stride: int) -> Array:
    dx = np.zeros(x.shape, dtype=dout.dtype)
    for n, c, i, j in windows(dout):
        window = x[n, :, i * stride : i * stride + k, j * stride : j * stride + k]
        channel, a, b = np.unravel_index(window.argmax(), window.shape)
        dx[n, channel, i * stride + a, j * stride + b] += dout[n, c, i, j]
    return dx


MAXPOOL = Operation(
    "maxpool",
    draw_maxpool,
    {
        "loop": maxpool_backward,
        "mask": maxpool_masked,
        "add-at": maxpool_add_at,
        "float32": in_float32(maxpool_add_at),
    },
    (
        wrong("top-left", maxpool_with(at_corner)),
        wrong("window-assigned", maxpool_with(window_assigned)),
        wrong("maximum-assigned", maxpool_with(maximum_assigned)),
        wrong("average", maxpool_with(averaged)),
        wrong("stride-is-k", maxpool_with(at_maximum, step="k")),
        wrong("no-dout", maxpool_with(mask_only), "hint.dout-ignored"),
        wrong("over-channels", maxpool_over_channels),
        wrong("integer-buffer", maxpool_with(at_maximum, dtype=np.int64), "hint.integers"),
    ),
    probes=2,
)


# --- two layers on XOR


def xor_output(x: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> Array:
    return sigmoid(sigmoid(x @ w1 + b1) @ w2 + b2)


def xor_loss(x: Array, y: Array, *weights: Array) -> float:
    return bce(xor_output(x, *weights), y)


def prime(z: Array) -> Array:
    return sigmoid(z) * (1 - sigmoid(z))


def xor_backward(
    x: Array,
    y: Array,
    w1: Array,
    b1: Array,
    w2: Array,
    b2: Array,
    *,
    output: Function | None = None,
    hidden: Function = prime,
    mean: tuple[float, float] | None = None,
    back: Function | None = None,
    into_w2: Function = sigmoid,
    eps: float = 0.0,
) -> dict[str, Array]:
    """Return the gradients of xor_loss; the keywords are there for the mistakes."""
    n = len(x)
    l1 = x @ w1 + b1
    a1 = sigmoid(l1)
    l2 = a1 @ w2 + b2
    p = sigmoid(l2)
    d2 = (p - y) / (p * (1 - p) + eps) * prime(l2)
    if output:
        d2 = output(d2, l2)
    through = back(w2, a1.T @ d2) if back else w2
    d1 = (d2 @ through.T) * hidden(l1)
    over_w, over_b = mean or (n, n)
    return {
        "w1": x.T @ d1 / over_w,
        "b1": d1.sum(axis=0, keepdims=True) / over_b,
        "w2": into_w2(l1).T @ d2 / over_w,
        "b2": d2.sum(axis=0, keepdims=True) / over_b,
    }


def xor_fused(x: Array, y: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> dict[str, Array]:
    a1 = sigmoid(x @ w1 + b1)
    d2 = (sigmoid(a1 @ w2 + b2) - y) / len(x)
    d1 = d2 * w2.T * a1 * (1 - a1)
    ones = np.ones((1, len(x)), dtype=x.dtype)
    return {"w2": a1.T @ d2, "b2": ones @ d2, "w1": np.einsum("nd,nh->dh", x, d1), "b1": ones @ d1}


def xor_autograd(*arguments: Array) -> dict[str, Array]:
    import torch

    x, y, *weights = (torch.tensor(value) for value in arguments)
    w1, b1, w2, b2 = (weight.requires_grad_() for weight in weights)
    p = torch.sigmoid(torch.sigmoid(x @ w1 + b1) @ w2 + b2)
    torch.nn.functional.binary_cross_entropy(p, y).backward()
    return {name: weight.grad.numpy() for name, weight in zip(("w1", "b1", "w2", "b2"), (w1, b1, w2, b2), strict=True)}


def draw_xor(rng: np.random.Generator, last: bool) -> dict[str, Any]:
    x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]) if last else rng.normal(size=(5, 2))
    h = 2 if last else 3
    y = (x[:, :1] != x[:, 1:]).astype(float) if last else rng.permutation([0.0, 0.0, 1.0, 1.0, 1.0]).reshape(5, 1)
    shapes = [(2, h), (1, h), (h, 1), (1, 1)]
    while True:
        weights = [rng.normal(size=shape) for shape in shapes]
        p = xor_output(x, *weights)
        if p.min() >= 0.1 and p.max() <= 0.9:  # as in the draws of bce
            return {"of": xor_loss, "at": (x, y, *weights), "wrt": {"w1": 2, "b1": 3, "w2": 4, "b2": 5}}


def xor_with(**changes: Any) -> Function:
    return lambda *arguments: xor_backward(*arguments, **changes)


XOR = Operation(
    "xor",
    draw_xor,
    {
        "chain": xor_backward,
        "fused": xor_fused,
        "autograd": xor_autograd,
        "float32": in_float32(xor_fused),
    },
    (
        wrong("w-summed", lambda x, *rest: xor_backward(x, *rest, mean=(1, len(x))), "hint.gradient-times"),
        wrong("no-mean", xor_with(mean=(1, 1)), "hint.gradient-times"),
        wrong("prime-of-a1", xor_with(hidden=lambda l1: prime(sigmoid(l1)))),
        wrong("no-prime-1", xor_with(hidden=np.ones_like)),
        wrong("prime-twice", xor_with(output=lambda d2, l2: d2 * prime(l2))),
        wrong("updated-w2", xor_with(back=lambda w2, step: w2 - 0.5 * step)),
        wrong("w2-from-l1", xor_with(into_w2=lambda l1: l1)),
        wrong("lost-signs", xor_with(output=lambda d2, l2: np.abs(d2))),
    ),
    accepted={"eps-of-the-slides": xor_with(eps=1e-7)},
)


# --- mistakes that show on hard inputs only


def softmax_unshifted(z: Array, y: Array) -> Array:
    with np.errstate(all="ignore"):
        e = np.exp(z)
        return (e / e.sum(axis=1, keepdims=True) - one_hot(y, z.shape[1])) / len(z)


def cross_entropy_by_log(z: Array, y: Array) -> float:
    with np.errstate(all="ignore"):
        return float(-np.log(softmax(z)[np.arange(len(z)), y]).mean())


def xor_clipped(x: Array, y: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> dict[str, Array]:
    return xor_backward(x, y, w1, b1, w2, b2, output=lambda d2, l2: np.clip(sigmoid(l2), 0.01, 0.99) - y)


def hard_logits(rng: np.random.Generator) -> tuple[Array, Array]:
    """Return logits in the thousands, with one true class 2,000 below the highest."""
    z, y = 10 * rng.normal(size=(5, 3)), rng.integers(0, 3, size=5)
    z[:, 0] += 1000
    y[0] = 1
    z[0, 1] -= 2000
    return z, y


def hard_xor(rng: np.random.Generator) -> dict[str, Any]:
    """Return weights that drive the output to the ends of (0, 1)."""
    probe = draw_xor(rng, False)
    x, y, w1, b1, w2, b2 = probe["at"]
    probe["at"] = (np.abs(x), y, 3 * np.abs(w1), b1, np.full_like(w2, 2.5), np.full_like(b2, -1.0))
    return probe


OPERATIONS = (SIGMOID, BCE, LINEAR, LINREG, SOFTMAX_CE, RELU, CONV2D, MAXPOOL, XOR)
