"""``autograder regrade``: whose grades would move after a change, and making it so."""

from __future__ import annotations

import json as jsons
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..course import assignment as assignments
from ..course import course_file, translation
from ..course.assignment import Assignment
from ..course.course_file import Course
from ..course.policy import AttemptRule
from ..errors import AutograderError, UsageError
from ..messages import say
from ..model import Level
from ..reports.files import check_writable, write_text
from . import options
from .class_grading import grade_pending

if TYPE_CHECKING:
    from ..batch.comparison import CaseChange, Change, Comparison
    from ..batch.engine import Engine
    from ..batch.regrade import Regrade
    from ..batch.results import ResultsFolder
    from ..batch.store import Store
    from ..grading.options import RunOptions

SAMPLE = 20  # submissions of --verify
STAYS = {  # why the grade of a person cannot move
    "no-report": "There is no report yet. Run batch.",
    "grader-error": "The grade stays as it is, because a case failed because of an error in the grader.",
}


@click.command()
@click.argument("slug")
@click.option("--preview", is_flag=True, help="Grade into a shadow run and show whose points would move.")
@click.option("--apply", is_flag=True, help="Make the reports of the preview count.")
@click.option("--only-upward", is_flag=True, help="With --apply: nobody loses points.")
@click.option("--person", "people", multiple=True, metavar="NAME", help="With --apply: only this person; repeatable.")
@click.option("--reason", default="", help="With --apply: why, for the log.")
@click.option("--by", default="", help="With --apply: who decides, for the log.")
@click.option("--out", type=options.PATH, help="With --apply: the folder of results of batch, written anew.")
@click.option(
    "--verify",
    type=click.IntRange(min=1),
    is_flag=False,
    flag_value=SAMPLE,
    metavar="[N]",
    help=f"Grade N submissions again (default: {SAMPLE}) and compare with their reports.",
)
@options.store
@options.workers
@options.engine
@click.option("--json", type=options.PATH, help="File for the result, as JSON, with pseudonyms.")
@options.log
@options.level
@options.device
@options.data
@options.data_root
@options.lang
@options.solutions
@options.root
def regrade(
    *,
    slug: str,
    preview: bool,
    apply: bool,
    only_upward: bool,
    people: Sequence[str],
    reason: str,
    by: str,
    out: Path | None,
    verify: int | None,
    store: str | None,
    workers: int | None,
    engine: str,
    json: Path | None,
    log: Path | None,
    level: Level,
    device: str,
    data: str | None,
    lang: str | None,
    root: Path,
) -> None:
    """See whose grades a changed assignment moves, and apply it.

    SLUG is the assignment. Every submission is graded from the copy in the store. Give one of --preview, --apply and
    --verify.
    """
    if preview + apply + (verify is not None) != 1:
        raise UsageError("Give one of --preview, --apply and --verify.")
    _check_apply(apply, only_upward, people, reason, by, out)
    for file in (json, log):
        if file is not None:
            check_writable(file.parent, file)
    [assignment] = options.with_data([assignments.load(slug, root=root)], data)
    folder = options.store_folder(store, root)
    from ..batch import identities
    from ..batch.run_log import RunLog

    if not (folder / identities.NAME).is_file():
        raise UsageError(f"The store has no submissions of {assignment.slug}. Run batch first.")
    with (
        translation.assignment_language(lang, assignment),
        options.open_store(store, root) as opened,
        RunLog(log) as lines,
    ):
        from ..batch.engine import engine_of
        from ..batch.regrade import Regrade
        from ..grading.environment import settled
        from ..grading.options import RunOptions

        if not opened.last(assignment.slug):
            raise UsageError(f"The store has no submissions of {assignment.slug}. Run batch first.")
        run = settled(
            assignment, RunOptions(official=True, level=level, seed=opened.kept_seed(assignment.slug), device=device)
        )
        where = engine_of(engine, workers)
        if verify is not None:
            _verify(opened, folder, assignment, run, verify, where, json)
            return
        rule = course_file.read(root).policy(assignment.slug).attempt
        found = Regrade(opened, folder, assignment, run, lines, earlier=rule is not AttemptRule.LAST)
        if preview:
            _preview(found, where, json)
        else:
            wanted = _Wanted(only_upward, tuple(people), reason.strip(), by.strip(), out or Path())
            _apply(found, wanted, opened, folder, root, json)


def _check_apply(apply: bool, only_upward: bool, people: Sequence[str], reason: str, by: str, out: Path | None) -> None:
    given = {"--only-upward": only_upward, "--person": people, "--reason": reason, "--by": by, "--out": out}
    if not apply:
        if wrong := [option for option, value in given.items() if value]:
            raise UsageError(f"{wrong[0]} is for --apply. Omit it, or add --apply.")
        return
    if only_upward and people:
        raise UsageError("--only-upward and --person exclude each other. Give one of them, or none for all people.")
    for option, what in (
        ("--reason", "say why, for the log"),
        ("--by", "name who decides"),
        ("--out", "name a folder"),
    ):
        value = given[option]
        if value is None or (isinstance(value, str) and not value.strip()):
            raise UsageError(f"--apply needs {option}: {what}.")


# --- preview


def _preview(found: Regrade, engine: Engine, json: Path | None) -> None:
    from .console import Terminal, fail

    console = Terminal()
    found.forget_others()
    count = len(found.pending)
    if count:
        grade_pending(found, console, engine)
    comparison = found.compare()
    if json:
        _write_json(found, comparison, json)
    for line in _heading(found, comparison, count):
        console.plain(line)
    _show(comparison, console.plain)
    if moved := len(comparison.moved):
        them = "this person" if moved == 1 else f"these {moved} people"
        console.plain(f"\nNothing has changed yet. To change the grades of {them}: --apply.")
    broken = _broken(found)
    for sentence in broken:
        fail(sentence)
    if broken:
        sys.exit(AutograderError.exit_code)


def _heading(found: Regrade, comparison: Comparison, count: int) -> list[str]:
    lines = list(found.reasons)
    if found.changed:
        lines.append(f"Changed cases: {', '.join(found.changed)}.")
    submissions = f"{found.graded} {'submission' if found.graded == 1 else 'submissions'}"
    if not count:
        lines.append("Nothing had to be graded.")
    elif not lines:  # points, titles or needs have changed
        lines.append(f"No case has changed. Computed the points of {submissions} for the preview.")
    else:
        lines.append(f"Graded {submissions} into the preview.")
    same = len(comparison.changes) - len(comparison.up) - len(comparison.down)
    lines.append(f"{len(comparison.up)} up, {len(comparison.down)} down, {same} unchanged")
    return lines


def _show(comparison: Comparison, out: Any) -> None:
    """Print what each case does, then the people whose points move, then those who cannot be compared.

    People who move for the same reasons are listed together, below these reasons.
    """
    if comparison.by_case:
        width = max(len(each.case) for each in comparison.by_case)
        out("")
        for each in comparison.by_case:
            same = f", {each.same} without points" if each.same else ""
            out(f"  {each.case:<{width}}  {each.up} up, {each.down} down{same}")
    for changes in comparison.alike:
        out("")
        if len(changes) > 1:
            out(f"{len(changes)} people:")
        else:
            out(_person(changes[0]))
        for case in changes[0].cases:
            out(_case(case))
        for change in changes if len(changes) > 1 else ():
            out(f"  {_person(change)}")
    for problem in comparison.problems:
        out("")
        out(f"{problem.student}: {STAYS.get(problem.reason) or say(f'attention.{problem.reason}')}")


def _person(change: Change) -> str:
    from ..reports.views import number, signed

    points = f"{number(change.before)} -> {number(change.after)} of {number(change.possible)} points"
    return f"{change.student}: {points} ({signed(change.after - change.before)})"


def _case(case: CaseChange) -> str:
    from ..model import Verdict
    from ..reports.views import signed, word

    before, after = (
        word(Verdict(verdict)) if verdict else "no such case" for verdict in (case.verdict_before, case.verdict_after)
    )
    message = f": {case.message}" if case.message else ""
    return f"  {case.case}  {signed(case.points)}  {before} -> {after}{message}"


def _broken(found: Regrade) -> list[str]:
    """Return a sentence for staff for each case of the preview that failed because of an error in the grader."""
    from ..model import Verdict

    return [
        f"{found.members[person].student}: the case {line['case']} failed because of an error in the grader, so "
        f"the grade stays as it is: {line['staff']}"
        for person, document in sorted(found.broken().items())
        for line in jsons.loads(document)["outcomes"]
        if line["verdict"] == Verdict.GRADER_ERROR
    ]


def _write_json(found: Regrade, comparison: Comparison, file: Path) -> None:
    head = {"schema": 1, "assignment": found.assignment.slug, "digest": found.ledger.key.assignment}
    head |= {"graded": found.graded, "changed_cases": found.changed, "reasons": found.reasons}
    write_text(file, jsons.dumps(head | comparison.summary(), indent=2, ensure_ascii=False) + "\n")


# --- apply


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What --apply asks for."""

    only_upward: bool
    people: tuple[str, ...]
    reason: str
    by: str
    out: Path


@contextmanager
def _results(found: Regrade, out: Path, folder: Path) -> Iterator[ResultsFolder]:
    """Open the folder of results for the new version, before anything changes; no other run writes into it."""
    from ..batch import identities
    from ..batch.results import ResultsFolder, RunKind

    kind = RunKind(found.assignment.slug, found.ledger.key.assignment, official=True)
    students = [member.student for member in found.ledger.members.values()]
    with ResultsFolder(out, kind, students, follows=True) as results:
        results.begin("full")
        with identities.changing(folder) as known:
            known.add_folder(out)
        yield results


def _write_pages(found: Regrade, results: ResultsFolder, store: Store, folder: Path, course: Course) -> None:
    """Write the pages and tables of the reports that count now."""
    from ..batch.class_run import ClassRun
    from ..batch.ledger import Ledger
    from ..batch.row_file import row_file
    from ..exchange import formats

    run = replace(found.options, regrade=False)
    ledger = Ledger(store, folder, found.assignment, run)
    ledger.recall()
    with row_file() as rows:
        class_run = ClassRun(found.assignment, (), results, run=run, course=course, rows=rows, ledger=ledger)
        class_run.restore()
        class_run.write_tables(formats.named("folder"))


def _apply(found: Regrade, wanted: _Wanted, store: Store, folder: Path, root: Path, json: Path | None) -> None:
    from ..batch import identities
    from ..batch.comparison import person_of
    from ..batch.regrade import Choice

    check_writable(wanted.out, None)
    found.check_previewed()
    known = identities.read(folder)
    submissions = set()
    for name in wanted.people:
        person = known.find(name)
        if person not in found.ledger.members:
            raise UsageError(f"{name} has no submission of {found.assignment.slug}. Name another person.")
        submissions |= {member.sha256 for own, member in found.members.items() if person_of(own) == person}
    comparison = found.compare()
    course = course_file.read(root)
    with _results(found, wanted.out, folder) as results:
        choice = Choice(wanted.only_upward, frozenset(submissions))
        moved = set(found.apply(comparison, choice, by=wanted.by, reason=wanted.reason))
        _write_pages(found, results, store, folder, course)
    if json:
        _write_json(found, comparison, json)
    for change in comparison.moved:
        click.echo(_person(change) if change.person in moved else f"{change.student}: not changed")
    click.echo(f"Grades changed: {len(moved)} of {len(comparison.moved)}. Written anew: {wanted.out}.")


# --- verify


def _verify(
    store: Store, folder: Path, assignment: Assignment, run: RunOptions, count: int, engine: Engine, json: Path | None
) -> None:
    from ..batch.verify import Verification
    from .console import Terminal, fail

    found = Verification(store, folder, assignment, run, count)
    grade_pending(found, Terminal(), engine)
    different = len({each.person for each in found.differences})
    if json:
        rows = [
            {"person": each.person, "case": each.case, "field": each.field, "before": each.before, "after": each.after}
            for each in found.differences
        ]
        document = {"schema": 1, "assignment": assignment.slug, "verified": found.graded, "differences": rows}
        write_text(json, jsons.dumps(document | {"notes": found.notes}, indent=2, ensure_ascii=False) + "\n")
    for note in found.notes:
        click.echo(note)
    if found.others:
        click.echo(f"Left out, because their reports are of another version of the assignment: {found.others}.")
    for each in found.differences:
        fail(f"{each.student}: {each.case} {each.field} was {each.before!r} and is {each.after!r}")
    for person in found.lost:
        fail(f"{found.ledger.members[person].student}: {say('attention.died')}")
    what = f"{found.graded} {'submission' if found.graded == 1 else 'submissions'} graded again with the same seeds"
    click.echo(f"{what}: {f'{different} with differences' if different else 'no difference'}.")
    if found.differences or found.lost:
        sys.exit(AutograderError.exit_code)
