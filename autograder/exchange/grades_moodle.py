"""Grades for Moodle: the grading worksheet of an assignment, and an archive of feedback files.

Titles of columns are in the teacher's language, so columns are found by position and content. Moodle skips a row
silently if it does not like it; the number of changed grades that it reports is the only check.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence

from ..errors import UsageError
from .grades import Column, Filled, Grade, Person, amount, cells, choose, match, named, stays
from .moodle import MODIFIED, modified
from .template import Template, number
from .worksheet import NO, YES, Columns, columns

_PARTICIPANT = re.compile(r"(\d+)\s*$")
_KEYS = ("Email address", "ID number", "Username")
_DECIMALS = 2  # Moodle shows so many, and takes what differs from its own number for a change
_AFTER_CHANGEABLE = 3  # Last modified (submission), Last modified (grade), Feedback comments
_COMMENTS = "Feedback comments"
_BY_CHANCE = 3  # so many people do not all hand in again between two downloads


def fill(template: Template, grades: Sequence[Grade], *, column: str | None = None, overwrite: bool = False) -> Filled:
    """Return the worksheet with our grades, and with reasons for changed points where it has no comment.

    With ``overwrite`` a comment that is there is replaced. ``graded`` is the number that Moodle must report as "Updated
    N grades": a grade that stays the same is not counted.

    Raises:
        UsageError: it is not the worksheet of these grades, is that of another assignment, is graded by a scale, or
            says neither yes nor no.
        NeedsHuman: a student cannot be matched.
    """
    places = _columns(template)
    most, index = places.maximum, places.grade
    title = template.rows[0].value(index)
    maximum = number(template.rows[1].value(most))
    chosen = choose([Column(index, title, title, maximum)], column, grades, file=template.name)
    rows = match(_people(template, index), grades, file=template.name)
    if column is None:
        _check_assignment(template, places, rows)
    texts, warnings = cells(rows, chosen, template.decimal_mark([index, most]), decimals=_DECIMALS)
    changes: dict[tuple[int, int], str] = {}
    updated = 0
    written = set()
    refused: dict[str, list[str]] = {}
    comments = _Comments(template, places, overwrite=overwrite)
    for row, text in texts.items():
        if reason := _refused(template, row, places, rows[row]):
            refused.setdefault(reason, []).append(rows[row].student)
            continue
        written.add(row)
        if number(template.rows[row].value(index)) != number(text):
            changes[row, index] = text
            updated += 1
        changes |= comments.change(row, rows[row])
    warnings += [f"{named(each)}: {reason}. {stays(each).capitalize()}." for reason, each in refused.items()]
    warnings += [*comments.warnings(), *_newer(template, places, rows)]
    data, changed = template.filled(changes), sum(place != index for _, place in changes)
    return Filled(data, updated, rows, chosen, frozenset(written), tuple(warnings), changed)


def steps(filled: Filled, file: str, feedback: str | None) -> list[str]:
    """Return what the teacher has to do, in this order."""
    grades = f"{filled.graded} grade{'s' if filled.graded != 1 else ''}"
    found = [
        f'In Moodle, in the language of the download, upload {file} with "Upload grading worksheet".',
        f'Moodle must report "Updated {filled.graded} grades". If it reports fewer than {grades}, download the '
        f"worksheet again and repeat the export.{_reported_with(filled)}",
    ]
    if feedback:
        found.append(
            f'Only then upload {feedback} with "Upload multiple feedback files in a zip". A feedback archive before '
            "the worksheet makes the worksheet out of date; a second upload notifies everybody again."
        )
    return found


def _reported_with(filled: Filled) -> str:
    """Return what Moodle reports of comments: up to 4.5 one sum, later a number of their own."""
    if not filled.comments:
        return ""
    count = f"{filled.comments} comment{'s' if filled.comments != 1 else ''}"
    return (
        f" With {count}, Moodle up to 4.5 reports one number for both, "
        f'"Updated {filled.graded + filled.comments} grades and feedback".'
    )


def feedback_zip(pages: Mapping[str, bytes]) -> bytes:
    """Return an archive of HTML pages by participant number. Moodle takes the second part between ``_`` for it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for number_, page in pages.items():
            entry = zipfile.ZipInfo(f"feedback_{number_}_assignfeedback_file/feedback.html")
            archive.writestr(entry, page, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def participants(template: Template) -> dict[int, str]:
    """Return the participant number of each row of a worksheet, by the index of the row.

    Raises:
        UsageError: the first cell of a row has no number.
    """
    found = {}
    for index, row in enumerate(template.rows[1:], 1):
        if not any(row.raw):
            continue
        match = _PARTICIPANT.search(row.value(0))
        if match is None:
            raise UsageError(
                f"{template.place(index, 0)}: this cell has no participant number. Give the grading worksheet of the "
                'assignment ("Download grading worksheet").'
            )
        found[index] = match[1]
    return found


def _columns(template: Template) -> Columns:
    """Return the columns of a worksheet: in every row, the maximum is a number, and then follows yes or no."""
    rows = [template.rows[index].values for index in participants(template)]
    found = columns(template.header, rows) if rows else None
    if found is None or not all(
        number(row[found.maximum]) is not None and row[found.changeable].strip().casefold() in YES | NO for row in rows
    ):
        raise UsageError(
            f"{template.name}, line 2: no row has a maximum grade followed by yes or no. Give the grading worksheet of "
            "an assignment that is graded in points. If the language of Moodle is the reason, set it to English and "
            "download the worksheet again."
        )
    return found


def _people(template: Template, grade: int) -> Iterator[Person]:
    header = template.header
    for index, uid in participants(template).items():
        row = template.rows[index]
        known = [column for column in range(2, grade) if header[column] in _KEYS or "@" in row.value(column)]
        keys = (row.value(0), uid, *(row.value(column) for column in known))
        yield Person(index, row.line, keys, (row.value(1),))


def _refused(template: Template, row: int, places: Columns, grade: Grade) -> str:
    """Return why Moodle would skip a row, or ""."""
    cell = template.rows[row]
    maximum = number(cell.value(places.maximum))
    if cell.value(places.changeable).strip().casefold() not in YES:
        return "Moodle does not let this grade be changed"
    if grade.points is not None and grade.points < 0:
        return f"Moodle ignores a grade below zero ({amount(grade.points)})"
    if grade.points is not None and maximum is not None and grade.points > maximum:
        return f"Moodle ignores a grade above {amount(maximum)}"
    return ""


class _Comments:
    """The column of feedback comments. A comment that is there stays: it may be a person's, and blank deletes it."""

    def __init__(self, template: Template, places: Columns, *, overwrite: bool) -> None:
        self._template = template
        self._overwrite = overwrite
        titled = template.optional([_COMMENTS])  # outcomes may be behind it
        self._last = titled[0] if titled else len(template.header) - 1
        # Without feedback comments, the last column has the time of the last change, or - for never.
        self._exists = self._last >= places.changeable + _AFTER_CHANGEABLE and all(
            each.value(self._last) != "-" for each in template.rows[1:]
        )
        self._missing: list[str] = []
        self._kept: list[str] = []

    def change(self, row: int, grade: Grade) -> dict[tuple[int, int], str]:
        """Return the change of a comment, if the points of a student have reasons."""
        if not grade.reasons:
            return {}
        if not self._exists:
            self._missing.append(grade.student)
            return {}
        before, ours = self._template.rows[row].value(self._last), comment(grade.reasons)
        if before and before != ours and not self._overwrite:
            self._kept.append(grade.student)
            return {}
        return {(row, self._last): ours} if before != ours else {}

    def warnings(self) -> list[str]:
        """Return a sentence on the students whose reasons are not written."""
        found = []
        if self._missing:
            found.append(
                f"The worksheet has no column for comments, so the reasons for the points of {named(self._missing)} "
                "are not written. Switch on feedback comments in the assignment."
            )
        if self._kept:
            found.append(
                f"{named(self._kept)}: the comment in Moodle stays, and our reasons for the points are not written. "
                "To replace it, add --overwrite."
            )
        return found


def comment(reasons: Sequence[str]) -> str:
    """Return the text of a feedback comment, HTML."""
    return "".join(f"<p>{html.escape(each, quote=False)}</p>" for each in reasons)


def _check_assignment(template: Template, places: Columns, rows: Mapping[int, Grade]) -> None:
    """Check that somebody has the submission here that was graded: people have the same ids in all assignments.

    Raises:
        UsageError: nobody has, and that cannot be by chance.
    """
    known = {row: grade.state for row, grade in rows.items() if grade.state.startswith(MODIFIED)}
    here = {row: modified(template.rows[row].value(places.submitted)) for row in known}
    if not known or any(state == here[row] for row, state in known.items()):
        return
    if any(here.values()) and len(known) < _BY_CHANCE:
        return
    title = template.rows[0].value(places.grade)
    raise UsageError(
        f"{template.place(0, places.submitted)}: nobody has the submission here that was graded. The worksheet is that "
        "of another assignment, or in another language. Download that of this assignment, in the language in which the "
        "class came in. If everybody has handed in again, import the new submissions and run batch. If you are sure, "
        f"add --column {title!r}."
    )


def _newer(template: Template, places: Columns, rows: Mapping[int, Grade]) -> Iterator[str]:
    """Yield a sentence on the students who have changed their submission in Moodle after it came in here.

    The time is prose in the language and zone of the teacher, so it is compared as text and not as a time.
    """
    place = places.submitted
    changed = [
        grade.student
        for row, grade in rows.items()
        if grade.state.startswith(MODIFIED) and modified(template.rows[row].value(place)) not in ("", grade.state)
    ]
    if changed:
        have, newer = ("has", "a newer file") if len(changed) == 1 else ("have", "newer files")
        yield (
            f"{named(changed)} {have} {newer} in Moodle than the graded one. Download submissions and worksheet "
            "again, in the same language, and run batch before you upload these grades."
        )
