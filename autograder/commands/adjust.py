"""``autograder adjust``: what a person decides about points."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..course import assignment as assignments
from ..course import translation
from ..errors import UsageError
from . import options

if TYPE_CHECKING:
    from ..batch import identities
    from ..batch.adjustments import Decision, Points
    from ..batch.ledger import Ledger

Line = tuple[str, str, "Decision"]
"""Where a decision stands, for errors; the student; the decision about nobody yet."""


@click.command()
@click.argument("slug")
@click.argument("student", required=False)
@click.option("--task", default="", help="The task whose points change (default: the whole assignment).")
@click.option("--points", type=float, help="Points that are added, such as 2 or -1.5.")
@click.option("--set-to", "--set", "set_to", type=float, help="Points in place of the graded ones.")
@click.option("--reason", default="", help="Why; the student reads it. Without --points and --set-to it is a comment.")
@click.option("--by", default="", help="Who decides; the student reads it.")
@click.option("--file", type=options.PATH, help="CSV with student, task, points or set_to, reason, by: all or none.")
@options.store
@options.device
@options.data
@options.lang
@options.solutions
@options.root
def adjust(
    *,
    slug: str,
    student: str | None,
    task: str,
    points: float | None,
    set_to: float | None,
    reason: str,
    by: str,
    file: Path | None,
    store: str | None,
    device: str,
    data: str | None,
    lang: str | None,
    root: Path,
) -> None:
    """Change the points of a student, or add a comment.

    SLUG is the assignment. STUDENT is a name of the reports, or a pseudonym. What is decided stays when the submission
    is graded again. Run batch afterwards: it writes the changed pages and tables.
    """
    if (student is None) == (file is None):
        raise UsageError("Name a student, or --file with a table of decisions.")
    if file is not None and (task or reason or points is not None or set_to is not None):
        raise UsageError("--file has the decisions. Omit --task, --points, --set-to and --reason.")
    from ..batch import adjustments
    from ..batch import identities as people
    from ..batch.ledger import Ledger
    from ..grading.options import RunOptions

    [assignment] = options.with_data([assignments.load(slug, root=root)], data)
    lines: list[Line]
    if file is not None:
        lines = [(f"{file}, line {line}: ", name, each) for line, name, each in adjustments.read(file, by)]
    else:
        lines = [("", student or "", adjustments.decision(task, points, set_to, reason, by))]
    folder = options.store_folder(store, root)
    if not (folder / people.NAME).is_file():
        raise UsageError(f"The store has no submissions of {assignment.slug}. Run batch first.")
    known = people.read(folder)
    with translation.assignment_language(lang, assignment), options.open_store(store, root) as opened:
        run = RunOptions(
            official=True,
            level=opened.kept_level(assignment.slug),
            seed=opened.kept_seed(assignment.slug),
            device=device,
        )
        ledger = Ledger(opened, folder, assignment, run)
        ledger.recall()
        decided, changes = _checked(
            lines, known, ledger, {each.id: each.points for each in assignment.tasks_with_points}
        )
        opened.decide(assignment.slug, decided)
    for name, before, after in changes:
        start = f"{before.score.earned:g} -> " if after.score.earned != before.score.earned else "still "
        click.echo(f"{name}: {start}{after.score.earned:g} of {after.score.possible:g} points")
    click.echo(f"Run batch {assignment.slug} again: it writes the pages and tables.")


def _checked(
    lines: list[Line], known: identities.Identities, ledger: Ledger, possible: dict[str, float]
) -> tuple[list[Decision], list[tuple[str, Points, Points]]]:
    """Return the decisions with their people, and the points before and after each.

    Raises:
        UsageError: a decision is about nobody, is recorded already, or leads to impossible points.
    """
    from ..batch.adjustments import applied, check

    decided: list[Decision] = []
    changes = []
    current: dict[str, Points] = {}
    recorded = {replace(each, at="") for each in ledger.store.decisions(ledger.key.slug)}
    for place, student, decision in lines:
        try:
            person = known.find(student)
            before = current.get(person) or ledger.points(person)
            if before is None:
                problem = f"{student} has no report of {ledger.key.slug} to adjust."
                raise UsageError(f"{problem} If something was handed in, run batch first.")
            decision = replace(decision, person=person)
            if decision in recorded:
                raise UsageError(f"{student} has this decision already. To repeat it, give another reason.")
            check(before, decision, possible)
        except UsageError as exc:
            raise UsageError(f"{place}{exc.message}") from exc
        recorded.add(decision)
        decided.append(decision)
        current[person] = applied(before, [decision])
        changes.append((student, before, current[person]))
    return decided, changes
