"""Workers for practice on macOS and Windows. Each is a separate interpreter, started for one submission.

There is no zygote: forking a process that has used numpy is unsafe on macOS, and Windows cannot fork. The layers that
only Linux has are missing. The process boundary remains (student code runs in another process and uses the same wire
protocol), and so do the deadlines, and resource limits where the system has them. This suffices for practice. It does
not suffice for official grading, which the self-test refuses here.
"""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
import traceback
from typing import Any

from ..wall.limits import BROKEN, Limits
from .clock import Clock
from .folders import TemporaryFolder
from .spec import WorkerSpec
from .worker import Usage, Worker

_BOOTSTRAP = """
import json, sys
order = json.loads(sys.stdin.readline())
from autograder.workers.subprocess_worker import serve
serve(order)
"""
_LOOK_S = 0.005  # between two checks of a process that is about to end


class FreshWorker(Worker):
    """A worker that is a program of its own. It starts as slowly as numpy (and torch) can be imported."""

    def __init__(self, spec: WorkerSpec) -> None:
        self._folder = TemporaryFolder("worker")
        scratch = os.path.join(self._folder.path, "scratch")
        os.mkdir(scratch, 0o700)
        # A file instead of a pipe: it contains all output before a reply when the reply arrives, without a thread.
        printed_to = os.path.join(self._folder.path, "output")
        output = open(printed_to, "ab")  # noqa: SIM115  # closed below
        self._printed = open(printed_to, "rb", buffering=0)  # noqa: SIM115  # closed with the worker
        ours, theirs = socket.socketpair()
        with theirs, output:
            self._process = _start(theirs, output, scratch)
            order = {
                "limits": dataclasses.asdict(spec.limits),
                "torch": spec.torch,
                **_hand_over(theirs, self._process.pid),
            }
            assert self._process.stdin is not None
            with contextlib.suppress(OSError), self._process.stdin as lines:  # a dead process is noticed later
                lines.write(json.dumps(order).encode() + b"\n")
        self._ended_as: Usage | None = None
        super().__init__(self._process.pid, ours, spec.limits)

    def _wait(self, clock: Clock, *, writing: bool) -> None:
        ours = [self._connection]
        while True:
            wait_s = clock.wait_s()
            if wait_s <= 0:
                raise self._late(clock)
            if any(select.select([] if writing else ours, ours if writing else [], [], wait_s)):
                return

    def _drain(self) -> bool:
        for _ in range(64):  # limited: the next turn reads the rest of a flood
            data = self._printed.read(1 << 16)
            if not data:
                break
            self._print(data)
        return True

    def _is_gone(self, wait_s: float) -> bool:
        until = time.monotonic() + wait_s
        while self._reaped() is None and time.monotonic() < until:
            time.sleep(_LOOK_S)
        return self._reaped() is not None

    def kill(self) -> Usage:
        if self._usage is not None:
            return self._usage
        with contextlib.suppress(OSError):
            if sys.platform == "win32":
                self._process.kill()
            else:
                os.killpg(self._pid, signal.SIGKILL)  # the number is not reused until we wait for it
        return self._collect()

    def _collect(self) -> Usage:
        while (usage := self._reaped()) is None:
            time.sleep(_LOOK_S)
        self._usage = usage
        self._drain()
        self._printed.close()
        self._connection.close()
        self._folder.remove()
        return usage

    def _reaped(self) -> Usage | None:
        """Reap the process if it has ended, and return its usage. Windows does not report the usage."""
        if sys.platform == "win32":
            if self._process.poll() is not None:
                self._ended_as = Usage(self._process.returncode, cpu_s=0.0, peak_kib=0)
        elif self._ended_as is None:
            pid, status, used = os.wait4(self._pid, os.WNOHANG)
            if pid:
                self._process.returncode = os.waitstatus_to_exitcode(status)  # so that Popen does not wait for it
                peak_kib = used.ru_maxrss // (1024 if sys.platform == "darwin" else 1)
                self._ended_as = Usage(self._process.returncode, used.ru_utime + used.ru_stime, peak_kib)
        return self._ended_as


def _start(connection: socket.socket, output: Any, scratch: str) -> subprocess.Popen[bytes]:
    environment = {
        "HOME": scratch, "TMPDIR": scratch, "USER": "student", "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1",
    }  # fmt: skip
    options: dict[str, Any] = {}
    if sys.platform == "win32":  # without SYSTEMROOT, sockets and random numbers do not work
        environment |= {"TEMP": scratch, "TMP": scratch, "SYSTEMROOT": os.environ["SYSTEMROOT"]}
    else:
        environment["PATH"] = "/usr/bin:/bin"
        options["pass_fds"] = (connection.fileno(),)
        options["start_new_session"] = True  # a process group of its own, which can be killed at once
    command = [sys.executable, "-I", "-X", "utf8", "-c", _BOOTSTRAP]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=output, stderr=output, cwd=scratch, env=environment, **options
    )


def _hand_over(connection: socket.socket, pid: int) -> dict[str, Any]:
    if sys.platform == "win32":
        return {"share": base64.b64encode(connection.share(pid)).decode("ascii")}
    return {"descriptor": connection.fileno()}


def serve(order: dict[str, Any]) -> None:
    """Take over the connection and serve calls, in the worker. This function never returns."""
    try:
        limits = Limits(**order["limits"])
        if order["torch"]:
            # Before the memory limit, which counts only later allocations.
            from ..guest.one_process import use_one_process

            use_one_process()
        from ..guest.__main__ import serve as answer
        from ..guest.output import open_streams

        if sys.platform == "win32":
            connection = socket.fromshare(base64.b64decode(order["share"])).detach()
            sys.argv[:] = sys.orig_argv[:] = [""]
        else:
            from ..wall import jail

            jail.neutral_command_line()
            jail.neutral_descriptors(order["descriptor"], os.dup(1))
            jail.limit_resources(limits)
            os.environ["LANG"] = jail.neutral_locale()
            connection = 3
        open_streams()
        answer(connection, max_result=limits.result_mib * 1024 * 1024, max_handles=limits.handles)
    except BaseException:
        traceback.print_exc()  # to the worker's output, which staff can read
    finally:
        os._exit(BROKEN)
