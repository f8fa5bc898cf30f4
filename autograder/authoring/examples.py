"""First cases for a function of a solution: inputs from its annotations, and what it returns for them.

A guess counts only if the solution returns plain, finite values for it, twice the same, and leaves its arguments alone.
The author replaces the cases; until then they check every value.
"""

from __future__ import annotations

import copy
import inspect
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..values import as_array, is_tensor

SHAPES = {"a product": ((5, 3), (3, 4), (4,)), "vectors": ((7,),) * 3, "matrices": ((5, 3),) * 3}
SMALL = {"a product": ((2, 3), (3, 2), (2,)), "vectors": ((3,),) * 3, "matrices": ((2, 2),) * 3}
"""The shapes of the first, second and third array, in hidden cases and in a worked example."""
INTERVALS = ("normal", "uniform")
TRIES = 5  # calls of each guess, with other numbers: what fails for a few numbers would fail in an audit


@dataclass(frozen=True, slots=True)
class Example:
    """What the templates of cases need of one task.

    ``arguments`` and ``result`` are source texts of a worked example. ``drawn`` are source texts of tuples of arguments
    that use ``rng``. ``can_double`` says whether twice the result is a wrong answer.
    """

    arguments: tuple[str, ...]
    result: str
    drawn: tuple[str, ...]
    can_double: bool


@dataclass(frozen=True, slots=True)
class _Argument:
    """One argument: its source text, and a function that draws it."""

    text: str
    draw: Callable[[np.random.Generator], Any]


def example_of(function: object) -> Example | None:
    """Return the first example of a function that works, or None: then its author has to write the cases."""
    if not inspect.isfunction(function):
        return None
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # a guess outside the domain of the function is no error
        for interval in INTERVALS:
            working = [name for name in SHAPES if _works(function, SHAPES[name], interval)]
            for name in working:
                worked = _worked_example(function, SMALL[name], interval)
                if worked is not None:
                    texts = (_drawn(function, SHAPES[each], interval) for each in working)
                    return Example(*worked[:2], tuple(dict.fromkeys(texts)), worked[2])
    return None


# --- guesses


def _works(function: Callable[..., Any], shapes: Sequence[tuple[int, ...]], interval: str) -> bool:
    generators = [np.random.default_rng(seed) for seed in range(TRIES)]
    guesses = [(_arguments(function, shapes, interval), rng) for rng in generators]
    return all(
        arguments is not None and _call(function, [each.draw(rng) for each in arguments])[0]
        for arguments, rng in guesses
    )


def _drawn(function: Callable[..., Any], shapes: Sequence[tuple[int, ...]], interval: str) -> str:
    texts = [each.text for each in _arguments(function, shapes, interval) or ()]
    return ", ".join(texts) + ("," if len(texts) == 1 else "")


def _worked_example(
    function: Callable[..., Any], shapes: Sequence[tuple[int, ...]], interval: str
) -> tuple[tuple[str, ...], str, bool] | None:
    rng = np.random.default_rng(1)
    arguments = [_rounded(each.draw(rng)) for each in _arguments(function, shapes, interval) or ()]
    works, result = _call(function, arguments)
    texts, text = [_literal(each) for each in arguments], _literal(result)
    if not works or text is None or None in texts:
        return None
    is_number = isinstance(result, float | np.ndarray) or is_tensor(result) or type(result) is int
    return tuple(map(str, texts)), text, is_number and bool(np.any(as_array(result)))


def _arguments(
    function: Callable[..., Any], shapes: Sequence[tuple[int, ...]], interval: str
) -> list[_Argument] | None:
    """Return the arguments of a call, or None if one of them cannot be guessed. Those with a default are left out."""
    arrays = iter(shapes)
    found: list[_Argument] = []
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        if parameter.default is not parameter.empty:
            continue
        guess = _argument(parameter.annotation, arrays, interval)
        if guess is None or parameter.kind is parameter.KEYWORD_ONLY:
            return None
        found.append(guess)
    return found


def _argument(annotation: Any, shapes: Iterator[tuple[int, ...]], interval: str) -> _Argument | None:
    name = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", "")
    name = str(annotation) if "[" in str(annotation) else name.rpartition(".")[2]
    if name in ("ndarray", "Tensor"):
        shape = next(shapes, None)
        if shape is None:
            return None
        text = f"rng.normal(size={shape})" if interval == "normal" else f"rng.uniform(0.1, 0.9, size={shape})"

        def array(rng: np.random.Generator) -> Any:
            drawn = rng.normal(size=shape) if interval == "normal" else rng.uniform(0.1, 0.9, size=shape)
            return _tensor(drawn) if name == "Tensor" else drawn

        return _Argument(f"torch.from_numpy({text})" if name == "Tensor" else text, array)
    return {
        "float": _Argument("float(rng.uniform(0.1, 0.9))", lambda rng: float(rng.uniform(0.1, 0.9))),
        "int": _Argument("int(rng.integers(2, 6))", lambda rng: int(rng.integers(2, 6))),
        "list[float]": _Argument("rng.normal(size=4).tolist()", lambda rng: rng.normal(size=4).tolist()),
        "list[int]": _Argument("rng.integers(9, size=4).tolist()", lambda rng: rng.integers(9, size=4).tolist()),
    }.get(name)


def _tensor(array: np.ndarray) -> Any:
    import torch

    return torch.from_numpy(array)


def _call(function: Callable[..., Any], arguments: list[Any]) -> tuple[bool, Any]:
    """Return whether a call works, with its result."""
    before = copy.deepcopy(arguments)
    try:
        result, again = function(*arguments), function(*copy.deepcopy(before))
    except Exception:  # the author's function may raise anything for a guess
        return False, None
    texts = [_literal(each) for each in (result, again, *arguments)]
    wanted = [texts[0], texts[0], *map(_literal, before)]
    return texts[0] is not None and texts == wanted, result


# --- source texts


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 1)
    if isinstance(value, list):
        return [_rounded(each) for each in value]
    if isinstance(value, np.ndarray):
        return value.round(1)
    return value.round(decimals=1) if is_tensor(value) else value


def _literal(value: Any) -> str | None:
    """Return the source text of a plain, finite value; None for any other."""
    if is_tensor(value):
        inner = _literal(value.detach().cpu().numpy())
        return None if inner is None else f"torch.tensor({inner[9:-1]}, dtype={value.dtype})"
    if isinstance(value, np.ndarray):
        inner = _literal(value.tolist())
        return None if inner is None or value.size == 0 else f"np.array({inner})"
    if isinstance(value, np.generic):
        return _literal(value.item())
    if isinstance(value, float):
        return repr(float(f"{value:.9g}")) if np.isfinite(value) else None
    if value is None or isinstance(value, bool | int | str):
        return repr(value)
    if isinstance(value, list | tuple):
        parts = [_literal(each) for each in value]
        if None in parts:
            return None
        text = ", ".join(map(str, parts))
        return f"[{text}]" if isinstance(value, list) else f"({text}{',' if len(parts) == 1 else ''})"
    return None
