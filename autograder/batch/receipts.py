"""A submission as it came in: who, what, and what another system says of its time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class NewSubmission:
    """A submission of one person, as it came in. ``late`` and ``lms_attempt`` are what the other system says."""

    person: str
    sha256: str
    received_at: str | None
    source: str
    late: bool | None = None
    lms_attempt: str | None = None

    @property
    def text(self) -> str:
        """What the other system says, for the log."""
        received = f", received {self.received_at}" if self.received_at else ""
        late = "" if self.late is None else ", late there" if self.late else ", in time there"
        return f"{received}{late}{f', attempt {self.lms_attempt} there' if self.lms_attempt else ''}"


@dataclass(frozen=True, slots=True)
class LastSubmission:
    """The last submission of a person."""

    attempt: int
    sha256: str
    received_at: str | None
    late: bool | None

    def news(self, new: NewSubmission) -> dict[str, Any]:
        """Return the time of receipt and the lateness, where they were not known. What is known never changes."""
        return {
            name: getattr(new, name)
            for name in ("received_at", "late")
            if getattr(self, name) is None and getattr(new, name) is not None
        }
