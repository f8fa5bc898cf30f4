"""Arguments that a case cannot send to the student's code, such as a generator. The worker builds them by name.

``student.shuffle(x, recipes.generator(seed=3))`` gives the student's function a real ``numpy.random.Generator``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Recipe:
    """A name from the worker's list of recipes, and the arguments (plain data, handles, recipes)."""

    name: str
    arguments: tuple[Any, ...]


def generator(seed: int) -> Recipe:
    """Build a ``numpy.random.Generator`` seeded with ``seed``."""
    return Recipe("generator", (seed,))


def torch_generator(seed: int) -> Recipe:
    """Build a ``torch.Generator`` on the CPU seeded with ``seed``."""
    return Recipe("torch_generator", (seed,))


def dictionary(keys: Sequence[Any], values: Sequence[Any]) -> Recipe:
    """Build a dict whose keys may be objects of the submission: ``run([y], recipes.dictionary([x], [1.0]))``."""
    return Recipe("dictionary", (keys, values))


def function(source: str) -> Recipe:
    """Build the function that ``source`` (``def f(...)``) defines. It can use numpy as ``np``; see ``inside``."""
    return Recipe("function", (source,))


def linear(weight: Any, bias: Any = None) -> Recipe:
    """Build an ``nn.Linear`` with weight (out, in) and bias (out,), both tensors, or without bias if it is None."""
    return Recipe("linear", (weight, bias))


def data_loader(x: Any, y: Any, batch_size: int, shuffle: bool = False) -> Recipe:
    """Build a torch ``DataLoader`` over the tensors x (N, ...) and y (N, ...)."""
    return Recipe("data_loader", (x, y, batch_size, shuffle))


def strided(value: Any) -> Recipe:
    """Build a non-contiguous copy of an array or tensor with two or more entries: a gap follows each entry.

    All other arrays and tensors arrive contiguous. On this copy ``view`` raises, and ``reshape`` and ``ravel`` return
    copies. The case does not see changes that the student's code makes to it.
    """
    return Recipe("strided", (value,))


def on_device(value: Any, device: str) -> Recipe:
    """Move a tensor or module to ``device`` in the worker. The trusted side keeps its own copy on the CPU."""
    return Recipe("on_device", (value, device))


def poisoned(model: Any, value: float) -> Recipe:
    """Set every entry of every parameter's ``.grad`` to ``value``, and pass ``model`` itself.

    A training loop that does not clear the gradients then fails in its first step.
    """
    return Recipe("poisoned", (model, value))


def watch_inputs(model: Any) -> Recipe:
    """Build an observer of the forward calls of ``model``.

    ``first_values()`` returns a list of float arrays, with at most 64 values of the first row of each call. ``count()``
    returns the number of calls. Observations in a worker are evidence, not proof.
    """
    return Recipe("watch_inputs", (model,))


def watch_calls(function: Any, names: Sequence[str]) -> Recipe:
    """Build a wrapper of ``function``. Call it instead; ``called()`` then lists those of ``names`` that were called.

    ``names`` are the full names of functions and methods ("torch.nn.functional.conv2d", "torch.Tensor.backward"). A
    call counts for every caller, and under any name in a loaded module. A call through another reference (a closure, a
    default argument) does not count. A name such as "torch.ops.aten.mm" is an operator of torch: it counts whichever
    function led to it, under any reference. Observations in a worker are evidence, not proof.

    An invalid name raises ImportError, AttributeError or ValueError in the worker.
    """
    return Recipe("watch_calls", (function, names))
