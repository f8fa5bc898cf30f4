"""``autograder adopt``: turn a folder with a pytest suite and a student's module into an assignment."""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from ..course.suite import FOLDER
from ..errors import SubmissionRejected
from . import options

if TYPE_CHECKING:
    from ..authoring.adopt import Adopted
    from ..course.assignment import Assignment
    from ..model import Report
    from ..workers.supervisor import Supervisor

RULES = ("total", "per-test", "mark")  # as in authoring/suite_points.py, whose import takes longer


@click.command()
@click.argument("path", type=options.PATH)
@click.option("--module", help="The student's module, or several with commas (default: what the tests import).")
@click.option(
    "--points",
    type=click.Choice(RULES),
    help="100 points for all tests together, 1 for each, or what marks and decorators say (default: mark if there are "
    "marks, otherwise total).",
)
@click.option("--as", "slug", help="Name of the assignment, such as 15-attention (default: the next number).")
@click.option(
    "--solution",
    type=options.PATH,
    help="File or folder with the solution, if PATH holds only what students start from.",
)
@click.option(
    "--right", multiple=True, type=options.PATH, help="An answer that must get all points; it is tried. Repeatable."
)
@click.option(
    "--wrong", multiple=True, type=options.PATH, help="An answer that must lose points; it is tried. Repeatable."
)
@options.solutions
@options.root
def adopt(
    *, path: Path, module: str | None, points: str | None, slug: str | None, solution: Path | None,
    right: tuple[Path, ...], wrong: tuple[Path, ...], root: Path,
) -> None:  # fmt: skip
    """Turn a folder with a pytest suite into an assignment.

    PATH holds the tests and the student's module with the solution. The tests stay as they are. Those that do not
    pass on the solution are left out, and named with file and line.
    """
    from ..authoring import adopt as adoption
    from ..authoring import scaffold
    from ..authoring.suite_points import PointsRule
    from ..workers.supervisor import Supervisor

    slug = slug or adoption.next_slug(path, root)
    scaffold.check_slug(slug, root)
    rule: PointsRule | None = next((each for each in get_args(PointsRule) if each == points), None)
    with Supervisor() as supervisor:
        adopted = adoption.adopt(path, slug, module=module, rule=rule, solution=solution, supervisor=supervisor)
        lines = _tried(adopted, right, wrong, supervisor)
    written = [os.path.relpath(file) for file in scaffold.write(adopted.new, root=root)]
    own = [file for file in written if FOLDER not in Path(file).parts[:-1]]
    for file in own:
        click.echo(f"wrote {file}")
    click.echo(f"copied {len(written) - len(own)} files of {path} into {FOLDER}/")
    _show(adopted)
    for line in lines:
        click.echo(line)
    click.echo(f"Next: read assignments/{slug}/assignment.toml and suite.toml, and run autograder grade {slug}.")


def _show(adopted: Adopted) -> None:
    tests, refused = adopted.suite.tests, adopted.trial.refused
    click.echo(f"adopted {_tests(len(tests))}, worth {sum(test.points for test in tests):g} points")
    if refused:
        click.echo(f"left out {_tests(len(refused))}:")
    for each in refused:
        click.echo(f"  {each}")
    for note in adopted.notes:
        click.echo(note)


def _tests(count: int) -> str:
    return "1 test" if count == 1 else f"{count} tests"


def _tried(adopted: Adopted, right: tuple[Path, ...], wrong: tuple[Path, ...], supervisor: Supervisor) -> list[str]:
    """Grade known answers, and return a line on each of them."""
    if not right and not wrong:
        return []
    from ..authoring import adopt as adoption

    with tempfile.TemporaryDirectory(prefix="autograder-adopted-") as folder:
        assignment = adoption.load(adopted, Path(folder))
        suite = assignment.suite
        assert suite is not None
        visible = tuple(replace(test, visible=True) for test in suite.tests)  # a practice run then has all of them
        assignment = replace(assignment, suite=replace(suite, tests=visible))
        lines = [_line(each, _graded(each, assignment, supervisor), is_right=True) for each in right]
        return lines + [_line(each, _graded(each, assignment, supervisor), is_right=False) for each in wrong]


def _graded(path: Path, assignment: Assignment, supervisor: Supervisor) -> Report | str:
    """Grade an answer; a sentence if it cannot be read."""
    from ..course import submission as submissions
    from ..grading.options import RunOptions
    from ..grading.session import grade_one

    try:
        submission = submissions.open(path, assignment)
    except SubmissionRejected as exc:
        return exc.message
    return grade_one(assignment, submission, run=RunOptions(device="cpu"), supervisor=supervisor)


def _line(path: Path, report: Report | str, *, is_right: bool) -> str:
    if isinstance(report, str):
        return f"{path}: {report}"
    lost = [line.case for line in report.outcomes if line.earned < line.points]
    score = f"{path}: {report.score.earned:g} of {report.score.possible:g} points"
    if is_right and lost:
        return f"{score}. It is called right, but fails {', '.join(lost)}."
    if not is_right and not lost:
        return f"{score}. It is called wrong, but no test catches it."
    return f"{score}. All tests pass." if is_right else f"{score}. Caught by {', '.join(lost)}."
