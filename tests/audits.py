"""Audit the assignments that changed since everything was last audited: a part of make check and make check-all.

    python tests/audits.py          audit what audited.json does not cover: all mutants and mistakes, few seeds
    python tests/audits.py --all    audit everything with 200 seeds; if all of it passes, write audited.json

``audited.json`` holds one digest for each assignment, of its two folders and of the code that judges it. A change of
that code therefore changes every digest, and then everything is audited with few seeds.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from rich.console import Console

from autograder.audit import report
from autograder.audit.audit import Options, audit
from autograder.audit.digest import digest_of
from autograder.audit.results import Audit
from autograder.course import assignment as assignments
from autograder.course.assignment import Assignment

ROOT = Path(__file__).parents[1]
AUDITED = Path(__file__).with_name("audited.json")
FEW_SEEDS = 5  # test_assignments.py grades the alternatives with 10 more; mutants and mistakes need one
MANY_SEEDS = 200  # fewer for cases that train


def strict(found: Audit) -> list[str]:
    """Return what the gates of an audit tolerate and this course does not: a wrong hint, a stale entry."""
    return [
        *(f"The mistake {m.id} earns another hint in {', '.join(m.unhinted)}." for m in found.mistakes if m.unhinted),
        *(f"The entry {each} in equivalents.toml is stale." for each in found.stale),
    ]


def passes(assignment: Assignment, options: Options, console: Console) -> bool:
    """Audit one assignment and print what was found."""
    found = audit(assignment, options)
    report.terminal(found, console)
    for failure in strict(found):
        console.out(f"  ✗ {failure}", style="red", highlight=False)
    return not found.failures() and not strict(found)


def run(course: list[Assignment], *, everything: bool, processes: int, audited: Path = AUDITED) -> int:
    """Audit what must be audited; return the exit code."""
    console = Console()
    digests = {each.slug: digest_of(each) for each in course}  # before the audits: what they see is what is recorded
    known = json.loads(audited.read_text(encoding="utf-8"))
    pending = [each for each in course if everything or known.get(each.slug) != digests[each.slug]]
    console.print(f"{len(pending)} of {len(course)} assignments must be audited.")
    options = Options(seeds=MANY_SEEDS if everything else FEW_SEEDS, processes=processes)
    failed = [each.slug for each in pending if not passes(each, options, console)]
    if failed:
        console.print(f"The audit failed: {', '.join(failed)}.", style="red")
        return 1
    if everything:
        audited.write_text(json.dumps(digests, indent=1) + "\n", encoding="utf-8")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description="Audit the assignments that changed since everything was audited.")
    parser.add_argument("--all", action="store_true", help="audit everything with many seeds; write audited.json")
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    return run(assignments.load_all(ROOT), everything=arguments.all, processes=arguments.processes)


if __name__ == "__main__":
    sys.exit(main())
