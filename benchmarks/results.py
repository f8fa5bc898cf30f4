"""Run the benchmarks and write ``benchmarks/RESULTS.md``: every figure with its target, and what each run printed.

    python benchmarks/results.py [NAME ...]
    python benchmarks/results.py [NAME ...] --short
    python benchmarks/results.py NAME --take FILE

Without names all of :data:`RUNS` run, which takes an hour or more. What is not run now, or fails, keeps its older
section; what fails is named at the end. ``--short`` only tries whether they run, with few submissions, and writes
nothing. With ``--take`` the section is what a run printed into FILE.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILE = Path(__file__).with_name("RESULTS.md")
RUNS = {
    "startup": ["startup.py"],
    "batch_vs_fresh": ["batch_vs_fresh.py"],
    "peers": ["peers.py"],
    "layers": ["layers.py"],
    "calls": ["calls.py"],
    "reports": ["reports.py"],
    **{
        f"classes-{part}": ["classes.py", part] for part in ("scaling", "store", "dask", "failing", "hostile", "memory")
    },
    "training": ["training.py"],
    "exchange": ["exchange.py"],
    "regrade": ["regrade.py"],
}
SHORT = {
    "startup": ["1"],
    "batch_vs_fresh": ["12"],
    "peers": ["4", "3"],
    "layers": ["3"],
    "calls": ["50"],
    "regrade": ["20"],
}
_SECTION = re.compile(r"^## (?P<name>\S+)\n\n(?P<how>[^\n]+)\n\n```\n(?P<output>.*?)\n```\n", re.M | re.S)
_NUMBER = r"([\d.]+)"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure: the first number that ``pattern`` finds in what a run printed, and its target.

    ``at_least``: the target is a lower limit. ``is_inverse``: the figure is 1 / the number.
    """

    name: str
    run: str
    pattern: str
    target: float
    at_least: bool = False
    is_inverse: bool = False

    def value(self, outputs: Mapping[str, str]) -> float | None:
        """Return the figure; None if it was not measured."""
        match = re.search(self.pattern, outputs.get(self.run, ""), re.M)
        if match is None:
            return None
        return 1 / float(match[1]) if self.is_inverse else float(match[1])

    def is_met(self, value: float) -> bool:
        return value >= self.target if self.at_least else value <= self.target

    def row(self, outputs: Mapping[str, str]) -> str:
        """Return the line of the table."""
        value = self.value(outputs)
        shown = "not measured" if value is None else f"{value:.3g}"
        met = "" if value is None else "yes" if self.is_met(value) else "no"
        return f"| {self.name} | {shown} | {'≥' if self.at_least else '≤'} {self.target:g} | {met} | `{self.run}` |"


def _last(row: str, *, columns: int = 0) -> str:
    """Return a pattern for the last number in the row of a table, or the one ``columns`` before it."""
    after = r"[^|]*\|" * columns
    return rf"^\| {row} \|(?:.*\|)? {_NUMBER} \|{after}$"


FIGURES = (
    *(
        Figure(f"fresh pytest of 05-logistic against ours, {kind}", "batch_vs_fresh",
               rf"^{kind} .*ratio {_NUMBER}x", 60, at_least=True)
        for kind in ("right", "mixed", "unlike")
    ),
    Figure("nbgrader 0.9.6 against ours", "peers", _last(r"nbgrader 0\.9\.6"), 100, at_least=True),
    Figure("otter-grader 7.0.0 against ours", "peers", _last(r"otter-grader 7\.0\.0"), 100, at_least=True),
    Figure("two processes against one, times as fast", "classes-scaling", _last("2 processes"), 1.8,
           at_least=True, is_inverse=True),
    Figure("the store, CPU against none", "classes-store", _last("with it"), 1.01),
    Figure("killed at one half and again, CPU", "classes-store", _last("killed at one half, and again"), 1.03),
    Figure("Dask against local processes, wall time", "classes-dask", _last("Dask, two workers"), 1.05),
    Figure("40 % wrong answers against right ones, CPU", "classes-failing", _last("mixed"), 1.15),
    *(
        Figure(f"a class with six hostile submissions, {slug}, s", "classes-hostile", _last(slug, columns=1), most)
        for slug, most in (("05-logistic", 60), ("10-xor", 300), ("13-cnn", 300))
    ),
    Figure("a right submission of 13-cnn, CPU s", "training", rf"^\| 13-cnn \| {_NUMBER} ", 1.9),
    Figure("a wrong submission of 13-cnn, CPU s, the mean", "training", rf"^\| 13-cnn \| [\d.]+ \| {_NUMBER} ", 2.2),
    Figure("memory after the first 1,000 submissions, growth in %", "classes-memory", rf"grew by {_NUMBER} %", 2),
    Figure("a second run, CPU s for 1,000", "classes-memory", rf"nothing in {_NUMBER} CPU s for 1,000", 1),
    Figure("preview of one changed case against grading all, CPU", "regrade",
           _last("preview after one case has changed"), 0.15),
)  # fmt: skip


def versions() -> str:
    """Return what is installed here, in one line."""
    names = ("numpy", "torch", "pytest")
    found = ", ".join(f"{name} {metadata.version(name)}" for name in names)
    return f"Python {platform.python_version()}, {found}; {platform.machine()}, {os.cpu_count()} cores"


def how(command: str) -> str:
    """Return how and where a section was measured, in one line."""
    commit = subprocess.run(["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    load = f"load {os.getloadavg()[0]:.1f}"
    return f"`{command}`, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {load}, commit {commit.stdout.strip()}, {versions()}."


def document(sections: Mapping[str, tuple[str, str]]) -> str:
    """Return the page from the sections: name -> how it was measured, what was printed."""
    outputs = {name: output for name, (_, output) in sections.items()}
    lines = [
        "# Results of the benchmarks",
        "",
        "`make bench` writes this page; do not edit it. [Performance](../docs/reference/performance.md) explains the "
        "figures, and gives the reason where a target is missed. Only ratios can be compared between machines.",
        "",
        "| figure | measured | target | met | section |",
        "| --- | --- | --- | --- | --- |",
        *(figure.row(outputs) for figure in FIGURES),
        "",
    ]
    for name in RUNS:
        if name in sections:
            made, output = sections[name]
            lines += [f"## {name}", "", made, "", "```", output.strip("\n"), "```", ""]
    return "\n".join(lines)


def read(text: str) -> dict[str, tuple[str, str]]:
    """Return the sections of a page."""
    return {match["name"]: (match["how"], match["output"]) for match in _SECTION.finditer(text)}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*", choices=[*RUNS, []])
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--take", type=Path)
    given = parser.parse_args()
    sections = read(FILE.read_text(encoding="utf-8")) if FILE.is_file() else {}
    failed = []
    for name in given.names or RUNS:
        output = given.take.read_text(encoding="utf-8") if given.take else printed(name, short=given.short)
        if output is None:
            failed.append(name)
        elif not given.short:
            sections[name] = how(f"python benchmarks/{' '.join(RUNS[name])}"), output
            FILE.write_text(document(sections), encoding="utf-8")
    if not given.short:
        print(document(sections).partition("\n## ")[0])
    if failed:
        sys.exit(f"These benchmarks failed, and their older results stay: {', '.join(failed)}.")


def printed(name: str, *, short: bool) -> str | None:
    """Run a benchmark, and return what it printed; None if it failed."""
    file, *arguments = RUNS[name] + (SHORT.get(name, []) if short else [])
    print(f"$ python benchmarks/{' '.join([file, *arguments])}", flush=True)
    run = [sys.executable, str(ROOT / "benchmarks" / file), *arguments]
    environment = {**os.environ, "BENCH_SHORT": "1"} if short else None
    done = subprocess.run(run, stdout=subprocess.PIPE, text=True, check=False, cwd=ROOT, env=environment)
    print(done.stdout, flush=True)
    return done.stdout if done.returncode == 0 else None


if __name__ == "__main__":
    main()
