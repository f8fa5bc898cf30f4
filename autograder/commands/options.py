"""Options that several commands share."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..messages import languages

if TYPE_CHECKING:
    from ..course.assignment import Assignment
    from ..grading.options import RunOptions
    from ..workers.supervisor import Supervisor

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

PATH = click.Path(path_type=Path)


def _set_data_folder(context: click.Context, parameter: click.Parameter, folder: Path | None) -> None:
    if folder is not None:
        os.environ["AUTOGRADER_DATA"] = str(folder)


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
seed = click.option(
    "--seed", type=click.IntRange(min=0), help="Draw the same inputs again (default: 0; fresh if --official)."
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
root = click.option("--root", type=PATH, default=Path(), help="The course folder, which contains assignments/.")


def seed_of(seed: int | None, *, official: bool) -> int:
    """Return the seed of a run. The default is random for an official run, so that it is unpredictable, otherwise 0."""
    if seed is not None:
        return seed
    return secrets.randbelow(2**32) if official else 0


def start_zygote(supervisor: Supervisor, assignment: Assignment, run: RunOptions) -> None:
    """Start the zygote, which imports numpy and torch while this process continues with its own imports."""
    from ..grading import environment

    if environment.is_surely_cpu(assignment, run):
        supervisor.prepare(environment.spec_of(assignment, run))
