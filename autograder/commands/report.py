"""``autograder report``: render a saved report again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from ..errors import UsageError
from ..model import Audience
from ..reports.files import check_writable
from . import options


@click.command()
@click.argument("file", type=options.PATH)
@click.option("--html", type=options.PATH, default=Path("report"), show_default=True, help="Folder for the page.")
@options.choice("--audience", Audience, default="student", show_default=True, help="Who reads it.")
@options.plain
@options.language("Language of its labels (default: that of the report).")
def report(*, file: Path, html: Path, audience: Audience, plain: bool, lang: str | None) -> None:
    """Render a saved report again, without grading.

    FILE is a report.json of an earlier run.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise UsageError(f"{file} cannot be read: {exc}. Name a report.json of an earlier run.") from exc
    check_writable(html)

    from ..reports import page, terminal
    from ..reports import plain as linear
    from ..reports.document import from_json
    from .console import Terminal

    saved = from_json(text, source=str(file))
    saved = replace(saved, language=lang or saved.language)
    console = Terminal()
    written = page.write(saved, html, audience=audience)
    printer = linear if plain or linear.is_wanted(console) else terminal
    printer.show(saved, audience=audience, console=console, page=written)
