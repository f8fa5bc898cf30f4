"""What the layers of the sandbox cost: one worker forked, loaded, called once and ended, with all layers and with few.

    python benchmarks/layers.py [ROUNDS]

The variants take turns, so that a busy machine troubles all of them alike. CPU milliseconds are of worker, zygote and
trusted side together; wall milliseconds are the median.
"""

from __future__ import annotations

import statistics
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from batch_vs_fresh import process_cpu_s

from autograder.course import assignment as assignments
from autograder.course import solution
from autograder.student.connection import Connection
from autograder.student.handle import StudentCode
from autograder.student.source import ModuleSources
from autograder.wall.limits import Limits
from autograder.workers.spec import WorkerSpec
from autograder.workers.supervisor import Supervisor

ROOT = Path(__file__).parents[1]
# A GPU's driver needs what Landlock and seccomp forbid, so a worker for a GPU goes without them.
VARIANTS = {
    "process split, rlimits, capabilities": (False, True),
    "+ Landlock, seccomp": (False, False),
    "+ namespaces, private view: all layers": (True, False),
}


def cpu_s(supervisor: Supervisor) -> float:
    zygotes = sum(process_cpu_s(pid) for pid in supervisor.zygote_pids())
    return supervisor.worker_cpu_s() + zygotes + time.process_time()


def once(source: ModuleSources, supervisor: Supervisor, limits: Limits) -> None:
    spec = WorkerSpec(limits, packages=None if limits.gpu else frozenset({"numpy"}))
    connection = Connection(source, supervisor, spec, seed=1)
    connection.begin("one call")
    StudentCode(connection).sigmoid(np.zeros(3))
    connection.finish()
    connection.close()


def main(rounds: int) -> None:
    assignment = assignments.load("05-logistic", root=ROOT)
    modules = {name: (f"{name}.py", data) for name, data in solution.modules(assignment).items()}
    source = ModuleSources(main=assignment.modules[0], modules=modules)
    supervisors = {name: Supervisor(enclosed=enclosed) for name, (enclosed, _) in VARIANTS.items()}
    used = dict.fromkeys(VARIANTS, 0.0)
    walls: dict[str, list[float]] = {name: [] for name in VARIANTS}
    for turn in range(rounds + 3):
        for name, (_, gpu) in VARIANTS.items():
            before, started = cpu_s(supervisors[name]), time.perf_counter()
            once(source, supervisors[name], replace(Limits(), gpu=gpu))
            if turn >= 3:  # the first ones start the zygotes
                walls[name].append(time.perf_counter() - started)
                used[name] += cpu_s(supervisors[name]) - before
    for name in VARIANTS:
        print(f"{name:40} {used[name] / rounds * 1e3:6.2f} CPU ms  {statistics.median(walls[name]) * 1e3:6.1f} wall ms")
    for supervisor in supervisors.values():
        supervisor.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
