"""The numbers and the seed at the head of each frame of one case."""

from __future__ import annotations

import functools
import hashlib
import secrets
from typing import Any

from .connection import Connection


class FrameNumbers:
    """Numbers the frames of one case and seeds the worker with the first of them.

    What a case asks does not depend on the cases before it: the numbers of calls start at one that belongs to the case,
    so that a late reply to the case before is never taken for one to this case. A worker learns neither the case nor
    the run from it.
    """

    def __init__(self, connection: Connection, case: str) -> None:
        self._connection = connection
        self._next_id = _first_number(connection.seed, case)
        self._older_worker = connection.generation if connection.is_loaded else None
        self._seeded: int | None = None  # the generation of the worker that has this case's seed

    @property
    def served_before(self) -> bool:
        """Whether the worker is older than the case."""
        return self._older_worker == self._connection.generation

    def header(self, dropped: list[int], *, calls: int) -> dict[str, Any]:
        """Return what every frame begins with: a number for each call, the seed once, and what the worker may drop."""
        number, self._next_id = self._next_id, self._next_id + calls
        seed = None if self._seeded == self._connection.generation else self._connection.worker_seed
        self._seeded = self._connection.generation
        return {"id": number, "seed": seed, "drop": dropped}


def _first_number(seed: int, case: str) -> int:
    """Return the number of the first call of a case: below 2**32, and the same whenever it runs in this process."""
    digest = hashlib.blake2b(f"{seed}/{case}".encode(), key=_process_key(), digest_size=4).digest()
    return int.from_bytes(digest, "little")


@functools.cache
def _process_key() -> bytes:
    return secrets.token_bytes(16)
