"""Grades in ``scores.csv``, which ``gh teacher download`` of Classroom 50 writes next to the clones."""

from __future__ import annotations

from .grades import Filled
from .score_table import ScoreTable

fill = ScoreTable(
    "Classroom 50", "score", "max_score", "datetime", ("username", "email"), ("first_name", "last_name")
).fill


def steps(filled: Filled, file: str, feedback: str | None) -> list[str]:
    """Return what the teacher has to do."""
    return [f"Classroom 50 imports no scores. Use {file} as your record, or for your gradebook."]
