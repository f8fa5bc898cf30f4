"""What a case asks of every submission: sent in one go, and judged at once where the answers are known.

A case draws from the run's seed, so it asks every submission the same, unless what it asks depends on an answer. What
it asked a submission that passed is kept as its :class:`Script`. The next submission is sent all of that at once, and
the case is served from the replies, so that it costs one round trip instead of one for each call. Where the replies
are, byte for byte, those that the case was judged on before, it need not run at all: it would see what it saw then.
"""

from __future__ import annotations

import hashlib
from collections import deque
from dataclasses import dataclass, field

from ..model import Outcome
from ..workers.worker import Raw, WorkerLost

MAX_REPLIES = 1 << 24  # bytes of replies that are kept at once; larger ones are better read one by one
MAX_KNOWN = 1000  # different answers to a script: digits in the last place differ between right ones


class Departed(BaseException):
    """The case asks something else than its script: what it asks depends on an answer, so it is to be run again.

    A BaseException, so that no ``except Exception`` of a case takes it for a fault of the submission.
    """


@dataclass(slots=True)
class Script:
    """The frames of a case in order, with the number of calls in each, and what it looked up in the submission.

    ``outcomes`` holds what became of the case, by the digest of all replies. ``taken`` counts how often it was sent
    ahead, ``departed`` how often the case then asked something else.
    """

    frames: list[bytes] = field(default_factory=list)
    calls: list[int] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)  # of the module, "callable" or "data"
    outcomes: dict[bytes, Outcome] = field(default_factory=dict)
    taken: int = 0
    departed: int = 0

    def add(self, frame: bytes, calls: int) -> None:
        self.frames.append(frame)
        self.calls.append(calls)

    def size(self) -> int:
        """Bytes of all frames."""
        return sum(map(len, self.frames))

    @property
    def is_of_use(self) -> bool:
        """Whether most submissions are asked just this.

        A submission that changes its arguments in place may be asked something else; where a question depends on the
        last digit of an answer, many are. Each costs a worker, which is as much as ten round trips or more.
        """
        return self.departed <= max(2, self.taken / 10)

    def remember(self, digest: bytes, outcome: Outcome) -> None:
        """Note what became of the case with these replies."""
        if len(self.outcomes) < MAX_KNOWN:
            self.outcomes[digest] = outcome


Scripts = dict[tuple[int, str], Script]  # of a run, by its seed and the case


class Take:
    """One performance of a script: the frames that the case has yet to ask for, and the replies it will be given."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.replies: deque[Raw | WorkerLost] = deque()
        self.digest = Digest()
        self._frames = deque(script.frames)

    @property
    def lost(self) -> bool:
        """Whether the worker was lost before it had answered everything."""
        return bool(self.replies) and isinstance(self.replies[-1], WorkerLost)

    def add(self, reply: Raw) -> None:
        self.replies.append(reply)
        self.digest.add(reply)

    def ask(self, frame: bytes) -> None:
        """Check that the case asks for what was sent ahead; Departed if it does not."""
        if not self._frames or self._frames.popleft() != frame:
            raise Departed

    def reply(self) -> Raw:
        """Return the next reply; WorkerLost in its place if that is what came."""
        found = self.replies.popleft()
        if isinstance(found, WorkerLost):
            raise found
        return found


class Digest:
    """The digest of all replies of a case."""

    def __init__(self) -> None:
        self.size = 0  # bytes
        self._hash = hashlib.sha256()

    def add(self, reply: Raw) -> None:
        self.size += len(reply.text) + len(reply.body)
        self._hash.update(b"%d %d %d " % (reply.kind, len(reply.text), len(reply.body)))
        self._hash.update(reply.text)
        self._hash.update(reply.body)

    def value(self) -> bytes:
        return self._hash.digest()
