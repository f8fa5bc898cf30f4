"""Runs a submission in this process, so that ``breakpoint()`` works. Only ``grading/debugging.py`` may use this module.

Everything else is as in a practice run: the same handle, the same frames and the same guest. But there is no wall: the
student's code can read and change whatever this process can. So the process may hold nothing but visible cases.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, cast

from ..guest import wire
from ..guest.server import Guest
from ..wall.limits import Limits
from ..workers.clock import Clock
from ..workers.spec import WorkerSpec
from ..workers.supervisor import Supervisor
from ..workers.worker import Frame, LossReason, Raw, Usage, Worker, WorkerLost

UNLIMITED_S = 1e9  # a person who debugs takes time
Pieces = list[bytes | memoryview]


class InProcess(Supervisor):
    """Starts no processes: its workers run the submission here. ``answer`` serves a callback of the submission."""

    def __init__(self, answer: Callable[[Frame], Pieces]) -> None:
        super().__init__(enclosed=False, portable=True)
        self._answer = answer

    def spawn(self, spec: WorkerSpec) -> Worker:
        return cast(Worker, _LocalWorker(spec.limits, self._answer))


def without_limits(spec: WorkerSpec) -> WorkerSpec:
    """Return a spec without limits of time; 0 is none for loading and for the CPU."""
    limits = Limits(call_s=UNLIMITED_S, cell_s=0, load_s=0, submission_s=UNLIMITED_S, cpu_s=0)
    return WorkerSpec(limits, spec.torch, spec.packages)


class _LocalWorker:
    """A worker in this process: the guest handles a frame when the case waits for the reply."""

    def __init__(self, limits: Limits, answer: Callable[[Frame], Pieces]) -> None:
        self._answer = answer
        self._connection = _Connection(self._answer_callback)
        connection: Any = self._connection
        self._guest = Guest(connection, max_result=limits.result_mib << 20, max_handles=limits.handles)

    def send(self, pieces: Pieces, clock: Clock) -> None:
        self._connection.to_guest += b"".join(pieces)

    def has_stray(self) -> bool:
        return False  # the guest answers when it is stepped

    def receive_raw(self, clock: Clock) -> Raw:
        while not self._connection.replies:
            self._guest.step()
        return self._connection.replies.popleft()

    def read(self, raw: Raw) -> Frame:
        return Frame(raw.kind, wire.unpack_header(raw.text), raw.body)

    def _answer_callback(self, raw: Raw) -> bytes:
        return b"".join(self._answer(self.read(raw)))

    def clock(self, limit_s: float) -> Clock:
        return Clock(0, UNLIMITED_S)

    def violation(self, text: str) -> WorkerLost:
        return WorkerLost(LossReason.PROTOCOL, text=text)

    def take_output(self) -> str:
        return ""  # it is on the terminal already

    def cpu_s(self) -> float:
        return 0.0

    def main_thread_s(self) -> float:
        return 0.0

    def kill(self) -> Usage:
        return Usage(0, 0.0, 0)


class _Connection:
    """What the guest takes for a socket."""

    def __init__(self, answer: Callable[[Raw], bytes]) -> None:
        self.to_guest = bytearray()
        self.replies: deque[Raw] = deque()
        self._answer = answer
        self._sent = bytearray()

    def recv_into(self, view: memoryview) -> int:
        if not self.to_guest:  # in the middle of a call: the submission waits for a function of the case
            self.to_guest += self._answer(self.replies.pop())
        size = min(len(view), len(self.to_guest))
        view[:size] = self.to_guest[:size]
        del self.to_guest[:size]
        return size

    def sendall(self, data: bytes | memoryview) -> None:
        self._sent += data
        while len(self._sent) >= wire.HEAD.size:
            kind, header, body = wire.unpack_head(bytes(self._sent[: wire.HEAD.size]), max_body=2**33)
            start, end = wire.HEAD.size + header, wire.HEAD.size + header + body
            if len(self._sent) < end:
                return
            self.replies.append(Raw(kind, bytes(self._sent[wire.HEAD.size : start]), self._sent[start:end]))
            del self._sent[:end]
