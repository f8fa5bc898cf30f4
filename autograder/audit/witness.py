"""A value or a call as Python that an author can paste into a case, with all digits."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..student.recipes import Recipe
from ..values import as_array, dtype_name, is_tensor

_NAMES = {"nan": "np.nan", "inf": "np.inf", "-inf": "-np.inf"}
_WITHOUT_DTYPE = ("float64", "int64", "bool")  # what np.array makes of floats, ints and truth values
_TENSOR_WITHOUT_DTYPE = ("float32", "int64", "bool")


def call_written(function: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    """Write a call of the submission: ``student.pool(np.array([[1.0]]), 3, stride=2)``."""
    parts = [written(arg) for arg in args] + [f"{name}={written(value)}" for name, value in kwargs.items()]
    return f"student.{function}({', '.join(parts)})"


def written(value: Any) -> str:
    """Write a value as Python that makes it again."""
    if isinstance(value, np.ndarray):
        return _array(value)
    if is_tensor(value):
        return _tensor(value)
    if isinstance(value, Recipe):
        return f"recipes.{value.name}({', '.join(map(written, value.arguments))})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{written(key)}: {written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, tuple):
        return f"({', '.join(map(written, value))}{',' * (len(value) == 1)})"
    if isinstance(value, float) and not math.isfinite(value):
        return _NAMES[repr(float(value))]
    return repr(value)


def _array(array: np.ndarray) -> str:
    name = dtype_name(array)
    dtype = "" if name in _WITHOUT_DTYPE else f", dtype=np.{name}"
    if not array.size:
        return f"np.zeros({array.shape}{dtype or f', dtype=np.{name}'})"
    return f"np.array({written(array.tolist())}{dtype})"


def _tensor(tensor: Any) -> str:
    name = dtype_name(tensor)
    dtype = "" if name in _TENSOR_WITHOUT_DTYPE else f", dtype=torch.{name}"
    gradient = ", requires_grad=True" if tensor.requires_grad else ""
    if not math.prod(tensor.shape):
        return f"torch.zeros({tuple(tensor.shape)}{dtype or f', dtype=torch.{name}'}{gradient})"
    return f"torch.tensor({written(as_array(tensor).tolist())}{dtype}{gradient})"
