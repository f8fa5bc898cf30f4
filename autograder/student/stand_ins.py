"""Trusted classes that stand in for those of the student's: for ``isinstance``, ``except`` and the like.

A worker describes a class by names alone. The stand-in has the operators whose methods the class has; each of them is a
call in the worker. An exception class stands below the builtin exception that it is derived from.
"""

from __future__ import annotations

import builtins
import contextlib
import inspect
import sys
import types
from collections.abc import Mapping
from typing import Any

from ..guest.detail import CLASS_SPECIAL
from ..messages import say
from . import libraries
from .attributes import Attributes
from .call import Remote
from .objects import StudentObject, type_of
from .operators import OPERATORS, SPECIAL_NAMES, NotAsked, held_by, may_decide, session_behind
from .raised import ModuleRaised, raised_class
from .session import Session
from .signatures import signature
from .source import checked_text
from .state import MAX_CLASSES, Link


class StudentType(type):
    """The metaclass of the stand-ins. What is done to a class of the student's happens in the worker."""

    _autograder_session: Session
    _autograder_link: Link | None

    def __new__(cls, name: str, bases: tuple[type, ...], space: dict[str, Any]) -> StudentType:
        """Make a class of the test: the class that it is derived from is in the worker."""
        for base in bases:
            if isinstance(base, StudentType):
                return session_of(base).derive(name, bases, space, sys._getframe(1))  # type: ignore[return-value]
        return super().__new__(cls, name, bases, space)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        session = session_of(cls)
        return session.request(cls.__name__, object_of(cls), args=args, kwargs=kwargs)

    def __getattribute__(cls, name: str) -> Any:
        if name == "__dict__" and _is_made(cls):
            return Attributes(session_of(cls), lambda: object_of(cls))
        if name == "__init__":
            return _attribute(cls, name)
        return super().__getattribute__(name)

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("_autograder") or name in ("__wrapped__", "__isabstractmethod__", "__set_name__"):
            raise AttributeError(name)
        return _attribute(cls, name)

    def __setattr__(cls, name: str, value: Any) -> None:
        if name in ("__bases__", "__abstractmethods__") or name.startswith("_autograder") or not _is_made(cls):
            super().__setattr__(name, value)
        else:
            session_of(cls).operate(object_of(cls), "setattr", name, value)

    def __delattr__(cls, name: str) -> None:
        session_of(cls).operate(object_of(cls), "delattr", name)

    @property
    def __signature__(cls) -> inspect.Signature:
        return signature(session_of(cls), object_of(cls))

    @property
    def __doc__(cls) -> str | None:  # type: ignore[override]
        doc = session_of(cls).get(object_of(cls), "__doc__")
        return doc if isinstance(doc, str) else None

    def __mro_entries__(cls, bases: tuple[Any, ...]) -> tuple[type, ...]:
        raise AssertionError("only asked of what is not a class")

    def __dir__(cls) -> list[str]:
        return sorted(session_of(cls).operate(object_of(cls), "names"))

    def __repr__(cls) -> str:
        return f"<class '{type.__getattribute__(cls, '__module__')}.{cls.__name__}'>"

    def _autograder_object(cls) -> StudentObject:
        return object_of(cls)


def _class_operator(name: str) -> Any:
    def operate(cls: Any, *operands: Any) -> Any:
        session = session_of(cls)
        session.note_word(say("module.word", operation=f"{cls.__name__}.{name}"))
        return session.operate(object_of(cls), f"x{name}", *operands, label=f"{cls.__name__}.{name}")

    return operate


class StudentEnumeration(StudentType):
    """The metaclass of stand-ins for classes that are containers themselves, as enumerations are."""

    __iter__, __len__, __getitem__, __contains__ = map(_class_operator, CLASS_SPECIAL)

    def __bool__(cls) -> bool:
        return True


def _is_made(cls: type) -> bool:
    """Return whether a stand-in is complete; before, a base class of a library may look at it and set something."""
    return "_autograder_link" in type.__getattribute__(cls, "__dict__")


def session_of(cls: type) -> Session:
    """Return the session that a stand-in belongs to."""
    session: Session = type.__getattribute__(cls, "_autograder_session")
    return session


def object_of(cls: type) -> StudentObject:
    """Return the class itself, in the current worker.

    Raises:
        AttributeError: the current submission has no class of this name.
        RuntimeError: the class was lost together with its worker.
    """
    session = session_of(cls)
    found = session.state.objects.get(cls)
    if found is None:
        found = session.define(cls)
    if found is None:
        link = type.__getattribute__(cls, "_autograder_link")
        if link is None:
            raise RuntimeError(say("module.lost", name=cls.__name__))
        session.read(*link)
        found = session.state.objects.get(cls)
        if found is None:
            raise AttributeError(say("module.not-a-class", name=link[1]))
    return found


def _attribute(cls: type, name: str) -> Any:
    return session_of(cls).attribute_of(object_of(cls), name, f"{cls.__name__}.{name}")


# --- objects

# What Python and numpy look up at an object, and what must not be a request.
_LOCAL = frozenset(
    {"__class__", "__reduce_ex__", "__reduce__", "__deepcopy__", "__copy__", "__getstate__", "__array_ufunc__",
     "__array_function__"}
)  # fmt: skip
_REFUSED = frozenset({"__array_interface__", "__array_struct__", "__array_priority__", "__wrapped__", "__set_name__"})


class Proxy(Remote, metaclass=StudentType):
    """An object of the student's that stays in the worker. Stand-ins derive from it and add the operators."""

    _autograder_session: Session
    _autograder_held: StudentObject
    _autograder_link: Link | None = None
    _autograder_data: type | None = None  # of a member of an enumeration: str, int or float
    _autograder_is_data = False
    __array_ufunc__ = None  # numpy leaves ``array + object`` to the object

    def __getattribute__(self, name: str) -> Any:
        if name == "__class__":
            kind = type(self)
            is_of_python = type.__getattribute__(kind, "__module__") == "builtins"
            return _TRUE.get(kind.__name__, kind) if is_of_python else kind
        if name.startswith("_autograder") or name in _LOCAL or (name in SPECIAL_NAMES and hasattr(type(self), name)):
            return object.__getattribute__(self, name)
        if name in _REFUSED:
            raise AttributeError(name)
        if name == "__dict__":
            return Attributes(session_behind(self), lambda: held_by(self))
        return session_behind(self).attribute_of(held_by(self), name, f"{type(self).__name__}.{name}")

    def __setattr__(self, name: str, value: Any) -> None:
        session_behind(self).operate(held_by(self), "setattr", name, value)

    def __delattr__(self, name: str) -> None:
        session_behind(self).operate(held_by(self), "delattr", name)

    def __dir__(self) -> list[str]:
        return sorted(session_behind(self).operate(held_by(self), "names"))

    def __bool__(self) -> bool:
        session, kind = session_behind(self), type(self)
        if any(base in session.state.named for base in kind.__mro__) and not hasattr(kind, "__len__"):
            return True  # as of any object whose class has no opinion
        if type.__getattribute__(kind, "__module__") == "builtins" and kind.__name__ in _TRUE:
            return True
        if may_decide(self, "__bool__"):
            return bool(session.operate(held_by(self), "x__bool__", label=f"{kind.__name__}.__bool__"))
        raise AssertionError("unreachable")

    def __repr__(self) -> str:
        return f"<the student's {type(self).__name__} object>"

    def __deepcopy__(self, memo: Any) -> Any:
        return session_behind(self).operate(held_by(self), "deepcopy")

    def __copy__(self) -> Any:
        return session_behind(self).operate(held_by(self), "copy")

    def __reduce_ex__(self, protocol: Any) -> Any:
        name = type(self).__name__
        why = f"an object of the student's class {name} cannot be pickled, because it stays in the worker"
        if any(base in session_behind(self).state.named for base in type(self).__mro__):
            raise session_behind(self).error(f"{why}. Compare what its methods return")
        raise NotAsked(why)

    def _autograder_object(self) -> StudentObject:
        return held_by(self)

    def _autograder_in_words(self) -> str:
        return say("type.object", name=type(self).__name__)


def new_proxy(session: Session, cls: type, thing: StudentObject) -> Any:
    """Return a new proxy of a stand-in class for an object in the worker."""
    data = type.__getattribute__(cls, "_autograder_data")
    if data is None:
        proxy: Any = object.__new__(cls)
    else:
        plain = session.operate(thing, "plain") if type.__getattribute__(cls, "_autograder_is_data") else data()
        if type(plain) is not data:
            raise session.run.malformed("a member of an enumeration that has no value")
        proxy = data.__new__(cls, plain)
    object.__setattr__(proxy, "_autograder_session", session)
    object.__setattr__(proxy, "_autograder_held", thing)
    return proxy


# What Python itself makes, and is always true.
_TRUE = {"generator": types.GeneratorType, "coroutine": types.CoroutineType, "code": types.CodeType}

# --- making them

_DATA = {"str": str, "int": int, "float": float}


def class_of(session: Session, number: int, *, link: Link | None = None) -> type:
    """Return the stand-in for the class with a number in the current worker; ``link`` is where the test read it."""
    state = session.state
    found = state.classes.get(number)
    if found is None and link is None and not state.is_linked:
        state.is_linked = True  # before: what is read below comes here again
        _find_linked(session)
        found = state.classes.get(number)
    if found is None:
        thing = state.run.object_at(number, "type", "class")
        if len(state.classes) >= MAX_CLASSES:
            return _new("object", (Proxy,), {}, session, None)
        described = session.operate(thing, "describe_class", own_modules(session), label=type_of(thing))
        if link is None:
            _read_links(session, described)
        found = state.classes.get(number)  # test code has bound it, or the description has come here again
        if found is None:
            found = _made(session, described, link)
        state.classes[number] = found
        state.objects[found] = thing
    if link is not None:
        if type.__getattribute__(found, "_autograder_link") is None:  # it was known already, as a base of another class
            type.__setattr__(found, "_autograder_link", link)
        state.named.add(found)
        session.links.setdefault(link, found)
    return found


def own_modules(session: Session) -> list[str]:
    """Return the names of the modules whose classes are the student's own."""
    return [*session.run.source.modules, "__main__"]


def _find_linked(session: Session) -> None:
    """Find the classes that test code has bound by name for an earlier submission: ``except`` makes no request."""
    for link, bound in list(session.links.items()):
        if isinstance(bound, StudentType) and bound not in session.state.objects:
            with contextlib.suppress(AttributeError, ImportError):
                session.read(*link)


def _read_links(session: Session, described: Mapping[str, Any]) -> None:
    """Read the names of this class that test code has bound: the stand-in must be theirs, also if a class below it came
    first."""
    name = described.get("name") if isinstance(described, dict) else None
    for link, bound in list(session.links.items()):
        if isinstance(bound, StudentType) and bound.__name__ == name and bound not in session.state.objects:
            with contextlib.suppress(AttributeError, ImportError):
                session.read(*link)


def _made(session: Session, described: Mapping[str, Any], link: Link | None) -> type:
    """Return the stand-in for a class that a worker has described. The description may lie, and have any form."""
    try:
        name = checked_text(described["name"], 80)
        module = checked_text(described["module"], 200)
        builtin = [checked_text(each, 80) for each in described["builtin"]]
        special = [each for each in described["special"] if each in SPECIAL_NAMES]
        data, of_data = _DATA.get(described["data"]), list(described["of_data"])
        listed = list(described["bases"])
        unhashable = described["unhashable"] is True
        kind = StudentEnumeration if described["of_class"] else StudentType
    except (KeyError, TypeError):
        raise session.run.malformed("a class of another form") from None
    if "BaseException" in builtin:
        return _exception_class(session, name, module, listed, builtin, link)
    own = [base for base in listed if isinstance(base, type) and issubclass(base, Proxy)]
    bases = tuple(dict.fromkeys(own)) or (Proxy,)
    methods: dict[str, Any] = {each: OPERATORS[each] for each in special}
    if unhashable:
        methods["__hash__"] = None
    elif "__eq__" in methods and "__hash__" not in methods:
        methods["__hash__"] = object.__hash__
    exact = None if module in own_modules(session) else _library_base(f"{module}:{name}")
    library = (
        [exact]
        if exact is not None
        else [found for each in listed if isinstance(each, str) and (found := _library_base(each)) is not None]
    )
    known = session.links.get(link) if link is not None else None
    is_renewed = isinstance(known, StudentType) and known not in session.state.objects and issubclass(known, Proxy)
    layout = type.__getattribute__(known, "_autograder_data") if is_renewed else data
    if data is not None and layout is data:
        methods = {each: method for each, method in methods.items() if each not in of_data}
        methods["__bool__"] = getattr(data, "__bool__", lambda self: str.__len__(self) > 0)
    elif layout is not None:  # the class of an earlier submission is one of strings or numbers
        methods = {each: getattr(object, each) for each in ("__eq__", "__ne__", "__hash__")} | methods
    methods["_autograder_is_data"] = data is not None and layout is data
    bases = bases if layout is None or any(issubclass(base, layout) for base in bases) else (*bases, layout)
    if is_renewed:
        assert isinstance(known, type)
        return _renewed(known, (*bases, *library), bases, methods)
    methods["_autograder_data"] = data
    try:
        return _new(name, (*bases, *library), {"__module__": module, **methods}, session, link, kind)
    except TypeError:  # a base class with another metaclass or layout
        return _new(name, bases, {"__module__": module, **methods}, session, link, kind)


def _new(
    name: str, bases: tuple[type, ...], space: dict[str, Any], session: Session, link: Link | None,
    kind: type[StudentType] = StudentType,
) -> type:  # fmt: skip
    made = type.__new__(kind, name, bases, {"__doc__": None, **space, "_autograder_session": session})
    type.__setattr__(made, "_autograder_link", link)
    return made


def new_class(session: Session, name: str, bases: tuple[type, ...], space: Mapping[str, Any]) -> type:
    """Return a stand-in for a class of the test, with the operators that ``space`` defines."""
    methods = {each: OPERATORS[each] for each in space if each in SPECIAL_NAMES}
    kept = {each: space[each] for each in ("__module__", "__classcell__") if each in space}  # Python wants the cell
    return _new(name, bases, {**kept, **methods}, session, None)


def _renewed(known: type, bases: tuple[type, ...], own: tuple[type, ...], methods: dict[str, Any]) -> type:
    """Let the stand-in of an earlier submission stand in for the class of the same name in this one.

    ``bases`` are those of the class, and ``own`` only those that are stand-ins.
    """
    for each in [each for each in type.__getattribute__(known, "__dict__") if each in SPECIAL_NAMES]:
        type.__delattr__(known, each)
    for each, method in methods.items():
        type.__setattr__(known, each, method)
    for possible in (bases, own):  # a base class of a library may be one that the other class cannot have
        with contextlib.suppress(TypeError):
            known.__bases__ = possible
            break
    return known


def _library_base(path: str) -> type | None:
    """Return the trusted class of a base class of a library, for ``isinstance(model, torch.nn.Module)``."""
    found = libraries.named(path)
    usable = isinstance(found, type) and type(found) is type and found is not object
    return found if usable and not issubclass(found, BaseException) and found.__module__ != "builtins" else None


# --- exceptions


def _exception_class(
    session: Session, name: str, module: str, listed: list[Any], builtin: list[str], link: Link | None
) -> type:
    """Return the stand-in for an exception class, or that of the library if it is one."""
    own = [base for base in listed if isinstance(base, type) and issubclass(base, ModuleRaised)]
    library = [
        found
        for each in listed
        if isinstance(each, str)
        and isinstance(found := libraries.named(each), type)
        and issubclass(found, BaseException)
        and found.__module__ != "builtins"
    ]
    nearest = library[0] if library else builtin_exception(builtin)
    if module == "builtins":
        return raised_class(nearest)
    exact = libraries.named(f"{module}:{name}")
    if isinstance(exact, type) and issubclass(exact, BaseException):
        return raised_class(exact)
    bases = (*dict.fromkeys(own), *(() if own and not library else (raised_class(nearest),)))
    bases = tuple(each for i, each in enumerate(bases) if not any(issubclass(o, each) for o in bases[:i]))
    known = session.links.get(link) if link is not None else None
    if isinstance(known, StudentType) and known not in session.state.objects and issubclass(known, ModuleRaised):
        try:
            known.__bases__ = bases
            return known
        except TypeError:  # the other one has the layout of another builtin exception
            bases = (known, *bases)
    return _new(name, bases, {"__module__": module}, session, link)


def builtin_exception(names: list[str]) -> type[BaseException]:
    """Return the first builtin exception that a list of names contains; Exception if none."""
    for name in names:
        found = getattr(builtins, name, None)
        if isinstance(found, type) and issubclass(found, BaseException):
            return found
    return Exception
