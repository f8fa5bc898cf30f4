"""``benchmarks/RESULTS.md``: what the benchmarks print is found, compared with its target, and kept."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "benchmarks"))

import results  # noqa: E402

# One line of each benchmark, as it prints it.
PRINTED = {
    "batch_vs_fresh": "right  300 submissions: trusted 12.2 + worker 42.3 = 57.3 CPU ms each; ratio 61x\n"
    "mixed  300 submissions: ratio 41x\nunlike 300 submissions: ratio 27x",
    "peers": "| nbgrader 0.9.6 | 6 | 2300 | 480 | 148 |\n| otter-grader 7.0.0 | 6 | 3300 | 3300 | 222 |",
    "classes-scaling": "| 1 processes | 10.5 | 10.8 | 1.000 |\n| 2 processes | 5.0 | 11.8 | 0.500 |",
    "classes-store": "| without a store | 13.4 | 24.8 | 1.000 |\n| with it | 14.7 | 25.9 | 1.045 |\n"
    "| killed at one half, and again | 20.2 | 35.2 | 1.420 |",
    "classes-dask": "| Dask, two workers | 6.8 | 9.9 | 0.870 |",
    "classes-failing": "| right | 9 | 14 | 1.000 |\n| mixed | 8.0 | 14.1 | 1.020 |",
    "classes-hostile": "| 05-logistic | 17 | 29 |\n| 10-xor | 75 | 99 |\n| 13-cnn | 301 | 89 |",
    "training": "| 13-cnn | 3.20 | 2.10 | 2.40 | no-step, 8.06 |",
    "classes-memory": "After the first 1000, the memory of command and graders grew by 1.4 %.\n"
    "A second run does nothing in 0.35 CPU s for 1,000 submissions.",
    "regrade": "| grading all | 9 | 55.4 | 1.000 |\n| preview after one case has changed | 5 | 10.9 | 0.197 |",
}
FOUND = [61, 41, 27, 148, 222, 2, 1.045, 1.42, 0.87, 1.02, 17, 75, 301, 3.2, 2.1, 1.4, 0.35, 0.197]
MET = [
    "yes",
    "no",
    "no",
    "yes",
    "yes",
    "yes",
    "no",
    "no",
    "yes",
    "yes",
    "yes",
    "yes",
    "no",
    "no",
    "yes",
    "yes",
    "yes",
    "no",
]


def test_every_figure_is_found_and_compared() -> None:
    assert [figure.value(PRINTED) for figure in results.FIGURES] == pytest.approx(FOUND)
    assert [figure.row(PRINTED).split(" | ")[3] for figure in results.FIGURES] == MET
    assert {figure.row({}).split(" | ")[1] for figure in results.FIGURES} == {"not measured"}


def test_a_page_keeps_its_sections() -> None:
    sections = {name: (f"`python x`, {name}.", output) for name, output in PRINTED.items()}
    page = results.document(sections)
    assert results.read(page) == sections
    assert results.document(results.read(page)) == page


def test_the_page_in_the_repository_is_one_of_this_version() -> None:
    text = results.FILE.read_text(encoding="utf-8")
    assert results.document(results.read(text)) == text


def test_each_run_is_a_program_that_exists() -> None:
    assert all((ROOT / "benchmarks" / command[0]).is_file() for command in results.RUNS.values())
    assert {figure.run for figure in results.FIGURES} <= results.RUNS.keys()
    assert re.search(r"benchmarks/results\.py", (ROOT / "Makefile").read_text(encoding="utf-8"))


@pytest.mark.parametrize("short", [False, True])
def test_a_run_that_fails_is_named_and_loses_nothing(
    short: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {"calls": ("`python x`, then.", "old"), "layers": ("`python x`, then.", "old")}
    file = tmp_path / "RESULTS.md"
    file.write_text(results.document(before), encoding="utf-8")
    monkeypatch.setattr(results, "FILE", file)
    monkeypatch.setattr(results, "printed", lambda name, short: None if name == "layers" else f"new {name}")
    monkeypatch.setattr(sys, "argv", ["results.py", "layers", "calls", "reports", *(["--short"] if short else [])])
    with pytest.raises(SystemExit, match=r"older results stay: layers\."):
        results.main()
    found = {name: output for name, (_, output) in results.read(file.read_text(encoding="utf-8")).items()}
    new = {"calls": "new calls", "layers": "old", "reports": "new reports"}
    assert found == ({"calls": "old", "layers": "old"} if short else new)


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(results.RUNS.keys() - {"peers"}))  # which installs others from the network
def test_each_benchmark_runs(name: str) -> None:
    """A benchmark is not run by anybody for weeks; meanwhile the code that it measures changes its form."""
    output = results.printed(name, short=True)
    assert output is not None and output.strip()
