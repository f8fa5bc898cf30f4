"""The mapping report: what became of each entry of an export, before anything is stored. Plain text, printable."""

from __future__ import annotations

from collections.abc import Iterator

from ..messages import say
from ..reports.printable import clip, printable
from .matching import NO_SUBMISSION, How, Match, Matched
from .names import folded
from .roster import Person

MOST_FILES = 8  # in one line
MANY = 3  # entries: two that fit nobody are no sign of a wrong roster


def text(matched: Matched, *, export: str, roster: str, format: str) -> str:
    """Return the report: entries with their people, then all that is not clear, ignored, or missing."""
    names = {"export": _plain(export), "format": format, "roster": _plain(roster)}
    lines = [say("import.head", **names), *_sections(matched)]
    unmatched = sum(match.how is How.UNMATCHED for match in matched.matches)
    if 2 * unmatched > len(matched.matches) and unmatched >= MANY:
        lines.append(say("import.other-roster", **names))
    return "\n".join(lines) + "\n"


def summary(matched: Matched) -> str:
    """Return one line with the numbers."""
    return say(
        "import.summary",
        clear=len(matched.submissions),
        unclear=len(matched.unclear),
        without=len(matched.without),
    )


def doubts(matched: Matched) -> list[str]:
    """Return the lines on the entries that are not clear; [] if all is clear."""
    return list(_unclear(matched))


def _unclear(matched: Matched) -> Iterator[str]:
    for how in (How.AMBIGUOUS, How.UNMATCHED):
        found = [match for match in matched.unclear if match.how is how]
        yield from _section(how.value, [f"{_entry(match)}: {_plain(match.reason)}" for match in found])


def _sections(matched: Matched) -> Iterator[str]:
    by_kind = {how: [match for match in matched.matches if match.how is how] for how in How}
    clear = [match for match in matched.matches if match.how not in NO_SUBMISSION]
    yield from _section("matched", [_clear(match) for match in clear])
    yield from _unclear(matched)
    yield from _section("older", [f"{_entry(match)} -> {_people(match)}" for match in by_kind[How.OLDER]])
    too_late = by_kind[How.TOO_LATE]
    yield from _section("too-late", [f"{_entry(match)} -> {_people(match)}: {match.reason}" for match in too_late])
    yield from _section("left-out", [_entry(match) for match in by_kind[How.LEFT_OUT]])
    yield from _section("twins", list(_twins(matched)))
    yield from _section("ignored", [_plain(name) for name in matched.ignored])
    yield from _section("without", [_plain(person.title) for person in matched.without])
    if matched.unclear:
        yield f"\n{say('import.settle')}"


def _section(name: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield f"\n{say(f'import.title-{name}', count=len(lines))}"
        yield from (f"  {line}" for line in lines)


def _clear(match: Match) -> str:
    """Return the line of a clear entry."""
    record = match.record
    marks = [say(f"import.by-{match.how.value}")]
    if record.late is not None:
        marks.append(say("import.late") if record.late else say("import.on-time"))
    if record.received_at:
        marks.append(record.received_at)
    files = [*record.files][:MOST_FILES]
    more = len(record.files) - len(files)
    listed = ", ".join(map(_plain, files)) + (f", {say('import.more-files', count=more)}" if more else "")
    return f"{_entry(match)} -> {_people(match)} -> {listed} [{', '.join(marks)}]"


def _twins(matched: Matched) -> Iterator[str]:
    """Yield a line for each person with files that are one file on some systems."""
    for each in matched.submissions:
        found: dict[str, list[str]] = {}
        for path in each.files:
            found.setdefault(folded(path), []).append(path)
        if twins := [path for paths in found.values() if len(paths) > 1 for path in paths]:
            yield f"{_title(each.person)}: {', '.join(map(_plain, twins))}"


def _entry(match: Match) -> str:
    return _plain(match.record.entry)


def _people(match: Match) -> str:
    titles = ", ".join(map(_title, match.people))
    return f"{_plain(match.record.group)}: {titles}" if match.record.group else titles


def _title(person: Person) -> str:
    return _plain(person.title)


def _plain(text: str) -> str:
    """Return a text of the export in one line."""
    return clip(printable(text).replace("\n", "\\n").replace("\t", "\\t"), characters=1000)
