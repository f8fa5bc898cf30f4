"""Points: nothing vanishes from a plan, shares add up to the whole, our own faults neither earn nor cost."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.grading import rubric
from autograder.model import Adjustment, Case, GradedCase, Measure, Mismatch, Outcome, TraceLine, Verdict


def case(id: str = "a", points: float = 4.0) -> Case:
    return Case(id, "task", f"Title of {id}", points, visible=True)


def lines(*pairs: tuple[Case, Outcome]) -> tuple[GradedCase, ...]:
    return rubric.graded([case for case, _ in pairs], [outcome for _, outcome in pairs])


@pytest.mark.parametrize("verdict", [verdict for verdict in Verdict if verdict is not Verdict.PASSED])
def test_only_a_passed_case_earns_its_points(verdict: Verdict) -> None:
    [passed] = lines((case(), Outcome("a", Verdict.PASSED)))
    [other] = lines((case(), Outcome("a", verdict, credit=1.0)))
    assert (passed.earned, other.earned) == (4.0, 0.0)


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_share_is_for_failed_cases_alone(verdict: Verdict) -> None:
    [line] = lines((case(), Outcome("a", verdict, credit=0.25)))
    assert line.earned == {Verdict.FAILED: 1.0, Verdict.PASSED: 4.0}.get(verdict, 0.0)


@pytest.mark.parametrize("credit", [-0.5, 1.5, float("nan"), float("inf")])
def test_a_share_that_is_none_earns_nothing(credit: float) -> None:
    [line] = lines((case(), Outcome("a", Verdict.FAILED, credit=credit)))
    assert line.earned == 0.0


def test_a_case_that_disappears_is_a_grader_error_and_the_report_incomplete() -> None:
    found = rubric.graded([case("a"), case("b")], [Outcome("a", Verdict.PASSED)])
    assert [(line.case, line.verdict) for line in found] == [("a", Verdict.PASSED), ("b", Verdict.GRADER_ERROR)]
    assert "0 outcomes" in found[1].staff
    assert not rubric.is_complete(found)
    assert rubric.score(found).possible == 4.0


def test_a_case_with_two_outcomes_is_a_grader_error_too() -> None:
    outcomes = [Outcome("a", Verdict.PASSED), Outcome("a", Verdict.PASSED)]
    [line] = rubric.graded([case("a")], outcomes)
    assert line.verdict is Verdict.GRADER_ERROR
    assert "2 outcomes" in line.staff


def test_a_line_carries_everything_of_case_and_outcome() -> None:
    texts = {name: name for name in ("message", "hint", "call", "output", "staff", "snippet")}
    place = TraceLine("f.py", 1, "f", "x")
    outcome = Outcome("a", Verdict.FAILED, seconds=2.0, mismatch=Mismatch("value", "1", "2"), measure=Measure("m", 1.0),
                      trace=(place,), source=place, named=True, **texts)  # fmt: skip
    [line] = lines((case(), outcome))
    assert (line.case, line.task, line.title, line.points, line.visible) == ("a", "task", "Title of a", 4.0, True)
    shared = {field.name for field in fields(Outcome)} & {field.name for field in fields(GradedCase)}
    assert shared > {*texts, "named"}
    assert {name: getattr(line, name) for name in shared} == {name: getattr(outcome, name) for name in shared}


@given(
    points=st.lists(st.integers(1, 100), min_size=1, max_size=8),
    shares=st.integers(1, 60),
)
def test_shares_of_whole_points_add_up_exactly(points: list[int], shares: int) -> None:
    cases = [case(f"{i}[{k}]", whole / shares) for i, whole in enumerate(points) for k in range(shares)]
    found = rubric.graded(cases, [Outcome(each.id, Verdict.PASSED) for each in cases])
    score = rubric.score(found)
    assert score.earned == score.possible == sum(points)


@given(st.lists(st.tuples(st.integers(0, 20), st.sampled_from(list(Verdict))), max_size=12))
def test_our_own_faults_are_in_neither_sum(drawn: list[tuple[int, Verdict]]) -> None:
    found = lines(*((case(str(i), points), Outcome(str(i), verdict)) for i, (points, verdict) in enumerate(drawn)))
    score = rubric.score(found)
    assert score.possible == sum(points for points, verdict in drawn if verdict is not Verdict.GRADER_ERROR)
    assert score.earned == sum(points for points, verdict in drawn if verdict is Verdict.PASSED)
    assert rubric.is_complete(found) == all(verdict is not Verdict.GRADER_ERROR for _, verdict in drawn)


@pytest.mark.parametrize(("change", "earned"), [(-1.5, 2.5), (-9.0, 0.0), (3.0, 4.0)])
def test_an_adjustment_stays_between_nothing_and_everything(change: float, earned: float) -> None:
    adjustment = Adjustment(change, "handed in late")
    score = rubric.score(lines((case(), Outcome("a", Verdict.PASSED))), [adjustment])
    assert (score.earned, score.possible, score.adjustments) == (earned, 4.0, (adjustment,))


def test_points_can_be_computed_again_from_the_lines() -> None:
    cases = [case(f"a[{i}]", 10 / 3) for i in range(3)]
    found = rubric.graded(cases, [Outcome(each.id, Verdict.PASSED) for each in cases])
    assert rubric.score(found).earned == round(sum(line.earned for line in found), 4) == 10.0
