"""One call of a case: the request, its description in words, and the record of what the call did."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from ..guest import wire
from ..values import as_array, dtype_name, is_array, is_tensor
from .recipes import Recipe
from .source import ModuleSources

BATCH_BYTES = 1 << 22  # of arguments in one frame; a longer list of calls travels in several frames
BATCH_CALLS = 100


class Remote:
    """Something of the submission that stays in the worker. Never look into it here: each look is a call."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """A finished call.

    Attributes:
        args, kwargs: the caller's own objects.
        changed: the arguments that the student's code changed in place: "0" is the first one, "0['W']" an array
            inside it, "lr" a keyword.
        after: what each of ``changed`` was after the call.
        aliases: the arguments whose memory the result shares, named like ``changed``.
        seconds: wall time on the trusted side.
    """

    function: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    result: Any
    changed: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    seconds: float = 0.0
    after: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """A call to be made: of ``attribute`` of ``owner`` (None: of the module), or of a recipe."""

    label: str
    owner: Remote | None
    attribute: str | None
    recipe: str | None
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    keep: bool = False

    def encode(self, encoder: wire.Encoder, number_of: Callable[[Any], int]) -> dict[str, Any]:
        """Return the call as it is written in a frame; ``number_of`` gives the number of an object in the worker.

        Raises:
            wire.Unsendable: an argument cannot be sent.
        """
        return {
            "h": None if self.owner is None else number_of(self.owner),
            "r": self.recipe,
            "f": self.attribute,
            "a": [_tree(encoder, arg) for arg in self.args],
            "k": [[name, _tree(encoder, arg)] for name, arg in self.kwargs.items()],
            "keep": self.keep,
        }

    def size(self) -> int:
        """Return the bytes of all arguments, roughly."""
        return sum(size_of(arg) for arg in (*self.args, *self.kwargs.values()))

    def record(
        self, result: Any, changes: list[tuple[int, Any]], aliases: list[int], mutable: list[Any], seconds: float
    ) -> RecordedCall:
        """Return the finished call; ``mutable`` are the nodes that were encoded, ``changes`` their new contents.

        Raises:
            wire.WireError: a changed argument has become something else.
        """
        paths = self._paths(mutable) if changes or aliases else []
        if not all(_same_type(mutable[node], new) for node, new in changes):
            raise wire.WireError("a changed argument of another type")
        changed, shared = tuple(paths[node] for node, _ in changes), tuple(paths[node] for node in aliases)
        after = tuple(new for _, new in changes)
        return RecordedCall(self.label, self.args, self.kwargs, result, changed, shared, seconds, after)

    def _paths(self, mutable: list[Any]) -> list[str]:
        """Name every mutable node, in the order in which it was encoded."""
        names: dict[int, str] = {}
        for i, arg in enumerate(self.args):
            _name_nodes(arg, str(i), names)
        for key, arg in self.kwargs.items():
            _name_nodes(arg, key, names)
        return [names.get(id(node), "?") for node in mutable]


class Caller(Protocol):
    """Makes the calls of one case: a ``case_run.CaseRun``, which the handle and the objects know by this alone."""

    @property
    def source(self) -> ModuleSources: ...

    @property
    def prepared(self) -> MutableMapping[Any, Any]: ...

    @property
    def finished(self) -> bool: ...

    def call(self, requests: Sequence[Request]) -> Iterator[RecordedCall]: ...

    def get(self, owner: Any, name: str) -> Any: ...

    def kind_of(self, name: str) -> str: ...

    def check_callable(self, name: str) -> None: ...

    def open_sibling(self) -> Caller: ...

    def cpu_s(self) -> float: ...

    def main_thread_s(self) -> float: ...


def batches(requests: Sequence[Request]) -> Iterator[list[Request]]:
    """Cut a list of calls into frames of at most BATCH_CALLS calls and BATCH_BYTES of arrays each."""
    batch: list[Request] = []
    size = 0
    for request in requests:
        if batch and (size + request.size() > BATCH_BYTES or len(batch) >= BATCH_CALLS):
            yield batch
            batch, size = [], 0
        batch.append(request)
        size += request.size()
    if batch:
        yield batch


def _tree(encoder: wire.Encoder, value: Any) -> wire.Tree:
    if isinstance(value, Recipe):
        return {"r": [value.name, [_tree(encoder, argument) for argument in value.arguments]]}
    return encoder.tree(value)


def _name_nodes(value: Any, path: str, names: dict[int, str]) -> None:
    names.setdefault(id(value), path)
    if isinstance(value, dict):
        for key, item in value.items():
            _name_nodes(item, f"{path}[{key!r}]", names)
    elif isinstance(value, (list, tuple)):
        for i, item in enumerate(value):
            _name_nodes(item, f"{path}[{i}]", names)
    elif isinstance(value, Recipe):
        for item in value.arguments:
            _name_nodes(item, path, names)


def size_of(value: Any) -> int:
    """Return the bytes of the arrays in a value, and 8 for each plain number of a list."""
    if type(value) is np.ndarray:  # most values are one
        return value.nbytes
    if isinstance(value, dict):
        return sum(size_of(item) for item in value.values())
    if isinstance(value, (list, tuple)):
        return 8 * len(value) if holds_numbers(value) else sum(size_of(item) for item in value)
    if isinstance(value, Recipe):
        return sum(size_of(item) for item in value.arguments)
    return 0 if isinstance(value, Remote) else int(getattr(value, "nbytes", 0))


def holds_numbers(value: Any) -> bool:
    """Return whether a list or tuple holds plain numbers only, so that thousands need not be looked at one by one."""
    return len(value) > 0 and type(value[0]) in (int, float) and set(map(type, value)) <= {int, float}


def _same_type(old: Any, new: Any) -> bool:
    """Return whether a changed argument is still an array, a list, a dict or a tensor, as it was."""
    return any(isinstance(old, kind) and isinstance(new, kind) for kind in (np.ndarray, dict, list)) or (
        is_tensor(old) and is_tensor(new)
    )


def write_back(mutable: Sequence[Any], changes: Sequence[tuple[int, Any]]) -> None:
    """Put the changed content of arguments into the caller's own objects, as a local call would have done.

    An array or tensor that now has another shape or dtype keeps its content; the call reports it as changed all the
    same.
    """
    for node, new in changes:
        old = mutable[node]
        if isinstance(old, dict):
            old.clear()
            old.update(new)
        elif isinstance(old, list):
            old[:] = new
        elif isinstance(old, np.ndarray):
            if old.flags.writeable and new.shape == old.shape and new.dtype == old.dtype.newbyteorder("<"):
                old[...] = new
        elif new.shape == old.shape and new.dtype == old.dtype:
            old.detach().copy_(new)


# --- in words


def in_words(label: str, args: tuple[Any, ...], kwargs: dict[str, Any], names: Sequence[str]) -> str:
    """Return a call in short: ``bce(p, y)  p: float64 (7, 1), y = [0, 1]``; ``names`` are those of the parameters."""
    shown, details = [], []
    for i, arg in enumerate(args):
        name = names[i] if i < len(names) else ""
        short, detail = _short(arg, name)
        shown.append(short)
        details += [detail] if detail else []
    for name, arg in kwargs.items():
        short, detail = _short(arg, name)
        shown.append(f"{name}={short}" if short != name else name)
        details += [detail] if detail else []
    return f"{label}({', '.join(shown)})" + ("  " + ", ".join(details) if details else "")


def _short(value: Any, name: str) -> tuple[str, str]:
    """Return an argument as it is written in the call, and its description after the call."""
    if is_array(value):
        kind = dtype_name(value)
        shape = tuple(int(n) for n in value.shape)
        if math.prod(shape) <= 6 and value.ndim <= 2:
            values = np.array2string(as_array(value), separator=", ")
            return name or "…", f"{name or 'array'} = {' '.join(values.split())}"
        return name or "…", f"{name or 'array'}: {kind} {shape}"
    if isinstance(value, (Remote, Recipe)):
        return name or getattr(value, "__name__", "…"), ""
    if callable(value):
        return name or "function", ""
    text = repr(value)
    if len(text) > 40:
        many = f" of {len(value)}" if hasattr(value, "__len__") else ""
        return name or "…", f"{name or 'argument'}: {type(value).__name__}{many}"
    return text, ""
