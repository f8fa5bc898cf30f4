"""Reports of an audit: a summary on the terminal, a page in Markdown, and the same as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console

from ..reports.files import write_text
from .equivalents import FILE, entry, hole_entry
from .probing import PROBES
from .results import Audit, Fate, MutantResult, percent

MAX_FAILURES = 12  # of one assignment on the terminal; the page has all of them
MAX_SHOWN = 1000  # characters of one of them


def _points(audit: Audit) -> float:
    """Return the points of the tasks that cases grade."""
    return math.fsum(task.points for task in audit.assignment.tasks)


def terminal(audit: Audit, console: Console) -> None:
    """Print a summary of a dozen lines, and the gates that are not passed."""
    failures = audit.failures()
    console.out(f"\n{audit.assignment.slug}  {audit.assignment.title}", style="bold", end="  ")
    console.out("FAILED" if failures else "passed", style="red" if failures else "green", highlight=False)
    for label, text in summary(audit):
        console.out(f"  {label:<14}{text}", highlight=False)
    for failure in failures[:MAX_FAILURES]:
        shown = failure if len(failure) <= MAX_SHOWN else f"{failure[:MAX_SHOWN]}… (whole in the report)"
        console.out(f"  ✗ {shown}", style="red", highlight=False)
    if len(failures) > MAX_FAILURES:
        console.out(f"  … and {len(failures) - MAX_FAILURES} more, in the report", style="red", highlight=False)


def summary(audit: Audit) -> Iterator[tuple[str, str]]:
    """Yield the lines of a summary: a label and a text."""
    fates = audit.fates()
    faults = _count(len(audit.stub_faults), "error") + " in stub and points"
    yield "cases", f"{len(audit.cases)}, {_points(audit):g} points; {faults}"
    bound = f"at most {percent(audit.bound)} with 95 % confidence"
    alarms = f"{_count(len(audit.alarms), 'false alarm')} in {_count(audit.graded, 'graded case')}, {bound}"
    yield "right answers", f"the solution and {_count(audit.alternatives, 'alternative')}: {alarms}"
    yield "seeds", _seeds(audit)
    caught = sum(not each.missed for each in audit.mistakes)
    hinted = f"{percent(audit.hinted)} earn their hints"
    named = f"{len(audit.mistakes)}: {caught} caught by the cases that they name, {hinted}"
    yield "mistakes", named if audit.mistakes else "no mistakes"
    left = f"; {audit.left_out} not run" if audit.left_out else ""
    killed = f"{fates[Fate.KILLED]} killed ({percent(audit.killed)} of those that count)"
    yield "mutants", f"{len(audit.mutants)}: {killed}{left}"
    others = (Fate.SURVIVED, Fate.UNCONFIRMED, Fate.EQUIVALENT, Fate.ACCEPTED)
    yield "not killed", ", ".join(f"{fates[fate]} {fate.value}" for fate in others)
    accepted = sum(bool(hole.reason) for hole in audit.holes)
    holes = f"{_count(len(audit.holes) - accepted, 'hole')}, {accepted} accepted"
    made = f"{len(audit.probes)} ({', '.join(PROBES)}): {holes}"
    yield "probes", "none: the tasks of an adopted suite are no functions" if audit.assignment.adopted else made
    idle = [f"{case} (ran on {_count(audit.ran(case), 'mutant')})" for case in audit.idle()]
    yield "catch nothing", ", ".join(idle) or "no case"
    if audit.stale:
        yield "stale", f"{FILE}: {', '.join(audit.stale)}"
    yield "took", f"{audit.seconds:.0f} s; grading took {audit.cpu_s:.0f} s of CPU time"


def _seeds(audit: Audit) -> str:
    most = audit.seeds * (1 + audit.alternatives)
    fewer = sum(each.graded < most for each in audit.cases)
    if not fewer:
        return f"{audit.seeds} for every case"
    return f"{audit.seeds}; fewer for {_count(fewer, 'long case')}"


def _count(number: int, thing: str) -> str:
    """Write "1 case", "2 cases"."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def write(audit: Audit, folder: Path) -> Path:
    """Write ``<slug>.json`` and ``<slug>.md`` into ``folder``; return the page.

    Raises:
        AutograderError: ``report-write`` if the folder cannot be written to.
    """
    slug = audit.assignment.slug
    write_text(folder / f"{slug}.json", json.dumps(as_plain(audit), indent=1, ensure_ascii=False) + "\n")
    return write_text(folder / f"{slug}.md", markdown(audit))


def as_plain(audit: Audit) -> dict[str, Any]:
    """Return the audit as JSON values: counts, gates, a row for every case, mistake, mutant and false alarm."""
    fates = audit.fates()
    return {
        "assignment": audit.assignment.slug,
        "passed": not audit.failures(),
        "failures": audit.failures(),
        "points": _points(audit),
        "seeds": audit.seeds,
        "alternatives": audit.alternatives,
        "graded": audit.graded,
        "false_alarm_bound": audit.bound,
        "fates": {fate.value: fates[fate] for fate in Fate},
        "killed_share": audit.killed,
        "hinted_share": audit.hinted,
        "left_out": audit.left_out,
        "seconds": round(audit.seconds, 1),
        "cpu_s": round(audit.cpu_s, 1),
        "cases": [
            {
                "case": each.case.id,
                "task": each.case.task,
                "points": each.case.points,
                "seconds": round(each.seconds, 4),
                "graded": each.graded,
                "ran": audit.ran(each.case.id),
                "mutants": audit.kills(each.case.id),
                "mistakes": [mistake.id for mistake in audit.mistakes if each.case.id in mistake.kills],
            }
            for each in audit.cases
        ],
        "mistakes": [asdict(each) for each in audit.mistakes],
        "mutants": [_plain(result) for result in audit.mutants],
        "probes": {name: sentence for name, (sentence, _) in PROBES.items()},
        "holes": [asdict(each) for each in audit.holes],
        "alarms": [asdict(each) for each in audit.alarms],
        "stale": list(audit.stale),
    }


def _plain(result: MutantResult) -> dict[str, Any]:
    mutant = result.mutant
    return {
        "where": mutant.where,
        "function": mutant.function,
        "task": mutant.task,
        "edit": mutant.edit,
        "digest": mutant.digest,
        "fate": result.fate.value,
        "kills": list(result.kills),
        "ran": list(result.ran),
        "witness": result.witness,
        "reason": result.reason,
    }


def markdown(audit: Audit) -> str:
    """Return the whole audit as a page."""
    failures = audit.failures()
    lines = [f"# Audit of {audit.assignment.slug}", "", "**Passed.**" if not failures else "**Failed.**", ""]
    lines += _table(("", ""), summary(audit))
    if failures:
        lines += ["", "## What fails", "", *(f"- {_cell(failure)}" for failure in failures)]
    lines += ["", "## What each case catches", "", *_table(_CASE_HEAD, _case_rows(audit))]
    others = [result for result in audit.mutants if result.fate is not Fate.KILLED]
    if others:
        rows = ((r.fate.value, r.mutant.where, _code(r.mutant.edit), r.reason or r.witness) for r in others)
        lines += ["", "## Mutants that no case catches", "", *_table(("fate", "where", "edit", "why"), rows)]
    unconfirmed = [result.mutant for result in others if result.fate is Fate.UNCONFIRMED]
    if unconfirmed:
        lines += ["", f"If one of these is equivalent, confirm it in `{FILE}` with a reason:", "", "```toml"]
        lines += ["\n".join(entry(mutant) for mutant in unconfirmed) + "```"]
    lines += [*_holes(audit)]
    lines += ["", "## Which case catches which mutant", "", *_table(("where", "edit", "caught by"), _kill_rows(audit))]
    lines += ["", "## Which case catches which mistake", "", *_table(("mistake", "caught by"), _mistake_rows(audit))]
    return "\n".join(lines) + "\n"


def _holes(audit: Audit) -> Iterator[str]:
    """Yield the section on the probes, with entries for those that no author has accepted."""
    sentences = ((name, sentence) for name, (sentence, _) in PROBES.items())
    yield from ("", "## What the probes do", "", *_table(("probe", "it …"), sentences))
    if audit.holes:
        rows = ((h.case, h.probe, f"{h.earned:g} of {h.points:g}", h.reason or "HOLE") for h in audit.holes)
        yield from ("", "## Cases that give a point to a probe", "", *_table(("case", "probe", "points", "why"), rows))
    if found := audit.open_holes():
        yield from ("", f"If one of these is right all the same, accept it in `{FILE}` with a reason:", "", "```toml")
        entries = (hole_entry(case, [hole.probe for hole in holes]) for case, holes in found.items())
        yield "\n".join(entries) + "```"


_CASE_HEAD = (
    "case",
    "task",
    "points",
    "CPU seconds",
    "graded on right answers",
    "ran on mutants",
    "caught",
    "caught alone",
    "mistakes caught",
)


def _case_rows(audit: Audit) -> Iterator[tuple[str, ...]]:
    for each in audit.cases:
        case = each.case
        caught = [result for result in audit.mutants if case.id in result.kills]
        alone = sum(len(result.kills) == 1 for result in caught)
        mistakes = sum(case.id in mistake.kills for mistake in audit.mistakes)
        numbers = (each.graded, audit.ran(case.id), len(caught), alone, mistakes)
        yield case.id, case.task, f"{case.points:g}", f"{each.seconds:.3f}", *map(str, numbers)


def _kill_rows(audit: Audit) -> Iterator[tuple[str, ...]]:
    for result in audit.mutants:
        if result.fate is Fate.KILLED:
            yield result.mutant.where, _code(result.mutant.edit), ", ".join(result.kills)


def _mistake_rows(audit: Audit) -> Iterator[tuple[str, ...]]:
    for each in audit.mistakes:
        yield each.id, ", ".join(each.kills) or "nothing"


def _table(head: Iterable[str], rows: Iterable[tuple[str, ...]]) -> list[str]:
    names = list(head)
    lines = [f"| {' | '.join(names)} |", f"|{' --- |' * len(names)}"]
    return lines + [f"| {' | '.join(map(_cell, row))} |" for row in rows]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _code(text: str) -> str:
    return f"`{text}`" if "`" not in text else text
