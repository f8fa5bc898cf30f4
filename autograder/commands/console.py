"""Terminal output of the commands: a console, a progress bar, and the exit after grader errors."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console

from ..errors import AutograderError
from ..model import Report, Verdict

Advance = Callable[[int, int], None]
"""A callback for progress. Its arguments are the number of finished steps and the number of all steps."""


class Terminal(Console):
    """A console that prints text unchanged: no markup, no emoji, no colours for numbers."""

    def __init__(self) -> None:
        super().__init__(markup=False, emoji=False, highlight=False)

    def plain(self, text: str, *, style: str | None = None, end: str = "\n") -> None:
        """Print ``text`` without breaking its lines."""
        self.out(text, style=style, end=end)


@contextmanager
def progress(console: Console, title: str) -> Iterator[Advance]:
    """Show a progress bar while the block runs. Show nothing if the output is not a terminal."""
    if not console.is_terminal:
        yield lambda done, of: None
        return
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:.1f}/s" if task.speed else "")

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Rate(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def fail(message: str) -> None:
    """Print a sentence for staff to standard error."""
    print(f"autograder: {message}", file=sys.stderr)


def end_with_grader_errors(reports: Sequence[Report]) -> None:
    """Exit with code 4 if a case failed because of a grader error, and print these cases for staff."""
    broken = grader_errors(reports)
    for sentence in broken:
        fail(sentence)
    if broken:
        sys.exit(AutograderError.exit_code)


def grader_errors(reports: Sequence[Report]) -> list[str]:
    """Return a sentence for staff for each case that failed because of a grader error."""
    return [
        f"{report.submission.student or report.assignment}: "
        f"the case {line.case} failed because of an error in the grader: {line.staff}"
        for report in reports
        for line in report.outcomes
        if line.verdict is Verdict.GRADER_ERROR
    ]
