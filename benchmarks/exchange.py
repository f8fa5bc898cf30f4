"""What it costs to bring a class in from another system: ``autograder import`` of a zip of 500 people.

    python benchmarks/exchange.py [canvas|moodle ...]

Prints a Markdown table. CPU seconds and the largest memory are those of the command, with the start of Python, which a
row of its own has. Only ratios can be compared between machines.
"""

from __future__ import annotations

import csv
import statistics
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

PEOPLE = 500
ROUNDS = 3
SOURCE = "def f(x):\n    return x\n" * 400  # 10 kB
# Runs a command, and prints its CPU seconds and the MB of its largest process.
MEASURE = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
sys.exit(done.returncode)
"""


def canvas(place: Path) -> None:
    """Write ``export.zip`` and ``roster.csv`` as Canvas exports them."""
    header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "HW1 (5001)"]
    rows = [[f"Synth{number}, Student", number, f"N{number}", f"s{number}", "DL101", ""] for number in numbers()]
    _sheet(place, header, rows)
    _zip(place, {f"synth{number}student_{number}_{90000 + number}_logistic.py": SOURCE for number in numbers()})


def moodle(place: Path) -> None:
    """Write ``export.zip`` and ``roster.csv`` as Moodle exports them."""
    header = ["Identifier", "Full name", "Email address", "Status", "Grade", "Maximum grade", "Grade can be changed"]
    header += ["Last modified (submission)", "Last modified (grade)", "Feedback comments"]
    rest = ["Submitted for grading -  - ", "", "100.00", "Yes", "-", "-", ""]
    rows = [
        [f"Participant {number}", f"Student Synth{number}", f"s{number}@example.org", *rest] for number in numbers()
    ]
    _sheet(place, header, rows)
    names = {number: f"Student Synth{number}_{number}_assignsubmission_file/logistic.py" for number in numbers()}
    _zip(place, {name: SOURCE for name in names.values()})


def numbers() -> range:
    """The ids of the people."""
    return range(1001, 1001 + PEOPLE)


def _sheet(place: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    with (place / "roster.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


def _zip(place: Path, files: Mapping[str, str]) -> None:
    with zipfile.ZipFile(place / "export.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def cost(arguments: Sequence[str]) -> tuple[float, float]:
    """Return the CPU seconds and the MB of ``autograder ARGUMENTS``."""
    command = [sys.executable, "-c", MEASURE, sys.executable, "-m", "autograder", *arguments]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)} ended with {done.returncode}:\n{done.stderr}")
    seconds, megabytes = map(float, done.stdout.split())
    return seconds, megabytes


def measured(make: Callable[[Path], None] | None) -> tuple[float, float]:
    """Return the median CPU seconds and MB of an import, or of a start without one."""
    found = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as name:
            place = Path(name)
            if make is None:
                found.append(cost(["--help"]))
                continue
            make(place)
            export, roster = str(place / "export.zip"), str(place / "roster.csv")
            found.append(cost(["import", export, "--roster", roster, "--to", str(place / "class")]))
    return statistics.median(each[0] for each in found), statistics.median(each[1] for each in found)


def main() -> None:
    """Print the table of the formats on the command line, or of all."""
    ways = {"canvas": canvas, "moodle": moodle}
    print(f"| import of {PEOPLE} people | CPU s | MB |\n| --- | --- | --- |")
    for name, way in {"none: autograder --help": None, **{name: ways[name] for name in sys.argv[1:] or ways}}.items():
        seconds, megabytes = measured(way)
        print(f"| {name} | {seconds:.2f} | {megabytes:.0f} |")


if __name__ == "__main__":
    main()
