"""``autograder nbgrader``: an nbgrader course behind our wall."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import AutograderError, UsageError
from . import options

if TYPE_CHECKING:
    from ..exchange.nbgrader_batch import Graded

INSTALL = "Install it with: pip install 'autograder-dl[instructor]'"


@click.command("config")
def nbgrader_config() -> None:
    """Print the lines to add to nbgrader_config.py.

    With them nbgrader autograde, the button of the formgrader and NbGraderAPI run the cells of students in a worker.
    """
    from ..exchange import nbgrader_config

    click.echo(nbgrader_config.block(), nl=False)


@click.command("autograde")
@click.argument("assignment")
@click.option("--workers", type=click.IntRange(min=1), default=1, show_default=True, help="Submissions at once.")
@click.option("--student", default="*", metavar="GLOB", help="Grade these students only.")
@click.option("--force", is_flag=True, help="Grade again what is up to date.")
@click.option(
    "--root", type=options.PATH, default=Path(), show_default="the current one", help="Folder of the nbgrader course."
)
def nbgrader_autograde(*, assignment: str, workers: int, student: str, force: bool, root: Path) -> None:
    """Grade an nbgrader assignment, many submissions at once.

    It does what nbgrader autograde does with the lines of nbgrader config, whether the course has them or not. The
    grades are written through one connection.
    """
    if not root.is_dir():
        raise UsageError(f"There is no folder {root}. Name the folder of the course with --root.")
    if importlib.util.find_spec("nbgrader") is None:
        raise UsageError(f"nbgrader is not installed. {INSTALL}")
    # tests compute here: two threads on two busy cores need five times the CPU time
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    from ..exchange import nbgrader_batch

    done = nbgrader_batch.autograde(root, assignment, workers=workers, student=student, force=force, report=_print)
    click.echo(f"{_count(len(done.graded))} graded, {len(done.current)} up to date, {len(done.problems)} not graded.")
    if done.problems:
        lines = "\n".join(f"{student}: {problem}" for student, problem in sorted(done.problems.items()))
        raise AutograderError(
            f"{_count(len(done.problems))} could not be graded; the grades in the gradebook stay.\n{lines}",
            slug="nbgrader-failed",
        )


def _print(graded: Graded) -> None:
    """Show a result as soon as it is there."""
    if graded.problem:
        print(f"{graded.student}: not graded", file=sys.stderr)
        return
    scores = [each.auto_score for each in graded.grades if each.auto_score is not None]
    open_cells = len(graded.grades) - len(scores)
    by_hand = f", {open_cells} cells to grade by hand" if open_cells else ""
    click.echo(f"{graded.student}: {sum(scores):g} points{by_hand}")


def _count(number: int) -> str:
    return f"{number} {'submission' if number == 1 else 'submissions'}"
