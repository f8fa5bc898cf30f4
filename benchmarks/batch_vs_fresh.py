"""CPU per submission of 05-logistic: batches of right, mixed and unlike submissions, beside a fresh pytest for each.

    python benchmarks/batch_vs_fresh.py [SUBMISSIONS]

Prints CPU milliseconds per submission for trusted side, zygote and worker, how much of that is the students' own
computing (as the fresh runs measure it), and the ratio to a fresh interpreter + torch + pytest run of the same cases,
measured in the same run.
Sums over the batch divided by its size, never medians: in a mixed class the median is a right submission.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from autograder.course import assignment as assignments
from autograder.course import solution
from autograder.course.submission import Submission
from autograder.grading.options import RunOptions
from autograder.grading.session import grade
from autograder.model import Report
from autograder.workers.supervisor import Supervisor

ROOT = Path(__file__).parents[1]
FRESH = 12  # fresh runs, spread over the batch

# Behind a right answer: every function of numbers is off in the twelfth digit, by an amount of the submission's own.
UNLIKE = b"""

def _off(function):
    return lambda *arguments: function(*arguments) * (1 + %d * 1e-12)


sigmoid, sigmoid_prime, bce, bce_backward = map(_off, (sigmoid, sigmoid_prime, bce, bce_backward))
bce_with_logits, bce_with_logits_backward = map(_off, (bce_with_logits, bce_with_logits_backward))
"""


def handed_in(name: str, modules: dict[str, bytes]) -> Submission:
    origins = {module: f"{module}.py" for module in modules}
    return Submission(name, None, "0" * 64, files={}, modules=modules, origins=origins, notes=())


def sources(kind: str, count: int) -> list[dict[str, bytes]]:
    """Right: the solution and its alternatives in turn. Mixed: 60 % right, the rest known mistakes and crashes.

    Unlike: right, but no two submissions give the same digits, so that what is known of one says nothing of the next.
    """
    assignment = assignments.load("05-logistic", root=ROOT)
    right = [solution.modules(assignment), *(each.modules for each in solution.alternatives(assignment))]
    wrong = [each.modules for each in solution.mistakes(assignment)]
    main = assignment.modules[0]
    broken = b"def broken(:\n"
    crash = right[0][main] + b"\n\ndef bce(p, y):\n    import os\n    os._exit(1)\n"
    wrong += [{main: right[0][main] + broken}, {main: crash}]
    if kind == "right":
        return [right[i % len(right)] for i in range(count)]
    if kind == "unlike":
        return [{main: right[i % len(right)][main] + UNLIKE % i} for i in range(count)]
    return [right[i % len(right)] if i % 5 < 3 else wrong[i % len(wrong)] for i in range(count)]


def process_cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def fresh_cpu_s(modules: dict[str, bytes]) -> tuple[float, float]:
    """CPU seconds of one fresh interpreter that imports torch and runs the same cases on the imported module.

    The second number is the share of the module's own computing; 0 where it brought pytest down.
    """
    with tempfile.TemporaryDirectory() as folder:
        path, own = Path(folder) / "submission.py", Path(folder) / "own"
        path.write_bytes(modules["logistic"])
        own.write_text("0", encoding="ascii")
        environment = {
            **os.environ,
            "SUBMISSION": str(path),
            "REFERENCE": str(ROOT / "solutions/05-logistic/logistic.py"),
            "OWN": str(own),
            "SEED": "1",
            "OMP_NUM_THREADS": "1",
        }
        cases = [ROOT / "assignments/05-logistic/test_visible.py", ROOT / "solutions/05-logistic/test_hidden.py"]
        command = [sys.executable, str(ROOT / "benchmarks/in_process.py"), *map(str, cases)]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return used, float(own.read_text(encoding="ascii"))


def measure(kind: str, count: int) -> None:
    assignment = assignments.load("05-logistic", root=ROOT)
    batch = sources(kind, count)
    fresh: list[tuple[float, float]] = []
    marks: list[tuple[float, float, float]] = []
    fresh_trusted = 0.0

    with Supervisor() as supervisor:

        def now() -> tuple[float, float, float]:
            zygote = sum(process_cpu_s(pid) for pid in supervisor.zygote_pids())
            return time.process_time() - fresh_trusted, zygote, supervisor.worker_cpu_s()

        def submissions() -> Iterator[Submission]:
            nonlocal fresh_trusted
            for i, modules in enumerate(batch):
                if i % max(1, count // FRESH) == 0:
                    started = time.process_time()
                    fresh.append(fresh_cpu_s(modules))
                    fresh_trusted += time.process_time() - started
                if i == 0:
                    marks.append(now())
                yield handed_in(str(i), modules)

        reports: list[Report] = []
        run = RunOptions(official=True, seed=1, device="cpu")
        grade(assignment, submissions(), reports.append, run=run, supervisor=supervisor)
        marks.append(now())  # with the workers of known mistakes, and the last proof of the cases

    trusted, zygote, worker = ((after - before) / count * 1e3 for before, after in zip(*marks, strict=True))
    total = trusted + zygote + worker
    baseline, own = (sum(each) / len(fresh) * 1e3 for each in zip(*fresh, strict=True))
    print(
        f"{kind:6} {count} submissions: trusted {trusted:.1f} + zygote {zygote:.1f} + worker {worker:.1f} "
        f"= {total:.1f} CPU ms each, {own:.1f} of them the students' own computing; "
        f"fresh interpreter + torch + pytest {baseline:.0f}; ratio {baseline / total:.0f}x"
    )


if __name__ == "__main__":
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    for which in ("right", "mixed", "unlike"):
        measure(which, number)
