"""The users of root's workers without namespaces: each has one that no other worker of this machine has."""

from __future__ import annotations

import contextlib
import random
import socket

from ..errors import SandboxError
from ..wall.limits import WORKER_UIDS


class OwnUser:
    """The user of one running worker, which no other worker of this machine has at the same time.

    The kernel drops the name of a socket with its process, so a killed grader keeps no user.
    """

    def __init__(self) -> None:
        self._lock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        users = WORKER_UIDS[:-1]  # the last one is for trying
        first = random.randrange(len(users))
        for uid in (*users[first:], *users[:first]):
            with contextlib.suppress(OSError):
                self._lock.bind(f"\0autograder-user-{uid}")
                self.uid = uid
                return
        raise SandboxError("All users of workers are in use.", slug="zygote-lost")

    def remove(self) -> None:
        """Free the user. The worker has ended, and its folder is removed."""
        self._lock.close()
