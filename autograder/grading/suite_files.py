"""Files whose names a test passes to the student's code: those of the suite, and those that the test has written.

The worker has its own file system. A file of the suite has its relative name there (``support`` in suite.toml). One of
the test's ``tmp_path`` is copied into the worker when its name is passed; of no other folder, because a name may come
from the student's code by way of the test. Nothing comes back: what the student's code writes stays in the worker,
because a test may open it with ``pickle``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import numpy as np

from ..student.session import Session

FOLDER = "files-of-the-test"  # in the worker
MAX_FILES = 1000
MAX_BYTES = 1 << 26


class SuiteFiles:
    """Finds the name of a file in the worker, and copies a temporary one.

    ``folder`` is that of the suite, and ``temporary`` the ``tmp_path`` of the test that runs, or "".
    """

    def __init__(self) -> None:
        self.folder = self.temporary = ""

    def place_of(self, path: str, session: Session) -> str:
        """Return the name in the worker of an absolute path; the path itself if it is no file of the suite or test.

        Raises:
            SuiteError: the files are too many or too large.
        """
        if path == self.folder:
            return "."
        if path.startswith(self.folder + os.sep):
            return os.path.relpath(path, self.folder)
        if not self.temporary or os.path.commonpath([path, self.temporary]) != self.temporary:
            return path
        place = os.path.normpath(os.path.join(FOLDER, os.path.relpath(path, self.temporary)))
        self._copy(path, place, session)
        return place

    def _copy(self, path: str, place: str, session: Session) -> None:
        """Bring what is at ``path`` into the worker: a file, all files of a folder, or the folder of a new file."""
        sent = session.state.files
        found = list(_files(path))
        if len(found) > MAX_FILES or sum(size for _, size, _ in found) > MAX_BYTES:
            raise session.error(f"{path} has too many or too large files for the worker. Pass a smaller folder")
        if not found and not os.path.exists(path) and place not in sent:
            session.request("file of the test", None, recipe="written", args=(place, None))
            sent[place] = 0, 0
        for file, size, changed in found:
            name = os.path.normpath(os.path.join(place, os.path.relpath(file, path)))
            if sent.get(name) != (size, changed):
                with open(file, "rb") as opened:
                    data = opened.read()
                session.request("file of the test", None, recipe="written", args=(name, np.frombuffer(data, np.uint8)))
                sent[name] = size, changed


def _files(path: str) -> Iterator[tuple[str, int, int]]:
    """Yield the files at a path, with size and time of the last change."""
    names = [path] if os.path.isfile(path) else []
    for place, _, files in os.walk(path):
        names += [os.path.join(place, file) for file in files]
        if len(names) > MAX_FILES:
            break
    for name in names:
        status = os.stat(name)
        yield name, status.st_size, status.st_mtime_ns
