"""HTML pages: the page of one report, and the index of several reports.

The template environment clips every value, makes it printable and escapes it, so that a submission cannot inject
content into a page.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ..errors import AutograderError
from ..messages import current_language, say, use_language
from ..model import Audience, Report
from . import views
from .bytecode_cache import bytecode_cache
from .files import page_name, write_text
from .printable import FIELD_CHARACTERS, clip, printable


def html(report: Report, *, audience: Audience) -> str:
    """Return a self-contained page: no network, no script, readable on a phone and on paper.

    The page is in the language of the report.
    """
    report = report.seen_by(audience)
    share = report.score.earned / report.score.possible if report.score.possible > 0 else 0.0
    with use_language(report.language):
        common = views.said_of_all(report)
        labels = ("called", "got", "hidden", "hint", "measured", "next", "printed", "reason", "staff", "want")
        return render(
            "report.html.j2",
            report=report,
            tasks=[(view, views.case_views(view.cases, common)) for view in views.by_task(report)],
            label={name: say(f"label.{name}") for name in labels},
            share=min(max(share, 0.0), 1.0),
            secret=audience is Audience.STUDENT,
        )


def write(report: Report, folder: Path, *, audience: Audience, name: str = "") -> Path:
    """Write the page of ``report`` into ``folder`` atomically, as ``name`` or its own name, and return its path.

    Raises:
        AutograderError: ``report-write`` if the page cannot be written.
    """
    return write_text(folder / (name or page_name(report)), html(report, audience=audience))


def write_index(reports: Sequence[Report], pages: Sequence[str], folder: Path) -> Path:
    """Write ``index.html`` into ``folder``: a row for each assignment, with a link to its page in the same folder.

    Raises:
        AutograderError: ``report-write`` if the file cannot be written.
    """
    return write_text(folder / "index.html", render("index.html.j2", rows=list(zip(reports, pages, strict=True))))


def template_folder(package: Path = Path(__file__).parents[1]) -> Path:
    """Return the folder of the templates: inside the package in a wheel, next to it in a source checkout.

    Raises:
        AutograderError: ``report-templates`` if neither exists.
    """
    for folder in (package / "templates", package.parent / "templates"):
        if (folder / "report.html.j2").is_file():
            return folder
    raise AutograderError(
        f"The report templates are neither in {package} nor next to it. Install autograder again.",
        slug="report-templates",
    )


def render(template: str, **values: object) -> str:
    return _templates().get_template(template).render(**values)


@cache  # loading the templates takes longer than rendering a page, and a class has hundreds of pages
def _templates() -> Environment:
    """Return the Jinja2 environment. It clips every value, makes it printable, then escapes it, in every template."""
    folder = template_folder()
    css = (folder / "style.css").read_text(encoding="utf-8").strip()
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_fit,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=bytecode_cache(Path(__file__)),
    )
    environment.globals |= {
        "say": say,
        "language": current_language,
        "css": Markup(css),  # trusted; the page's content security policy allows only this digest
        "css_digest": base64.b64encode(hashlib.sha256(css.encode()).digest()).decode(),
        "views": views,
    }
    environment.filters |= {
        "address": _address,
        "short": lambda text: clip(text, characters=FIELD_CHARACTERS),
    }
    return environment


def _address(path: str) -> str:
    """Return a relative address. Letters of any script stay readable; a colon is escaped: no "javascript:"."""
    return "".join(sign if sign.isalnum() else quote(sign, safe="/") for sign in path)


def _fit(value: object) -> object:
    """Clip text and make it printable. Other values and trusted markup do not change."""
    if type(value) is str and len(value) < FIELD_CHARACTERS and value.isprintable():
        return value  # the usual case: one short line without invisible characters
    if isinstance(value, str) and not isinstance(value, Markup):
        return printable(clip(value))
    return value
