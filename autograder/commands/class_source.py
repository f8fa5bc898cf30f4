"""Where the class of ``batch`` comes from: a folder, the export of another system, or the store."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..course.assignment import Assignment
from ..errors import AutograderError, UsageError
from ..exchange import formats
from . import options

if TYPE_CHECKING:
    from ..exchange.imports import Until
    from ..exchange.matching import Match

DUE = "due"
FORMATS = ("auto", *sorted(name.replace("_", "-") for name in formats.READERS))


@dataclass(frozen=True, slots=True)
class ClassSource:
    """The submissions of a class. Without ``entries``, the class is what the store has kept.

    ``name`` is that of the format, and ``grades`` writes its table of grades. ``unclear`` are the entries of an export
    that nobody can be graded for.
    """

    entries: Sequence[formats.Entry] | None
    grades: formats.Format
    name: str = "folder"
    unclear: Sequence[Match] = ()


def until_of(text: str | None, slug: str, root: Path) -> Until | None:
    """Return the times until which commits count: one time for all, or "due" for the dates of ``course.toml``.

    Raises:
        UsageError: the time cannot be read, or the assignment has no due date.
    """
    if text is None:
        return None
    from ..course import course_file
    from .as_of import moment

    course = course_file.read(root)
    if text != DUE:
        time = moment(text, course, "--until")
        return lambda _: time
    if not slug:
        raise UsageError("--until due needs the assignment. Name it with --assignment, or write a time.")
    if slug not in course.due:
        raise UsageError(f"course.toml has no due date of {slug}. Write it, or name a time with --until.")
    own = course.extensions.get(slug, {})
    return lambda student: own.get(student, course.due[slug])


@contextlib.contextmanager
def class_source(
    source: Path | None,
    *,
    format: str,
    roster: Path | None,
    mapping: Path | None,
    assignment: Assignment,
    until: Until | None = None,
) -> Iterator[ClassSource]:
    """Open a class. The files of an export are unpacked until the block ends.

    Raises:
        UsageError: options do not fit together, or the export, the roster or the mapping file is wrong.
    """
    if source is None or roster is None:
        for option, given in (
            ("--roster", roster),
            ("--mapping", mapping),
            ("--format", format != "auto"),
            ("--until", until),
        ):
            if given:
                missing = "the export of another system: name it as SOURCE" if source is None else "--roster"
                raise UsageError(f"{option} needs {missing}.")
        plain = formats.detect(source) if source else formats.named("folder")
        yield ClassSource(plain.entries(source) if source else None, plain)
        return
    from ..exchange import imports, mapping_report, plain_folder
    from ..workers.folders import TemporaryFolder

    with contextlib.ExitStack() as stack:
        with imports.opened(source) as export:
            found = imports.read(
                export,
                format=format.replace("-", "_"),
                roster_file=roster,
                mapping=mapping,
                assignment=assignment,
                until=until,
            )
            for line in mapping_report.doubts(found.matched):
                click.echo(line, err=True)
            folder = TemporaryFolder("scratch")
            stack.callback(folder.remove)
            try:
                entries = plain_folder.write_uploads(found.matched, export, Path(folder.path) / plain_folder.UPLOADS)
            except OSError as exc:
                problem = f"{folder.path} cannot be written: {exc.strerror}. Make room in the temporary folder."
                raise AutograderError(problem, slug="report-write") from exc
        yield ClassSource(entries, formats.named("folder"), found.format, found.matched.unclear)


_FORMAT = click.option(
    "--format", type=click.Choice(FORMATS), default="auto", show_default=True, help="The system that SOURCE is from."
)
_ROSTER = click.option("--roster", type=options.PATH, help="CSV of the people, for the export of another system.")
_MAPPING = click.option(
    "--mapping", type=options.PATH, help="CSV with the columns entry and person, to settle entries."
)
until_option = click.option(
    "--until",
    metavar="TIME",
    help="Of git clones, take the last commit until then: a time, or due for the dates of course.toml.",
)


def export_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options for the export of another system."""
    return _FORMAT(_ROSTER(_MAPPING(until_option(command))))
