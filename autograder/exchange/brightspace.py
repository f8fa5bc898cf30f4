"""Brightspace (D2L): the zip of an assignment folder. Each submission is a folder with id, name and time."""

from __future__ import annotations

import re
from datetime import datetime

from ..messages import say
from .archive import Source
from .formats import Record, Who
from .roster import Roster

_ENTRY = re.compile(
    r"(?P<head>(?P<user>\d+)-\d+ - (?P<name>.+?) - (?P<when>(?:(?! - )[^/])*\b\d{4}\b(?:(?! - )[^/])*))"
    r"(?:/| - )(?P<file>.+)",
    re.DOTALL,
)
_PAGE = "index.html"  # Brightspace's own list of the submissions


def recognises(source: Source) -> bool:
    """Return whether most entries have the names of Brightspace."""
    names = [name for name in source.names if name != _PAGE]
    return 2 * sum(bool(_ENTRY.fullmatch(name)) for name in names) > len(names)


def records(source: Source, roster: Roster) -> list[Record]:
    """Return a record for each submission. A later one of the same person has a later time, to the minute."""
    if _PAGE in source.names:
        source.leave_out(_PAGE)
    heads: dict[str, list[re.Match[str]]] = {}
    unreadable = []
    for name in source.names:
        if match := _ENTRY.fullmatch(name):
            heads.setdefault(match["head"], []).append(match)
        else:
            unreadable.append(Record(name, {name: name}, (name,), problem=say("import.no-entry", format="Brightspace")))
    return [_record(head, matches) for head, matches in heads.items()] + unreadable


def _record(head: str, matches: list[re.Match[str]]) -> Record:
    files = {match["file"]: match.string for match in matches}
    who = (Who(id=matches[0]["user"], name=matches[0]["name"]),)
    return Record(head, files, tuple(match.string for match in matches), who, attempt=_order(matches[0]["when"]))


def _order(when: str) -> str:
    """Return a time so that a later one is greater, or "" for one in another language.

    It has no zone, so it is no time of receipt. ``926 PM`` is 9:26.
    """
    if when.count(" ") < 2:
        return ""
    day, clock, half = when.replace(".", "").rsplit(" ", 2)
    for month in ("%b", "%B"):
        try:
            time = datetime.strptime(f"{day} {clock.zfill(4)} {half}", f"{month} %d, %Y %I%M %p")
            return time.isoformat(timespec="minutes")
        except ValueError:
            continue
    return ""
