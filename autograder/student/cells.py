"""A notebook whose cells run one by one in a worker, so that test code can run between two of them.

The worker has all cells of the student, and runs each of them when it is asked to. If it is lost, the next one runs
the earlier cells again, without those that a worker did not survive.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..guest import wire
from ..messages import say
from ..model import Verdict
from ..workers.worker import Frame, WorkerLost
from .case_run import CaseRun
from .case_settings import CaseSettings
from .connection import LATE_S, Connection
from .faults import FaultMessages, StudentFault, is_perhaps_not_its_fault
from .frame_numbers import FrameNumbers
from .loading import MAX_INCIDENTS, Incident

MAX_LOST = 3  # workers that running the earlier cells again may cost, before the notebook counts as one that is lost


@dataclass(frozen=True, slots=True)
class CellRun:
    """What became of a cell: the incident that ended it, or the fault that cost the worker, and what it printed."""

    incident: Incident | None = None
    fault: StudentFault | None = None
    output: str = ""


class CellConnection(Connection):
    """A connection to workers that run the cells of one notebook (``source.held``) when they are asked to.

    ``replays`` counts how often the earlier cells ran again, because a worker was lost.
    """

    answer: Callable[[Frame], list[bytes | memoryview]]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.replays = 0
        self._done: list[int] = []

    def load(self) -> None:
        """Have a worker that has run the cells so far.

        Raises:
            StudentFault: there is none, because the notebook cannot be loaded, or its time is used up.
        """
        is_new = not self.is_loaded
        super().load()
        if is_new and self._done:
            self._replay()

    def run_cell(self, number: int) -> CellRun:
        """Run a cell of the notebook, by its number, from 1. A fault costs this cell alone."""
        self.take_output()
        try:
            self.load()
            incident = self._run(number)
        except StudentFault as fault:
            return CellRun(fault=fault, output=self.take_output())
        except WorkerLost as lost:
            if is_perhaps_not_its_fault(lost) and self.budget.grant_retry():
                return self.run_cell(number)
            return CellRun(fault=self._fault(lost, number), output=self.take_output())
        if incident is None or incident.kind != "stopped":  # it would take its time again
            self._done.append(number)
        return CellRun(incident, output=self.take_output())

    def _replay(self) -> None:
        """Run the earlier cells in a new worker."""
        for _ in range(MAX_LOST):
            self.replays += 1
            if self._replay_once():
                self.take_output()  # it was shown when the cells ran for the first time
                return
            super().load()
        message = say("worker.protocol", call=self.source.file)
        raise StudentFault(Verdict.CRASHED, message, ran=False)

    def _replay_once(self) -> bool:
        """Return whether a worker has survived the earlier cells; forget the one that it did not survive."""
        for number in self._done:
            try:
                self._run(number)
            except WorkerLost:
                self._done.remove(number)
                return False
        return True

    def _run(self, number: int) -> Incident | None:
        """Run a cell in the current worker; WorkerLost if the worker was lost."""
        cell_s = self.spec.limits.cell_s
        clock = self.clock(2 * cell_s + LATE_S)
        try:
            self.ask(wire.pack(wire.Kind.RUN, {"cell": number}, []), limit_s=cell_s)
            while (frame := self.read(self.reply(clock))).kind is wire.Kind.CB:
                with clock.callback():
                    try:
                        answer = self.answer(frame)
                    except wire.WireError as exc:
                        raise self.violation(str(exc)) from None
                self.ask_on(answer, clock)
            return self._read_end(frame)
        except WorkerLost:
            self.close()
            raise

    def _read_end(self, frame: Frame) -> Incident | None:
        """Return the incident that ended a cell, and take in the names that there are now."""
        if frame.kind is wire.Kind.LOADFAIL:
            error = self.error(frame)
            return Incident(self.source.main, -1, error.at[1] if error.at else 0, "unread", error.type, error.text)
        if frame.kind is not wire.Kind.HELLO:
            raise self.violation(f"a frame of kind {frame.kind.name} instead of HELLO")
        self.names = self._names_of(frame)
        try:
            incidents = [Incident.read(each, self.source) for each in frame.header["incidents"][:MAX_INCIDENTS]]
        except (KeyError, TypeError, ValueError):
            raise self.violation("incidents of another form") from None
        return next((each for each in incidents if each.kind in ("raised", "stopped", "exit", "unread")), None)

    def _fault(self, lost: WorkerLost, number: int) -> StudentFault:
        faults = FaultMessages(self.source, self.spec)
        place = self.source.placed(self.source.main, self.source.line_of_cell(number))[0]
        return faults.lost(lost, lambda: place, served_before=False)


class NotebookRun(CaseRun):
    """The calls of all test cells of one notebook, and its own cells between them."""

    def __init__(self, connection: CellConnection) -> None:
        settings = CaseSettings("", in_place=True)
        super().__init__(connection, settings)
        self._frames = _Unseeded(connection, "")
        self._cells = connection
        connection.answer = self.answer

    def run_cell(self, number: int) -> CellRun:
        """Run a cell of the notebook in the worker; see :meth:`CellConnection.run_cell`."""
        self._settle()
        self._not_replayable()
        return self._cells.run_cell(number)

    def begin_test(self) -> None:
        """Let the next test cell have the whole size of answers for itself."""
        self._answered = 0


class _Unseeded(FrameNumbers):
    """Numbers frames, and leaves the generators of the worker as the student's cells left them."""

    def header(self, dropped: list[int], *, calls: int) -> dict[str, Any]:
        return {**super().header(dropped, calls=calls), "seed": None}
