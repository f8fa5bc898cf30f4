"""What the reference returned when a hidden case ran at release, played back where there is no solution.

With equal draws a case asks the reference the same, in the same order, whatever a submission returns. The recording has
the answers, as text; it has no code of the solution.
"""

from __future__ import annotations

import builtins
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..errors import AutograderError
from ..values import as_array, copied, dtype_name, is_array, is_tensor, leaves

MAX_BYTES = 256 << 10  # of one recording: a notebook is read by people and by editors
SAME_DRAWS = 1e-6  # relative: another machine may compute the last digits of a draw otherwise


class NotRecordable(Exception):
    """A case uses the reference in a way that cannot be played back; the text says which."""


class OtherDraws(AutograderError):
    """A recording does not fit the case: its draws are other ones here, or its text was changed."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The recorded values of {name} do not fit: this Python draws other numbers than that of the release, or "
            "the cell was changed. Release the assignment again with the packages that grade it.",
            slug="nbgrader-cell",
        )


@dataclass
class Recording:
    """The answers of the reference to one case, in order: ``[name, measure of the arguments, kind, value]``.

    ``asked`` are the exact arguments, which tell whether they depend on what the submission returned.
    """

    events: list[list[Any]] = field(default_factory=list)
    asked: list[bytes] = field(default_factory=list)
    problem: str = ""

    def text(self) -> str:
        """Return the recording as text, one answer a line.

        Raises:
            NotRecordable: it is too long, or the case did what cannot be played back.
        """
        if self.problem:
            raise NotRecordable(self.problem)
        text = "\n".join(json.dumps(event) for event in self.events)
        if len(text) > MAX_BYTES:
            raise NotRecordable(f"it compares {len(text) >> 10} KiB of values; {MAX_BYTES >> 10} KiB are the most")
        return text


class Recorder:
    """Stands for the reference, or for an object of it, and notes what it answers in ``recording``."""

    def __init__(self, target: Any, recording: Recording, path: str = "reference") -> None:
        self._target, self._recording, self._path = target, recording, path

    def __getattr__(self, name: str) -> Any:
        path = f"{self._path}.{name}"
        return self._answer(path, b"", 0.0, getattr(self._target, name))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        given = (*args, *kwargs.values())
        if any(callable(leaf) and not isinstance(leaf, Recorder) and not is_tensor(leaf) for leaf in leaves(given)):
            self._refuse("it gives the reference a function")
        before = _exact(given)
        amount = _amount(given)
        plain = [_unwrapped(value) for value in args]
        named = {name: _unwrapped(value) for name, value in kwargs.items()}
        try:
            result = self._target(*plain, **named)
        except Exception as exc:
            self._note(self._path, before, amount, "raises", type(exc).__name__)
            if not hasattr(builtins, type(exc).__name__):
                self._refuse("the reference raises an exception of its own")
            raise
        if _exact(given) != before:
            self._refuse("the reference changes its arguments")
        return self._answer(f"{self._path}()", before, amount, result)

    def _answer(self, path: str, asked: bytes, amount: float, value: Any) -> Any:
        try:
            written = _written(copied(value))
        except NotRecordable:
            self._note(path, asked, amount, "object", None)
            return Recorder(value, self._recording, path)
        self._note(path, asked, amount, "value", written)
        return value

    def _note(self, path: str, asked: bytes, amount: float, kind: str, value: Any) -> None:
        self._recording.events.append([path, amount, kind, value])
        self._recording.asked.append(asked)

    def _refuse(self, why: str) -> None:
        self._recording.problem = self._recording.problem or why


def joined(recordings: Mapping[str, Recording]) -> str:
    """Return the recordings of several cases as one text: before the answers comes the name of their case.

    Raises:
        NotRecordable: one of them cannot be written.
    """
    texts = {case: each.text() for case, each in recordings.items()}
    return "\n".join(f"{json.dumps(case)}\n{text}" for case, text in texts.items() if text)


class Recorded:
    """Plays recordings back: what a case gets as ``reference``. ``begin`` chooses the case."""

    def __init__(self, text: str) -> None:
        self._events: dict[str, list[Any]] = {}
        for line in filter(None, map(str.strip, text.splitlines())):
            event = json.loads(line)
            if isinstance(event, str):
                events = self._events.setdefault(event, [])
            else:
                events.append(event)
        self._play = _Player(iter(()))

    def begin(self, case: str) -> None:
        """Play the recording of a case."""
        self._play = _Player(iter(self._events.get(case, ())))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._play.answer(f"reference.{name}", 0.0)


class _Object:
    """An object of the reference, which has no value that could be written down."""

    def __init__(self, player: _Player, path: str) -> None:
        self._player, self._path = player, path

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._player.answer(f"{self._path}.{name}", 0.0)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._player.answer(f"{self._path}()", _amount((*args, *kwargs.values())))


class _Player:
    def __init__(self, events: Iterator[Any]) -> None:
        self._events = events

    def answer(self, path: str, amount: float) -> Any:
        name, wanted, kind, value = next(self._events, ("", 0.0, "", ""))
        plain = path.removesuffix("()") if kind == "raises" else path
        if name != plain or not math.isclose(amount, wanted, rel_tol=SAME_DRAWS, abs_tol=SAME_DRAWS):
            raise OtherDraws(path)
        if kind == "raises":
            raise getattr(builtins, value)
        return _read(value) if kind == "value" else _Object(self, path)


# --- values as JSON


def _written(value: Any) -> Any:
    """Return a value as JSON has it.

    Raises:
        NotRecordable: it is not plain data.
    """
    if value is None or type(value) in (bool, int, float, str):
        return value
    if type(value) is list:
        return [_written(item) for item in value]
    if type(value) is tuple:
        return {"tuple": [_written(item) for item in value]}
    if type(value) is dict:
        return {"dict": [[_written(key), _written(item)] for key, item in value.items()]}
    if isinstance(value, np.generic) or is_array(value):
        array = as_array(value)
        if array.dtype.kind not in "biuf" or (is_tensor(value) and value.requires_grad):
            raise NotRecordable(f"a value of dtype {array.dtype}")
        kind = "tensor" if is_tensor(value) else "scalar" if isinstance(value, np.generic) else "array"
        return {kind: dtype_name(value), "shape": list(array.shape), "entries": array.ravel().tolist()}
    raise NotRecordable(f"a value of type {type(value).__name__}")


def _read(value: Any) -> Any:
    if isinstance(value, list):
        return [_read(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "tuple" in value:
        return tuple(_read(item) for item in value["tuple"])
    if "dict" in value:
        return {_read(key): _read(item) for key, item in value["dict"]}
    if "tensor" in value:
        import torch

        return torch.tensor(value["entries"], dtype=getattr(torch, value["tensor"])).reshape(value["shape"])
    kind = "scalar" if "scalar" in value else "array"
    array = np.array(value["entries"], dtype=value[kind]).reshape(value["shape"])
    return array[()] if kind == "scalar" else array


def _unwrapped(value: Any) -> Any:
    return value._target if isinstance(value, Recorder) else value


def _exact(values: Any) -> bytes:
    """Return the arguments byte by byte."""
    parts = (as_array(leaf).tobytes() if is_array(leaf) else repr(leaf).encode() for leaf in leaves(values)
             if not isinstance(leaf, Recorder))  # fmt: skip
    return b"|".join(parts)


def _amount(values: Any) -> float:
    """Return a number that other arguments would hardly have: the weighted sum of all of theirs."""
    total, place = 0.0, 1
    for leaf in leaves(values):
        if not is_array(leaf) and not isinstance(leaf, bool | int | float | np.generic):
            continue
        numbers = np.asarray(as_array(leaf)).ravel()
        if numbers.dtype.kind not in "biuf":
            continue
        numbers = np.nan_to_num(numbers.astype(np.float64), nan=1.0, posinf=2.0, neginf=3.0)
        total += float(np.abs(numbers) @ (1.0 + np.arange(numbers.size) % 7)) * place
        place += 1
    return total
