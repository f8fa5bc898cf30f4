"""The properties of a worker: its limits, and the packages that a submission can import."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..model import Level
from ..wall.limits import Limits


@dataclass(frozen=True, slots=True)
class WorkerSpec:
    """The properties of one kind of worker.

    If ``torch`` is true, the zygote imports torch, and every worker starts with it. ``packages`` are the distributions
    that a submission can import in addition to the standard library. None means numpy, plus torch and torchvision if
    ``torch`` is true. ``level`` says which layers the worker has.
    """

    limits: Limits = field(default_factory=Limits)
    torch: bool = False
    packages: frozenset[str] | None = None
    level: Level = Level.FULL
