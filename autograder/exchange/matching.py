"""From the records of an export to the people of a roster. What is ambiguous stays so until a person settles it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from ..messages import say
from .formats import Record, Who
from .names import bare, folded, spellings
from .roster import IDS, Person, Roster


class How(StrEnum):
    """What a record was matched by; the worst kinds have no person."""

    ID = "id"
    LOGIN = "login"
    EMAIL = "email"
    NAME = "name"
    GROUP = "group"
    SETTLED = "settled"
    LEFT_OUT = "left-out"
    OLDER = "older"
    TOO_LATE = "too-late"
    AMBIGUOUS = "ambiguous"
    UNMATCHED = "unmatched"


UNCLEAR = frozenset({How.AMBIGUOUS, How.UNMATCHED})
NO_SUBMISSION = UNCLEAR | {How.LEFT_OUT, How.OLDER, How.TOO_LATE}


@dataclass(frozen=True, slots=True)
class Match:
    """A record, the people whose submission it is, how that is known, and the reason if it is not."""

    record: Record
    how: How
    people: tuple[Person, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Handed:
    """The submission of one person: paths and the names of the files in the export, and the records that it is from."""

    person: Person
    files: Mapping[str, str]
    matches: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class Matched:
    """All records of an export with their people, in the order of the export, and who handed in nothing.

    ``submissions`` has the last attempt of each person, ``earlier`` those before it, in the order of the attempts.
    """

    matches: tuple[Match, ...]
    submissions: tuple[Handed, ...] = ()
    earlier: tuple[Handed, ...] = ()
    without: tuple[Person, ...] = ()
    ignored: tuple[str, ...] = field(default=())

    @property
    def unclear(self) -> tuple[Match, ...]:
        return tuple(match for match in self.matches if match.how in UNCLEAR)


Settled = Mapping[str, tuple[Person, ...]]
"""The people of an entry, as a person decided; none leaves the entry out."""


def match(records: Sequence[Record], roster: Roster, *, settled: Settled, ignored: Sequence[str] = ()) -> Matched:
    """Match records on ids, and on a name only where one person has it. Decisions in ``settled`` come first.

    Of several attempts of a person the last one counts, or the last one that is settled.
    """
    search = _Search(roster)
    found = [
        _settled(record, settled[record.entry]) if record.entry in settled else search(record) for record in records
    ]
    found = [_in_time(each) for each in found]
    found = _latest(found)
    found = _disjoint(found)
    own = _by_attempt(found)
    attempts = {key: Handed(key[0], _files(matches), tuple(matches)) for key, matches in own.items()}
    last = {person: attempts[person, ""] for person in roster.people if (person, "") in attempts}
    earlier = [attempts[key] for key in sorted(own, key=lambda key: key[1]) if key[1] and key[0] in last]
    without = tuple(person for person in roster.people if person not in last)
    return Matched(tuple(found), tuple(last.values()), tuple(earlier), without, tuple(ignored))


def _in_time(found: Match) -> Match:
    if not found.record.too_late or found.how in NO_SUBMISSION:
        return found
    return replace(found, how=How.TOO_LATE, reason=found.record.too_late)


def _by_attempt(matches: Sequence[Match]) -> dict[tuple[Person, str], list[Match]]:
    """Return the records of each person and attempt; the attempt is "" for the last one."""
    found: dict[tuple[Person, str], list[Match]] = {}
    for each in matches:
        if each.how not in NO_SUBMISSION or each.how is How.OLDER:
            attempt = each.record.attempt if each.how is How.OLDER else ""
            for person in each.people:
                found.setdefault((person, attempt), []).append(each)
    return found


def _files(own: Sequence[Match]) -> dict[str, str]:
    return {path: name for match in own for path, name in match.record.files.items()}


def _settled(record: Record, people: tuple[Person, ...]) -> Match:
    if not people:
        return Match(record, How.LEFT_OUT)
    file = record.choices.get(people[0].id)
    files = {file: record.entries[0]} if file else record.files
    return Match(replace(record, files=files, problem=""), How.SETTLED, people)


class _Search:
    """The people of a roster, to be found by what an export says about them."""

    def __init__(self, roster: Roster) -> None:
        self.roster = roster
        self.by = {kind: roster.index(kind) for kind in IDS}
        self.by_name: dict[str, list[Person]] = {}
        for person in roster.people:
            for spelling in spellings(person.name):
                self.by_name.setdefault(spelling, []).append(person)

    def __call__(self, record: Record) -> Match:
        if record.problem:
            return Match(record, How.AMBIGUOUS if record.choices or record.who else How.UNMATCHED, (), record.problem)
        if record.group:
            return Match(record, How.GROUP, self.roster.members(record.group))
        found = [self._find(who) for who in record.who]
        problem = next((each for each in found if isinstance(each, _Problem)), None)
        if problem or not found:
            how, reason = (problem.how, problem.reason) if problem else (How.UNMATCHED, say("import.nobody"))
            return Match(record, how, (), reason)
        people = dict.fromkeys(person for each in found if not isinstance(each, _Problem) for person in each.people)
        hows = [each.how for each in found]
        return Match(record, How.NAME if How.NAME in hows else hows[0], tuple(people))

    def _find(self, who: Who) -> Match | _Problem:
        kinds = (
            (How.ID, "participant", who.participant),
            (How.ID, "id", who.id),
            (How.ID, "sis", who.id),
            (How.LOGIN, "login", who.login),
            (How.LOGIN, "github", who.login),
            (How.EMAIL, "email", who.email),
        )
        found = [(how, person) for how, kind, text in kinds if text and (person := self.by[kind].get(folded(text)))]
        people = dict.fromkeys(person for _, person in found)
        if len(people) > 1:
            return _Problem(How.AMBIGUOUS, say("import.several", people=_titles(list(people))))
        same = self.by_name.get(bare(who.name), []) if who.name else []
        if found and same and found[0][1] not in same:
            return _Problem(How.AMBIGUOUS, say("import.several", people=_titles([found[0][1], *same])))
        if found:
            return Match(_NOTHING, found[0][0], tuple(people))
        if len(same) == 1:
            return Match(_NOTHING, How.NAME, tuple(same))
        if same:
            return _Problem(How.AMBIGUOUS, say("import.one-name", people=_titles(same)))
        known = ", ".join(dict.fromkeys(filter(None, (who.participant, who.id, who.login, who.email, who.name))))
        return _Problem(How.UNMATCHED, say("import.not-in-roster", known=known))


@dataclass(frozen=True, slots=True)
class _Problem:
    how: How
    reason: str


_NOTHING = Record("", {}, ())


def _titles(people: Sequence[Person]) -> str:
    return ", ".join(say("import.in-line", person=person.title, line=person.line) for person in people)


def _latest(matches: list[Match]) -> list[Match]:
    """Keep the last attempt of each person, where the export orders them; or the last one that a person has settled.

    Attempts before it are older ones, and those after one that is settled are left out.
    """
    ordered = {i: each for i, each in enumerate(matches) if each.record.attempt and each.how not in NO_SUBMISSION}
    last: dict[tuple[Person, ...], tuple[bool, str]] = {}
    for each in ordered.values():
        last[each.people] = max((each.how is How.SETTLED, each.record.attempt), last.get(each.people, (False, "")))
    found = list(matches)
    for index, each in ordered.items():
        is_settled, attempt = last[each.people]
        if each.record.attempt < attempt:
            found[index] = replace(each, how=How.OLDER)
        elif each.record.attempt > attempt or (is_settled and each.how is not How.SETTLED):
            found[index] = replace(each, how=How.LEFT_OUT)
    return found


def _disjoint(matches: list[Match]) -> list[Match]:
    """Refuse what is not one submission: two records of one person, or two parts with one name."""
    refused: dict[str, str] = {}
    for (person, _), own in _by_attempt(matches).items():
        files = [path for each in own for path in each.record.files]
        if len(own) > 1 and (not all(each.record.part for each in own) or len(files) > len(set(files))):
            entries = ", ".join(each.record.entry for each in own)
            refused |= {each.record.entry: say("import.twice", person=person.title, entries=entries) for each in own}
    return [
        replace(each, how=How.AMBIGUOUS, people=(), reason=refused[each.record.entry])
        if each.record.entry in refused and (each.how not in NO_SUBMISSION or each.how is How.OLDER)
        else each
        for each in matches
    ]
