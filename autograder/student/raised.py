"""Exceptions of the student's code, as test code for a plain module expects them."""

from __future__ import annotations

import functools
import types
from typing import Any

from ..model import Verdict
from .faults import StudentFault, StudentRaised
from .objects import StudentObject
from .session import Session

# Exceptions that would end a loop or the whole session of pytest arrive as a plain Exception.
_NOT_RAISED = (StopIteration, StopAsyncIteration, BaseExceptionGroup, KeyboardInterrupt, GeneratorExit)


class ModuleRaised(StudentRaised):
    """An exception of the student's code as test code for a plain module expects it: of its type, with its arguments.

    ``message`` is the sentence for the student, and ``str`` the text of the exception.
    """

    _autograder_held: StudentObject | None = None
    _autograder_session: Session
    _autograder_fault: StudentRaised | StudentFault | None = None
    verdict = Verdict.ERRORED
    text = ""
    staff = ""

    def __init__(self, *args: Any) -> None:
        """Keep no state: the class may be a subclass of any builtin exception."""

    @property
    def trace(self) -> Any:
        return self._autograder_fault.trace if self._autograder_fault is not None else ()

    @functools.cached_property
    def message(self) -> str:
        return self._autograder_fault.message if self._autograder_fault is not None else self.text

    def __str__(self) -> str:
        return self.text

    def __getattr__(self, name: str) -> Any:
        held = self.__dict__.get("_autograder_held")
        if held is None or name.startswith("_"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        session: Session = self.__dict__["_autograder_session"]
        return session.attribute_of(held, name, f"{type(self).__name__}.{name}")

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise self._autograder_session.error("an exception of the submission cannot be pickled. Compare its text")

    def _autograder_object(self) -> StudentObject:
        if self._autograder_held is None:
            raise TypeError("this exception is not one of the submission")
        return self._autograder_held


_classes: dict[type[BaseException], type[ModuleRaised]] = {}


def raised_class(base: type[BaseException]) -> type[ModuleRaised]:
    """Return the class of exceptions of the student's that test code can catch as ``base``."""
    if base not in _classes:
        _classes[base] = _raised_class(base)
    return _classes[base]


def _raised_class(base: type[BaseException]) -> type[ModuleRaised]:
    if base is Exception or base is BaseException or issubclass(base, _NOT_RAISED):
        return ModuleRaised
    space = {"__module__": base.__module__, "__qualname__": base.__qualname__, "__doc__": base.__doc__}
    try:
        made: type[ModuleRaised] = types.new_class(base.__name__, (ModuleRaised, base), {}, lambda s: s.update(space))
        return made
    except TypeError:
        return ModuleRaised


def exception_of(session: Session, cls: Any, held: StudentObject | None) -> ModuleRaised:
    """Return an exception of a stand-in class that represents one in the worker."""
    exc: ModuleRaised = cls.__new__(cls)
    exc._autograder_held, exc._autograder_session = held, session
    return exc
