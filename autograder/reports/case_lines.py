"""What a report says about one case: labels and texts, and plain lines. This needs no rich, which imports slowly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ..messages import say
from ..model import Audience, GradedCase, Mismatch, Report, Verdict
from . import views
from .printable import FIELD_CHARACTERS, clip, printable

_OUTPUT_LINES: Final = 20  # of the submission's output; the page shows more
_LABEL_WIDTH: Final = 8  # as on the terminal


def case_text(report: Report, *, audience: Audience) -> str:
    """Return what a report of a single case says of it, for a program that has its own way to show tests.

    The lines are not wrapped. The program itself shows the name of the case and how to run it again.
    """
    [case] = report.seen_by(audience).outcomes
    own = (say("label.debug"), say("label.rerun"))
    shown = [field for field in case_fields(case, report, audience) if field[0] not in own]
    head = [line for line in (views.word(case.verdict).upper(), case.title) if line]
    if case.verdict is Verdict.NOT_ATTEMPTED:
        head, shown = [case.message], []
    return "\n".join([*map(one_line, head), *_laid_out(shown)]).rstrip()


def case_line(case: GradedCase) -> str:
    """Return the most important thing about a case that did not pass, in one line."""
    if case.mismatch is None:
        return one_line(case.message or views.word(case.verdict))
    parts = (views.kind_word(case.mismatch.kind), _difference(case.mismatch))  # of a hidden case only the kind is known
    return one_line(": ".join(filter(None, parts)))


def has_news(case: GradedCase) -> bool:
    """Return whether a case has something to say; one list shows the stubs."""
    if case.verdict is Verdict.PASSED:
        return bool(case.message or case.measure)
    return case.verdict is not Verdict.NOT_ATTEMPTED


def one_line(text: str) -> str:
    """Return ``text`` as one line: a line break in a name or a note could forge a line of the report."""
    return printable(clip(text, characters=FIELD_CHARACTERS).replace("\n", " "))


def case_fields(case: GradedCase, report: Report, audience: Audience) -> list[tuple[str, str]]:
    """Return label and text of each line below the name of a case, in the order of display."""
    if case.because and audience is Audience.STUDENT:  # the numbers say little as long as another task is wrong
        return [(say("label.hint"), clip(case.hint, characters=FIELD_CHARACTERS))]
    failed = case.verdict is not Verdict.PASSED
    kind = views.kind_word(case.mismatch.kind) if case.mismatch else ""
    again = case.visible and failed and case.verdict is not Verdict.SKIPPED
    secret = not case.visible and audience is Audience.STUDENT
    entries = case.mismatch.entries if case.mismatch else None
    fields = [
        (say("label.called"), clip(case.call, characters=FIELD_CHARACTERS)),
        (say("label.differs"), kind) if secret else (kind, _difference(case.mismatch)),
        *(views.entries(entries) if entries else []),
        (say("label.reason"), clip(views.reason(case, views.said_of_all(report)), characters=FIELD_CHARACTERS)),
        (say("label.trace"), clip("\n".join(views.trace(case)))),
        (say("label.hint"), clip(case.hint, characters=FIELD_CHARACTERS)),
        (say("label.measured"), clip(views.measured(case), characters=FIELD_CHARACTERS)),
        (say("label.snippet"), clip(case.snippet, lines=_OUTPUT_LINES)),
        (say("label.line"), "" if case.snippet else clip(views.line_of_case(case), characters=FIELD_CHARACTERS)),
        (say("label.debug"), views.debug(report, case)),
        (say("label.printed"), clip(case.output.rstrip("\n"), lines=_OUTPUT_LINES) if failed else ""),
        (say("label.staff"), clip(case.staff.rstrip("\n"))),
        (say("label.rerun"), views.rerun(report) if again else ""),
    ]
    return [(label, text) for label, text in fields if text]


def _difference(mismatch: Mismatch | None) -> str:
    """Return "got 1, want 2  at [0] (8 of 8 entries differ)". Long or multi-line values get lines of their own."""
    if mismatch is None:
        return ""
    sides = [(say("label.got"), mismatch.got), (say("label.want"), mismatch.want)]
    values = [f"{label} {clip(text, characters=FIELD_CHARACTERS)}" for label, text in sides if text]
    place = [say("report.at", where=mismatch.where)] if mismatch.where else []
    place += [views.share(mismatch)] if views.share(mismatch) else []
    if "\n" in "".join(values) or len("".join(values)) > 100:
        return "\n".join([*values, " ".join(place)]).rstrip()
    return "  ".join(part for part in (", ".join(values), " ".join(place)) if part)


def _laid_out(fields: Sequence[tuple[str, str]]) -> list[str]:
    """Return labels and texts in two columns, so that a text with several lines cannot forge a label."""
    from rich.cells import cell_len  # a Hangul syllable takes two columns

    width = max([_LABEL_WIDTH, *(cell_len(label) for label, _ in fields)])
    lines = []
    for label, text in fields:
        for number, line in enumerate(printable(text).split("\n")):
            name = "" if number else label
            lines.append(f"  {name}{' ' * (width - cell_len(name))} {line.expandtabs()}".rstrip())
    return lines
