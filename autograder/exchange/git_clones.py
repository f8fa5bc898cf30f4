"""A folder of git clones, one for each student: template repositories, Classroom 50 (``gh teacher download``).

The name of a clone ends in the name of an account, after a beginning that all clones share. Both may contain "-". What
is checked out counts, and the time of receipt is not known; or, if a person asks for it, the last commit until a time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial, reduce

from ..messages import say
from . import git_commits
from .archive import Source
from .formats import Record, Who
from .names import folded
from .roster import Roster

SCORES = "scores.csv"
RESULTS = frozenset({"result.json", "results.json"})
"""What ``gh teacher download`` writes next to the clones, and into each of them."""


def recognises(source: Source) -> bool:
    """Return whether most folders are clones."""
    clones = _clones(source)
    return 2 * len(clones) > len(clones | source.tops().keys())


def _clones(source: Source) -> set[str]:
    """Return the names of the clones, also of those in which nothing is checked out."""
    return {name.removesuffix("/.git") for name in source.ignored if re.fullmatch(r"[^/]+/\.git", name)}


def records(source: Source, roster: Roster) -> list[Record]:
    """Return a record for each folder, also if nothing is checked out; loose files at the top belong to nobody."""
    for name in source.names:
        if name == SCORES or (name.count("/") == 1 and name.partition("/")[2] in RESULTS):
            source.leave_out(name)
    accounts = set(roster.index("github")) or set(roster.index("login"))
    tops = source.tops()
    tops |= {top: [] for top in sorted(_clones(source) - tops.keys())}
    heads = {top: _heads(top, accounts) for top in tops}
    sets = [set(each) for each in heads.values() if each]
    shared = reduce(set.intersection, sets) if sets else set()
    return [_record(top, names, heads[top], shared) for top, names in tops.items()]


def _heads(top: str, accounts: set[str]) -> dict[str, str]:
    """Return the accounts that the name of a clone may end in, by what comes before."""
    name = folded(top)
    found = {name[: len(name) - len(account)]: account for account in accounts if name.endswith(account)}
    return {head: account for head, account in found.items() if head == "" or head.endswith("-")}


def _record(top: str, names: Sequence[str], heads: dict[str, str], shared: set[str]) -> Record:
    files = {name.removeprefix(f"{top}/"): name for name in names}
    entries = tuple(names)
    if list(names) == [top]:
        return Record(top, files, entries, problem=say("import.no-entry", format="git-clones"))
    if len(heads) > 1 and len(shared) == 1:  # the beginning of all others decides
        heads = {head: account for head, account in heads.items() if head in shared}
    if len(heads) > 1:
        who = tuple(Who(login=account) for account in heads.values())
        problem = say("import.splits", people=", ".join(sorted(heads.values())))
        return Record(top, files, entries, who, problem=problem)
    too_late = "" if files else say("import.no-files")
    return Record(top, files, entries or (top,), (Who(login=next(iter(heads.values()), top)),), too_late=too_late)


def at(record: Record, source: Source, time: datetime) -> Record:
    """Return the record of a clone with the files of its last commit until ``time``, instead of those checked out.

    Raises:
        UsageError: git is not installed, or cannot read the clone.
    """
    commit = git_commits.last_until(source.path / record.entry, time)
    if commit is None:
        return replace(record, files={}, too_late=say("import.too-late", time=time.isoformat(timespec="minutes")))
    files = {path: f"{record.entry}@{commit.name}/{path}" for path in commit.objects}
    for path, name in files.items():
        source.add(name, partial(commit.read, path))
    entries, too_late = (tuple(files.values()), "") if files else ((record.entry,), say("import.no-files"))
    return replace(record, files=files, entries=entries, received_at=commit.received_at, too_late=too_late)
