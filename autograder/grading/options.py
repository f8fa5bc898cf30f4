"""How to grade."""

from __future__ import annotations

from dataclasses import dataclass

from ..model import Level


@dataclass(frozen=True, slots=True)
class RunOptions:
    """The options of one grading run.

    Attributes:
        official: add the hidden cases; it needs every layer of its level.
        level: the layers of the sandbox. No run changes its level by itself; `environment.settled` says when it is GPU.
        seed: fixes every random draw.
        device: "auto", "cpu" or "cuda".
        task: the only task whose cases are reported; "" for all tasks.
        draft: an author looks at one submission: points of cases that do not add up to those of their tasks are a note
            in the report, and not an error.
        without: cases to leave out, with their points, so that an author need not wait for one that trains for seconds.
        proven: cases that a proof shows to pass on the solution, with the CPU seconds that it took (``proof.py``).
        regrade: outcomes of earlier reports are taken over; without a case that runs, none runs on the solution.
    """

    official: bool = False
    level: Level = Level.FULL
    seed: int = 0
    device: str = "auto"
    task: str = ""
    without: frozenset[str] = frozenset()
    draft: bool = False
    regrade: bool = False
    proven: tuple[tuple[str, float], ...] = ()
