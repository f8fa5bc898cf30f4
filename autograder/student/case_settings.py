"""How one case is run: its seed, its limit, and which arguments may change."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any

from .connection import Connection


@dataclass(frozen=True, slots=True)
class CaseSettings:
    """How a case is run.

    Attributes:
        id: of the case; together with the run's seed it seeds the generators of the worker.
        call_s: the case's own limit of a single call, in seconds; None: that of the assignment.
        in_place: whether the arguments of the case change where the student's code changes them. Otherwise the case
            computes with what it drew, whatever a submission did to its copy.
        may_change: the names of single parameters whose arguments change likewise.
        solution_s: the CPU time of the solution in this case, in seconds; None: not known.
        prepared: what the case computed once for the whole run; it does not depend on the submission.
    """

    id: str
    call_s: float | None = None
    in_place: bool = False
    may_change: frozenset[str] = frozenset()
    solution_s: float | None = None
    prepared: MutableMapping[Any, Any] = field(default_factory=dict)


def call_limit_of(settings: CaseSettings, connection: Connection) -> float:
    """Return the limit of a single call of a case, in seconds: less for a submission that is known to be slow."""
    return connection.track.limit_s(settings.call_s or connection.spec.limits.call_s, settings.solution_s)
