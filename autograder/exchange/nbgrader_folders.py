"""Submissions as nbgrader keeps them: the ``inbound`` folder of an exchange, or the folder ``submitted`` of a course.

The inbound folder has one folder for each attempt, ``ada+ps1+2026-11-20 10:00:00 UTC``, whose name tells the time.
Below ``submitted/ada/ps1`` the file ``timestamp.txt`` tells it. nbgrader itself puts the file there; one that is deeper
came from the student, and does not count.
"""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone

from ..errors import UsageError
from ..messages import say
from .archive import Source
from .formats import Record, Who
from .roster import Roster

TIMESTAMP = "timestamp.txt"
_OWN = frozenset({TIMESTAMP, "submission_secret.txt"})  # files that nbgrader adds
_ATTEMPT = re.compile(r"(?P<user>[^+/]+)\+(?P<assignment>[^+/]+)\+(?P<when>[^+/]+(?:\+\d{4})?)(?:\+[^/]*)?")
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)")


def recognises(source: Source) -> bool:
    """Return whether most folders are attempts of an inbound folder, or have nbgrader's time stamp."""
    tops = source.tops()
    names = set(source.names)
    inbound = sum(bool(_ATTEMPT.fullmatch(top)) for top in tops)
    stamped = {name.partition("/")[0] for name in names if name.count("/") == 2 and name.endswith(f"/{TIMESTAMP}")}
    return 2 * max(inbound, len(stamped)) > len(tops)


def records(source: Source, roster: Roster) -> list[Record]:
    """Return a record for each attempt; the last one of a person counts.

    Raises:
        UsageError: the folder has several assignments.
    """
    found: list[tuple[str, Record]] = []
    for top, names in source.tops().items():
        if match := _ATTEMPT.fullmatch(top):
            found.append((match["assignment"], _record(top, match["user"], names, when=match["when"])))
            continue
        deeper: dict[str, list[str]] = {}
        for name in names:
            deeper.setdefault(name.split("/")[1] if name.count("/") > 1 else "", []).append(name)
        for assignment, files in deeper.items():
            if not assignment:
                loose = {name.rpartition("/")[2]: name for name in files}
                found.append(("", Record(top, loose, tuple(files), problem=say("import.no-entry", format="nbgrader"))))
                continue
            path = f"{top}/{assignment}"
            stamp = f"{path}/{TIMESTAMP}"
            when = source.read(stamp).decode("utf-8", "replace").strip() if stamp in files else ""
            found.append((assignment, _record(path, top, files, when=when)))
    assignments = sorted({assignment for assignment, _ in found if assignment})
    if len(assignments) > 1:
        raise UsageError(
            f"{source.path} has several assignments: {', '.join(assignments)}. Copy the folders of one of them, and "
            "name the copy."
        )
    return [record for _, record in found]


def _record(path: str, user: str, names: Sequence[str], *, when: str) -> Record:
    files = {name.removeprefix(f"{path}/"): name for name in names}
    files = {file: name for file, name in files.items() if file not in _OWN}
    time = time_of(when)
    who = Who(id=user, login=user, email=user, name=user)
    received = time.isoformat(timespec="seconds") if time else None
    return Record(path, files, tuple(names), (who,), attempt=time.isoformat() if time else "", received_at=received)


def time_of(text: str) -> datetime | None:
    """Read a time stamp as nbgrader does: without a zone it is UTC. Return None if it is none."""
    parts = text.split()
    try:
        time = datetime.fromisoformat("T".join(parts[:2]))
        zone = _zone(parts[2]) if len(parts) > 2 else UTC
    except (ValueError, IndexError, zoneinfo.ZoneInfoNotFoundError):
        return None
    return (time if time.tzinfo else time.replace(tzinfo=zone)).astimezone(UTC)


def _zone(name: str) -> zoneinfo.ZoneInfo | timezone:
    if match := _OFFSET.fullmatch(name):
        offset = timedelta(hours=int(match[2]), minutes=int(match[3]))
        return timezone(-offset if match[1] == "-" else offset)
    return zoneinfo.ZoneInfo(name)
