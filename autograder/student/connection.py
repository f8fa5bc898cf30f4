"""The connection to the worker of one submission: starts workers, makes the calls of a case, keeps the deadlines.

A worker is forked when it is first needed and replaced after it was lost, so a crash or a hang costs one case.
"""

from __future__ import annotations

import difflib
import functools
import hashlib
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..guest import wire
from ..messages import say
from ..model import Outcome, Verdict
from ..wall.limits import Limits
from ..workers.supervisor import Supervisor
from ..workers.worker import MAX_FRAMES, Clock, Frame, LossReason, Raw, Worker, WorkerLost
from .faults import FaultMessages, RemoteError, StudentFault, checked_text
from .handle import (
    CaseLog,
    ObjectRef,
    RecordedCall,
    RemoteFunction,
    Request,
    StudentObject,
    batches,
    in_words,
    new_object,
    ref_of,
    type_of,
    write_back,
)
from .replay import MAX_REPLIES, Digest, Script, Scripts, Take
from .source import ModuleSources

_Decoded = tuple[Any, list[tuple[int, Any]], list[int]]  # result, changed nodes with their new content, aliased nodes


@dataclass(slots=True)
class _Spent:
    """Wall time of a submission over all calls, in all its workers."""

    seconds: float = 0.0


@dataclass(slots=True)
class _Pending:
    """The calls of one frame: those whose replies are still to be read, and what became of the others."""

    worker: Worker
    number: int  # of the first call in ``todo``
    todo: deque[tuple[Request, list[Any]]]
    done: deque[tuple[Callable[[], str], RecordedCall | BaseException]] = field(default_factory=deque)


class Connection:
    """Starts workers for one submission, makes the calls, keeps the deadlines."""

    def __init__(
        self,
        source: ModuleSources,
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
        """Kill the worker, and those of :meth:`open_sibling`."""
        self._close_others()
        worker, self._worker = self._worker, None
        self._pending = self._take = self._draft = None
        if worker is not None:
            worker.kill()
            self.log.output += worker.take_output()

    def open_sibling(self) -> Connection:
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

    def call(self, requests: Sequence[Request]) -> Iterator[RecordedCall]:
        """Make the calls of ``requests``: one frame out, one reply each, yielded as they arrive."""
        for batch in batches(requests):
            yield from self._call_batch(batch)

    def _call_batch(self, batch: Sequence[Request]) -> Iterator[RecordedCall]:
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

    def _frame(self, batch: Sequence[Request]) -> tuple[list[bytes | memoryview], list[tuple[Request, list[Any]]]]:
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
        finished: RecordedCall | BaseException
        try:
            frame = self._answer(pending.worker, pending.number, clock)
            if frame.kind is wire.Kind.ERROR:
                finished = self._fault_messages.raised(self._error(pending.worker, frame.header), describe)
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
        label = name if owner is None else f"{type_of(owner)}.{name}"
        self.log.describe = lambda: label
        try:
            self._ask(worker, wire.pack(wire.Kind.GET, header, []), calls=1)
            frame = self._answer(worker, number)
            if frame.kind is wire.Kind.ERROR:
                raise self._fault_messages.raised(self._error(worker, frame.header), self.log.describe)
            value = self._decode(worker, frame, [])[0]
        except WorkerLost as lost:
            raise self._lost(lost, self.log.describe) from None
        self.log.add(RecordedCall(label, (), {}, value, (), (), 0.0), lambda label, args, kwargs: label)
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

    def describe(self, request: Request) -> str:
        """Return the call in short: ``bce(p, y)  p: float64 (7, 1), y = [0, 1]``."""
        return self._in_words(request.label, request.args, request.kwargs)

    def _in_words(self, label: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
        return in_words(label, args, kwargs, self.source.parameters.get(label, ()))

    def handle_of(self, thing: StudentObject) -> int:
        ref = ref_of(thing)
        if ref.connection is not self:
            raise RuntimeError("this object lives in another worker; send what it holds as arrays or tensors")
        if ref.generation != self._generation:
            raise RuntimeError(
                "this object was lost together with its worker, or with an earlier case; build it again in the case"
            )
        return ref.handle

    # --- the worker

    @property
    def unloadable(self) -> bool:
        """Whether the submission cannot be imported, so that every case of it ends alike."""
        return self._unloadable is not None

    def _ready(self) -> Worker:
        """Return a worker with the submission loaded, forking one when there is none."""
        if self._in_callback:
            raise RuntimeError("a function that a case passes to the submission cannot call the submission")
        self._settle()
        if self._unloadable is not None:
            raise StudentFault(self._unloadable.verdict, self._unloadable.message, staff=self._unloadable.staff)
        if self._spent.seconds > self.limits.submission_s:
            raise self._lost(WorkerLost(LossReason.BUDGET), str)
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
                raise self._fault_messages.load_failed(
                    self._error(worker, frame.header)
                )  # or a WorkerLost, when it cannot be read
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
            raise WorkerLost(LossReason.BUDGET)
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

    def _finished(
        self, worker: Worker, value: _Decoded, request: Request, mutable: list[Any], seconds: float
    ) -> RecordedCall:
        result, changes, aliases = value
        paths = request.paths(mutable) if changes or aliases else []
        for node, new in changes:
            if not write_back(mutable[node], new):
                raise worker.violation("a changed argument of another type")
        return RecordedCall(
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
            names = frozenset(checked_text(name, 80) for name in methods[:32])
            known = new_object(ObjectRef(self, self._generation, handle, checked_text(type_name, 80), names))
            self._objects[self._generation, handle] = known
            if handle in self._dropped:  # forgotten a moment ago, not yet told, and now it is back
                self._dropped.remove(handle)
            weakref.finalize(known, self._forget, self._generation, handle)
        return known

    def _forget(self, generation: int, handle: int) -> None:
        if generation == self._generation and (generation, handle) not in self._objects:
            self._dropped.append(handle)

    # --- what went wrong

    @property
    def _fault_messages(self) -> FaultMessages:
        return FaultMessages(self.source, self.limits, self._packages, self._secret)

    def _error(self, worker: Worker, header: dict[str, Any]) -> RemoteError:
        try:
            return RemoteError.read(header, self.source)
        except (KeyError, TypeError, ValueError):
            raise worker.violation("an error of another form") from None

    def _lost(self, lost: WorkerLost, describe: Callable[[], str]) -> StudentFault:
        """Turn the loss of the worker into the verdict on a call; the next call gets a fresh worker."""
        self.close()
        return self._fault_messages.lost(lost, describe, served_before=self._served_before)


def _index(value: Any, size: int) -> int:
    if type(value) is not int or not 0 <= value < size:
        raise wire.WireError("a change of an argument that was not sent")
    return value


def _names_of(worker: Worker, header: dict[str, Any]) -> dict[str, str]:
    try:
        return {checked_text(name, 200): "callable" if kind == "callable" else "data" for name, kind in header["names"]}
    except (KeyError, TypeError, ValueError):
        raise worker.violation("a HELLO of another form") from None


def _why(exc: Exception) -> str:
    """What the student's code hears of an exception in a function of the case.

    An assertion's text is for the trusted side: it may hold what is expected.
    """
    if isinstance(exc, wire.Unsendable):
        return f"the function given returned what cannot be sent: {exc}"[:500]
    text = "" if isinstance(exc, AssertionError) else f": {exc}"
    return f"the function given raised {type(exc).__name__}{text}"[:500]
