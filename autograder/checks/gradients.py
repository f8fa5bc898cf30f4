"""Is a gradient right? The student's gradient against numeric slopes of a trusted float64 forward.

A slope is a Richardson-extrapolated central difference with its own error estimate, and it knows a kink when it meets
one (there any slope between the two sides is right). Tolerances scale with the root mean square of the whole tensor:
a tiny true entry refuses nobody, and an absolute floor hides nothing. Over 120,000 checks of correct code raised no
false alarm; the bank of known mistakes in the tests passes with none.

Before a value is looked at, the answer must have the form of a gradient, leave its arguments alone, and come out the
same after a call with other data.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import CaseError
from ..messages import say
from ..model import Mismatch
from ..values import as_array, copied, is_array, is_tensor, mapped
from .assertions import CallLike, CaseFailed, Function, changed_in_place, join_hints
from .compare import compare_form, number_pair, value_mismatch
from .diagnosis import diagnose, named_sizes

Floats = NDArray[np.float64]
Index = int | tuple[int, ...] | dict[str, int]

_STEP = 1e-3  # of a central difference; Richardson leaves an error of order _STEP**4
_TINY_STEP = 1e-6  # one-sided, to look at a kink from close by
_EPS = 2.2e-16
_MOST_ENTRIES = 2000  # of a tensor; of a larger one a random choice is measured, and random directions
_DIRECTIONS = 2
_MOST_KINKS = 0.05  # share of a tensor's entries
_DOUBLE, _SINGLE = 1e-5, 2e-4  # correct code stays within 3e-7 and 6.7e-5 of |value| + 0.1 rms
_HABIT_CREDIT = 0.75  # the numbers are right, only the arguments were changed on the way


def assert_gradient(
    function: Function,
    *,
    of: Callable[..., Any],
    at: Any,
    wrt: Index = 0,
    given: Any = None,
    dout: Any = None,
    hint: str = "",
) -> None:
    """Fail unless ``function`` returns the gradient of ``of`` at the arguments ``at``.

    Args:
        function: returns one gradient, or a tuple or dict of them as ``wrt`` says, each of the shape of its argument.
            Float64 is expected; float32 is measured by what float32 can hold, integers by their values.
        of: trusted forward, computed in float64 and called as ``of(*at)``; returns a number or an array. The student's
            own function is allowed only in a case that also compares that function with the reference.
        at: one argument, or a tuple of them; those named by ``wrt`` are float arrays, tensors or floats.
        wrt: index into ``at``; a tuple of indices or a dict name -> index for several gradients.
        given: the tuple of the function's own arguments where they differ from ``at``.
        dout: gradient that arrives from above, of the shape of what ``of`` returns; put before ``at`` in the function's
            arguments. Without it, a loss counts once, and of an elementwise function the slopes are wanted.
        hint: what the author says in addition to what the numbers say.

    Raises:
        CaseFailed: the first finding, in the order form, arguments changed, not repeatable, values.
        CaseError: the question has no answer: no float64, a dout is missing, more than 5 % of the entries on a kink.
    """
    question = _ask(of, at, wrt, dout, prepared=getattr(function, "prepared", None))
    arguments = given if given is not None else (*(() if dout is None else (dout,)), *question.at)
    arguments = arguments if isinstance(arguments, tuple) else (arguments,)
    probe = _Probe(function, copied(arguments), question)
    failure = probe.failure()
    if failure is not None:
        raise CaseFailed(mismatch=failure.mismatch, hint=join_hints(failure.hint, hint), credit=failure.credit)


# --- one slope


@dataclass(frozen=True, slots=True)
class _Slope:
    """A numeric slope and its error; on a kink any slope from ``low`` to ``high`` is right."""

    value: float
    error: float
    kink: bool = False
    low: float = 0.0
    high: float = 0.0


def _slope(along: Callable[[float], float], f0: float, scale: float) -> _Slope:
    """Return the slope at 0 of ``along``, a function of the step; ``f0`` is its value there, ``scale`` its size."""
    h = _STEP * scale
    up, down, half_up, half_down = along(h), along(-h), along(h / 2), along(-h / 2)
    wide, narrow = (up - down) / (2 * h), (half_up - half_down) / h
    value, error = (4 * narrow - wide) / 3, abs(narrow - wide) / 3
    bend_wide = abs(up - 2 * f0 + down) / h  # halves with the step where the function is smooth; on a kink it stays
    bend_narrow = abs(half_up - 2 * f0 + half_down) / (h / 2)
    noise = 64 * _EPS * max(abs(f0), 1e-300) / h
    bent = bend_narrow > 0.7 * bend_wide and bend_narrow > 100 * noise + 1e-7 * max(abs(narrow), 1e-3)
    if bent or error > 1e-4 * max(abs(value), 1e-2):
        return _slope_near_kink(along, f0, _TINY_STEP * scale)
    return _Slope(value, error)


def _slope_near_kink(along: Callable[[float], float], f0: float, step: float) -> _Slope:
    right, left = (along(step) - f0) / step, (f0 - along(-step)) / step
    gap, size = abs(right - left), max(abs(right), abs(left))
    if gap < 1e-3 * max(size, 1e-3):  # the kink lies beside the point, not on it
        return _Slope((right + left) / 2, gap + 1e-6 * max(abs(right), 1.0))
    return _Slope((right + left) / 2, 0.0, kink=True, low=min(left, right), high=max(left, right))


# --- all slopes of one tensor


@dataclass(frozen=True)
class _Slopes:
    """Numeric slopes of one tensor: of the entries ``index`` of its flat form, and along whole directions."""

    shape: tuple[int, ...]
    index: NDArray[np.intp]
    value: Floats
    error: Floats
    kink: NDArray[np.bool_]
    low: Floats
    high: Floats
    directions: tuple[tuple[Floats, _Slope], ...] = ()

    @property
    def rms(self) -> float:
        smooth = self.value[~self.kink]
        return float(np.sqrt(np.mean(smooth**2))) if smooth.size else 0.0

    def wrong(self, got: NDArray[Any], *, largest_rms: float) -> NDArray[np.bool_]:
        """Which of the measured entries of ``got`` are no slope of the function?"""
        entries = got.astype(np.float64).ravel()[self.index]
        rate, rms, floor = _precision(got, self.rms, largest_rms)
        size = np.abs(self.value)
        tolerance = rate * (size + 0.1 * rms) + np.minimum(10 * self.error, 1e-3 * (size + rms)) + floor
        near = np.abs(entries - self.value) <= tolerance
        margin = rate * np.maximum(np.abs(self.low), np.abs(self.high)) + 1e-6
        between = (self.low - margin <= entries) & (entries <= self.high + margin)
        return ~np.where(self.kink, between, near)

    def wrong_directions(self, got: NDArray[Any], *, largest_rms: float) -> list[tuple[float, float]]:
        """Return (got, want) of the directions along which ``got`` rises otherwise than the function."""
        flat = got.astype(np.float64).ravel()
        rate, rms, floor = _precision(got, self.rms, largest_rms)
        length = float(np.sqrt(flat.size))  # of a direction of ±1
        found = []
        for direction, slope in self.directions:
            rise, size = float(flat @ direction), abs(slope.value) + rms * length
            tolerance = rate * size + min(10 * slope.error, 1e-3 * size) + floor * length
            low, high = (slope.low, slope.high) if slope.kink else (slope.value, slope.value)
            if not low - tolerance <= rise <= high + tolerance:
                found.append((rise, slope.value))
        return found

    def best(self, got: NDArray[Any]) -> Floats:
        """Return the slopes of the measured entries, on a kink the right one nearest to ``got``."""
        entries = got.astype(np.float64).ravel()[self.index]
        return np.where(self.kink, np.clip(entries, self.low, self.high), self.value)


def _precision(got: NDArray[Any], rms: float, largest_rms: float) -> tuple[float, float, float]:
    """Return rate, rms and floor of the tolerance for the dtype of ``got``."""
    if got.dtype.name == "float32":
        # A float32 sum that cancels keeps the error of its terms, so the scale is that of the whole answer.
        return _SINGLE, max(rms, largest_rms), 1e-12 + 1e-7
    return _DOUBLE, rms, 1e-12


def _measure(phi: Callable[[Floats], float], at: Floats) -> _Slopes:
    """Measure the slopes of the scalar function ``phi`` with respect to the entries of ``at``."""
    f0, flat = phi(at), at.ravel()
    rng = np.random.default_rng(int.from_bytes(hashlib.sha256(flat.tobytes()).digest()[:8], "little"))
    everything = flat.size <= _MOST_ENTRIES
    chosen = np.arange(flat.size) if everything else np.sort(rng.choice(flat.size, _MOST_ENTRIES, replace=False))

    def along(direction: Floats) -> Callable[[float], float]:
        return lambda step: phi((flat + step * direction).reshape(at.shape))

    def entry(i: int) -> Callable[[float], float]:
        def moved(step: float) -> float:
            point = flat.copy()
            point[i] += step
            return phi(point.reshape(at.shape))

        return moved

    slopes = [_slope(entry(int(i)), f0, max(1.0, abs(float(flat[i])))) for i in chosen]
    signs = [] if everything else [rng.choice([-1.0, 1.0], size=flat.size) for _ in range(_DIRECTIONS)]
    largest = max(1.0, float(np.abs(flat).max(initial=0.0)))
    return _Slopes(
        shape=at.shape,
        index=chosen.astype(np.intp),
        value=np.array([slope.value for slope in slopes]),
        error=np.array([slope.error for slope in slopes]),
        kink=np.array([slope.kink for slope in slopes], dtype=np.bool_),
        low=np.array([slope.low for slope in slopes]),
        high=np.array([slope.high for slope in slopes]),
        directions=tuple((sign, _slope(along(sign), f0, largest)) for sign in signs),
    )


# --- the question: a trusted function at a point


@dataclass(frozen=True)
class _Question:
    """What is differentiated, where, with respect to what; it never touches the student's code.

    ``at`` holds copies of the author's arguments, ``point`` the same in float64; ``wrt`` are indices into both.
    """

    of: Callable[..., Any]
    at: tuple[Any, ...]
    point: tuple[Any, ...]
    wrt: Index
    dout: Floats
    prepared: MutableMapping[Any, Any] | None = None
    own: dict[Any, _Slopes] = field(default_factory=dict)

    @property
    def indices(self) -> tuple[int, ...]:
        return _indices(self.wrt)

    @property
    def form(self) -> Any:
        """The point itself, arranged as the answer: it has the form that the gradients must have."""
        if isinstance(self.wrt, dict):
            return {name: self.at[i] for name, i in self.wrt.items()}
        return tuple(self.at[i] for i in self.wrt) if isinstance(self.wrt, tuple) else self.at[self.wrt]

    @property
    def names(self) -> tuple[str, ...]:
        """Where each gradient stands in the answer, in the order of ``indices``."""
        if isinstance(self.wrt, dict):
            return tuple(say("compare.key", key=repr(name)) for name in self.wrt)
        if isinstance(self.wrt, tuple):
            return tuple(say("compare.item", index=i) for i in range(len(self.wrt)))
        return ("",)

    def slopes(self, i: int, *, dout: Floats | None = None) -> _Slopes:
        """Return the slopes for argument ``i``, measured once for all submissions of the run where that is possible."""
        weights = self.dout if dout is None else dout
        key = (i, weights.tobytes())
        if key not in self.own:
            self.own[key] = self._shared(i, weights)
        return self.own[key]

    def _shared(self, i: int, weights: Floats) -> _Slopes:
        key = None if self.prepared is None else _fingerprint(("slopes", self.of, self.point, weights, i))
        if self.prepared is None or key is None:
            return self._measured(i, weights)
        if key not in self.prepared:
            self.prepared[key] = self._measured(i, weights)
        found: _Slopes = self.prepared[key]
        return found

    def _measured(self, i: int, weights: Floats) -> _Slopes:
        template = self.point[i]

        def phi(value: Floats) -> float:
            point = (*self.point[:i], _like(template, value), *self.point[i + 1 :])
            return float(np.sum(as_array(self.of(*point)) * weights))

        with np.errstate(all="ignore"):
            slopes = _measure(phi, as_array(template))
        if not np.isfinite(slopes.value).all():
            raise CaseError(f"assert_gradient: {_place(self.of)} is not finite around the inputs; draw tamer ones.")
        kinks = int(np.count_nonzero(slopes.kink))
        if kinks > _MOST_KINKS * slopes.kink.size:
            raise CaseError(
                f"assert_gradient: {kinks} of {slopes.kink.size} entries of argument {i} lie on a kink of "
                f"{_place(self.of)}. Draw the inputs so that none lies within 0.07 of a kink."
            )
        return slopes


def _ask(
    of: Callable[..., Any], at: Any, wrt: Index, dout: Any, *, prepared: MutableMapping[Any, Any] | None
) -> _Question:
    arguments = copied(at if isinstance(at, tuple) else (at,))
    for i in _indices(wrt):
        if not 0 <= i < len(arguments) or as_array(arguments[i]).dtype.kind != "f":
            raise CaseError(f"assert_gradient: wrt names argument {i} of {_place(of)}, which must hold floats.")
    point = tuple(_double(argument) for argument in arguments)
    result = as_array(of(*point))
    if result.dtype != np.float64:
        raise CaseError(f"assert_gradient: {_place(of)} returns {result.dtype}; compute `of` in float64.")
    if dout is not None:
        weights = as_array(dout).astype(np.float64)
        if weights.shape != result.shape:
            raise CaseError(f"assert_gradient: dout is {weights.shape}, but {_place(of)} returns {result.shape}.")
    elif result.size == 1 or all(result.shape == as_array(point[i]).shape for i in _indices(wrt)):
        weights = np.ones(result.shape)
    else:
        raise CaseError(f"assert_gradient: {_place(of)} returns shape {result.shape}; give a dout of that shape.")
    return _Question(of, arguments, point, wrt, weights, prepared)


def _indices(wrt: Index) -> tuple[int, ...]:
    if isinstance(wrt, dict):
        return tuple(wrt.values())
    return wrt if isinstance(wrt, tuple) else (wrt,)


def _double(value: Any) -> Any:
    """Return floats in float64, so that both sides see the same numbers and the trusted one computes finely."""
    if is_tensor(value):
        return value.detach().double() if value.is_floating_point() else value
    if isinstance(value, np.ndarray | np.generic) and value.dtype.kind == "f":
        return value.astype(np.float64)
    return value


def _like(template: Any, value: Floats) -> Any:
    """Return ``value`` as the kind of thing that ``template`` is: tensor, array or float."""
    if is_tensor(template):
        return template.new_tensor(value)
    return value if isinstance(template, np.ndarray) else float(value)


def _place(of: Callable[..., Any]) -> str:
    """Name a function for the author of the case, with file and line if it has them."""
    code = getattr(of, "__code__", None)
    name = getattr(of, "__qualname__", type(of).__name__)
    return f"{name} ({code.co_filename}, line {code.co_firstlineno})" if code else str(name)


# --- the probe: one frame of calls, and what they show


@dataclass(frozen=True, slots=True)
class _Failure:
    mismatch: Mismatch
    hint: str = ""
    credit: float = 0.0


@dataclass(frozen=True)
class _Probe:
    """The student's function, called with ``arguments``, with other data, and with ``arguments`` again."""

    function: Function
    arguments: tuple[Any, ...]
    question: _Question

    def failure(self) -> _Failure | None:
        """Return the first finding; None if the gradient is right."""
        # Each call is handed copies of its own: what one of them overwrites must not reach the next.
        first, other, again = self.function.record_each(
            [copied(self.arguments), _other_data(self.arguments), copied(self.arguments)]
        )
        answer = _with_floats(first.result)
        malformed = compare_form(answer, self.question.form)
        if malformed is not None:
            return _Failure(malformed, self._hint_for_form(answer, malformed))
        changed = changed_in_place((*first.changed, *other.changed, *again.changed))
        failure = self._repeat(first, again) or self._values(first.result)
        if changed is None:
            return failure
        return _Failure(changed, say("hint.changed"), credit=0.0 if failure else _HABIT_CREDIT)

    def _hint_for_form(self, answer: Any, malformed: Mismatch) -> str:
        """Explain a wrong shape; the values are needed only to see whether they would be right."""
        parts = self._parts(answer) if malformed.kind == "shape" else []
        if len(parts) != len(self.question.indices):
            return ""
        for i, part in zip(self.question.indices, parts, strict=True):
            want = as_array(self.question.at[i])
            if not is_array(part) or part.shape == want.shape:
                continue
            if want.size == as_array(part).size <= _MOST_ENTRIES:
                want = self.question.slopes(i).value.reshape(want.shape)
            return diagnose(as_array(part), want)
        return ""

    def _repeat(self, first: CallLike, again: CallLike) -> _Failure | None:
        """Find a result that depends on earlier calls; one more call tells what kind of memory it is."""
        found = Mismatch("effect", say("effect.repeat"), say("effect.same"))
        if not self._well_formed(again.result):
            return _Failure(found, say("hint.not-repeatable"))
        before, after = self._arrays(first.result), self._arrays(again.result)
        if _identical(before, after):
            return None
        once_more = self.function.record(*copied(self.arguments)).result
        return _Failure(found, say(self._memory(after, once_more)))

    def _memory(self, after: Sequence[NDArray[Any]], once_more: Any) -> str:
        """Name the memory that a function has: its result came after other data, one more after the same data."""
        if not self._well_formed(once_more):
            return "hint.not-repeatable"
        last = self._arrays(once_more)
        right = self._right(last)
        if all(right):
            return "hint.global-cache"
        grown = self._right([one - other for one, other in zip(last, after, strict=True)])
        accumulates = all(now or more for now, more in zip(right, grown, strict=True))
        return "hint.accumulates" if accumulates else "hint.not-repeatable"

    def _well_formed(self, result: Any) -> bool:
        return compare_form(_with_floats(result), self.question.form) is None

    def _right(self, gots: Sequence[NDArray[Any]]) -> list[bool]:
        return [not (wrong.any() or directions) for _, _, wrong, directions in self._judged(gots)]

    def _judged(
        self, gots: Sequence[NDArray[Any]]
    ) -> Iterator[tuple[NDArray[Any], _Slopes, NDArray[np.bool_], list[tuple[float, float]]]]:
        """Yield each gradient with its slopes, its wrong entries and its wrong directions."""
        every = [self.question.slopes(i) for i in self.question.indices]
        largest = max(slopes.rms for slopes in every)
        for got, slopes in zip(gots, every, strict=True):
            wrong = slopes.wrong(got, largest_rms=largest)
            yield got, slopes, wrong, slopes.wrong_directions(got, largest_rms=largest)

    def _values(self, result: Any) -> _Failure | None:
        judged = list(self._judged(self._arrays(result)))
        for number, (got, slopes, wrong, directions) in enumerate(judged):
            where = (name,) if (name := self.question.names[number]) else ()
            if wrong.any():
                return _Failure(_worst(got, slopes, wrong, where), self._hint_for_values(judged, number))
            if directions:
                left, right = number_pair(*directions[0])
                place = ", ".join((*where, say("gradient.direction")))
                return _Failure(Mismatch("value", left, right, place))
        return None

    def _hint_for_values(self, judged: Sequence[tuple[NDArray[Any], _Slopes, Any, Any]], number: int) -> str:
        pairs = [_comparable(got, slopes) for got, slopes, _, _ in judged]
        got, want = pairs[number]
        if self._ignores_dout(self.question.indices[number], got):
            return say("hint.dout-ignored")
        others = pairs[:number] + pairs[number + 1 :]
        return diagnose(got, want, others=others, sizes=named_sizes(self.arguments), gradient=True)

    def _ignores_dout(self, i: int, got: NDArray[Any]) -> bool:
        ones = np.ones(self.question.dout.shape)
        if np.array_equal(ones, self.question.dout):
            return False
        slopes = self.question.slopes(i, dout=ones)
        return got.shape == slopes.shape and not slopes.wrong(got, largest_rms=slopes.rms).any()

    def _arrays(self, result: Any) -> list[NDArray[Any]]:
        """Return the gradients of a well-formed answer, in the order of the question's indices."""
        return [as_array(part) for part in self._parts(result)]

    def _parts(self, result: Any) -> list[Any]:
        """Return what stands in the places of the gradients; fewer parts where the answer lacks some."""
        wrt = self.question.wrt
        if isinstance(wrt, dict):
            return [result[name] for name in wrt if name in result] if isinstance(result, dict) else []
        if isinstance(wrt, tuple):
            return list(result) if isinstance(result, list | tuple) else []
        return [result]


def _worst(got: NDArray[Any], slopes: _Slopes, wrong: NDArray[np.bool_], where: tuple[str, ...]) -> Mismatch:
    """Describe the entry that is off by most."""
    best = slopes.best(got)
    distance = np.where(wrong, np.abs(got.astype(np.float64).ravel()[slopes.index] - best), -1.0)
    want = np.zeros(got.size)
    want[slopes.index] = best
    index = tuple(int(i) for i in np.unravel_index(int(slopes.index[distance.argmax()]), got.shape))
    found = value_mismatch("value", got, want.reshape(got.shape), index, wrong=int(wrong.sum()), where=where)
    if not got.ndim or slopes.index.size == got.size:
        return found
    return replace(found, share=say("compare.share", wrong=int(wrong.sum()), size=slopes.index.size))


def _comparable(got: NDArray[Any], slopes: _Slopes) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return got and want for a diagnosis: whole where every entry was measured, else the measured entries in a row."""
    best = slopes.best(got)
    if slopes.index.size == got.size:
        return got, best.reshape(got.shape)
    return got.ravel()[slopes.index], best


def _with_floats(answer: Any) -> Any:
    """Return the answer with integers as floats: np.where(z > 0, 1, 0) is a right gradient of the ReLU."""
    if isinstance(answer, list | tuple):
        return [_with_floats(part) for part in answer]
    if isinstance(answer, dict):
        return {key: _with_floats(part) for key, part in answer.items()}
    if is_tensor(answer):
        return answer.double() if as_array(answer).dtype.kind in "iu" else answer
    if isinstance(answer, np.ndarray | np.generic) and answer.dtype.kind in "iu":
        return answer.astype(np.float64)
    return answer


def _identical(left: Sequence[NDArray[Any]], right: Sequence[NDArray[Any]]) -> bool:
    """Are these equal bit for bit, dtypes included?"""
    return all(a.dtype == b.dtype and a.tobytes() == b.tobytes() for a, b in zip(left, right, strict=True))


def _other_data(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return copies with the float arrays shuffled, the same way at every call.

    Each axis is permuted as a whole, so that probabilities still add up to 1 and one-hot rows stay one-hot. Integers
    stay: they may be sizes or labels, and other data beside the same labels are other data enough.
    """
    rng = np.random.default_rng(20)
    shuffled: tuple[Any, ...] = mapped(partial(_shuffled, rng=rng), arguments)
    return shuffled


def _shuffled(value: Any, *, rng: np.random.Generator) -> Any:
    if not is_array(value):
        return value
    mixed = copied(value)
    if as_array(value).dtype.kind != "f":
        return mixed
    array = as_array(value)
    for axis, n in enumerate(array.shape):
        array = np.take(array, rng.permutation(n), axis=axis)
    if is_tensor(value):
        return value.detach().new_tensor(array).requires_grad_(value.requires_grad)
    mixed[...] = array
    return mixed


# --- what a computation depends on


class _Unknown(Exception):
    """A value whose content cannot be told, so nothing that depends on it may be kept."""


def _fingerprint(value: Any) -> str | None:
    """Return a digest of all that ``value`` holds, functions with what they close over; None if it cannot be told."""
    try:
        return hashlib.sha256(b"\0".join(_content(value, 0))).hexdigest()
    except (_Unknown, ValueError):  # ValueError: a variable that a function closes over and that is not yet set
        return None


def _content(value: Any, depth: int) -> Iterator[bytes]:
    """Yield the content of ``value`` in pieces; a length before each container keeps different ones apart."""
    if depth > 8:
        raise _Unknown
    inner: Sequence[Any] = ()
    if value is None or isinstance(value, bool | int | float | complex | str | bytes):
        yield f"{type(value).__name__} {value!r}".encode()
    elif isinstance(value, np.ndarray | np.generic) or is_tensor(value):
        array = as_array(value)
        if array.dtype.hasobject:
            raise _Unknown
        kind = array.dtype.str if array.dtype.kind in "biufc" else array.dtype
        yield f"{type(value).__name__} {kind} {array.shape}".encode()
        yield array.tobytes()
    elif type(value) in (list, tuple, dict):
        yield f"{type(value).__name__} {len(value)}".encode()
        inner = list(value.items()) if type(value) is dict else value
    elif isinstance(value, ModuleType):
        yield f"module {value.__name__}".encode()
    elif isinstance(value, type | BuiltinFunctionType | np.ufunc):
        yield f"{getattr(value, '__module__', '')} {value.__name__}".encode()
    elif type(value) is partial:
        yield b"partial"
        inner = (value.func, value.args, value.keywords)
    elif isinstance(value, FunctionType):
        code = value.__code__
        yield f"{value.__module__} {value.__qualname__} {code.co_filename} {code.co_firstlineno}".encode()
        yield f"{code.co_code!r} {code.co_names} {code.co_consts}".encode()
        cells = tuple(cell.cell_contents for cell in value.__closure__ or ())
        inner = (cells, value.__defaults__, value.__kwdefaults__)
    else:
        raise _Unknown
    for part in inner:
        yield from _content(part, depth + 1)
