"""Functions of the test that the student's code may call."""

from __future__ import annotations

import argparse
import functools
import itertools
import sys
from collections.abc import Callable, Iterator, Sequence
from types import SimpleNamespace
from typing import Any, Generic, Protocol

from ..errors import SuiteError
from ..guest.detail import SPECIAL
from ..values import leaves
from . import libraries
from .objects import StudentObject, ref_of
from .state import State


class Conversation(Protocol):
    """What a function of the test needs of the session in which it is called."""

    thrown: list[Exception]

    @property
    def state(self) -> State: ...

    def request(
        self, label: str, owner: StudentObject | None, *, recipe: str, args: Sequence[Any], keep: bool
    ) -> Any: ...

    def lift(self, value: Any) -> Any: ...

    def lower(self, value: Any, copies: list[tuple[Any, Any]]) -> Any: ...

    def is_sendable(self, value: Any) -> bool: ...

    def error(self, why: str) -> SuiteError: ...


class TestFunction:
    """A function of the test that the student's code may call."""

    __test__ = False  # pytest takes the name for a test

    def __init__(self, session: Conversation, function: Callable[..., Any]) -> None:
        self._session = session
        self._function = function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        lift, session = self._session.lift, self._session
        try:
            result = self._function(*map(lift, args), **{name: lift(value) for name, value in kwargs.items()})
        except Exception as exc:
            session.thrown.append(exc)
            raise
        for leaf in leaves(result):
            if not session.is_sendable(leaf) and not is_of_test(leaf):
                name = getattr(self._function, "__name__", type(self._function).__name__)
                why = f"the function {name}, which the submission calls, returns an object of {type(leaf).__name__}"
                error = session.error(f"{why}, which cannot be sent. Let it return plain data or arrays")
                session.thrown.append(error)
                raise error
        return session.lower(result, [])


# --- iterators and objects of the test that the student's code gets

_PLAIN_OBJECTS = (SimpleNamespace, argparse.Namespace)
_NOT_ASKED = frozenset({"__hash__", "__eq__", "__ne__", "__enter__", "__exit__", "__next__", "__array__"})
MAX_ITEMS = 10_000  # of an iterator


def drawn(session: Conversation, iterator: Iterator[Any]) -> list[Any]:
    """Return what is left in an iterator of the test, as ``list`` would.

    Raises:
        SuiteError: it has too many items, or no end.
    """
    items = list(itertools.islice(iterator, MAX_ITEMS + 1))
    if len(items) > MAX_ITEMS:
        raise session.error(f"an iterator with more than {MAX_ITEMS:,} items is an argument. Pass a list")
    return items


def object_of_test(session: Conversation, value: Any) -> StudentObject:
    """Return what stands in the worker for an object of the test: each use of it comes back to the object itself."""
    state = session.state
    for number, known in state.own.items():
        if known is value:
            return state.own_objects[number]
    name = type(value).__name__
    arguments = (name, special_names(value), functools.partial(used, value))
    held: StudentObject = session.request(name, None, recipe="object_of_test", args=arguments, keep=True)
    number = ref_of(held).number
    state.own[number], state.own_objects[number] = value, held
    return held


def is_of_test(value: Any) -> bool:
    """Return whether a value is an object of a class of the test, or one that only holds attributes.

    No other object is one: from an object of pytest or of ours, the student's code could reach what nobody may reach.
    """
    kind = type(value)
    if kind in _PLAIN_OBJECTS:
        return True
    return kind is not object and not isinstance(value, type) and all(map(_is_plain, kind.__mro__))


def _is_plain(kind: type) -> bool:
    """Return whether a class was defined by a file of the test, or is one that says nothing: a data set of torch."""
    name = kind.__module__
    file = getattr(sys.modules.get(name), "__file__", None)
    is_ours = name.partition(".")[0] == "autograder"
    if kind is object or kind is Generic or name.startswith("torch.utils.data."):  # a data set, or what draws from it
        return True
    return isinstance(file, str) and not is_ours and not libraries.is_library_file(file)


def special_names(value: Any) -> list[str]:
    """Return the special methods of an object of the test that the student's code may use."""
    kinds = [kind for kind in type(value).__mro__ if kind is not object]
    return [name for name in SPECIAL if name not in _NOT_ASKED and any(name in vars(kind) for kind in kinds)]


def used(value: Any, method: str, *operands: Any) -> Any:
    """Use an object of the test as the student's code asks: read or set a public attribute, or call an operator.

    Raises:
        AttributeError: there is no such attribute, or it is not public.
    """
    if method in ("get", "set"):
        name, *rest = operands
        if not isinstance(name, str) or name.startswith("_"):
            raise AttributeError(f"{type(value).__name__!r} object has no attribute {name!r}")
        return getattr(value, name) if method == "get" else setattr(value, name, *rest)
    if method not in special_names(value):
        raise AttributeError(method)
    found = getattr(type(value), method)(value, *operands)
    return list(itertools.islice(found, MAX_ITEMS)) if method == "__iter__" else found
