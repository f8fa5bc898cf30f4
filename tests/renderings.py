"""Renderings of the sample reports, for the tests of reports."""

from __future__ import annotations

import io
from dataclasses import replace
from html.parser import HTMLParser

import report_samples as samples
from report_samples import EVERY_VERDICT, all_passed, hostile, korean, practice
from rich.console import Console

from autograder.messages import use_language
from autograder.model import Audience, Report, SubmissionInfo, Verdict
from autograder.reports import class_page, class_rows, files, page, terminal
from autograder.reports.junit import junit
from autograder.reports.summary import markdown


def printed(show, *arguments, width=100, **options) -> str:
    """Return what ``show`` prints on a console without colours, line ends trimmed."""
    file = io.StringIO()
    show(*arguments, console=Console(file=file, width=width, color_system=None), **options)
    return "".join(line.rstrip() + "\n" for line in file.getvalue().split("\n")[:-1])


def on_terminal(report: Report, audience: Audience = Audience.STUDENT, width: int = 100) -> str:
    return printed(terminal.show, report, audience=audience, width=width)


def in_korean(show, *arguments, **options) -> str:
    """Return what ``show`` makes while Korean is spoken."""
    with use_language("ko"):
        return show(*arguments, **options)


ROWS = [
    class_rows.class_row(replace(all_passed(), submission=SubmissionInfo("student01", "0" * 64)), page="a.html"),
    class_rows.class_row(EVERY_VERDICT, page="05-logistic-student07--c0ffee.html"),
    class_rows.class_row(practice()),
]


def race_rows() -> list[class_rows.ClassRow]:
    """A class whose assignment measures something, with a page for each but one."""
    reports = samples.race()
    rows = [class_rows.class_row(report, page=files.page_name(report)) for report in reports[:-1]]
    return [*rows, class_rows.class_row(reports[-1])]


LONG = "모든 곳에서 기울기의 N배입니다. L의 평균은 미분에 어떤 영향을 줍니까? " * 4
KOREAN_ROWS = [
    class_rows.class_row(replace(korean(), submission=SubmissionInfo(name, "0" * 64)), page="a.html")
    for name in ("김민준", "남궁서연", "student03")
] + [replace(class_rows.class_row(korean()), student="제갈공명", hint=LONG.strip())]


def class_html(rows: list[class_rows.ClassRow], **options: str) -> str:
    """Return the class page as one text."""
    return "".join(class_page.html(rows, **options))


class Page(HTMLParser):
    """The tags, attributes and headings of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.attributes if key == name]


def nasty_class() -> list[class_rows.ClassRow]:
    report = hostile()
    passed = replace(report, outcomes=tuple(replace(case, verdict=Verdict.PASSED) for case in report.outcomes))
    return [
        class_rows.class_row(each, page="javascript:alert(1)//" + samples.NASTY.replace("\udc80", ""))
        for each in (report, passed)
    ]


def hostile_renderings() -> list[str]:
    wide = Console(file=io.StringIO(), width=200, color_system=None)
    terminal.summary([hostile(), hostile()], wide, modules={"05-logistic": "logistic.py"})
    terminal.class_table(nasty_class(), wide)
    return [
        on_terminal(hostile(), Audience.STAFF),
        wide.file.getvalue(),  # type: ignore[attr-defined]
        page.html(hostile(), audience=Audience.STAFF),
        class_html(nasty_class(), slug="05-logistic", title="x"),
        junit([hostile()], audience=Audience.STUDENT),
        markdown([hostile()], audience=Audience.STUDENT),
    ]
