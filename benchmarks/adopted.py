"""CPU per test of adopted suites, beside a plain pytest on the same suite with the solution next to it.

    python benchmarks/adopted.py [SUITE…]

Prints for each suite of tests/data/adopt: its tests, those that pass on the solution, those refused; CPU milliseconds
per test of a plain pytest, in all and without its start (``--collect-only``), of adoption, and of one more submission
in a session, trusted side and worker together. Suites that plain pytest cannot run have no figures of it.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from autograder.authoring import adopt as adoption
from autograder.course import submission as submissions
from autograder.grading.options import RunOptions
from autograder.grading.session import grade
from autograder.workers.supervisor import Supervisor

SUITES = Path(__file__).parents[1] / "tests" / "data" / "adopt"
MORE = 10  # submissions beyond the first one


def plain(suite: Path, *options: str) -> float:
    """CPU seconds of a plain pytest, its start included; 0 if it does not pass."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, "."]
    done = subprocess.run(command, cwd=suite, env={**os.environ, "PYTHONPATH": "."}, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime if done.returncode == 0 else 0.0


def cpu_s(supervisor: Supervisor) -> float:
    return time.process_time() + supervisor.worker_cpu_s()


def measure(name: str, supervisor: Supervisor) -> str:
    suite = SUITES / name / "suite"
    start = cpu_s(supervisor)
    adopted = adoption.adopt(suite, "15-adopted", module=None, rule=None, solution=None, supervisor=supervisor)
    adoption_s = cpu_s(supervisor) - start
    with tempfile.TemporaryDirectory() as folder:
        assignment = adoption.load(adopted, Path(folder))
        assert assignment.solution is not None
        answer = submissions.open(suite, assignment, student="one")
        run = RunOptions(official=True, device="cpu")
        spent = []
        for count in (1, 1 + MORE):
            before = cpu_s(supervisor)
            grade(assignment, [answer] * count, lambda report: None, run=run, supervisor=supervisor)
            spent.append(cpu_s(supervisor) - before)
    tests = sum(test.sets for test in adopted.trial.adopted)
    refused = len(adopted.trial.refused)
    whole, started = plain(suite), plain(suite, "--collect-only")
    times = [whole, whole - started] if whole else [0.0, 0.0]
    times += [adoption_s, (spent[1] - spent[0]) / MORE]
    return f"{name:<12}{tests + refused:>6}{tests:>6}{refused:>6}" + "".join(f"{s / tests * 1e3:>11.1f}" for s in times)


def main() -> None:
    columns = "".join(f"{name:>11}" for name in ("pytest", "its tests", "adoption", "one more"))
    print(f"{'suite':<12}{'tests':>6}{'pass':>6}{'left':>6}{columns}")
    with Supervisor() as supervisor:
        for name in sys.argv[1:] or sorted(path.name for path in SUITES.iterdir()):
            print(measure(name, supervisor), flush=True)


if __name__ == "__main__":
    main()
