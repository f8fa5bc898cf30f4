"""Policies: what an assignment counts. No rule changes nothing, and every change is a line with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from renderings import printed
from report_samples import EVERY_VERDICT

from autograder.course.policy import AttemptRule, LateRule, Policy, Unit
from autograder.grading import policies
from autograder.grading.policies import Attempt, Final, Status
from autograder.messages import use_language
from autograder.model import Audience
from autograder.reports import plain

DUE = datetime(2026, 10, 12, 9, 0, tzinfo=UTC)
NOW = DUE + timedelta(days=365)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HALF = {"a": 5.0, "b": 40.0, "c": 5.0}
WHOLE = {"a": 10.0, "b": 40.0, "c": 50.0}


def attempt(late: timedelta | None = timedelta(0), points: dict[str, float] | None = None, number: int = 1) -> Attempt:
    received = None if late is None else DUE + late
    return Attempt(HALF if points is None else points, WHOLE, received, number)


def final(*attempts: Attempt, due: datetime | None = DUE, **rules: object) -> Final:
    return policies.final(attempts, Policy(**rules), now=NOW, due=due)  # type: ignore[arg-type]


def lines(found: Final) -> list[tuple[str, float]]:
    return [(each.kind, each.points) for each in found.adjustments]


# --- lateness


@pytest.mark.parametrize(
    ("late", "points"),
    [
        (timedelta(0), 50), (timedelta(microseconds=1), 40), (DAY, 40), (DAY + MINUTE, 30), (4 * DAY, 10),
        (5 * DAY, 0), (90 * DAY, 0), (-DAY, 50),
    ],
)  # fmt: skip
def test_a_started_day_counts_as_a_day(late: timedelta, points: float) -> None:
    assert final(attempt(late), late=LateRule(percent=10)).points == points


def test_hours_points_grace_and_maximum() -> None:
    rule = LateRule(per=Unit.HOUR, points=2.5, grace=15 * MINUTE, maximum=6)
    lates = [15 * MINUTE, 16 * MINUTE, 75 * MINUTE, 76 * MINUTE, 3 * HOUR]
    assert [final(attempt(late), late=rule).points for late in lates] == [50, 47.5, 47.5, 45, 44]


def test_the_maximum_in_percent_is_of_the_possible_points() -> None:
    found = final(attempt(8 * DAY), late=LateRule(percent=10, maximum=30))
    assert lines(found) == [("late", -30.0)]
    assert found.reasons == (
        "Received 192:00 (hours:minutes) after the due date: 8 started days. The late penalty has reached its maximum. "
        "(-30 points)",
    )


def test_after_the_last_acceptance_nothing_is_left_whatever_the_maximum() -> None:
    rule = LateRule(percent=10, maximum=20, grace=15 * MINUTE, closes_after=2)
    assert final(attempt(2 * DAY + 15 * MINUTE), late=rule).points == 30
    closed = final(attempt(2 * DAY + 16 * MINUTE), late=rule)
    assert lines(closed) == [("closed", -50.0)]
    assert closed.reasons[0].endswith("of grace are not counted. Nothing is accepted after 2 days. (-50 points)")
    assert final(attempt(MINUTE), late=LateRule(percent=10, closes_after=0)).points == 0


def test_unknown_lateness_costs_nothing_and_is_never_silent() -> None:
    found = final(attempt(None), late=LateRule(percent=10))
    assert found.points == 50
    assert found.reasons == ("The time of receipt is unknown, so there is no late penalty.",)
    before = final(attempt(None), attempt=AttemptRule.LAST_BEFORE_DUE)
    assert before.points == 50
    assert lines(before) == [("unknown-time", 0.0)]
    assert before.reasons[0].startswith("The time of receipt is unknown. This attempt counts as if")


def test_without_a_due_date_or_a_rule_nothing_is_late() -> None:
    assert final(attempt(DAY), due=None, late=LateRule(percent=10)).adjustments == ()
    assert final(attempt(None), due=None, late=LateRule(percent=10)).adjustments == ()
    assert final(attempt(None), due=None, attempt=AttemptRule.LAST_BEFORE_DUE).adjustments == ()
    assert final(attempt(DAY)).adjustments == ()


# --- clock changes: in Berlin on 29 March and 25 October 2026, in New York on 8 March and 1 November, in Seoul never

CHANGES = [
    ("Europe/Berlin", datetime(2026, 3, 28, 18, 0)), ("Europe/Berlin", datetime(2026, 10, 24, 18, 0)),
    ("America/New_York", datetime(2026, 3, 7, 18, 0)), ("America/New_York", datetime(2026, 10, 31, 18, 0)),
    ("Asia/Seoul", datetime(2026, 3, 28, 18, 0)), ("Asia/Seoul", datetime(2026, 10, 24, 18, 0)),
]  # fmt: skip


@pytest.mark.parametrize(("zone", "wall"), CHANGES)
def test_a_day_is_24_hours_across_a_clock_change(zone: str, wall: datetime) -> None:
    due = wall.replace(tzinfo=ZoneInfo(zone))
    for elapsed, days in [(DAY, 1), (DAY + MINUTE, 2)]:
        received = (due.astimezone(UTC) + elapsed).astimezone(ZoneInfo(zone))  # both times have the same zone
        found = final(replace(attempt(), received_at=received), due=due, late=LateRule(percent=10))
        assert lines(found) == [("late", -10.0 * days)]


@pytest.mark.parametrize(("zone", "wall"), CHANGES)
@pytest.mark.parametrize("offset", [-8, 0, 5.5, 9])
def test_a_time_with_another_offset_is_the_same_instant(zone: str, wall: datetime, offset: float) -> None:
    due = wall.replace(tzinfo=ZoneInfo(zone))
    elsewhere = timezone(timedelta(hours=offset))
    on_time = replace(attempt(), received_at=due.astimezone(elsewhere))
    late = replace(attempt(), received_at=(due.astimezone(UTC) + MINUTE).astimezone(elsewhere))
    rule = LateRule(percent=10)
    assert final(on_time, due=due, late=rule).points == 50
    assert final(late, due=due, late=rule).points == 40
    assert lines(final(late, due=due, attempt=AttemptRule.LAST_BEFORE_DUE)) == [("after-due", -50.0)]


# --- which attempt counts

THREE = [
    attempt(-DAY, {"a": 0, "b": 30, "c": 0}, 1), attempt(-HOUR, {"a": 0, "b": 20, "c": 0}, 2),
    attempt(DAY, {"a": 0, "b": 35, "c": 0}, 3),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "number", "points", "line"),
    [
        (AttemptRule.LAST, 3, 25, ()),
        (AttemptRule.BEST, 1, 30, ("Attempt 1 counts, because it earns the most points.",)),
        (AttemptRule.LAST_BEFORE_DUE, 2, 20,
         ("Attempt 2 counts, because it is the last one received by the due date.",)),
    ],
)  # fmt: skip
def test_each_rule_chooses_its_attempt(rule: AttemptRule, number: int, points: float, line: tuple[str, ...]) -> None:
    found = final(*THREE, attempt=rule, late=LateRule(percent=10))
    assert (found.attempt, found.points) == (number, points)
    assert found.reasons[: len(line)] == line


def test_of_equal_attempts_the_first_is_the_best() -> None:
    assert final(attempt(number=2), attempt(number=1), attempt=AttemptRule.BEST).attempt == 1


def test_grace_counts_as_before_the_due_date() -> None:
    rules = {"attempt": AttemptRule.LAST_BEFORE_DUE, "late": LateRule(percent=10, grace=15 * MINUTE)}
    assert final(attempt(15 * MINUTE), **rules).adjustments == ()
    nothing = final(attempt(16 * MINUTE), **rules)
    assert nothing.reasons == ("No attempt was received by the due date, so none counts. (-50 points)",)


def test_an_attempt_without_a_grade_is_not_zero() -> None:
    broken = replace(attempt(number=2), complete=False)
    assert final(attempt(number=1), broken) == Final(Status.UNGRADED)
    assert final(attempt(number=1), broken, attempt=AttemptRule.BEST) == Final(Status.UNGRADED)
    assert final(broken, attempt(number=3)).points == 50
    before = final(attempt(number=1), replace(broken, received_at=DUE + DAY), attempt=AttemptRule.LAST_BEFORE_DUE)
    assert before.points == 50


def test_two_attempts_cannot_have_one_number() -> None:
    with pytest.raises(ValueError, match="same number"):
        final(attempt(), attempt(DAY))


# --- no points


def test_missing_open_and_excused_are_not_zero_points() -> None:
    def status(now: datetime, extension: datetime | None = None, due: datetime | None = DUE) -> Status:
        found = policies.final((), Policy(), now=now, due=due, extension=extension)
        assert found.points is None
        return found.status

    assert status(DUE) is Status.OPEN
    assert status(DUE + MINUTE) is Status.MISSING
    assert status(DUE + MINUTE, extension=DUE + DAY) is Status.OPEN
    assert status(NOW, due=None) is Status.OPEN
    excused = policies.final([attempt()], Policy(), now=NOW, due=DUE, excused=True)
    assert excused == Final(Status.EXCUSED)
    assert excused.reasons == ("Excused.",)


# --- tasks


def test_the_lowest_tasks_are_left_out_and_the_others_count_for_all_points() -> None:
    one = final(attempt(), drop_lowest=1)  # c: a tenth of its points
    assert lines(one) == [("dropped", 40.0)]
    assert one.reasons[0] == (
        "c (5 of 50 points) is left out as the lowest task. The others are scaled to all 100 points. (40 points)"
    )
    two = final(attempt(), drop_lowest=2)
    assert lines(two) == [("dropped", 40.0), ("dropped", 10.0)]
    assert final(attempt(), drop_lowest=9) == two  # one task remains
    assert (two.points, two.possible) == (100, 100)


def test_of_equal_tasks_the_largest_is_left_out() -> None:
    found = final(attempt(points={"a": 0, "b": 0, "c": 50}), drop_lowest=1)
    assert found.reasons[0].startswith("b (0 of 40 points) is left out")


def test_extra_credit_comes_on_top_up_to_the_cap() -> None:
    points = {"a": 10, "b": 40, "c": 45}
    extra = final(attempt(points=points), extra_credit=frozenset({"a"}))
    assert (extra.points, extra.possible) == (95, 90)
    assert extra.reasons == ("a is extra credit: 10 points in addition to the 90 possible ones.",)
    capped = final(attempt(DAY, points), extra_credit=frozenset({"a"}), cap_percent=100, late=LateRule(percent=10))
    assert lines(capped) == [("extra-credit", 0.0), ("cap", -5.0), ("late", -9.0)]
    assert capped.points == 81


def test_extra_credit_is_never_the_lowest_task() -> None:
    found = final(attempt(points={"a": 0, "b": 40, "c": 25}), extra_credit=frozenset({"a"}), drop_lowest=1)
    assert found.reasons[0].startswith("c (25 of 50 points)")
    with pytest.raises(ValueError, match="no possible points"):
        final(attempt(), extra_credit=frozenset(WHOLE))


# --- reports


def test_an_attempt_of_a_report_has_the_points_of_its_tasks() -> None:
    submission = replace(EVERY_VERDICT.submission, received_at="2026-10-12T18:00:00+09:00", attempt=2)
    found = policies.attempt_of(replace(EVERY_VERDICT, submission=submission, complete=True))
    assert (found.received_at, found.number, found.complete) == (DUE, 2, True)
    assert found.possible == {task.id: task.points for task in EVERY_VERDICT.tasks}
    assert sum(found.points.values()) == pytest.approx(sum(line.earned for line in EVERY_VERDICT.outcomes))
    refused = policies.attempt_of(replace(EVERY_VERDICT, outcomes=()))
    assert set(refused.points.values()) == {0.0}


def test_each_adjustment_is_a_line_of_the_report() -> None:
    for language, line in [("en", "-10 points: Received 0:01"), ("ko", "-10점: 마감 후 0:01(시간:분)이 지나")]:
        with use_language(language):
            report = policies.adjusted(
                replace(EVERY_VERDICT, language=language), final(attempt(MINUTE), late=LateRule(percent=10))
            )
            assert (report.score.earned, report.score.possible) == (40, 100)
            assert line in printed(plain.show, report, audience=Audience.STUDENT, width=400)
    assert policies.adjusted(EVERY_VERDICT, Final(Status.EXCUSED)) is EVERY_VERDICT


# --- properties

POSSIBLE = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 1000).map(lambda n: n / 10), min_size=2)
SHARES = st.integers(0, 30).map(lambda n: n / 30)
LATES = st.one_of(st.none(), st.integers(-20_000, 20_000).map(lambda minutes: minutes * MINUTE))
RULES = st.builds(
    lambda rate, is_points, **more: LateRule(**{"points" if is_points else "percent": rate}, **more),
    st.integers(1, 300).map(lambda n: n / 10),
    st.booleans(),
    per=st.sampled_from(Unit),
    grace=st.integers(0, 90).map(lambda minutes: minutes * MINUTE),
    maximum=st.none() | st.integers(1, 100).map(float),
    closes_after=st.none() | st.integers(0, 14),
)
POLICIES = st.builds(
    Policy,
    attempt=st.sampled_from(AttemptRule),
    late=st.none() | RULES,
    drop_lowest=st.integers(0, 3),
    extra_credit=st.just(frozenset()) | st.just(frozenset("a")),
    cap_percent=st.none() | st.integers(10, 120).map(float),
)


@st.composite
def several(draw: st.DrawFn) -> list[Attempt]:
    possible = draw(POSSIBLE)
    return [
        Attempt({task: points * draw(SHARES) for task, points in possible.items()}, possible, when, number)
        for number, late in enumerate(draw(st.lists(LATES, min_size=1, max_size=4)), 1)
        for when in [None if late is None else DUE + late]
    ]


def applied(attempts: Sequence[Attempt], policy: Policy, **times: datetime) -> Final:
    return policies.final(attempts, policy, now=NOW, **{"due": DUE, **times})


@given(several(), POLICIES)
def test_the_adjustments_are_the_difference_exactly(attempts: list[Attempt], policy: Policy) -> None:
    found = applied(attempts, policy)
    changes = [Fraction(repr(each.points)) for each in found.adjustments]
    assert Fraction(repr(found.raw)) + sum(changes) == Fraction(repr(found.points))
    assert all(each.reason and each.kind for each in found.adjustments)
    assert "-0.0" not in {repr(each.points) for each in found.adjustments}


@given(several(), POLICIES)
def test_points_stay_between_zero_and_the_cap(attempts: list[Attempt], policy: Policy) -> None:
    found = applied(attempts, policy)
    assert found.points is not None and found.points >= 0
    if policy.cap_percent is not None:
        assert found.points <= round(found.possible * policy.cap_percent / 100, 4) + 1e-4
    if not policy.extra_credit:
        assert found.points <= found.possible


@given(several(), POLICIES, st.integers(0, 20_000))
def test_a_later_hand_in_is_never_worth_more(attempts: list[Attempt], policy: Policy, minutes: int) -> None:
    [one] = attempts[:1]
    later = replace(one, received_at=one.received_at and one.received_at + minutes * MINUTE)
    assert (applied([later], policy).points or 0) <= (applied([one], policy).points or 0)


@given(several())
def test_no_rule_means_the_points_as_graded(attempts: list[Attempt]) -> None:
    found = applied(attempts, Policy())
    assert found.adjustments == ()
    assert found.points == found.raw == pytest.approx(sum(attempts[-1].points.values()), abs=1e-4)


@given(several(), POLICIES, st.integers(0, 2))
def test_dropping_never_lowers_the_share(attempts: list[Attempt], policy: Policy, count: int) -> None:
    [one] = attempts[:1]
    fewer, more = (applied([one], replace(policy, drop_lowest=each)) for each in (count, count + 1))
    assert more.possible == fewer.possible
    assert (more.points or 0) >= (fewer.points or 0)


@given(several(), POLICIES, st.randoms())
def test_the_order_of_attempts_and_tasks_does_not_matter(
    attempts: list[Attempt], policy: Policy, random: object
) -> None:
    shuffled = [replace(each, possible=dict(reversed(each.possible.items()))) for each in attempts]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert applied(shuffled, policy) == applied(attempts, policy)


@given(several(), POLICIES, st.integers(0, 20_000))
def test_an_extension_is_a_moved_due_date(attempts: list[Attempt], policy: Policy, minutes: int) -> None:
    moved = DUE + minutes * MINUTE
    assert applied(attempts, policy, extension=moved) == applied(attempts, policy, due=moved)


@given(several(), POLICIES, st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Seoul", "UTC"]))
def test_the_zone_in_which_a_time_is_written_does_not_matter(
    attempts: list[Attempt], policy: Policy, zone: str
) -> None:
    there = [
        replace(each, received_at=each.received_at and each.received_at.astimezone(ZoneInfo(zone))) for each in attempts
    ]
    assert applied(there, policy, due=DUE.astimezone(ZoneInfo(zone))) == applied(attempts, policy)


@given(st.sampled_from(CHANGES), st.integers(-1500, 1500), st.integers(1, 3000))
def test_only_hours_that_elapsed_count_around_a_clock_change(
    change: tuple[str, datetime], minutes: int, late: int
) -> None:
    zone, wall = ZoneInfo(change[0]), change[1]
    due = wall.replace(tzinfo=zone).astimezone(UTC) + minutes * MINUTE
    received = (due + late * MINUTE).astimezone(zone)
    rule = LateRule(points=0.5, per=Unit.HOUR)
    found = final(replace(attempt(), received_at=received), due=due.astimezone(zone), late=rule)
    assert lines(found) == [("late", -0.5 * -(-late // 60))]


@given(several(), POLICIES)
def test_the_reasons_exist_in_korean(attempts: list[Attempt], policy: Policy) -> None:
    english = applied(attempts, policy).reasons
    with use_language("ko"):
        korean = applied(attempts, policy).reasons
    assert len(korean) == len(english)
    assert all(one != other for one, other in zip(english, korean, strict=True))
