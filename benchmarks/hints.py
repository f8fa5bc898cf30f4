"""How many known mistakes a practice run names: with solutions/, and on a student's machine, which lacks it.

    python benchmarks/hints.py [SLUG …]

Hands in every known mistake, twice, and counts those that fail a visible case. A mistake is named if its own hint is
shown in one of these cases, and named wrongly if a case shows the hint of another one and none shows its own.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from batch_vs_fresh import handed_in

from autograder.course import assignment as assignments
from autograder.course import solution
from autograder.course.assignment import Assignment
from autograder.course.solution import Mistake
from autograder.grading.options import RunOptions
from autograder.grading.sealed_hints import FILE
from autograder.grading.session import grade
from autograder.model import Report, Verdict
from autograder.workers.supervisor import Supervisor

ROOT = Path(__file__).parents[1]
Hints = Mapping[str, str]  # of the cases that a mistake fails


def shown(assignment: Assignment, mistakes: Sequence[Mistake], supervisor: Supervisor) -> list[Hints]:
    """Return what a practice run shows of each mistake."""
    reports: list[Report] = []
    handed = [handed_in(each.id, each.modules) for each in mistakes]
    grade(assignment, handed, reports.append, run=RunOptions(device="cpu"), supervisor=supervisor)
    failed = (Verdict.PASSED, Verdict.SKIPPED)
    return [{line.case: line.hint for line in report.outcomes if line.verdict not in failed} for report in reports]


def counts(mistakes: Sequence[Mistake], hints: Sequence[Hints]) -> tuple[int, int, list[str]]:
    """Return how many mistakes fail a visible case, how many are named, and which are named wrongly."""
    texts = {mistake.hint for mistake in mistakes}
    named, wrongly = 0, []
    for mistake, found in zip(mistakes, hints, strict=True):
        if mistake.hint in found.values():
            named += 1
        elif texts & set(found.values()):
            wrongly.append(mistake.id)
    return sum(map(bool, hints)), named, wrongly


def main() -> None:
    """Print a row for each assignment."""
    print("| assignment | fail a visible case | named | without solutions/ | named wrongly | hints.json |")
    print("| --- | --- | --- | --- | --- | --- |", flush=True)
    with Supervisor() as supervisor:
        for assignment in assignments.choose(tuple(sys.argv[1:]), root=ROOT):
            mistakes = solution.mistakes(assignment)
            whole = shown(assignment, mistakes, supervisor)
            bare = shown(replace(assignment, solution=None), mistakes, supervisor)
            failing, named, _ = counts(mistakes, whole)
            _, without, wrongly = counts(mistakes, bare)
            size = (assignment.folder / FILE).stat().st_size
            print(f"| {assignment.slug} | {failing} | {named} | {without} | {len(wrongly)} | {size:,} bytes |")
            for mistake, one, other in zip(mistakes, whole, bare, strict=True):
                differing = [case for case in one if one[case] != other.get(case)]
                notes = ["named wrongly"] * (mistake.id in wrongly) + [f"otherwise in {case}" for case in differing]
                notes += ["not named"] * bool(
                    other and mistake.hint not in other.values() and mistake.id not in wrongly
                )
                print("".join(f"    {mistake.id}: {note}\n" for note in notes), end="", file=sys.stderr)


if __name__ == "__main__":
    main()
