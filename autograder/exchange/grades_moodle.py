"""Grades for Moodle: the grading worksheet of an assignment, and an archive of feedback files.

Titles of columns are in the teacher's language, so columns are found by position and content. Moodle skips a row
silently if it does not like it; the number of changed grades that it reports is the only check.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence

from ..errors import UsageError
from .grades import Column, Filled, Grade, Person, amount, cells, choose, match
from .template import Template, number

# "Grade can be changed" is in the teacher's language, too.
_YES = frozenset(("yes", "예", "네", "はい", "是", "да", "ja", "oui", "sí", "si", "sì", "sim", "tak", "evet", "kyllä"))
_NO = frozenset(
    ("no", "아니오", "아니요", "いいえ", "否", "нет", "nein", "nee", "nej", "non", "não", "nie", "hayır", "ei")
)
_PARTICIPANT = re.compile(r"(\d+)\s*$")
_KEYS = ("Email address", "ID number", "Username")
_AFTER_MAXIMUM = 4  # Grade can be changed, Last modified (submission), Last modified (grade), Feedback comments


def fill(template: Template, grades: Sequence[Grade], *, column: str | None = None) -> Filled:
    """Return the worksheet with our grades, and with our comments where it has none.

    ``graded`` is the number that Moodle must report as "Updated N grades": a grade that stays the same is not counted.

    Raises:
        UsageError: it is not the worksheet of these grades, is graded by a scale, or says neither yes nor no.
        NeedsHuman: a student cannot be matched.
    """
    most = _maximum(template)
    index = most - 1
    title = template.rows[0].value(index)
    maximum = number(template.rows[1].value(most))
    chosen = choose([Column(index, title, title, maximum)], column, grades, file=template.name)
    rows = match(_people(template, index), grades, file=template.name)
    texts, warnings = cells(rows, chosen, template.decimal_mark([index, most]))
    changes: dict[tuple[int, int], str] = {}
    updated = 0
    written = set()
    for row, text in texts.items():
        if reason := _refused(template, row, most, rows[row]):
            warnings.append(f"{rows[row].student}: {reason}. This row stays as it is.")
            continue
        written.add(row)
        if number(template.rows[row].value(index)) != number(text):
            changes[row, index] = text
            updated += 1
        changes |= _comment(template, row, most, rows[row], warnings)
    return Filled(template.filled(changes), updated, rows, chosen, frozenset(written), tuple(warnings))


def steps(filled: Filled, file: str, feedback: str | None) -> list[str]:
    """Return what the teacher has to do, in this order."""
    grades = f"{filled.graded} grade{'s' if filled.graded != 1 else ''}"
    found = [
        f'In Moodle, in the language of the download, upload {file} with "Upload grading worksheet".',
        f'Moodle must report "Updated {filled.graded} grades". If it reports fewer than {grades}, download the '
        "worksheet again and repeat the export.",
    ]
    if feedback:
        found.append(
            f'Only then upload {feedback} with "Upload multiple feedback files in a zip". A feedback archive before '
            "the worksheet makes the worksheet out of date; a second upload notifies everybody again."
        )
    return found


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


def _maximum(template: Template) -> int:
    """Return the column of the maximum grade: a number in every row, and behind it yes or no."""
    rows = [template.rows[index] for index in participants(template)]
    found = [
        column
        for column in range(2, len(template.header) - 1)
        if rows
        and all(number(row.value(column)) is not None for row in rows)
        and all(row.value(column + 1).strip().casefold() in _YES | _NO for row in rows)
    ]
    if len(found) != 1:
        raise UsageError(
            f"{template.name}, line 2: no row has a maximum grade followed by yes or no. Give the grading worksheet of "
            "an assignment that is graded in points. If the language of Moodle is the reason, set it to English and "
            "download the worksheet again."
        )
    return found[0]


def _people(template: Template, grade: int) -> Iterator[Person]:
    header = template.header
    for index, uid in participants(template).items():
        row = template.rows[index]
        known = [column for column in range(2, grade) if header[column] in _KEYS or "@" in row.value(column)]
        keys = (row.value(0), uid, *(row.value(column) for column in known))
        yield Person(index, row.line, keys, (row.value(1),))


def _refused(template: Template, row: int, most: int, grade: Grade) -> str:
    """Return why Moodle would skip a row, or ""."""
    cell = template.rows[row]
    maximum = number(cell.value(most))
    if cell.value(most + 1).strip().casefold() not in _YES:
        return "Moodle does not let this grade be changed"
    if grade.points is not None and grade.points < 0:
        return f"Moodle ignores a grade below zero ({amount(grade.points)})"
    if grade.points is not None and maximum is not None and grade.points > maximum:
        return f"Moodle ignores a grade above {amount(maximum)}"
    return ""


def _comment(template: Template, row: int, most: int, grade: Grade, warnings: list[str]) -> dict[tuple[int, int], str]:
    """Return the change of a comment. One that is there stays: it may be a person's, and blank would delete it."""
    if not grade.comment:
        return {}
    last = len(template.header) - 1
    # Without feedback comments, the last column has the time of the last change, or - for never.
    if last < most + _AFTER_MAXIMUM or any(each.value(last) == "-" for each in template.rows[1:]):
        warnings.append(f"{grade.student}: the worksheet has no column for comments. Switch on feedback comments.")
        return {}
    if template.rows[row].value(last):
        warnings.append(f"{grade.student} has a comment in Moodle, which stays. Ours is not written.")
        return {}
    return {(row, last): grade.comment}
