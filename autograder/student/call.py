"""One call of a case: the request, its description in words, and the record of what the call did."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from ..guest import wire
from ..values import as_array, dtype_name, is_array, is_tensor, leaves
from .recipes import Recipe
from .source import ModuleSources

BATCH_BYTES = 1 << 22  # of arguments in one frame; a longer list of calls travels in several frames
BATCH_CALLS = 100
HELPER = "<helper>"  # the label of a function that a case sent to the worker; the student does not know its name


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
        parameters: the names of the positional arguments, as far as the stub names them.
        may_change: the names of the arguments that the student's code may change.
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
    parameters: tuple[str, ...] = ()
    may_change: frozenset[str] = frozenset()

    @property
    def effects(self) -> tuple[str, ...]:
        """The arguments that were changed in place and may not be, as students know them: "params['W']"."""
        named = (argument_name(path, self.parameters) for path in self.changed)
        return tuple(name for name in named if not self.allows(name))

    @property
    def shared(self) -> tuple[str, ...]:
        """The arguments whose memory the result shares, as students know them."""
        return tuple(argument_name(path, self.parameters) for path in self.aliases)

    def allows(self, name: str) -> bool:
        """Return whether an argument, or the one that contains it, may change."""
        return name.partition("[")[0] in self.may_change

    def allowed(self, changes: list[tuple[int, Any]]) -> list[tuple[int, Any]]:
        """Return the changes of arguments that may change; there is one for each of ``changed``."""
        if not self.may_change:
            return []
        names = (argument_name(path, self.parameters) for path in self.changed)
        return [change for change, name in zip(changes, names, strict=True) if self.allows(name)]


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
    names: tuple[str, ...] = ()  # of the arguments, where the stub does not name them

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
        self,
        result: Any,
        changes: list[tuple[int, Any]],
        aliases: list[int],
        mutable: list[Any],
        seconds: float,
        *,
        parameters: tuple[str, ...] = (),
        may_change: frozenset[str] = frozenset(),
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
        return RecordedCall(
            self.label, self.args, self.kwargs, result, changed, shared, seconds, after, parameters, may_change
        )

    def _paths(self, mutable: list[Any]) -> list[str]:
        """Name every mutable node, in the order in which it was encoded."""
        names: dict[int, str] = {}
        for i, arg in enumerate(self.args):
            _name_nodes(arg, str(i), names)
        for key, arg in self.kwargs.items():
            _name_nodes(arg, key, names)
        return [names.get(id(node), "?") for node in mutable]


def argument_name(path: str, parameters: Sequence[str]) -> str:
    """Return the name of an argument: "0['W']" is "params['W']", or "1['W']" where the parameter's name is unknown."""
    digits = len(path) - len(path.lstrip("0123456789"))
    if not digits:
        return path
    number = int(path[:digits])
    return f"{parameters[number] if number < len(parameters) else number + 1}{path[digits:]}"


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
            old.detach().copy_(new.detach())
            if new.grad is not None and old.is_leaf and old.requires_grad:
                old.grad = new.grad


# --- in words

MAX_NUMBERS = 24  # in the description of a call


def in_words(label: str, args: tuple[Any, ...], kwargs: dict[str, Any], names: Sequence[str]) -> str:
    """Return a call in short: ``bce(p, y)  p: float64 (7, 9), y = [0, 1]``; ``names`` are those of the parameters.

    Values are written as long as they are no more than MAX_NUMBERS numbers in all.
    """
    shown, details = [], []
    room = MAX_NUMBERS
    named = [(names[i] if i < len(names) else "", arg, False) for i, arg in enumerate(args)]
    for name, arg, is_keyword in [*named, *((name, arg, True) for name, arg in kwargs.items())]:
        short, detail, numbers = _short(arg, name, room)
        room -= numbers
        shown.append(f"{name}={short}" if is_keyword and short != name else short)
        details += [detail] if detail else []
    return f"{label}({', '.join(shown)})" + ("  " + ", ".join(details) if details else "")


def _short(value: Any, name: str, room: int) -> tuple[str, str, int]:
    """Return an argument as it is written in the call, its description after the call, and the numbers in this."""
    if isinstance(value, (Remote, Recipe)):
        own = getattr(value, "__name__", "…")
        return name or ("function" if own == HELPER else own), "", 0
    if callable(value) and not is_array(value):
        return name or "function", "", 0
    if not is_array(value) and len(text := repr(value)) <= 40 and not any(map(is_array, leaves(value))):
        return text, "", 0
    numbers = _numbers_in(value)
    if numbers <= room:
        return name or "…", f"{name or _kind_of(value)} = {_written(value)}", numbers
    if is_array(value):
        return name or "…", f"{name or 'array'}: {dtype_name(value)} {tuple(int(n) for n in value.shape)}", 0
    many = f" of {len(value)}" if hasattr(value, "__len__") else ""
    return name or "…", f"{name or 'argument'}: {type(value).__name__}{many}", 0


def _kind_of(value: Any) -> str:
    return "array" if is_array(value) else "argument"


def _numbers_in(value: Any) -> int:
    """Return how many numbers a value has; infinity for one that cannot be written in short."""
    plain = (int, float, complex, str, bool, type(None), np.generic)
    sizes = [math.prod(leaf.shape) if is_array(leaf) else 1 for leaf in leaves(value)]
    fine = all(is_array(leaf) or (isinstance(leaf, plain) and len(str(leaf)) <= 24) for leaf in leaves(value))
    return sum(sizes) if fine and sizes else MAX_NUMBERS + 1


def _written(value: Any) -> str:
    if is_array(value):
        return " ".join(np.array2string(as_array(value), separator=", ").split())
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {_written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        inner = ", ".join(map(_written, value))
        return f"[{inner}]" if isinstance(value, list) else f"({inner}{',' if len(value) == 1 else ''})"
    return repr(value.item() if isinstance(value, np.generic) else value)


def holds(value: Any, kind: type) -> bool:
    """Return whether a value, or a list, tuple or dict at any depth, holds an object of a type."""
    if type(value) is dict:
        return any(holds(item, kind) for item in value.values())
    if type(value) in (list, tuple):
        return not holds_numbers(value) and any(holds(item, kind) for item in value)
    return isinstance(value, kind)


def replace_content(original: Any, new: Any) -> None:
    """Give a list or dict the content of another one, in place."""
    if isinstance(original, dict):
        original.clear()
        original.update(new)
    else:
        original[:] = new
