"""Classes of a visible test that are derived from a class of the student's: their source is sent to the worker.

``class Net(homework.Module)`` in a test has its base class in the worker, so it is defined there too, when a test first
uses it. It sees there what it uses of its test: modules, other such classes, plain data, and functions to call back. A
hidden test is never sent; a class that cannot be sent is refused when it is used.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

from ..values import leaves
from .objects import StudentObject, ref_of
from .raised import ModuleRaised
from .session import Session
from .stand_ins import new_class


@dataclass(frozen=True, slots=True)
class Derived:
    """A class of a test: its source ("" if there is none), its base class, and where its names are looked up."""

    source: str
    base: str
    file: str
    scopes: tuple[Mapping[str, Any], ...]

    def used(self, name: str) -> Iterator[tuple[str, Any]]:
        """Yield the names of the test that the class ``name`` uses, with what they refer to now."""
        used = {node.id for node in ast.walk(ast.parse(self.source)) if isinstance(node, ast.Name)}
        for each in sorted(used - {name}):
            for scope in self.scopes:
                if each in scope:
                    yield each, scope[each]
                    break


def derive(session: Session, name: str, bases: tuple[type, ...], space: Mapping[str, Any], frame: FrameType) -> type:
    """Return the stand-in for a class that the test in ``frame`` derives from stand-ins."""
    cls = new_class(session, name, bases, space)
    is_module = frame.f_locals is frame.f_globals
    scopes = (frame.f_globals,) if is_module else (dict(frame.f_locals), frame.f_globals)
    base = next(base.__name__ for base in bases if type(base) is type(cls))
    source = "" if issubclass(cls, ModuleRaised) else _source(name, frame)
    session.derived[cls] = Derived(source, base, frame.f_code.co_filename, scopes)
    return cls


def define(session: Session, cls: type) -> StudentObject | None:
    """Define a class of the test in the current worker, with what it needs; None if it is no such class.

    Raises:
        SuiteError: the test is hidden, or its source is not in a file.
    """
    derived: Derived | None = session.derived.get(cls)
    if derived is None:
        return None
    if not session.sends_source or not derived.source:
        raise session.error(
            f"the class {cls.__name__} is derived from the student's class {derived.base}, which stays in the worker. "
            f"Call {derived.base} itself, or let the student hand in the derived class"
        )
    state = session.state
    space = state.spaces.get(derived.file)
    if space is None:
        space = session.request("names of the test", None, recipe="dict_of", keep=True)
        state.spaces[derived.file] = space
    state.defining.add(cls)  # two classes may use each other: then the second does not wait for the first
    try:
        found = {name: _as_sent(session, value) for name, value in derived.used(cls.__name__)}
        sent = {name: value for name, value in found.items() if value is not _ABSENT}
        arguments = (cls.__name__, derived.source, list(sent), *sent.values())
        made: StudentObject = session.operate(space, "define_class", *arguments, label=cls.__name__, keep=True)
    finally:
        state.defining.discard(cls)
    state.classes[ref_of(made).number] = cls
    state.objects[cls] = made
    state.named.add(cls)
    return made


_ABSENT = object()


@dataclass(frozen=True, slots=True)
class _Module:
    """A module in the worker, as an argument: a file that the suite and the student's code both import."""

    held: StudentObject

    def _autograder_object(self) -> StudentObject:
        return self.held


def _as_sent(session: Session, value: Any) -> Any:
    """Return what is sent for a name of the test. _ABSENT: the class does not see it, because it cannot be sent."""
    if isinstance(value, type) and value in session.state.defining:
        return _ABSENT
    if isinstance(value, ModuleType) and not session.is_sendable(value):
        try:
            return _Module(session.module(value.__name__))
        except ImportError:
            return _ABSENT
    return value if all(map(session.is_sendable, leaves(value))) else _ABSENT


def _source(name: str, frame: FrameType) -> str:
    """Return the source of the class statement that runs in ``frame``, without decorators; "" if it is in no file."""
    try:
        tree = ast.parse(Path(frame.f_code.co_filename).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return ""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name == name:
            lines = range(
                min([node.lineno, *(each.lineno for each in node.decorator_list)]), (node.end_lineno or 0) + 1
            )
            if frame.f_lineno in lines:
                node.decorator_list = []
                return ast.unparse(node)
    return ""
