"""What whole classes cost, through the command ``autograder batch``: workers, store, resumption, Dask, hostile ones.

    python benchmarks/classes.py [scaling|store|dask|failing|hostile|memory|ready ...]
    python benchmarks/classes.py memory|ready SUBMISSIONS

Prints Markdown tables. CPU seconds are those of the whole process tree. What is compared runs in turn, and the ratios
are of medians; only ratios can be compared between machines. Every submission of a class is unlike the others, so that
nothing is known of one from another. ``memory`` grades 5,000 submissions and takes minutes; ``memory 100000`` is the
long form, for releases. ``ready`` measures the command alone, with one report for all. With ``BENCH_SHORT`` in the
environment the classes are tiny: to see that everything runs.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from batch_vs_fresh import UNLIKE

from autograder.batch import identities, runner
from autograder.batch.class_run import ClassRun
from autograder.batch.engine import local
from autograder.batch.ledger import Ledger
from autograder.batch.results import ResultsFolder, RunKind
from autograder.batch.row_file import row_file
from autograder.batch.runner import Upload
from autograder.batch.store import Store
from autograder.commands import class_grading
from autograder.course import assignment as assignments
from autograder.course import solution
from autograder.course.course_file import Course
from autograder.exchange import formats
from autograder.grading.options import RunOptions
from autograder.model import Report, SubmissionInfo
from autograder.workers.supervisor import Supervisor

ROOT = Path(__file__).parents[1]
SHORT = "BENCH_SHORT" in os.environ
COUNT = 12 if SHORT else 120  # submissions of a class
LARGE = 24 if SHORT else 500  # of a class that is large enough for the start to weigh little
ROUNDS = 1 if SHORT else 3
SMALL = "01-dog-wolf"
MANY = 40 if SHORT else 5000  # submissions of the benchmark of memory, unless the command line says otherwise
WITHOUT = "--without-store"  # grade one class so, in a process of its own


@dataclass(frozen=True)
class Cost:
    """What a command cost, in seconds."""

    wall: float
    cpu: float


def modules_of(slug: str) -> dict[str, bytes]:
    return solution.modules(assignments.load(slug, root=ROOT))


def folder_of(place: Path, sources: Mapping[str, Mapping[str, bytes]]) -> Path:
    """Write a class: name -> module -> source."""
    for name, modules in sources.items():
        (place / name).mkdir(parents=True)
        for module, source in modules.items():
            (place / name / f"{module}.py").write_bytes(source)
    return place


def unlike(slug: str, count: int, *, first: int = 0) -> dict[str, dict[str, bytes]]:
    """Right answers of which no two have the same bytes; those of 05-logistic do not even have the same digits."""
    modules = modules_of(slug)
    main = next(iter(modules))
    tail = UNLIKE if slug.startswith("05") else b"\n# %d\n"
    return {f"s{i:05d}": modules | {main: modules[main] + tail % i} for i in range(first, first + count)}


def command(slug: str, source: Path, out: Path, *more: str) -> list[str]:
    program = [sys.executable, "-m", "autograder", "batch", slug, str(source), "--out", str(out), "--root", str(ROOT)]
    return [*program, *more]


def stored(place: Path) -> list[str]:
    return ["--store", f"sqlite:///{place / 'store' / 'store.sqlite'}"]


def cost(arguments: list[str]) -> Cost:
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False, text=True)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 5):
        raise SystemExit(f"{' '.join(arguments)} ended with {done.returncode}:\n{done.stderr}")
    return Cost(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def in_turn(ways: Mapping[str, Callable[[Path], Cost]], rounds: int = ROUNDS) -> dict[str, Cost]:
    """Run all ways in turn, each in an empty folder; return the medians."""
    found: dict[str, list[Cost]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            with tempfile.TemporaryDirectory() as place:
                found[name].append(way(Path(place)))
    return {
        name: Cost(statistics.median(c.wall for c in costs), statistics.median(c.cpu for c in costs))
        for name, costs in found.items()
    }


def table(head: str, costs: Mapping[str, Cost], *, wall: bool = False) -> None:
    """Print costs, and their ratios to the first one: of CPU time, or of ``wall`` time."""
    first = next(iter(costs.values()))
    print(f"| {head} | s | CPU s | ratio of {'s' if wall else 'CPU s'} |\n| --- | --- | --- | --- |")
    for name, each in costs.items():
        ratio = each.wall / first.wall if wall else each.cpu / first.cpu
        print(f"| {name} | {each.wall:.1f} | {each.cpu:.1f} | {ratio:.3f} |", flush=True)
    print()


def scaling(place: Path) -> None:
    """Practice runs with one and with two processes."""
    source = folder_of(place / "class", unlike("05-logistic", LARGE))
    ways = {
        f"{count} processes": lambda out, count=count: cost(
            command("05-logistic", source, out, "--practice", "--workers", str(count))
        )
        for count in (1, 2)
    }
    table(f"{LARGE} of 05-logistic, unlike", in_turn(ways), wall=True)


def store(place: Path) -> None:
    """With and without the store; killed half-way and continued; once more with nothing to do."""
    source = folder_of(place / "class", unlike("05-logistic", LARGE))
    again: list[Cost] = []
    adopt_orphans()

    def without(out: Path) -> Cost:
        return cost([sys.executable, __file__, WITHOUT, "05-logistic", str(source), str(out / "out")])

    def official(out: Path) -> Cost:
        found = cost(command("05-logistic", source, out / "out", *stored(out)))
        again.append(cost(command("05-logistic", source, out / "out", *stored(out))))
        return found

    def resumed(out: Path) -> Cost:
        log = out / "log"
        run = command("05-logistic", source, out / "out", *stored(out), "--log", str(log))
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        process = subprocess.Popen(run, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        progress = Progress(log)
        while progress.graded() < LARGE // 2 and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        wait_for_all()
        cost(run)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return Cost(time.perf_counter() - started, used)

    ways = {"without a store": without, "with it": official, "killed at one half, and again": resumed}
    table(f"{LARGE} of 05-logistic, unlike", in_turn(ways))
    second = statistics.median(each.cpu for each in again)
    print(f"A second run does nothing in {second:.2f} CPU s.\n")


def adopt_orphans() -> None:
    """Become the parent of processes whose own parent is killed, so that their CPU time counts."""
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER


def wait_for_all() -> None:
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()


def grade_without_store(slug: str, source: Path, out: Path) -> None:
    """Grade a class as ``batch`` does, all cases and all files, but keep nothing: no command does this."""
    assignment = assignments.load(slug, root=ROOT)
    run, kind = RunOptions(official=True, seed=1, device="cpu"), RunKind(slug, assignment.digest(), official=True)
    plain = formats.named("folder")
    uploads = runner.uploads_of(plain.entries(source))
    with row_file() as rows, ResultsFolder(out, kind, [each.student for each in uploads]) as folder:
        folder.check()
        class_run = ClassRun(assignment, uploads, folder, run=run, course=Course(), rows=rows)
        with class_grading.grading(assignment, run, local(), uploads) as grade:
            class_run.grade(grade, lambda done, count: None)
        class_run.write_tables(plain)


class Progress:
    """Counts the reports that a run has made until now, by its log; each line is read once."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._read = 0  # bytes
        self._graded = 0

    def graded(self) -> int:
        with contextlib.suppress(FileNotFoundError), self._log.open("rb") as file:
            file.seek(self._read)
            lines, end, _ = file.read().rpartition(b"\n")
            self._read += len(lines + end)
            self._graded += sum(json.loads(line)["event"] == "graded" for line in lines.splitlines())
        return self._graded


def dask(place: Path) -> None:
    """Two processes of this machine, and a Dask cluster of two workers that is there already."""
    source = folder_of(place / "class", unlike("05-logistic", COUNT))
    file = place / "scheduler.json"
    program = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--no-dashboard"]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", "--scheduler-file", str(file), "--nthreads", "1"]
    started = [subprocess.Popen([*program, "--port", "0", "--scheduler-file", str(file)], stderr=subprocess.DEVNULL)]
    try:
        while not file.is_file() or not file.stat().st_size:
            time.sleep(0.05)
        address = json.loads(file.read_text())["address"]
        for number in range(2):
            local = ["--local-directory", str(place / f"worker-{number}"), "--no-dashboard"]
            started.append(subprocess.Popen([*worker, *local], stderr=subprocess.DEVNULL))
        ways = {
            "local, two processes": lambda out: cost(
                command("05-logistic", source, out, "--practice", "--workers", "2")
            ),
            "Dask, two workers": lambda out: cost(
                command("05-logistic", source, out, "--practice", "--engine", f"dask:{address}", "--workers", "2")
            ),
        }
        table(f"{COUNT} of 05-logistic, unlike", in_turn(ways), wall=True)
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            process.wait()


def failing(place: Path) -> None:
    """Right answers, and as many of which two of five are known mistakes."""
    assignment = assignments.load("05-logistic", root=ROOT)
    main = assignment.modules[0]
    right = unlike("05-logistic", COUNT)
    wrong = [each.modules[main] for each in solution.mistakes(assignment)]
    mixed = {
        name: modules if i % 5 < 3 else {main: wrong[i % len(wrong)] + b"\n# %d\n" % i}
        for i, (name, modules) in enumerate(right.items())
    }
    sources = {"right": folder_of(place / "right", right), "mixed": folder_of(place / "mixed", mixed)}
    ways = {
        name: lambda out, source=source: cost(command("05-logistic", source, out, "--practice"))
        for name, source in sources.items()
    }
    table(f"{COUNT} of 05-logistic", in_turn(ways))


LOOP = b"\n\ndef %s(*arguments, **keywords):\n    while True:\n        pass\n"
HOG = b"\n\ndef %s(*arguments, **keywords):\n    kept = []\n    while True:\n        kept.append(bytearray(1 << 24))\n"
BOMB = b"\n\nimport os\n\n\ndef %s(*arguments, **keywords):\n    while True:\n        os.fork()\n"
HARMED = {"05-logistic": b"sigmoid", "10-xor": b"backward", "13-cnn": b"train"}  # the function that does the harm


def hostile(place: Path) -> None:
    """A class of 20 with three endless loops, two that use up the memory, and a fork bomb."""
    print("| class of 20, six of them hostile | s | CPU s |\n| --- | --- | --- |")
    for slug, function in list(HARMED.items())[: 1 if SHORT else None]:
        sources = unlike(slug, 20)
        main = next(iter(modules_of(slug)))
        for name, harm in zip(sources, (LOOP, LOOP, LOOP, HOG, HOG, BOMB), strict=False):
            sources[name][main] += harm % function
        found = cost(command(slug, folder_of(place / slug, sources), place / f"out-{slug}", "--practice"))
        print(f"| {slug} | {found.wall:.0f} | {found.cpu:.0f} |", flush=True)
    print()


def memory(place: Path) -> None:
    """The memory of all processes of a run after the first 1,000 submissions and at the end."""
    count = next((int(each) for each in sys.argv if each.isdecimal()), MANY)
    source, step = place / "class", min(1000, count // 2)
    for first in range(0, count, step):
        folder_of(source, unlike(SMALL, min(step, count - first), first=first))
    log = place / "log"
    run = command(SMALL, source, place / "out", *stored(place), "--log", str(log))
    print(f"| {count} of {SMALL} | reports | resident MiB of the command | of its graders |\n| --- | --- | --- | --- |")
    started = time.perf_counter()
    process = subprocess.Popen(run, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    apart = max(step, count // 10)
    wanted = sorted({step, *range(apart, count, apart), count - step // 10})
    totals, most, progress = [], 0.0, Progress(log)
    while process.poll() is None:
        time.sleep(0.2)
        last, most = progress.graded(), max(most, resident_mib(process.pid))
        if wanted and last >= wanted[0]:
            mine, graders = resident_mib(process.pid), [resident_mib(each) for each in children(process.pid)]
            print(f"| | {last} | {mine:.1f} | {' '.join(f'{each:.1f}' for each in sorted(graders)[-2:])} |", flush=True)
            totals.append(mine + sum(sorted(graders)[-2:]))
            wanted.pop(0)
    if len(totals) > 1:
        growth = max(totals[-1] / totals[0] - 1, 0.0)
        print(f"\nAfter the first {step}, the memory of command and graders grew by {growth:.1%}.".replace("%", " %"))
    seconds = time.perf_counter() - started
    print(f"\n{count} submissions in {seconds:.0f} s. The command had {most:.1f} MiB at most, its tables included.")
    again = cost(run)
    print(f"A second run does nothing in {again.cpu / count * 1000:.2f} CPU s for 1,000 submissions.\n")


def command_memory(place: Path) -> None:
    """The memory of the command alone: every submission gets the same report, which is ready."""
    count = next((int(each) for each in sys.argv if each.isdecimal()), MANY)
    assignment, run = assignments.load(SMALL, root=ROOT), RunOptions(official=True, seed=1, device="cpu")
    source = place / "class"
    for first in range(0, count, 1000):
        folder_of(source, unlike(SMALL, min(1000, count - first), first=first))
    uploads = runner.uploads_of(formats.named("folder").entries(source))
    ready: list[Report] = []
    with Supervisor() as supervisor:
        runner.grade_class(assignment, uploads[:1], ready.append, run=run, supervisor=supervisor)
    wanted = {1000, count, *range(count // 10, count, count // 10)}
    print(f"| {count} of {SMALL} | reports | resident MiB of the command |\n| --- | --- | --- |")

    def grade(pending: Sequence[Upload], record: Callable[[Report], None]) -> Sequence[Upload]:
        for number, upload in enumerate(pending, 1):
            record(replace(ready[0], submission=SubmissionInfo(upload.student, upload.sha256())))
            if number in wanted:
                print(f"| | {number} | {resident_mib(os.getpid()):.1f} |", flush=True)
        return ()

    folder = place / "store"
    with identities.changing(folder) as known:
        course = known.course
    with (
        Store(f"sqlite:///{folder / 'store.sqlite'}", course) as store,
        row_file() as rows,
        ResultsFolder(
            place / "out", RunKind(SMALL, assignment.digest(), official=True), [each.student for each in uploads]
        ) as out,
    ):
        ledger = Ledger(store, folder, assignment, run)
        ledger.take_in(uploads, "folder", None)
        class_run = ClassRun(assignment, uploads, out, run=run, course=Course(), rows=rows, ledger=ledger)
        class_run.grade(grade, lambda done, of: None)
        class_run.write_tables(formats.named("folder"))
    print(f"\nWith its tables it had {resident_mib(os.getpid()):.1f} MiB.\n")


def children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def resident_mib(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (FileNotFoundError, ProcessLookupError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


ALL: dict[str, Callable[[Path], None]] = {
    "scaling": scaling, "store": store, "dask": dask, "failing": failing, "hostile": hostile, "memory": memory,
    "ready": command_memory,
}  # fmt: skip

if __name__ == "__main__":
    if sys.argv[1:2] == [WITHOUT]:
        grade_without_store(sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
        sys.exit()
    for name in [each for each in sys.argv[1:] if not each.isdecimal()] or ALL:
        folder = Path(tempfile.mkdtemp())
        try:
            print(f"{ALL[name].__doc__}\n", flush=True)
            ALL[name](folder)
        finally:
            shutil.rmtree(folder)
