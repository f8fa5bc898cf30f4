"""What the layers of the sandbox cost: one worker forked, loaded, called once and ended, with all layers and with few.

    python benchmarks/layers.py [ROUNDS] [torch]

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
from autograder.model import Level
from autograder.student.case_run import CaseRun
from autograder.student.case_settings import CaseSettings
from autograder.student.connection import Connection
from autograder.student.handle import StudentCode
from autograder.student.source import ModuleSources
from autograder.wall.limits import Limits
from autograder.workers.spec import WorkerSpec
from autograder.workers.supervisor import Supervisor

ROOT = Path(__file__).parents[1]
# A GPU's driver needs what Landlock and seccomp forbid, so a worker for a GPU goes without them.
VARIANTS = {
    "process split, rlimits, capabilities": (Level.CONTAINER, True),
    "level container": (Level.CONTAINER, False),
    "level full": (Level.FULL, False),
}


def cpu_s(supervisor: Supervisor) -> float:
    zygotes = sum(process_cpu_s(pid) for pid in supervisor.zygote_pids())
    return supervisor.worker_cpu_s() + zygotes + time.process_time()


def once(source: ModuleSources, supervisor: Supervisor, spec: WorkerSpec) -> None:
    connection = Connection(source, supervisor, spec, seed=1)
    run = CaseRun(connection, CaseSettings("one call"))
    StudentCode(run).sigmoid(np.zeros(3))
    run.finish()
    connection.close()


def main(rounds: int, *, torch: bool) -> None:
    assignment = assignments.load("05-logistic", root=ROOT)
    modules = {name: (f"{name}.py", data) for name, data in solution.modules(assignment).items()}
    source = ModuleSources(main=assignment.modules[0], modules=modules)
    kinds = {
        name: WorkerSpec(replace(Limits(), gpu=gpu), torch, None, level) for name, (level, gpu) in VARIANTS.items()
    }
    supervisors = {name: Supervisor() for name in VARIANTS}
    used = dict.fromkeys(VARIANTS, 0.0)
    walls: dict[str, list[float]] = {name: [] for name in VARIANTS}
    for turn in range(rounds + 3):
        for name, spec in kinds.items():
            before, started = cpu_s(supervisors[name]), time.perf_counter()
            once(source, supervisors[name], spec)
            if turn >= 3:  # the first ones start the zygotes
                walls[name].append(time.perf_counter() - started)
                used[name] += cpu_s(supervisors[name]) - before
    for name, spec in kinds.items():
        user = "" if spec.level is Level.FULL else supervisors[name].no_own_user(spec) or "own user"
        cpu_ms, wall_ms = used[name] / rounds * 1e3, statistics.median(walls[name]) * 1e3
        print(f"{name:40} {cpu_ms:6.2f} CPU ms  {wall_ms:6.1f} wall ms  {user}")
    for supervisor in supervisors.values():
        supervisor.close()


if __name__ == "__main__":
    numbers = [int(each) for each in sys.argv[1:] if each.isdigit()]
    main(numbers[0] if numbers else 100, torch="torch" in sys.argv)
