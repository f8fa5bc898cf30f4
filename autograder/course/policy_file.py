"""The policies in ``course.toml``: from its tables to values, and a refusal of every rule that would be ignored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path

from . import assignment, folders
from .course_error import course_error, remedy
from .course_schema import CourseTable, LateTable
from .policy import AttemptRule, Group, LateRule, Policy


def default_policy(file: CourseTable) -> Policy:
    """Return the policy of an assignment without a table of its own.

    Raises:
        AutograderError: ``course-file`` if the late rule is wrong.
    """
    if file.late and not file.due:
        raise course_error("[late]: no assignment has a date in [due]; write the dates there, or remove [late].")
    return Policy(file.attempt, _late_rule(file.late, "late") if file.late else None)


def policies(file: CourseTable, default: Policy) -> dict[str, Policy]:
    """Return the policies of the assignments that have a table ``[policy.SLUG]``.

    Raises:
        AutograderError: ``course-file`` if a rule is wrong, or would be ignored.
    """
    found = {}
    for slug, table in file.policy.items():
        place = f'[policy."{slug}"]'
        needs_due = "late" if table.late else "attempt" if table.attempt is AttemptRule.LAST_BEFORE_DUE else ""
        if needs_due and slug not in file.due:
            raise course_error(f"{place} {needs_due}: {slug} has no date in [due]; write it there, too.")
        found[slug] = Policy(
            attempt=table.attempt or default.attempt,
            late=_late_rule(table.late, f"policy.{slug}.late") if table.late else default.late,
            drop_lowest=table.drop_lowest,
            extra_credit=frozenset(table.extra_credit),
            cap_percent=table.cap_percent,
        )
    return found


def _late_rule(table: LateTable, key: str) -> LateRule:
    if (table.percent is None) == (table.points is None):
        raise course_error(f"{key}: write either percent or points, such as percent = 10.", separator=", ")
    if table.percent is not None and table.maximum is not None and table.maximum > 100:
        raise course_error(f"{key}.maximum: this is {table.maximum:g} %; write at most 100.", separator=", ")
    return LateRule(
        per=table.per,
        percent=table.percent or 0.0,
        points=table.points or 0.0,
        grace=timedelta(minutes=table.grace_minutes),
        maximum=table.maximum,
        closes_after=table.closes_after,
    )


def groups(file: CourseTable) -> tuple[Group, ...]:
    """Return the groups of assignments.

    Raises:
        AutograderError: ``course-file`` if an assignment is in two groups, or if a group drops all of its assignments.
    """
    first: dict[str, str] = {}
    for name, table in file.groups.items():
        for slug in table.assignments:
            if slug in first:
                raise course_error(f"groups.{name}: {slug} is in {first[slug]} already; name it once.", separator=", ")
            first[slug] = name
        if table.drop_lowest >= len(table.assignments):
            raise course_error(
                f"groups.{name}.drop_lowest: this is {table.drop_lowest}, and the group has {len(table.assignments)}; "
                "write a smaller number.",
                separator=", ",
            )
    return tuple(
        Group(name, tuple(table.assignments), table.weight, table.drop_lowest) for name, table in file.groups.items()
    )


def check_names(file: CourseTable, root: Path) -> None:
    """Refuse an assignment or a task that the course folder ``root`` does not have. Its assignments may be elsewhere.

    Raises:
        AutograderError: ``course-file`` if a name is unknown.
        AssignmentError: an assignment with tasks that do not count as usual cannot be read.
    """
    if not (root / "assignments").is_dir():
        return
    known = folders.slugs_of(root)
    for key, slug in _slugs(file):
        if slug not in known:
            otherwise = f"write the name of a folder in assignments/, such as {known[0]}." if known else "correct it."
            raise course_error(
                f"{key}: there is no assignment {slug}; {remedy(slug, known, otherwise)}", separator=", "
            )
    for slug, table in file.policy.items():
        if table.extra_credit or table.drop_lowest:
            _check_tasks(slug, [task.id for task in assignment.load(slug, root=root).tasks_with_points], file)


def _slugs(file: CourseTable) -> Iterator[tuple[str, str]]:
    """Yield every assignment that the file names, with its key."""
    tables: Mapping[str, Iterable[str]] = {
        "due": file.due, "extensions": file.extensions, "excused": file.excused, "policy": file.policy,
        "weights": file.weights,
    }  # fmt: skip
    yield from ((key, slug) for key, slugs in tables.items() for slug in slugs)
    yield from ((f"groups.{name}", slug) for name, table in file.groups.items() for slug in table.assignments)


def _check_tasks(slug: str, tasks: list[str], file: CourseTable) -> None:
    table, key = file.policy[slug], f"policy.{slug}"
    for task in table.extra_credit:
        if task not in tasks:
            otherwise = f"its tasks are {', '.join(tasks)}."
            problem = f"{slug} has no task {task}; {remedy(task, tasks, otherwise)}"
            raise course_error(f"{key}.extra_credit: {problem}", separator=", ")
    counted = len(set(tasks) - set(table.extra_credit))
    if not counted:
        raise course_error(f"{key}.extra_credit: no other task is left; leave one out of the list.", separator=", ")
    if table.drop_lowest >= counted:
        problem = f"this is {table.drop_lowest}, and {counted} of the tasks can be dropped; write a smaller number."
        raise course_error(f"{key}.drop_lowest: {problem}", separator=", ")
