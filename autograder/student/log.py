"""The log of one case: its calls and reads in order, the current call in words, and what the submission printed."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from .call import RecordedCall, holds_numbers, size_of
from .objects import StudentObject, without_number

LOG_BYTES = 1 << 26  # of results that the log of a case keeps

Description = Callable[[], str]


@dataclass(frozen=True, slots=True)
class Change:
    """A call that changed arguments in place: which ones, as in ``RecordedCall.changed``, and the call in words."""

    changed: tuple[str, ...]
    describe: Description


@dataclass(slots=True)
class CaseLog:
    """What a case did with the submission.

    ``describe`` puts the current call into words, and only when somebody asks: most cases pass, and the words cost
    more than the call. ``change`` is the first call that changed an argument in place, also where ``calls`` has no room
    for it. ``lacks_name`` is true if the case needs a name that the submission does not define. ``cpu_s`` is the CPU
    time that the case took on both sides, in seconds.
    """

    calls: list[RecordedCall] = field(default_factory=list)
    describe: Description = str
    change: Change | None = None
    lacks_name: bool = False
    output: str = ""
    cpu_s: float = 0.0
    _descriptions: list[Description] = field(default_factory=list)  # of each of ``calls``
    _bytes: int = 0

    @property
    def current(self) -> str:
        """The current call, or the last one: ``bce(p, y)  p: float64 (7, 1), y = [0, 1]``."""
        return self.describe()

    def call_of(self, got: Any, item: int | None = None) -> str:
        """Describe the call that returned ``got`` or its item number ``item``; the current one if that is unclear.

        A case often collects what several calls returned and looks at it later, when the last of them is current.
        """
        results = [call.result for call in self.calls]
        found: list[int] = []
        if item is not None:  # a list of what calls in a row returned
            rows = range(len(results) - len(got) + 1)
            found = [i + item for i in rows if all(map(operator.is_, results[i : i + len(got)], got))]
        for value in (got, None if item is None else got[item]):
            found = found or [i for i, result in enumerate(results) if _returned(value, result)]
        return self._descriptions[found[0]]() if len(found) == 1 else self.current

    def add(self, call: RecordedCall, in_words: Callable[[str, tuple[Any, ...], dict[str, Any]], str]) -> None:
        """Keep a finished call, as long as there is room. Of an object of the submission only the type is kept.

        ``in_words(function, args, kwargs)`` describes it when somebody asks. A call that changed an argument in place
        was described before it ran.
        """
        if call.changed and self.change is None:
            self.change = Change(call.changed, self.describe)
        self._bytes += size_of(call.result) + size_of(call.after)
        if self._bytes <= LOG_BYTES:
            args, kwargs, result = (_without_objects(part) for part in (call.args, call.kwargs, call.result))
            if args is not call.args or kwargs is not call.kwargs or result is not call.result or call.after:
                call = replace(call, args=args, kwargs=kwargs, result=result, after=_without_objects(call.after))
            self.calls.append(call)
            later = functools.partial(in_words, call.function, call.args, call.kwargs)
            self._descriptions.append(self.describe if call.changed else later)


def _returned(value: Any, result: Any) -> bool:
    """Return whether a call returned ``value``, alone or in a container: the very object, not an equal one."""
    if value is None or isinstance(value, bool | int | str):  # there is only one True and one 3, whoever returned it
        return False
    parts = result.values() if isinstance(result, dict) else result if isinstance(result, list | tuple) else ()
    return value is result or any(part is value for part in parts)


def _without_objects(value: Any) -> Any:
    """Replace every object of the submission by one that has its type and nothing else."""
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
