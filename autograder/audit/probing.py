"""What a probe answers. This file is sent to a worker as a further module of the submission, next to the solution.

There ``install`` replaces the functions of one task: each calls the solution's own function on copies of its arguments,
and turns the right result into an answer of the same shape that is wrong. Only the outermost call is replaced, so the
functions of a task may call one another. Nothing else has an effect: what the solution changes is a copy.

``PROBES`` is the list of all probes. The trusted side reads it too.
"""

from __future__ import annotations

import copy
import functools
import hashlib
import sys
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from types import FunctionType, GeneratorType
from typing import Any

import numpy as np

NAN = float("nan")


@dataclass(frozen=True)
class Call:
    """One call of a replaced function.

    ``right()`` is what the solution returns for copies of the arguments, ``real()`` what it returns for the arguments
    themselves, which it may change.
    """

    function: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    right: Callable[[], Any]
    real: Callable[[], Any]
    worker: Worker


@dataclass
class Worker:
    """What one worker remembers.

    Attributes:
        known: the keys of the calls of visible cases.
        previous: the right results so far, by function and shape.
        twins: by the id of an object that a case can have, its copy, on which the solution works (a ``deepcopy`` memo).
        kept: the objects, so that no other one takes their ids.
    """

    known: Collection[str]
    previous: dict[tuple[str, str], Any] = field(default_factory=dict)
    twins: dict[int, Any] = field(default_factory=dict)
    kept: list[Any] = field(default_factory=list)
    is_inside: bool = False


# --- the probes


def _nan(call: Call) -> Any:
    return filled(call.right(), NAN, call.worker)


def _zeros(call: Call) -> Any:
    return filled(call.right(), 0, call.worker)


def _ones(call: Call) -> Any:
    return filled(call.right(), 1, call.worker)


def _halves(call: Call) -> Any:
    return filled(call.right(), 0.5, call.worker)


def _empty(call: Call) -> Any:
    return _emptied(call.right())


def _arguments(call: Call) -> Any:
    right = call.right()
    rest = [*_leaves([call.args, call.kwargs])]
    return _mapped(lambda leaf: _handed_back(leaf, rest), right)


def _previous(call: Call) -> Any:
    if not is_plain([call.args, call.kwargs]):  # with a generator, one random answer is as good as another
        return call.real()
    right = call.right()
    if not is_plain(right):
        return right
    place = (call.function, _shape(right))
    before = call.worker.previous.get(place, right)
    call.worker.previous[place] = copy.deepcopy(right)
    return before


def _visible(call: Call) -> Any:
    if key(call.function, call.args, call.kwargs) in call.worker.known:
        return call.real()
    return _zeros(call)


def _overwrites_with_nan(call: Call) -> Any:
    right = call.right()
    overwrite([call.args, call.kwargs], NAN)
    return filled(right, NAN, call.worker)


def _overwrites_with_zeros(call: Call) -> Any:
    overwrite([call.args, call.kwargs], 0)
    return call.right()


PROBES: dict[str, tuple[str, Callable[[Call], Any]]] = {
    "nan": ("answers NaN for every float, and 0, False or an empty text for all else", _nan),
    "zeros": ("answers 0, False or an empty text for every value", _zeros),
    "ones": ("answers 1, True or an empty text for every value", _ones),
    "halves": ("answers 0.5 for every float, and 1, True or an empty text for all else", _halves),
    "empty": ("answers empty lists, dicts and arrays", _empty),
    "arguments": ("hands back an argument of the shape of the answer, and zeros if there is none", _arguments),
    "previous": ("answers what was right for the previous call that had an answer of this shape", _previous),
    "visible": ("answers right for the inputs of the visible cases, and zeros for all others", _visible),
    "overwrites-nan": ("writes NaN into its arguments, and then answers as nan does", _overwrites_with_nan),
    "overwrites-zeros": ("writes zeros into its arguments, and then answers for these zeros", _overwrites_with_zeros),
}


# --- in the worker


def install(module: dict[str, Any], functions: Collection[str], probe: str, known: Collection[str]) -> None:
    """Replace ``functions`` ("f", "Class.method") in the namespace of a module by what ``probe`` answers."""
    worker = Worker(known)
    answer = PROBES[probe][1]
    for name in functions:
        owner, _, method = name.rpartition(".")
        space = vars(module[owner]) if owner else module
        right = space.get(method)
        if isinstance(right, FunctionType):
            replaced = _replaced(name, right, answer, worker)
            setattr(module[owner], method, replaced) if owner else module.__setitem__(name, replaced)


def _replaced(name: str, right: FunctionType, answer: Callable[[Call], Any], worker: Worker) -> Callable[..., Any]:
    @functools.wraps(right)
    def probing(*args: Any, **kwargs: Any) -> Any:
        if worker.is_inside:
            return right(*args, **kwargs)

        def run(*args: Any, **kwargs: Any) -> Any:
            worker.is_inside = True
            try:
                result = right(*args, **kwargs)
                return list(result) if isinstance(result, GeneratorType) else result
            finally:
                worker.is_inside = False

        def on_copies() -> Any:
            return run(*twin(list(args), worker), **twin(kwargs, worker))

        own = args[1:] if "." in name else args  # without self
        result = answer(Call(name, own, kwargs, on_copies, lambda: run(*args, **kwargs), worker))
        return (item for item in result) if _yields(right) else result

    return probing


def _yields(function: FunctionType) -> bool:
    return bool(function.__code__.co_flags & 0x20)  # inspect.CO_GENERATOR; the import of inspect takes long


# --- values


def key(function: str, args: Any, kwargs: Any) -> str:
    """Return a text that tells calls apart; "" if an argument is an object."""
    digest = hashlib.sha256(function.encode())
    for leaf in _leaves([args, kwargs]):
        if _is_array(leaf):
            array = np.asarray(leaf.detach() if hasattr(leaf, "detach") else leaf)
            digest.update(f"{array.dtype.str}{array.shape}".encode())
            digest.update(array.tobytes())
        elif leaf is None or isinstance(leaf, str | int | float | complex):
            digest.update(repr(leaf).encode())
        else:
            return ""
    return digest.hexdigest()


def filled(value: Any, number: float, worker: Worker) -> Any:
    """Return ``value`` with every float replaced by ``number``, and all else by what comes next to it.

    A model that is the whole answer stays: its layers are the answer, and its first weights are free.
    """
    if _is_model(value):
        return value
    return _mapped(lambda leaf: _filled_leaf(leaf, number, worker), value)


def _filled_leaf(leaf: Any, number: float, worker: Worker) -> Any:
    if isinstance(leaf, str):
        return ""
    if isinstance(leaf, np.generic | float | int | complex):  # bool is an int
        return type(leaf)(_of_kind(number, np.asarray(leaf).dtype.kind))
    if isinstance(leaf, np.ndarray):
        return np.full_like(leaf, _of_kind(number, leaf.dtype.kind))
    if _is_array(leaf):
        import torch

        kind = "f" if leaf.is_floating_point() or leaf.is_complex() else "i"
        return torch.full_like(leaf, _of_kind(number, kind), requires_grad=leaf.requires_grad)
    is_object = hasattr(leaf, "__dict__") and not isinstance(leaf, FunctionType | type)
    return _filled_object(leaf, number, worker) if is_object else leaf


def _of_kind(number: float, kind: str) -> float:
    """Return what stands for ``number`` in an array of this kind of dtype: 0 for NaN and 1 for 0.5, where not float."""
    return number if kind in "fc" or number in (0, 1) else int(number == 0.5)


def _is_model(value: Any) -> bool:
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.nn.Module)


def _filled_object(thing: Any, number: float, worker: Worker) -> Any:
    """Return a copy of an object whose arrays hold ``number``; the solution goes on with the object itself."""
    if _is_model(thing):
        other = copy.deepcopy(thing)
        overwrite([*other.parameters(), *other.buffers()], number)
    else:
        other = copy.copy(thing)
        arrays = {name: item for name, item in vars(thing).items() if _is_array(item) or isinstance(item, float)}
        vars(other).update(filled(arrays, number, worker))
    worker.twins[id(other)] = thing
    worker.kept.append(other)
    return other


def overwrite(value: Any, number: float) -> None:
    """Write ``number``, or what stands for it, into every array in ``value``, in place."""
    for leaf in _leaves(value):
        if isinstance(leaf, np.ndarray) and leaf.flags.writeable:
            leaf[...] = _of_kind(number, leaf.dtype.kind)
        elif not isinstance(leaf, np.ndarray) and _is_array(leaf):
            leaf.detach().fill_(_of_kind(number, "f" if leaf.is_floating_point() else "i"))


def twin(value: Any, worker: Worker) -> Any:
    """Return a copy of an argument. The copy of an object is always the same one."""
    return _mapped(lambda leaf: _twin_of(leaf, worker), value)


def _twin_of(leaf: Any, worker: Worker) -> Any:
    try:
        return copy.deepcopy(leaf, {} if is_plain(leaf) else worker.twins)
    except (TypeError, RuntimeError, NotImplementedError):  # such as a tensor in the middle of a graph
        return leaf


def is_plain(value: Any) -> bool:
    """Whether a value consists of numbers, texts and arrays."""
    plain = (str, int, float, complex, np.generic, type(None))
    return all(isinstance(leaf, plain) or _is_array(leaf) for leaf in _leaves(value))


def _handed_back(leaf: Any, rest: list[Any]) -> Any:
    """Take the first argument of the shape and type of ``leaf`` out of ``rest``; zeros if there is none."""
    shape = _shape(leaf)
    for i, given in enumerate(rest):
        if _shape(given) == shape:
            return copy.deepcopy(rest.pop(i)) if is_plain(given) else given
    return filled(leaf, 0, Worker(()))


def _shape(value: Any) -> str:
    """Write the structure of a value, its shapes and types."""
    if isinstance(value, list | tuple):
        return f"{type(value).__name__}({', '.join(map(_shape, value))})"
    if isinstance(value, dict):
        return f"dict({', '.join(f'{name!r}: {_shape(item)}' for name, item in value.items())})"
    return f"{value.dtype}{tuple(value.shape)}" if _is_array(value) else type(value).__name__


def _emptied(value: Any) -> Any:
    if isinstance(value, list | tuple | dict | str):
        return type(value)() if type(value) in (list, tuple, dict, str) else value
    return value[:0] if _is_array(value) and value.ndim else value


def _is_array(value: Any) -> bool:
    torch = sys.modules.get("torch")
    return isinstance(value, np.ndarray) or (torch is not None and isinstance(value, torch.Tensor))


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list | tuple):
        yield value
        return
    for item in value:
        yield from _leaves(item)


def _mapped(function: Callable[[Any], Any], value: Any) -> Any:
    if type(value) in (list, tuple):
        return type(value)([_mapped(function, item) for item in value])
    if type(value) is dict:
        return {name: _mapped(function, item) for name, item in value.items()}
    return function(value)
