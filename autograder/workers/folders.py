"""Temporary folders of zygotes and workers. They are removed with any content, even after the grader was killed.

The grader locks each folder with ``flock`` while it is in use. The kernel releases the lock when the grader ends in any
way. Every grader on the same file system respects the lock, even in another container. An unlocked folder of this user
was therefore left by a dead grader, and the next grader removes it.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
import sys
import tempfile

from ..wall.limits import WORKER_UIDS

if sys.platform != "win32":
    with contextlib.suppress(ImportError):
        import fcntl

_NAME = re.compile(r"autograder-(root|scratch|worker)-[a-z0-9_]{8}")
_ATTEMPTS = 100  # to lock a new folder before another grader removes it


class TemporaryFolder:
    """A new empty folder that only this user can enter. ``kind`` is ``root``, ``scratch`` or ``worker``."""

    def __init__(self, kind: str) -> None:
        for _ in range(_ATTEMPTS):
            self.path = tempfile.mkdtemp(prefix=f"autograder-{kind}-")
            self._lock: int | None = None
            try:
                self._lock = lock_folder(self.path)
                return
            except (BlockingIOError, FileNotFoundError):
                continue  # another grader saw it unlocked, and removes it
            except OSError:
                return  # a file system without locks: no other grader can lock the folder, so none removes it
        raise OSError(f"no folder could be kept in {tempfile.gettempdir()}")

    def remove(self) -> None:
        """Remove the folder and its content. No process may still run in it."""
        if sys.platform == "win32":
            for folder, _, files in os.walk(self.path):
                for file in files:
                    with contextlib.suppress(OSError):
                        os.chmod(os.path.join(folder, file), stat.S_IWRITE)  # Windows keeps a read-only file
            shutil.rmtree(self.path, ignore_errors=True)
        else:
            remove_folder(self.path)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def remove_abandoned() -> None:
    """Remove the temporary folders that killed graders of this user left behind."""
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError), os.scandir(tempfile.gettempdir()) as entries:
        for entry in entries:
            with contextlib.suppress(OSError):
                _remove_if_abandoned(entry)


def _remove_if_abandoned(entry: os.DirEntry[str]) -> None:
    """Remove a grader's folder that is not locked.

    Raises:
        OSError: The folder is locked, or the file system has no locks.
    """
    if _NAME.fullmatch(entry.name) and _is_ours(entry.stat(follow_symlinks=False).st_uid):
        remove_unlocked(entry.path)


def remove_unlocked(path: str) -> None:
    """Remove a folder with its content unless another process has its lock.

    Raises:
        OSError: The folder is locked, or the file system has no locks.
    """
    lock = lock_folder(path)
    try:
        remove_folder(path)
    finally:
        if lock is not None:
            os.close(lock)


def _is_ours(uid: int) -> bool:
    """Return whether a folder of the user ``uid`` belongs to a grader of this user. Root's workers have their own."""
    return uid == os.geteuid() or (os.geteuid() == 0 and uid in WORKER_UIDS)


def lock_folder(path: str) -> int | None:
    """Lock a folder and return the descriptor that keeps the lock, or None if the system has no such locks.

    Raises:
        BlockingIOError: Another process has the lock.
        FileNotFoundError: The folder is gone, or another one is in its place.
        OSError: The file system has no locks, or the folder cannot be opened.
    """
    if sys.platform == "win32":
        return None
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not os.path.samestat(os.fstat(folder), os.lstat(path)):
            raise FileNotFoundError(path)
    except BaseException:
        os.close(folder)
        raise
    return folder


def remove_folder(path: str) -> None:
    """Remove a folder with any content that a submission left in it. No process may still run in it.

    The function moves nested folders to the top one and makes each of them accessible. It therefore removes a chain of
    thousands of folders (``shutil.rmtree`` raises RecursionError) and folders without permissions. It never follows
    links.
    """
    try:
        os.rmdir(path)
        return
    except OSError:
        pass  # it is not empty
    with contextlib.suppress(OSError):
        if os.path.islink(path):  # a link has replaced the folder
            os.unlink(path)
            return
        os.chmod(path, 0o700)
        top = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            while names := os.listdir(top):
                for name in names:
                    _remove_entry(name, top)
        finally:
            os.close(top)
        os.rmdir(path)


def _remove_entry(name: str, top: int) -> None:
    if not _is_folder(name, top):
        os.unlink(name, dir_fd=top)
        return
    os.chmod(name, 0o700, dir_fd=top)
    inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=top)
    try:
        for child in os.listdir(inner):
            if _is_folder(child, inner):
                os.chmod(child, 0o700, dir_fd=inner)
                os.rename(child, os.urandom(16).hex(), src_dir_fd=inner, dst_dir_fd=top)
            else:
                os.unlink(child, dir_fd=inner)
    finally:
        os.close(inner)
    os.rmdir(name, dir_fd=top)


def _is_folder(name: str, parent: int) -> bool:
    return stat.S_ISDIR(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode)
