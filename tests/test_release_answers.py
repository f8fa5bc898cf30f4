"""Answers are handed out after the last hand-in only, and every case runs in their folder."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import tiny_course
from tiny_course import graded, line

from autograder.authoring import answers, release
from autograder.authoring.containers import pieces_of
from autograder.authoring.leaks import find_leaks
from autograder.authoring.release import Options
from autograder.course import assignment as assignments
from autograder.course import folders
from autograder.course.course_file import Course
from autograder.errors import AutograderError
from autograder.model import Verdict
from autograder.workers.supervisor import Supervisor

ROOT = Path(__file__).parents[1]
SLUG = "05-logistic"
DUE = datetime(2026, 10, 12, 9, 0, tzinfo=UTC)
LATER = DUE + timedelta(days=7)
SECOND = timedelta(seconds=1)


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    assignment = assignments.load(SLUG, root=ROOT)
    return answers.contents(assignment, root=ROOT, options=Options(allow_uncommitted=True))


@pytest.fixture(scope="module")
def folder(files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("released") / "answers"
    release.write(files, target)
    return target


def autograder(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "autograder", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)


# --- when

NO_EXTENSIONS = Course("", "Asia/Seoul", {SLUG: DUE})
EXTENDED = Course("", "Asia/Seoul", {SLUG: DUE}, {SLUG: {"alice": LATER, "bob": DUE + SECOND}})


@pytest.mark.parametrize(
    ("dates", "now", "sentence"),
    [
        (NO_EXTENSIONS, DUE - SECOND, "05-logistic is due 2026-10-12 18:00 (Asia/Seoul). Wait until then, or add"),
        (EXTENDED, DUE + SECOND, "alice may work on 05-logistic until 2026-10-19 18:00 (Asia/Seoul). Wait until then,"),
        (Course(), LATER, "course.toml has no due date of 05-logistic, so students may still work on it. Write"),
    ],
    ids=["before the due date", "before the last extension", "no due date"],
)
def test_answers_are_refused_while_students_may_work(dates: Course, now: datetime, sentence: str) -> None:
    with pytest.raises(AutograderError) as error:
        answers.check_due(assignments.load(SLUG, root=ROOT), dates, now)
    assert error.value.message.startswith(sentence)
    assert error.value.message.endswith("or add --force to release the answers now.")
    assert (error.value.slug, error.value.exit_code) == ("release-answers", 4)


@pytest.mark.parametrize(("dates", "now"), [(NO_EXTENSIONS, DUE), (EXTENDED, LATER)])
def test_answers_are_released_after_the_last_one(dates: Course, now: datetime) -> None:
    answers.check_due(assignments.load(SLUG, root=ROOT), dates, now)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--answers",), "Name one assignment"),
        (("--answers", "1", "2"), "Name one assignment"),
        (("--force", "1"), "--force is for --answers"),
    ],
)
def test_wrong_use_is_named(arguments: tuple[str, ...], sentence: str, tmp_path: Path) -> None:
    done = autograder("release", *arguments, "--to", str(tmp_path / "a"), folder=ROOT)
    assert done.returncode == 2 and sentence in done.stderr


def test_the_command_refuses_answers_without_a_due_date(tmp_path: Path) -> None:
    course = tiny_course.make(tmp_path)
    target = tmp_path.with_name(f"{tmp_path.name}-answers")
    done = autograder("release", "--answers", "1", "--to", str(target), folder=course.root)
    assert done.returncode == 4 and "no due date of 01-tiny" in done.stderr and not target.exists()


# --- what


def test_the_folder_holds_solution_alternatives_mistakes_and_all_cases(files: dict[str, bytes]) -> None:
    solution = ROOT / "solutions" / SLUG
    assert files[f"assignments/{SLUG}/logistic.py"] == (solution / "logistic.py").read_bytes()
    same = ["logistic.py", "test_hidden.py", "ko.toml"]
    same += [f"{each}/{path.name}" for each in answers.FOLDERS for path in (solution / each).glob("*.py")]
    assert {name: files[f"solutions/{SLUG}/{name}"] for name in same} == {
        name: (solution / name).read_bytes() for name in same
    }
    assert {name for name in files if name.startswith("solutions/")} == {f"solutions/{SLUG}/{name}" for name in same}


def test_the_page_explains_each_known_mistake_in_both_languages(files: dict[str, bytes]) -> None:
    page = files["README.md"].decode()
    assert len(page.split("\n### ")) - 1 == len(list((ROOT / "solutions" / SLUG / "mistakes").glob("*.py")))
    [part] = [each for each in page.split("\n### ") if each.startswith("[late-cost]")]
    assert part.splitlines()[2] == "The cost is recorded after the step."
    assert "\n> Your costs are one step late: record the cost before the step." in part
    assert "\n>\n> 비용이 한 스텝씩 늦습니다. 스텝을 밟기 전의 비용을 기록하십시오." in part
    assert "Cases that fail: `costs_of_the_lecture`, `fit_matches`" in part


@pytest.mark.slow
def test_the_solution_passes_every_case_in_the_folder(folder: Path) -> None:
    done = autograder("grade", SLUG, "--plain", folder=folder)
    assert done.returncode == 0, done.stderr
    assert "Total: 100 of 100 points" in done.stdout


@pytest.mark.long
@pytest.mark.parametrize("slug", folders.slugs_of(ROOT))
def test_the_solution_of_every_assignment_passes(slug: str, tmp_path: Path) -> None:
    assignment = assignments.load(slug, root=ROOT)
    release.write(answers.contents(assignment, root=ROOT, options=Options(allow_uncommitted=True)), tmp_path / "a")
    done = autograder("grade", slug, "--plain", folder=tmp_path / "a")
    assert f"Total: {assignment.points:g} of {assignment.points:g} points" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("official", [False, True])
def test_a_hidden_case_is_a_visible_one_in_practice_only(
    tmp_path: Path, supervisor: Supervisor, official: bool
) -> None:
    course = tiny_course.make(tmp_path)
    toml = course.folder / "assignment.toml"
    toml.write_text("published = true\n" + toml.read_text(encoding="utf-8"), encoding="utf-8")
    wrong = tiny_course.SOLUTION.replace("2 * x", "3 * x")
    [report] = graded(course, wrong, supervisor=supervisor, official=official)
    found = line(report, "double_of_any[5]")
    assert found.verdict is Verdict.FAILED
    assert found.visible is not official


@pytest.mark.slow
def test_other_solutions_stay_secret(files: dict[str, bytes]) -> None:
    course = [assignments.load(slug, root=ROOT) for slug in (SLUG, "06-softmax")]
    other = (ROOT / "solutions" / "06-softmax" / "test_hidden.py").read_bytes()
    own = {name: data for name, data in files.items() if name.startswith("solutions/") or name == "README.md"}
    found = find_leaks(pieces_of({**own, "a.py": other}), course, published=course[:1])
    assert {leak.place for leak in found} == {"a.py"}
