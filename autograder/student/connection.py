"""The connection to the worker of one submission. It knows one worker at a time, and no case.

A worker is forked when it is first needed and replaced after it was lost, so a crash or a hang costs one case.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

from ..errors import SandboxError
from ..guest import wire
from ..model import LoadFailure, Verdict
from ..workers.clock import Budget, Clock
from ..workers.spec import WorkerSpec
from ..workers.supervisor import Supervisor
from ..workers.worker import Frame, LossReason, Raw, Worker, WorkerLost
from .faults import FaultMessages, RemoteError, StudentFault, is_perhaps_not_its_fault
from .installation import without_folders
from .load_failure import describe
from .loading import Incident, LoadRecord, notes_on, statement_of
from .source import ModuleSources, checked_text
from .track_record import TrackRecord

# Of all generators in a worker, before the import of a submission and before every case. It is the same in every run: a
# number that depended on the run, the case or the kind of run would tell the submission about them.
WORKER_SEED = 20_050_419
LATE_S = 1.0  # the worker's own timer has the first chance to end a statement


@dataclass(slots=True)
class _LoadFailure:
    """Why no worker can load the submission; ``fault`` is None while one may. ``error`` is that of the worker."""

    fault: StudentFault | None = None
    error: RemoteError | None = None
    attempts: int = 0


@dataclass(slots=True)
class _Printed:
    """What the submission printed, in all its workers, and nobody has taken yet."""

    loading: str = ""
    calls: str = ""


class Connection:
    """Starts workers for one submission, loads it, sends frames and receives replies.

    ``names`` are the public names of the loaded module, each "callable" or "data". ``generation`` counts the workers,
    ``budget`` the time of the submission, ``track`` what its functions did. ``seed`` is that of the run; it
    never reaches a worker. ``draws`` changes the seed of the worker's own generators: it is 0 when a submission is
    graded, and an audit tries other values.

    No sentence about the first load can carry a hidden input, because none was there yet. A later one can: a worker
    that has seen one may end at a chosen moment, and the next worker may look at the clock while it is loaded.
    """

    def __init__(
        self,
        source: ModuleSources,
        supervisor: Supervisor,
        spec: WorkerSpec,
        *,
        seed: int,
        budget: Budget | None = None,
        record: LoadRecord | None = None,
        track: TrackRecord | None = None,
        draws: int = 0,
    ) -> None:
        self.source = source
        self.spec = spec
        self.seed = seed
        self.draws = draws
        self.has_leftover = False
        self.names: dict[str, str] = {}
        self.generation = 0
        self._supervisor = supervisor
        self.budget = budget or Budget(spec.limits.submission_s)
        self.track = track or TrackRecord(is_kept=False)
        self._worker: Worker | None = None
        self._failure = _LoadFailure()
        self._record = record or LoadRecord()
        self._printed = _Printed()

    @property
    def worker_seed(self) -> int:
        """The seed of all generators in the worker."""
        return (WORKER_SEED + self.draws) % 2**32

    # --- load

    def load(self) -> None:
        """Have a worker with the submission loaded; do nothing if there is one.

        Raises:
            StudentFault: the submission cannot be loaded, or its time is used up.
        """
        if self._failure.fault is not None:
            known = self._failure.fault
            raise StudentFault(known.verdict, known.message, staff=known.staff, ran=False, harmless=known.harmless)
        faults = FaultMessages(self.source, self.spec)
        if self.budget.is_spent():
            self.close()
            raise faults.lost(WorkerLost(LossReason.BUDGET), str, served_before=False)
        if self._worker is not None:
            return
        if self.source.main not in self.source.modules:
            self._failure.fault = StudentFault(Verdict.ERRORED, self.source.missing, ran=False, harmless=True)
            raise self._failure.fault
        try:
            if self._record.incidents is None:
                self._load_first(faults)
            else:
                self._start(faults)
        except WorkerLost as lost:
            fault = faults.lost(lost, lambda: f"import {self.source.main}", served_before=False)
            fault.ran, fault.harmless = False, self._record.names is None
            self._failure.attempts += 1
            if self._failure.attempts > 1 or not fault.again:
                self._failure.fault = fault
            raise fault from None
        except StudentFault as fault:
            fault.harmless = self._record.names is None
            self._failure.fault = fault
            raise

    @property
    def is_unloadable(self) -> bool:
        """Whether the submission cannot be loaded, so that every case of it ends alike."""
        return self._failure.fault is not None

    @property
    def load_failure(self) -> LoadFailure | None:
        """Why no case could run, for the student; None if the first load succeeded."""
        fault = self._failure.fault
        return describe(fault, self._failure.error, self.source) if fault is not None and fault.harmless else None

    @property
    def has_first_names(self) -> bool:
        """Whether the loaded module has the public names that the first load found."""
        return self.names == self._record.names

    @property
    def is_loaded(self) -> bool:
        """Whether there is a worker with the submission."""
        return self._worker is not None

    @property
    def incidents(self) -> tuple[Incident, ...]:
        """What happened when the submission was loaded for the first time."""
        return self._record.incidents or ()

    def notes(self) -> tuple[str, ...]:
        """Return the notes on the first load, for the student."""
        return tuple(notes_on(self.incidents, self.source, self.spec))

    def _load_first(self, faults: FaultMessages) -> None:
        """Load the submission for the first time, and find the statements that later loads skip.

        To find a statement that ends the worker, load again while the worker names each statement before it runs.
        """
        record = self._record
        while record.incidents is None:
            try:
                frame = self._start(faults)
                try:
                    record.finish(frame.header, self.source)
                except (KeyError, TypeError, ValueError):
                    raise self.violation("a HELLO of another form") from None
            except WorkerLost as lost:
                self.close()
                if is_perhaps_not_its_fault(lost) or not record.goes_on_after(
                    lost, functools.partial(faults.lost_at, lost)
                ):
                    raise
        if record.is_stateful:  # every case then sees the same, in a worker that has used no time
            self.close()
            self._start(faults)
        record.names = self.names

    def _start(self, faults: FaultMessages) -> Frame:
        """Fork a worker, load the submission into it, and return its HELLO.

        Raises:
            StudentFault: Python cannot read the submission.
            WorkerLost: the worker was lost.
        """
        self._worker = self._supervisor.spawn(self.spec)
        self.generation += 1
        limits = self.spec.limits
        clock = self._worker.clock(limits.load_s + limits.cell_s + LATE_S)
        try:
            self._worker.send(_load_frame(self), self._worker.clock(limits.load_s))
            frame = self._hello(clock)
            if frame.kind is wire.Kind.LOADFAIL:
                self._failure.error = self.error(frame)
                fault = faults.load_failed(self._failure.error)
                self.close()
                raise fault
            if frame.kind is not wire.Kind.HELLO:
                raise self.violation(f"a frame of kind {frame.kind.name} instead of HELLO")
            self.names = self._names_of(frame)
        except WorkerLost:
            self.close()
            raise
        finally:
            self._charge_load(clock)
        printed = self._alive().take_output()
        if self.source.main not in self.source.notebooks:  # whose cells print experiments
            self._printed.loading += printed
        return frame

    def _charge_load(self, clock: Clock) -> None:
        """Charge the time of a load. The first one is free, and so are later ones until they add up to a submission."""
        record = self._record
        if record.incidents is not None:
            free_s = min(clock.used_s(), self.budget.limit_s - record.free_s)
            record.free_s += free_s
            clock.charged_s = free_s
            self.budget.charge(clock)

    def _hello(self, clock: Clock) -> Frame:
        """Receive the answer to LOAD. Before it a careful worker names the statements, each of which has its time."""
        statement = clock
        while True:
            frame = self.read(self._alive().receive_raw(statement))
            if frame.kind is not wire.Kind.AT or not self._record.is_careful:
                return frame
            try:
                self._record.at = statement_of(frame.header, self.source)
            except (KeyError, TypeError, ValueError):
                raise self.violation("a statement of another form") from None
            statement = self._alive().clock(min(2 * self.spec.limits.cell_s + LATE_S, max(clock.left(), 0.01)))

    def _names_of(self, frame: Frame) -> dict[str, str]:
        try:
            names = frame.header["names"]
            return {checked_text(name, 200): "callable" if kind == "callable" else "data" for name, kind in names}
        except (KeyError, TypeError, ValueError):
            raise self.violation("a HELLO of another form") from None

    # --- ask and reply

    def ask(self, frame: list[bytes | memoryview], *, limit_s: float) -> None:
        """Send one request; WorkerLost when the worker is gone or does not take it in time.

        The time counts for the submission, because a worker that does not read lets the grader wait.
        """
        worker = self._alive()
        clock = worker.clock(limit_s)
        try:
            worker.send(frame, clock)
        finally:
            self.budget.charge(clock)

    def ask_on(self, frame: list[bytes | memoryview], clock: Clock) -> None:
        """Send the answer to a callback within the remaining time of the call; WorkerLost as in :meth:`ask`."""
        self._alive().send(frame, clock)

    def drop_stray(self) -> bool:
        """Kill a worker that has sent bytes which answer nothing; return whether there is one."""
        if self._worker is None or not self._worker.has_stray():
            return False
        self.close()
        return True

    def take_leftover(self) -> bool:
        """Return and forget whether a case met in its worker what an earlier case had left there to send."""
        found, self.has_leftover = self.has_leftover, False
        return found

    def clock(self, limit_s: float) -> Clock:
        """Start the clock for one reply."""
        return self._alive().clock(limit_s)

    def reply(self, clock: Clock) -> Raw:
        """Wait for one frame; WorkerLost at the deadline of ``clock`` or at the end of the submission's time."""
        if self.budget.is_spent(clock):
            self._alive().kill()
            raise WorkerLost(LossReason.BUDGET)
        try:
            return self._alive().receive_raw(clock)
        finally:
            self.budget.charge(clock)

    def read(self, raw: Raw) -> Frame:
        """Read the header of a frame; WorkerLost if it is malformed."""
        return self._alive().read(raw)

    def error(self, frame: Frame) -> RemoteError:
        """Read an ERROR or LOADFAIL frame; WorkerLost if it is malformed."""
        try:
            return RemoteError.read(frame.header, self.source)
        except (KeyError, TypeError, ValueError):
            raise self.violation("an error of another form") from None

    def violation(self, text: str) -> WorkerLost:
        """Kill the worker because of what it sent; return the loss to raise."""
        return self._alive().violation(text)

    def too_large(self) -> WorkerLost:
        """Kill the worker because it sent too much; return the loss to raise."""
        self._alive().kill()
        return WorkerLost(LossReason.TOO_LARGE)

    def _alive(self) -> Worker:
        if self._worker is None:
            raise SandboxError("A frame was sent to a submission that is not loaded.")
        return self._worker

    # --- the end

    def may_retry(self, fault: StudentFault) -> bool:
        """Return whether the case that ended with ``fault`` may be run once more."""
        return fault.again and (not fault.starved or self.budget.grant_retry())

    def sibling(self) -> Connection:
        """Return a connection to a further worker for the same submission; both share the submission's time."""
        return Connection(
            self.source,
            self._supervisor,
            self.spec,
            seed=self.seed,
            budget=self.budget,
            record=self._record,
            track=self.track,
            draws=self.draws,
        )

    def take_output(self) -> str:
        """Return and forget what the submission printed since the last time, in all its workers."""
        if self._worker is not None:
            self._printed.calls += self._worker.take_output()
        output, self._printed.calls = self._printed.calls, ""
        return without_folders(output)

    def take_imported(self) -> str:
        """Return and forget what the submission printed while it was loaded."""
        imported, self._printed.loading = self._printed.loading, ""
        return without_folders(imported)

    def cpu_s(self) -> float:
        """Return the CPU seconds of the current worker; 0 if there is none."""
        return self._worker.cpu_s() if self._worker is not None else 0.0

    def main_thread_s(self) -> float:
        """Return the CPU seconds of the main thread of the current worker; 0 if there is none."""
        return self._worker.main_thread_s() if self._worker is not None else 0.0

    def close(self) -> None:
        """Kill the worker; the next :meth:`load` starts a new one."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.kill()
            self._printed.calls += worker.take_output()


def _load_frame(connection: Connection) -> list[bytes | memoryview]:
    source, limits, record = connection.source, connection.spec.limits, connection._record
    modules: list[list[Any]] = []
    buffers: list[bytes | memoryview] = []
    offset = 0
    for name, (file, data) in source.modules.items():
        if name in source.late:
            continue
        modules.append([name, file, offset, len(data)])
        buffers.append(data)
        offset += len(data)
    header: dict[str, Any] = {
        "main": source.main,
        "modules": modules,
        "seed": connection.worker_seed,
        "notebooks": sorted(source.notebooks),
        "limits": [repr(limits.cell_s), repr(limits.load_s), repr(limits.cpu_s)],
        "skip": record.skip,
        "careful": record.is_careful,
        "packages": None if connection.spec.packages is None else sorted(connection.spec.packages),
    }
    if source.held:
        header["held"] = True
    if source.files:  # names are in the body, because a header is short
        named = [(name.encode(), data) for name, data in source.files.items()]
        header["files"] = [[len(name), len(data)] for name, data in named]
        buffers += [part for pair in named for part in pair]
    return wire.pack(wire.Kind.LOAD, header, buffers)
