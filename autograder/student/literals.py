"""Write values as Python code: numbers, arrays, containers, functions of a case, and what a recipe builds."""

from __future__ import annotations

import ast
import inspect
import itertools
import keyword
import math
import textwrap
from dataclasses import dataclass, field
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from ..values import as_array, dtype_name, is_array, is_tensor
from .objects import RemoteFunction, StudentObject, origin_of
from .recipes import Recipe

MAX_NUMBERS = 80  # that are written down
_MAX_WIDTH = 64
_SPARSE = 8  # entries of a large array of zeros, or parts of a large array, that are written one by one
_SIMPLE = (bool, int, float, str, type(None))
_LIBRARIES = ("numpy", "torch", "math")  # that a function of a case may use

Origin = tuple[int, int]


class Unwritable(Exception):
    """A value or a call that cannot be written in a few lines."""


@dataclass(slots=True)
class Literals:
    """Collects lines of code and the names in them. With ``reuses``, an argument that comes again is written once.

    ``functions`` are the names to import from the student's module, ``imports`` the other import statements,
    ``objects`` the variables of the student's objects.
    """

    reuses: bool
    lines: list[str] = field(default_factory=list)
    functions: dict[str, None] = field(default_factory=dict)
    imports: dict[str, None] = field(default_factory=dict)
    objects: dict[Origin, str] = field(default_factory=dict)
    _numbers: int = 0
    _names: set[str] = field(default_factory=set)
    _variables: dict[int, str] = field(default_factory=dict)  # by the id of the value, which the log keeps

    def attribute(self, owner: Origin | None, name: str | None) -> str:
        """Return how an attribute of an object is read, or a name of the student's module, which is then imported."""
        if name is None or not name.isidentifier() or keyword.iskeyword(name):
            raise Unwritable
        if owner is not None:
            return f"{self.object(owner)}.{name}"
        if name in self._names and name not in self.functions:
            raise Unwritable  # a variable or a function of the case has this name
        self.functions[name] = None
        self._names.add(name)
        return name

    def object(self, origin: Origin | None) -> str:
        """Return the variable of an object of the student."""
        if origin not in self.objects or origin is None:
            raise Unwritable
        return self.objects[origin]

    def argument(self, value: Any, name: str) -> str:
        """Return how a call writes an argument; an array gets a line of its own, with the name of the parameter."""
        if isinstance(value, StudentObject):
            return self.object(origin_of(value))
        if isinstance(value, RemoteFunction):
            if value.attribute is None and value.owner is not None:
                return self.object(origin_of(value.owner))
            return self.attribute(None if value.owner is None else origin_of(value.owner), value.attribute)
        if self.reuses and id(value) in self._variables and not isinstance(value, _SIMPLE):
            return self._variables[id(value)]
        if is_array(value) and value.shape and _is_sparse(as_array(value)):
            return self._sparse(value, name or "x")
        if is_array(value) and value.shape and len(_runs(as_array(value))) > 1:
            return self._in_runs(value, name or "x")
        if isinstance(value, FunctionType):
            return self._function(value)
        literal = self.recipe(value, name) if isinstance(value, Recipe) else self._literal(value)
        if isinstance(value, Recipe) and literal.isidentifier():
            return literal
        if isinstance(value, _SIMPLE) or (isinstance(value, list | tuple) and len(literal) <= 20):
            return literal
        variable = self.unused(name or ("rng" if isinstance(value, Recipe) else "x"))
        self.lines.append(f"{variable} = {literal}")
        self._variables[id(value)] = variable
        return variable

    def unused(self, name: str) -> str:
        """Return ``name``, or with a number behind it if it is used already."""
        plain = name if name.isidentifier() and not keyword.iskeyword(name) else "value"
        names = itertools.chain([plain], (f"{plain}{n}" for n in itertools.count(2)))
        taken = {*self._names, *self.functions, "np", "torch", "print", "len"}
        found = next(each for each in names if each not in taken)
        self._names.add(found)
        return found

    def _literal(self, value: Any) -> str:
        if isinstance(value, Recipe):
            return self.recipe(value)
        if is_array(value) or isinstance(value, np.generic):
            return self._array(value)
        if isinstance(value, StudentObject | RemoteFunction):
            return self.argument(value, "")
        if isinstance(value, dict):
            return "{" + ", ".join(f"{self._literal(key)}: {self._literal(item)}" for key, item in value.items()) + "}"
        if isinstance(value, list | tuple):
            inner = ", ".join(map(self._literal, value))
            return f"[{inner}]" if isinstance(value, list) else f"({inner}{',' if len(value) == 1 else ''})"
        if type(value) not in _SIMPLE:
            raise Unwritable
        self._count(1)
        return self._number(value) if isinstance(value, float) else repr(value)

    def _array(self, value: Any) -> str:
        array, dtype, shape = as_array(value), dtype_name(value), tuple(int(n) for n in value.shape)
        library = "torch" if is_tensor(value) else "np"
        self.imports["import torch" if is_tensor(value) else "import numpy as np"] = None
        usual = ("float32", "int64", "bool") if is_tensor(value) else ("float64", "int64", "bool")
        options = "" if dtype in usual or array.dtype.kind == "U" else f", dtype={library}.{dtype}"
        if is_tensor(value) and value.requires_grad:
            if not value.is_leaf:
                raise Unwritable
            options += ", requires_grad=True"
        same = array.size > 0 and array.dtype.kind in "biuf" and bool((array == array.flat[0]).all())
        if array.size == 0 or (same and array.size > 4):
            self._count(1)
            filling = self._entry(array.flat[0] if array.size else np.zeros((), array.dtype)[()])
            return f"{library}.full({shape}, {filling}{options})"
        self._count(array.size)
        function = "tensor" if is_tensor(value) else "array"
        return f"{library}.{function}({self._rows(array)}{options})"

    def _sparse(self, value: Any, name: str) -> str:
        """Write an array of zeros, then its other entries one by one."""
        array, variable = as_array(value), self.unused(name)
        zeros = np.zeros(array.shape, array.dtype)
        if is_tensor(value):
            zeros = value.new_zeros(value.shape)
        self.lines.append(f"{variable} = {self._array(zeros)}")
        for index in np.argwhere(array):
            place = tuple(int(i) for i in index)
            self.lines.append(f"{variable}[{', '.join(map(str, place))}] = {self._entry(array[place])}")
        self._count(int(np.count_nonzero(array)))
        self._variables[id(value)] = variable
        return variable

    def _in_runs(self, value: Any, name: str) -> str:
        """Write a large array as the constant that its first part has, then the constants of the other parts."""
        array, variable = as_array(value), self.unused(name)
        (_, first), *others = _runs(array)
        whole = np.full(array.shape, first)
        if is_tensor(value) and value.requires_grad:
            raise Unwritable  # its entries cannot be set
        self.lines.append(f"{variable} = {self._array(value.new_tensor(whole) if is_tensor(value) else whole)}")
        for start, entry in others:
            self.lines.append(f"{variable}[{start}:] = {self._entry(entry)}")
        self._count(len(others))
        self._variables[id(value)] = variable
        return variable

    def _rows(self, array: Any) -> str:
        if array.ndim == 0:
            return self._entry(array[()])
        parts = [self._rows(part) for part in array]
        text = f"[{', '.join(parts)}]"
        return text if len(text) <= _MAX_WIDTH or array.ndim == 1 else "[\n    " + ",\n    ".join(parts) + ",\n]"

    def _entry(self, entry: Any) -> str:
        if entry.dtype.kind == "f":  # float32 in as few digits as tell it from its neighbours
            return self._number(float(str(entry)))
        return repr(entry.item())

    def _number(self, value: float) -> str:
        if math.isfinite(value):
            return repr(value)
        self.imports["import numpy as np"] = None
        return f"{'-' if value < 0 else ''}np.{'nan' if math.isnan(value) else 'inf'}"

    def _count(self, numbers: int) -> None:
        self._numbers += numbers
        if self._numbers > MAX_NUMBERS:
            raise Unwritable

    # --- functions of the case

    def _function(self, function: FunctionType) -> str:
        """Write a function that needs nothing but libraries: a ``def`` before the call, or a ``lambda`` in the call."""
        definition = _definition(function)
        for name in {node.id for node in ast.walk(definition) if isinstance(node, ast.Name)}:
            library = function.__globals__.get(name)
            if isinstance(library, ModuleType) and library.__name__ in _LIBRARIES:
                self.imports[f"import {library.__name__}{f' as {name}' * (name != library.__name__)}"] = None
            elif name in function.__globals__:
                raise Unwritable
        if isinstance(definition, ast.Lambda):
            return ast.unparse(definition)
        definition.name = self.unused(definition.name)
        self.lines += ast.unparse(definition).splitlines()
        return definition.name

    # --- recipes

    def recipe(self, recipe: Recipe, name: str = "") -> str:
        """Return what a recipe builds, in ordinary code. A variable that it needs gets ``name``."""
        match recipe.name, recipe.arguments:
            case "generator", (seed,):
                self.imports["import numpy as np"] = None
                return f"np.random.default_rng({seed})"
            case "torch_generator", (seed,):
                self.imports["import torch"] = None
                return f"torch.Generator().manual_seed({seed})"
            case "dictionary", (keys, values):
                pairs = zip(keys, values, strict=True)
                return "{" + ", ".join(f"{self._literal(key)}: {self._literal(value)}" for key, value in pairs) + "}"
            case "function", (str(code),) if "function" not in self._names:
                self.imports["import numpy as np"] = None
                self.lines += code.rstrip().splitlines()
                self._names.add("function")
                return "function"
            case "watch_calls", (function, _):
                return self.argument(function, "")
            case "strided", (array,):
                return self._strided(array, name or "x")
            case "on_device", (moved, "cpu"):
                return self.argument(moved, name)
            case "poisoned", (model, float(entry)):
                self.imports["import torch"] = None
                variable = self.argument(model, name or "model")
                self.lines.append(f"for parameter in {variable}.parameters():")
                self.lines.append(f"    parameter.grad = torch.full_like(parameter, {entry!r})")
                return variable
            case "linear", (weight, bias):
                return self._linear(weight, bias)
            case "data_loader", (x, y, batch_size, shuffle):
                self.imports["from torch.utils.data import DataLoader, TensorDataset"] = None
                data = f"TensorDataset({self.argument(x, 'x')}, {self.argument(y, 'y')})"
                return f"DataLoader({data}, batch_size={batch_size}, shuffle={shuffle})"
        raise Unwritable

    def _strided(self, array: Any, name: str) -> str:
        """Write an array with a gap after each entry, as every second entry of a wider one."""
        wide, variable = self.unused("wide"), self.unused(name)
        shape = (*array.shape[:-1], 2 * array.shape[-1] + 1)
        zeros = array.new_zeros(shape) if is_tensor(array) else np.zeros(shape, array.dtype)
        self.lines += [f"{wide} = {self._array(zeros)}", f"{variable} = {wide}[..., :-1:2]"]
        self.lines.append(f"{variable}[...] = {self._array(array)}")
        return variable

    def _linear(self, weight: Any, bias: Any) -> str:
        self.imports["import torch"] = None
        name = self.unused("layer")
        rows, columns = weight.shape
        options = "" if dtype_name(weight) == "float32" else f", dtype=torch.{dtype_name(weight)}"
        self.lines.append(f"{name} = torch.nn.Linear({columns}, {rows}, bias={bias is not None}{options})")
        self.lines.append(f"{name}.weight.data = {self.argument(weight, 'weight')}")
        if bias is not None:
            self.lines.append(f"{name}.bias.data = {self.argument(bias, 'bias')}")
        return name


def _is_sparse(array: Any) -> bool:
    return bool(array.size > 24 and array.dtype.kind in "biuf" and 0 < np.count_nonzero(array) <= _SPARSE)


def _runs(array: Any) -> list[tuple[int, Any]]:
    """Return where each constant part of a large array begins along the first axis, and its entry; [] if one is not."""
    if array.size <= MAX_NUMBERS or array.dtype.kind not in "biuf":
        return []
    rows = array.reshape(len(array), -1)
    starts = [0, *(np.flatnonzero((rows[1:] != rows[:-1]).any(axis=1)) + 1).tolist()]
    parts = [(start, rows[start]) for start in starts]
    is_constant = len(parts) <= _SPARSE and all((row == row[0]).all() for _, row in parts)
    return [(start, row[0]) for start, row in parts] if is_constant else []


def _definition(function: FunctionType) -> ast.FunctionDef | ast.Lambda:
    """Return the source of a function: a plain ``def``, or the only ``lambda`` of its statement."""
    try:
        statement = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, SyntaxError, TypeError):
        raise Unwritable from None
    kind = ast.Lambda if function.__name__ == "<lambda>" else ast.FunctionDef
    found = [node for node in ast.walk(statement) if isinstance(node, kind)]
    if len(found) != 1 or function.__closure__:
        raise Unwritable
    return found[0]
