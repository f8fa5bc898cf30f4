"""What a worker is: its limits, and what the submission in it can import."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..wall.limits import Limits


@dataclass(frozen=True, slots=True)
class WorkerSpec:
    """Describes the workers of one kind.

    ``torch`` says that the zygote imports torch, so that every worker starts with it. ``packages`` are the
    distributions that a submission can import in addition to the standard library; None stands for numpy, and for
    torch and torchvision where ``torch`` is true.
    """

    limits: Limits = field(default_factory=Limits)
    torch: bool = False
    packages: frozenset[str] | None = None
