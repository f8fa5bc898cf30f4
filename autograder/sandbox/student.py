"""The handle through which a case calls a submission as if it were the student's module.

``student.sigmoid(z)`` sends ``z`` to the worker and returns what comes back, as plain data that the trusted side owns.
Objects stay in the worker; the case holds a :class:`StudentObject`. The worker is forked when first needed and
replaced after it was lost, so a crash or a hang costs one case.
"""

from __future__ import annotations

import difflib
import functools
import hashlib
import inspect
import math
import operator
import re
import signal
import textwrap
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from types import CodeType, FunctionType
from typing import Any

import numpy as np

from ..errors import CaseError
from ..messages import say
from ..model import Outcome, Verdict
from . import recipes
from .guest import wire
from .limits import Limits
from .recipes import Recipe
from .script import MAX_FRAMES, MAX_REPLIES, Digest, Script, Scripts, Take
from .supervisor import Supervisor
from .worker import CPU_STEP_S, Clock, Frame, Loss, Raw, Worker, WorkerLost

BATCH_BYTES = 1 << 22  # of arguments in one frame; a longer list of calls travels in several
_Decoded = tuple[Any, list[tuple[int, Any]], list[int]]  # result, changed nodes with their new content, aliased nodes

MISSING_MODULE = re.compile(r"No module named '([A-Za-z]\w{0,79})[.']")
LOG_BYTES = 1 << 26  # of results that the log of a case keeps


class StudentFault(BaseException):
    """A verdict on the submission, raised through the case that made the call.

    A BaseException, so that no ``pytest.raises(Exception)`` of a case takes a crash for the expected error.
    ``again`` says that the submission may not be to blame, so that the case deserves a second run.
    """

    def __init__(self, verdict: Verdict, message: str, *, staff: str = "", again: bool = False) -> None:
        super().__init__(message)
        self.again = again
        self.verdict = verdict
        self.message = message
        self.staff = staff


class StudentRaised(Exception):
    """The student's code raised. The instance is also one of the builtin exception that it raised, by name.

    ``tell`` makes the sentence for the student. It is asked only when somebody reads it: mostly a case expects this.
    """

    verdict = Verdict.ERRORED

    def __init__(self, tell: Callable[[], str], *, type_name: str, text: str, staff: str = "") -> None:
        self._tell = tell
        self.type_name = type_name
        self.text = text
        self.staff = staff

    @functools.cached_property
    def message(self) -> str:
        """The sentence for the student, in the language of the run."""
        return self._tell()

    def __str__(self) -> str:
        return self.message


@functools.cache
def _raised_class(builtin: str) -> type[StudentRaised]:
    """A class that is both StudentRaised and the builtin exception of that name, for ``pytest.raises``."""
    import builtins

    base = getattr(builtins, builtin)
    # One that means the end of a loop would end the case's own, and ``zip(map(student.f, inputs), wanted)`` would hold
    # without a comparison. An exception group cannot be made without its members.
    if base is Exception or issubclass(base, (StopIteration, StopAsyncIteration, BaseExceptionGroup)):
        return StudentRaised
    return type(f"Student{builtin}", (StudentRaised, base), {})


def _builtin_of(bases: Sequence[str]) -> str:
    import builtins

    for name in bases:
        found = getattr(builtins, name, None)
        if isinstance(found, type) and issubclass(found, Exception):
            return name
    return "Exception"


@dataclass(frozen=True, slots=True)
class Call:
    """One finished call. ``args`` are the caller's own objects, after in-place changes were written back to them.

    ``changed`` names the arguments that the student's code changed in place, ``aliases`` those whose memory the
    result shares: "0" is the first argument, "0['W']" an array inside it, "lr" a keyword.
    """

    function: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    result: Any
    changed: tuple[str, ...]
    aliases: tuple[str, ...]
    seconds: float


@dataclass(slots=True)
class _Spent:
    """Wall time of a submission over all calls, in all its workers."""

    seconds: float = 0.0


@dataclass(slots=True)
class CaseLog:
    """What a case did with the submission: its calls and reads in order, the call in hand, and what was printed.

    The call in hand is put into words only when somebody asks: most cases pass, and words cost more than the call.
    """

    calls: list[Call] = field(default_factory=list)
    describe: Callable[[], str] = str
    output: str = ""
    _told: list[Callable[[], str]] = field(default_factory=list)  # each of ``calls``, in words
    _bytes: int = 0

    @property
    def current(self) -> str:
        """The call in hand, or the last one: ``bce(p, y)  p: float64 (7, 1), y = [0, 1]``."""
        return self.describe()

    def call_of(self, got: Any, item: int | None = None) -> str:
        """The call, in words, that returned ``got`` or its item number ``item``; the one in hand where nobody can tell.

        A case often collects what several calls returned and looks at it afterwards, when the last of them is in hand.
        """
        results = [call.result for call in self.calls]
        found: list[int] = []
        if item is not None:  # a list of what calls in a row returned
            rows = range(len(results) - len(got) + 1)
            found = [i + item for i in rows if all(map(operator.is_, results[i : i + len(got)], got))]
        for value in (got, None if item is None else got[item]):
            found = found or [i for i, result in enumerate(results) if _returned(value, result)]
        return self._told[found[0]]() if len(found) == 1 else self.current

    def add(self, call: Call, in_words: Callable[[str, tuple[Any, ...], dict[str, Any]], str]) -> None:
        """Keep a finished call, as long as there is room. Objects of the submission are kept by their type only.

        ``in_words(function, args, kwargs)`` describes it, should somebody ask. Where an argument was changed in place,
        the call in hand was described before that.
        """
        self._bytes += _size(call.result)
        if self._bytes <= LOG_BYTES:
            args, kwargs, result = (_without_objects(part) for part in (call.args, call.kwargs, call.result))
            if args is not call.args or kwargs is not call.kwargs or result is not call.result:
                call = replace(call, args=args, kwargs=kwargs, result=result)
            self.calls.append(call)
            later = functools.partial(in_words, call.function, call.args, call.kwargs)
            self._told.append(self.describe if call.changed else later)


def _returned(value: Any, result: Any) -> bool:
    """Whether ``value`` is what a call returned, or one of several things: the very object, not one that is equal."""
    if value is None or isinstance(value, bool | int | str):  # there is only one True and one 3, whoever returned it
        return False
    parts = result.values() if isinstance(result, dict) else result if isinstance(result, list | tuple) else ()
    return value is result or any(part is value for part in parts)


@dataclass(frozen=True, slots=True)
class Source:
    """What is loaded into a worker: modules (name -> file name and bytes); the main one is the handle's namespace.

    ``missing`` is the sentence for a main module that was not handed in. ``parameters`` are the documented parameter
    names of each function, for messages. ``place`` turns a module and a line of it into file and line as the student
    knows them: a module that was made of a notebook has other lines than its cells. Line 0 is the file as a whole.
    """

    main: str
    modules: dict[str, tuple[str, bytes]]
    missing: str = ""
    parameters: dict[str, tuple[str, ...]] = field(default_factory=dict)
    place: Callable[[str, int], tuple[str, int]] | None = None

    @property
    def file(self) -> str:
        """The main module's file, as the student knows it."""
        return self.placed(self.main, 0)[0] if self.main in self.modules else f"{self.main}.py"

    def asks_for_function(self, name: str) -> bool:
        """Whether the stub defines a function or class of this name."""
        return any(documented.partition(".")[0] == name for documented in self.parameters)

    def placed(self, module: str, line: int) -> tuple[str, int]:
        """Return file and line of a line of a module that is there."""
        return self.place(module, line) if self.place is not None else (self.modules[module][0], line)


class Connection:
    """Starts workers for one submission, makes the calls, keeps the deadlines."""

    def __init__(
        self,
        source: Source,
        supervisor: Supervisor,
        limits: Limits,
        *,
        torch: bool,
        packages: frozenset[str] | None = None,
        seed: int,
        prepared: MutableMapping[str, dict[Any, Any]] | None = None,
        scripts: Scripts | None = None,
    ) -> None:
        self.source = source
        self.limits = limits
        self.log = CaseLog()
        self.case = ""
        self._call_s = limits.call_s
        self._secret = False
        self._supervisor = supervisor
        self._torch = torch
        self._packages = packages
        self._seed = seed
        self._prepared = {} if prepared is None else prepared
        self._scripts = scripts  # of the run, by seed and case; None where every case is to run
        self._take: Take | None = None  # of the script of the case in hand, once it was sent ahead
        self._departed: set[str] = set()  # cases that asked this submission something else than their script
        self._draft: Script | None = None  # what the case in hand has asked so far, unless it is no script
        self._digest = Digest()  # of the replies to it, as long as it may become a script
        self.known: Outcome | None = None  # what became of it, where that was known
        self._worker: Worker | None = None
        self._generation = 0
        self._names: dict[str, str] = {}
        self._unloadable: StudentFault | None = None
        self._reloaded = False
        self._served_before = False  # whether the worker in hand is older than the case in hand
        self._spent = _Spent()
        self._next_id = 1
        self._pending: _Pending | None = None
        self._case_seed: int | None = None
        self._reseed: int | None = None
        self._granted: dict[int, Callable[..., Any]] = {}
        self._grants = 0
        self._in_callback = False
        self._alive: list[StudentObject] = []  # functions of the submission among the arguments being sent
        self._arguments: list[Any] = []  # those whose changes are being read
        self._dropped: list[int] = []
        self._objects: weakref.WeakValueDictionary[tuple[int, int], StudentObject] = weakref.WeakValueDictionary()
        self._others: list[Connection] = []  # to further workers of the case in hand

    # --- cases

    def begin(self, case: str, *, call_s: float | None = None, secret: bool = False, trains: bool = False) -> None:
        """Start the log of ``case``; the worker's generators are seeded from the run's seed and the case's name.

        ``call_s`` is this case's own limit for a single call, in seconds. In a ``secret`` (hidden) case no sentence
        for the student carries an argument, or a text that the student's code could have made from one. A case that
        ``trains`` is never sent ahead: what it asks afterwards is not for the submission to see meanwhile.
        """
        self._abandon()
        self._secret = secret
        self._granted.clear()
        self._call_s = call_s or self.limits.call_s
        self.log = CaseLog()
        self.case = case
        self._case_seed = self._reseed = self._seed_of(case)
        # What a case asks does not depend on the cases before it: the numbers of objects start anew, and those of calls
        # at one that is the case's own, so that a late answer to the case before is never taken for one to this case.
        self._next_id = self._case_seed
        self._generation += 1
        self._dropped = []
        self._served_before = self._worker is not None
        self._take, self._digest, self.known = None, Digest(), None
        self._draft = Script() if self._scripts is not None and not trains else None

    def perform(self) -> Outcome | None:
        """Send at once what the case in hand asks every submission; return what became of it with the same replies.

        None where that is not known: the case is to be run, and will be served from the replies. Raises what its first
        call would raise, should the submission not be loaded.
        """
        script = None if self._scripts is None or self._draft is None else self._scripts.get((self._seed, self.case))
        if script is None or not script.is_of_use or self.case in self._departed:
            return None
        worker = self._ready()
        if any(self._names.get(name) != kind for name, kind in script.names.items()):
            return None
        take = self._take = Take(script)
        script.taken += 1
        self._draft = None
        started = time.monotonic()
        try:
            worker.send(list(script.frames), limit_s=self._call_s)
            for calls in script.calls:
                for _ in range(calls):
                    reply = self._receive(worker, worker.clock(self._call_s), started)
                    if take.digest.size + len(reply.body) > MAX_REPLIES:
                        self.close()
                        self.log = CaseLog()
                        return None  # to be run call by call, in a new worker
                    take.add(reply)
                    if reply.kind is not wire.Kind.VALUE:
                        break  # the calls behind one that raised are not made
        except WorkerLost as lost:
            take.replies.append(lost)
        finally:
            self._spent.seconds += time.monotonic() - started
        if not take.lost:
            self.known = script.outcomes.get(take.digest.value())
        return self.known

    def remember(self, outcome: Outcome) -> None:
        """Keep what the case that was finished asked and was answered, and what became of it, for other submissions."""
        if self._scripts is None:
            return
        if self._take is not None:
            if not self._take.lost:
                self._take.script.remember(self._take.digest.value(), outcome)
        elif self._draft is not None and outcome.verdict is Verdict.PASSED and self._draft.size() <= MAX_FRAMES:
            kept = self._scripts.setdefault((self._seed, self.case), self._draft)
            if kept is self._draft:
                kept.remember(self._digest.value(), outcome)

    def depart(self) -> None:
        """Leave the script of the case in hand, and the worker, which was asked what the case does not ask."""
        assert self._take is not None
        self._take.script.departed += 1
        self._departed.add(self.case)
        self.close()

    def reseed(self, seed: int) -> None:
        """Let the next cases find their generators seeded as in a run with this seed."""
        self._seed = seed

    def finish(self) -> CaseLog:
        """End the log of the case in hand and return it."""
        if self._take is not None and self._take.lost:
            self.close()
        self._abandon()
        self._close_others()
        if self._worker is not None:
            self.log.output += self._worker.take_output()
        log, self.log = self.log, CaseLog()
        return log

    @property
    def prepared(self) -> MutableMapping[Any, Any]:
        """What the case in hand computed once for the whole run: it does not depend on the submission."""
        return self._prepared.setdefault(self.case, {})

    def cpu_s(self) -> float:
        """CPU seconds of the worker in hand; 0 when there is none."""
        self._draft = None  # what depends on the clock is measured anew
        return self._worker.cpu_s() if self._worker is not None else 0.0

    def main_thread_s(self) -> float:
        """CPU seconds of the main thread of the worker in hand; 0 when there is none."""
        self._draft = None
        return self._worker.main_thread_s() if self._worker is not None else 0.0

    def close(self) -> None:
        """Kill the worker, and those of :meth:`another`."""
        self._close_others()
        worker, self._worker = self._worker, None
        self._pending = self._take = self._draft = None
        if worker is not None:
            worker.kill()
            self.log.output += worker.take_output()

    def another(self) -> Connection:
        """Return a connection to a new worker for the same submission; it ends with the case in hand.

        It shares this one's log, limits and budget, and finds its generators seeded as this one did.
        """
        other = Connection(
            self.source,
            self._supervisor,
            self.limits,
            torch=self._torch,
            packages=self._packages,
            seed=self._seed,
            prepared=self._prepared,
        )
        other.case, other.log, other._spent = self.case, self.log, self._spent
        other._call_s, other._secret = self._call_s, self._secret
        other._case_seed = self._case_seed
        self._others.append(other)
        self._draft = None
        return other

    def _close_others(self) -> None:
        others, self._others = self._others, []
        for other in others:
            other.close()

    def _seed_of(self, case: str) -> int:
        return int.from_bytes(hashlib.sha256(f"{self._seed}/{case}".encode()).digest()[:4], "little")

    # --- calls

    def call(self, requests: Sequence[_Request]) -> Iterator[Call]:
        """Make the calls of ``requests``: one frame out, one reply each, yielded as they arrive."""
        for batch in _batches(requests):
            yield from self._call_batch(batch)

    def _call_batch(self, batch: Sequence[_Request]) -> Iterator[Call]:
        worker = self._ready()
        try:
            frame, todo = self._frame(batch)
        except wire.Unsendable as exc:
            if len(batch) == 1:
                raise TypeError(f"{batch[0].label}: an argument cannot be sent: {exc}") from None
            half = len(batch) // 2  # one by one they may fit
            yield from self._call_batch(batch[:half])
            yield from self._call_batch(batch[half:])
            return
        pending = _Pending(worker, self._next_id, deque(todo))
        self._next_id += len(todo)
        self.log.describe = functools.partial(self.describe, batch[0])
        try:
            self._ask(worker, frame, calls=len(todo))
        except WorkerLost as lost:
            raise self._lost(lost, self.log.describe) from None
        self._pending = pending
        while pending.todo or pending.done:
            if not pending.done:
                self.log.describe = functools.partial(self.describe, pending.todo[0][0])
                self._read(pending)
            self.log.describe, finished = pending.done.popleft()
            if isinstance(finished, BaseException):
                raise finished
            self.log.add(finished, self._in_words)
            yield finished

    def _frame(self, batch: Sequence[_Request]) -> tuple[list[bytes | memoryview], list[tuple[_Request, list[Any]]]]:
        """Return the frame that asks for ``batch``, and the mutable parts of each call's arguments."""
        encoder = wire.Encoder(self._outgoing, max_body=2**33)
        calls, todo = [], []
        for request in batch:
            start = len(encoder.mutable)
            calls.append(request.encode(encoder))
            todo.append((request, encoder.mutable[start:]))
        header = {"id": self._next_id, "seed": self._reseed, "drop": self._dropped, "calls": calls}
        frame = wire.pack(wire.Kind.CALL, header, encoder.buffers)
        self._reseed, self._dropped = None, []
        self._alive.clear()  # only now may they be dropped: by the next request
        return frame, todo

    def _ask(self, worker: Worker, frame: list[bytes | memoryview], *, calls: int) -> None:
        """Send a frame of ``calls`` requests, if it was not sent ahead."""
        if self._take is not None:
            self._take.ask(b"".join(frame))
            return
        if self._draft is not None:
            self._draft.add(b"".join(frame), calls)
        worker.send(frame, limit_s=self._call_s)

    def _read(self, pending: _Pending, clock: Clock | None = None) -> None:
        """Take in one reply. A verdict is kept beside the values until the case asks for that call."""
        if pending.worker is not self._worker:
            raise RuntimeError("the worker of these calls is gone")
        request, mutable = pending.todo.popleft()
        describe = functools.partial(self.describe, request)
        started = time.monotonic()
        finished: Call | BaseException
        try:
            frame = self._answer(pending.worker, pending.number, clock)
            if frame.kind is wire.Kind.ERROR:
                finished = self._raised(pending.worker, frame.header, describe)
            else:
                value = self._decode(pending.worker, frame, mutable)
                if value[1]:  # before the arguments are changed here as well
                    describe = functools.partial(str, describe())
                finished = self._finished(pending.worker, value, request, mutable, time.monotonic() - started)
        except WorkerLost as lost:
            finished = self._lost(lost, describe)
        except BaseException:  # out of a function of the case: the worker waits for a value that it will never get
            pending.todo.clear()
            self.close()
            raise
        if isinstance(finished, BaseException):
            pending.todo.clear()
        pending.number += 1
        pending.done.append((describe, finished))

    def _settle(self, clock: Clock | None = None) -> None:
        """Take in the replies that the case has not asked for yet, so that the worker is free for the next request."""
        pending, self._pending = self._pending, None
        while pending is not None and pending.todo and pending.worker is self._worker:
            self._read(pending, clock)

    def _abandon(self) -> None:
        """Settle what a case left behind when it stopped halfway; all of that together may take as long as one call.

        The case has its verdict already, so whatever comes of these calls is nobody's.
        """
        if self._pending is not None and self._pending.todo:
            self._settle(self._pending.worker.clock(self._call_s))

    def get(self, owner: StudentObject | None, name: str) -> Any:
        """Return the attribute ``name`` of the module or of an object: plain data, or a handle."""
        worker = self._ready()
        number, self._next_id = self._next_id, self._next_id + 1
        handle = None if owner is None else self.handle_of(owner)
        header = {"id": number, "seed": self._reseed, "h": handle, "name": name, "drop": self._dropped}
        self._reseed, self._dropped = None, []
        label = name if owner is None else f"{_type_of(owner)}.{name}"
        self.log.describe = lambda: label
        try:
            self._ask(worker, wire.pack(wire.Kind.GET, header, []), calls=1)
            frame = self._answer(worker, number)
            if frame.kind is wire.Kind.ERROR:
                raise self._raised(worker, frame.header, self.log.describe)
            value = self._decode(worker, frame, [])[0]
        except WorkerLost as lost:
            raise self._lost(lost, self.log.describe) from None
        self.log.add(Call(label, (), {}, value, (), (), 0.0), lambda label, args, kwargs: label)
        return value

    def kind_of(self, name: str) -> str:
        """Return "callable" or "data" for a public name of the module; StudentFault when there is none."""
        self._ready()
        found = self._names.get(name)
        if found is None:
            near = difflib.get_close_matches(name, self._names, n=1, cutoff=0.7)
            file = self.source.file
            if near:
                raise StudentFault(Verdict.ERRORED, say("student.no-name-but", file=file, name=name, found=near[0]))
            raise StudentFault(Verdict.ERRORED, say("student.no-name", file=file, name=name))
        if self._draft is not None:
            self._draft.names[name] = found
        return found

    def not_callable(self, name: str) -> StudentFault:
        """Return the verdict on a name that should be a function and is none."""
        return StudentFault(Verdict.ERRORED, say("student.not-callable", name=name, file=self.source.file))

    def describe(self, request: _Request) -> str:
        """Return the call in short: ``bce(p, y)  p: float64 (7, 1), y = [0, 1]``."""
        return self._in_words(request.label, request.args, request.kwargs)

    def _in_words(self, label: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
        names = self.source.parameters.get(label, ())
        shown, details = [], []
        for i, arg in enumerate(args):
            name = names[i] if i < len(names) else ""
            short, detail = _short(arg, name)
            shown.append(short)
            details += [detail] if detail else []
        for name, arg in kwargs.items():
            short, detail = _short(arg, name)
            shown.append(f"{name}={short}" if short != name else name)
            details += [detail] if detail else []
        return f"{label}({', '.join(shown)})" + ("  " + ", ".join(details) if details else "")

    def handle_of(self, thing: StudentObject) -> int:
        hold = _hold(thing)
        if hold.connection is not self:
            raise RuntimeError("this object lives in another worker; send what it holds as arrays or tensors")
        if hold.generation != self._generation:
            raise RuntimeError(
                "this object was lost together with its worker, or with an earlier case; build it again in the case"
            )
        return hold.handle

    # --- the worker

    def _ready(self) -> Worker:
        """Return a worker with the submission loaded, forking one when there is none."""
        if self._in_callback:
            raise RuntimeError("a function that a case passes to the submission cannot call the submission")
        self._settle()
        if self._unloadable is not None:
            raise StudentFault(self._unloadable.verdict, self._unloadable.message, staff=self._unloadable.staff)
        if self._spent.seconds > self.limits.submission_s:
            raise self._lost(WorkerLost(Loss.BUDGET), str)
        if self._worker is not None:
            return self._worker
        if self.source.main not in self.source.modules:
            self._unloadable = StudentFault(Verdict.ERRORED, self.source.missing)
            raise self._unloadable
        worker = self._supervisor.spawn(self.limits, torch=self._torch, packages=self._packages)
        self._generation += 1
        self._served_before = False
        self._dropped = []
        self._reseed = self._case_seed
        self._worker = worker
        try:
            self._load(worker)
        except StudentFault as fault:
            if self._reloaded or not fault.again:
                self._unloadable = fault
            self._reloaded = True
            self.close()
            raise
        return worker

    def _load(self, worker: Worker) -> None:
        self.log.describe = lambda: f"import {self.source.main}"
        modules: list[list[Any]] = []
        buffers: list[bytes | memoryview] = []
        offset = 0
        for name, (file, data) in self.source.modules.items():
            modules.append([name, file, offset, len(data)])
            buffers.append(data)
            offset += len(data)
        started = time.monotonic()
        try:
            header = {"main": self.source.main, "modules": modules, "seed": self._seed_of("")}
            worker.send(wire.pack(wire.Kind.LOAD, header, buffers), limit_s=self.limits.load_s)
            frame = worker.receive(limit_s=self.limits.load_s)
            if frame.kind is wire.Kind.LOADFAIL:
                raise self._load_failed(worker, frame.header)  # or a WorkerLost, when it cannot be read
            if frame.kind is not wire.Kind.HELLO:
                raise worker.violation(f"a frame of kind {frame.kind.name} instead of HELLO")
            self._names = _names_of(worker, frame.header)
        except WorkerLost as lost:
            raise self._lost(lost, self.log.describe) from None
        finally:
            self._spent.seconds += time.monotonic() - started

    def _answer(self, worker: Worker, number: int, clock: Clock | None = None) -> Frame:
        """Wait for the reply to call ``number``, serving callbacks meanwhile; WorkerLost at the end of the budget."""
        clock = clock or worker.clock(self._call_s)
        started = time.monotonic()
        served = 0
        try:
            while True:
                if self._take is not None:
                    raw = self._take.reply()
                else:
                    raw = self._receive(worker, clock, started)
                    if self._draft is not None:
                        self._digest.add(raw)
                frame = worker.read(raw)
                if frame.kind is wire.Kind.CB:
                    served += 1
                    if served > self.limits.callbacks:
                        raise worker.violation("too many callbacks")
                    paused = time.monotonic()
                    self._serve_callback(worker, frame)
                    clock.pause(time.monotonic() - paused)
                    continue
                if frame.kind not in (wire.Kind.VALUE, wire.Kind.ERROR) or frame.header.get("id") != number:
                    raise worker.violation("a reply to another call")
                return frame
        finally:
            self._spent.seconds += time.monotonic() - started

    def _receive(self, worker: Worker, clock: Clock, started: float) -> Raw:
        """Receive one frame; WorkerLost at the end of the budget. ``started`` is when this wait began."""
        if self._spent.seconds + time.monotonic() - started > self.limits.submission_s:
            worker.kill()
            raise WorkerLost(Loss.BUDGET)
        return worker.receive_raw(clock)

    def _serve_callback(self, worker: Worker, frame: Frame) -> None:
        decoder = wire.Decoder(frame.body)
        try:
            function = self._granted[frame.header["cb"]]
            args = [decoder.value(tree) for tree in frame.header["a"]]
            kwargs = {str(name): decoder.value(tree) for name, tree in frame.header["k"]}
        except Exception:
            raise worker.violation("a callback that was not granted or cannot be read") from None
        self._in_callback = True
        try:
            encoder = wire.Encoder(lambda value: None, max_body=2**33)
            tree = encoder.tree(function(*args, **kwargs))
            answer = wire.pack(wire.Kind.CBVALUE, {"v": tree}, encoder.buffers)
        except Exception as exc:  # called with what it cannot take: the student's code hears of it as an exception
            answer = wire.pack(wire.Kind.CBVALUE, {"error": _why(exc)}, [])
        finally:
            self._in_callback = False
        worker.send(answer, limit_s=self._call_s)

    def _finished(self, worker: Worker, value: _Decoded, request: _Request, mutable: list[Any], seconds: float) -> Call:
        result, changes, aliases = value
        paths = request.paths(mutable) if changes or aliases else []
        for node, new in changes:
            if not _write_back(mutable[node], new):
                raise worker.violation("a changed argument of another type")
        return Call(
            function=request.label,
            args=request.args,
            kwargs=request.kwargs,
            result=result,
            changed=tuple(paths[node] for node, _ in changes),
            aliases=tuple(paths[node] for node in aliases),
            seconds=seconds,
        )

    def _decode(self, worker: Worker, frame: Frame, mutable: list[Any]) -> _Decoded:
        """Return result, changed nodes and aliased nodes of a VALUE frame; a violation if anything is off.

        ``mutable`` are the nodes of the arguments; inside a changed one another may stand, by its number.
        """
        nodes = len(mutable)
        try:
            decoder = wire.Decoder(frame.body, self._incoming)
            result = decoder.value(frame.header["v"])
            self._arguments = mutable
            changes = [(_index(i, nodes), decoder.value(tree)) for i, tree in frame.header["w"]]
            return result, changes, [_index(i, nodes) for i in frame.header["al"]]
        except MemoryError:
            raise worker.violation("a reply that does not fit into memory") from None
        except (wire.WireError, KeyError, TypeError, ValueError) as exc:
            raise worker.violation(str(exc) if isinstance(exc, wire.WireError) else "a reply of another form") from None
        finally:
            self._arguments = []

    # --- values that are no plain data

    def _outgoing(self, value: Any) -> wire.Tree:
        if isinstance(value, RemoteFunction):
            value = value.owner if value.attribute is None else self.get(value.owner, value.attribute)
            self._alive.append(value)
        if isinstance(value, StudentObject):
            return {"h": self.handle_of(value)}
        if callable(value):
            self._draft = None  # the submission may call it as often as it likes
            self._grants += 1
            self._granted[self._grants] = value  # until the case ends: an object may keep it and call it later
            return {"c": self._grants}
        return None

    def _incoming(self, tag: str, content: Any) -> Any:
        if tag == "a":
            return self._arguments[_index(content, len(self._arguments))]
        if tag != "h" or not isinstance(content, list) or len(content) != 3:
            raise wire.WireError("a value that only the trusted side may send")
        handle, type_name, methods = content
        if type(handle) is not int or not 0 < handle < 2**31 or not isinstance(type_name, str):
            raise wire.WireError("a handle that is none")
        known = self._objects.get((self._generation, handle))
        if known is None:
            names = frozenset(_string(name, 80) for name in methods[:32])
            known = _new_object(_Hold(self, self._generation, handle, _string(type_name, 80), names))
            self._objects[self._generation, handle] = known
            if handle in self._dropped:  # forgotten a moment ago, not yet told, and now it is back
                self._dropped.remove(handle)
            weakref.finalize(known, self._forget, self._generation, handle)
        return known

    def _forget(self, generation: int, handle: int) -> None:
        if generation == self._generation and (generation, handle) not in self._objects:
            self._dropped.append(handle)

    # --- what went wrong

    def _raised(self, worker: Worker, header: dict[str, Any], describe: Callable[[], str]) -> BaseException:
        error = self._error(worker, header)
        staff = error.trace()
        if "NotImplementedError" in error.bases:
            # What was called may have called the stub.
            stubs = [where for _, _, where, _ in error.lines if where in self.source.parameters]
            name = stubs[-1] if stubs else self._call_in_words(describe).partition("(")[0]
            return StudentFault(Verdict.NOT_ATTEMPTED, say("student.not-attempted", name=name), staff=staff)
        if "MemoryError" in error.bases or "DefaultCPUAllocator" in error.text:
            message = say("worker.memory", call=self._call_in_words(describe), mib=self.limits.memory_mib)
            return StudentFault(Verdict.OUT_OF_MEMORY, message, staff=staff)
        if "RecursionError" in error.bases:
            message = say("student.recursion", call=self._call_in_words(describe))
            return StudentFault(Verdict.ERRORED, message, staff=staff)
        if error.type == "ReturnTypeError":
            id = "student.too-large" if "bytes;" in error.text else "student.return-type"
            call = self._call_in_words(describe)
            message = say(f"{id}-hidden", call=call) if self._secret else say(id, call=call, text=error.text)
            return StudentFault(Verdict.ERRORED, message, staff=staff)
        tell = functools.partial(self._sentence, describe, error)
        return _raised_class(_builtin_of(error.bases))(tell, type_name=error.type, text=error.text, staff=staff)

    def _error(self, worker: Worker, header: dict[str, Any]) -> _Error:
        """Read an exception as the worker describes it; a violation when it is of another form.

        Its lines must be lines of the submission: in a secret case they reach the student, and the name of a file
        could carry anything.
        """
        modules = {file: (name, len(data.splitlines()) + 1) for name, (file, data) in self.source.modules.items()}
        try:
            error = _Error.read(header)
        except (KeyError, TypeError, ValueError):
            raise worker.violation("an error of another form") from None
        lines = []
        for file, line, function, text in error.lines:
            module, size = modules.get(file, ("", -1))
            if 0 <= line <= size:
                lines.append((*self.source.placed(module, line), function, text))
        return replace(error, lines=tuple(lines))

    def _call_in_words(self, describe: Callable[[], str]) -> str:
        """The call without what is said of its arguments; in a secret case without the arguments, too."""
        call = describe().partition("  ")[0]
        return f"{call.partition('(')[0]}(…)" if self._secret and "(" in call else call

    def _sentence(self, describe: Callable[[], str], error: _Error) -> str:
        call = self._call_in_words(describe)
        if error.type == "TypeError" and not error.own:
            if self._secret:
                return say("student.signature-hidden", call=call)
            return say("student.signature", call=call, text=error.text)
        type = _builtin_of(error.bases) if self._secret else error.type
        if not error.lines:
            if self._secret:
                return say("student.raised-hidden", call=call, type=type)
            return say("student.raised", call=call, type=type, text=error.text)
        file, line, _, _ = error.lines[-1]
        if self._secret:
            return say("student.raised-at-hidden", call=call, type=type, file=file, line=line)
        if missing := self._missing(error):
            return say("student.missing", call=call, file=file, line=line, name=missing, offered=self._offered())
        return say("student.raised-at", call=call, type=type, text=error.text, file=file, line=line)

    def _missing(self, error: _Error) -> str:
        """The module that was to be imported and is not offered to submissions, however many a student's own has."""
        found = MISSING_MODULE.match(error.text) if error.type == "ModuleNotFoundError" else None
        name = found[1] if found else ""
        return "" if self._packages is None or name in self._packages else name

    def _offered(self) -> str:
        return ", ".join(sorted(self._packages or ()))

    def _load_failed(self, worker: Worker, header: dict[str, Any]) -> StudentFault:
        error = self._error(worker, header)
        file = self.source.file
        line = 0
        if error.lines:
            file, line = error.lines[-1][0], error.lines[-1][1]
        if "UnicodeDecodeError" in error.bases and not error.lines:
            return StudentFault(Verdict.ERRORED, say("student.encoding", file=file), staff=error.trace())
        if "SyntaxError" in error.bases and line:
            text = error.text.partition(" (")[0]
            return StudentFault(Verdict.ERRORED, say("student.syntax", file=file, line=line, text=text))
        if line and (missing := self._missing(error)):
            message = say("student.load-missing", file=file, line=line, name=missing, offered=self._offered())
        elif line:
            message = say("student.load-at", file=file, line=line, type=error.type, text=error.text)
        else:
            message = say("student.load", file=file, type=error.type, text=error.text)
        return StudentFault(Verdict.ERRORED, message, staff=error.trace())

    def _lost(self, lost: WorkerLost, describe: Callable[[], str]) -> StudentFault:
        """Turn the loss of the worker into the verdict on a call; the next call gets a fresh worker."""
        self.close()
        call = self._call_in_words(describe)
        # Nobody knows who is to blame for a wait, for what earlier cases used of the CPU seconds, or for a SIGKILL,
        # which the kernel sends when the machine runs out of memory.
        again = (
            lost.waiting
            or (lost.loss is Loss.CPU and self._served_before)
            or (lost.loss is Loss.SIGNALLED and lost.detail == signal.SIGKILL)
        )
        match lost.loss:
            case Loss.BUDGET:
                verdict = Verdict.TIMED_OUT
                message = say("worker.budget", seconds=f"{self.limits.submission_s:g}")
            case Loss.TIMED_OUT:
                verdict, message = Verdict.TIMED_OUT, say("worker.timed-out", call=call, seconds=f"{lost.limit_s:g}")
            case Loss.CPU:
                verdict, message = Verdict.TIMED_OUT, say("worker.cpu", seconds=f"{lost.limit_s:g}")
            case Loss.MEMORY:
                verdict = Verdict.OUT_OF_MEMORY
                message = say("worker.memory", call=call, mib=self.limits.memory_mib)
            case Loss.EXITED:
                verdict, message = Verdict.CRASHED, say("worker.exit", call=call, status=lost.detail)
            case Loss.SIGNALLED:
                known = lost.detail in set(signal.Signals)
                name = signal.Signals(lost.detail).name if known else f"signal {lost.detail}"
                verdict, message = Verdict.CRASHED, say("worker.signal", call=call, signal=name)
            case _:
                verdict, message = Verdict.CRASHED, say("worker.protocol", call=call)
        return StudentFault(verdict, message, staff=lost.text, again=again)


@dataclass(frozen=True, slots=True)
class _Error:
    """An exception as a worker describes it; every field checked."""

    type: str
    bases: tuple[str, ...]
    text: str
    lines: tuple[tuple[str, int, str, str], ...]
    own: bool

    @classmethod
    def read(cls, header: dict[str, Any]) -> _Error:
        return cls(
            type=_string(header["type"], 80),
            bases=tuple(_string(base, 80) for base in header["bases"][:20]),
            text=_string(header["text"], 2000),
            lines=tuple(
                (_string(f, 200), _line(n), _string(where, 80), _string(source, 200))
                for f, n, where, source in header["lines"][:5]
            ),
            own=header["own"] is True,
        )

    def trace(self) -> str:
        lines = [f"{file}, line {line}, in {where or '<module>'}: {source}" for file, line, where, source in self.lines]
        return "\n".join([*lines, f"{self.type}: {self.text}"])


def _string(value: Any, most: int) -> str:
    if not isinstance(value, str):
        raise TypeError("a string was wanted")
    return value.encode("utf-8", "replace").decode()[:most]


def _line(value: Any) -> int:
    if type(value) is not int:
        raise TypeError("a line number was wanted")
    return value


def _index(value: Any, size: int) -> int:
    if type(value) is not int or not 0 <= value < size:
        raise wire.WireError("a change of an argument that was not sent")
    return value


def _names_of(worker: Worker, header: dict[str, Any]) -> dict[str, str]:
    try:
        return {_string(name, 200): "callable" if kind == "callable" else "data" for name, kind in header["names"]}
    except (KeyError, TypeError, ValueError):
        raise worker.violation("a HELLO of another form") from None


def _write_back(old: Any, new: Any) -> bool:
    """Put the changed content of an argument into the caller's own object, as a local call would have done.

    An array or tensor that was given another shape or dtype stays as it was: the call names it as changed all the same.
    """
    if isinstance(old, np.ndarray):
        if not isinstance(new, np.ndarray):
            return False
        if old.flags.writeable and new.shape == old.shape and new.dtype == old.dtype.newbyteorder("<"):
            old[...] = new
        return True
    if isinstance(old, dict):
        if not isinstance(new, dict):
            return False
        old.clear()
        old.update(new)
        return True
    if isinstance(old, list):
        if not isinstance(new, list):
            return False
        old[:] = new
        return True
    import torch

    if not isinstance(new, torch.Tensor):
        return False
    if new.shape == old.shape and new.dtype == old.dtype:
        with torch.no_grad():
            old.copy_(new)
    return True


def _as_array(value: Any) -> np.ndarray:
    """An array with the entries of an array or tensor, to be shown."""
    if isinstance(value, np.ndarray):
        return value
    plain = value.detach().cpu().resolve_conj().resolve_neg()
    return np.asarray(plain.float() if str(plain.dtype) == "torch.bfloat16" else plain)


def _short(value: Any, name: str) -> tuple[str, str]:
    """Return how an argument stands in the call, and what is said of it behind the call."""
    if isinstance(value, np.ndarray) or type(value).__module__ == "torch":
        kind = str(value.dtype).removeprefix("torch.")
        shape = tuple(int(n) for n in value.shape)
        if math.prod(shape) <= 6 and value.ndim <= 2:
            values = np.array2string(_as_array(value), separator=", ")
            return name or "…", f"{name or 'array'} = {' '.join(values.split())}"
        return name or "…", f"{name or 'array'}: {kind} {shape}"
    if isinstance(value, RemoteFunction):
        return name or value.__name__, ""
    if isinstance(value, (StudentObject, Recipe)):
        return name or "…", ""
    if callable(value):
        return name or "function", ""
    text = repr(value)
    if len(text) > 40:
        many = f" of {len(value)}" if hasattr(value, "__len__") else ""
        return name or "…", f"{name or 'argument'}: {type(value).__name__}{many}"
    return text, ""


def _why(exc: Exception) -> str:
    """What the student's code hears of an exception in a function of the case.

    An assertion's text is for the trusted side: it may hold what is expected.
    """
    if isinstance(exc, wire.Unsendable):
        return f"the function given returned what cannot be sent: {exc}"[:500]
    text = "" if isinstance(exc, AssertionError) else f": {exc}"
    return f"the function given raised {type(exc).__name__}{text}"[:500]


@dataclass(frozen=True, slots=True)
class _Request:
    """One call to be made."""

    label: str
    owner: StudentObject | None
    attribute: str | None
    recipe: str | None
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    keep: bool = False

    def encode(self, encoder: wire.Encoder) -> dict[str, Any]:
        """Return the call as it stands in a frame; Unsendable for an argument that cannot travel."""
        return {
            "h": None if self.owner is None else _hold(self.owner).connection.handle_of(self.owner),
            "r": self.recipe,
            "f": self.attribute,
            "a": [_tree(encoder, arg) for arg in self.args],
            "k": [[name, _tree(encoder, arg)] for name, arg in self.kwargs.items()],
            "keep": self.keep,
        }

    def size(self) -> int:
        return sum(_size(arg) for arg in (*self.args, *self.kwargs.values()))

    def paths(self, mutable: list[Any]) -> list[str]:
        """Name every mutable node, in the order in which it was encoded."""
        names: dict[int, str] = {}
        for i, arg in enumerate(self.args):
            _name_nodes(arg, str(i), names)
        for key, arg in self.kwargs.items():
            _name_nodes(arg, key, names)
        return [names.get(id(node), "?") for node in mutable]


def _tree(encoder: wire.Encoder, value: Any) -> wire.Tree:
    if isinstance(value, Recipe):
        return {"r": [value.name, [_tree(encoder, argument) for argument in value.arguments]]}
    return encoder.tree(value)


def _name_nodes(value: Any, path: str, names: dict[int, str]) -> None:
    names.setdefault(id(value), path)
    if isinstance(value, dict):
        for key, item in value.items():
            _name_nodes(item, f"{path}[{key!r}]", names)
    elif isinstance(value, (list, tuple)):
        for i, item in enumerate(value):
            _name_nodes(item, f"{path}[{i}]", names)
    elif isinstance(value, Recipe):
        for item in value.arguments:
            _name_nodes(item, path, names)


def _size(value: Any) -> int:
    if type(value) is np.ndarray:  # most values are one
        return value.nbytes
    if isinstance(value, dict):
        return sum(_size(item) for item in value.values())
    if isinstance(value, (list, tuple)):
        return 8 * len(value) if _numbers(value) else sum(_size(item) for item in value)
    if isinstance(value, Recipe):
        return sum(_size(item) for item in value.arguments)
    # An object of the submission is not asked: that would be a call.
    return 0 if isinstance(value, StudentObject) else int(getattr(value, "nbytes", 0))


@dataclass(slots=True)
class _Pending:
    """The calls of one frame: those whose replies are still to be read, and what became of the others."""

    worker: Worker
    number: int  # of the first call in ``todo``
    todo: deque[tuple[_Request, list[Any]]]
    done: deque[tuple[Callable[[], str], Call | BaseException]] = field(default_factory=deque)


def _batches(requests: Sequence[_Request]) -> Iterator[list[_Request]]:
    """Cut a list of calls into frames of at most 100 calls and BATCH_BYTES of arrays each."""
    batch: list[_Request] = []
    size = 0
    for request in requests:
        if batch and (size + request.size() > BATCH_BYTES or len(batch) >= 100):
            yield batch
            batch, size = [], 0
        batch.append(request)
        size += request.size()
    if batch:
        yield batch


class RemoteFunction:
    """A function, class or method of the submission. Calling it calls the student's code in the worker."""

    def __init__(self, connection: Connection, owner: StudentObject | None, attribute: str | None, label: str) -> None:
        self.owner = owner
        self.attribute = attribute
        self._connection = connection
        self.__name__ = label

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.record(*args, **kwargs).result

    def record(self, *args: Any, **kwargs: Any) -> Call:
        """Call, and return the whole :class:`Call`: result, arguments changed in place, shared memory, seconds."""
        return next(self._make([self._request(args, kwargs)]))

    def each(self, arguments: Iterable[tuple[Any, ...]]) -> Iterator[Any]:
        """Yield the results of one call for each tuple of arguments; all of them travel in one frame."""
        for call in self.record_each(arguments):
            yield call.result

    def record_each(self, arguments: Iterable[tuple[Any, ...]]) -> Iterator[Call]:
        """Like :meth:`each`, yielding whole :class:`Call` values."""
        return self._make([self._request(args, {}) for args in arguments])

    def keep(self, *args: Any, **kwargs: Any) -> StudentObject:
        """Call, and leave the result in the worker, even if it is plain data; return a handle to it."""
        made: StudentObject = next(self._make([self._request(args, kwargs, keep=True)])).result
        return made

    def watched(self, names: Sequence[str], /, *args: Any, **kwargs: Any) -> tuple[Any, list[str]]:
        """Call, and return the result and which of ``names`` were called meanwhile (``recipes.watch_calls``)."""
        self._check()
        watch = _build(self._connection, recipes.watch_calls(self, names))
        result = RemoteFunction(self._connection, watch, None, self.__name__)(*args, **kwargs)
        called = watch.called()
        return result, [name for name in names if name in called]

    def raced(
        self, rival: FunctionType, over: Sequence[tuple[Any, ...]], against: tuple[Any, ...]
    ) -> tuple[list[Any], float, float]:
        """Call with each of ``over``, then call ``rival`` in the same worker with the arguments ``against``.

        Return the results, and the CPU seconds of the fastest call of each, as the kernel counts them. The first call
        is out of competition: it may import something, or fetch memory. Each call travels alone, so that none can
        begin before its turn; what other threads computed meanwhile is shared out among the calls.
        """
        connection = self._connection
        theirs = _inside(connection, rival)
        results = [self(*over[0])]
        before, seconds = connection.cpu_s(), []
        for args in over[1:]:
            started = connection.main_thread_s()
            results.append(self(*args))
            seconds.append(connection.main_thread_s() - started)
        elsewhere = max(0.0, connection.cpu_s() - before - sum(seconds) - CPU_STEP_S)
        started = connection.main_thread_s()
        theirs(*against)
        return results, min(seconds) + elsewhere / len(seconds), connection.main_thread_s() - started

    @property
    def prepared(self) -> MutableMapping[Any, Any]:
        """A place for what the case in hand computes once for all submissions of the run."""
        return self._connection.prepared

    def _request(self, args: tuple[Any, ...], kwargs: dict[str, Any], *, keep: bool = False) -> _Request:
        return _Request(self.__name__, self.owner, self.attribute, None, args, kwargs, keep)

    def _check(self) -> None:
        module_level = self.owner is None and self.attribute is not None
        if module_level and self._connection.kind_of(self.__name__) != "callable":
            raise self._connection.not_callable(self.__name__)

    def _make(self, requests: list[_Request]) -> Iterator[Call]:
        self._check()
        return self._connection.call(requests)

    def __repr__(self) -> str:
        return f"<student's {self.__name__}>"


@dataclass(frozen=True, slots=True, eq=False)
class _Hold:
    """What a StudentObject stands for: valid only for the worker (generation) that issued it."""

    connection: Connection
    generation: int
    handle: int
    type_name: str
    methods: frozenset[str] = frozenset()


def _operation(name: str) -> Callable[..., Any]:
    """A special method that applies its operator to the real object, in the worker."""

    def operate(self: StudentObject, *operands: Any) -> Any:
        return _operate(self, name, *operands)

    return operate


def _operate(thing: StudentObject, name: str, *operands: Any, keep: bool = False) -> Any:
    hold = _hold(thing)
    request = _Request(f"{hold.type_name}.{name}", thing, None, name, operands, {}, keep)
    return next(hold.connection.call([request])).result


class StudentObject:
    """An object that stays in the worker. Attributes, calls and operators go there; it has no value of its own here."""

    __slots__ = ("__weakref__", "_autograder_hold")
    _autograder_hold: _Hold

    __add__, __radd__ = _operation("__add__"), _operation("__radd__")
    __sub__, __rsub__ = _operation("__sub__"), _operation("__rsub__")
    __mul__, __rmul__ = _operation("__mul__"), _operation("__rmul__")
    __truediv__, __rtruediv__ = _operation("__truediv__"), _operation("__rtruediv__")
    __floordiv__, __rfloordiv__ = _operation("__floordiv__"), _operation("__rfloordiv__")
    __mod__, __rmod__ = _operation("__mod__"), _operation("__rmod__")
    __pow__, __rpow__ = _operation("__pow__"), _operation("__rpow__")
    __matmul__, __rmatmul__ = _operation("__matmul__"), _operation("__rmatmul__")
    __neg__ = _operation("__neg__")
    __getitem__ = _operation("__getitem__")
    __len__ = _operation("__len__")
    __array_ufunc__ = None  # numpy leaves ``array + object`` to the object instead of to each of its entries

    def __iter__(self) -> Iterator[Any]:
        """Yield what the real object yields, one request each."""
        iterator = _operate(self, "__iter__", keep=True)
        while step := _operate(iterator, "__next__"):
            yield step[0]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        """One opaque entry, as any object: numpy must not read it as a sequence, entry by entry."""
        opaque = np.empty((), dtype=object)
        opaque[()] = self
        return opaque if dtype is None else opaque.astype(dtype)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        hold = _hold(self)
        if name in hold.methods:
            return RemoteFunction(hold.connection, self, name, f"{hold.type_name}.{name}")
        value = hold.connection.get(self, name)
        if isinstance(value, StudentObject) and _type_of(value) in ("method", "builtin_function_or_method"):
            return RemoteFunction(hold.connection, self, name, f"{hold.type_name}.{name}")
        return value

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        hold = _hold(self)
        return RemoteFunction(hold.connection, self, None, hold.type_name)(*args, **kwargs)

    def __bool__(self) -> bool:
        raise TypeError("an object of the submission has no truth value here; read plain data from it")

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("attributes of an object of the submission cannot be set from here")

    def __repr__(self) -> str:
        return f"<the student's {_hold(self).type_name} object>"

    def _autograder_in_words(self) -> str:
        return say("type.object", name=_hold(self).type_name)  # where a comparison names what it got


def _new_object(hold: _Hold) -> StudentObject:
    made = StudentObject()
    object.__setattr__(made, "_autograder_hold", hold)
    return made


def _hold(thing: StudentObject) -> _Hold:
    hold: _Hold = object.__getattribute__(thing, "_autograder_hold")
    return hold


def _type_of(thing: StudentObject) -> str:
    return _hold(thing).type_name


def _numbers(value: Any) -> bool:
    """Whether a list or tuple holds plain numbers only: thousands of them are not looked at one by one."""
    return len(value) > 0 and type(value[0]) in (int, float) and set(map(type, value)) <= {int, float}


def _without_objects(value: Any) -> Any:
    """``value`` with every object of the submission replaced by one that stands for its type alone."""
    if type(value) is np.ndarray:
        return value
    if isinstance(value, StudentObject):
        return _new_object(replace(_hold(value), generation=0, handle=0))
    if type(value) in (list, tuple) and not _numbers(value):
        parts = [_without_objects(item) for item in value]
        return value if all(map(operator.is_, parts, value)) else type(value)(parts)
    if type(value) is dict:
        found = {key: _without_objects(item) for key, item in value.items()}
        return value if all(found[key] is item for key, item in value.items()) else found
    return value


class StudentCode:
    """The student's module behind the wall: every public attribute is the student's."""

    __slots__ = ("_autograder_connection",)
    _autograder_connection: Connection

    def __init__(self, connection: Connection) -> None:
        object.__setattr__(self, "_autograder_connection", connection)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        connection = self._autograder_connection
        if connection.kind_of(name) == "data":
            if connection.source.asks_for_function(
                name
            ):  # ``loss = loss(x)`` at the end of a module hides the function
                raise connection.not_callable(name)
            return connection.get(None, name)
        return RemoteFunction(connection, None, name, name)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("a case cannot change the submission")

    def __repr__(self) -> str:
        return f"<the student's {self._autograder_connection.source.file}>"


def build(student: StudentCode, recipe: Recipe) -> StudentObject:
    """Build ``recipe`` inside the submission's worker and return a handle to what it made."""
    return _build(student._autograder_connection, recipe)


def _build(connection: Connection, recipe: Recipe) -> StudentObject:
    request = _Request(f"recipes.{recipe.name}", None, None, recipe.name, recipe.arguments, {}, keep=True)
    made: StudentObject = next(connection.call([request])).result
    return made


def inside(student: StudentCode, function: FunctionType) -> RemoteFunction:
    """Send a function of the case to the submission's worker, where it can handle the objects that stay there.

    It is sent as source and sees numpy as ``np`` and its arguments, nothing else of the case's file. The student's
    code runs beside it and can read it: it must not hold what is wanted. Use it to make many calls in one, and as an
    argument that the student's code calls with its own objects::

        def product(a, b):
            return (a * b).sum()

        student.gradcheck(inside(student, product), [a, b])

    Raises:
        CaseError: the function uses a variable of a function around it, or is no ``def``.
    """
    return _inside(student._autograder_connection, function)


def _inside(connection: Connection, function: FunctionType) -> RemoteFunction:
    source = _source_of(function.__code__)
    if function.__closure__ or not source.startswith("def "):
        raise CaseError(
            f"inside: {function.__qualname__} must be a plain def that uses nothing but np and its arguments."
        )
    made = _build(connection, recipes.function(source))
    return RemoteFunction(connection, made, None, function.__name__)


@functools.cache
def _source_of(code: CodeType) -> str:
    """The source of a function, read once for all submissions of a run."""
    return textwrap.dedent(inspect.getsource(code))


def fresh(student: StudentCode) -> StudentCode:
    """Return the same submission in a new worker, which has seen nothing of this one; it ends with the case.

    Objects of one worker cannot be sent to another, plain data can: train in ``student``, take ``state_dict()`` out,
    and predict in ``fresh(student)``. All workers of a submission share its limits of time.
    """
    return StudentCode(student._autograder_connection.another())


def cpu_seconds(student: StudentCode) -> float:
    """CPU seconds that the submission's worker used so far, as the kernel counts them."""
    return student._autograder_connection.cpu_s()


def parameters_of(source: bytes) -> dict[str, tuple[str, ...]]:
    """Read the parameter names of every function and method from a stub, without running it."""
    import ast

    found: dict[str, tuple[str, ...]] = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = tuple(arg.arg for arg in node.args.args)
        elif isinstance(node, ast.ClassDef):
            for method in node.body:
                if isinstance(method, ast.FunctionDef):
                    names = tuple(arg.arg for arg in method.args.args[1:])
                    found[node.name if method.name == "__init__" else f"{node.name}.{method.name}"] = names
    return found
