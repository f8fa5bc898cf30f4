"""One switch for the data set of a run: digits28 or MNIST, in assignment.toml or by ``--data``.

A few hundred images in MNIST's format stand in for it; their own md5 sums take the place of MNIST's, whose check
``test_datasets.py`` tests. ``test_mnist_graded.py`` grades on the real files.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
import tiny_course
from test_commands import Command, Finished
from test_commands import command as command  # a fixture

from autograder.checks import datasets
from autograder.commands.options import with_data
from autograder.course import assignment as assignments
from autograder.errors import AssignmentError, CaseError, UsageError
from autograder.grading.environment import spec_of
from autograder.grading.options import RunOptions
from autograder.reports.document import from_json
from autograder.workers.supervisor import Supervisor

SLUG, RIGHT = tiny_course.SLUG, tiny_course.SOLUTION
WRONG = RIGHT.replace("2 * x", "x * x")
TRAIN, TEST = 300, 200  # images of the stand-in
HIDDEN = """
@task("double", points=6, call_s={"mnist": 30.0})
def test_images_are_doubled(student, data, measure):
    \"\"\"The images of the set are doubled.\"\"\"
    data.train_images[:] = 1  # arrays of its own: the next submission has others
    measure("images", len(data.train_images))
    x = data.test_images[:3].astype(float)
    assert_close(student.double(x), 2 * x)
    require(data.train_labels.dtype == np.int64 and x.any(), "These are not digits.")


@task("total", points=5)
def test_total_of_any(student, reference, rng):
    \"\"\"Any array is added up.\"\"\"
    x = rng.normal(size=7)
    assert_close(student.total(x.copy()), reference.total(x))
"""


@pytest.fixture
def course(tmp_path: Path) -> tiny_course.Course:
    limits = "\n[limits.mnist]\nsubmission_s = 77.0\n"
    return tiny_course.make(tmp_path / "course", hidden=HIDDEN, mistakes={}, data="digits28", limits=limits)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A root with MNIST's four files, which have a few hundred images of digits28."""
    digits = datasets.digits28()
    few = replace(
        digits,
        train_images=digits.train_images[:TRAIN],
        train_labels=digits.train_labels[:TRAIN],
        test_images=digits.test_images[:TEST],
        test_labels=digits.test_labels[:TEST],
    )
    files = datasets._idx_files(few)
    for name, content in files.items():
        tiny_course.write(tmp_path / "data" / "MNIST" / "raw" / name, content)
    sums = {name: hashlib.md5(content, usedforsecurity=False).hexdigest() for name, content in files.items()}
    monkeypatch.setattr(datasets, "_MNIST_MD5", sums)
    return tmp_path / "data"


@pytest.fixture(autouse=True)
def no_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOGRADER_DATA", "")  # --data-root sets it; this undoes that
    datasets._mnist_in.cache_clear()


def grade(command: Command, course: tiny_course.Course, *arguments: object) -> Finished:
    submission = course.root.parent / "tiny.py"
    submission.write_text(RIGHT, encoding="utf-8")
    fixed = ("--root", course.root, "--submission", submission, "--json", "report.json", "--official", "--seed", 1)
    return command("grade", SLUG, *fixed, *arguments)


# --- one run


@pytest.mark.slow
@pytest.mark.parametrize(("data", "images"), [("digits28", 1297), ("mnist", TRAIN)])
def test_the_option_chooses_and_the_report_names_the_set(
    command: Command, course: tiny_course.Course, root: Path, data: str, images: int
) -> None:
    done = grade(command, course, "--data", data, "--data-root", root)
    assert done.code == 0, done.err
    assert f"Data set: {data}. Device: cpu." in done.out
    report = from_json(Path("report.json").read_text(encoding="utf-8"))
    assert report.grader.data == data
    assert report.score.earned == report.score.possible
    [line] = [each for each in report.outcomes if each.case == "images_are_doubled"]
    assert line.measure is not None and line.measure.value == images
    [page] = Path("report").rglob("01-tiny.html")
    assert f"<dd>{data}</dd>" in page.read_text(encoding="utf-8")


def test_the_file_of_the_assignment_chooses_for_every_run(
    command: Command, course: tiny_course.Course, root: Path
) -> None:
    path = course.folder / "assignment.toml"
    path.write_text(path.read_text().replace('data = "digits28"', 'data = "mnist"'))
    assert "Data set: mnist." in grade(command, course, "--data-root", root).out
    assert "Data set: digits28." in grade(command, course, "--data", "digits28").out


def test_without_the_files_nothing_is_graded(command: Command, course: tiny_course.Course, tmp_path: Path) -> None:
    none = grade(command, course, "--data", "mnist")
    assert (none.code, none.out) == (4, "")
    assert "No folder is named for MNIST. Put the four files" in none.err
    empty = grade(command, course, "--data", "mnist", "--data-root", tmp_path / "empty")
    assert empty.code == 4 and "lacks train-images-idx3-ubyte.gz, " in empty.err
    assert empty.err.count("\n") == 1
    assert not Path("report.json").exists() and not Path("report").exists()


def test_practice_asks_for_no_files_if_no_visible_case_does(command: Command, course: tiny_course.Course) -> None:
    done = command("grade", SLUG, "--root", course.root, "--data", "mnist", "--json", "report.json")
    assert done.code == 0
    assert from_json(Path("report.json").read_text(encoding="utf-8")).grader.data == ""


def test_an_assignment_without_a_choice_refuses_the_option(command: Command, tmp_path: Path) -> None:
    course = tiny_course.make(tmp_path / "plain")
    done = grade(command, course, "--data", "mnist")
    assert done.code == 2
    assert "--data mnist chooses between data sets, and 01-tiny has no choice. Omit the option." in done.err


def test_the_option_is_for_those_that_have_a_choice(course: tiny_course.Course, tmp_path: Path) -> None:
    plain = tiny_course.make(tmp_path / "plain").load()
    assert [each.data for each in with_data([course.load(), plain], "mnist")] == ["mnist", ""]
    with pytest.raises(UsageError, match="Omit the option"):
        with_data([plain], "mnist")


def test_a_case_that_asks_needs_a_name_in_the_file(tmp_path: Path, supervisor: Supervisor) -> None:
    course = tiny_course.make(tmp_path / "course", hidden=HIDDEN, mistakes={})
    with pytest.raises(CaseError, match=r"images_are_doubled uses `data`.*Add data = \"digits28\" above its tasks"):
        tiny_course.graded(course, RIGHT, supervisor=supervisor)


def test_another_name_is_refused_with_line_and_remedy(course: tiny_course.Course) -> None:
    path = course.folder / "assignment.toml"
    path.write_text(path.read_text().replace('data = "digits28"', 'data = "cifar"'))
    with pytest.raises(AssignmentError, match=r'line 5: data is "cifar"; write "digits28" or "mnist"\.'):
        assignments.load(SLUG, root=course.root)


def test_a_wrong_limit_on_mnist_is_refused(course: tiny_course.Course) -> None:
    path = course.folder / "assignment.toml"
    path.write_text(path.read_text().replace("submission_s = 77.0", "submision_s = 77.0"))
    with pytest.raises(AssignmentError, match=r"line \d+: the key submision_s is unknown\. Did you mean submission_s"):
        assignments.load(SLUG, root=course.root)


def test_a_limit_for_an_unknown_set_is_refused() -> None:
    from autograder import task

    with pytest.raises(CaseError, match=r"call_s has a limit for 'cifar'; the data sets are digits28, mnist\."):
        task("double", points=1, call_s={"cifar": 1.0})


def test_limits_of_its_own(course: tiny_course.Course) -> None:
    small = course.load()
    [large] = with_data([small], "mnist")
    run = RunOptions(device="cpu")
    assert spec_of(small, run).limits.submission_s == 120.0
    assert (spec_of(large, run).limits.submission_s, spec_of(large, run).limits.call_s) == (77.0, 1.0)


# --- a class


@pytest.mark.slow
def test_a_class_on_two_sets_is_never_mixed(command: Command, course: tiny_course.Course, root: Path) -> None:
    for name, source in {"kim": RIGHT, "lee": WRONG}.items():
        tiny_course.write(Path("class") / name / "tiny.py", source)

    def batch(data: str, *source: str) -> tuple[Finished, int]:
        arguments = ("--root", course.root, "--out", f"out-{data}", "--json", "run.json", "--data", data)
        done = command("batch", SLUG, *source, *arguments, "--data-root", root)
        return done, int(json.loads(Path("run.json").read_text())["graded"])

    first, graded = batch("digits28", "class")
    assert (first.code, first.err, graded) == (0, "", 2), first.err
    second, graded = batch("mnist", "class")
    assert graded == 2
    assert (
        "the store has reports of 01-tiny on digits28. This run is on mnist: it grades every submission" in second.err
    )
    assert batch("mnist")[1] == 0
    for data in ("digits28", "mnist"):
        found = [json.loads(path.read_text()) for path in Path(f"out-{data}", "staff").rglob("*.json")]
        assert [each["grader"]["data"] for each in found if "grader" in each] == [data, data]


def test_a_regrade_on_the_other_set_runs_everything(command: Command, course: tiny_course.Course, root: Path) -> None:
    tiny_course.write(Path("class") / "kim" / "tiny.py", RIGHT)
    where = ("--root", course.root, "--data-root", root)
    assert command("batch", SLUG, "class", "--out", "out", *where).code == 0
    done = command("regrade", SLUG, "--preview", "--data", "mnist", *where)
    assert done.code == 0, done.err
    assert "All cases run again: data was digits28 and is mnist." in done.out + done.err
