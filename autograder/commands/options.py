"""Options that several commands share."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..course import data_sets
from ..course.release_file import UPDATE_FOLDER
from ..errors import UsageError
from ..messages import languages, say
from ..model import Level

if TYPE_CHECKING:
    from ..batch.store import Store
    from ..course.assignment import Assignment
    from ..grading.options import RunOptions
    from ..workers.supervisor import Supervisor

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

PATH = click.Path(path_type=Path)
FINISHED = "autograder.finished-update"  # a key of ``Context.meta``


def _set_data_folder(context: click.Context, parameter: click.Parameter, folder: Path | None) -> None:
    if folder is not None:
        os.environ["AUTOGRADER_DATA"] = str(folder)


def _set_solutions(context: click.Context, parameter: click.Parameter, folder: Path | None) -> None:
    if folder is not None:
        os.environ["AUTOGRADER_SOLUTIONS"] = str(folder.absolute())


def _finish_update(context: click.Context, parameter: click.Parameter, folder: Path) -> Path:
    """Finish an update of the folder that was interrupted: until then it may have files of two releases."""
    if (folder / UPDATE_FOLDER).is_dir():
        from ..authoring import journal

        beside = journal.finish(folder)
        context.meta[FINISHED] = True
        click.echo(say("update.finished"), err=True)
        for name in beside:
            click.echo(say("update.finished-beside", beside=name), err=True)
    return folder


def choice(name: str, kind: type[StrEnum], **attributes: Any) -> Decorator:
    """Return an option whose value is a member of ``kind``."""

    def member(context: click.Context, parameter: click.Parameter, value: str | None) -> StrEnum | None:
        return None if value is None else kind(value)

    return click.option(name, type=click.Choice([each.value for each in kind]), callback=member, **attributes)


def language(help: str, *, environment: bool = False) -> Decorator:
    """Return the option ``--lang``. With ``environment``, $AUTOGRADER_LANG is its default."""
    variable = "AUTOGRADER_LANG" if environment else None
    return click.option("--lang", type=click.Choice(languages()), envvar=variable, show_envvar=environment, help=help)


slugs = click.argument("slugs", nargs=-1, metavar="[SLUG]...")
official = click.option("--official", is_flag=True, help="Add the hidden cases; needs the complete sandbox.")
level = choice(
    "--level",
    Level,
    default=Level.FULL.value,
    show_default=True,
    help="Layers of the sandbox: full, container where the kernel refuses namespaces, gpu (as --device cuda).",
)
seed = click.option(
    "--seed", type=click.IntRange(min=0), help="Draw the same inputs again (default: 0; fresh if --official)."
)
practice = click.option(
    "--practice", is_flag=True, help="Grade the visible cases only: practice.csv, and no grades. Not official."
)
device = click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "cuda"]),
    default="auto",
    show_default=True,
    help="Where tensors are computed.",
)
lang = language("Language of the reports (default: that of the assignment).", environment=True)
data_root = click.option(
    "--data-root",
    type=PATH,
    expose_value=False,
    callback=_set_data_folder,
    help="Folder of data sets such as MNIST (default: $AUTOGRADER_DATA).",
)
data = click.option(
    "--data",
    type=click.Choice(data_sets.NAMES),
    help="Data set of the cases that can train on several (default: data in assignment.toml).",
)
plain = click.option(
    "--plain", is_flag=True, help="Print lines without tables (default below 60 columns and if TERM=dumb)."
)
solutions = click.option(
    "--solutions",
    type=PATH,
    expose_value=False,
    callback=_set_solutions,
    help="Folder of the solutions (default: $AUTOGRADER_SOLUTIONS, else solutions/ in the course folder).",
)
root = click.option(
    "--root",
    type=PATH,
    default=Path(),
    callback=_finish_update,
    help="The course folder, which contains assignments/.",
)


workers = click.option(
    "--workers", type=click.IntRange(min=1), help="Processes that grade side by side (default: one for each core)."
)
engine = click.option("--engine", default="local", help="Where to grade: local, or dask:ADDRESS of a scheduler.")
log = click.option("--log", type=PATH, help="File to which each event is appended as a JSON line, with pseudonyms.")
store = click.option(
    "--store", metavar="URL", help="sqlite:///FILE or postgresql://... (default: store/ in the course folder)."
)
class_seed = click.option(
    "--seed",
    type=click.IntRange(min=0),
    help="Seed of all official runs (default: drawn once and kept); of a practice run (default: 0).",
)


def with_data(assignments: Sequence[Assignment], name: str | None) -> list[Assignment]:
    """Return the assignments, those with a choice of data set with the set ``name``; None leaves all as they are.

    Raises:
        UsageError: none of them has a choice.
    """
    if name is None:
        return list(assignments)
    if not any(each.data for each in assignments):
        slugs = ", ".join(each.slug for each in assignments)
        raise UsageError(f"--data {name} chooses between data sets, and {slugs} has no choice. Omit the option.")
    return [replace(each, data=name) if each.data else each for each in assignments]


def store_folder(url: str | None, root: Path) -> Path:
    """Return the folder of the course's identities.

    Raises:
        UsageError: SQLAlchemy is not installed, or the URL is wrong.
    """
    try:
        import sqlalchemy  # noqa: F401  # a student's environment has none
    except ImportError as exc:
        raise UsageError("The store needs SQLAlchemy: pip install 'autograder-dl[batch]'.") from exc
    from ..batch.database import identities_folder

    return identities_folder(url, root)


@contextlib.contextmanager
def open_store(url: str | None, root: Path, *, alone: bool = False) -> Iterator[Store]:
    """Open the store of a course, by default its own; with ``alone`` while no other command uses it.

    Raises:
        UsageError: SQLAlchemy is not installed, or the URL is wrong; another command must be alone, or this one.
        AutograderError: ``store`` if the store cannot be used.
    """
    folder = store_folder(url, root)
    from ..batch import identities
    from ..batch.database import default_url
    from ..batch.store import Store

    with identities.changing(folder) as known:
        course = known.course
    with identities.in_use(folder, alone=alone), Store(url or default_url(root), course) as store:
        yield store


def seed_of(seed: int | None, *, official: bool) -> int:
    """Return the seed of a run. The default is random for an official run, so that it is unpredictable, otherwise 0."""
    if seed is not None:
        return seed
    return secrets.randbits(128) if official else 0


def start_zygote(supervisor: Supervisor, assignment: Assignment, run: RunOptions) -> None:
    """Start the zygote, which imports numpy and torch while this process continues with its own imports."""
    from ..grading import environment

    if environment.is_surely_cpu(assignment, run):
        supervisor.prepare(environment.spec_of(assignment, run))
