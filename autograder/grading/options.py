"""How to grade."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RunOptions:
    """The options of one grading run.

    Attributes:
        official: add the hidden cases; it needs the complete sandbox.
        seed: fixes every random draw.
        device: "auto", "cpu" or "cuda".
        without: cases to leave out, with their points, so that an author need not wait for one that trains for seconds.
    """

    official: bool = False
    seed: int = 0
    device: str = "auto"
    without: frozenset[str] = frozenset()
