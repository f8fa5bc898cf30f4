"""Hints of known mistakes for machines without ``solutions/``, sealed by the answers that the mistakes give.

``hints.json``, next to the stub, has a record for each known mistake that fails a visible case. The key of a record is
a hash of all that the case saw of the mistake, so only a submission that behaves like the mistake can open it. Numbers
enter the key rounded, and only some of them: at most ENTRIES of a call, each far from the next border of its rounding,
so that the last digits, which differ from machine to machine, do not matter. Everything else that a comparison looks at
enters it exactly.

A record is sealed against reading, not against guessing: who tries wrong answers until one opens it has made the
mistake.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..course.assignment import Assignment
from ..errors import AssignmentError
from ..messages import DEFAULT, current_language
from ..model import Case, Outcome, Verdict
from ..student.call import RecordedCall
from ..student.log import CaseLog, Step
from ..student.objects import RemoteFunction, StudentObject
from ..student.recipes import Recipe
from ..values import as_array, dtype_name, is_tensor

FILE = "hints.json"
ENTRIES = 16  # of one call
MAX_ENTRIES = 160  # of one case
MARGIN = 0.15  # least distance from a border of rounding, as a share of the step; thirds are 0.167 from one
DIGITS = (4, 5, 6)  # of the largest entry; more if two mistakes, or a mistake and the right answer, look alike
COARSE_DIGITS = (3, 4, 4)  # where the numbers are float32 or coarser
LOWEST, COARSE_LOWEST = -9, -5  # the last digit that counts, as a power of ten: what is smaller may be rounding
TAG_BYTES = 16
ADDRESS = "0x"  # stands for where an object was in memory

UNITS = (1, 2, 5)  # times a power of ten: the steps of a rounding
Places = Sequence[tuple[int, int]]  # the numbers in a key: the index among all, the step that it is rounded to


@dataclass(frozen=True, slots=True)
class _Group:
    """Numbers of one array, list or scalar: a slice of all, the call that gave them, and whether they are coarse."""

    start: int
    stop: int
    call: int
    coarse: bool


class Behaviour:
    """What a case saw of a submission: the parts that must agree exactly, and all floating-point numbers in order."""

    def __init__(self, outcome: Outcome, log: CaseLog) -> None:
        self.groups: list[_Group] = []
        self._numbers: list[NDArray[np.float64]] = []
        self._size = 0
        # Where values are wrong, what compare() takes for the same is the same: a number and an array () of it, a list
        # and a tuple, float32 and float64. So are a view and a copy, and objects of classes with other names.
        self._loose = outcome.mismatch is not None and outcome.mismatch.kind == "value"
        loaded = {step.owner: number for number, step in enumerate(log.steps) if step.attribute == "load_state_dict"}
        exact: list[str] = [outcome.case, outcome.verdict.value, end_of(outcome)]
        for number, (call, step) in enumerate(zip_longest(log.all_calls, log.steps)):
            aliases = () if self._loose else call.aliases
            exact += ["call", self._name(call, step), *call.changed, "aliases", *aliases, "result"]
            result = call.result
            if call.function.endswith(".state_dict") and isinstance(result, dict):  # in order; the names may be any
                exact += () if self._loose else result
                # Numbers that the case replaced by its own were drawn, and each answer draws in an order of its own.
                is_replaced = step is not None and loaded.get(step.owner, -1) > number
                result = [np.shape(value) for value in result.values()] if is_replaced else list(result.values())
            for part in (result, call.after):
                exact += self._parts(part, number)
        self.numbers = np.concatenate([*self._numbers, np.zeros(0)])
        self.exact = hashlib.sha256(json.dumps(exact).encode()).digest()

    def key(self, places: Places) -> bytes | None:
        """Return the key that these numbers give; None if there are fewer."""
        if any(not 0 <= place < len(self.numbers) for place, _ in places):
            return None
        texts = [_rounded(float(self.numbers[place]), step) for place, step in places]
        return hashlib.sha256(self.exact + json.dumps(texts).encode()).digest()

    def _name(self, call: RecordedCall, step: Step | None) -> str:
        """Return what was called; of a method only its name, if the class has one of the student's choice."""
        if self._loose and step is not None and step.owner is not None:
            return f".{step.attribute}"
        return call.function

    def _parts(self, value: Any, call: int) -> Iterator[str]:
        """Yield what must agree exactly in ``value``, and keep its numbers."""
        if self._loose:
            value = _plain(value)
        if isinstance(value, StudentObject | RemoteFunction):
            yield "object" if self._loose and isinstance(value, StudentObject) else repr(value)
        elif isinstance(value, Recipe):
            yield from ("recipe", value.name)
            yield from self._parts(value.arguments, call)
        elif isinstance(value, dict):
            yield f"dict {len(value)}"
            for key in sorted(value, key=repr):
                yield repr(key)
                yield from self._parts(value[key], call)
        elif isinstance(value, list | tuple):
            kind = "items" if self._loose else "list" if isinstance(value, list) else "tuple"
            yield f"{kind} {len(value)}"
            if value and all(type(item) is float for item in value):
                yield self._keep(np.array(value), "floats", call)
            else:
                for item in value:
                    yield from self._parts(item, call)
        elif is_tensor(value):
            yield self._keep(as_array(value), f"{type(value).__name__} {dtype_name(value)}", call)
        elif isinstance(value, np.ndarray):
            yield self._keep(value, f"array {value.dtype}", call)
        elif isinstance(value, float | complex | np.inexact):
            yield self._keep(np.asarray(value), f"number {np.asarray(value).dtype}", call)
        else:
            yield f"{type(value).__name__} {value!r}"

    def _keep(self, array: NDArray[Any], kind: str, call: int) -> str:
        """Keep the floating-point numbers of an array; return what must agree exactly."""
        form = f"{array.dtype.kind if self._loose else kind} {array.shape}"
        if array.dtype.kind not in "fc":
            array = array.astype(np.int64) if self._loose and array.dtype.kind in "iu" else array
            return f"{form} {hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()}"
        if array.dtype.kind == "c":
            array = np.stack([array.real, array.imag])
        with np.errstate(all="ignore"):
            single = bool(np.array_equal(array, array.astype(np.float32), equal_nan=True))
        numbers = array.astype(np.float64).ravel()
        # What came from float32 has its precision, whatever its type is now.
        self.groups.append(_Group(self._size, self._size + numbers.size, call, single and bool(numbers.any())))
        self._numbers.append(numbers)
        self._size += numbers.size
        return form


def _plain(value: Any) -> Any:
    """Return a number of numpy, alone, in an array () or in a list, as one of Python."""
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    is_number = isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0)
    return value.item() if is_number else value


def end_of(outcome: Outcome) -> str:
    """Return how a case ended, in a form that depends neither on the language nor on where an object was in memory."""
    if outcome.verdict is Verdict.ERRORED:
        return re.sub(r"\b0x[0-9a-f]+", ADDRESS, outcome.staff.rpartition("\n")[2])
    return outcome.mismatch.kind if outcome.mismatch else ""


def _size_of(step: int) -> float:
    """Return the size of a step: 0 is 1, 1 is 2, 2 is 5, 3 is 10, -1 is 0.5."""
    return UNITS[step % len(UNITS)] * 10.0 ** (step // len(UNITS))


def _rounded(value: float, step: int) -> str:
    return f"{np.round(value / _size_of(step)) + 0.0:.0f}"  # + 0.0 turns -0. into 0.


# --- open


class SealedHints:
    """The sealed hints of an assignment. The file is read when a hint is looked for."""

    def __init__(self, assignment: Assignment) -> None:
        self._path = assignment.folder / FILE
        self._records: Mapping[str, Any] | None = None

    @property
    def exists(self) -> bool:
        """Whether the assignment has sealed hints: then they alone decide in visible cases, for staff as well."""
        return self._path.is_file()

    def hint(self, case: Case, outcome: Outcome, log: CaseLog) -> str:
        """Return the hint that this failed case opens, in the current language, or "".

        Raises:
            AssignmentError: the file is damaged.
        """
        if self._records is None:
            self._records = self._read()
        if case.id not in self._records:
            return ""
        behaviour = Behaviour(outcome, log)
        try:
            texts = next(filter(None, (opened(record, behaviour) for record in self._records[case.id])), {})
        except (ValueError, TypeError) as exc:  # not what make hints writes
            raise self._damaged(exc) from exc
        return texts.get(current_language()) or texts.get(DEFAULT, "")

    def _read(self) -> Mapping[str, Any]:
        try:
            found = json.loads(self._path.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as exc:
            raise self._damaged(exc) from exc
        return found if isinstance(found, dict) else {}

    def _damaged(self, exc: Exception) -> AssignmentError:
        return AssignmentError(f"{self._path} is damaged ({exc}). Restore it, or run make hints.")


def opened(record: Sequence[Any], behaviour: Behaviour) -> dict[str, str] | None:
    """Return the texts of a record, language -> hint, if this behaviour is the one that it was sealed with."""
    flat, sealed = record
    key = behaviour.key(list(zip(flat[::2], flat[1::2], strict=True)))
    if key is None:
        return None
    data = base64.urlsafe_b64decode(sealed)
    tag, cipher = data[:TAG_BYTES], data[TAG_BYTES:]
    if not hmac.compare_digest(tag, _tag(key, cipher)):
        return None
    texts: dict[str, str] = json.loads(_mixed(key, cipher))
    return texts


def _mixed(key: bytes, text: bytes) -> bytes:
    stream = hashlib.shake_256(key).digest(len(text))
    return bytes(a ^ b for a, b in zip(text, stream, strict=True))


def _tag(key: bytes, cipher: bytes) -> bytes:
    return hmac.digest(key, cipher, "sha256")[:TAG_BYTES]


# --- seal


def sealed(
    behaviour: Behaviour,
    texts: Mapping[str, str],
    *,
    right: Behaviour | None,
    others: Sequence[Behaviour],
    certain: bool = False,
) -> list[Any] | None:
    """Return the record that only ``behaviour`` opens; None if it cannot be told from one of ``others``.

    ``right`` is the behaviour of the solution: places where the two differ come first, and one of them must differ
    after rounding, too. ``certain`` says that the numbers hardly differ from machine to machine: then one digit more
    is taken.
    """
    rivals = [other for other in others if other.exact == behaviour.exact]
    wrong = _wrong(behaviour, right)
    for fineness in range(int(certain), len(DIGITS)):
        steps, stable = _rounding(behaviour, fineness)
        places = _places(behaviour, wrong, steps, stable)
        if wrong.any() and right is not None and not _shows(behaviour, right, places):
            continue
        for other in rivals:
            if other.key(places) == behaviour.key(places):
                places += _telling(behaviour, other, steps, stable)
        key = behaviour.key(places)
        assert key is not None
        if all(other.key(places) != key for other in rivals):
            cipher = _mixed(key, json.dumps(texts, ensure_ascii=False, sort_keys=True).encode())
            flat = [number for place in places for number in place]
            return [flat, base64.urlsafe_b64encode(_tag(key, cipher) + cipher).decode()]
    return None


def _wrong(behaviour: Behaviour, right: Behaviour | None) -> NDArray[np.bool_]:
    """Return where the numbers differ from those of the solution; everywhere if they cannot be compared."""
    if right is None or right.numbers.size != behaviour.numbers.size:
        return np.ones(behaviour.numbers.size, dtype=np.bool_)
    wrong: NDArray[np.bool_] = ~np.isclose(behaviour.numbers, right.numbers, 1e-6, 1e-9, equal_nan=True)
    return wrong


def _shows(behaviour: Behaviour, right: Behaviour, places: Places) -> bool:
    """Return whether a number of a key, as it is rounded, is not that of the solution."""
    if right.numbers.size != behaviour.numbers.size:
        return True
    pairs = ((behaviour.numbers[place], right.numbers[place], step) for place, step in places)
    return any(_rounded(float(ours), step) != _rounded(float(theirs), step) for ours, theirs, step in pairs)


def _rounding(behaviour: Behaviour, fineness: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the step of every number, and whether it lies far from a border of the rounding."""
    steps = np.zeros(behaviour.numbers.size, dtype=np.int64)
    stable = np.zeros(behaviour.numbers.size, dtype=np.bool_)
    for group in behaviour.groups:
        here = slice(group.start, group.stop)
        steps[here], stable[here] = _steps(behaviour.numbers[here], group.coarse, fineness)
    return steps, stable


def _telling(
    behaviour: Behaviour, other: Behaviour, steps: NDArray[np.int64], stable: NDArray[np.bool_]
) -> list[tuple[int, int]]:
    """Return the first place whose rounded number tells ``behaviour`` from ``other``."""
    differing = np.flatnonzero(stable & (behaviour.numbers != other.numbers))
    pairs = ((int(place), int(steps[place])) for place in differing)
    return next(([pair] for pair in pairs if behaviour.key([pair]) != other.key([pair])), [])


def _places(
    behaviour: Behaviour, wrong: NDArray[np.bool_], steps: NDArray[np.int64], stable: NDArray[np.bool_]
) -> list[tuple[int, int]]:
    """Choose the numbers of a key: of each call some where the mistake shows, and some spread over the others."""
    numbers = behaviour.numbers
    calls = np.zeros(numbers.size, dtype=np.int64)
    for group in behaviour.groups:
        calls[group.start : group.stop] = group.call
    used = np.unique(calls)
    chosen: list[int] = []
    for call in sorted(used, key=lambda call: not wrong[calls == call].any()):
        mine = (calls == call) & stable
        first = _spread(np.flatnonzero(mine & wrong), ENTRIES // 2)
        # Zeros say little: what is wanted to be zero is zero in most answers, and a small number is rounded to it.
        more = _spread(np.flatnonzero(mine & (numbers != 0) & ~np.isin(np.arange(numbers.size), first)), ENTRIES // 4)
        rest = [place for place in np.flatnonzero(mine).tolist() if place not in (*first, *more)]
        chosen += [*first, *more, *_spread(rest, ENTRIES - len(first) - len(more))]
    return [(place, int(steps[place])) for place in sorted(chosen[:MAX_ENTRIES])]


def _spread(places: Sequence[int] | NDArray[np.int64], count: int) -> list[int]:
    """Take at most ``count`` of the places, from the first to the last in even steps."""
    indices = np.unique(np.linspace(0, len(places) - 1, min(count, len(places))).round().astype(int))
    return [int(places[i]) for i in indices]


def _steps(numbers: NDArray[np.float64], coarse: bool, fineness: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the step that each number is rounded to, and whether it lies far from a border of that rounding.

    The finest of some steps that suits is taken.
    """
    finite = np.where(np.isfinite(numbers), np.abs(numbers), 0.0)
    largest = float(finite.max(initial=0.0))
    digits, lowest = (COARSE_DIGITS, COARSE_LOWEST) if coarse else (DIGITS, LOWEST)
    last = max(int(np.floor(np.log10(largest))) - digits[fineness] + 1, lowest) if largest else COARSE_LOWEST
    finest = last * len(UNITS)
    steps = np.full(numbers.shape, finest)
    stable = np.zeros(numbers.shape, dtype=np.bool_)
    for step in range(finest, finest + len(UNITS) + 1):
        scaled = finite / _size_of(step)
        good = np.abs(scaled - np.floor(scaled) - 0.5) >= MARGIN
        steps = np.where(good & ~stable, step, steps)
        stable |= good
    return steps, stable
