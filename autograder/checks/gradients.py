"""The gradient check: a student's gradient against numeric slopes of a trusted float64 function.

First the answer must have the form of a gradient, its arguments must be unchanged, and a call with other data must not
change the result. Then its values are compared with the slopes, see :mod:`~autograder.checks.slopes`.

In more than 120,000 checks of correct code there was no false alarm; no known mistake in the test bank passes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import CaseError
from ..messages import say
from ..model import Mismatch
from ..values import as_array, copied, is_array, is_tensor, mapped
from .assertions import (
    CallLike,
    CaseFailed,
    Function,
    changed_in_place,
    changed_only,
    check_is_students,
    join_hints,
)
from .compare import compare_form, number_pair, value_mismatch
from .diagnosis import diagnose, named_sizes
from .fingerprint import fingerprint
from .forms import is_permuted
from .slopes import MAX_ENTRIES, Floats, Slopes, measure

Index = int | tuple[int, ...] | dict[str, int]

_MAX_KINK_SHARE = 0.05  # of a tensor's entries


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
            float64 is expected; float32 is compared with the tolerance of float32, integers by their values.
        of: the trusted forward function, called as ``of(*at)`` in float64; returns a number or an array. The student's
            own function is allowed only in a case that also compares that function with the reference.
        at: one argument, or a tuple of them; those in ``wrt`` are float arrays or tensors of any shape, or floats.
        wrt: index into ``at``; for several gradients, a tuple of indices or a dict name -> index.
        given: the arguments of ``function``, as a tuple, where they differ from ``at``.
        dout: the upstream gradient, of the shape of what ``of`` returns; ``function`` gets it before ``at``. Without
            it, ``of`` returns one number, or it works entry by entry and the slope of each entry is wanted.
        hint: shown after what the numbers themselves suggest.

    Raises:
        CaseFailed: the first of: another form, arguments changed, not repeatable, wrong values. An answer that is wrong
            only because it changed its arguments keeps 75 % of the points.
        CaseError: the slopes are not defined: ``of`` does not return float64, dout is missing or has another shape, or
            more than 5 % of the entries lie on a kink. Or ``function`` is a function of the case.
    """
    check_is_students(function, "assert_gradient")
    problem = _problem(of, at, wrt, dout, prepared=getattr(function, "prepared", None))
    arguments = given if given is not None else (*(() if dout is None else (dout,)), *problem.at)
    arguments = arguments if isinstance(arguments, tuple) else (arguments,)
    failure = _Check(function, copied(arguments), problem).failure()
    if failure is not None:
        hint = join_hints(failure.hint, hint, failure.mismatch)
        raise CaseFailed(mismatch=failure.mismatch, message=failure.message, hint=hint, credit=failure.credit)


# --- the problem: a trusted function at a point


@dataclass(frozen=True)
class _Problem:
    """What is differentiated, where, and with respect to what. No code of the student takes part.

    Attributes:
        of: the trusted function.
        at: copies of the author's arguments.
        point: the same arguments in float64.
        wrt: indices into both.
        dout: weights of the entries of the result, whose weighted sum is differentiated.
        prepared: slopes that all submissions of a run share, if there is such a store.
        own: the slopes of this check.
    """

    of: Callable[..., Any]
    at: tuple[Any, ...]
    point: tuple[Any, ...]
    wrt: Index
    dout: Floats
    prepared: MutableMapping[Any, Any] | None = None
    own: dict[Any, Slopes] = field(default_factory=dict)

    @property
    def indices(self) -> tuple[int, ...]:
        return _indices(self.wrt)

    @property
    def form(self) -> Any:
        """The arguments themselves, arranged as the answer must be: each gradient has the form of its argument."""
        if isinstance(self.wrt, dict):
            return {name: self.at[i] for name, i in self.wrt.items()}
        return tuple(self.at[i] for i in self.wrt) if isinstance(self.wrt, tuple) else self.at[self.wrt]

    @property
    def names(self) -> tuple[str, ...]:
        """The place of each gradient in the answer, in words, in the order of ``indices``."""
        if isinstance(self.wrt, dict):
            return tuple(f"[{name!r}]" for name in self.wrt)
        if isinstance(self.wrt, tuple):
            return tuple(f"[{i}]" for i in range(len(self.wrt)))
        return ("",)

    def slopes(self, i: int, *, dout: Floats | None = None) -> Slopes:
        """Return the slopes for argument ``i``. If possible they are measured once for all submissions of the run."""
        weights = self.dout if dout is None else dout
        key = (i, weights.tobytes())
        if key not in self.own:
            self.own[key] = self._shared(i, weights)
        return self.own[key]

    def _shared(self, i: int, weights: Floats) -> Slopes:
        key = None if self.prepared is None else fingerprint(("slopes", self.of, self.point, weights, i))
        if self.prepared is None or key is None:
            return self._measured(i, weights)
        if key not in self.prepared:
            self.prepared[key] = self._measured(i, weights)
        shared: Slopes = self.prepared[key]
        return shared

    def _measured(self, i: int, weights: Floats) -> Slopes:
        template = self.point[i]

        def phi(value: Floats) -> float:
            point = (*self.point[:i], _like(template, value), *self.point[i + 1 :])
            return float(np.sum(as_array(self.of(*point)) * weights))

        with np.errstate(all="ignore"):
            slopes = measure(phi, as_array(template))
        if not np.isfinite(slopes.value).all():
            raise CaseError(f"assert_gradient: {_place(self.of)} is not finite around the inputs; draw tamer ones.")
        kinks = int(np.count_nonzero(slopes.kink))
        if kinks > _MAX_KINK_SHARE * slopes.kink.size:
            raise CaseError(
                f"assert_gradient: {kinks} of {slopes.kink.size} entries of {_argument(self.of, i)} lie on a kink of "
                f"{_place(self.of)}. Draw the inputs so that none lies within 0.07 of a kink."
            )
        return slopes


def _problem(
    of: Callable[..., Any], at: Any, wrt: Index, dout: Any, *, prepared: MutableMapping[Any, Any] | None
) -> _Problem:
    """Return the problem; CaseError where it is not defined."""
    arguments = copied(at if isinstance(at, tuple) else (at,))
    for i in _indices(wrt):
        if not 0 <= i < len(arguments) or as_array(arguments[i]).dtype.kind != "f":
            raise CaseError(f"assert_gradient: wrt names {_argument(of, i)} of {_place(of)}, which must hold floats.")
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
    return _Problem(of, arguments, point, wrt, weights, prepared)


def _indices(wrt: Index) -> tuple[int, ...]:
    if isinstance(wrt, dict):
        return tuple(wrt.values())
    return wrt if isinstance(wrt, tuple) else (wrt,)


def _double(value: Any) -> Any:
    """Return floats as float64: the same numbers, for a trusted function of higher precision."""
    if is_tensor(value):
        return value.detach().double() if value.is_floating_point() else value
    if isinstance(value, np.ndarray | np.generic) and value.dtype.kind == "f":
        return value.astype(np.float64)
    return value


def _like(template: Any, value: Floats) -> Any:
    """Return ``value`` with the type of ``template``: tensor, array or float."""
    if is_tensor(template):
        return template.new_tensor(value)
    return value if isinstance(template, np.ndarray) else float(value)


def _place(of: Callable[..., Any]) -> str:
    """Return the name of a function for the author of the case, with file and line if it has them."""
    code = getattr(of, "__code__", None)
    name = getattr(of, "__qualname__", type(of).__name__)
    return f"{name} ({code.co_filename}, line {code.co_firstlineno})" if code else str(name)


def _argument(of: Callable[..., Any], index: int) -> str:
    """Return the name of an argument for the author of the case, or its index in ``at``."""
    code = getattr(of, "__code__", None)
    bound = 1 if getattr(of, "__self__", None) is not None else 0
    names = code.co_varnames[bound : code.co_argcount] if code else ()
    return names[index] if 0 <= index < len(names) else f"argument {index}"


# --- the check: a few calls, and what they show


@dataclass(frozen=True, slots=True)
class _Failure:
    mismatch: Mismatch
    hint: str = ""
    message: str = ""
    credit: float = 0.0


@dataclass(frozen=True)
class _Check:
    """A student's function, which is called with ``arguments``, with other data, and with ``arguments`` again."""

    function: Function
    arguments: tuple[Any, ...]
    problem: _Problem

    def failure(self) -> _Failure | None:
        """Return the first thing that is wrong; None if the gradient is right."""
        # Each call gets its own copies: what one of them overwrites must not reach the next.
        first, other, again = self.function.record_each(
            [copied(self.arguments), other_data(self.arguments), copied(self.arguments)]
        )
        answer = mapped(_with_floats, first.result)
        malformed = compare_form(answer, self.problem.form)
        if malformed is not None:
            return _Failure(malformed, self._hint_for_form(answer, malformed))
        changed = (*first.effects, *other.effects, *again.effects)
        failure = self._repeat(first, again) or self._values(first.result)
        mismatch = changed_in_place(changed)
        if mismatch is None:
            return failure
        if failure is not None:
            return _Failure(mismatch, say("hint.changed"))
        only = changed_only(changed)
        return _Failure(mismatch, only.hint, only.message, only.credit)

    def _hint_for_form(self, answer: Any, malformed: Mismatch) -> str:
        """Explain a wrong shape. The slopes are needed only to see whether the values would be right."""
        parts = self._parts(answer) if malformed.kind == "shape" else []
        if len(parts) != len(self.problem.indices):
            return ""
        wants = [as_array(self.problem.at[i]) for i in self.problem.indices]
        wrong = [k for k, part in enumerate(parts) if is_array(part) and part.shape != wants[k].shape]
        if not wrong:
            return ""
        if max(as_array(each).size for each in (*parts, *wants)) <= MAX_ENTRIES:
            slopes = (self.problem.slopes(i).value for i in self.problem.indices)
            wants = [slope.reshape(want.shape) for slope, want in zip(slopes, wants, strict=True)]
        if is_permuted(parts, wants):
            return say("hint.swapped")
        return diagnose(as_array(parts[wrong[0]]), wants[wrong[0]])

    def _repeat(self, first: CallLike, again: CallLike) -> _Failure | None:
        """Find a result that depends on earlier calls. One more call shows what the function remembers."""
        mismatch = Mismatch("effect", say("effect.repeat"), say("effect.same"))
        if not self._well_formed(again.result):
            return _Failure(mismatch, say("hint.not-repeatable"))
        before, after = self._arrays(first.result), self._arrays(again.result)
        if _identical(before, after):
            return None
        once_more = self.function.record(*copied(self.arguments)).result
        return _Failure(mismatch, say(self._memory(after, once_more)))

    def _memory(self, after: Sequence[NDArray[Any]], once_more: Any) -> str:
        """Return the id of the hint. ``after`` came after a call with other data, ``once_more`` after the same data."""
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
        return compare_form(mapped(_with_floats, result), self.problem.form) is None

    def _right(self, gots: Sequence[NDArray[Any]]) -> list[bool]:
        return [not (wrong.any() or directions) for _, _, wrong, directions in self._compared(gots)]

    def _compared(
        self, gots: Sequence[NDArray[Any]]
    ) -> Iterator[tuple[NDArray[Any], Slopes, NDArray[np.bool_], list[tuple[float, float]]]]:
        """Yield each gradient with its slopes, its wrong entries and its wrong directions."""
        every = [self.problem.slopes(i) for i in self.problem.indices]
        largest = max(slopes.rms for slopes in every)
        for got, slopes in zip(gots, every, strict=True):
            wrong = slopes.wrong_entries(got, largest_rms=largest)
            yield got, slopes, wrong, slopes.wrong_directions(got, largest_rms=largest)

    def _values(self, result: Any) -> _Failure | None:
        compared = list(self._compared(self._arrays(result)))
        for number, (got, slopes, wrong, directions) in enumerate(compared):
            where = (name,) if (name := self.problem.names[number]) else ()
            if wrong.any():
                return _Failure(_worst(got, slopes, wrong, where), self._hint_for_values(compared, number))
            if directions:
                left, right = number_pair(*directions[0])
                place = ", ".join((*where, say("gradient.direction")))
                return _Failure(Mismatch("value", left, right, place))
        return None

    def _hint_for_values(self, compared: Sequence[tuple[NDArray[Any], Slopes, Any, Any]], number: int) -> str:
        pairs = [_comparable(got, slopes) for got, slopes, _, _ in compared]
        got, want = pairs[number]
        if self._ignores_dout(self.problem.indices[number], got):
            return say("hint.dout-ignored")
        others = pairs[:number] + pairs[number + 1 :]
        return diagnose(got, want, others=others, sizes=named_sizes(self.arguments), gradient=True)

    def _ignores_dout(self, i: int, got: NDArray[Any]) -> bool:
        ones = np.ones(self.problem.dout.shape)
        if np.array_equal(ones, self.problem.dout):
            return False
        slopes = self.problem.slopes(i, dout=ones)
        return got.shape == slopes.shape and not slopes.wrong_entries(got, largest_rms=slopes.rms).any()

    def _arrays(self, result: Any) -> list[NDArray[Any]]:
        """Return the gradients of a well-formed answer, in the order of the problem's indices."""
        return [as_array(part) for part in self._parts(result)]

    def _parts(self, result: Any) -> list[Any]:
        """Return the parts of the answer that should be gradients; fewer than wanted if some are missing."""
        wrt = self.problem.wrt
        if isinstance(wrt, dict):
            return [result[name] for name in wrt if name in result] if isinstance(result, dict) else []
        if isinstance(wrt, tuple):
            return list(result) if isinstance(result, list | tuple) else []
        return [result]


def _worst(got: NDArray[Any], slopes: Slopes, wrong: NDArray[np.bool_], where: tuple[str, ...]) -> Mismatch:
    """Describe the entry with the largest error."""
    nearest = slopes.nearest(got)
    distance = np.where(wrong, np.abs(got.astype(np.float64).ravel()[slopes.index] - nearest), -1.0)
    want = np.zeros(got.size)
    want[slopes.index] = nearest
    index = tuple(int(i) for i in np.unravel_index(int(slopes.index[distance.argmax()]), got.shape))
    ok = np.ones(got.size, dtype=np.bool_)
    ok[slopes.index] = ~wrong
    mismatch = value_mismatch("value", got, want.reshape(got.shape), index, ok=ok.reshape(got.shape), where=where)
    if not got.ndim or slopes.index.size == got.size:
        return mismatch
    share = say("compare.share", wrong=int(wrong.sum()), size=slopes.index.size)
    return replace(mismatch, share=share, entries=None)  # of the other entries the slope is unknown


def _comparable(got: NDArray[Any], slopes: Slopes) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return got and want for a diagnosis, in their shape if every entry was measured, else flat."""
    nearest = slopes.nearest(got)
    if slopes.index.size == got.size:
        return got, nearest.reshape(got.shape)
    return got.ravel()[slopes.index], nearest


def _with_floats(value: Any) -> Any:
    """Return an array or tensor of integers as float64: np.where(z > 0, 1, 0) is a right gradient of the ReLU."""
    if not (is_array(value) or isinstance(value, np.generic)) or as_array(value).dtype.kind not in "iu":
        return value
    return value.double() if is_tensor(value) else value.astype(np.float64)


def _identical(left: Sequence[NDArray[Any]], right: Sequence[NDArray[Any]]) -> bool:
    """Return whether the arrays are equal bit for bit, with equal dtypes."""
    return all(a.dtype == b.dtype and a.tobytes() == b.tobytes() for a, b in zip(left, right, strict=True))


def other_data(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return copies of the arguments with the float arrays and tensors shuffled, in the same way at every call.

    Each axis is permuted as a whole, so that probabilities still add up to 1 and one-hot rows stay one-hot. Integers
    stay, because they may be sizes or labels.
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
