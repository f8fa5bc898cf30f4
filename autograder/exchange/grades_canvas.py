"""Grades for Canvas: the columns of the students and of our assignment, cut out of an exported gradebook.

A blank cell clears a score in Canvas, so the file contains only graded students, and no other assignment. A column
without the id of an assignment would create a new one, so the header is copied from the export.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Collection, Iterable, Mapping, Sequence

from ..errors import UsageError
from .grades import Column, Filled, Grade, Person, cells, choose, full_names, match
from .template import Template, number

EXCUSED = "EX"
_KEYS = ("ID", "SIS User ID", "SIS Login ID", "Integration ID")
_ASSIGNMENT = re.compile(r"(?P<title>.*)\s\((?P<id>\d+)\)", re.DOTALL)
_TOTAL = re.compile(r"(?:Current|Final) (?:Points|Score|Grade)|Override (?:Score|Grade|Status)")  # anywhere in a title
_NOT_ASSIGNED = "N/A"

# Every place where an entry of a downloaded archive can have the id of its student: names may end in digits, too.
_SPLITS = re.compile(
    r"(?=(?:^|_)(?<!LATE_)(?P<late>LATE_)?(?P<user>\d+)_(?:(?P<file>\d+)_(?P<name>.+)|(?:text|link)\.html)$)", re.DOTALL
)
_ANONYMOUS = re.compile(r"(?:LATE_)?anon_")


def fill(template: Template, grades: Sequence[Grade], *, column: str | None = None) -> Filled:
    """Return a file that Canvas imports: the graded students, with our assignment as the only one.

    Raises:
        UsageError: it is not the gradebook of these grades.
        NeedsHuman: a student cannot be matched.
    """
    section = template.column("Section")
    template.column("ID")
    assignments = _assignments(template, section)
    chosen = choose(assignments, column, grades, file=template.name)
    people = list(_people(template, section))
    rows = match(people, grades, file=template.name)
    texts, warnings = cells(rows, chosen, template.decimal_mark([each.index for each in assignments]), excused=EXCUSED)
    for row in list(texts):
        now = template.rows[row].value(chosen.index)
        if now == EXCUSED != texts[row]:
            warnings.append(f"{rows[row].student} is excused in Canvas. The file leaves this student out.")
            del texts[row]
        elif now == _NOT_ASSIGNED:
            warnings.append(f"{rows[row].student} is not assigned {chosen.title} in Canvas, and is left out.")
            del texts[row]
    if _TOTAL.search(chosen.title):
        warnings.append(
            f'Canvas takes "{chosen.header}" for a total, and ignores it. Rename the assignment there, and '
            "export the gradebook again."
        )
    data = template.filled(
        {(row, chosen.index): text for row, text in texts.items()},
        rows=[0, *_points_possible(template), *sorted(texts)],
        columns=[*range(section + 1), chosen.index],
    )
    return Filled(data, len(texts), rows, chosen, frozenset(texts), tuple(warnings))


def steps(filled: Filled, file: str, feedback: str | None) -> list[str]:
    """Return what the teacher has to do."""
    students = f"{filled.graded} student{'s' if filled.graded != 1 else ''}"
    found = [f"In Canvas, choose Grades, Import, and upload {file}. It must show {students}, or that nothing changes."]
    if feedback:
        found.append(
            f"Then choose the assignment, Upload Submissions, and upload {feedback} once: every upload adds a comment."
        )
    return found


def feedback_zip(entries: Iterable[str], pages: Mapping[str, bytes], *, ids: Collection[str]) -> tuple[bytes, set[str]]:
    """Return an archive of pages by user id, and the ids of the pages that Canvas cannot take.

    ``entries`` are the names in the archive of submissions that Canvas made. A page keeps the name of the first file of
    its student, because Canvas finds the student and the submission by it. ``ids`` are all user ids of the gradebook.
    An entry that fits two students takes no page.

    Raises:
        UsageError: the submissions are anonymous.
    """
    names: dict[str, str] = {}
    for entry in entries:
        if _ANONYMOUS.match(entry):
            raise UsageError(
                f"{entry}: the submissions are anonymous, so their students are not known. Omit --feedback."
            )
        splits = [split for split in _SPLITS.finditer(entry) if split["user"] in ids]
        # Canvas takes the first two numbers between underscores for student and file, and ignores what does not fit.
        numbers = [part for part in entry.split("_") if part.isdigit()]
        if len(splits) == 1 and numbers[:2] == [splits[0]["user"], splits[0]["file"]]:
            names.setdefault(splits[0]["user"], entry)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for user, page in pages.items():
            if user in names:
                archive.writestr(zipfile.ZipInfo(names[user]), page, zipfile.ZIP_DEFLATED)
    return buffer.getvalue(), set(pages) - set(names)


def user_ids(template: Template) -> dict[int, str]:
    """Return the Canvas id of the student in each row, by the index of the row."""
    column = template.column("ID")
    return {index: row.value(column) for index, row in enumerate(template.rows) if index and row.value(column)}


def _points_possible(template: Template) -> list[int]:
    people = user_ids(template)
    named = (index for index, row in enumerate(template.rows) if row.value(0).strip() == "Points Possible")
    return [index for index in named if index and index not in people]


def _assignments(template: Template, section: int) -> list[Column]:
    header = template.header
    possible = [template.rows[index] for index in _points_possible(template)]
    found = []
    for index in range(section + 1, len(header)):
        if parts := _ASSIGNMENT.fullmatch(header[index]):
            most = number(possible[0].value(index)) if possible else None
            found.append(Column(index, header[index], parts["title"], most, parts["id"]))
    return found


def _people(template: Template, section: int) -> Iterable[Person]:
    keys = [index for index in template.optional(_KEYS) if index < section]
    two = template.optional(["FirstName", "LastName"])
    whole = None if len(two) == 2 else template.column("Student")
    for index in user_ids(template):
        row = template.rows[index]
        if whole is None:
            names = full_names(*(row.value(column) for column in two))
        else:
            name = _plain(row.value(whole))
            last, comma, first = name.partition(", ")
            names = (name, *full_names(first, last)) if comma else (name,)
        yield Person(index, row.line, tuple(row.value(column) for column in keys), names)


def _plain(name: str) -> str:
    """Return a name without what Canvas puts around one that begins with ``=``: ``="=name"``."""
    return name[2:-1] if name.startswith('="') and name.endswith('"') and len(name) > 3 else name
