"""The files of a release for GitHub and Classroom 50: valid, without secrets, and they do what their page says."""

from __future__ import annotations

import json
import os
import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from report_samples import EVERY_VERDICT, OUTCOMES, all_passed, hostile, practice
from ruamel.yaml import YAML
from test_release import SLUG, course, git  # noqa: F401  # a fixture

from autograder.authoring import release
from autograder.authoring.kit import kit
from autograder.authoring.platforms import FILES, files_for
from autograder.authoring.release import Options
from autograder.commands.main import load
from autograder.course import assignment as assignments
from autograder.exchange.platforms import Platform
from autograder.model import Audience, Report, Score, Verdict
from autograder.reports.document import to_json

ROOT = Path(__file__).parents[1]
WORKFLOW = ".github/workflows/autograder.yml"
SCRIPT = "classroom50/autograder.py"


def workflow(text: str) -> dict[str, Any]:
    found: dict[str, Any] = YAML(typ="safe", pure=True).load(text)
    return found


def steps() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = workflow(files_for(["github"])[WORKFLOW].decode())["jobs"]["feedback"]["steps"]
    return found


@pytest.fixture
def repository(course: Path, tmp_path: Path) -> Path:  # noqa: F811
    """A release for both platforms, as a student's repository with one commit."""
    options = Options(platforms=("github", "classroom50"))
    folder = tmp_path / "학생 repository"
    release.write(release.contents(assignments.load_all(course), root=course, options=options), folder)
    git(tmp_path, "init", "--quiet", str(folder))
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "Begin")
    return folder


def environment(tmp_path: Path, **more: str) -> dict[str, str]:
    """The variables of a runner, with a ``python`` on the path and no network."""
    programs = tmp_path / "bin"
    programs.mkdir(exist_ok=True)
    if not (programs / "python").exists():
        (programs / "python").symlink_to(sys.executable)
    own = {"AUTOGRADER": f"'{sys.executable}' -m autograder", "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    return os.environ | own | more


# --- both


@pytest.mark.slow
def test_a_release_has_the_files_of_the_platforms_that_were_named_and_no_others(course: Path) -> None:  # noqa: F811
    def paths(*platforms: str) -> set[str]:
        options = Options(platforms=platforms)
        return set(release.contents(assignments.load_all(course), root=course, options=options))

    assert paths("github") - paths() == {WORKFLOW}
    assert paths("classroom50") - paths() == {SCRIPT}
    assert paths("github", "classroom50") - paths() == {WORKFLOW, SCRIPT}


def test_the_command_offers_all_platforms() -> None:
    [option] = [each for each in load("release").params if each.name == "platforms"]
    assert isinstance(option.type, click.Choice) and set(option.type.choices) == {*FILES, *Platform, "nbgrader"}


def test_no_file_hides_the_package_from_python() -> None:
    assert not {path for files in FILES.values() for path in files if path.startswith("autograder")}


@pytest.mark.parametrize("platforms", [(), ("github",)])
def test_the_readme_has_no_paragraph_that_runs_into_the_next_block(platforms: tuple[str, ...]) -> None:
    [assignment] = assignments.choose((SLUG,), root=ROOT)
    due = {assignment.slug: "1 March"}
    text = kit([assignment], due=due, message="Good luck.", platforms=platforms)["README.md"].decode()
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    kinds = [token.type for token in tokens if token.level == 0]
    assert kinds.count("table_open") == 1 and kinds.count("ordered_list_open") == 2
    paragraphs = [following.content for token, following in pairwise(tokens)
                  if token.type == "paragraph_open" and token.level == 0]  # fmt: skip
    assert "Good luck." in paragraphs and "1 March" in [token.content for token in tokens]
    assert any("Actions" in paragraph for paragraph in paragraphs) == ("github" in platforms)


# --- GitHub


def test_the_workflow_is_pinned_as_ours_and_needs_no_secret() -> None:
    text = files_for(["github"])[WORKFLOW].decode()
    pins = dict(re.findall(r"uses: (\S+)@(.*)", text))
    assert all(re.fullmatch(r"[0-9a-f]{40} # v\d+\.\d+\.\d+", pin) for pin in pins.values()) and len(pins) == 4
    ours = dict(re.findall(r"uses: (\S+)@(.*)", (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")))
    assert {name: pins[name] for name in ours} == ours
    assert "secrets" not in text.replace("It needs no secret", "") and "GITHUB_TOKEN" not in text
    assert workflow(text)["permissions"] == {"contents": "read"}


@pytest.mark.slow
def test_the_linters_of_our_workflows_accept_it(repository: Path) -> None:
    for command in (
        ["check-jsonschema", "--quiet", "--builtin-schema", "vendor.github-workflows"],
        ["zizmor", "--quiet", "--offline"],
    ):
        program = str(Path(sys.executable).with_name(command[0]))
        done = subprocess.run(
            [program, *command[1:], str(repository / WORKFLOW)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


def run_steps(repository: Path, tmp_path: Path, **more: str) -> Iterator[tuple[str, int]]:
    """Run the shell steps as GitHub does, and yield name and exit code of each."""
    own = environment(tmp_path, GITHUB_STEP_SUMMARY=str(tmp_path / "summary.md"), **more)
    for step in steps():
        if "run" in step:
            done = subprocess.run(["bash", "-e", "-c", step["run"]], cwd=repository, env=own, check=False)
            yield step["name"], done.returncode


@pytest.mark.slow
def test_a_push_is_graded_and_a_low_score_fails_nothing(repository: Path, tmp_path: Path) -> None:
    ended = dict(run_steps(repository, tmp_path, AUTOGRADER_LANG="ko"))
    assert set(ended.values()) == {0} and len(ended) == 2
    summary = (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert "sigmoid" in summary and "성적이 아닙니다" in summary
    [kept] = [step["with"]["path"] for step in steps() if "upload-artifact" in step.get("uses", "")]
    names = {path.name for path in (repository / kept).iterdir()}
    assert {"index.html", f"{SLUG}.html", "junit.xml", "summary.md"} <= names


@pytest.mark.slow
def test_the_variables_of_an_organization_may_be_missing(repository: Path, tmp_path: Path) -> None:
    """GitHub then sets them to the empty text."""
    assert set(dict(run_steps(repository, tmp_path, AUTOGRADER_LANG="")).values()) == {0}


# --- Classroom 50


def check_result(result: dict[str, Any]) -> None:
    """Check a document as Classroom 50 does when it collects scores."""
    assert set(result) == {
        "schema", "classroom", "assignment", "submission", "commit", "release", "review", "datetime", "score",
        "max-score", "tests",
    }  # fmt: skip
    assert result["schema"] == "classroom50/result/v1"
    datetime.strptime(result["datetime"], "%Y-%m-%dT%H:%M:%SZ")
    for each in (result, *result["tests"]):
        assert type(each["score"]) is int and type(each["max-score"]) is int
        assert 0 <= each["score"] <= each["max-score"]
    for test in result["tests"]:
        assert isinstance(test["test-name"], str) and type(test["passed"]) is bool
    assert result["score"] == sum(test["score"] for test in result["tests"])
    assert result["max-score"] == sum(test["max-score"] for test in result["tests"])


def as_result(report: Report) -> dict[str, Any]:
    script = runpy.run_path(str(ROOT / "templates/release" / SCRIPT), run_name="script")
    result: dict[str, Any] = script["as_result"](json.loads(to_json(report, audience=Audience.STAFF)))
    return result


REFUSED = replace(practice(), outcomes=(), score=Score(0.0, 30.0), notes=("The archive is damaged.",))


@pytest.mark.parametrize("report", [EVERY_VERDICT, practice(), all_passed(), hostile(), REFUSED])
def test_every_report_gives_a_valid_result(report: Report) -> None:
    check_result(as_result(report))


def test_every_verdict_has_its_result() -> None:
    result = as_result(EVERY_VERDICT)
    by_verdict = {test["verdict"]: test for test in result["tests"]}
    assert set(by_verdict) == {verdict.value for verdict in Verdict}
    assert {verdict for verdict, test in by_verdict.items() if test["passed"]} == {"passed"}
    assert (result["score"], result["max-score"]) == (12, 94)  # 2.5 of 10 points become 2
    assert by_verdict["grader_error"]["max-score"] == 0
    assert as_result(all_passed())["score"] == as_result(all_passed())["max-score"] == 100


def test_a_refused_submission_says_why() -> None:
    result = as_result(REFUSED)
    assert (result["score"], result["max-score"]) == (0, 30)
    assert result["tests"][0]["output"] == "The archive is damaged."


POINTS = st.lists(st.tuples(st.floats(0.01, 20), st.floats(0, 1)), min_size=1, max_size=12)


@given(POINTS)
def test_whole_points_add_up_and_full_marks_need_every_case(drawn: list[tuple[float, float]]) -> None:
    outcomes = tuple(
        replace(
            OUTCOMES[0],
            points=points,
            earned=points * share,
            verdict=Verdict.PASSED if share == 1 else Verdict.FAILED,
        )
        for points, share in drawn
    )
    result = as_result(replace(EVERY_VERDICT, outcomes=outcomes))
    check_result(result)
    total = sum(points for points, _ in drawn)
    assert abs(result["max-score"] - total) <= 0.5 + 1e-6
    for test, (points, share) in zip(result["tests"], drawn, strict=True):
        assert abs(test["max-score"] - points) < 1 + 1e-6
        assert test["score"] == test["max-score"] if share == 1 else test["score"] <= share * test["max-score"] + 1e-6


def grade(repository: Path, tmp_path: Path, name: str) -> subprocess.CompletedProcess[str]:
    more = {
        "CLASSROOM": "dl-2026", "ASSIGNMENT": name, "SUBMISSION_TAG": "submit/20260302T145959Z-0123abc",
        "COMMIT_URL": "c", "RELEASE_URL": "r", "REVIEW_URL": "v",
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, str(repository / SCRIPT)], cwd=repository, env=environment(tmp_path, **more),
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.slow
def test_the_script_grades_a_students_repository(repository: Path, tmp_path: Path) -> None:
    right = (ROOT / "examples/class/student03/logistic.py").read_bytes()
    (repository / "assignments" / SLUG / "logistic.py").write_bytes(right)
    (repository / "result.json").write_text('{"score": 100}', encoding="utf-8")
    done = grade(repository, tmp_path, "hw5")  # the only assignment, whatever the classroom calls it
    assert done.returncode == 0, done.stderr
    result = json.loads((repository / "result.json").read_text(encoding="utf-8"))
    check_result(result)
    assert (result["score"], result["max-score"], result["classroom"], result["assignment"]) == (
        25,
        30,
        "dl-2026",
        "hw5",
    )
    assert "bce_gradient_by_hand" in (repository / "release-body.md").read_text(encoding="utf-8")


def test_without_a_report_there_is_no_result(repository: Path, tmp_path: Path) -> None:
    (repository / "assignments" / SLUG / "assignment.toml").write_text("title = 3\n", encoding="utf-8")
    (repository / "result.json").write_text('{"score": 100}', encoding="utf-8")
    done = grade(repository, tmp_path, SLUG)
    assert done.returncode != 0 and "grade.py wrote no report" in done.stderr
    assert not (repository / "result.json").exists()


def test_an_assignment_that_is_not_there_is_named(repository: Path, tmp_path: Path) -> None:
    other = repository / "assignments" / "06-softmax"
    other.mkdir()
    (other / "assignment.toml").write_text("", encoding="utf-8")
    done = grade(repository, tmp_path, "hw5")
    assert done.returncode == 1
    assert 'has 05-logistic, 06-softmax, and the classroom calls this one "hw5"' in done.stderr
