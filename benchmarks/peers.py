"""What one submission costs here and elsewhere: nbgrader, otter-grader and a fresh pytest beside ours, in one run.

    python benchmarks/peers.py [OURS [PEERS]] [--venvs FOLDER]

Grades the four functions of ``four_functions.py``: OURS submissions (200) here, PEERS (6) with each peer. Peers are
installed, with pinned versions, into virtual environments of their own in a temporary folder, or in FOLDER, which the
next run uses again. Then a fresh pytest of 05-logistic against classes of right, mixed and unlike answers.

Prints Markdown tables of CPU milliseconds of whole process trees. "Each" is what one more submission costs: the
start of a command is in the column before. Only ratios can be compared between machines.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import four_functions
from batch_vs_fresh import fresh_cpu_s, sources
from classes import folder_of

ROOT = Path(__file__).parents[1]
PINNED = {"nbgrader": "nbgrader==0.9.6", "otter": "otter-grader==7.0.0"}
WITH = ("numpy==2.4.6", "pytest==9.2.0", "ipykernel")
LOGISTIC = "05-logistic"


def cpu_s(
    command: Sequence[object], *, cwd: Path, binaries: Path | None = None, allowed: Sequence[int] = (0,)
) -> float:
    """Run a command, and return the CPU seconds of its process tree."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "JUPYTER_PLATFORM_DIRS": "1", "HOME": str(cwd)}
    if binaries:
        environment["PATH"] = f"{binaries}{os.pathsep}{environment['PATH']}"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in allowed:
        raise SystemExit(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def environment_of(peer: str, folder: Path) -> Path:
    """Return the folder of the programs of a peer; install it if it is not there."""
    place = folder / peer
    if not (place / "ready").is_file():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(place)], check=True)
        pip = [str(place / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, PINNED[peer], *WITH], check=True)
        (place / "ready").touch()
    return place / "bin"


def ours(slug: str, root: Path, source: Path, place: Path) -> tuple[float, float]:
    """Return the CPU seconds of the command ``batch`` for one submission, and for each further one."""
    names = sorted(each.name for each in source.iterdir())
    first = place / "first"
    shutil.copytree(source / names[0], first / names[0])
    found = []
    for kind, folder in (("one", first), ("all", source)):
        out, store = place / f"out-{kind}", place / f"store-{kind}"
        command = ["-m", "autograder", "batch", slug, folder, "--out", out, "--root", root, "--workers", 1]
        found.append(
            cpu_s(
                [sys.executable, *command, "--store", f"sqlite:///{store / 'store.sqlite'}"], cwd=place, allowed=(0, 5)
            )
        )
    return found[0], (found[1] - found[0]) / (len(names) - 1)


def fresh(source: Path, place: Path, count: int) -> float:
    """Return the CPU seconds of a fresh pytest for one of the four functions' submissions."""
    total = 0.0
    for number in range(count):
        folder = place / f"fresh-{number}"
        four_functions.make_pytest(folder)
        shutil.copy(source / f"s{number:05}" / "hw.py", folder)
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--junitxml=junit.xml"]
        total += cpu_s(command, cwd=folder, allowed=(0, 1, 2))
    return total / count


def nbgrader(binaries: Path, course: Path, count: int) -> tuple[float, float]:
    """Return the CPU seconds of ``nbgrader autograde`` for one submission, and for each further one."""
    four_functions.make_nbgrader(course)
    command = binaries / "nbgrader"
    cpu_s([command, "generate_assignment", "hw"], cwd=course, binaries=binaries)
    four_functions.hand_in_nbgrader(course, count)
    first = cpu_s([command, "autograde", "hw", "--student=s00"], cwd=course, binaries=binaries)
    rest = cpu_s([command, "autograde", "hw"], cwd=course, binaries=binaries)
    graded = len(list(course.glob("autograded/*/hw/hw.ipynb")))
    if graded != count:
        raise SystemExit(f"nbgrader graded {graded} of {count} submissions.")
    return first, (rest - first) / (count - 2)


def otter(binaries: Path, place: Path, count: int) -> float:
    """Return the CPU seconds of ``otter run``, which grades one submission in a process of its own."""
    four_functions.make_otter(place, count)
    made = ["generate", "-t", "tests", "-r", "requirements.txt", "-o", "autograder.zip"]
    cpu_s([binaries / "otter", *made], cwd=place, binaries=binaries)
    total = 0.0
    for number in range(count):
        out = place / f"out-{number}"
        out.mkdir()
        run = ["run", "-a", "autograder.zip", "-o", out, "--no-logo", place / "class" / f"s{number:02}" / "hw.ipynb"]
        total += cpu_s([binaries / "otter", *run], cwd=place, binaries=binaries)
        if not (out / "results.json").is_file():
            raise SystemExit(f"otter wrote no results of submission {number}.")
    return total / count


def row(*cells: object) -> None:
    print("| " + " | ".join(map(str, cells)) + " |", flush=True)


def compare_peers(place: Path, venvs: Path, ours_count: int, peers_count: int) -> None:
    """Print a table of all graders on the four functions."""
    course = place / "ours"
    source = four_functions.make_ours(course, ours_count)
    start, each = ours(four_functions.SLUG, course, source, place)
    row("grader", "submissions", "CPU ms, the first", "CPU ms, each further one", "ratio to ours")
    row(*["---"] * 5)
    row("ours, reports and store included", ours_count, f"{start * 1e3:.0f}", f"{each * 1e3:.1f}", 1)
    alone = fresh(source, place, peers_count)
    row("fresh pytest", peers_count, f"{alone * 1e3:.0f}", f"{alone * 1e3:.0f}", f"{alone / each:.0f}")
    first, more = nbgrader(environment_of("nbgrader", venvs), place / "nbgrader", peers_count)
    row("nbgrader 0.9.6", peers_count, f"{first * 1e3:.0f}", f"{more * 1e3:.0f}", f"{more / each:.0f}")
    single = otter(environment_of("otter", venvs), place / "otter", peers_count)
    row("otter-grader 7.0.0", peers_count, f"{single * 1e3:.0f}", f"{single * 1e3:.0f}", f"{single / each:.0f}")
    print()


def compare_fresh(place: Path, count: int, fresh_count: int) -> None:
    """Print a table of a fresh pytest of 05-logistic and ours, for three classes."""
    row(f"{LOGISTIC}, {count} submissions", "ours, CPU ms each", "fresh pytest, CPU ms each", "ratio")
    row(*["---"] * 4)
    for kind in ("right", "mixed", "unlike"):
        classes = {
            f"s{i:05}": {name: text + b"\n# %d\n" % i for name, text in modules.items()}
            for i, modules in enumerate(sources(kind, count))
        }
        folder = place / kind
        source = folder_of(folder / "class", classes)
        _, each = ours(LOGISTIC, ROOT, source, folder)
        chosen = list(classes.values())[:: max(1, count // fresh_count)][:fresh_count]
        alone = sum(fresh_cpu_s(modules)[0] for modules in chosen) / len(chosen)
        row(kind, f"{each * 1e3:.1f}", f"{alone * 1e3:.0f}", f"{alone / each:.0f}")
    print()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("ours", nargs="?", type=int, default=200)
    parser.add_argument("peers", nargs="?", type=int, default=6)
    parser.add_argument("--venvs", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        compare_peers(place, (given.venvs or place / "venvs").absolute(), given.ours, given.peers)
        compare_fresh(place, given.ours, given.peers)


if __name__ == "__main__":
    main()
