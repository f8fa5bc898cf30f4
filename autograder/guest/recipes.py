"""Objects that cannot be sent and that a worker builds by name; ``student/recipes.py`` is the trusted side."""

from __future__ import annotations
import __future__

import contextlib
import functools
import importlib
import inspect
import operator
import sys
from collections.abc import Callable, Iterator, Sequence
from types import ModuleType
from typing import Any

import numpy as np


def generator(seed: int) -> np.random.Generator:
    """Return a new random generator of numpy."""
    return np.random.default_rng(seed)


def torch_generator(seed: int) -> Any:
    """Return a new random generator of torch, on the CPU."""
    import torch

    return torch.Generator().manual_seed(seed)


def dictionary(keys: Sequence[Any], values: Sequence[Any]) -> dict[Any, Any]:
    """Return a dict with keys of any type, such as objects of the submission."""
    return dict(zip(keys, values, strict=True))


CASE_FILE = "<function of the case>"


def function(source: str) -> Callable[..., Any]:
    """Return the function that ``source`` defines. It can use numpy as ``np`` and its arguments, nothing else."""
    space: dict[str, Any] = {"np": np}
    postponed = __future__.annotations.compiler_flag  # the names in its annotations need not exist here
    exec(compile(source, CASE_FILE, "exec", flags=postponed, dont_inherit=True), space)
    defined: Callable[..., Any] = list(space.values())[-1]
    return defined


def define_name(space: dict[str, Any], name: str, source: str, names: Sequence[str], *values: Any) -> Any:
    """Run the statement of a test that defines a class or function in ``space``, with ``names`` that it uses."""
    space.update(zip(names, values, strict=True))
    space.setdefault("__name__", "tests")
    postponed = __future__.annotations.compiler_flag  # the names in its annotations need not exist here
    exec(compile(source, "<test>", "exec", flags=postponed, dont_inherit=True), space)
    return space[name]


def linear(weight: Any, bias: Any) -> Any:
    """Return an ``nn.Linear`` with weight (out, in) and bias (out,) or None, of the dtype of the weight."""
    import torch

    layer = torch.nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None).to(weight.dtype)
    with torch.no_grad():
        layer.weight.copy_(weight)
        if bias is not None:
            layer.bias.copy_(bias)
    return layer


def data_loader(x: Any, y: Any, batch_size: int, shuffle: bool) -> Any:
    """Return a ``DataLoader`` of the pairs (x[i], y[i]); x and y are tensors (N, ...)."""
    from torch.utils.data import DataLoader, TensorDataset

    return DataLoader(TensorDataset(x, y), batch_size=batch_size, shuffle=shuffle)


def strided(value: Any) -> Any:
    """Return a copy with a gap after each entry and after each row, so that it has no flat view."""
    shape = (*value.shape[:-1], 2 * value.shape[-1] + 1)
    wide = np.zeros(shape, value.dtype) if isinstance(value, np.ndarray) else value.new_zeros(shape)
    copy = wide[..., :-1:2]
    copy[...] = value if isinstance(value, np.ndarray) else value.detach()
    return copy


def on_device(value: Any, device: str) -> Any:
    """Return a tensor on another device ("cuda"), or a module that was moved there."""
    return value.to(device)


def poisoned(model: Any, value: float) -> Any:
    """Return the model itself, with ``value`` in every entry of every parameter's gradient."""
    import torch

    for parameter in model.parameters():
        parameter.grad = torch.full_like(parameter, value)
    return model


_MAX_CALLS = 100_000  # forward calls that are recorded
_MAX_VALUES = 64  # of each row


class WatchInputs:
    """Records the first row of the input of every forward call of ``model``."""

    def __init__(self, model: Any) -> None:
        self._rows: list[list[float]] = []
        model.register_forward_pre_hook(self._see)

    def _see(self, model: Any, inputs: tuple[Any, ...]) -> None:
        if inputs and len(self._rows) < _MAX_CALLS:
            self._rows.append([float(v) for v in inputs[0][0].detach().reshape(-1)[:_MAX_VALUES].tolist()])

    def count(self) -> int:
        return len(self._rows)

    def first_values(self) -> list[np.ndarray]:
        return [np.array(row) for row in self._rows]


class WatchCalls:
    """Calls ``function``, and records which of the functions and methods ``names`` were called during the call."""

    def __init__(self, function: Callable[..., Any], names: Sequence[str]) -> None:
        self._function = function
        self._called: set[str] = set()
        self._functions: dict[int, tuple[Any, Any]] = {}  # id -> function of a module, its wrapper
        self._methods: list[tuple[type, str, Any]] = []  # class, attribute, wrapper
        self._operators = {_operator(name): name for name in names if name.startswith(_OPERATORS)}
        for name in names:
            if name.startswith(_OPERATORS):
                continue
            owner, attribute = _owner_of(name)
            original = inspect.getattr_static(owner, attribute)
            if not inspect.isroutine(original) or isinstance(original, (classmethod, staticmethod)):
                raise ValueError(f"{name} is neither a function nor a plain method")
            wrapper = self._recording(name, original)
            if isinstance(owner, type):
                self._methods.append((owner, attribute, wrapper))
            else:
                self._functions[id(original)] = original, wrapper
        try:
            with self._wrapped():
                pass
        except TypeError as exc:  # a class of compiled code, whose attributes cannot be set
            raise ValueError(f"one of {', '.join(names)} cannot be watched: {exc}") from None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with self._wrapped():
            return self._function(*args, **kwargs)

    def called(self) -> list[str]:
        return sorted(self._called)

    @contextlib.contextmanager
    def _wrapped(self) -> Iterator[None]:
        """Put the wrappers into classes, and into every module that has a watched function under any name."""
        spaces = [vars(module) for module in list(sys.modules.values()) if isinstance(module, ModuleType)]
        with contextlib.ExitStack() as restored:
            for space in spaces:
                for key, value in list(space.items()):
                    if id(value) in self._functions:
                        space[key] = self._functions[id(value)][1]
                        restored.callback(space.__setitem__, key, value)
            for owner, attribute, wrapper in self._methods:
                inherited, before = attribute not in vars(owner), vars(owner).get(attribute)
                setattr(owner, attribute, wrapper)
                if inherited:
                    restored.callback(delattr, owner, attribute)
                else:
                    restored.callback(setattr, owner, attribute, before)
            if self._operators:
                restored.enter_context(_recording_operators(self._operators, self._called))
            yield

    def _recording(self, name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def recording(*args: Any, **kwargs: Any) -> Any:
            self._called.add(name)
            return original(*args, **kwargs)

        return recording


_OPERATORS = "torch.ops.aten."


def _operator(name: str) -> Any:
    """Return the operator of torch with this name; AttributeError if there is none."""
    import torch

    return getattr(torch.ops.aten, name.removeprefix(_OPERATORS))


def _recording_operators(names: dict[Any, str], called: set[str]) -> contextlib.AbstractContextManager[Any]:
    """Add the names of the operators that torch executes to ``called``, whatever function of torch led there."""
    from torch.utils._python_dispatch import TorchDispatchMode

    class Recording(TorchDispatchMode):  # type: ignore[no-untyped-call]
        def __torch_dispatch__(self, operator: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            if operator.overloadpacket in names:
                called.add(names[operator.overloadpacket])
            return operator(*args, **(kwargs or {}))

    return Recording()  # type: ignore[no-untyped-call]


def _owner_of(name: str) -> tuple[Any, str]:
    """Return the module or class that contains ``name``, and the last part of the name; ImportError if none does."""
    parts = name.split(".")
    for length in range(len(parts) - 1, 0, -1):
        try:
            owner: Any = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:-1]:
            owner = getattr(owner, part)
        return owner, parts[-1]
    raise ImportError(f"there is no module of {name}")


RECIPES: dict[str, Callable[..., Any]] = {
    "generator": generator,
    "torch_generator": torch_generator,
    "dictionary": dictionary,
    "function": function,
    "linear": linear,
    "data_loader": data_loader,
    "strided": strided,
    "on_device": on_device,
    "poisoned": poisoned,
    "watch_inputs": WatchInputs,
    "watch_calls": WatchCalls,
}


def _swapped(operation: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda right, left: operation(left, right)


def _following(iterator: Iterator[Any]) -> tuple[Any, ...]:
    """Return the next value of an iterator in a tuple of one; at the end, the empty tuple."""
    for value in iterator:
        return (value,)
    return ()


_BINARY = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul")

# What ``a + b``, ``a[i]`` or ``len(a)`` in a case does to the object in the worker. These are operators and not the
# special methods, so that Python tries the reflected method if the left operand refuses.
OPERATIONS: dict[str, Callable[..., Any]] = {
    **{f"__{name}__": getattr(operator, name) for name in _BINARY},
    **{f"__r{name}__": _swapped(getattr(operator, name)) for name in _BINARY},
    "__neg__": operator.neg,
    "__getitem__": operator.getitem,
    "__len__": len,
    "__iter__": iter,
    "__next__": _following,
}
