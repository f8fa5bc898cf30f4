"""The log of one case: its calls and reads in order, the current call in words, and what the submission printed."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..values import is_tensor, leaves
from .call import RecordedCall, Request, holds_numbers, size_of
from .objects import StudentObject, origin_of, without_number

LOG_BYTES = 1 << 26  # of results that the log of a case keeps

Description = Callable[[], str]


@dataclass(frozen=True, slots=True)
class Change:
    """A call that changed arguments in place: which ones, as in ``RecordedCall.effects``, and the call in words."""

    changed: tuple[str, ...]
    describe: Description


@dataclass(frozen=True, slots=True)
class Step:
    """A call or read of a case, with what is needed to write it again.

    Attributes:
        call: as it ended. Its objects are known by their origin alone (``objects.origin_of``). A call that did not
            return has the result None.
        describe: puts the call into words.
        owner: origin of the object that was called or read; None: the module.
        attribute: of the owner; None: the owner itself was called.
        recipe: the recipe or the operator that was applied.
        is_read: whether an attribute was read.
        printed: where the output of the call begins and ends, in bytes of all output of the case.
    """

    call: RecordedCall
    describe: Description
    owner: tuple[int, int] | None = None
    attribute: str | None = None
    recipe: str | None = None
    is_read: bool = False
    printed: tuple[int, int | None] = (0, None)


@dataclass(slots=True)
class CaseLog:
    """What a case did with the submission.

    ``describe`` puts the current call into words, and only when somebody asks: most cases pass, and the words cost
    more than the call. ``change`` is the first call that changed an argument in place, also where ``calls`` has no room
    for it. ``lacks_name`` is true if the case needs a name that the submission does not define. ``cpu_s`` is the CPU
    time that the case took on both sides, in seconds. ``imported`` is what the submission printed when it was loaded
    for this case, ``output`` what its calls printed. ``failed`` is the call that did not return, if there is one.
    ``unread`` are calls that a case asked for in one go with ``calls`` and did not look at, because it failed before.
    ``printed`` is the number of bytes that all calls printed, and ``is_ordered`` whether ``output`` has them in the
    order of the calls. ``words`` are the comparisons that the student's own code decided, and ``suite_errors`` what the
    test code did that cannot work through the wall, both for staff.
    """

    calls: list[RecordedCall] = field(default_factory=list)
    describe: Description = str
    change: Change | None = None
    lacks_name: bool = False
    imported: str = ""
    output: str = ""
    cpu_s: float = 0.0
    failed: Step | None = None
    printed: int = 0
    is_ordered: bool = True
    steps: list[Step] = field(default_factory=list)  # of each of ``calls``
    words: list[str] = field(default_factory=list)
    suite_errors: list[str] = field(default_factory=list)
    unread: list[RecordedCall] = field(default_factory=list)
    _bytes: int = 0

    @property
    def current(self) -> str:
        """The current call, or the last one: ``bce(p, y)  p: float64 (7, 1), y = [0, 1]``."""
        return self.describe()

    def step_of(self, got: Any, item: int | None = None) -> Step | None:
        """Return the call that returned ``got`` or its item number ``item``; else the only one that returned a value.

        A case often collects what several calls returned and looks at it later, when the last of them is current.
        """
        results = [call.result for call in self.calls]
        found: list[int] = []
        if item is not None:  # a list of what calls in a row returned
            rows = range(len(results) - len(got) + 1)
            found = [i + item for i in rows if all(map(operator.is_, results[i : i + len(got)], got))]
        for value in (got, None if item is None else got[item]):
            found = found or [i for i, result in enumerate(results) if _returned(value, result)]
        if len(found) == 1:
            return self.steps[found[0]]
        if not found and got is not None and results and results[-1] is got:
            return self.steps[-1]
        valued = [step for step in self.steps if not step.is_read and not isinstance(step.call.result, StudentObject)]
        return valued[0] if len(valued) == 1 and not found else None

    @property
    def all_calls(self) -> list[RecordedCall]:
        """The calls that the case looked at, and those that it asked for together with them."""
        return [*self.calls, *self.unread]

    @property
    def all_output(self) -> str:
        """What the submission printed during the case, also when it was loaded."""
        return self.imported + self.output

    def output_of(self, step: Step | None) -> str:
        """Return what a call printed; what all printed if ``step`` is None or other code of the submission printed."""
        if step is None and not self.steps:
            return self.all_output
        data = self.output.encode("utf-8", "surrogatepass")
        start, end = step.printed if step is not None else (0, None)
        if step is None or not self.is_ordered or (end is not None and len(data) != self.printed):
            return self.output
        return data[start:end].decode("utf-8", "replace")

    def add(
        self,
        call: RecordedCall,
        in_words: Callable[[str, tuple[Any, ...], dict[str, Any]], str],
        *,
        request: Request,
        printed: tuple[int, int],
        is_read: bool = False,
    ) -> None:
        """Keep a finished call, as long as there is room. Of an object of the submission only the type is kept.

        ``in_words(function, args, kwargs)`` describes it when somebody asks. A call that changed an argument in place
        was described before it ran.
        """
        if call.changed and self.change is None and call.effects:
            self.change = Change(call.effects, self.describe)
        if self._has_room_for(call):
            call = _kept(call)
            later = functools.partial(in_words, call.function, call.args, call.kwargs)
            self.calls.append(call)
            describe = self.describe if call.changed else later
            self.steps.append(_step(call, describe, request, printed, is_read=is_read))

    def add_unread(self, calls: Iterable[RecordedCall | BaseException]) -> None:
        """Keep calls that the case asked for and did not look at, up to the first that did not return."""
        for call in calls:
            if isinstance(call, BaseException) or not self._has_room_for(call):
                return
            self.unread.append(_kept(call))

    def _has_room_for(self, call: RecordedCall) -> bool:
        self._bytes += size_of(call.result) + size_of(call.after)
        return self._bytes <= LOG_BYTES

    def fail(self, request: Request, printed: tuple[int, int | None]) -> None:
        """Keep the call that did not return."""
        call = RecordedCall(request.label, _without_objects(request.args), _without_objects(request.kwargs), None)
        self.failed = _step(call, self.describe, request, printed)


def _kept(call: RecordedCall) -> RecordedCall:
    """Return a call as the log keeps it: of an object of the submission only the type."""
    args, kwargs, result = (_without_objects(part) for part in (call.args, call.kwargs, call.result))
    if args is call.args and kwargs is call.kwargs and result is call.result and not call.after:
        return call
    return replace(call, args=args, kwargs=kwargs, result=result, after=_without_objects(call.after))


def _step(
    call: RecordedCall,
    describe: Description,
    request: Request,
    printed: tuple[int, int | None],
    *,
    is_read: bool = False,
) -> Step:
    owner = origin_of(request.owner) if isinstance(request.owner, StudentObject) else None
    return Step(call, describe, owner, request.attribute, request.recipe, is_read, printed)


def _returned(value: Any, result: Any) -> bool:
    """Return whether ``value`` came from the result of a call: as a whole or a part of it, or as a slice of an array.

    It must be the very object, not an equal one.
    """
    if value is None or isinstance(value, bool | int | str):  # there is only one True and one 3, whoever returned it
        return False
    if value is result:
        return True
    if type(value) is list and value and set(map(type, value)) == {float}:  # some of the numbers of a list
        return {id(each) for each in value} <= {id(each) for each in leaves(result)}
    return any(part is value or _is_slice(value, part) for part in (*_containers(result), *leaves(result)))


def _containers(result: Any) -> Iterator[Any]:
    parts = result.values() if isinstance(result, dict) else result if isinstance(result, list | tuple) else ()
    return (part for part in parts if isinstance(part, dict | list | tuple))


def _is_slice(value: Any, whole: Any) -> bool:
    if is_tensor(value) and is_tensor(whole):
        return bool(value.untyped_storage().data_ptr() == whole.untyped_storage().data_ptr() != 0)
    return isinstance(value, np.ndarray) and isinstance(whole, np.ndarray) and np.may_share_memory(value, whole)


def _without_objects(value: Any) -> Any:
    """Replace every object of the submission by one that has its type and its origin, and nothing else."""
    if type(value) is np.ndarray:
        return value
    if isinstance(value, StudentObject):
        return without_number(value)
    if type(value) in (list, tuple) and not holds_numbers(value):
        parts = [_without_objects(item) for item in value]
        return value if all(map(operator.is_, parts, value)) else type(value)(parts)
    if type(value) is dict:
        found = {key: _without_objects(item) for key, item in value.items()}
        return value if all(found[key] is item for key, item in value.items()) else found
    return value
