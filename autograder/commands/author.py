"""Commands for authors of assignments."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..course import assignment as assignments
from ..course.assignment import Assignment
from ..errors import AssignmentError, AutograderError, CaseError
from ..reports.files import check_writable
from . import options

if TYPE_CHECKING:
    from ..audit.audit import Options
    from ..audit.results import Audit
    from .console import Terminal


@click.command()
@options.slugs
@click.option(
    "--seeds",
    type=click.IntRange(min=1),
    default=50,
    show_default=True,
    help="How many seeds every right answer is graded with.",
)
@click.option(
    "--mutants", type=click.IntRange(min=0), help="At most this many mutants, always the same (default: all)."
)
@click.option(
    "--processes", type=click.IntRange(min=1), default=2, show_default=True, help="How many processes share the work."
)
@click.option(
    "--out", type=options.PATH, default=Path("report/audit"), show_default=True, help="Folder for the reports."
)
@options.data
@options.data_root
@options.solutions
@options.root
def audit(
    *,
    slugs: tuple[str, ...],
    seeds: int,
    mutants: int | None,
    processes: int,
    out: Path,
    data: str | None,
    root: Path,
) -> None:
    """Test the test cases: right answers pass, wrong ones fail.

    SLUG is an assignment, such as 05-logistic. Without one, every assignment is audited.
    """
    chosen = options.with_data(assignments.choose(slugs, root=root), data)
    check_writable(out)

    from ..audit import audit as auditing
    from ..audit import report as audit_report
    from .console import Terminal, fail

    settings = auditing.Options(seeds=seeds, mutants=mutants, processes=processes)
    console = Terminal()
    failed = []
    for each in chosen:
        try:
            found = _audited(each, settings, console)
        except (AssignmentError, CaseError) as exc:  # continue with the other assignments
            fail(str(exc))
            failed.append(each.slug)
            continue
        page = audit_report.write(found, out)
        audit_report.terminal(found, console)
        console.plain(f"  {'report':<14}{page}")
        failed += [each.slug] if found.failures() else []
    if failed:
        fail(f"the audit of {', '.join(failed)} failed")
        sys.exit(AutograderError.exit_code)


def _audited(assignment: Assignment, settings: Options, console: Terminal) -> Audit:
    from ..audit.audit import audit
    from ..workers.supervisor import Supervisor
    from .console import progress

    with progress(console, f"auditing {assignment.slug}") as advance:
        if settings.processes > 1:
            return audit(assignment, settings, advance=advance)
        with Supervisor() as supervisor:
            return audit(assignment, settings, advance=advance, supervisor=supervisor)


@click.command()
@options.slugs
@click.option("--check", is_flag=True, help="Write nothing; end with exit code 4 if a stub is out of date.")
@options.solutions
@options.root
def stubs(*, slugs: tuple[str, ...], check: bool, root: Path) -> None:
    """Write the stubs that students receive, from the solutions.

    SLUG is an assignment, such as 05-logistic. Without one, the stubs of every assignment with a solution are written.
    """
    from ..course.stubs import why_stale, write
    from .console import fail

    chosen = [each for each in assignments.choose(slugs, root=root) if slugs or each.solution is not None]
    failed = False
    for each in chosen:
        try:
            sentences, paths = (why_stale(each), []) if check else ([], write(each))
        except AssignmentError as exc:  # continue with the other assignments
            fail(str(exc))
            failed = True
            continue
        for sentence in sentences:
            fail(sentence)
            failed = True
        for path in paths:
            click.echo(f"wrote assignments/{each.slug}/{path.name}")
    if failed:
        sys.exit(AutograderError.exit_code)


@click.command()
@options.slugs
@options.solutions
@options.root
def hints(*, slugs: tuple[str, ...], root: Path) -> None:
    """Seal the hints of known mistakes for students.

    SLUG is an assignment, such as 05-logistic. Without one, the hints of every assignment with a solution are sealed.
    """
    chosen = [each for each in assignments.choose(slugs, root=root) if slugs or each.solution is not None]

    from ..audit.hints import write
    from ..workers.supervisor import Supervisor

    with Supervisor() as supervisor:
        for each in chosen:
            click.echo(f"wrote assignments/{each.slug}/{write(each, supervisor).name}")
