"""One run of one case on one submission: its calls, its log, its seed, its limit, and what it may tell the student.

Control goes one way: the handle calls a CaseRun, which asks its :class:`~autograder.student.replay.Replies`, which ask
the :class:`~autograder.student.connection.Connection`, which asks the worker.
"""

from __future__ import annotations

import functools
import hashlib
import time
from collections import deque
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from dataclasses import replace
from typing import Any

from ..guest import wire
from ..guest.trees import is_odd
from ..messages import say
from ..model import Verdict
from ..workers.clock import Clock
from ..workers.worker import Frame, WorkerLost
from .answers import Answers
from .call import RecordedCall, Request, batches, write_back
from .callbacks import MAX_BODY, Callbacks, Objects
from .case_settings import CaseSettings, call_limit_of
from .connection import Connection
from .details import Details
from .faults import FaultMessages, StudentFault
from .frame_numbers import FrameNumbers
from .log import CaseLog, Description
from .objects import LOST, ObjectTable, StudentObject, type_of
from .pending import Done, Pending, Wording
from .replay import Live, Replayed, Replies, Transcript
from .source import ModuleSources


class ArgumentError(TypeError):
    """A case calls the submission with something that cannot be sent."""


class CaseRun:
    """Makes the calls of one case. ``replies`` are live and not recorded, unless others are given."""

    def __init__(
        self,
        connection: Connection,
        settings: CaseSettings,
        *,
        replies: Replies | None = None,
        log: CaseLog | None = None,
    ) -> None:
        self.log = log or CaseLog()
        self.finished = False
        self._settings = settings
        self._connection = connection
        self._faults = FaultMessages(connection.source, connection.spec)
        self._replies: Replies = replies or Live(connection, limit_s=call_limit_of(settings, connection))
        self._is_short = connection.track.is_short
        self._frames = FrameNumbers(connection, settings.id)
        self._objects = ObjectTable(self, connection)
        self._callbacks = Callbacks()
        self._wording = Wording(connection.source)
        self.answers = Answers(connection, self._objects, self._callbacks)
        self._pending: Pending | None = None
        self._siblings: list[CaseRun] = []
        self._encode_more: Callable[[Any], wire.Tree | None] | None = None

    @property
    def source(self) -> ModuleSources:
        """The modules of the submission."""
        return self._connection.source

    @property
    def prepared(self) -> MutableMapping[Any, Any]:
        """What the case computed once for the whole run; it does not depend on the submission."""
        return self._settings.prepared

    @property
    def seed(self) -> int:
        """The seed of the generators in the worker."""
        return self._connection.worker_seed

    @property
    def own_seed(self) -> int:
        """The seed from which the case draws its inputs. It never reaches a worker."""
        digest = hashlib.sha256(f"{self._connection.seed}/{self._settings.id}".encode()).digest()
        return int.from_bytes(digest[:4], "little")

    @property
    def _call_s(self) -> float:
        return self._replies.live.limit_s

    @property
    def transcript(self) -> Transcript | None:
        """What the case asked and was answered; None if its outcome depends on more than the replies."""
        return self._replies.live.transcript

    def _not_replayable(self) -> None:
        """The outcome will depend on more than the replies: on the clock, on another worker, on a callback."""
        self._replies.live.transcript = None

    # --- calls

    def call(self, requests: Sequence[Request]) -> Iterator[RecordedCall]:
        """Make the calls of ``requests``: one frame out, one reply each, yielded as they arrive."""
        for batch in batches(requests):
            yield from self._call_batch(batch)

    def _call_batch(self, batch: Sequence[Request]) -> Iterator[RecordedCall]:
        self._ready()
        self._refuse(batch[0])
        try:
            frame, pending = self._frame(batch)
        except wire.Unsendable as exc:
            if len(batch) == 1:
                raise ArgumentError(f"{batch[0].label}: an argument cannot be sent: {exc}") from exc
            half = len(batch) // 2  # one by one they may fit
            yield from self._call_batch(batch[:half])
            yield from self._call_batch(batch[half:])
            return
        self.log.describe = functools.partial(self._wording.describe, batch[0])
        try:
            self._replies.ask(frame, functions=[request.label for request, _ in pending.todo])
        except WorkerLost as lost:
            raise self._lost(lost, self.log.describe, batch[0].label) from None
        self._pending = pending
        while pending.todo or pending.done:
            if not pending.done:
                self.log.describe = functools.partial(self._wording.describe, pending.todo[0][0])
                self._read(pending)
            done = pending.done.popleft()
            self.log.describe = done.describe
            if isinstance(done.finished, BaseException):
                self.log.fail(done.request, done.printed)
                raise done.finished
            start, end = done.printed
            in_words = functools.partial(self._wording.in_words, names=done.finished.parameters)
            self.log.add(done.finished, in_words, request=done.request, printed=(start, end or start))
            yield done.finished

    def _frame(self, batch: Sequence[Request]) -> tuple[list[bytes | memoryview], Pending]:
        """Return the frame that asks for ``batch``, and the calls that wait for replies to it."""
        encoder = wire.Encoder(self._encode, max_body=MAX_BODY)
        encoder.is_special = is_odd if self.answers.details is not None else None
        calls = []
        todo: deque[tuple[Request, list[Any]]] = deque()
        for request in batch:
            start = len(encoder.mutable)
            calls.append(request.encode(encoder, self._objects.number_of))
            todo.append((request, encoder.mutable[start:]))
        header = self._frames.header(self._objects.take_dropped(), calls=len(todo))
        self._objects.forget_sending()
        if self.answers.details is not None:
            header["also"] = True
        pending = Pending(self._connection.generation, header["id"], todo)
        return wire.pack(wire.Kind.CALL, {**header, "calls": calls}, encoder.buffers), pending

    def _encode(self, value: Any) -> wire.Tree:
        """Encode an argument that is not plain data; None if it cannot be sent."""
        tree = self._objects.encode(value)
        if tree is None and self._encode_more is not None:
            tree = self._encode_more(value)
        if tree is None and callable(value):
            self._not_replayable()  # the submission may call it as often as it likes
            return self._callbacks.grant(value)
        return tree

    def _read(self, pending: Pending, clock: Clock | None = None) -> None:
        """Take in one reply. A verdict is kept next to the values until the case asks for that call."""
        if not self._connection.is_loaded or pending.generation != self._connection.generation:
            raise RuntimeError("the worker of these calls is gone")
        request, mutable = pending.todo.popleft()
        describe: Description = functools.partial(self._wording.describe, request)
        started, start = time.monotonic(), self.log.printed
        end: int | None = None
        finished: RecordedCall | BaseException
        try:
            frame = self._reply(pending.number, clock)
            end = self.log.printed
            if frame.kind is wire.Kind.ERROR:
                finished = self._faults.raised(self.answers.error(frame), describe)
                self._connection.track.ended(request.label, finished)
            else:
                self._connection.track.returned(request.label)
                result, changes, aliases = self.answers.decode(frame, mutable)
                settings = self._settings
                if changes and (settings.in_place or settings.may_change):  # before they are changed here as well
                    describe = functools.partial(str, describe())
                try:
                    finished = request.record(
                        result,
                        changes,
                        aliases,
                        mutable,
                        time.monotonic() - started,
                        parameters=self._wording.names_of(request),
                        may_change=settings.may_change,
                    )
                    write_back(mutable, changes if settings.in_place else finished.allowed(changes))
                except wire.WireError as exc:
                    raise self._connection.violation(str(exc)) from None
        except WorkerLost as lost:
            finished = self._lost(lost, describe, request.label)
        except BaseException:  # out of a function of the case: the worker waits for a value that it will never get
            pending.todo.clear()
            self.close()
            raise
        if isinstance(finished, BaseException):
            pending.todo.clear()
        pending.number += 1
        pending.done.append(Done(request, describe, finished, (start, end)))

    def _reply(self, number: int, clock: Clock | None = None) -> Frame:
        """Wait for the reply to call ``number``, serving callbacks meanwhile."""
        clock = clock or self._connection.clock(self._call_s)
        served = 0
        while True:
            frame = self._connection.read(self._replies.reply(clock))
            if frame.kind is not wire.Kind.CB:
                break
            served += 1
            if served > self._connection.spec.limits.callbacks:
                raise self._connection.violation("too many callbacks")
            with clock.callback():  # the trusted side computes
                try:
                    answer = self.answer(frame)
                    self.answers.count(0)
                except wire.WireError as exc:
                    raise self._connection.violation(str(exc)) from None
            self._connection.ask_on(answer, clock)
        if frame.kind not in (wire.Kind.VALUE, wire.Kind.ERROR) or frame.header.get("id") != number:
            raise self._connection.violation("a reply to another call")
        printed = frame.header.get("out", 0)
        if type(printed) is not int or not 0 <= printed < 1 << 40:
            raise self._connection.violation("a number of bytes out of range")
        self.log.printed += printed
        return frame

    def begin_details(self, encode: Callable[[Any], wire.Tree | None]) -> None:
        """Ask for replies with details from now on, as test code for a plain module needs them.

        Arguments change where the student's code changes them. ``encode`` encodes what ordinary cases cannot send.
        """
        self.answers.details, self._encode_more = Details(), encode
        self._callbacks.details = Objects(self.answers.incoming, self._encode)
        self._settings = replace(self._settings, in_place=True)

    def undefined(self, name: str) -> StudentFault:
        """Return the verdict on test code that needs a name which the submission does not define."""
        self.log.lacks_name = True
        return self._faults.undefined(name, self._connection.names, self._connection.incidents)

    def malformed(self, text: str) -> StudentFault:
        """End the worker because a value that it sent is not what was asked for; return the verdict."""
        return self._lost(self._connection.violation(text), self.log.describe, "")

    @property
    def generation(self) -> int:
        """The number of the current worker; there is one afterwards."""
        if not self._connection.is_loaded:
            self._ready()
        return self._connection.generation

    @property
    def has_torch(self) -> bool:
        """Whether the worker has torch."""
        return self._connection.spec.torch

    def object_at(self, number: int, type_name: str, sort: str) -> StudentObject:
        """Return the object with a number that the worker has named as the class of another one."""
        return self._objects.at(number, type_name, sort)

    def _settle(self, clock: Clock | None = None) -> None:
        """Take in the replies that the case has not asked for yet, so that the worker is free for the next frame."""
        pending, self._pending = self._pending, None
        while pending is not None and pending.todo and self._is_current(pending):
            self._read(pending, clock)

    def _is_current(self, pending: Pending) -> bool:
        return self._connection.is_loaded and pending.generation == self._connection.generation

    def answer(self, frame: Frame) -> list[bytes | memoryview]:
        """Call the function of the case that a callback names, and return the frame of the answer."""
        return self._callbacks.serve(frame)

    # --- reads

    def get(self, owner: StudentObject | None, name: str) -> Any:
        """Return the attribute ``name`` of the module or of an object: plain data, or an object."""
        self._ready()
        number = None if owner is None else self._objects.number_of(owner)
        header = {**self._frames.header(self._objects.take_dropped(), calls=1), "h": number, "name": name}
        if self.answers.details is not None:
            header["also"] = True
        label = name if owner is None else f"{type_of(owner)}.{name}"
        request = Request(label, owner, name, None, (), {})
        self.log.describe, start = lambda: label, self.log.printed
        try:
            self._replies.ask(wire.pack(wire.Kind.GET, header, []), functions=[label])
            frame = self._reply(header["id"])
            if frame.kind is wire.Kind.ERROR:
                self.log.fail(request, (start, self.log.printed))
                raise self._faults.raised(self.answers.error(frame), self.log.describe)
            value = self.answers.decode(frame, [])[0]
        except WorkerLost as lost:
            raise self._lost(lost, self.log.describe, label) from None
        call, printed = RecordedCall(label, (), {}, value), (start, self.log.printed)
        self.log.add(call, lambda label, args, kwargs: label, request=request, printed=printed, is_read=True)
        return value

    def kind_of(self, name: str) -> str:
        """Return "callable" or "data" for a public name of the module; StudentFault if there is none."""
        self._ready()
        kind = self._connection.names.get(name)
        if kind is None:
            self.log.lacks_name = True
            fault = self._faults.undefined(name, self._connection.names, self._connection.incidents)
            fault.harmless = self._connection.has_first_names
            raise fault
        if self.transcript is not None:
            self.transcript.looked_up(name, kind)
        return kind

    def check_callable(self, name: str) -> None:
        """Raise StudentFault if a name of the module should be a function and is not."""
        if self.kind_of(name) != "callable":
            message = say("student.not-callable", name=name, file=self.source.file)
            raise StudentFault(Verdict.ERRORED, message, harmless=self._connection.has_first_names)

    def cpu_s(self) -> float:
        """Return the CPU seconds of the worker; 0 if there is none."""
        self._not_replayable()
        return self._connection.cpu_s()

    def main_thread_s(self) -> float:
        """Return the CPU seconds of the worker's main thread; 0 if there is none."""
        self._not_replayable()
        return self._connection.main_thread_s()

    def open_sibling(self) -> CaseRun:
        """Return a run of the same case in a new worker of the submission; it ends with this one.

        It shares this one's log, limits and time, and its generators start with the same seed.
        """
        self._not_replayable()
        sibling = CaseRun(self._connection.sibling(), self._settings, log=self.log)
        self._siblings.append(sibling)
        self.log.is_ordered = False
        return sibling

    # --- the worker

    def _ready(self) -> None:
        """Have a worker that is free for the next frame."""
        if self.finished:
            raise RuntimeError(LOST)
        if self._callbacks.depth and self.answers.details is None:
            raise RuntimeError("a function that a case passes to the submission cannot call the submission")
        self._settle()
        if not self._connection.is_loaded:
            self.describe_import()
        self._connection.load()

    def describe_import(self) -> None:
        """Let the log say that the current call is the import of the submission."""
        self.log.describe = lambda: f"import {self.source.main}"

    def _refuse(self, request: Request) -> None:
        """Repeat the verdict of earlier cases on a function that is not worth another call."""
        verdict = self._connection.track.refusal(request.label)
        if verdict is not None:
            self.log.describe = functools.partial(self._wording.describe, request)
            self.log.fail(request, (self.log.printed, self.log.printed))
            raise self._faults.not_called(request.label, verdict)

    def _lost(self, lost: WorkerLost, describe: Callable[[], str], function: str) -> StudentFault:
        """Turn the loss of the worker into the verdict on a call; the next call gets a fresh worker."""
        self.close()
        served_before = self._frames.served_before
        fault = self._faults.lost(lost, describe, served_before=served_before, is_short=self._is_short)
        self._connection.track.ended(function, fault)
        return fault

    def close(self) -> None:
        """Kill the worker and those of the siblings."""
        self._close_siblings()
        self._connection.close()
        self._pending = None
        self._replies = self._replies.live
        self._not_replayable()

    def _close_siblings(self) -> None:
        siblings, self._siblings = self._siblings, []
        for sibling in siblings:
            sibling.close()
            sibling.finished = True
            sibling._take_output()

    def finish(self) -> CaseLog:
        """End the case and return its log.

        What the case left unread when it stopped halfway is read first; all of it may take as long as one call. The
        case has its verdict already, so these calls count for no point; they say more about the mistake.
        """
        pending = self._pending
        if pending is not None and pending.todo and self._is_current(pending):
            self._settle(self._connection.clock(self._call_s))
        if pending is not None:
            self.log.add_unread(done.finished for done in pending.done)
        if isinstance(self._replies, Replayed) and self._replies.is_lost:
            self.close()
        if self.transcript is not None:
            self.transcript.asked(b"", ())
        self._close_siblings()
        self.finished = True
        self._take_output()
        return self.log

    def _take_output(self) -> None:
        self.log.imported += self._connection.take_imported()
        self.log.output += self._connection.take_output()
