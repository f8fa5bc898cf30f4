"""The student's module through the wall, for test code that was written for a plain module or a notebook.

:class:`Namespace` is a mapping for ``exec(code, namespace)``, :class:`StudentModule` what ``import homework`` gives.
All names of the student's live in the worker; what test code defines stays here.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Collection, Iterator, Mapping
from types import ModuleType
from typing import Any

from ..messages import say
from . import libraries
from .attributes import Attributes
from .handle import StudentCode
from .objects import StudentObject, ref_of
from .places import place_of_test
from .proxies import ProxySession
from .raised import ModuleRaised, raised_class

_LOCAL = ("__spec__", "__loader__", "__package__", "__name__", "__doc__", "__path__", "__file__", "__cached__")


class Modules(ProxySession):
    """The modules of the submission that a suite tests. ``use`` lets all of them refer to another submission.

    Args:
        student: the handle of the current case; None: there is none yet.
        names: the modules that test code imports, the main one first; empty: the main module of the submission.
    """

    def __init__(self, student: StudentCode | None = None, names: Collection[str] = ()) -> None:
        super().__init__(student)
        self._modules: dict[str, StudentModule] = {}
        self.executed: set[str] = set()  # those that test code has imported
        self._stars: dict[str, frozenset[str]] = {}
        self._libraries: dict[tuple[str, str], str] = {}  # names that are modules of libraries, and stay so
        for name in names or ([self.run.source.main] if student is not None else []):
            self.module_named(name)

    def __getitem__(self, name: str) -> StudentModule:
        return self._modules[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def module_named(self, name: str) -> StudentModule:
        """Return the module of this name, a new one if test code has not asked for it before."""
        if name not in self._modules:
            self._modules[name] = StudentModule(self, name)
        return self._modules[name]

    def is_handed_in(self, name: str) -> bool:
        """Return whether a module or folder of this name is the student's."""
        return name in self._modules or (self._run is not None and self._run.source.is_handed_in(name))

    def module_of(self, thing: StudentObject) -> Any:
        name = self.operate(thing, "module_name")
        if isinstance(name, str):
            if name == "__main__":
                name = self.run.source.main
            if name in self.run.source.modules:
                return self.module_named(name)
            library = libraries.module_of(name)
            if library is not None:
                return LibraryView(self, library)
        raise AttributeError(say("module.unknown-module", name=str(name)[:80]))

    def value_of(self, module: str, name: str, *, own: bool = False) -> Any:
        """Return what a name of a module refers to; ``own``: only what is in the module's own namespace.

        What was a library once stays one: the student's code cannot put something else in its place.

        Raises:
            AttributeError: there is no such name. It carries the sentence for the student.
        """
        link = (module, name)
        library = self._libraries.get(link) or libraries.ALIASES.get(name)
        if library is not None and name not in self.run.source.asked:
            found = libraries.module_of(library)
            if found is not None and (link in self._libraries or self._has(module, name)):
                self._libraries[link] = library
                return LibraryView(self, found)
        if own and not self._has(module, name):
            raise self.missing(AttributeError, name, f"module {module!r} has no attribute {name!r}")
        try:
            value = self.read(module, name)
        except AttributeError as exc:
            if not isinstance(exc, ModuleRaised):
                raise
            raise self.missing(AttributeError, name, exc.text) from None
        if isinstance(value, LibraryView):
            self._libraries[link] = value.__name__
        elif self.collected is not None and not hasattr(type(value), "_autograder_object"):
            self.collected.append(f"{place_of_test()}: {module}.{name}")
        return value

    def _has(self, module: str, name: str) -> bool:
        return bool(self.operate(self.module(module), "own_attribute", name, keep=False, label=name)[0])

    def forward(self, module: str, name: str, value: Any) -> Callable[[], None]:
        """Replace a name of a library in the worker; return what puts the old value back."""
        owner = self.request(module, None, recipe="library", args=(module, ""), keep=True)
        old = self.operate(owner, "own_attribute", name, label=f"{module}.{name}")[1]
        self.operate(owner, "setattr", name, value, label=f"{module}.{name} = …")

        def undo() -> None:
            if self.state.generation == ref_of(owner).generation and self.state.run is ref_of(owner).run:
                self.operate(owner, "setattr", name, old, label=f"{module}.{name} = …")

        return undo

    def star_names(self, module: str) -> list[str]:
        """Return the names that ``from module import *`` binds, without those that the first submission did not have.

        The first one is the solution. A class that only the student has must not count as named by the test.
        """
        found = self.operate(self.module(module), "star_names", label=module)
        names = [each for each in found if isinstance(each, str)]
        first = self._stars.setdefault(module, frozenset(names))
        return [name for name in names if name in first]

    def missing(self, kind: type[Exception], name: str, text: str) -> BaseException:
        """Return the exception for a name that the submission does not define."""
        fault = self.run.undefined(name)
        exc: Any = raised_class(kind)()
        exc.type_name, exc.text, exc.args, exc.staff = kind.__name__, text, (text,), fault.staff
        exc._autograder_fault = fault
        exc.harmless, exc.verdict = fault.harmless, fault.verdict
        found: BaseException = exc
        return found


class StudentModule(ModuleType):
    """A module of the student's, as ``import homework`` gives it to test code.

    What is set or deleted is set or deleted in the worker: for ``unittest.mock.patch``, ``monkeypatch`` and plain
    assignments.
    """

    def __init__(self, modules: Modules, name: str) -> None:
        super().__init__(name)
        object.__setattr__(self, "_autograder_modules", modules)

    def use(self, student: StudentCode | None) -> None:
        """Let this module, and all others of its suite, refer to another submission."""
        _modules_of(self).use(student)

    def __getattribute__(self, name: str) -> Any:
        if name == "__dict__":  # monkeypatch and mock look there for what they replace
            modules = _modules_of(self)
            return Attributes(modules, lambda: modules.module(self.__name__))
        return super().__getattribute__(name)

    def __getattr__(self, name: str) -> Any:
        modules = _modules_of(self)
        if name == "__all__":
            return modules.star_names(self.__name__)
        if name.startswith("__"):  # Python and pytest look for them in every module
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        return modules.value_of(self.__name__, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _LOCAL or isinstance(value, StudentModule):  # what the import of a module sets
            super().__setattr__(name, value)
            return
        modules = _modules_of(self)
        modules.operate(modules.module(self.__name__), "setattr", name, value, label=f"{self.__name__}.{name} = …")

    def __delattr__(self, name: str) -> None:
        modules = _modules_of(self)
        modules.operate(modules.module(self.__name__), "delattr", name, label=f"del {self.__name__}.{name}")

    def __dir__(self) -> list[str]:
        modules = _modules_of(self)
        return sorted(modules.operate(modules.module(self.__name__), "names", label=f"dir({self.__name__})"))

    def __repr__(self) -> str:
        return f"<the student's module {self.__name__!r}>"

    def _autograder_object(self) -> StudentObject:
        return _modules_of(self).module(self.__name__)

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise _modules_of(self).error("a module of the submission cannot be pickled")


def _modules_of(module: ModuleType) -> Modules:
    modules: Modules = object.__getattribute__(module, "_autograder_modules")
    return modules


class LibraryView(ModuleType):
    """A module of a library that the student's code has imported: the trusted side's own, which cannot be changed.

    A change here would not reach the worker, where the student's code has another copy of the library.
    """

    def __init__(self, modules: Modules, library: ModuleType) -> None:
        super().__init__(library.__name__)
        object.__setattr__(self, "_autograder_modules", modules)
        object.__setattr__(self, "_autograder_library", library)

    def __getattr__(self, name: str) -> Any:
        value = getattr(object.__getattribute__(self, "_autograder_library"), name)
        return LibraryView(_modules_of(self), value) if isinstance(value, ModuleType) else value

    def __dir__(self) -> list[str]:
        return dir(object.__getattribute__(self, "_autograder_library"))

    def __eq__(self, other: object) -> bool:
        mine = object.__getattribute__(self, "_autograder_library")
        return other is mine or (isinstance(other, LibraryView) and other._autograder_library is mine)

    def __hash__(self) -> int:
        return hash(object.__getattribute__(self, "_autograder_library"))

    def __setattr__(self, name: str, value: Any) -> None:
        what = f"{self.__name__}.{name}"
        raise _modules_of(self).error(
            f"the test replaces {what}, which does not reach the worker. Replace a name of the student's module"
        )

    def __delattr__(self, name: str) -> None:
        self.__setattr__(name, None)


class Namespace(dict[str, Any]):
    """The names of a notebook as globals of test code: ``exec(code, namespace)``.

    A name that test code defines stays here and hides the student's. A name of the student's is one that test code has
    read or deleted, or one of ``asked``: assigning to it binds it in the worker. No other assignment reaches the
    worker. Otherwise a submission could define the names of the test's helpers, and get them as functions to call.
    Builtins are those of Python, unless one of ``asked`` has the name.

    Args:
        modules: the modules of the submission, or its handle.
        module: the module whose names are meant; "": the main module.
        asked: the names that the assignment asks the student to define.
    """

    def __init__(self, modules: Modules | StudentCode, module: str = "", *, asked: Collection[str] = ()) -> None:
        super().__init__()
        self.modules = modules if isinstance(modules, Modules) else Modules(modules)
        self._name = module or next(iter(self.modules))
        self._students = set(asked)
        self._ours: set[str] = set()
        self.modules.namespaces.append(self)

    def __missing__(self, name: str) -> Any:
        if not isinstance(name, str) or name.startswith("__") or (hasattr(builtins, name) and not self._is_asked(name)):
            raise KeyError(name)
        try:
            value = self.modules.value_of(self._name, name, own=True)
        except AttributeError as exc:
            if not isinstance(exc, ModuleRaised):
                raise
            raise self.modules.missing(NameError, name, f"name {name!r} is not defined") from None
        self._students.add(name)
        return value

    def _is_asked(self, name: str) -> bool:
        return name in self._students or name in self.modules.run.source.asked

    def __setitem__(self, name: str, value: Any) -> None:
        is_class = isinstance(value, type) and not hasattr(type(value), "_autograder_object")
        if self._is_asked(name) and not isinstance(value, ModuleType) and not is_class:
            super().pop(name, None)
            self._ours.discard(name)
            setattr(self.modules[self._name], name, value)
        else:
            super().__setitem__(name, value)
            self._ours.add(name)

    def __delitem__(self, name: str) -> None:
        if super().__contains__(name):
            super().__delitem__(name)
            self._ours.discard(name)
            return
        if name not in self:
            raise KeyError(name)
        self._students.add(name)
        delattr(self.modules[self._name], name)

    def __contains__(self, name: object) -> bool:
        if super().__contains__(name):
            return True
        if not isinstance(name, str) or name.startswith("__") or self.modules.is_without_submission:
            return False
        return self.modules._has(self._name, name)

    def get(self, name: str, default: Any = None) -> Any:
        return self[name] if name in self else default  # noqa: SIM401

    def pop(self, name: str, *default: Any) -> Any:
        if name not in self and default:
            return default[0]
        value = self[name]
        del self[name]
        return value

    def update(self, other: Mapping[str, Any] = {}, /, **names: Any) -> None:  # type: ignore[override]
        for name, value in {**other, **names}.items():
            self[name] = value

    def setdefault(self, name: str, default: Any = None) -> Any:
        if name not in self:
            self[name] = default
        return self[name]

    def settle(self) -> None:
        """Take in what functions of the test have bound with ``global``. Each request to the worker begins with it."""
        if len(self) == len(self._ours):
            return
        for name in set(self.keys()) - self._ours:
            value = super().__getitem__(name)
            if self._is_asked(name):
                super().__delitem__(name)
                self[name] = value
            else:
                self._ours.add(name)
