"""The numbers and the seed at the head of each frame of one case."""

from __future__ import annotations

from typing import Any

from .connection import Connection


class FrameNumbers:
    """Numbers the frames of one case and seeds the worker with the first of them.

    What a case asks does not depend on the cases before it: the numbers of calls start at the case's seed, so that a
    late reply to the case before is never taken for one to this case. ``seed`` is that of the case's generators.
    """

    def __init__(self, connection: Connection, seed: int) -> None:
        self._connection = connection
        self.seed = seed
        self._next_id = seed
        self._older_worker = connection.generation if connection.is_loaded else None
        self._seeded: int | None = None  # the generation of the worker that has this case's seed

    @property
    def served_before(self) -> bool:
        """Whether the worker is older than the case."""
        return self._older_worker == self._connection.generation

    def header(self, dropped: list[int], *, calls: int) -> dict[str, Any]:
        """Return what every frame begins with: a number for each call, the seed once, and what the worker may drop."""
        number, self._next_id = self._next_id, self._next_id + calls
        seed = None if self._seeded == self._connection.generation else self.seed
        self._seeded = self._connection.generation
        return {"id": number, "seed": seed, "drop": dropped}
