"""``autograder import``: bring the submissions of another system in."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import click

from ..course import assignment as assignments
from ..errors import NeedsHuman, UsageError
from ..messages import DEFAULT, say, use_language
from . import options
from .class_source import FORMATS, until_of, until_option


@click.command("import")
@click.argument("source", type=options.PATH)
@click.option(
    "--format", type=click.Choice(FORMATS), default="auto", show_default=True, help="The system that SOURCE is from."
)
@click.option(
    "--roster",
    type=options.PATH,
    required=True,
    help="CSV of the people: a gradebook, worksheet or list of the system.",
)
@click.option("--mapping", type=options.PATH, help="CSV with the columns entry and person, for what is not clear.")
@click.option("--assignment", metavar="SLUG", help="Take only the files of this assignment, under its names.")
@until_option
@click.option("--to", type=options.PATH, help="New folder for the submissions, which batch can grade.")
@click.option("--dry-run", is_flag=True, help="Print the report and write nothing.")
@options.language("Language of the report (default: en).", environment=True)
@options.root
def import_(
    *,
    source: Path,
    format: str,
    roster: Path,
    mapping: Path | None,
    assignment: str | None,
    until: str | None,
    to: Path | None,
    dry_run: bool,
    lang: str | None,
    root: Path,
) -> None:
    """Bring in submissions from Canvas, Moodle or other systems.

    SOURCE is what the system exports, zipped or unpacked. Each entry is matched to a person of the roster.
    """
    if dry_run == (to is not None):
        raise UsageError("Give either --dry-run, or --to with a new folder.")
    from ..exchange import imports, mapping_report, plain_folder

    with use_language(lang or DEFAULT), imports.opened(source) as export:
        found = imports.read(
            export,
            format=format.replace("-", "_"),
            roster_file=roster,
            mapping=mapping,
            assignment=assignments.load(assignment, root=root) if assignment else None,
            until=until_of(until, assignment or "", root),
        )
        click.echo(found.report, nl=False)
        click.echo(f"\n{mapping_report.summary(found.matched)}")
        if found.matched.unclear:
            sys.exit(NeedsHuman.exit_code)
        if to is not None:
            plain_folder.write(found.matched, export, to, report=found.report, format=found.format)
            command = ["autograder", "batch", assignment or "SLUG", str(to / plain_folder.UPLOADS), "--out", "graded"]
            click.echo(say("import.written", folder=to, command=shlex.join(command)))
