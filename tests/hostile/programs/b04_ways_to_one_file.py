"""Tries many ways to one secret file: by name, by status, by descriptors, through /proc."""

THREAT = "B4"
VERDICTS = {}
NEEDS = "sandbox"

import ctypes
import os
import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


SECRET = "<secret file>"
libc = ctypes.CDLL(None, use_errno=True)


def attempt(what, action):
    try:
        result = action()
    except (OSError, ValueError):
        return
    if result not in (False, None, -1):
        breach(what)


attempt("open", lambda: open(SECRET).read())
attempt("stat", lambda: os.stat(SECRET))
attempt("lstat of its folder", lambda: os.lstat(os.path.dirname(SECRET)))
attempt("access", lambda: os.access(SECRET, os.F_OK))
attempt("chdir", lambda: os.chdir(os.path.dirname(SECRET)) or True)
attempt("O_PATH", lambda: os.open(SECRET, os.O_PATH))
attempt("listdir", lambda: os.listdir(os.path.dirname(SECRET)))
attempt("statvfs", lambda: os.statvfs(SECRET))
attempt("readlink", lambda: os.readlink(SECRET))
attempt("truncate", lambda: os.truncate(SECRET, 4096) or True)
attempt("chmod", lambda: os.chmod(SECRET, 0o644) or True)
attempt("link", lambda: os.link(SECRET, "link") or True)
attempt("dot dot", lambda: open("../" * 20 + SECRET.lstrip("/")).read())
for root in (
    "/proc/self/root",
    "/proc/1/root",
    "/proc/self/cwd/" + "../" * 20,
    "/proc/thread-self/root",
    "/old",
    "/mnt",
):
    attempt(root, lambda: open(f"{root}/{SECRET.lstrip('/')}").read())
try:
    os.symlink(SECRET, "pointer")
except OSError:
    pass
else:
    attempt("symbolic link", lambda: open("pointer").read())
    os.unlink("pointer")
try:
    root = os.open("/", os.O_RDONLY | os.O_DIRECTORY)
except OSError:
    pass
else:
    attempt("openat", lambda: os.open(SECRET.lstrip("/"), os.O_RDONLY, dir_fd=root))
attempt("open_by_handle_at", lambda: libc.syscall(304, -100, bytes(64), 0))


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
