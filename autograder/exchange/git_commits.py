"""What a git clone contained at a time: its last submission or commit until then.

Only commands of git that read objects are run. The configuration of the clone cannot make them start a program, and
nothing is fetched, checked out or written. If Classroom 50 has tagged submissions, these count, with the times in their
names; otherwise commits do, with the times of the students' computers.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ..course.file_names import decoded, is_ignored, shown
from ..errors import UsageError

GIT_S = 60  # for one command of git

_TAG = re.compile(r"submit/(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ)-[0-9a-f]+")
_REGULAR = ("100644", "100755", "100664")  # modes of files; the others are links, and repositories in repositories
_SAFE = {
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit of a clone, when it was received, and the objects of its regular files by their paths."""

    clone: Path
    name: str
    received_at: str
    objects: Mapping[str, str]

    def read(self, path: str, limit: int) -> bytes:
        """Return the content of a file, or of a larger one at least one byte more than ``limit``.

        Raises:
            UsageError: git cannot read it.
        """
        if int(_git(self.clone, "cat-file", "-s", self.objects[path])) > limit:
            return b"\0" * (limit + 1)
        return _git(self.clone, "cat-file", "blob", self.objects[path])


def last_until(clone: Path, time: datetime) -> Commit | None:
    """Return the last submission or commit that is not later than ``time``, None if there is none.

    Raises:
        UsageError: git is not installed, or cannot read the clone; names the clone.
    """
    if not (clone / ".git").is_dir() or (clone / ".git").is_symlink():
        raise UsageError(f"{clone} is not a git clone, so it has no earlier commits. Clone the repository again.")
    if tagged := _tagged(clone):
        in_time = [each for each in tagged if each[1] <= time]
        if not in_time:
            return None
        tag, received = max(in_time, key=lambda each: each[1])
        commit = _commit(clone, f"refs/tags/{tag}^{{commit}}", None)
    else:
        received, commit = None, _commit(clone, "HEAD", time)
    if commit is None:
        return None
    name, committed = commit
    return Commit(clone, name, (received or committed).isoformat(), _objects(clone, name))


def _tagged(clone: Path) -> list[tuple[str, datetime]]:
    """Return the tags of submissions with their times."""
    lines = _git(clone, "for-each-ref", "--format=%(refname:strip=2)", "refs/tags/submit/").decode(errors="replace")
    found = [match for match in map(_TAG.fullmatch, lines.splitlines()) if match]
    return [(match[0], datetime.strptime(match[1], "%Y-%m-%dT%H-%M-%SZ").replace(tzinfo=UTC)) for match in found]


def _commit(clone: Path, revision: str, time: datetime | None) -> tuple[str, datetime] | None:
    """Return the last commit of a revision, not later than ``time``, and when it was made."""
    until = [f"--before=@{int(time.timestamp())} +0000"] if time else []
    if not _git(clone, "rev-parse", "--quiet", "--verify", "--end-of-options", revision, fails=True):
        return None  # a clone without any commit
    line = _git(clone, "rev-list", "--max-count=1", "--no-commit-header", "--format=%H %ct", *until, revision).decode()
    if not line.strip():
        return None
    name, seconds = line.split()
    return name, datetime.fromtimestamp(int(seconds), UTC)


def _objects(clone: Path, commit: str) -> dict[str, str]:
    """Return the objects of the regular files of a commit, without those that computers add.

    Raises:
        UsageError: a path is not one that git itself writes.
    """
    found = {}
    for line in filter(None, _git(clone, "ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0")):
        head, _, name = line.partition(b"\t")
        mode, _, blob = head.decode().split(" ")
        path = decoded(os.fsdecode(name))
        parts = path.split("/")
        if {"", ".", ".."} & set(parts) or "\\" in path:
            raise UsageError(
                f"{clone}: the commit {commit[:12]} has a file {shown(path)}, which leads out of the clone."
            )
        if mode in _REGULAR and not any(map(is_ignored, parts)):
            found[path] = blob
    return found


def _git(clone: Path, *arguments: str, fails: bool = False) -> bytes:
    """Return the output of a command of git on a clone; with ``fails`` it is b"" if the command fails.

    Raises:
        UsageError: git is not installed, or cannot read the clone.
    """
    command = ["git", "--git-dir", str(clone / ".git"), "-c", "safe.directory=*", *arguments]
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | _SAFE
    try:
        done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=GIT_S)
    except FileNotFoundError as exc:
        raise UsageError("git is not installed, and only git reads the commits of a clone. Install it.") from exc
    except subprocess.TimeoutExpired as exc:
        raise UsageError(f"{clone}: git does not answer. Clone the repository again.") from exc
    if done.returncode and fails:
        return b""
    if done.returncode:
        reason = " ".join(done.stderr.decode(errors="replace").split())[:200]
        raise UsageError(f"{clone} cannot be read by git ({reason}). Clone the repository again.")
    return done.stdout
