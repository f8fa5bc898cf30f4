"""One at a time, among the copies of a process."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator

from ..errors import SandboxError

LOOK_S = 0.001  # between two attempts; a turn takes about as long


class Turn:
    """A lock that copies of this process share, each of which is forked later.

    The kernel gives it back when its holder ends in any way. A token that the copies hand on would be lost with it.
    """

    def __init__(self) -> None:
        self._file = os.memfd_create("turn")  # as zygotes, only on Linux

    @contextlib.contextmanager
    def taken(self, *, timeout_s: float) -> Iterator[None]:
        """Hold the lock during the block. Another thread of the same process is not kept out.

        Raises:
            SandboxError: another process does not give it back.
        """
        import fcntl  # here, because Windows does not have it

        deadline = time.monotonic() + timeout_s
        while True:
            try:
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError as exc:
                if time.monotonic() > deadline:
                    raise SandboxError(
                        f"Another process has used the zygote for {timeout_s:g} s.", slug="zygote-lost"
                    ) from exc
                time.sleep(LOOK_S)
        try:
            yield
        finally:
            fcntl.lockf(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Leave the lock to the others. Nobody of this process may hold it."""
        os.close(self._file)
