"""Grades in the table of scores that Gradescope exports for an assignment."""

from __future__ import annotations

from .grades import Filled
from .score_table import ScoreTable

fill = ScoreTable(
    "Gradescope",
    "Total Score",
    "Max Points",
    "Submission Time",
    ("SID", "Email"),
    ("First Name", "Last Name"),
    ("Name",),
).fill


def steps(filled: Filled, file: str, feedback: str | None) -> list[str]:
    """Return what the teacher has to do."""
    return [
        f"Gradescope does not document an import of this table. Use {file} as your record, or enter the scores from it."
    ]
