"""The connection to the worker of one submission. It knows one worker at a time, and no case.

A worker is forked when it is first needed and replaced after it was lost, so a crash or a hang costs one case.
"""

from __future__ import annotations

import hashlib
from typing import Any

from ..errors import SandboxError
from ..guest import wire
from ..model import Verdict
from ..workers.clock import Budget, Clock
from ..workers.spec import WorkerSpec
from ..workers.supervisor import Supervisor
from ..workers.worker import Frame, LossReason, Raw, Worker, WorkerLost
from .faults import FaultMessages, RemoteError, StudentFault, checked_text
from .source import ModuleSources


class Connection:
    """Starts workers for one submission, loads it, sends frames and receives replies.

    ``names`` are the public names of the loaded module, each "callable" or "data". ``generation`` counts the workers,
    ``budget`` the time of the submission.
    """

    def __init__(
        self,
        source: ModuleSources,
        supervisor: Supervisor,
        spec: WorkerSpec,
        *,
        seed: int,
        budget: Budget | None = None,
    ) -> None:
        self.source = source
        self.spec = spec
        self.seed = seed
        self.names: dict[str, str] = {}
        self.generation = 0
        self._supervisor = supervisor
        self.budget = budget or Budget(spec.limits.submission_s)
        self._worker: Worker | None = None
        self._unloadable: StudentFault | None = None
        self._load_attempts = 0
        self._output = ""

    # --- load

    def load(self) -> None:
        """Have a worker with the submission loaded; do nothing if there is one.

        Raises:
            StudentFault: the submission cannot be loaded, or its time is used up.
        """
        if self._unloadable is not None:
            known = self._unloadable
            raise StudentFault(known.verdict, known.message, staff=known.staff)
        faults = FaultMessages(self.source, self.spec)
        if self.budget.is_spent():
            self.close()
            raise faults.lost(WorkerLost(LossReason.BUDGET), str, served_before=False)
        if self._worker is not None:
            return
        if self.source.main not in self.source.modules:
            self._unloadable = StudentFault(Verdict.ERRORED, self.source.missing)
            raise self._unloadable
        try:
            self._start(faults)
        except StudentFault as fault:
            self._load_attempts += 1
            if self._load_attempts > 1 or not fault.again:
                self._unloadable = fault
            raise

    @property
    def is_unloadable(self) -> bool:
        """Whether the submission cannot be loaded, so that every case of it ends alike."""
        return self._unloadable is not None

    @property
    def is_loaded(self) -> bool:
        """Whether there is a worker with the submission."""
        return self._worker is not None

    def _start(self, faults: FaultMessages) -> None:
        """Fork a worker and load the submission into it."""
        self._worker = self._supervisor.spawn(self.spec)
        self.generation += 1
        limit_s = self.spec.limits.load_s
        clock = self._worker.clock(limit_s)
        try:
            self._worker.send(_load_frame(self.source, seed_of(self.seed, "")), limit_s=limit_s)
            frame = self.read(self._worker.receive_raw(clock))
            if frame.kind is wire.Kind.LOADFAIL:
                fault = faults.load_failed(self.error(frame))
                self.close()
                raise fault
            if frame.kind is not wire.Kind.HELLO:
                raise self.violation(f"a frame of kind {frame.kind.name} instead of HELLO")
            self.names = self._names_of(frame)
        except WorkerLost as lost:
            self.close()
            raise faults.lost(lost, lambda: f"import {self.source.main}", served_before=False) from None
        finally:
            self.budget.charge(clock)

    def _names_of(self, frame: Frame) -> dict[str, str]:
        try:
            names = frame.header["names"]
            return {checked_text(name, 200): "callable" if kind == "callable" else "data" for name, kind in names}
        except (KeyError, TypeError, ValueError):
            raise self.violation("a HELLO of another form") from None

    # --- ask and reply

    def ask(self, frame: list[bytes | memoryview], *, limit_s: float) -> None:
        """Send one frame; WorkerLost when the worker is gone or does not take it in time."""
        self._alive().send(frame, limit_s=limit_s)

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
        return Connection(self.source, self._supervisor, self.spec, seed=self.seed, budget=self.budget)

    def take_output(self) -> str:
        """Return and forget what the submission printed since the last time, in all its workers."""
        if self._worker is not None:
            self._output += self._worker.take_output()
        output, self._output = self._output, ""
        return output

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
            self._output += worker.take_output()


def seed_of(seed: int, case: str) -> int:
    """Return the seed of a case's generators in a run with ``seed``; "" is the import of the submission."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{case}".encode()).digest()[:4], "little")


def _load_frame(source: ModuleSources, seed: int) -> list[bytes | memoryview]:
    modules: list[list[Any]] = []
    buffers: list[bytes | memoryview] = []
    offset = 0
    for name, (file, data) in source.modules.items():
        if name in source.late:
            continue
        modules.append([name, file, offset, len(data)])
        buffers.append(data)
        offset += len(data)
    header: dict[str, Any] = {"main": source.main, "modules": modules, "seed": seed}
    if source.files:  # names are in the body, because a header is short
        named = [(name.encode(), data) for name, data in source.files.items()]
        header["files"] = [[len(name), len(data)] for name, data in named]
        buffers += [part for pair in named for part in pair]
    return wire.pack(wire.Kind.LOAD, header, buffers)
