"""HTML pages: the page of one report, and the index of several reports.

The template environment clips every value, makes it printable and escapes it, so that a submission cannot inject
content into a page.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ..errors import AutograderError
from ..messages import current_language, say, use_language
from ..model import Audience, GradedCase, Report, Verdict
from . import standing, views
from .bytecode_cache import bytecode_cache
from .files import page_name, write_text
from .folding import folded
from .last_run import LastRun
from .printable import FIELD_CHARACTERS, clip, printable

_ROWS_AT_ONCE = 1000  # parts of a template that make one piece of a page: some 100 rows


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case for a page. ``next`` is the next step of the student, or "" if there is none.

    ``also`` has a line for each other case that fails for the same reason.
    """

    case: GradedCase
    css: str
    mark: str
    word: str
    points: str
    reason: str
    measured: str
    also: list[str]
    next: str


def html(report: Report, *, audience: Audience, change: str = "") -> str:
    """Return a self-contained page: no network, no script, readable on a phone and on paper.

    The page is in the language of the report. ``change`` compares the report with the last run.
    """
    report = report.seen_by(audience)
    secret = audience is Audience.STUDENT
    with use_language(report.language):
        common = views.said_of_all(report)
        words = {each: views.word(each) for each in Verdict}  # once: a page has dozens of cases
        labels = (
            "also", "called", "debug", "differs", "got", "hidden", "hint", "line", "measured", "next", "printed",
            "reason", "snippet", "staff", "trace", "want",
        )  # fmt: skip
        tasks = [
            (view, [_case_view(case, also, common, words[case.verdict]) for case, also in folded(view.cases, audience)])
            for view in standing.begun(report)
        ]
        shown = [each.case for _, cases in tasks for each in cases]
        return render(
            "report.html.j2",
            report=report,
            tasks=tasks,
            label={name: say(f"label.{name}") for name in labels},
            share=_share(report.score.earned, of=views.total_points(report) or report.score.possible),
            visible=_share(report.score.possible, of=views.total_points(report)),
            change=change,
            secret=secret,
            keeps_secrets=secret and any(case.mismatch for case in shown if not case.visible),
        )


def _case_view(case: GradedCase, also: list[str], common: str, word: str) -> CaseView:
    css = views.css_name(case.verdict)
    points = views.of(case.earned, case.points) if views.counts(case) else say("report.not-counted")
    points = points if case.points else ""  # of a challenge
    done = case.verdict in (Verdict.PASSED, Verdict.SKIPPED, Verdict.GRADER_ERROR)
    step = "" if done else say("report.next-fix" if case.visible else "report.next-hidden")
    mark = views.MARKS.get(css, views.FAILED_MARK)
    return CaseView(case, css, mark, word, points, views.reason(case, common), views.measured(case), also, step)


def _share(points: float, *, of: float) -> float:
    return min(max(points / of, 0.0), 1.0) if of > 0 else 0.0


def write(report: Report, folder: Path, *, audience: Audience, name: str = "", change: str = "") -> Path:
    """Write the page of ``report`` into ``folder`` atomically, as ``name`` or its own name, and return its path.

    Raises:
        AutograderError: ``report-write`` if the page cannot be written.
    """
    return write_text(folder / (name or page_name(report)), html(report, audience=audience, change=change))


def write_index(runs: Sequence[LastRun], folder: Path) -> Path:
    """Write ``index.html`` into ``folder``: a row for each assignment, with a link to its page in the same folder.

    Raises:
        AutograderError: ``report-write`` if the file cannot be written.
    """
    return write_text(folder / "index.html", render("index.html.j2", runs=runs))


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


def pieces(template: str, **values: object) -> Iterator[str]:
    """Yield a page in pieces: one with a row for each student of a large class does not fit into memory."""
    stream = _templates().get_template(template).stream(**values)
    stream.enable_buffering(_ROWS_AT_ONCE)
    return stream


@cache  # loading the templates takes longer than rendering a page, and a class has hundreds of pages
def _templates() -> Environment:
    """Return the environment of the pages. It clips every value, makes it printable, then escapes it."""
    css = (template_folder() / "style.css").read_text(encoding="utf-8").strip()
    environment = environment_of(_fit)
    environment.globals |= {
        "say": say,
        "language": current_language,
        "css": Markup(css),  # trusted; the page's content security policy allows only this digest
        "css_digest": base64.b64encode(hashlib.sha256(css.encode()).digest()).decode(),
        "standing": standing,
        "views": views,
    }
    environment.filters |= {
        "address": _address,
        "short": lambda text: clip(text, characters=FIELD_CHARACTERS),
    }
    return environment


def environment_of(finalize: Callable[[object], object]) -> Environment:
    """Return a Jinja2 environment of the templates. ``finalize`` prepares every value; then HTML is escaped."""
    return Environment(
        loader=FileSystemLoader(template_folder()),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=bytecode_cache(Path(__file__)),
    )


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
