"""Functions of the test that the student's code may call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from ..errors import SuiteError
from ..values import leaves


class Conversation(Protocol):
    """What a function of the test needs of the session in which it is called."""

    thrown: list[Exception]

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
            if not session.is_sendable(leaf):
                name = getattr(self._function, "__name__", type(self._function).__name__)
                why = f"the function {name}, which the submission calls, returns an object of {type(leaf).__name__}"
                error = session.error(f"{why}, which cannot be sent. Let it return plain data or arrays")
                session.thrown.append(error)
                raise error
        return session.lower(result, [])
