"""What one small call costs: an array of three numbers there and back, in a frame of its own and in frames of fifty.

    python benchmarks/calls.py [CALLS]

Prints microseconds a call on the clock, and of CPU time on the trusted side and in the worker's main thread.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np

from autograder.student.case_run import CaseRun
from autograder.student.case_settings import CaseSettings
from autograder.student.connection import Connection
from autograder.student.handle import StudentCode
from autograder.student.source import ModuleSources
from autograder.workers.spec import WorkerSpec
from autograder.workers.supervisor import Supervisor

TOGETHER = 50


def measure(name: str, connection: Connection, count: int, make_calls: Callable[[], object]) -> None:
    before = time.perf_counter(), time.process_time(), connection.main_thread_s()
    make_calls()
    after = time.perf_counter(), time.process_time(), connection.main_thread_s()
    wall, trusted, worker = ((b - a) / count * 1e6 for a, b in zip(before, after, strict=True))
    print(f"{name:16} {wall:6.0f} us on the clock, CPU us: trusted {trusted:.0f} + worker {worker:.0f}")


def main(count: int) -> None:
    source = ModuleSources("answer", {"answer": ("answer.py", b"def f(x): return x\n")})
    x = np.zeros(3)
    with Supervisor() as supervisor:
        connection = Connection(source, supervisor, WorkerSpec(packages=frozenset({"numpy"})), seed=0)
        run = CaseRun(connection, CaseSettings("calls"))
        f = StudentCode(run).f
        for _ in range(200):
            f(x)
        frames = count // TOGETHER

        def one_by_one() -> None:
            for _ in range(count):
                f(x)

        def together() -> None:
            for _ in range(frames):
                list(f.each([(x,)] * TOGETHER))

        for _ in range(3):
            measure("one by one", connection, count, one_by_one)
            measure("fifty a frame", connection, frames * TOGETHER, together)
        run.finish()
        connection.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
