"""Workers on Linux, forked by a zygote and monitored through a pidfd."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
from collections.abc import Callable, Sequence
from typing import Protocol

from ..errors import SandboxError
from ..wall import cgroup
from ..wall.limits import Limits
from .clock import Clock
from .worker import Usage, Worker


class Kept(Protocol):
    """Something that a worker needs while it runs: a folder, a user, a GPU."""

    def remove(self) -> None:
        """Remove it, or give it back. The worker has ended."""


class ForkedWorker(Worker):
    """A worker that a zygote forked.

    ``number`` is its process number in the zygote's pid namespace. ``reap`` makes the zygote kill and reap the process
    with that number. ``output`` is the read end of the pipe for the output of the submission. ``kept`` are given back
    in this order when it has ended.
    """

    def __init__(
        self,
        number: int,
        pidfd: int,
        connection: socket.socket,
        output: int,
        *,
        limits: Limits,
        kept: Sequence[Kept],
        reap: Callable[[int], Usage],
    ) -> None:
        super().__init__(_pid_of(pidfd) or number, connection, limits)
        self._number = number
        self._pidfd = pidfd
        self._output_end = output
        self._kept = kept
        self._reap = reap
        self._cgroup: cgroup.Cgroup | None = None
        self._out_of_memory = False
        os.set_blocking(output, False)
        self._poll = select.poll()
        self._poll.register(output, select.POLLIN)
        self._poll.register(pidfd, select.POLLIN)

    def bound(self, subtree: cgroup.Subtree) -> None:
        """Put the worker into a cgroup of its own, before it receives a submission."""
        made = subtree.make(self.limits) if self._pid else None
        if made is not None:
            try:
                made.admit(self._pid)
                self._cgroup = made
            except OSError:  # the worker has ended, or the kernel refuses
                made.remove()

    def _wait(self, clock: Clock, *, writing: bool) -> None:
        poll = self._poll
        poll.register(self._connection, select.POLLOUT if writing else select.POLLIN)
        while True:
            wait_s = clock.wait_s()
            if wait_s <= 0:
                raise self._late(clock)
            ready = dict(poll.poll(wait_s * 1000))
            if self._output_end in ready and not self._drain():
                poll.unregister(self._output_end)
            if self._connection.fileno() in ready:
                return
            if self._pidfd in ready:
                if self._readable():
                    return
                raise self._ended()

    def _drain(self) -> bool:
        for _ in range(64):  # limited: the next turn reads the rest of a flood
            try:
                data = os.read(self._output_end, 1 << 16)
            except BlockingIOError:
                return True
            if not data:
                return False
            self._print(data)
        return True

    def _ran_out_of_memory(self) -> bool:
        return self._out_of_memory

    def _is_gone(self, wait_s: float) -> bool:
        ended = select.poll()
        ended.register(self._pidfd, select.POLLIN)
        return bool(ended.poll(wait_s * 1000))

    def kill(self) -> Usage:
        if self._usage is not None:
            return self._usage
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        return self._collect()

    def _collect(self) -> Usage:
        try:
            self._usage = self._reap(self._number)
        except SandboxError:
            # The workers ended with their zygote. A submission may have caused that, so it is not a grader error for
            # the current case. The next worker comes from a new zygote.
            self._usage = Usage(status=-signal.SIGKILL, cpu_s=0.0, peak_kib=0)
        self._drain()
        os.close(self._pidfd)
        os.close(self._output_end)
        self._connection.close()
        for each in self._kept:
            each.remove()
        if self._cgroup is not None:
            self._out_of_memory = self._cgroup.ran_out_of_memory()
            self._cgroup.remove()
        return self._usage


def _pid_of(pidfd: int) -> int:
    """Return the number of a process in our own pid namespace, or 0 if it is unknown or the process has ended."""
    try:
        with open(f"/proc/self/fdinfo/{pidfd}", encoding="ascii") as file:
            lines = dict(line.split(":", 1) for line in file.read().splitlines())
        return max(0, int(lines["Pid"]))
    except (OSError, KeyError, ValueError):
        return 0
