"""Replay: a case whose answers are known need not be run.

A case sees a submission through its replies alone, so with the same seed and the same replies it does the same: it asks
the same next question, and in the end it comes to the same outcome. A :class:`Transcript` is what one run of a case
asked and was answered. A :class:`Recording` keeps the transcripts of all runs, as steps by the digest of everything
that came back before. The next submission is asked step by step from the recording, without running the case, until a
reply is new or the case would end.

A recorded frame is sent only after every reply before it came back byte for byte as recorded. The worker therefore
never holds a frame that the case itself would not have sent at that moment: nothing that depends on somebody else's
answers, such as the solution's, can be read from the connection ahead of time.
"""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ..guest import wire
from ..workers.clock import Clock
from ..workers.worker import Raw, WorkerLost
from .connection import Connection

MAX_REPLIES = 1 << 24  # bytes of replies that are kept at once; the others are read when the case asks for them
MAX_RECORDED = 1 << 20  # bytes of frames that a recording keeps
Pieces = list[bytes | memoryview]


class ReplayMismatch(BaseException):
    """With the same replies the case asks something else than before, so it depends on more than the replies.

    A BaseException, so that no ``except Exception`` of a case takes it for a fault of the submission.
    """


@dataclass(frozen=True, slots=True)
class Step:
    """What a case does next: it looks up ``names`` in the module, then sends ``frame``, which calls ``functions``.

    The last step of a case has an empty frame.
    """

    frame: bytes
    functions: Sequence[str]
    names: Mapping[str, str]


class Transcript:
    """What one run of a case asked and was answered: the steps, each with the digest of all replies before it."""

    def __init__(self) -> None:
        self.digest = b""
        self.steps: list[tuple[bytes, Step]] = []
        self._names: dict[str, str] = {}  # looked up since the last step

    @property
    def functions(self) -> set[str]:
        """The names of all functions that were called."""
        return {function for _, step in self.steps for function in step.functions}

    def looked_up(self, name: str, kind: str) -> None:
        """Note that the case looked up a name of the module and found "callable" or "data"."""
        self._names[name] = kind

    def asked(self, frame: bytes, functions: Sequence[str]) -> None:
        """Note a frame of the case; the empty one is its end."""
        self.steps.append((self.digest, Step(frame, functions, self._names)))
        self._names = {}

    def answered(self, reply: Raw) -> None:
        """Add a reply to the digest: its kind, header and body, without the number of printed bytes."""
        text = _without_printed(reply.text)
        digest = hashlib.sha256(b"%b%d %d %d " % (self.digest, reply.kind, len(text), len(reply.body)))
        digest.update(text)
        digest.update(reply.body)
        self.digest = digest.digest()


def _without_printed(header: bytes) -> bytes:
    """Return the header of a reply without ``"out"`` at its end: the case does not see what its calls print."""
    _, key, count = header[-24:].rpartition(b',"out":')
    is_count = key and count[:-1].isdigit() and count.endswith(b"}")
    return header[: -len(key + count)] + b"}" if is_count else header


class Recording:
    """All transcripts of one case with one seed. ``is_valid`` is False for a case that does not repeat itself."""

    def __init__(self) -> None:
        self.is_valid = True
        self._steps: dict[bytes, Step] = {}
        self._bytes = 0

    def next_step(self, digest: bytes) -> Step | None:
        """Return what the case did next after the replies with this digest; None if that is not known."""
        return self._steps.get(digest) if self.is_valid else None

    def add(self, transcript: Transcript) -> None:
        """Keep a finished transcript, as long as there is room."""
        for digest, step in transcript.steps:
            if digest in self._steps:
                self.is_valid = self.is_valid and same_frame(self._steps[digest].frame, step.frame)
            elif self._bytes + len(step.frame) > MAX_RECORDED:
                return
            else:
                self._steps[digest] = step
                self._bytes += len(step.frame)


def same_frame(one: bytes, other: bytes) -> bool:
    """Return whether two frames ask the same, whichever objects they report as dropped.

    When the collector drops an object of the submission is not the case's doing. What it dropped once, after the same
    replies, the case can never refer to.
    """
    return one == other or (bool(one and other) and _without_dropped(one) == _without_dropped(other))


def _without_dropped(frame: bytes) -> tuple[object, bytes]:
    _, size, _ = wire.unpack_head(frame[: wire.HEAD.size], max_body=2**33)
    header = json.loads(frame[wire.HEAD.size : wire.HEAD.size + size])
    return {**header, "drop": []}, frame[wire.HEAD.size + size :]


# --- where replies come from


class Replies(Protocol):
    """Takes the frames of a case and returns the replies; ``live`` is the worker itself."""

    @property
    def live(self) -> Live: ...

    def ask(self, frame: Pieces, *, functions: Sequence[str]) -> None: ...

    def reply(self, clock: Clock) -> Raw: ...


class Live:
    """Sends frames to the worker and receives its replies, and writes both into ``transcript``, if there is one.

    ``limit_s`` is the limit of one call, in seconds.
    """

    def __init__(self, connection: Connection, *, limit_s: float, transcript: Transcript | None = None) -> None:
        self.limit_s = limit_s
        self.transcript = transcript
        self._connection = connection

    @property
    def live(self) -> Live:
        return self

    def ask(self, frame: Pieces, *, functions: Sequence[str]) -> None:
        if self.transcript is not None:
            self.transcript.asked(b"".join(frame), functions)
        self._connection.ask(frame, limit_s=self.limit_s)

    def reply(self, clock: Clock) -> Raw:
        raw = self._connection.reply(clock)
        if self.transcript is not None:
            self.transcript.answered(raw)
        return raw


class Replayed:
    """Serves a case from the replies that came while its recording was replayed; then goes on live."""

    def __init__(self, live: Live, sent: deque[bytes], kept: deque[Raw | WorkerLost]) -> None:
        self.live = live
        self._sent = sent
        self._kept = kept

    @property
    def is_lost(self) -> bool:
        """Whether the worker was lost during the replay, and the case has not heard of it yet."""
        return bool(self._kept) and isinstance(self._kept[-1], WorkerLost)

    def ask(self, frame: Pieces, *, functions: Sequence[str]) -> None:
        """Check that the case asks what was sent; ReplayMismatch if it does not."""
        if not self._sent:
            self.live.ask(frame, functions=functions)
        elif not same_frame(self._sent.popleft(), b"".join(frame)):
            raise ReplayMismatch

    def reply(self, clock: Clock) -> Raw:
        if not self._kept:
            return self.live.reply(clock)
        reply = self._kept.popleft()
        if isinstance(reply, WorkerLost):
            raise reply
        return reply


def replay(recording: Recording, connection: Connection, live: Live) -> tuple[Replayed, bool]:
    """Ask a submission what is recorded, until a reply is new.

    Return the replies, from which the case can be served, and whether the case would end with them.

    Raises:
        StudentFault: the submission cannot be loaded.
    """
    transcript = live.transcript
    assert transcript is not None
    sent: deque[bytes] = deque()
    kept: deque[Raw | WorkerLost] = deque()
    size = 0
    try:
        while size <= MAX_REPLIES and (step := recording.next_step(transcript.digest)) is not None:
            if not connection.is_loaded and (step.frame or step.names):
                connection.load()
            if step.names and any(connection.names.get(name) != kind for name, kind in step.names.items()):
                break
            if not step.frame:
                return Replayed(live, sent, kept), True
            if any(map(connection.track.refusal, step.functions)):
                break
            transcript.steps.append((transcript.digest, step))
            sent.append(step.frame)
            connection.ask([step.frame], limit_s=live.limit_s)
            for _ in step.functions:
                reply = connection.reply(connection.clock(live.limit_s))
                transcript.answered(reply)
                kept.append(reply)
                size += len(reply.body)
                if reply.kind is not wire.Kind.VALUE or size > MAX_REPLIES:
                    break  # the calls after one that raised are not made
    except WorkerLost as lost:
        kept.append(lost)
    return Replayed(live, sent, kept), False
