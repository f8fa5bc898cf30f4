"""Most known mistakes fail a visible case, so that students meet them before they hand in; the others are listed."""

from __future__ import annotations

from pathlib import Path

import pytest
from unseen import listed, unseen

from autograder.course import assignment as assignments
from autograder.course import solution
from autograder.course.assignment import Assignment

ROOT = Path(__file__).parents[1]
COURSE = assignments.load_all(ROOT)
MAX_UNSEEN_SHARE = 0.10  # of the known mistakes of the whole course
QUICK = ("01-dog-wolf", "05-logistic")
EACH = [
    pytest.param(each, id=each.slug, marks=() if each.slug in QUICK else pytest.mark.long)
    for each in COURSE
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("assignment", EACH)
def test_a_mistake_that_passes_all_visible_cases_is_listed(assignment: Assignment, supervisor) -> None:
    """And nothing else is listed: whoever adds a visible case removes the mistakes that it catches."""
    assert unseen(assignment, supervisor) == sorted(listed().get(assignment.slug, {}))


def test_what_is_listed_exists_and_has_a_reason() -> None:
    known = {each.slug: {mistake.id for mistake in solution.mistakes(each)} for each in COURSE}
    for slug, reasons in listed().items():
        assert reasons.keys() <= known[slug]
        assert all(reason.endswith(".") for reason in reasons.values())


def test_few_mistakes_wait_until_the_hand_in() -> None:
    known = sum(len(solution.mistakes(each)) for each in COURSE)
    assert sum(map(len, listed().values())) <= MAX_UNSEEN_SHARE * known
