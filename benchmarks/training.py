"""What a submission costs whose cases train: right answers and known mistakes, by assignment; and one epoch of MNIST.

    python benchmarks/training.py [SLUG ...]

Prints CPU seconds of trusted side, zygote and workers, for all official cases. The start is not counted, nor is the
first submission, for which the zygote's libraries begin their work. With the folder of MNIST in $AUTOGRADER_DATA one
epoch of it follows, trained by the solution of 13-cnn behind the wall.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import torch
from batch_vs_fresh import handed_in, process_cpu_s

from autograder.checks.datasets import mnist
from autograder.course import assignment as assignments
from autograder.course import solution
from autograder.course.submission import Submission
from autograder.grading.options import RunOptions
from autograder.grading.session import grade
from autograder.model import Report
from autograder.student.case_run import CaseRun
from autograder.student.case_settings import CaseSettings
from autograder.student.connection import Connection
from autograder.student.handle import StudentCode, cpu_seconds
from autograder.student.source import ModuleSources
from autograder.wall.limits import Limits
from autograder.workers.spec import WorkerSpec
from autograder.workers.supervisor import Supervisor

ROOT = Path(__file__).parents[1]
SLUGS = ("13-cnn",) if "BENCH_SHORT" in os.environ else ("13-cnn", "08-activations-and-depth", "10-xor", "14-capstone")
WARM, RIGHT = "warm", "right"


def costs(slug: str) -> dict[str, float]:
    """Return the CPU seconds of the solution and of every known mistake of an assignment."""
    assignment = assignments.load(slug, root=ROOT)
    modules = solution.modules(assignment)
    main = assignment.modules[0]
    handed = {name: modules | {main: modules[main] + b"\n# %s\n" % name.encode()} for name in (WARM, RIGHT)}
    if "BENCH_SHORT" not in os.environ:
        handed |= {mistake.id: mistake.modules for mistake in solution.mistakes(assignment)}
    found: dict[str, float] = {}
    with Supervisor() as supervisor:

        def now() -> float:
            zygotes = sum(process_cpu_s(pid) for pid in supervisor.zygote_pids())
            return time.process_time() + zygotes + supervisor.worker_cpu_s()

        begun = 0.0

        def submissions() -> Iterator[Submission]:
            nonlocal begun
            for name, each in handed.items():
                begun = now()
                yield handed_in(name, each)

        def record(report: Report) -> None:
            found[report.submission.student or ""] = now() - begun

        run = RunOptions(official=True, seed=1, device="cpu")
        grade(assignment, submissions(), record, run=run, supervisor=supervisor)
    return found


def table() -> None:
    """Print what right and wrong submissions cost."""
    print("| assignment | right, CPU s | wrong, CPU s, mean | median | dearest |\n| --- | --- | --- | --- | --- |")
    for slug in sys.argv[1:] or SLUGS:
        found = costs(slug)
        wrong = {name: cpu for name, cpu in found.items() if name not in (WARM, RIGHT)} or {"none": 0.0}
        dearest = max(wrong, key=lambda name: wrong[name])
        mean, median = statistics.mean(wrong.values()), statistics.median(wrong.values())
        print(
            f"| {slug} | {found[RIGHT]:.2f} | {mean:.2f} | {median:.2f} | {dearest}, {wrong[dearest]:.2f} |", flush=True
        )


def one_epoch(folder: Path) -> None:
    """Train the solution of 13-cnn behind the wall on MNIST, for one epoch."""
    digits = mnist(folder)
    modules = solution.modules(assignments.load("13-cnn", root=ROOT))
    source = ModuleSources("cnn", {name: (f"{name}.py", data) for name, data in modules.items()})
    limits = Limits(call_s=3600.0, cpu_s=3600.0, submission_s=7200.0, memory_mib=8192)
    with Supervisor() as supervisor:
        connection = Connection(source, supervisor, WorkerSpec(limits, torch=True), seed=1)
        run = CaseRun(connection, CaseSettings("training"))
        student = StudentCode(run)
        model = student.CNN.keep()
        images, labels = torch.from_numpy(digits.train_images), torch.from_numpy(digits.train_labels)
        cpu, wall = cpu_seconds(student), time.perf_counter()
        student.train(model, images, labels, epochs=1, batch_size=100, lr=1e-3, seed=1)
        cpu, wall = cpu_seconds(student) - cpu, time.perf_counter() - wall
        tests, wanted = torch.from_numpy(digits.test_images), torch.from_numpy(digits.test_labels)
        accuracy = student.accuracy(model, tests, wanted)
        run.finish()
        connection.close()
    print(f"\nOne epoch of {digits.name}, batch 100: accuracy {accuracy:.4f}, {cpu:.1f} CPU s, {wall:.1f} s")


if __name__ == "__main__":
    table()
    if data := os.environ.get("AUTOGRADER_DATA"):
        one_epoch(Path(data))
