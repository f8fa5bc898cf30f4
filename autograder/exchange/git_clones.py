"""A folder of git clones, one for each student: template repositories, Classroom 50 (``gh teacher download``).

The name of a clone ends in the name of an account, after a beginning that all clones share. Both may contain "-". The
times of commits are those of the student's computer, so the time of receipt is not known.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from ..messages import say
from .archive import Source
from .formats import Record, Who
from .names import folded
from .roster import Roster


def recognises(source: Source) -> bool:
    """Return whether most folders are clones."""
    tops, ignored = source.tops(), set(source.ignored)
    return 2 * sum(f"{top}/.git" in ignored for top in tops) > len(tops)


def records(source: Source, roster: Roster) -> list[Record]:
    """Return a record for each folder; loose files at the top belong to nobody."""
    accounts = set(roster.index("github")) or set(roster.index("login"))
    tops = source.tops()
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
    return Record(top, files, entries, (Who(login=next(iter(heads.values()), top)),))
