"""What test code and the submission both know: the standard library, numpy, torch and other installed packages.

A function or class of a library is sent by its name. A module that the student's code has imported is that of the
trusted side, which test code may read and not change.
"""

from __future__ import annotations

import functools
import importlib
import sys
import sysconfig
from pathlib import PurePath
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

import numpy as np

from ..guest import wire
from ..values import is_tensor

_NEVER = frozenset({"autograder", "antigravity", "this", "idlelib", "turtledemo", "test", "__main__"})
# A name that a course gives to a library; what the student's code binds to it never decides a comparison.
ALIASES = {
    "np": "numpy", "numpy": "numpy", "torch": "torch", "math": "math", "random": "random", "nn": "torch.nn",
    "F": "torch.nn.functional", "pytest": "pytest", "unittest": "unittest",
}  # fmt: skip


@functools.cache
def _roots() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    return tuple({paths[key].rstrip("/") + "/" for key in ("stdlib", "platstdlib", "purelib", "platlib")})


def is_library_file(file: str) -> bool:
    """Return whether a file belongs to Python or to an installed package."""
    return file.startswith(("<frozen", *_roots()))


def module_of(name: str) -> ModuleType | None:
    """Return the trusted side's module of this name if it is one of Python or of an installed package, or None.

    A worker may send any name. So what is not loaded yet is imported only from Python, numpy and torch, whose public
    modules do nothing when they are imported.
    """
    top = name.partition(".")[0]
    if top in _NEVER or not name.replace(".", "").replace("_", "").isalnum():
        return None
    found = sys.modules.get(name)
    is_public = not any(part.startswith("_") for part in name.split("."))
    if found is None and is_public and (top in sys.stdlib_module_names or top in ("numpy", "torch")):
        try:
            found = importlib.import_module(name)
        except ImportError:
            return None
    if found is None or not isinstance(found, ModuleType) or type(found).__module__.startswith("autograder."):
        return None  # there is none, or it is a handle of the student's module
    file = getattr(found, "__file__", None)
    return found if file is None or is_library_file(file) else None


def named(path: str) -> Any:
    """Return what "module:qualified name" names in a library that is loaded here, or None."""
    module, _, name = path.partition(":")
    found: Any = module_of(module) if name else None
    for part in name.split(".") if found is not None else ():
        found = vars(found).get(part) if isinstance(found, ModuleType | type) else None
    return found


def path_of(value: Any) -> tuple[str, str] | None:
    """Return module and qualified name of a function, class or dtype of a library, or None for anything else."""
    if isinstance(value, np.dtype):
        return None
    if type(value).__module__ == "torch" and type(value).__name__ in ("dtype", "device"):
        return ("torch", str(value).removeprefix("torch.")) if type(value).__name__ == "dtype" else None
    if isinstance(value, ModuleType):
        own = value.__name__
        return (own, "") if sys.modules.get(own) is value and module_of(own) is value else None
    if not isinstance(value, type | FunctionType | BuiltinFunctionType | np.ufunc) and not callable(value):
        return None
    name: Any = getattr(value, "__qualname__", None) or getattr(value, "__name__", None)
    module: Any = getattr(value, "__module__", None)
    if isinstance(value, np.ufunc):
        module, name = "numpy", value.__name__
    for where in (module, "torch", "numpy"):  # a builtin of these often does not tell its module
        is_loaded = isinstance(where, str) and where in sys.modules
        if is_loaded and isinstance(name, str) and named(f"{where}:{name}") is value:
            return str(where), name
    return None


def encode(value: Any) -> wire.Tree | None:
    """Encode a slice, an ellipsis, a set, bytes, a range or a part of a library; None for anything else."""
    encoder = wire.Encoder(encode, max_body=0)  # only what needs no buffer
    try:
        if isinstance(value, slice):
            return {"r": ["slice", [encoder.tree(part) for part in (value.start, value.stop, value.step)]]}
        if isinstance(value, PurePath):
            return {"r": ["path", [encoder.tree(str(value))]]}
        if value is Ellipsis:
            return {"r": ["ellipsis", []]}
        if type(value) in (set, frozenset):
            return {"r": [type(value).__name__, [encoder.tree(item) for item in value]]}
        if type(value) in (bytes, bytearray):
            return {"r": [type(value).__name__, [encoder.tree(bytes(value).decode("latin-1"))]]}
        if type(value) is range:
            return {"r": ["range", [encoder.tree(part) for part in (value.start, value.stop, value.step)]]}
        if type(value) is int:
            return {"r": ["large_integer", [encoder.tree(f"{value:x}")]]}
        if type(value) is dict:
            return {"r": ["dict_of", [encoder.tree(list(pair)) for pair in value.items()]]}
        if type(value) is np.ndarray:
            return {"r": ["strings", [encoder.tree(value.tolist())]]} if value.dtype.kind == "U" else None
    except wire.Unsendable:
        return None
    if is_tensor(value):
        return None
    path = path_of(value)
    return None if path is None else {"r": ["library", [{"s": path[0]}, {"s": path[1]}]]}
