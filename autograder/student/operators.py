"""The operators of objects that stay in the worker: each is a call there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..guest.detail import SPECIAL
from ..messages import say
from ..values import leaves
from .objects import LOST, StudentObject, ref_of
from .session import Session

SPECIAL_NAMES = frozenset(SPECIAL)
# These give a value that test code looks at on its own: they decide nothing by themselves.
_NOT_DECIDING = frozenset(
    {"__call__", "__iter__", "__next__", "__getitem__", "__setitem__", "__delitem__", "__enter__", "__exit__",
     "__str__", "__repr__", "__format__", "__hash__", "__reversed__"}
)  # fmt: skip


class NotAsked(TypeError):
    """Test code wants a comparison or a number from an object whose class it has not named."""


def session_behind(thing: Any) -> Session:
    session: Session = object.__getattribute__(thing, "_autograder_session")
    return session


def held_by(thing: Any) -> StudentObject:
    held: StudentObject = object.__getattribute__(thing, "_autograder_held")
    session = session_behind(thing)
    ref = ref_of(held)
    if session.run is not ref.run or session.state.generation != ref.generation:
        raise RuntimeError(LOST)
    return held


def _make_operator(name: str) -> Callable[..., Any]:
    decides = name not in _NOT_DECIDING

    def operate(self: Any, *operands: Any) -> Any:
        if decides and not may_decide(self, name):
            return name == "__ne__"
        if decides and not all(map(session_behind(self).is_sendable, leaves(operands))):
            return NotImplemented  # pytest.approx compares by itself; no submission can make it an error of the suite
        return session_behind(self).operate(held_by(self), f"x{name}", *operands, label=f"{type(self).__name__}.{name}")

    operate.__name__ = operate.__qualname__ = name
    return operate


def may_decide(thing: Any, name: str) -> bool:
    """Return whether the student's own code may answer: whether test code itself has read the class from the module.

    Raises:
        NotAsked: it may not, and there is no answer that is right without it.
    """
    session = session_behind(thing)
    kind = type(thing)
    if any(base in session.state.named for base in kind.__mro__):
        session.note_word(say("module.word", operation=f"{kind.__name__}.{name}"))
        return True
    sentence = say("module.not-asked", operation=name, type=kind.__name__)
    session.note_word(sentence)
    if name in ("__eq__", "__ne__"):
        return False
    raise NotAsked(sentence)


def _call(self: Any, *args: Any, **kwargs: Any) -> Any:
    return session_behind(self).request(type(self).__name__, held_by(self), args=args, kwargs=kwargs)


def _next(self: Any) -> Any:
    found, value = session_behind(self).operate(held_by(self), "x__next__", label=f"{type(self).__name__}.__next__")
    if not found:
        raise StopIteration(value)
    return value


def _leave(self: Any, kind: Any, exc: Any, trace: Any) -> Any:
    told: Any = None
    if exc is not None:
        base = next(base for base in type(exc).__mro__ if base.__module__ == "builtins")
        told = exc if getattr(exc, "_autograder_held", None) is not None else [base.__name__, str(exc)[:500]]
    return bool(session_behind(self).operate(held_by(self), "x__exit__", told, label=f"{type(self).__name__}.__exit__"))


def _array(self: Any, dtype: Any = None, copy: bool | None = None) -> Any:
    if may_decide(self, "__array__"):
        found = session_behind(self).operate(held_by(self), "x__array__", label=f"{type(self).__name__}.__array__")
        return found if dtype is None else found.astype(dtype)
    raise AssertionError("unreachable")


OPERATORS: dict[str, Callable[..., Any]] = {name: _make_operator(name) for name in SPECIAL}
OPERATORS |= {"__call__": _call, "__next__": _next, "__exit__": _leave, "__array__": _array}
