"""What a release costs, what its search for leaks finds, and what a student needs for a first report.

    python benchmarks/release.py [--install] [SLUG …]

CPU seconds (user and system) of the whole tree of processes, by wait4. Compare only ratios between machines, and only
of one run. With ``--install`` a release with numpy only and one with PyTorch are unpacked into empty folders, and
their first reports are timed there; pip downloads what its configuration and its cache do not have.
"""

from __future__ import annotations

import argparse
import io
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from hints import counts, shown

from autograder.authoring import release
from autograder.authoring.archive import zipped
from autograder.authoring.containers import pieces_of
from autograder.authoring.leaks import Secrets
from autograder.authoring.release import Options
from autograder.course import assignment as assignments
from autograder.course import solution
from autograder.course.assignment import Assignment
from autograder.workers.supervisor import Supervisor

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))
FIRST = {"numpy only": "05-logistic", "PyTorch": "04-five-rewrites"}
NO_AUDIT = Options(allow_uncommitted=True, audit=None)
WITHOUT_AUDIT = "import release; release.release_without_audit({target!r}, {slugs!r})"


def tree_cpu_s(command: Sequence[str], folder: Path, environment: dict[str, str] | None = None) -> tuple[float, float]:
    """Run a command that must succeed. Return the CPU seconds of it and its descendants, and the seconds it took."""
    started = time.monotonic()
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with exit code {process.returncode}.")
    return usage.ru_utime + usage.ru_stime, time.monotonic() - started


def process_cpu_s(work: Callable[[], object]) -> float:
    """Return the CPU seconds that ``work`` takes in this process."""
    before = time.process_time()
    work()
    return time.process_time() - before


def release_without_audit(target: str, slugs: Sequence[str]) -> None:
    """Do what the command does, except for the audit."""
    chosen, course = assignments.choose(slugs, root=ROOT), assignments.load_all(ROOT)
    files = release.contents(chosen, root=ROOT, options=NO_AUDIT)
    if reasons := release.refusals(chosen, course, files, NO_AUDIT):
        sys.exit("\n".join(reasons))
    release.write(files, Path(target))


def megabytes(folder: Path) -> float:
    """Return what a folder takes on the disk, as du counts it."""
    return sum(path.lstat().st_blocks for path in folder.rglob("*")) * 512 / 1e6


def releases(slugs: Sequence[str], folder: Path) -> Iterator[str]:
    """Yield a row for a release with and one without the quick audit."""
    bare = [sys.executable, "-c", WITHOUT_AUDIT.format(target=str(folder / "bare"), slugs=tuple(slugs))]
    command = [sys.executable, "-m", "autograder", "release", "--root", str(ROOT), *slugs]
    command += ["--to", str(folder / "audited"), "--allow-uncommitted"]
    yardstick, wall_s = tree_cpu_s(bare, ROOT / "benchmarks")
    yield f"| without the audit | {yardstick:.1f} | {wall_s:.0f} | 1.0 | {megabytes(folder / 'bare'):.2f} |"
    cpu_s, wall_s = tree_cpu_s(command, ROOT)
    size = megabytes(folder / "audited")
    yield f"| with the quick audit | {cpu_s:.1f} | {wall_s:.0f} | {cpu_s / yardstick:.1f} | {size:.2f} |"


def search(course: Sequence[Assignment], files: dict[str, bytes], folder: Path) -> Iterator[str]:
    """Yield a row for reading all files once, and one for the search for leaks."""
    release.write(files, folder / "read")

    def read() -> None:
        for each in (folder / "read", ROOT / "solutions"):
            for path in each.rglob("*"):
                if path.is_file():
                    path.read_bytes()

    def find() -> None:
        secrets = Secrets(course)
        assert not [leak for piece in pieces_of(files) for leak in secrets.in_piece(piece)]

    read()  # the first fills the caches
    costs = {"read every file once": process_cpu_s(read), "search for leaks": process_cpu_s(find)}
    for name, cpu_s in costs.items():
        yield f"| {name} | {cpu_s:.2f} | {cpu_s / costs['read every file once']:.0f} |"


def leaks(course: Sequence[Assignment], files: dict[str, bytes]) -> Iterator[str]:
    """Yield a row with the planted leaks that are found, and one with the alarms of the real release."""
    from test_leaks import PLANTED

    secrets = Secrets(course)

    def alarms(found: dict[str, bytes]) -> int:
        return sum(1 for piece in pieces_of(found) for _ in secrets.in_piece(piece))

    missed = [name for name, planted in PLANTED.items() if not alarms(planted())]
    yield f"| planted leaks found | {len(PLANTED) - len(missed)} of {len(PLANTED)} |"
    yield f"| false alarms in the {len(files)} files of the release | {alarms(files)} |"
    for name in missed:
        print(f"    not found: {name}", file=sys.stderr)


def named(course: Sequence[Assignment], repository: Path) -> Iterator[str]:
    """Yield a row with the known mistakes that earn their hint in the released repository."""
    failing = earned = wrong = 0
    with Supervisor() as supervisor:
        for each in course:
            mistakes = solution.mistakes(each)
            found = shown(assignments.load(each.slug, root=repository), mistakes, supervisor)
            one, two, wrongly = counts(mistakes, found)
            failing, earned, wrong = failing + one, earned + two, wrong + len(wrongly)
    yield f"| known mistakes that fail a visible case | {failing} |"
    yield f"| of these, those that earn their hint | {earned} ({100 * earned / failing:.0f} %) |"
    yield f"| of these, those that earn the hint of another one | {wrong} |"


def first_reports(folder: Path) -> Iterator[str]:
    """Yield a row for each kind of release, from the unpacked archive to the first report."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "AUTOGRADER"))}
    base = 0.0
    for kind, slug in FIRST.items():
        repository = folder / slug
        files = release.contents([assignments.load(slug, root=ROOT)], root=ROOT, options=NO_AUDIT)
        zipfile.ZipFile(io.BytesIO(zipped(files))).extractall(repository)
        command = [sys.executable, "grade.py", "grade", slug]
        cpu_s, wall_s = tree_cpu_s(command, repository, environment)
        size = megabytes(repository / ".venv")
        again_s, _ = tree_cpu_s(command, repository, environment)
        base = base or cpu_s
        yield f"| {kind} ({slug}) | {cpu_s:.1f} | {wall_s:.0f} | {cpu_s / base:.1f} | {size:.0f} | {again_s:.2f} |"


def table(head: str, rows: Iterator[str]) -> None:
    """Print a table, each row as soon as it is known."""
    print(f"\n{head}\n|{' --- |' * (head.count('|') - 1)}", flush=True)
    for row in rows:
        print(row, flush=True)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("slugs", nargs="*", metavar="SLUG")
    parser.add_argument("--install", action="store_true", help="also install two releases and time their first reports")
    given = parser.parse_args()
    chosen = assignments.choose(given.slugs, root=ROOT)
    course = assignments.load_all(ROOT)
    files = release.contents(chosen, root=ROOT, options=NO_AUDIT)
    print(f"A release of {len(chosen)} assignments.")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        table("| search | CPU s | ratio |", search(course, files, folder))
        table("| leaks | number |", leaks(course, files))
        table("| hints in the released repository | number |", named(chosen, folder / "read"))
        if given.install:
            table("| first report | CPU s | s | ratio | MB of .venv | CPU s again |", first_reports(folder))
        table("| release | CPU s | s | ratio | MB |", releases(given.slugs, folder))


if __name__ == "__main__":
    main()
