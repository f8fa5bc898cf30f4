"""Results for Gradescope, PrairieLearn and Autolab: valid, without hidden inputs, and no zero that nobody earned."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from report_samples import EVERY_VERDICT, all_passed, hostile, practice, race

from autograder.exchange import results_autolab, results_gradescope, results_prairielearn
from autograder.exchange.platforms import Platform, results, share
from autograder.model import Report, Score, Verdict

SHOWN = {"enum": ["hidden", "after_due_date", "after_published", "visible"]}
FORMAT = {"enum": ["text", "html", "simple_format", "md", "ansi"]}
TEXT, NUMBER = {"type": "string"}, {"type": "number"}
GRADESCOPE: dict[str, Any] = {  # the fields that its documentation lists
    "type": "object",
    "additionalProperties": False,
    "required": ["score"],
    "properties": {
        "score": NUMBER,
        "execution_time": NUMBER,
        "output": TEXT,
        "output_format": FORMAT,
        "test_output_format": FORMAT,
        "test_name_format": FORMAT,
        "visibility": SHOWN,
        "stdout_visibility": SHOWN,
        "extra_data": {"type": "object"},
        "leaderboard": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["name", "value"],
                "properties": {
                    "name": TEXT, "value": {"type": ["number", "string"]}, "order": {"enum": ["asc", "desc"]},
                },
            },
        },
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "score": NUMBER, "max_score": NUMBER, "status": {"enum": ["passed", "failed"]}, "name": TEXT,
                    "name_format": FORMAT, "number": TEXT, "output": TEXT, "output_format": FORMAT,
                    "tags": {"type": "array", "items": TEXT}, "visibility": SHOWN, "extra_data": {"type": "object"},
                },
            },
        },
    },
}  # fmt: skip
REFUSED = replace(practice(), outcomes=(), score=Score(0.0, 30.0), notes=("The archive is damaged.",))
REPORTS = [EVERY_VERDICT, practice(), all_passed(), hostile(), *race(), REFUSED]
STAFF_ONLY = "only staff may read this 4711"


def loaded(text: str) -> Any:
    def refuse(constant: str) -> None:
        raise ValueError(constant)

    return json.loads(text, parse_constant=refuse)


def gradescope(report: Report) -> dict[str, Any]:
    document: dict[str, Any] = loaded(results_gradescope.graded(report, seconds=1.5))
    jsonschema.validate(document, GRADESCOPE)
    return document


def autolab(text: str) -> tuple[dict[str, float], dict[str, Any]]:
    """Read the output as Autolab does: it puts each word before a colon into quotes, then parses the last line."""
    *_, feedback, last = [re.sub(r"(\w+):", r'"\1":', line) for line in text.splitlines() if line.strip()]
    scores: dict[str, float] = loaded(last)["scores"]
    return scores, loaded(feedback) if feedback.startswith("{") else {}


def check_prairielearn(document: dict[str, Any]) -> None:
    if document["gradable"] is False:
        assert "score" not in document and document["format_errors"]
        return
    assert type(document["score"]) is float and 0 <= document["score"] <= 1
    for test in document["tests"]:
        assert type(test["points"]) is float and type(test["max_points"]) is float


def with_error(report: Report) -> Report:
    """The report with a grader error in its first case, of which staff have a trace."""
    first, *others = report.outcomes
    broken = replace(first, verdict=Verdict.GRADER_ERROR, earned=0.0, staff=STAFF_ONLY)
    return replace(report, outcomes=(broken, *others), complete=False)


def test_prairielearn_gets_no_more_than_it_reads() -> None:
    """However much a submission prints: PrairieLearn ignores a document of more than 1 MiB."""
    failed = next(line for line in practice().outcomes if line.verdict is Verdict.FAILED)
    many = tuple(replace(failed, case=f"case_{number}", output="\U0001f600" * 70_000) for number in range(48))
    report = replace(practice(), outcomes=many)
    text = results_prairielearn.graded(report, seconds=0)
    assert len(text.encode()) <= 1 << 20
    tests = loaded(text)["tests"]
    assert len(tests) == 48 and all(failed.message in test["output"] for test in tests)


# --- every report


@pytest.mark.parametrize("report", REPORTS)
def test_every_report_gives_valid_results(report: Report) -> None:
    document = gradescope(report)
    names = [test["name"] for test in document["tests"]]
    assert len(names) == len(set(names))
    check_prairielearn(loaded(results_prairielearn.graded(report, seconds=1.5)))
    scores, _ = autolab(results_autolab.graded(report, seconds=1.5))
    assert scores and all(type(score) is float and math.isfinite(score) for score in scores.values())


def test_all_cases_that_pass_earn_everything() -> None:
    report = all_passed()
    possible = math.fsum(line.points for line in report.outcomes)
    assert gradescope(report)["score"] == pytest.approx(possible)
    assert loaded(results_prairielearn.graded(report, seconds=0))["score"] == 1.0
    assert sum(autolab(results_autolab.graded(report, seconds=0))[0].values()) == pytest.approx(possible)


def test_every_case_has_its_test_and_a_hidden_one_waits_for_the_publication() -> None:
    report = replace(EVERY_VERDICT, official=True)
    shown = {test["name"]: test["visibility"] for test in gradescope(report)["tests"] if test["visibility"] != "hidden"}
    assert shown == {line.case: "visible" if line.visible else "after_published" for line in report.outcomes}
    assert set(shown.values()) == {"visible", "after_published"}


def test_a_hidden_case_shows_nothing_that_the_submission_could_choose() -> None:
    lines = tuple(
        replace(line, visible=False, call="steal(4711)", output="inputs 4711", staff="trace 4711")
        for line in practice().outcomes
    )
    report = replace(practice(), outcomes=lines, official=True)
    for platform in Platform:
        assert "4711" not in results(platform).graded(report, seconds=0)


def test_measures_are_a_leaderboard_with_a_direction() -> None:
    [*boards] = gradescope(race()[0])["leaderboard"]
    assert boards and all(board["order"] in ("asc", "desc") for board in boards)
    assert "leaderboard" not in gradescope(practice())


# --- no zero that nobody earned


def test_a_case_with_a_grader_error_costs_no_points() -> None:
    report = with_error(all_passed())
    possible = math.fsum(line.points for line in report.outcomes)
    assert share(report) == 1.0
    assert gradescope(report)["score"] == pytest.approx(possible)
    broken = report.outcomes[0]
    assert broken.task not in autolab(results_autolab.graded(report, seconds=0))[0]
    assert loaded(results_prairielearn.graded(report, seconds=0))["gradable"] is False


def test_a_grader_error_hides_the_total_and_only_staff_read_its_trace() -> None:
    document = gradescope(with_error(all_passed()))
    [hidden] = [test for test in document["tests"] if test["visibility"] == "hidden"]
    assert hidden["name"] == "GRADER ERROR" and STAFF_ONLY in hidden["output"]
    others = [test for test in document["tests"] if test is not hidden]
    assert STAFF_ONLY not in json.dumps([document["output"], others, document["extra_data"]])


@pytest.mark.parametrize("report", [REFUSED, with_error(replace(all_passed(), outcomes=all_passed().outcomes[:1]))])
def test_without_a_grade_no_platform_reads_one(report: Report) -> None:
    """Gradescope hides the total, PrairieLearn takes no attempt, and Autolab knows no problem of this name."""
    assert [test["visibility"] for test in gradescope(report)["tests"]] == ["hidden"]
    assert loaded(results_prairielearn.graded(report, seconds=0))["gradable"] is False
    assert set(autolab(results_autolab.graded(report, seconds=0))[0]) == {"grader_error"}


@pytest.mark.parametrize("platform", Platform)
def test_a_failure_of_the_grader_is_no_grade_and_says_so(platform: Platform) -> None:
    text = results(platform).not_graded("Nothing is graded yet.", staff=STAFF_ONLY)
    assert "Nothing is graded yet." in text
    if platform is Platform.GRADESCOPE:
        document = loaded(text)
        jsonschema.validate(document, GRADESCOPE)
        assert [(test["visibility"], test["output"]) for test in document["tests"]] == [("hidden", STAFF_ONLY)]
    else:
        assert STAFF_ONLY not in text  # students read all of it


# --- what platforms do with text


def test_a_colon_in_a_text_does_not_break_autolab() -> None:
    line = replace(practice().outcomes[0], title="at 12:30: relu: x", visible=True, verdict=Verdict.PASSED, message="")
    report = replace(practice(), outcomes=(line,))
    _, feedback = autolab(results_autolab.graded(report, seconds=0))
    assert feedback[line.task][line.case] == {"passed": True, "hint": "at 12:30: relu: x"}
