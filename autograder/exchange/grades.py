"""The grades of a class as values, and the people of another system to whom they belong.

No grade is ever given by a guess: a student who fits nobody, or several people, stops the export.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..errors import NeedsHuman, UsageError
from ..grading.rubric import DECIMALS
from ..reports.printable import printable

_MOST_NAMED = 20  # students in one sentence


@dataclass(frozen=True, slots=True)
class Grade:
    """What a student earned, for another system.

    ``student`` is the name under which the work was graded: an id, a login, an e-mail address or a name of the other
    system. ``id``, ``login`` and ``email`` are "" if they are not known. ``points`` is None if there is no grade, which
    is never zero. ``possible`` is the number of points of the assignment, or None if it is not known. ``reasons`` are
    sentences on what people and the rules of the course changed, for systems that take a comment. ``sha256`` is the
    digest of the graded files, and ``received_at`` when they came in, ISO 8601, None if that is not known. ``state`` is
    what the other system said of them then, "" if nothing.
    """

    student: str
    points: float | None
    possible: float | None = None
    reasons: tuple[str, ...] = ()
    excused: bool = False
    sha256: str | None = None
    id: str = ""
    login: str = ""
    email: str = ""
    state: str = ""
    received_at: str | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """Everything that can identify the student, except that ``student`` may also be a name."""
        return tuple(key for key in (self.id, self.login, self.email, self.student) if key)


@dataclass(frozen=True, slots=True)
class Person:
    """A row of a template: its index and line, the ids, logins and e-mail addresses, and the forms of the name."""

    row: int
    line: int
    keys: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a template that holds the grades of an assignment.

    ``possible`` is None if the template does not contain the number of points.
    """

    index: int
    header: str
    title: str
    possible: float | None
    id: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """A template with our grades. ``graded`` is the number of its rows that hold one of our grades.

    ``rows`` has the grade of each matched row by index, ``written`` are the rows that have our grade now, and
    ``warnings`` are sentences for the teacher. ``comments`` is the number of comments that change.
    """

    data: bytes
    graded: int
    rows: Mapping[int, Grade]
    column: Column
    written: frozenset[int]
    warnings: tuple[str, ...] = ()
    comments: int = 0


def folded(text: str) -> str:
    """Return a text in which two spellings of one name are equal: NFC, without case, one space between words.

    Invisible characters count, and their escapes in ``grades.csv`` are the same: a teacher copies a name from there.
    """
    return " ".join(unicodedata.normalize("NFC", printable(text).casefold()).split())


def named(students: Sequence[str]) -> str:
    """Return the names of students for a sentence, which has an end for a large class, too."""
    more = len(students) - _MOST_NAMED
    return ", ".join(students[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def full_names(first: str, last: str) -> tuple[str, ...]:
    """Return the forms in which systems write a name of two parts."""
    if not first or not last:
        return tuple(part for part in (first, last) if part)
    return f"{first} {last}", f"{last}, {first}"


def match(people: Iterable[Person], grades: Sequence[Grade], *, file: str) -> dict[int, Grade]:
    """Return the grade of each row of a template, by its index, in the order of ``grades``.

    Ids, logins and e-mail addresses come first. A name counts only if none of them is known, and if one person has it:
    whoever has left the course may share a name with somebody who has not.

    Raises:
        NeedsHuman: students fit nobody or several people, or two students fit one person; it names all of them.
    """
    by_key: dict[str, set[Person]] = defaultdict(set)
    by_name: dict[str, set[Person]] = defaultdict(set)
    for person in people:
        for key in filter(None, map(folded, person.keys)):
            by_key[key].add(person)
        for name in filter(None, map(folded, person.names)):
            by_name[name].add(person)

    found: dict[int, Grade] = {}
    problems = []
    for grade in grades:
        fitting = {person for key in grade.keys for person in by_key.get(folded(key), ())}
        if not fitting and not (grade.id or grade.login or grade.email):
            fitting = by_name.get(folded(grade.student), set())
        if len(fitting) != 1:
            problems.append(f"{grade.student}: {_misfit(fitting)}")
            continue
        [person] = fitting
        if person.row in found:
            problems.append(f"{grade.student}: line {person.line} also fits {found[person.row].student}")
        else:
            found[person.row] = grade
    if problems:
        raise NeedsHuman(
            f"{file}: {_students(len(problems))} cannot be matched, and nothing was written:\n  "
            + "\n  ".join(problems)
            + "\nGrade them under the id or login of the other system, or name each with --leave-out."
        )
    return found


def _misfit(fitting: set[Person]) -> str:
    if not fitting:
        return "nobody has this id, login, e-mail or name"
    lines = sorted(person.line for person in fitting)
    return f"lines {', '.join(map(str, lines[:-1]))} and {lines[-1]} fit"


def stays(students: Sequence[str]) -> str:
    """Return that the rows of students do not change, for a sentence."""
    return "this row stays as it is" if len(students) == 1 else "these rows stay as they are"


def _students(count: int) -> str:
    return f"{count} student{'s' if count != 1 else ''}"


def choose(columns: Sequence[Column], wanted: str | None, grades: Sequence[Grade], *, file: str) -> Column:
    """Return the column for the grades: the one that ``wanted`` names by header, title or id, or the only one.

    Raises:
        UsageError: no column fits, several do, or the only one has another number of points than the assignment.
    """
    listed = "; ".join(column.header for column in columns)
    if not columns:
        raise UsageError(
            f"{file}, line 1: no column holds the grades of an assignment. Perhaps a column was renamed, or the file "
            "is in another language. Download it again, in English, and do not change it."
        )
    if wanted is not None:
        named = [
            each for each in columns if folded(wanted) in {folded(each.header), folded(each.title), each.id or None}
        ]
        if len(named) != 1:
            count = "several columns are" if named else "no column is"
            raise UsageError(
                f'{file}, line 1: {count} named "{wanted}". The columns of assignments are: {listed}. '
                "Name one of them with --column, as it is written there."
            )
        return named[0]
    if len(columns) > 1:
        raise UsageError(f"{file}, line 1: several columns can hold the grades: {listed}. Name one with --column.")
    possible = possible_points(grades)
    [only] = columns
    if None not in (only.possible, possible) and only.possible != possible:
        raise UsageError(
            f'{file}, line 1: the column "{only.header}" has {amount(only.possible or 0)} points, and the graded '
            f"assignment has {amount(possible or 0)}. Download the file of the right assignment. If it is the right "
            f"one, add --column {only.title!r}."
        )
    return only


def possible_points(grades: Sequence[Grade]) -> float | None:
    """Return the points of the assignment, or None if no grade contains them."""
    return next((grade.possible for grade in grades if grade.possible is not None), None)


def amount(points: float, mark: str = ".", *, decimals: int = DECIMALS) -> str:
    """Return points as another system reads them: no thousands separator, no exponent, ``mark`` before decimals."""
    text = f"{points:.{decimals}f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text.replace(".", mark)


def cells(
    rows: Mapping[int, Grade], column: Column, mark: str, *, excused: str | None = None, decimals: int = DECIMALS
) -> tuple[dict[int, str], list[str]]:
    """Return the cell of each row that has a grade, and warnings on those that have none or an unusual one.

    ``excused`` is the text that excuses a student in the other system, or None if it has none. ``decimals`` is how many
    the other system shows, if it compares grades with the file.

    Raises:
        UsageError: a grade has decimals, and ``mark`` is "" because the decimal mark of the file is not known.
    """
    found: dict[int, str] = {}
    warnings = []
    possible = possible_points(list(rows.values()))
    if None not in (possible, column.possible) and possible != column.possible:
        here, ours = amount(column.possible or 0), amount(possible or 0)
        warnings.append(
            f'The column "{column.header}" has {here} points, and the assignment {ours}. Nothing is rescaled.'
        )
    by_hand, ungraded, above = [], [], []
    for row, grade in rows.items():
        if grade.excused and excused is None:
            by_hand.append(grade.student)
        elif grade.excused:
            found[row] = excused or ""
        elif grade.points is None:
            ungraded.append(grade.student)
        else:
            found[row] = amount(grade.points, mark, decimals=decimals)
            if column.possible is not None and grade.points > column.possible:
                above.append(f"{grade.student} ({amount(grade.points)})")
    if by_hand:
        warnings.append(f"Excused: {named(by_hand)}. Enter that by hand; {stays(by_hand)}.")
    if ungraded:
        warnings.append(f"Without a grade: {named(ungraded)}. {stays(ungraded).capitalize()}.")
    if above:
        most = f'the maximum of {amount(column.possible or 0)} of the column "{column.header}"'
        warnings.append(f"More points than {most}: {named(above)}.")
    if not mark and any("." in amount(rows[row].points or 0) for row in found):
        raise UsageError(
            f'The column "{column.header}" contains no number with decimals, so the decimal mark of the file is not '
            "known. Enter one grade such as 0.5 in the other system, and download the file again."
        )
    return found, warnings
