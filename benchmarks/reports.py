"""What the reports of one submission cost, apart from grading: the page and the JSON document, rendered and written.

    python benchmarks/reports.py [SLUG]

Grades the solution and the stub once, then writes their reports again and again. Prints CPU milliseconds, the median
of the runs.
"""

from __future__ import annotations

import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from autograder.course import assignment as assignments
from autograder.course import solution
from autograder.course import submission as submissions
from autograder.course.submission import Submission
from autograder.grading.session import RunOptions, grade
from autograder.model import Audience, Report
from autograder.reports import document, files, page
from autograder.workers.supervisor import Supervisor

ROOT = Path(__file__).parents[1]
RUNS = 300


def graded(slug: str) -> dict[str, Report]:
    """Return the official reports of the solution and of the stub."""
    assignment = assignments.load(slug, root=ROOT)
    stub = submissions.open(assignment.folder, assignment)
    modules = solution.modules(assignment)
    origins = {name: f"{name}.py" for name in modules}
    right = Submission("solution", None, "0" * 64, files={}, modules=modules, origins=origins, notes=())
    reports: list[Report] = []
    with Supervisor() as supervisor:
        grade(assignment, [right, stub], reports.append, run=RunOptions(official=True), supervisor=supervisor)
    return dict(zip(("solution", "stub"), reports, strict=True))


def cost_ms(work: Callable[[], object]) -> float:
    """Return the CPU milliseconds that ``work`` takes, the median of many runs."""
    work()
    taken = []
    for _ in range(RUNS):
        before = time.process_time_ns()
        work()
        taken.append(time.process_time_ns() - before)
    return statistics.median(taken) / 1e6


def main() -> None:
    """Print a row for each report."""
    slug = sys.argv[1] if len(sys.argv) > 1 else "05-logistic"
    print("| report | cases | HTML | JSON | both, written |\n| --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for title, report in graded(slug).items():
            print(f"| {title} | {len(report.outcomes)} | {' | '.join(_costs(report, folder / title))} |")


def _costs(report: Report, folder: Path) -> list[str]:
    number = itertools.count()

    def html() -> str:
        return page.html(report, audience=Audience.STUDENT)

    def json() -> str:
        return document.to_json(report, audience=Audience.STAFF)

    def written() -> None:
        student = str(next(number))  # as in a class, where every file is new
        new = replace(report, submission=replace(report.submission, student=student))
        page.write(new, folder, audience=Audience.STUDENT)
        files.write_text(folder / files.page_name(new, ending="json"), document.to_json(new, audience=Audience.STAFF))

    return [f"{cost_ms(work):.2f}" for work in (html, json, written)]


if __name__ == "__main__":
    main()
