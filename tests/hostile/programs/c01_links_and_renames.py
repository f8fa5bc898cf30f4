"""Makes links to files of others, moves them here, and puts files of its own into their places."""

THREAT = "C1"
VERDICTS = {}
HARMFUL = True

import ctypes
import os

import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


SECRET = "<secret file>"
DROP = "<drop folder>"
libc = ctypes.CDLL(None, use_errno=True)
HERE = -100
ours = "own"
with open(ours, "w") as file:
    file.write("own")
fd = os.open(ours, os.O_RDWR)
WAYS = {
    "a hard link to the secret": lambda: os.link(SECRET, "linked"),
    "a hard link to numpy": lambda: os.link(np.__file__, "linked-too"),
    "a hard link there": lambda: os.link(ours, f"{DROP}/linked"),
    "a link there": lambda: os.symlink(SECRET, f"{DROP}/link"),
    "a link here": lambda: os.symlink(SECRET, "link"),
    "the secret moved here": lambda: os.rename(SECRET, "moved"),
    "a file moved there": lambda: os.rename(ours, f"{DROP}/moved"),
    "a file over the secret": lambda: os.replace(ours, SECRET),
    "an exchange": lambda: _checked(libc.renameat2(HERE, ours.encode(), HERE, SECRET.encode(), 2)),
    "a link of a descriptor": lambda: _checked(libc.linkat(fd, b"", HERE, f"{DROP}/fd".encode(), 0x1000)),
    "a link through /proc": lambda: _checked(
        libc.linkat(HERE, f"/proc/self/fd/{fd}".encode(), HERE, f"{DROP}/fd".encode(), 0x400)
    ),
    "a file without a name there": lambda: os.close(os.open(DROP, os.O_TMPFILE | os.O_RDWR)),
    "a pipe there": lambda: os.mkfifo(f"{DROP}/pipe"),
    "a folder there": lambda: os.mkdir(f"{DROP}/folder"),
    "an attribute": lambda: os.setxattr(SECRET, "user.hostile", b"1"),
    "an attribute of numpy": lambda: os.setxattr(np.__file__, "user.hostile", b"1"),
    "another owner": lambda: os.chown(SECRET, os.getuid(), -1),
    "another owner of its own": lambda: os.chown(ours, 0, 0),
    "its own folder moved": lambda: os.rename(os.getcwd(), f"{DROP}/box"),
    "its own folder removed": lambda: os.rmdir(os.path.realpath(".")),
}


def _checked(result):
    if result != 0:
        raise OSError(ctypes.get_errno(), "")


for what, way in WAYS.items():
    try:
        way()
    except OSError:
        continue
    breach(what)


def double(x):
    return 2 * x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
