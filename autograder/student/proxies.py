"""Proxies for what stays in the worker: functions, objects, and what test code reads from a module."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Mapping
from fractions import Fraction
from types import FrameType
from typing import Any

import numpy as np

from ..messages import say
from . import derived
from .call import Remote
from .details import Details
from .faults import StudentFault, StudentRaised
from .objects import LOST, StudentObject, ref_of
from .raised import ModuleRaised, exception_of, raised_class
from .session import Session
from .signatures import signature
from .stand_ins import builtin_exception, class_of, new_proxy
from .state import Link, State

MAX_DIGITS = 1 << 14  # hexadecimal ones, of an integer


def _integer(parts: list[Any]) -> int:
    if len(parts[0]) > MAX_DIGITS:
        raise OverflowError(f"an integer of more than {MAX_DIGITS} hexadecimal digits")
    return int(parts[0], 16)


def _strings(parts: list[Any]) -> np.ndarray:
    kind, items = parts
    return np.array(items, dtype=str if str(kind)[1:2] == "U" else bytes)


_FIELD_KINDS = ("_FIELD", "_FIELD_CLASSVAR", "_FIELD_INITVAR")  # that dataclasses compares by identity
_DATA_MODULES = ("builtins", "fractions", "numpy", "dataclasses")
# What is data, and has no tree of its own: how it is built of its parts, by the name of its builtin class.
_DATA = {
    "set": set, "frozenset": frozenset, "range": lambda parts: range(*parts), "int": _integer,
    "bytes": lambda parts: parts[0].encode("latin-1"), "bytearray": lambda parts: bytearray(parts[0], "latin-1"),
    "property": lambda parts: property(*parts),
    "_FIELD_BASE": lambda parts: vars(dataclasses)[parts[0]] if parts[0] in _FIELD_KINDS else None,
    "_MISSING_TYPE": lambda parts: dataclasses.MISSING,
    "dict": lambda parts: {key: value for key, value in parts}, "ndarray": _strings, "Fraction": Fraction,
}  # fmt: skip

_DESCRIBED = ("__name__", "__qualname__", "__doc__", "__module__")

# --- functions


class StudentFunction(Remote):
    """A function or method of the student's. One that was read from a module by name stays for the next submission."""

    def __init__(self, session: Session, label: str, held: StudentObject | None, link: Link | None) -> None:
        self._autograder_session = session
        self._autograder_link = link
        self._autograder_label = label
        self._autograder_bound: tuple[State, StudentObject] | None = None
        self._autograder_described: tuple[State, list[Any]] | None = None
        if held is not None:
            self._autograder_bound = session.state, held

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        held = self._autograder_object()
        return self._autograder_session.request(self._autograder_label, held, args=args, kwargs=kwargs)

    def _autograder_object(self) -> StudentObject:
        session = self._autograder_session
        bound = self._autograder_bound
        if bound is None or bound[0] is not session.state:
            if self._autograder_link is None:
                raise RuntimeError(LOST)
            session.read(*self._autograder_link)
            bound = self._autograder_bound
        if bound is None or bound[0] is not session.state:
            assert self._autograder_link is not None
            raise TypeError(say("module.not-a-function", name=self._autograder_link[1]))
        return bound[1]

    def _autograder_text(self, index: int) -> Any:
        state = self._autograder_session.state
        if self._autograder_described is None or self._autograder_described[0] is not state:
            found = self._autograder_session.operate(self._autograder_object(), "describe_function")
            self._autograder_described = self._autograder_session.state, list(found)
        return self._autograder_described[1][index]

    def __getattribute__(self, name: str) -> Any:
        # not properties: a class cannot have one named __qualname__
        if name in _DESCRIBED:
            text = self._autograder_text(_DESCRIBED.index(name))
            return text if isinstance(text, str) else None
        return object.__getattribute__(self, name)

    @property
    def __signature__(self) -> inspect.Signature:
        return signature(self._autograder_session, self._autograder_object())

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_autograder") or name in ("__wrapped__", "__isabstractmethod__", "__set_name__"):
            raise AttributeError(name)
        held = self._autograder_object()
        return self._autograder_session.attribute_of(held, name, f"{self._autograder_label}.{name}")

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_autograder"):
            object.__setattr__(self, name, value)
        else:
            self._autograder_session.operate(self._autograder_object(), "setattr", name, value)

    def __delattr__(self, name: str) -> None:
        self._autograder_session.operate(self._autograder_object(), "delattr", name)

    def __reduce_ex__(self, protocol: Any) -> Any:
        why = f"the student's function {self._autograder_label} cannot be pickled, because it stays in the worker"
        raise self._autograder_session.error(f"{why}. Call it in this process")

    def __deepcopy__(self, memo: Any) -> Any:
        return self

    def __copy__(self) -> Any:
        return self

    def __repr__(self) -> str:
        return f"<the student's {self._autograder_label}>"


# --- reading


def proxy_of(session: Session, thing: StudentObject, *, link: Link | None = None, label: str = "") -> Any:
    """Return what test code gets for an object in the worker; ``link`` is where it was read."""
    ref = ref_of(thing)
    state = session.state
    if ref.sort == "shared":
        return state.shared.values[ref.number]
    if ref.number in state.own:
        return state.own[ref.number]
    if ref.sort == "class":
        return class_of(session, ref.number, link=link)
    if ref.sort == "module":
        return session.module_of(thing)
    known = state.members[ref.number] if ref.number in state.members else state.proxies.get(ref.number)
    if known is not None and not (link is not None and isinstance(known, StudentFunction)):
        return known
    if ref.sort == "function":
        return _function_of(session, thing, known, link, label or (link[1] if link else ref.type_name))
    cls = class_of(session, ref.kind)
    if issubclass(cls, ModuleRaised):
        exc = exception_of(session, cls, thing)
        exc.args = tuple(session.operate(thing, "contents"))
        exc.text = str(session.operate(thing, "x__str__"))
        return exc
    if type.__getattribute__(cls, "__module__") in _DATA_MODULES and cls.__name__ in _DATA:
        return _data_of(session, thing, cls.__name__)
    proxy = new_proxy(session, cls, thing)
    if type.__getattribute__(cls, "_autograder_data") is None:
        state.proxies[ref.number] = proxy
    else:
        state.members[ref.number] = proxy
    return proxy


def _function_of(session: Session, thing: StudentObject, known: Any, link: Link | None, label: str) -> Any:
    state = session.state
    linked = session.links.get(link) if link is not None else None
    if isinstance(linked, StudentFunction):
        bound = linked._autograder_bound
        if bound is None or bound[0] is not state:
            linked._autograder_bound = state, thing
        if linked._autograder_bound is not None and linked._autograder_bound[1] is thing:
            state.proxies[ref_of(thing).number] = linked
            return linked
        link = None  # the name was bound again: the older proxy keeps the older function
    if known is not None:
        return known
    function = StudentFunction(session, label, thing, link)
    state.proxies[ref_of(thing).number] = function
    if link is not None:
        session.links[link] = function
    return function


def _data_of(session: Session, thing: StudentObject, name: str) -> Any:
    """Return a set, a range or the like by value."""
    if name == "Fraction":
        return Fraction(session.get(thing, "numerator"), session.get(thing, "denominator"))
    parts = session.operate(thing, "as_data")
    build: Any = _DATA[name]
    return build(parts)


def raised(session: Session, fault: StudentRaised | StudentFault, details: Details) -> BaseException:
    """Return the exception that test code gets for a call that raised; a verdict alone if it was no exception."""
    error = details.error
    if error is None or error.type == "ReturnTypeError":
        return fault
    builtin = builtin_exception(list(error.bases))
    cls: type = raised_class(builtin)
    if details.exception is not None and error.type != builtin.__name__:
        cls = class_of(session, ref_of(details.exception).kind)
        if not issubclass(cls, ModuleRaised):
            cls = raised_class(builtin)
    exc = exception_of(session, cls, details.exception)
    exc.text, exc.staff = error.text, error.trace()
    exc.type_name = error.type
    exc._autograder_fault, exc.verdict, exc.hidden = fault, fault.verdict, fault.hidden
    arguments = details.arguments
    exc.args = (error.text,) if arguments is None else tuple(session.lift(list(arguments)))
    return exc


class BoundMethod(StudentFunction):
    """A public method of an object, called by name: one request instead of two."""

    def __init__(self, session: Session, owner: StudentObject, name: str, label: str) -> None:
        super().__init__(session, label, None, None)
        self._autograder_owner = owner
        self._autograder_name = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._autograder_session.request(
            self._autograder_label, self._autograder_owner, attribute=self._autograder_name, args=args, kwargs=kwargs
        )

    def _autograder_object(self) -> StudentObject:
        session = self._autograder_session
        if self._autograder_bound is None or self._autograder_bound[0] is not session.state:
            found = session.get(self._autograder_owner, self._autograder_name)
            if not isinstance(found, StudentObject):
                raise TypeError(f"{self._autograder_label} is not a method any more")
            self._autograder_bound = session.state, found
        return self._autograder_bound[1]

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, BoundMethod)
            and other._autograder_owner is self._autograder_owner
            and other._autograder_name == self._autograder_name
        )

    def __hash__(self) -> int:
        return hash((id(self._autograder_owner), self._autograder_name))


class ProxySession(Session):
    """A session that makes the proxies of this module."""

    def proxy_of(self, thing: StudentObject, *, link: Link | None = None, label: str = "") -> Any:
        return proxy_of(self, thing, link=link, label=label)

    def raised(self, fault: StudentRaised | StudentFault, details: Details) -> BaseException:
        return raised(self, fault, details)

    def derive(self, name: str, bases: tuple[type, ...], space: Mapping[str, Any], frame: FrameType) -> type:
        return derived.derive(self, name, bases, space, frame)

    def define(self, cls: type) -> StudentObject | None:
        return derived.define(self, cls)

    def class_in_worker(self, kind: type) -> Any:
        return derived.class_in_worker(self, kind)

    def attribute_of(self, owner: StudentObject, name: str, label: str) -> Any:
        if name in ref_of(owner).methods:
            return BoundMethod(self, owner, name, label)
        value = self.get(owner, name)
        return self.proxy_of(value, label=label) if isinstance(value, StudentObject) else value
