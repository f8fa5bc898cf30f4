"""A submission as it came in: who, what, and what another system says of its time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
    lms_attempt: str | None = None

    def news(self, new: NewSubmission) -> dict[str, Any]:
        """Return the time of receipt and the lateness, where they were not known. What is known never changes.

        But ``lms_attempt`` is what the other system said last: the same files were handed in again.
        """
        found = {
            name: getattr(new, name)
            for name in ("received_at", "late")
            if getattr(self, name) is None and getattr(new, name) is not None
        }
        if new.lms_attempt and new.lms_attempt != self.lms_attempt:
            found["lms_attempt"] = new.lms_attempt
        return found


def unrecorded(known: Sequence[str], found: Sequence[NewSubmission]) -> tuple[list[NewSubmission], list[NewSubmission]]:
    """Return which attempts of a person are new, and which are not known and yet older than one that is.

    ``known`` are the digests of the recorded attempts, ``found`` those of an export; both are in order. The last one of
    an export is always among the new ones: its digest may be that of the last recorded one. Attempts with the same
    digest one after the other are one.
    """
    attempts: list[NewSubmission] = []
    for each in found:
        if attempts and attempts[-1].sha256 == each.sha256:
            attempts[-1] = replace(attempts[-1], lms_attempt=each.lms_attempt or attempts[-1].lms_attempt)
        else:
            attempts.append(each)
    digests = [each.sha256 for each in attempts]
    overlaps = [_overlap(known, digests[: end + 1]) for end in range(len(digests))]
    longest = max(overlaps)
    if not longest:
        return [each for each in attempts[:-1] if each.sha256 not in known] + attempts[-1:], []
    end = overlaps.index(longest)
    older = [each for each in attempts[: end + 1 - longest] if each.sha256 not in known]
    return attempts[end + 1 :] or attempts[-1:], older


def _overlap(known: Sequence[str], found: Sequence[str]) -> int:
    """Return how many entries are the same at the ends of both."""
    count = 0
    while count < min(len(known), len(found)) and known[-1 - count] == found[-1 - count]:
        count += 1
    return count
