"""``vars`` of something of the student's: a mapping whose entries are in the worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from typing import Any

from .objects import StudentObject
from .session import Session


class Attributes(MutableMapping[str, Any]):
    """The attributes that a module, a class or an object of the student's has itself."""

    def __init__(self, session: Session, owner: Callable[[], StudentObject]) -> None:
        self._session = session
        self._owner = owner

    def __getitem__(self, name: str) -> Any:
        found = self._session.operate(self._owner(), "own_attribute", name, label=name)
        if not found[0]:
            raise KeyError(name)
        return found[1]

    def __setitem__(self, name: str, value: Any) -> None:
        self._session.operate(self._owner(), "setattr", name, value, label=name)

    def __delitem__(self, name: str) -> None:
        self._session.operate(self._owner(), "delattr", name, label=name)

    def __iter__(self) -> Iterator[str]:
        names = self._session.operate(self._owner(), "own_names", label="vars")
        return iter([name for name in names if isinstance(name, str)])

    def __len__(self) -> int:
        return len(list(iter(self)))
