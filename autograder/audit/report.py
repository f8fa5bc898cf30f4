"""An audit made visible: a summary on the terminal, a page in Markdown, and the same as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console

from ..reports.files import write_text
from .audit import Audit, percent
from .equivalents import FILE, entry
from .runner import Fate, Tried

SHOWN = 12  # failures of one assignment on the terminal; the page has all of them


def terminal(audit: Audit, console: Console) -> None:
    """Print what was found, in a dozen lines, and every gate that does not hold."""
    failures = audit.failures()
    console.out(f"\n{audit.slug}  {audit.title}", style="bold", end="  ")
    console.out("FAILED" if failures else "passed", style="red" if failures else "green", highlight=False)
    for label, text in summary(audit):
        console.out(f"  {label:<14}{text}", highlight=False)
    for failure in failures[:SHOWN]:
        console.out(f"  ✗ {failure}", style="red", highlight=False)
    if len(failures) > SHOWN:
        console.out(f"  … and {len(failures) - SHOWN} more, in the report", style="red", highlight=False)


def summary(audit: Audit) -> Iterator[tuple[str, str]]:
    """Yield the lines of a summary: what is counted, and the counts."""
    fates = audit.fates()
    yield "cases", f"{len(audit.plan)}, {audit.points:g} points; {len(audit.stub_faults)} faults of stub and points"
    bound = f"at most {percent(audit.bound)} with 95 % confidence"
    alarms = f"{len(audit.alarms)} false alarms in {audit.graded} graded cases, {bound}"
    yield "right answers", f"the solution and {audit.alternatives} alternatives: {alarms}"
    yield "seeds", _seeds(audit)
    caught = sum(not each.missed for each in audit.mistakes)
    yield (
        "mistakes",
        f"{len(audit.mistakes)}: {caught} caught where they say, hints name {percent(audit.hinted)} of them",
    )
    left = f"; {audit.left_out} were not run" if audit.left_out else ""
    yield (
        "mutants",
        f"{len(audit.mutants)}: {fates[Fate.KILLED]} killed ({percent(audit.killed)} of those that count){left}",
    )
    survivors = (Fate.HOLE, Fate.UNCONFIRMED, Fate.EQUIVALENT, Fate.POLICY)
    yield "survivors", ", ".join(f"{fates[fate]} {fate.value}" for fate in survivors)
    idle = [f"{case} (asked of {audit.asked(case)} mutants)" for case in audit.idle()]
    yield "catch nothing", ", ".join(idle) or "no case"
    if audit.stale:
        yield "stale", f"{FILE}: {', '.join(each.digest for each in audit.stale)}"
    yield "took", f"{audit.seconds:.0f} s, of which grading {audit.cpu_s:.0f} CPU seconds"


def _seeds(audit: Audit) -> str:
    whole = audit.seeds * (1 + audit.alternatives)
    fewer = {name: n for name, n in audit.runs.items() if n < whole}
    if not fewer:
        return f"{audit.seeds} for every case"
    return f"{audit.seeds}; fewer for {len(fewer)} cases that take long (the report says how many)"


def write(audit: Audit, folder: Path) -> Path:
    """Write ``<slug>.json`` and ``<slug>.md`` into ``folder``; return the page.

    Raises:
        AutograderError: ``report-write`` when the folder cannot be written to.
    """
    write_text(folder / f"{audit.slug}.json", json.dumps(as_plain(audit), indent=1, ensure_ascii=False) + "\n")
    return write_text(folder / f"{audit.slug}.md", markdown(audit))


def as_plain(audit: Audit) -> dict[str, Any]:
    """Return the audit as JSON can hold it: counts, gates, a row for every case, mistake, mutant and alarm."""
    fates = audit.fates()
    return {
        "assignment": audit.slug,
        "passed": not audit.failures(),
        "failures": audit.failures(),
        "points": audit.points,
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
                "case": case.id,
                "task": case.task,
                "points": case.points,
                "seconds": round(audit.costs.get(case.id, 0.0), 4),
                "graded": audit.runs.get(case.id, 0),
                "asked": audit.asked(case.id),
                "mutants": audit.kills(case.id),
                "mistakes": [each.id for each in audit.mistakes if case.id in each.kills],
            }
            for case in audit.plan
        ],
        "mistakes": [asdict(each) for each in audit.mistakes],
        "mutants": [_plain(tried) for tried in audit.mutants],
        "alarms": [asdict(each) for each in audit.alarms],
        "stale": [asdict(each) for each in audit.stale],
    }


def _plain(tried: Tried) -> dict[str, Any]:
    mutant = tried.mutant
    return {
        "where": mutant.where,
        "function": mutant.function,
        "task": mutant.task,
        "edit": mutant.edit,
        "digest": mutant.digest,
        "fate": tried.fate.value,
        "kills": list(tried.kills),
        "asked": list(tried.asked),
        "witness": tried.witness,
        "reason": tried.reason,
    }


def markdown(audit: Audit) -> str:
    """Return the whole audit as a page."""
    failures = audit.failures()
    lines = [f"# Audit of {audit.slug}", "", "**Passed.**" if not failures else "**Failed.**", ""]
    lines += _table(("", ""), summary(audit))
    if failures:
        lines += ["", "## What fails", "", *(f"- {_cell(failure)}" for failure in failures)]
    lines += ["", "## What each case catches", "", *_table(_CASE_HEAD, _case_rows(audit))]
    survivors = [tried for tried in audit.mutants if tried.fate is not Fate.KILLED]
    if survivors:
        rows = ((t.fate.value, t.mutant.where, _code(t.mutant.edit), t.reason or t.witness) for t in survivors)
        lines += ["", "## Mutants that no case catches", "", *_table(("fate", "where", "edit", "why"), rows)]
    asked = [tried.mutant for tried in survivors if tried.fate is Fate.UNCONFIRMED]
    if asked:
        lines += ["", f"Where one is equivalent indeed, say so in `{FILE}`, with a reason:", "", "```toml"]
        lines += ["\n".join(entry(mutant) for mutant in asked) + "```"]
    lines += ["", "## Which case catches which mutant", "", *_table(("where", "edit", "caught by"), _kill_rows(audit))]
    lines += ["", "## Which case catches which mistake", "", *_table(("mistake", "caught by"), _mistake_rows(audit))]
    return "\n".join(lines) + "\n"


_CASE_HEAD = (
    "case",
    "task",
    "points",
    "seconds",
    "graded on right answers",
    "asked of",
    "mutants",
    "alone",
    "mistakes",
)


def _case_rows(audit: Audit) -> Iterator[tuple[str, ...]]:
    for case in audit.plan:
        kills = [tried for tried in audit.mutants if case.id in tried.kills]
        alone = sum(len(tried.kills) == 1 for tried in kills)
        mistakes = sum(case.id in each.kills for each in audit.mistakes)
        cost = f"{audit.costs.get(case.id, 0.0):.3f}"
        numbers = (audit.runs.get(case.id, 0), audit.asked(case.id), len(kills), alone, mistakes)
        yield case.id, case.task, f"{case.points:g}", cost, *map(str, numbers)


def _kill_rows(audit: Audit) -> Iterator[tuple[str, ...]]:
    for tried in audit.mutants:
        if tried.fate is Fate.KILLED:
            yield tried.mutant.where, _code(tried.mutant.edit), ", ".join(tried.kills)


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
