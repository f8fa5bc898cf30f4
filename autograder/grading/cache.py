"""The outcomes of one grading run, by the case and the digest of all replies to it.

A case sees a submission through the replies alone. The same replies, byte for byte, lead to the same outcome.
"""

from __future__ import annotations

from ..model import Outcome, Verdict
from ..student.case_run import CaseRun
from ..student.replay import Recording

MAX_OUTCOMES = 1000  # of one case: digits in the last place differ between right answers
SLOW_S = (
    1.0  # of CPU time: for a case that takes longer no known mistake may have been searched, so its hint may be missing
)


class OutcomeCache:
    """Maps (seed, case, digest of all replies) to an outcome, and records what the cases ask."""

    def __init__(self) -> None:
        self._recordings: dict[tuple[int, str], Recording] = {}
        self._outcomes: dict[tuple[int, str], dict[bytes, Outcome]] = {}

    def recording(self, seed: int, case: str) -> Recording:
        """Return what the case asked, in a run with this seed."""
        return self._recordings.setdefault((seed, case), Recording())

    def find(self, seed: int, case: str, digest: bytes) -> Outcome | None:
        """Return the outcome of a case after these replies, if it is known."""
        return self._outcomes.get((seed, case), {}).get(digest)

    def keep(self, seed: int, outcome: Outcome, run: CaseRun) -> None:
        """Keep the outcome of a finished run, with its final hint, for the submissions that answer alike.

        Only what follows from the replies alone is kept: not a measured value, not what is reported about a line of the
        submission, and no outcome of a case that took so long that no known mistake was searched for.
        """
        follows = outcome.verdict is Verdict.PASSED or (
            outcome.verdict is Verdict.FAILED and outcome.mismatch is not None
        )
        if run.transcript is None or not follows or outcome.staff or outcome.measure or run.log.cpu_s >= SLOW_S:
            return
        known = self._outcomes.setdefault((seed, outcome.case), {})
        if len(known) < MAX_OUTCOMES:
            self.recording(seed, outcome.case).add(run.transcript)
            known[run.transcript.digest] = outcome
