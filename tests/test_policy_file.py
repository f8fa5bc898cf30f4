"""The policies in course.toml: what is read, and that no rule is ever ignored in silence."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from autograder.course import course_file, course_schema
from autograder.course.policy import AttemptRule, Group, LateRule, Policy, Unit
from autograder.errors import AutograderError

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "reference" / "course.toml.md").read_text(encoding="utf-8")
DATES = 'timezone = "Asia/Seoul"\n[due]\n05-a = 2026-10-12T18:00\n06-b = 2026-10-19T18:00\n'


def read(folder: Path, text: str) -> course_file.Course:
    (folder / "course.toml").write_text(text, encoding="utf-8")
    return course_file.read(folder)


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course folder with the assignments 05-a and 06-b; their tasks are one, two and bonus."""
    for slug in ("05-a", "06-b"):
        folder = tmp_path / "assignments" / slug
        folder.mkdir(parents=True)
        tasks = "".join(f'[[task]]\nid = "{id}"\ntitle = "{id}"\npoints = 2\n' for id in ("one", "two", "bonus"))
        text = f'title = "A"\npoints = 6\nmodules = ["a"]\n{tasks}'
        (folder / "assignment.toml").write_text(text, encoding="utf-8")
        (folder / "test_visible.py").touch()
    return tmp_path


def test_the_example_of_the_reference_is_a_file_of_this_course(tmp_path: Path) -> None:
    [example] = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    (tmp_path / "assignments").symlink_to(ROOT / "assignments")
    found = read(tmp_path, example)
    late = LateRule(Unit.DAY, percent=10, grace=timedelta(minutes=15), maximum=50, closes_after=7)
    assert found.policy("03-linear-regression") == Policy(AttemptRule.LAST, late)
    extra = frozenset({"bce_with_logits"})
    assert found.policy("05-logistic") == Policy(AttemptRule.LAST, late, 1, extra, cap_percent=105)
    assert found.policy("14-capstone") == Policy(AttemptRule.BEST, LateRule(Unit.HOUR, points=0.5))
    assert found.excused == {"03-linear-regression": {"bob"}}
    assert found.weights == {"05-logistic": 2}
    assert found.groups == (
        Group("homework", ("03-linear-regression", "05-logistic"), 60, 1), Group("project", ("14-capstone",), 40),
    )  # fmt: skip


def test_every_key_is_in_the_reference() -> None:
    keys = {*course_schema.KEYS, *course_schema.LATE_KEYS, *course_schema.POLICY_KEYS, *course_schema.GROUP_KEYS}
    assert [key for key in keys if f"| `{key}` |" not in PAGE] == []


def test_without_policies_nothing_changes(tmp_path: Path) -> None:
    found = read(tmp_path, DATES)
    assert found.policy("05-a") == Policy()
    assert (found.excused, found.groups, found.weights) == ({}, (), {})


def test_an_assignment_can_be_free_of_the_late_penalty(tmp_path: Path) -> None:
    found = read(tmp_path, DATES + '[late]\npercent = 10\n[policy."05-a"]\nlate = { percent = 0 }')
    assert found.policy("05-a").late == LateRule()
    assert found.policy("06-b").late == LateRule(percent=10)


LATE = DATES + "[late]\n"
POLICY = DATES + '[policy."05-a"]\n'
GROUP = DATES + "[groups.homework]\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("attempt = 'lst'", "attempt: this is 'lst'; write \"last\", \"best\" or \"last-before-due\"."),
        (LATE + "per = 'week'\npercent = 1", "late.per: this is 'week'; write \"day\" or \"hour\"."),
        (LATE + "percent = 101", "late.percent: this is 101; write a number from 0 to 100."),
        (LATE + "percent = nan", "late.percent: this is nan; write a number from 0 to 100."),
        (LATE + "percent = true", "late.percent: this is true; write a number from 0 to 100."),
        (LATE + "points = 0", "late.points: this is 0; write a number above 0."),
        (LATE + "points = inf", "late.points: this is inf; write a number above 0."),
        (LATE + "percent = 10\ngrace_minutes = 1.5", "late.grace_minutes: this is 1.5; write a whole number of"),
        (LATE + "percent = 10\nclose_after = 7", "the key late.close_after is unknown; did you mean closes_after?"),
        (LATE + "per = 'day'", "late: write either percent or points, such as percent = 10."),
        (LATE + "percent = 10\npoints = 1", "late: write either percent or points, such as percent = 10."),
        (LATE + "percent = 10\nmaximum = 101", "late.maximum: this is 101 %; write at most 100."),
        ("late = 10", "late: this is 10; write a table, headed by its name in brackets."),
        ("[late]\npercent = 10", "[late]: no assignment has a date in [due]; write the dates there, or remove [late]."),
        ("policy = { 05-a = 3 }", "policy.05-a: this is 3; write a table, headed by its name in brackets."),
        (POLICY + "late = {}", "policy.05-a.late: write either percent or points"),
        (POLICY + "late = false", "policy.05-a.late: this is false; write a table, headed by its name in brackets."),
        (POLICY + "late = { colour = 3 }", "the key policy.05-a.late.colour is unknown; write one of per, percent, "),
        (POLICY + "drop = 1", "the key policy.05-a.drop is unknown; write one of attempt, drop_lowest, extra_credit"),
        (POLICY + "drop_lowest = -1", "policy.05-a.drop_lowest: this is -1; write a whole number, 0 or more."),
        (POLICY + "extra_credit = 'one'", "policy.05-a.extra_credit: this is 'one'; write a list of tasks, such as "),
        (POLICY + "extra_credit = [1]", "policy.05-a.extra_credit: this is 1; write a list of tasks, such as "),
        (POLICY + "cap_percent = 0", "policy.05-a.cap_percent: this is 0; write a number above 0."),
        ("[policy.07-c]\nlate = {percent = 1}", '[policy."07-c"] late: 07-c has no date in [due]; write it '),
        ("[policy.07-c]\nattempt = 'last-before-due'", '[policy."07-c"] attempt: 07-c has no date in [due]; write it '),
        ("[excused]\n05-a = 'bob'", "excused.05-a: this is 'bob'; write a list of students, such as [\"alice\"]."),
        ("[weights]\n05-a = 0", "weights.05-a: this is 0; write a number above 0."),
        (GROUP, "groups.homework.assignments: this is missing; write a list of assignments, such as "),
        (GROUP + "assignments = []", "groups.homework.assignments: this is []; write a list of assignments, such as "),
        (GROUP + "assignments = ['05-a']\nweight = 'x'", "groups.homework.weight: this is 'x'; write a number "),
        (GROUP + "assignments = ['05-a']\nwight = 3", "the key groups.homework.wight is unknown; did you mean weight?"),
        (GROUP + "assignments = ['05-a']\ndrop_lowest = 1", "groups.homework.drop_lowest: this is 1, and the "),
        (GROUP + "assignments = ['05-a']\n[groups.b]\nassignments = ['05-a']", "groups.b: 05-a is in homework "),
        (GROUP + "assignments = ['05-a', '05-a']", "groups.homework: 05-a is in homework already; name it once."),
    ],
)  # fmt: skip
def test_a_wrong_rule_is_an_error_with_key_and_remedy(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(AutograderError) as error:
        read(tmp_path, text)
    assert error.value.slug == "course-file"
    assert re.sub(r"^course\.toml[:,] ", "", error.value.message).startswith(message)
    assert "\n" not in error.value.message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[due]\n05-aa = 2026-10-12T18:00', "due: there is no assignment 05-aa; did you mean 05-a?"),
        ('[excused]\nfoo = ["bob"]', "excused: there is no assignment foo; write the name of a folder in assignments/, "
         "such as 05-a."),
        ("[weights]\n06-c = 2", "weights: there is no assignment 06-c; did you mean 06-b?"),
        ("[policy.06-c]\ndrop_lowest = 1", "policy: there is no assignment 06-c; did you mean 06-b?"),
        ("[groups.x]\nassignments = ['06-c']", "groups.x: there is no assignment 06-c; did you mean 06-b?"),
        ("[policy.05-a]\nextra_credit = ['bonsu']", "policy.05-a.extra_credit: 05-a has no task bonsu; did you "),
        ("[policy.05-a]\nextra_credit = ['xyz']", "policy.05-a.extra_credit: 05-a has no task xyz; its tasks are on"),
        ("[policy.05-a]\nextra_credit = ['one', 'two', 'bonus']", "policy.05-a.extra_credit: no other task is left; "),
        ("[policy.05-a]\nextra_credit = ['bonus']\ndrop_lowest = 2", "policy.05-a.drop_lowest: this is 2, and 2 of "),
    ],
)  # fmt: skip
def test_an_unknown_assignment_or_task_is_an_error(course: Path, text: str, message: str) -> None:
    with pytest.raises(AutograderError) as error:
        read(course, f'timezone = "Asia/Seoul"\n{text}')
    assert error.value.message.startswith(f"course.toml, {message}")
    assert (
        read(course, DATES + '[policy.05-a]\nextra_credit = ["bonus"]\ndrop_lowest = 1').policy("05-a").drop_lowest == 1
    )
