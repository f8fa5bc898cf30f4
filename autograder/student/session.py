"""The conversation of test code, written for a plain module, with the submission that it currently tests.

A :class:`Session` reads, calls and changes what is in the worker. What cannot be sent is represented by a proxy
(``proxies.py``), a class by a stand-in (``stand_ins.py``). The modules and proxies that a suite has bound stay; with
:meth:`Session.use` they refer to the next submission.
"""

from __future__ import annotations

import sys
import warnings
import weakref
from abc import ABC, abstractmethod
from collections.abc import ItemsView, Iterator, KeysView, Mapping, Sequence, ValuesView
from io import IOBase
from types import FrameType
from typing import Any

import numpy as np

from ..errors import SuiteError
from ..guest import wire
from ..guest.modes import now_of_torch
from ..guest.shared import is_shareable, merge
from ..values import is_tensor, leaves, mapped
from . import libraries
from .call import Remote, Request, holds, holds_numbers, replace_content
from .callbacks import builtin_of
from .case_run import ArgumentError, CaseRun
from .details import Details
from .faults import StudentFault, StudentRaised
from .graphs import attached
from .handle import StudentCode
from .objects import StudentObject, ref_of
from .places import place_of_test
from .recipes import Recipe
from .seeds import Generator, SentStates, is_generator, set_state, state_of
from .state import Link, State
from .suite_functions import TestFunction, drawn, is_of_test, object_of_test
from .torch_objects import in_worker, is_torch_object


class Session(ABC):
    """The submission that modules, namespaces and proxies refer to.

    ``links`` are the functions and stand-ins that were read from a module by name; they stay for the next submission.
    ``derived`` are classes of the test that are derived from stand-ins; ``sends_source`` allows them.
    """

    sends_source = False  # to the worker, where the student's code can read it: only that of visible tests

    def __init__(self, student: StudentCode | None = None) -> None:
        self.links: dict[Link, Any] = {}
        self.derived: weakref.WeakKeyDictionary[type, Any] = weakref.WeakKeyDictionary()
        self.collected: list[str] | None = None  # values and calls that a suite took while it was imported
        self._run: CaseRun | None = None
        self._state: State | None = None
        self._sent = SentStates()
        self.patches: dict[Any, Any] = {}  # replacements of library functions: their names, or what undoes them
        self.thrown: list[Exception] = []  # by functions of the test that the student's code has called
        self._passed: list[Generator] = []  # with the current call
        self.namespaces: list[Any] = []  # settled before each request
        self.use(student)

    def use(self, student: StudentCode | None) -> None:
        """Let everything refer to another submission, or another case of the same; None: to none."""
        run = None if student is None else student._autograder_run
        assert run is None or isinstance(run, CaseRun)
        self._run, self._state = run, None
        self._sent = SentStates()
        self._first_modes = np.geterr(), now_of_torch()
        if run is not None:
            run.begin_details(self.encode)

    @property
    def is_without_submission(self) -> bool:
        """Whether nothing refers to a submission now."""
        return self._run is None

    @property
    def run(self) -> CaseRun:
        """The run of the current case; SuiteError if there is none."""
        if self._run is None:
            raise self.error("the suite uses the submission outside of a test. Move this line into a test or a fixture")
        return self._run

    @property
    def state(self) -> State:
        """What the current worker has shown; a new one if the worker was replaced."""
        run, state = self.run, self._state
        if state is None or state.generation != run.generation:
            self._state = state = State(run, run.generation, self._first_modes)
        return state

    def error(self, why: str) -> SuiteError:
        """Return the error of a suite that does what cannot work through the wall; it names the line of the test."""
        error = SuiteError(f"{place_of_test()}: {why}.")
        if self._run is not None:
            self._run.log.suite_errors.append(error.message)
        return error

    def note_word(self, what: str) -> None:
        """Note for staff that an answer of the student's own code decided a comparison."""
        words = self.run.log.words
        sentence = f"{place_of_test()}: {what}"
        if sentence not in words and len(words) < 20:
            words.append(sentence)

    # --- requests

    def request(
        self,
        label: str,
        owner: StudentObject | None,
        *,
        attribute: str | None = None,
        recipe: str | None = None,
        args: Sequence[Any] = (),
        kwargs: dict[str, Any] | None = None,
        keep: bool = False,
    ) -> Any:
        """Make one call in the worker and return its result; raise what it raised, as test code expects it.

        With ``keep`` the result is the object or value itself, not lifted.

        Raises:
            StudentFault: a verdict, such as the loss of the worker.
            SuiteError: an argument cannot be sent.
        """
        if self.collected is not None and recipe is None:
            self.collected.append(f"{place_of_test()}: {label}()")
        if recipe is None and (names := [each for each in self.patches.values() if isinstance(each, str)]):
            raise self.error(
                f"the test replaces {names[0]}, and the student's code in the worker does not see that. "
                "Replace a name of the student's module, or look at the result alone"
            )
        self.prepare()
        before = len(self._passed)  # what is lowered below may need requests of its own
        lowered: list[tuple[Any, Any]] = []  # lists and dicts of the test, and the copies that are sent
        values = tuple(self.lower(arg, lowered) for arg in args)
        named = {name: self.lower(arg, lowered) for name, arg in (kwargs or {}).items()}
        request = Request(label, owner, attribute, recipe, values, named, keep)
        passed, self._passed = self._passed[before:], self._passed[:before]
        try:
            call = next(self.run.call([request]))
        except (StudentRaised, StudentFault) as fault:
            raise self.failed(fault) from None
        except ArgumentError as exc:
            # A submission can choose the size of a value that the test passes on, and not its type.
            odd = [type(leaf).__name__ for arg in (*values, *named.values()) for leaf in leaves(arg)
                   if not self.is_sendable(leaf)]  # fmt: skip
            if not odd:
                raise
            raise self.error(f"{label} gets an object of {odd[0]}, which cannot be sent. Pass plain data") from exc
        details = self.finish()
        self._take_generators(passed)
        if call.changed:
            for arg in (*args, *(kwargs or {}).values()):
                self._lift_inside(arg)
            for original, copy in lowered:
                replace_content(original, self.lift(copy))
        copies = {id(copy): original for original, copy in lowered}
        for value, number in details.kept:
            if id(value) not in copies:
                self.share(number, value)
        if keep:
            return call.result
        if id(call.result) in copies:  # a list or dict of the test, returned
            return copies[id(call.result)]
        result = self.share(details.ref, self.lift(attached(self, call.result, details.graphs, label)))
        if isinstance(result, list | tuple):
            for index, number in details.parts:
                if index < len(result):
                    self.share(number, result[index])
        return result

    def operate(self, owner: StudentObject, name: str, *args: Any, label: str = "", keep: bool = False) -> Any:
        """Apply an operation of ``guest/detail.py`` to an object in the worker."""
        label = label or f"{ref_of(owner).type_name}.{name.removeprefix('x')}"
        return self.request(label, owner, recipe=name, args=args, keep=keep)

    def get(self, owner: StudentObject, name: str) -> Any:
        """Return an attribute of an object in the worker; an object is not lifted."""
        self.prepare()
        try:
            value = self.run.get(owner, name)
        except (StudentRaised, StudentFault) as fault:
            raise self.failed(fault) from None
        details = self.finish()
        if isinstance(value, StudentObject):
            return value
        return self.share(details.ref, self.lift(attached(self, value, details.graphs, name)))

    def prepare(self) -> None:
        """Bring the worker up to date: names that functions of the test have bound, and seeds that it has set."""
        for namespace in self.namespaces:
            namespace.settle()
        self._send_random()
        self._send_modes()
        shared = self.state.shared
        for number in list(shared.changed()):
            value = shared.values[number]
            copy = self._lower_inside(value, []) or value
            self._ask("in place", shared.objects[number], "merge", (copy,))
            shared.agree(number)
            del value, copy
        for number in shared.unused():
            shared.drop(number)
            self.run.log.calls.clear()  # the log would keep the object in the worker
            self.run.log.steps.clear()

    def _ask(self, label: str, owner: StudentObject | None, recipe: str, args: tuple[Any, ...]) -> None:
        """Make a request of our own between those of the test."""
        try:
            next(self.run.call([Request(label, owner, None, recipe, args, {})]))
        except (StudentRaised, StudentFault) as fault:
            raise self.failed(fault) from None
        except ArgumentError as exc:
            raise self.error(f"{exc}. Let arrays, lists and dicts of the submission hold plain data") from None
        self.finish()

    def failed(self, fault: StudentRaised | StudentFault) -> BaseException:
        """Return what the test gets for an exception of the student's code; a verdict stays what it is.

        An exception that a function of the test has raised comes back as itself.
        """
        details, (thrown, self.thrown) = self.finish(), (self.thrown, [])
        for exc in reversed(thrown):
            error = details.error
            is_same = error is not None and error.text == str(exc)[: len(error.text)]
            if isinstance(exc, SuiteError) or (error is not None and is_same and builtin_of(exc) in error.bases):
                return exc
        return self.raised(fault, details)

    def share(self, number: int, value: Any) -> Any:
        """Share ``value`` under a number that the worker has issued, if it is one that can be shared; return it."""
        shared = self.state.shared
        if number and is_shareable(value) and number not in shared.values and shared.has_room(value):
            shared.objects[number] = self.run.object_at(number, type(value).__name__, "shared")
            shared.add(number, value)
        return value

    def finish(self) -> Details:
        """Take in the details of a reply, and write what the call printed where the test prints."""
        details, run = self.run.answers.details or Details(), self.run
        run.answers.details, run.log.change = Details(), None
        if self.state.shared.values:  # the log would keep them in use
            run.log.calls.clear()
            run.log.steps.clear()
        for text, stream, real in (
            (details.out, sys.stdout, sys.__stdout__),
            (details.err, sys.stderr, sys.__stderr__),
        ):
            if text and stream is not None and stream is not real:  # the terminal of the grader is nobody's to write on
                stream.write(text)
        shared = self.state.shared
        for number, content in details.changed:
            if number in shared.values:
                merge(shared.values[number], self.lift(content))
                shared.agree(number)
        for names, text in details.warnings:
            self._warn(names, text)
        return details

    def _warn(self, names: Sequence[str], text: str) -> None:
        """Warn where the test listens, as the student's code has warned; an exception if the test wants that."""
        found = (libraries.named(name) for name in names)
        category = next((each for each in found if isinstance(each, type) and issubclass(each, Warning)), UserWarning)
        warnings.warn_explicit(text, category, self.run.source.file, 1)

    # --- values

    def lift(self, value: Any) -> Any:
        """Return a value with proxies for the objects in it."""
        if isinstance(value, StudentObject):
            return self.proxy_of(value)
        if (
            isinstance(value, tuple) and type(value) is not tuple and any(holds(item, StudentObject) for item in value)
        ):  # a named tuple
            return type(value)(map(self.lift, value))
        if type(value) not in (list, tuple, dict) or (type(value) is not dict and holds_numbers(value)):
            return value
        return mapped(self.lift, value) if holds(value, StudentObject) else value

    def _lift_inside(self, value: Any) -> None:
        if type(value) in (list, dict) and holds(value, StudentObject):
            replace_content(value, self.lift(value))

    def lower(self, value: Any, copies: list[tuple[Any, Any]]) -> Any:
        """Return a value with the objects themselves in the place of proxies.

        A list or dict that holds one is copied, and both are added to ``copies``.
        """
        as_object = getattr(type(value), "_autograder_object", None)
        if as_object is not None:
            return as_object(value)
        if is_shareable(value) and (held := self.state.shared.object_of(value)) is not None:
            return held
        if is_generator(value):
            return self._generator(value)
        if is_torch_object(value) and (built := in_worker(self, value)) is not None:
            return built
        if callable(value) and not isinstance(value, np.ndarray) and libraries.encode(value) is None:
            return TestFunction(self, value)
        if isinstance(value, KeysView | ValuesView | ItemsView):
            return self.lower(list(value), copies)
        if isinstance(value, IOBase):
            return self._file(value)
        if isinstance(value, Iterator):
            return Recipe("iterator", ([self.lower(item, copies) for item in drawn(self, value)],))
        if is_of_test(value) and not self.is_sendable(value):
            return object_of_test(self, value)
        if type(value) not in (list, tuple, dict) or (type(value) is not dict and holds_numbers(value)):
            return value
        copy = self._lower_inside(value, copies)
        if copy is None:
            return value
        if type(value) is not tuple:
            copies.append((value, copy))
        return copy

    def _lower_inside(self, value: Any, copies: list[tuple[Any, Any]]) -> Any:
        """Return a copy of a list, tuple or dict with its items lowered; None if they are all plain data."""
        if type(value) not in (list, tuple, dict):
            return None
        items = list(value.values()) if type(value) is dict else list(value)
        new = [self.lower(item, copies) for item in items]
        if all(one is other for one, other in zip(items, new, strict=True)):
            return None
        return dict(zip(value, new, strict=True)) if type(value) is dict else type(value)(new)

    def _file(self, file: IOBase) -> Any:
        """Return what stands for an open file of the test: one with the rest of its content, to be read."""
        try:
            rest = file.read() if file.readable() else None
        except (OSError, ValueError):  # it is closed, or no text
            rest = None
        if not isinstance(rest, str | bytes):
            return file
        data = rest.encode() if isinstance(rest, str) else rest
        return Recipe("file", (np.frombuffer(data, np.uint8), isinstance(rest, str)))

    def is_sendable(self, value: Any) -> bool:
        """Return whether a value that is not a list, tuple or dict is of a type that can be sent."""
        plain = value is None or isinstance(
            value, bool | int | float | complex | str | np.ndarray | np.generic | Recipe
        )
        if plain or is_tensor(value) or isinstance(value, Remote) or callable(value):
            return True
        if is_torch_object(value):
            return in_worker(self, value) is not None
        return hasattr(type(value), "_autograder_object") or libraries.encode(value) is not None

    def encode(self, value: Any) -> wire.Tree | None:
        """Encode what only test code for a plain module sends: proxies inside others, slices, parts of libraries."""
        as_object = getattr(type(value), "_autograder_object", None)
        if as_object is not None:
            found: StudentObject = as_object(value)
            return {"h": ref_of(found).number}
        return libraries.encode(value)

    # --- what the proxies are

    @abstractmethod
    def proxy_of(self, thing: StudentObject, *, link: Link | None = None, label: str = "") -> Any:
        """Return what test code gets for an object in the worker; ``link`` is where it was read."""

    @abstractmethod
    def raised(self, fault: StudentRaised | StudentFault, details: Details) -> BaseException:
        """Return the exception that test code gets for a call that raised; a verdict alone if it was no exception."""

    @abstractmethod
    def attribute_of(self, owner: StudentObject, name: str, label: str) -> Any:
        """Return an attribute of an object in the worker: a method, a proxy, or plain data."""

    @abstractmethod
    def module_of(self, thing: StudentObject) -> Any:
        """Return what test code gets for a module in the worker."""

    @abstractmethod
    def derive(self, name: str, bases: tuple[type, ...], space: Mapping[str, Any], frame: FrameType) -> type:
        """Return the stand-in for a class that the test derives from one of the student's."""

    @abstractmethod
    def define(self, cls: type) -> StudentObject | None:
        """Return a class of the test as it is in the worker; None if ``cls`` is not one that the test has derived."""

    @abstractmethod
    def class_in_worker(self, kind: type) -> Any:
        """Return what stands for a class of a library or a visible test among arguments; None if nothing does."""

    def read(self, module: str, name: str) -> Any:
        """Return what a name of a module of the student's refers to now.

        Raises:
            AttributeError: the module has no such name.
        """
        value = self.get(self.module(module), name)
        return self.proxy_of(value, link=(module, name)) if isinstance(value, StudentObject) else value

    # --- modules

    def module(self, name: str) -> StudentObject:
        """Return a module of the submission; ModuleNotFoundError if it has none of this name."""
        state = self.state
        found = state.modules.get(name)
        if found is None:
            is_main = name == self.run.source.main
            found = self.request(name, None, recipe="student_module", args=(name, is_main), keep=True)
            state = self.state  # the request may have started the worker
            state.modules[name] = found
        return found

    # --- random generators

    def _generator(self, value: Generator) -> StudentObject:
        """Return what a generator of the test is in the worker, in the state that it has now."""
        kind, now = state_of(value)
        held, known = self.state.generators.get(id(value), (None, ""))
        if held is None:
            request = Request("random generator", None, None, "generator_in_state", (kind, now), {}, keep=True)
            held = next(self.run.call([request])).result
            assert isinstance(held, StudentObject)
        elif known != now:
            self._ask("random generator", held, "set_state", (now,))
        self.state.generators[id(value)] = held, now
        self._passed.append(value)
        return held

    def _take_generators(self, passed: Sequence[Generator]) -> None:
        """Let the generators that the last call got go on where the student's code has left them."""
        for value in passed:
            held, _ = self.state.generators[id(value)]
            request = Request("random generator", held, None, "get_state", (), {})
            state = next(self.run.call([request])).result
            try:
                set_state(value, state)
            except (TypeError, ValueError, KeyError, AttributeError):
                raise self.run.malformed("a random generator in another state") from None
            self.state.generators[id(value)] = held, state_of(value)[1]
            self.state.kept.append(value)  # as long as its id() is in the table

    def _send_random(self) -> None:
        """Give the worker the states of the global generators that the test has changed."""
        for name, state in self._sent.changed():
            if name != "torch" or self.run.has_torch:
                self._ask(f"{name}.seed", None, "set_random", (name, state))

    def _send_modes(self) -> None:
        """Let numpy and torch do in the worker what the test has set: ``np.errstate``, ``torch.no_grad``."""
        now = np.geterr(), now_of_torch()
        if now == self.state.modes:
            return
        self.state.modes = now
        if now == self._first_modes:
            self._ask("modes", None, "reset_modes", ())
        else:
            self._ask("modes", None, "set_modes", (now[0], now[1] if self.run.has_torch else None))

    def malformed(self, text: str) -> StudentFault:
        """End the worker because of a value that it sent; return the verdict."""
        return self.run.malformed(text)
