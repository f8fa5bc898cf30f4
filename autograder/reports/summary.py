"""A Markdown summary of reports, such as the job summary of a CI. Text of a submission has no effect on its layout.

Markdown has many ways to escape text, and they differ from place to place. So everything that comes from a report
is in blocks of HTML, which every Markdown of a CI accepts, and no blank line ends such a block early.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from jinja2 import Environment
from markupsafe import Markup

from ..messages import DEFAULT, say, use_language
from ..model import Audience, Report
from . import case_lines, page, standing, views
from .last_run import LastRun
from .printable import clip, printable

MAX_BYTES = 1_000_000  # GitHub takes 1 MiB for a step, and shows nothing of a larger one

_REFERENCE = re.compile(r"(?<=[@#])(?=\w)")  # GitHub would link @name and #12, and notify that person


def markdown(reports: Sequence[Report], *, audience: Audience) -> str:
    """Return the part of ``reports`` that ``audience`` may see: a table, then the cases that did not pass.

    A summary that is too long for GitHub has the tables of its last assignments only.
    """
    languages = {report.language for report in reports}
    with use_language(languages.pop() if len(languages) == 1 else DEFAULT):
        parts = [_render("overview.md.j2", runs=[LastRun.of(each) for each in reports])] if len(reports) > 1 else []
    left = MAX_BYTES - sum(len(part.encode()) for part in parts)
    for number, report in enumerate(reports):
        reserved = 10_000 * (len(reports) - number)  # for the tables of this report and of all that follow
        section = _section(report, audience, brief=False)
        if len(section.encode()) > left - reserved:
            section = _section(report, audience, brief=True)
        parts.append(section)
        left -= len(section.encode())
    return "\n".join(parts)


def _section(report: Report, audience: Audience, *, brief: bool) -> str:
    report = report.seen_by(audience)
    with use_language(report.language):
        cases = [case for case in standing.cases(report) if case_lines.has_news(case)]
        return _render(
            "summary.md.j2",
            report=report,
            tasks=standing.begun(report),
            cases=[(case, case_lines.case_fields(case, report, audience)) for case in cases],
            brief=brief,
        )


def _render(template: str, **values: object) -> str:
    return _templates().get_template(template).render(say=say, views=views, standing=standing, **values)


@cache
def _templates() -> Environment:
    return page.environment_of(_inert)


def _inert(value: object) -> object:
    """Return text as HTML on one line, without references to people and issues. Trusted markup does not change."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    lines = printable(clip(value)).split("\n")
    return Markup("&#10;").join(Markup("<wbr>").join(_REFERENCE.split(line)) for line in lines)
