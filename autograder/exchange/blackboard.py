"""Blackboard: the zip of a grade centre column. Each attempt has a receipt (a text) and its files, named alike."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from ..messages import say
from . import csv_text
from .archive import Source
from .formats import Record, Who
from .names import folded
from .roster import Roster

# The first stamp counts, because students hand in what they downloaded before.
_ENTRY = re.compile(r"(?P<stem>(?P<head>.+?)_attempt_(?P<stamp>\d{4}(?:-\d\d){5}))(?:\.txt|_(?P<file>.+))", re.DOTALL)
_NAME = re.compile(r"^Name:[ \t]*(?P<full>.*?)[ \t]*\((?P<user>[^()\n]+)\)\s*$", re.MULTILINE)
_FILES = re.compile(
    r"^\s*Original filename:[ \t]*(?P<original>.+?)\s*^\s*Filename:[ \t]*(?P<entry>.+?)\s*$", re.MULTILINE
)
_TIME = re.compile(
    r"^Date Submitted:\s*\w+, (?P<time>\w+ \d{1,2}, \d{4} \d{1,2}:\d\d:\d\d [AP]M) (?:UTC|GMT)\s*$", re.M
)


def recognises(source: Source) -> bool:
    """Return whether most entries have the names of Blackboard."""
    return 2 * sum(bool(_ENTRY.fullmatch(name)) for name in source.names) > len(source.names)


def records(source: Source, roster: Roster) -> list[Record]:
    """Return a record for each attempt; the stamp in the names orders them."""
    stems: dict[str, list[re.Match[str]]] = {}
    unreadable = []
    for name in source.names:
        if match := _ENTRY.fullmatch(name):
            stems.setdefault(match["stem"], []).append(match)
        else:
            unreadable.append(Record(name, {name: name}, (name,), problem=say("import.no-entry", format="Blackboard")))
    logins = roster.index("login")
    return [_record(source, matches, logins) for matches in stems.values()] + unreadable


def _record(source: Source, matches: Sequence[re.Match[str]], logins: Mapping[str, object]) -> Record:
    first = matches[0]
    receipt = next((match.string for match in matches if match["file"] is None), None)
    text = csv_text.decoded(source.read(receipt)).replace("\r\n", "\n") if receipt else ""
    files = _files([match for match in matches if match["file"] is not None], text)
    if not files and receipt:
        files = {"submission.txt": receipt}  # what was typed is in the receipt only
    record = Record(first["stem"], files, tuple(match.string for match in matches), attempt=first["stamp"])
    record = replace(record, received_at=_received_at(text))
    head = folded(first["head"])
    if name := _NAME.search(text):
        who = (Who(login=name["user"], name=name["full"]),)
        problem = "" if head.endswith(f"_{folded(name['user'])}") else say("import.receipt", user=name["user"])
        return replace(record, who=who, problem=problem)
    found = [login for login in logins if head.endswith(f"_{login}")]
    if len(found) > 1:  # a_kim may be the user kim, or a_kim
        problem = say("import.splits", people=", ".join(sorted(found)))
        return replace(record, who=tuple(Who(login=login) for login in found), problem=problem)
    return replace(record, who=(Who(login=found[0] if found else first["head"].rpartition("_")[2]),))


def _files(matches: Sequence[re.Match[str]], receipt: str) -> dict[str, str]:
    """Return the files by their original names, where the receipt tells them and they differ."""
    original = {match["entry"]: re.split(r"[/\\]", match["original"])[-1] for match in _FILES.finditer(receipt)}
    names = {match.string: original.get(match.string) or match["file"] for match in matches}
    if len(set(names.values())) < len(names) or not all(name.strip(". ") for name in names.values()):
        names = {match.string: match["file"] for match in matches}
    return {name: entry for entry, name in names.items()}


def _received_at(receipt: str) -> str | None:
    """Return the time of the receipt, if its zone is certain; other abbreviations mean several zones."""
    match = _TIME.search(receipt)
    if match is None:
        return None
    try:
        return datetime.strptime(match["time"], "%B %d, %Y %I:%M:%S %p").replace(tzinfo=UTC).isoformat()
    except ValueError:
        return None
