"""What a hand-out has to look at: the figures are those of the solutions, and the boxes print what they show."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import torch
from test_handouts import COURSE, PAGES, ROOT

from autograder import show
from autograder.authoring import release
from autograder.course.assignment import Assignment

# The code, and what it prints where the hand-out shows it.
LOOK = re.compile(
    r"^```python\n(?P<code>(?:(?!```).*\n)+)```\n(?:\n```text\n(?P<output>(?:(?!```).*\n)+)```\n)?", re.MULTILINE
)
FIGURE = re.compile(r"^!\[(?P<text>[^\]]*)\]\((?P<file>[^)]+)\)$", re.MULTILINE)
SLOW = ("04-five-rewrites", "07-data", "08-activations-and-depth", "11-mnist-linear", "13-cnn")  # these import torch


def made_figures() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_figures", ROOT / "docs/reference/make_figures.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


FIGURES = made_figures()


# --- figures


@pytest.fixture
def one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.parametrize(
    ("slug", "name"),
    [
        pytest.param(*each, id="/".join(each), marks=[pytest.mark.slow] if each[0] in SLOW[3:] else [])
        for each in FIGURES.FIGURES
    ],
)
def test_a_figure_is_that_of_the_solution(slug: str, name: str, one_thread: None) -> None:
    """After a change: ``make figures``, and look at the figure."""
    drawn = FIGURES.made(slug, name)
    assert (ROOT / "assignments" / slug / name).read_text(encoding="utf-8") == drawn
    ElementTree.fromstring(drawn)


def test_every_figure_is_shown_and_every_file_is_made() -> None:
    files = {(path.parent.name, path.name) for path in (ROOT / "assignments").glob("*/*.svg")}
    for language in ("README.md", "README.ko.md"):
        shown = {
            (each.slug, match["file"])
            for each in COURSE
            for match in FIGURE.finditer((each.folder / language).read_text(encoding="utf-8"))
        }
        assert shown == files == set(FIGURES.FIGURES)


def test_all_figures_are_small() -> None:
    sizes = [path.stat().st_size for path in (ROOT / "assignments").glob("*/*.svg")]
    assert max(sizes) < 40_000 and sum(sizes) < 200_000


@pytest.mark.parametrize(("assignment", "name"), PAGES, ids=[f"{each.slug}/{name}" for each, name in PAGES])
def test_a_figure_says_in_words_what_it_shows(assignment: Assignment, name: str) -> None:
    for match in FIGURE.finditer((assignment.folder / name).read_text(encoding="utf-8")):
        assert len(match["text"]) > 60
        assert (re.search("[가-힣]", match["text"]) is not None) == (name == "README.ko.md")


def test_a_release_has_the_figures_and_the_digits() -> None:
    """``test_leaks.py`` searches them as every file of a release."""
    wanted = {f"assignments/{slug}/{name}" for slug, name in FIGURES.FIGURES}
    files = {path for each in COURSE for path, _ in release.handed_out(each) if path.endswith((".svg", ".txt"))}
    assert files == wanted | {"assignments/11-mnist-linear/digit.txt", "assignments/13-cnn/digit.txt"}


# --- boxes


def looks(assignment: Assignment, name: str) -> list[re.Match[str]]:
    page = (assignment.folder / name).read_text(encoding="utf-8")
    return [match for match in LOOK.finditer(page) if "show." in match["code"]]


BOXES = [
    pytest.param(
        each, number, id=f"{each.slug}-{number}", marks=[pytest.mark.slow] if each.slug in SLOW else []
    )
    for each in COURSE
    for number, _ in enumerate(looks(each, "README.md"))
]  # fmt: skip


def test_each_hand_out_from_03_on_has_a_box_in_both_languages() -> None:
    for each in COURSE:
        english, korean = (looks(each, name) for name in ("README.md", "README.ko.md"))
        boxes = [
            (each.folder / name).read_text(encoding="utf-8").count(title)
            for name, title in (("README.md", "**Look at it.**"), ("README.ko.md", "**눈으로 보기.**"))
        ]
        assert boxes == ([1, 1] if each.slug >= "03" else [0, 0])
        assert [match.groups() for match in english] == [match.groups() for match in korean]
        assert len(english) == boxes[0] + (each.slug[:2] in ("11", "13"))


def run_look(assignment: Assignment, code: str, folder: Path) -> str:
    """Run a box next to the solution, as a student does next to the answer."""
    assert assignment.solution is not None
    for module in assignment.modules:
        shutil.copy(assignment.solution / f"{module}.py", folder)
    for path in assignment.folder.glob("*.txt"):
        shutil.copy(path, folder)
    return run(code, folder)


def run(code: str, folder: Path) -> str:
    (folder / "look.py").write_text(code, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", "look.py"],
        cwd=folder, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8", "AUTOGRADER_LANG": ""},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(("assignment", "number"), BOXES)
def test_a_box_prints_what_it_shows(assignment: Assignment, number: int, tmp_path: Path) -> None:
    match = looks(assignment, "README.md")[number]
    printed = run_look(assignment, match["code"], tmp_path)
    assert "show." not in printed and printed.count("\n") >= 2
    lines = [line for line in match["code"].splitlines() if line and not line.startswith(("import", "from"))]
    assert 1 <= len(lines) <= 6
    if match["output"] is not None and printed != match["output"] and os.environ.get("UPDATE_GOLD"):
        for name in ("README.md", "README.ko.md"):
            path = assignment.folder / name
            text = path.read_text(encoding="utf-8")
            path.write_text(text.replace(match["output"], printed), encoding="utf-8", newline="\n")
    assert match["output"] in (None, printed)
    if "read_digit" in match["code"]:  # the sample is a 2
        assert re.search(r"^read as 2$|^2 │█{30,}", printed, re.MULTILINE)


def test_both_sample_digits_are_one_and_right() -> None:
    images = [show.read_digit(ROOT / "assignments" / slug / "digit.txt") for slug in ("11-mnist-linear", "13-cnn")]
    assert (images[0] == images[1]).all()
    rows, columns = images[0].any(axis=1).nonzero()[0], images[0].any(axis=0).nonzero()[0]
    assert (rows.min(), rows.max()) == (4, 23) and columns.min() >= 4 and columns.max() <= 23


PAGE = (ROOT / "docs/how-to/look-at-numbers.md").read_text(encoding="utf-8")
EXAMPLES = [
    match.groups() for match in LOOK.finditer(PAGE.replace("```python runnable", "```python")) if match["output"]
]


@pytest.mark.parametrize(("code", "output"), EXAMPLES, ids=range(len(EXAMPLES)))
def test_the_page_prints_what_it_shows(code: str, output: str, tmp_path: Path) -> None:
    [digit] = re.findall(r"^```text file=mine.txt\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    (tmp_path / "mine.txt").write_text(digit, encoding="utf-8")
    assert run(code, tmp_path) == output


def test_the_page_names_every_function() -> None:
    assert set(re.findall(r"`show\.(\w+)\(", PAGE)) == set(show.__all__)
