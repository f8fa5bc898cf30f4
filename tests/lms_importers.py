"""What Moodle and Canvas make of an uploaded table: models of their importers, from reading the rules in their sources.

They are no copies: each rule that can refuse, skip, clear or create something is here in our own words.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field


@dataclass
class Moodle:
    """An assignment of Moodle: points and comments by participant number. It stores five decimals and shows two."""

    maximum: float
    grades: dict[int, float | None]
    comments: dict[int, str] = field(default_factory=dict)
    locked: frozenset[int] = frozenset()

    def upload(self, data: bytes) -> tuple[int, int]:
        """Take a worksheet, and return how many grades and how many comments were updated."""
        header, *rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
        places = {title: header.index(title) for title in ("Identifier", "Grade", "Last modified (grade)")}
        comment = header.index("Feedback comments")
        grades = comments = 0
        for row in rows:
            person = int(row[places["Identifier"]].removeprefix("Participant "))
            text = row[places["Grade"]].strip()
            points = float(text) if text else None
            is_same = points is not None and points == self.grades[person]
            if points is not None and not is_same and person not in self.locked and 0 <= points <= self.maximum:
                self.grades[person] = round(points, 5)
                grades += 1
            if row[comment] != self.comments.get(person, ""):
                self.comments[person] = row[comment]
                comments += 1
        return grades, comments

    def shown(self, person: int) -> str:
        """Return the grade of a person as a worksheet has it."""
        points = self.grades[person]
        return "" if points is None else f"{points:.2f}"


_TOTALS = re.compile("(Current|Final) (Score|Points|Grade)|Override (Score|Grade|Status)")
_NUMBER = re.compile(r"-?[0-9.,]+%?")


@dataclass
class Canvas:
    """The gradebook of a Canvas course: scores by assignment id and user id."""

    scores: dict[int, dict[int, str]]
    created: list[str] = field(default_factory=list)

    def upload(self, data: bytes) -> set[int]:
        """Take a gradebook, and return the users whose scores changed."""
        text = data.decode("utf-8-sig")
        delimiter = _delimiter(text.splitlines()[:3])
        header, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        assert len(header) > 3 and "Student" in header[0] and "ID" in header[1], "invalid header row"
        count = 3  # of the columns of students: name, id, section, and those that follow by position
        if re.search(r"SIS\s+Login\s+ID", header[2]):
            count += 1
        elif re.search(r"SIS\s+User\s+ID", header[2]) and re.search(r"SIS\s+Login\s+ID", header[3]):
            count += 2
        assert "Section" in header[count - 1], "invalid header row"
        columns = {
            at: self._assignment(header[at]) for at in range(count, len(header)) if not _TOTALS.search(header[at])
        }
        changed = set()
        for row in rows:
            if "Points Possible" in row[0] or all(
                re.fullmatch(r"\s*(Muted|Manual Posting.*)?\s*", cell) for cell in row
            ):
                continue
            user = int(row[1])
            for at, assignment in columns.items():
                new, old = _normal(row[at].strip()), self.scores[assignment].get(user, "")
                if new != old and not (
                    _is_number(new) and _is_number(old) and f"{float(new):.2f}" == f"{float(old):.2f}"
                ):
                    self.scores[assignment][user] = new  # a blank cell clears
                    changed.add(user)
        return changed

    def _assignment(self, title: str) -> int:
        match = re.fullmatch(r"(.*)\s\((\d+)\)", title, re.DOTALL)
        if match and int(match[2]) in self.scores:
            return int(match[2])
        self.created.append(title)  # a new assignment
        self.scores[-len(self.created)] = {}
        return -len(self.created)


def _delimiter(lines: list[str]) -> str:
    """Return the one of both by which the first lines have the same number of fields, and more of them."""
    counts = {each: {len(next(csv.reader([line], delimiter=each))) for line in lines} for each in ";,"}
    fields = {each: found.pop() if len(found) == 1 else 0 for each, found in counts.items()}
    return ";" if fields[";"] > fields[","] else ","


def _normal(text: str) -> str:
    """Return a number with a point before its last part, whatever its marks are."""
    if not _NUMBER.fullmatch(text):
        return text
    *parts, last = re.split("[,.]", text)
    return f"{''.join(parts)}.{last}" if parts else last


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"\d+(\.\d+)?", text))
