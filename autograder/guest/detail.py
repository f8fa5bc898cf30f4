"""What a worker adds to its replies, and the operations, for test code that was written for a plain module.

Such code names classes, catches exceptions and reads what was printed. A frame with ``"also": true`` asks for it: see
``wire.Kind``. The student's code runs in the same process and can change all of this. The trusted side believes none
of it: it decides what it accepts as an answer.
"""

from __future__ import annotations

import builtins
import copy
import enum
import importlib
import inspect
import io
import json
import math
import operator
import pathlib
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from .exceptions import mro, type_name
from .graphs import Graph, torch_module, torch_optimizer
from .modes import reset_modes, set_modes
from .recipes import define_name

MAX_BASES = 20  # of one class
MAX_DOC = 4000  # characters
MAX_PARAMETERS = 64
SPECIAL = (
    "__call__", "__len__", "__iter__", "__next__", "__contains__", "__getitem__", "__setitem__", "__delitem__",
    "__enter__", "__exit__", "__bool__", "__float__", "__int__", "__index__", "__complex__", "__str__", "__repr__",
    "__format__", "__hash__", "__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__neg__", "__pos__",
    "__abs__", "__invert__", "__round__", "__trunc__", "__floor__", "__ceil__", "__reversed__", "__array__",
    *(f"__{side}{name}__" for name in (
        "add", "sub", "mul", "truediv", "floordiv", "mod", "divmod", "pow", "matmul", "and", "or", "xor", "lshift",
        "rshift",
    ) for side in ("", "r", "i")),
)  # fmt: skip
"""The special methods that an object on the trusted side has if the class of the student's has them."""

CLASS_SPECIAL = ("__iter__", "__len__", "__getitem__", "__contains__")
"""The special methods that a class has on the trusted side if its metaclass has them, as that of an enumeration."""

_FUNCTIONS: tuple[type, ...] = (
    FunctionType,
    BuiltinFunctionType,
    MethodType,
    np.ufunc,
    type(len),
    type([].append),
    type(str.join),
)
_DATA: tuple[type, ...] = (str, int, float)
_BASES = type.__dict__["__bases__"]
_MODULE, _DICT = type.__dict__["__module__"], type.__dict__["__dict__"]


def sort_of(value: Any) -> str:
    """Return "class", "module", "function" or "object", by the real type of ``value``."""
    kind = type(value)
    if issubclass(kind, type):
        return "class"
    if issubclass(kind, ModuleType):
        return "module"
    return "function" if issubclass(kind, _FUNCTIONS) else "object"


# --- modules


def student_module(name: str, is_main: bool) -> Any:
    """Return a module of the submission; it is imported if it was not yet.

    Raises:
        ImportError: there is no such module.
    """
    main = sys.modules.get("__main__")
    if is_main and name not in sys.modules and main is not None:
        return main  # a notebook
    return importlib.import_module(name)


def module_name(module: ModuleType) -> str:
    """Return the name under which a module is imported, or "" if it is not what an import of that name gives."""
    name = ModuleType.__getattribute__(module, "__name__")
    if type(name) is not str:
        return ""
    if name == "__main__":
        return name
    return name if sys.modules.get(name) is module else ""


def names_of(target: Any) -> list[str]:
    """Return the names in a module or an object, as ``dir`` gives them."""
    return [name for name in dir(target) if type(name) is str][:1000]


def own_names(target: Any) -> list[str]:
    """Return the names in ``vars(target)``."""
    return [name for name in list(vars(target)) if type(name) is str][:1000]


def star_names(module: ModuleType) -> list[str]:
    """Return the names that ``from module import *`` binds."""
    space = vars(module)
    names = space.get("__all__")
    if isinstance(names, (list, tuple)):
        return [name for name in names if type(name) is str][:1000]
    return [name for name in list(space) if type(name) is str and not name.startswith("_")][:1000]


# --- classes and functions


def describe_class(kind: type, own: Sequence[str]) -> dict[str, Any]:
    """Return what the trusted side needs to stand in for a class; ``own`` are the modules of the submission.

    A base class is the class itself if it is the student's, else its module and name.
    """
    special = [name for name in SPECIAL if _defines(kind, name)]
    data = next((base for base in mro(kind) if base in _DATA), None) if is_member_class(kind) else None
    unhashable = type.__getattribute__(kind, "__hash__") is None
    bases: list[Any] = []
    for base in _BASES.__get__(kind)[:MAX_BASES]:
        module = _MODULE.__get__(base)
        is_own = module in own and getattr(builtins, type_name(base), None) is not base
        bases.append(base if is_own else f"{module}:{base.__qualname__}"[:200])
    builtin = [type_name(base) for base in mro(kind) if getattr(builtins, type_name(base), None) is base]
    return {
        "name": type_name(kind),
        "module": str(_MODULE.__get__(kind))[:200],
        "bases": bases,
        "special": special,
        "data": type_name(data) if data is not None else "",
        "of_data": [] if data is None else [name for name in special if _first(kind, name) in mro(data)],
        "of_class": [name for name in CLASS_SPECIAL if _defines(type(kind), name)],
        "unhashable": unhashable,
        "builtin": builtin[:MAX_BASES],
        "doc": _doc(kind),
    }


def is_member_class(kind: type) -> bool:
    """Return whether a class is an enumeration whose members are strings or numbers, too."""
    return issubclass(kind, enum.Enum) and any(base in _DATA for base in mro(kind))


def plain(member: Any) -> Any:
    """Return the string or number that a member of an enumeration is."""
    data: Any = next(base for base in mro(type(member)) if base in _DATA)
    return str.__getitem__(member, slice(None)) if data is str else data.__add__(member, data())


def _first(kind: type, name: str) -> type | None:
    """Return the class that defines a special method of another one."""
    return next((base for base in mro(kind) if name in _DICT.__get__(base)), None)


def _defines(kind: type, name: str) -> bool:
    return any(name in _DICT.__get__(base) for base in mro(kind) if base not in (object, type))


def _doc(thing: Any) -> str | None:
    doc = getattr(thing, "__doc__", None)
    return doc[:MAX_DOC] if type(doc) is str else None


def describe_function(function: Any) -> list[Any]:
    """Return name, qualified name, documentation and module of a function."""
    name = getattr(function, "__name__", "function")
    qualified = getattr(function, "__qualname__", name)
    module = getattr(function, "__module__", None)
    return [str(name)[:200], str(qualified)[:200], _doc(function), str(module)[:200]]


def signature(function: Any) -> dict[str, Any]:
    """Return the parameters of a callable: [name, kind, whether there is a default, default, annotation].

    Raises:
        TypeError, ValueError: it has no signature.
    """
    found = inspect.signature(function)
    parameters: list[Any] = []
    for each in list(found.parameters.values())[:MAX_PARAMETERS]:
        has_default = each.default is not each.empty
        note = None if each.annotation is each.empty else _annotation(each.annotation)
        parameters.append([each.name, int(each.kind), has_default, each.default if has_default else None, note])
    returns = None if found.return_annotation is found.empty else _annotation(found.return_annotation)
    return {"parameters": parameters, "returns": returns}


def _annotation(note: Any) -> Any:
    """Return an annotation as a class or text, which can be sent."""
    if not isinstance(note, type):
        return str(note)[:200]
    kind: type = note
    return f"builtins:{type_name(kind)}" if getattr(builtins, type_name(kind), None) is kind else kind


def library(module: str, name: str) -> Any:
    """Return something of a library by module and qualified name: ``np.sin``, ``torch.float32``, ``ValueError``."""
    found: Any = importlib.import_module(module)
    for part in name.split(".") if name else ():
        found = getattr(found, part)
    return found


def set_random(name: str, state: Any) -> None:
    """Put a global random generator into a state of the trusted side."""
    if name == "numpy":
        words, position, has_gauss, gauss = state
        np.random.set_state(("MT19937", words, position, has_gauss, gauss))
    elif name == "random":
        version, words, gauss = state
        random.setstate((version, tuple(int(word) for word in words), gauss))
    elif name == "torch":
        sys.modules["torch"].set_rng_state(state)


def generator(kind: str, state: str) -> Any:
    """Return a random generator of a kind, "Generator:PCG64" or "Random", in a state."""
    if kind == "torch":
        made: Any = sys.modules["torch"].Generator()
    elif kind == "Random":
        made = random.Random()
    else:
        outer, _, inner = kind.partition(":")
        made = getattr(np.random, outer)(getattr(np.random, inner)())
    set_state(made, state)
    return made


def set_state(generator: Any, state: str) -> None:
    """Put a random generator into a state."""
    found = json.loads(state)
    if isinstance(generator, random.Random):
        version, words, gauss = found
        generator.setstate((version, tuple(words), gauss))
    elif isinstance(found, str):
        generator.set_state(sys.modules["torch"].frombuffer(bytearray.fromhex(found), dtype=sys.modules["torch"].uint8))
    else:
        _bits(generator).state = found


def get_state(generator: Any) -> str:
    """Return the state of a random generator."""
    if type(generator).__module__.startswith("torch"):
        return json.dumps(generator.get_state().numpy().tobytes().hex())
    found = generator.getstate() if isinstance(generator, random.Random) else _bits(generator).state
    return json.dumps(found, default=np.ndarray.tolist)


def _bits(generator: Any) -> Any:
    return generator.bit_generator if isinstance(generator, np.random.Generator) else generator._bit_generator


def written(name: str, data: Any) -> None:
    """Write the bytes of a file of the test; None: make its folder alone."""
    place = pathlib.Path(name)
    place.parent.mkdir(parents=True, exist_ok=True)
    if data is not None:
        place.write_bytes(data.tobytes())


# --- exceptions


def contents(exc: BaseException) -> list[Any]:
    """Return the arguments of an exception."""
    return list(BaseException.args.__get__(exc))  # type: ignore[attr-defined]


def step(iterator: Iterator[Any]) -> list[Any]:
    """Return [True, the next value] of an iterator; at its end [False, the value that a generator returned]."""
    try:
        return [True, next(iterator)]
    except StopIteration as end:
        return [False, end.value]


def _swapped(operation: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda right, left: operation(left, right)


def _to_array(target: Any) -> Any:
    return np.asarray(target)


def _leave(target: Any, exc: Any) -> Any:
    """Leave a ``with`` block. An exception of the test arrives as [name of its builtin type, text]."""
    if exc is None:
        return type(target).__exit__(target, None, None, None)
    if not isinstance(exc, BaseException):
        base = getattr(builtins, exc[0], Exception)
        exc = (base if issubclass(base, Exception) else Exception)(exc[1])
    return type(target).__exit__(target, type(exc), exc, exc.__traceback__)


def own_attribute(target: Any, name: str) -> list[Any]:
    """Return [True, the value of an entry in ``vars(target)``], or [False] if there is none."""
    space = vars(target)
    return [True, space[name]] if name in space else [False]


def as_data(target: Any) -> list[Any]:
    """Return what a set, bytes, a range, a large integer, a dict or an array of strings consists of."""
    if isinstance(target, int):
        return [f"{target:x}"]
    if isinstance(target, dict):
        return [list(pair) for pair in target.items()]
    if isinstance(target, np.ndarray):
        return [target.dtype.str, target.tolist()]
    if isinstance(target, (bytes, bytearray)):
        return [bytes(target).decode("latin-1")]
    if isinstance(target, range):
        return [target.start, target.stop, target.step]
    if isinstance(target, complex):
        return [target.real, target.imag]
    if type(target).__module__ == "dataclasses":
        return [getattr(target, "name", "")]
    if isinstance(target, property):
        return [target.fget, target.fset, target.fdel]
    return list(target)


def object_of_test(name: str, special: Sequence[str], ask: Callable[..., Any]) -> Any:
    """Return what stands for an object of the test: each use of it is a question to the test."""

    def asked(method: str) -> Callable[..., Any]:
        if method == "__iter__":
            return lambda self: iter(ask(method))
        return lambda self, *operands: ask(method, *operands)

    space: dict[str, Any] = {each: asked(each) for each in special}
    space["__getattr__"] = lambda self, attribute: ask("get", attribute)
    space["__setattr__"] = lambda self, attribute, value: ask("set", attribute, value)
    return type(name, (), space)()


_PLAIN = ("truediv", "floordiv", "add", "sub", "mul", "mod", "matmul", "lshift", "rshift", "xor")

DETAILED: dict[str, Callable[..., Any]] = {
    **{f"x__{name}__": getattr(operator, name) for name in _PLAIN},
    **{f"x__r{name}__": _swapped(getattr(operator, name)) for name in _PLAIN},
    **{f"x__i{name}__": getattr(operator, f"i{name}") for name in _PLAIN},
    **{f"x__{name}__": getattr(operator, f"{name}_") for name in ("and", "or")},
    **{f"x__r{name}__": _swapped(getattr(operator, f"{name}_")) for name in ("and", "or")},
    **{f"x__i{name}__": getattr(operator, f"i{name}") for name in ("and", "or")},
    **{f"x__{name}__": getattr(operator, name) for name in ("eq", "ne", "lt", "le", "gt", "ge")},
    "x__pow__": pow, "x__rpow__": _swapped(pow), "x__ipow__": operator.ipow,
    "x__divmod__": divmod, "x__rdivmod__": _swapped(divmod),
    "x__neg__": operator.neg, "x__pos__": operator.pos, "x__abs__": abs, "x__invert__": operator.invert,
    "x__round__": round, "x__trunc__": math.trunc, "x__floor__": math.floor, "x__ceil__": math.ceil,
    "x__bool__": bool, "x__float__": float, "x__int__": int, "x__index__": operator.index, "x__complex__": complex,
    "x__str__": str, "x__repr__": repr, "x__format__": format, "x__hash__": hash, "x__len__": len,
    "x__contains__": operator.contains, "x__getitem__": operator.getitem, "x__setitem__": operator.setitem,
    "x__delitem__": operator.delitem, "x__iter__": iter, "x__reversed__": reversed, "x__next__": step,
    "x__enter__": lambda target: type(target).__enter__(target), "x__exit__": _leave, "x__array__": _to_array,
    "own_attribute": own_attribute, "own_names": own_names, "as_data": as_data, "setattr": setattr, "delattr": delattr,
    "names": names_of, "plain": plain, "set_state": set_state, "get_state": get_state, "star_names": star_names,
    "module_name": module_name, "describe_class": describe_class, "describe_function": describe_function,
    "signature": signature, "contents": contents, "define_name": define_name,
    "backward": Graph.backward, "reload": importlib.reload, "deepcopy": copy.deepcopy, "copy": copy.copy,
}  # fmt: skip
"""What is done to an object in the worker, by name. ``x`` tells them from the operations of ordinary cases."""

MADE: dict[str, Callable[..., Any]] = {
    "path": pathlib.Path,
    "file": lambda data, is_text: io.StringIO(data.tobytes().decode()) if is_text else io.BytesIO(data.tobytes()),
    "iterator": lambda items: iter(tuple(items)),
    "object_of_test": object_of_test,
    "written": written,
    "slice": slice,
    "large_integer": lambda text: int(text, 16),
    "dict_of": lambda *pairs: dict(map(tuple, pairs)),
    "strings": lambda items: np.array(items, dtype=str),
    "ellipsis": lambda: Ellipsis,
    "set": lambda *items: set(items),
    "frozenset": lambda *items: frozenset(items),
    "bytes": lambda text: text.encode("latin-1"),
    "bytearray": lambda text: bytearray(text.encode("latin-1")),
    "range": range,
    "student_module": student_module,
    "library": library,
    "set_random": set_random,
    "set_modes": set_modes,
    "reset_modes": reset_modes,
    "torch_module": torch_module,
    "torch_optimizer": torch_optimizer,
    "generator_in_state": generator,
}
