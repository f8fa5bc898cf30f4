"""Classes of a visible test that are derived from a class of the student's: their source is sent to the worker.

``class Net(homework.Module)`` in a test has its base class in the worker, so it is defined there too, when a test first
uses it. It sees there what it uses of its test: modules, plain data, and the source of functions and classes. None of
these runs on the trusted side for it: the student's code could call them with arguments of its own. A hidden test is
never sent; a class that cannot be sent is refused when it is used.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, FunctionType, ModuleType
from typing import Any

from ..values import leaves
from . import libraries
from .objects import StudentObject, ref_of
from .raised import ModuleRaised
from .session import Session
from .stand_ins import new_class


@dataclass(frozen=True, slots=True)
class Source:
    """The source of a class or function of a test, its file, and where the names that it uses are looked up."""

    name: str
    text: str
    file: str
    scopes: tuple[Mapping[str, Any], ...]

    def used(self) -> Iterator[tuple[str, Any]]:
        """Yield the names of the test that it uses, with what they refer to now."""
        used = {node.id for node in ast.walk(ast.parse(self.text)) if isinstance(node, ast.Name)}
        for each in sorted(used - {self.name}):
            for scope in self.scopes:
                if each in scope:
                    yield each, scope[each]
                    break


@dataclass(frozen=True, slots=True)
class Derived:
    """A class of a test: the name of its base class, and its source if that is in a file."""

    base: str
    source: Source | None


def derive(session: Session, name: str, bases: tuple[type, ...], space: Mapping[str, Any], frame: FrameType) -> type:
    """Return the stand-in for a class that the test in ``frame`` derives from stand-ins."""
    cls = new_class(session, name, bases, space)
    is_module = frame.f_locals is frame.f_globals
    scopes = (frame.f_globals,) if is_module else (dict(frame.f_locals), frame.f_globals)
    base = next(base.__name__ for base in bases if type(base) is type(cls))
    file = frame.f_code.co_filename
    text = "" if issubclass(cls, ModuleRaised) else _text(file, name, frame.f_lineno)
    session.derived[cls] = Derived(base, Source(name, text, file, scopes) if text else None)
    return cls


def define(session: Session, cls: type) -> StudentObject | None:
    """Define a class of the test in the current worker, with what it needs; None if it is no such class.

    Raises:
        SuiteError: the test is hidden, or its source is not in a file.
    """
    derived: Derived | None = session.derived.get(cls)
    if derived is None:
        return None
    if not session.sends_source or derived.source is None:
        raise session.error(
            f"the class {cls.__name__} is derived from the student's class {derived.base}, which stays in the worker. "
            f"Call {derived.base} itself, or let the student hand in the derived class"
        )
    made = _define(session, cls, derived.source)
    session.state.classes[ref_of(made).number] = cls
    session.state.objects[cls] = made
    session.state.named.add(cls)
    return made


def class_in_worker(session: Session, kind: type) -> Any:
    """Return a class of a library, or what a class of a visible test is in the worker; None for any other class."""
    if libraries.path_of(kind) is not None:
        return kind
    known = session.state.sent_classes.get(kind)
    source = _source_of(kind) if known is None and session.sends_source else None
    if source is not None:
        known = session.state.sent_classes[kind] = _define(session, kind, source)
    return None if known is None else _There(known)


def _define(session: Session, thing: Any, source: Source) -> StudentObject:
    """Run the statement that defines a class or function of the test in the worker, and return what it defines."""
    state = session.state
    space = state.spaces.get(source.file)
    if space is None:
        space = session.request("names of the test", None, recipe="dict_of", keep=True)
        state.spaces[source.file] = space
    state.defining.append(thing)  # two classes may use each other: then the second does not wait for the first
    try:
        found = {name: _as_sent(session, value) for name, value in source.used()}
        sent = {name: value for name, value in found.items() if value is not _ABSENT}
        arguments = (source.name, source.text, list(sent), *sent.values())
        made: StudentObject = session.operate(space, "define_name", *arguments, label=source.name, keep=True)
    finally:
        state.defining.pop()
    return made


_ABSENT = object()


@dataclass(frozen=True, slots=True)
class _There:
    """What is in the worker, as an argument."""

    held: StudentObject

    def _autograder_object(self) -> StudentObject:
        return self.held


def _as_sent(session: Session, value: Any) -> Any:
    """Return what is sent for a name of the test. _ABSENT: the class does not see it, because it cannot be sent."""
    if any(value is each for each in session.state.defining):
        return _ABSENT
    if isinstance(value, ModuleType) and not session.is_sendable(value):
        try:  # a file that the suite and the student's code both import
            return _There(session.module(value.__name__))
        except ImportError:
            return _ABSENT
    if _is_of_test(value):
        source = _source_of(value)
        return _ABSENT if source is None else _There(_define(session, value, source))
    is_sent = all(session.is_sendable(leaf) and not _is_of_test(leaf) for leaf in leaves(value))
    return value if is_sent else _ABSENT


def _is_of_test(value: Any) -> bool:
    """Return whether a value is a function, a class or anything else to call that only the test knows."""
    return callable(value) and not hasattr(type(value), "_autograder_object") and libraries.encode(value) is None


def _source_of(thing: Any) -> Source | None:
    """Return the source of a function or class at the top of a module of the test."""
    module = sys.modules.get(getattr(thing, "__module__", None) or "")
    name, file = getattr(thing, "__name__", ""), getattr(module, "__file__", None) or ""
    if module is None or vars(module).get(name) is not thing or libraries.is_library_file(file):
        return None
    if not isinstance(thing, type | FunctionType) or module.__name__.startswith("autograder."):
        return None
    text = _text(file, name)
    return Source(name, text, file, (vars(module),)) if text else None


def _text(file: str, name: str, line: int = 0) -> str:
    """Return the source of a definition in a file, without decorators. ``line`` is one of its lines, if known."""
    try:
        tree = ast.parse(Path(file).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return ""
    for node in ast.walk(tree) if line else tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == name:
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            if not line or first <= line <= (node.end_lineno or 0):
                node.decorator_list = []
                return ast.unparse(node)
    return ""
