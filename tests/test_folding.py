"""Cases that fail for the same reason as another one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from renderings import on_terminal, printed
from report_samples import EVERY_VERDICT, OUTCOMES

from autograder.model import Audience, GradedCase, Mismatch, Report, Verdict
from autograder.reports import document, page, plain
from autograder.reports.folding import folded

FAILED = replace(OUTCOMES[3], case="by_hand", title="By hand.", points=3.0, earned=0.0, hint="Yours is n times it.")
OTHER = replace(FAILED, case="by_columns", title="By columns.", points=2.0, earned=0.5)
HIDDEN = replace(FAILED, case="fresh", title="Fresh draws", visible=False)


def shown(*cases: GradedCase, audience: Audience = Audience.STUDENT) -> dict[str, list[str]]:
    return {case.case: also for case, also in folded(cases, audience)}


def test_a_case_with_the_same_hint_and_kind_is_one_line() -> None:
    assert shown(FAILED, OTHER) == {"by_hand": ["By columns (-1.5)"]}
    assert shown(FAILED, OTHER, HIDDEN) == {"by_hand": ["By columns (-1.5)", "Fresh draws (hidden case, -3)"]}


def test_a_visible_case_goes_first() -> None:
    assert shown(HIDDEN, FAILED) == {"by_hand": ["Fresh draws (hidden case, -3)"]}
    assert shown(HIDDEN, replace(HIDDEN, case="more", title="")) == {"fresh": ["more (hidden case, -3)"]}


@pytest.mark.parametrize(
    "changes",
    [
        {"hint": "Another."},
        {"task": "bce"},
        {"mismatch": Mismatch("shape", "(2,)", "(3,)")},
        {"mismatch": None},
        {"verdict": Verdict.ERRORED},
    ],
    ids=lambda changes: ", ".join(changes),
)
def test_a_case_with_another_cause_is_shown_in_full(changes: dict[str, Any]) -> None:
    assert shown(FAILED, replace(OTHER, **changes)) == {"by_hand": [], "by_columns": []}


@pytest.mark.parametrize("verdict", [Verdict.PASSED, Verdict.SKIPPED, Verdict.NOT_ATTEMPTED, Verdict.GRADER_ERROR])
def test_only_failures_are_folded(verdict: Verdict) -> None:
    assert shown(replace(FAILED, verdict=verdict), replace(OTHER, verdict=verdict)) == {"by_hand": [], "by_columns": []}


def test_cases_without_a_hint_are_shown_in_full() -> None:
    assert shown(replace(FAILED, hint=""), replace(OTHER, hint="")) == {"by_hand": [], "by_columns": []}


@pytest.mark.parametrize("known", [{"named": True}, {"because": "sigmoid"}], ids=["known mistake", "another task"])
def test_a_cause_that_is_known_may_show_in_several_ways(known: dict[str, Any]) -> None:
    other = replace(OTHER, mismatch=Mismatch("shape", "(2,)", "(3,)"))
    assert shown(replace(FAILED, **known), replace(other, **known)) == {"by_hand": ["By columns (-1.5)"]}


def test_staff_see_every_case_in_full() -> None:
    assert shown(FAILED, OTHER, HIDDEN, audience=Audience.STAFF) == {"by_hand": [], "by_columns": [], "fresh": []}


# --- in each rendering

REPORT = replace(EVERY_VERDICT, outcomes=(FAILED, OTHER, HIDDEN))


def on_page(report: Report, audience: Audience) -> str:
    return page.html(report, audience=audience)


def in_lines(report: Report, audience: Audience) -> str:
    return printed(plain.show, report, audience=audience)


@pytest.mark.parametrize("render", [on_terminal, in_lines, on_page])
def test_every_rendering_folds(render: Any) -> None:
    text = render(REPORT, Audience.STUDENT)
    assert text.count("also fails") == (1 if render is on_page else 2)  # the page has one label for all lines
    assert "By columns (-1.5)" in text and "Fresh draws (hidden case, -3)" in text
    assert "by_hand" in text and "by_columns" not in text and "fresh" not in text
    assert text.count(FAILED.hint) == 1
    assert "values of hidden cases are not shown" not in text
    for_staff = render(REPORT, Audience.STAFF)
    assert "also fails" not in for_staff and for_staff.count(FAILED.hint) == 3


def test_the_json_has_every_case_as_it_was() -> None:
    assert document.to_json(REPORT, audience=Audience.STUDENT).count(FAILED.hint) == 3


def test_the_title_of_another_case_stays_in_its_line() -> None:
    report = replace(REPORT, outcomes=(FAILED, replace(OTHER, title="a\nTotal  100 of 100 points")))
    assert "\n  also fails: a Total  100 of 100 points (-1.5)\n" in on_terminal(report)
    assert "\nTotal" not in in_lines(report, Audience.STUDENT).replace("\nTotal: ", "")
