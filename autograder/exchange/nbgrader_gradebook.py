"""The file of an nbgrader gradebook, before anything is graded: whether it can be written, and a copy of it."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from nbgrader.api import Base

from ..errors import UsageError


def file_of(url: str) -> Path:
    """Return the file of a gradebook, which there must be."""
    if not url.startswith("sqlite:///"):
        raise UsageError(f"The gradebook {url} is not a file of SQLite. Grade this course with: nbgrader autograde")
    file = Path(url.removeprefix("sqlite:///"))
    if not file.is_file():
        raise UsageError(f"There is no gradebook {file}. Run first: nbgrader generate_assignment")
    return file


def check(file: Path) -> None:
    """Check that a gradebook is of this nbgrader and can be written, before anything is graded.

    Raises:
        UsageError: it is older, or it cannot be written. A lock is no reason: it may be gone when there are results.
    """
    try:
        with contextlib.closing(sqlite3.connect(file, timeout=0)) as book:
            tables = {name for (name,) in book.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            for table in Base.metadata.sorted_tables:
                columns = {row[1] for row in book.execute(f"PRAGMA table_info({table.name})")}
                if table.name in tables and not {column.name for column in table.columns} <= columns:
                    raise UsageError(
                        f"The gradebook {file} is of an older nbgrader. Keep a copy of it, then run in the course: "
                        "nbgrader db upgrade"
                    )
            book.execute("BEGIN IMMEDIATE")
            book.execute("CREATE TABLE autograder_may_write (x)")
            book.rollback()
    except sqlite3.Error as exc:
        if "locked" in str(exc):
            return
        verb = "written" if "readonly" in str(exc) else "read"
        raise UsageError(f"The gradebook {file} cannot be {verb}: {exc}. Let the grader write to it.") from exc


def copy(file: Path, to: Path) -> None:
    """Copy a gradebook, also while it is written."""
    try:
        read = sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=30)
        with contextlib.closing(read), contextlib.closing(sqlite3.connect(to)) as target:
            read.backup(target)
    except sqlite3.Error as exc:
        raise UsageError(f"The gradebook {file} cannot be read: {exc}. Is it locked by another program?") from exc
