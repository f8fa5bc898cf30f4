"""Things that a case passes to the student's code but cannot send: the worker builds them by name.

``student.shuffle(x, recipes.generator(seed=3))`` gives the student's function a real ``numpy.random.Generator``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Recipe:
    """A name from the worker's short list, and the arguments to build it from (plain data, handles, recipes)."""

    name: str
    arguments: tuple[Any, ...]


def generator(seed: int) -> Recipe:
    """A ``numpy.random.Generator`` seeded with ``seed``."""
    return Recipe("generator", (seed,))


def torch_generator(seed: int) -> Recipe:
    """A ``torch.Generator`` on the CPU seeded with ``seed``."""
    return Recipe("torch_generator", (seed,))


def dictionary(keys: Sequence[Any], values: Sequence[Any]) -> Recipe:
    """A dict whose keys may be objects of the submission: ``run([y], recipes.dictionary([x], [1.0]))``."""
    return Recipe("dictionary", (keys, values))


def function(source: str) -> Recipe:
    """The function that is defined in ``source`` (``def f(...)``), which sees numpy as ``np``; see ``inside``."""
    return Recipe("function", (source,))


def linear(weight: Any, bias: Any = None) -> Recipe:
    """An ``nn.Linear`` with weight (out, in) and bias (out,), both tensors; no bias for None."""
    return Recipe("linear", (weight, bias))


def data_loader(x: Any, y: Any, batch_size: int, shuffle: bool = False) -> Recipe:
    """A torch ``DataLoader`` over the tensors x (N, ...) and y (N, ...)."""
    return Recipe("data_loader", (x, y, batch_size, shuffle))


def strided(value: Any) -> Recipe:
    """A copy of an array or tensor, of two entries at least, that is not contiguous: there is a gap behind each entry.

    Whatever is sent arrives contiguous; here ``view`` raises, and ``reshape`` and ``ravel`` return copies. The case
    does not see what the student's code writes into it.
    """
    return Recipe("strided", (value,))


def on_device(value: Any, device: str) -> Recipe:
    """A tensor or module moved to ``device`` inside the worker; the trusted side keeps its own on the CPU."""
    return Recipe("on_device", (value, device))


def poisoned(model: Any, value: float) -> Recipe:
    """``model`` itself, after every entry of every parameter's ``.grad`` was set to ``value``.

    A training loop that forgets to clear gradients then shows in its very first step.
    """
    return Recipe("poisoned", (model, value))


def watch_inputs(model: Any) -> Recipe:
    """An observer of ``model``: ``first_values()`` is a list of float arrays, ``count()`` the number of forward calls.

    It sees at most 64 values of the first row of each call. What a worker observes is evidence, not proof.
    """
    return Recipe("watch_inputs", (model,))


def watch_calls(function: Any, names: Sequence[str]) -> Recipe:
    """A stand-in for ``function``: call it instead, then ``called()`` lists which of ``names`` were called meanwhile.

    ``names`` are functions and methods by their full names ("torch.nn.functional.conv2d", "torch.Tensor.backward");
    ImportError, AttributeError or ValueError in the worker for one that is none. They count whoever calls them and
    under whatever name a loaded module holds them; a reference kept anywhere else (a closure, a default argument) does
    not. What a worker observes is evidence, not proof.
    """
    return Recipe("watch_calls", (function, names))
