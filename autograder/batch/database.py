"""The database behind a store: its address, its file, its connections, and its errors as sentences."""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, exc
from sqlalchemy.engine import URL, make_url

from ..errors import AutograderError, UsageError

FOLDER = "store"
FILE = "store.sqlite"
WAIT_S = 20  # for another process that writes: it writes for milliseconds
NETWORK = frozenset(
    {"9p", "afs", "beegfs", "ceph", "cifs", "davfs", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs"}
    | {"glusterfs", "gpfs", "lustre", "ncpfs", "nfs", "nfs4", "panfs", "smb3", "smbfs", "wekafs"}
)


def default_url(root: Path) -> str:
    """Return the URL of a course's own store: a SQLite file."""
    return f"sqlite:///{(root / FOLDER / FILE).absolute()}"


def identities_folder(url: str | None, root: Path) -> Path:
    """Return the folder of the identities: that of a SQLite store, else ``store/`` in the course folder.

    Raises:
        UsageError: this is not the URL of a store.
    """
    found = parsed(url or default_url(root))
    is_file = found.drivername.startswith("sqlite")
    return Path(found.database or "").absolute().parent if is_file else root / FOLDER


def parsed(url: str) -> URL:
    """Return the address of a store.

    Raises:
        UsageError: this is not the URL of a store.
    """
    try:
        found = make_url(url)
    except exc.ArgumentError as error:
        raise UsageError("--store is not a URL. Write sqlite:///FILE or postgresql://USER@HOST/DATABASE.") from error
    kind = found.drivername.partition("+")[0]
    if kind == "postgresql":
        return found.set(drivername="postgresql+psycopg")
    if kind != "sqlite" or not found.database or found.database == ":memory:":
        raise UsageError("--store names no store. Write sqlite:///FILE or postgresql://USER@HOST/DATABASE.")
    return found


def prepare_file(path: Path) -> None:
    """Create the folder and the file, for their owner only.

    Raises:
        AutograderError: ``store`` if it cannot be written, or lies on a network file system.
    """
    kind = file_system(path)
    if kind in NETWORK:
        raise AutograderError(
            f"{path} is on a network file system ({kind}), where SQLite can lose data. Name a store on a local disk "
            "(--store sqlite:///FILE) or a PostgreSQL database.",
            slug="store",
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        problem = f"{path} cannot be written: {error.strerror}. Make room, or name another store with --store."
        raise AutograderError(problem, slug="store") from error


def file_system(path: Path, mounts: Path = Path("/proc/self/mountinfo")) -> str:
    """Return the type of the file system of ``path``, or "" if the system does not tell."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return ""
    found = {}
    for line in lines:
        left, _, right = line.partition(" - ")
        place = re.sub(r"\\(\d{3})", lambda match: chr(int(match[1], 8)), left.split(" ")[4])
        found[place] = right.split(" ")[0]
    return next((found[str(each)] for each in (path.absolute(), *path.absolute().parents) if str(each) in found), "")


def engine_of(url: URL) -> Engine:
    """Return the connections to a store."""
    if url.drivername.startswith("postgresql"):
        return create_engine(url, connect_args={"connect_timeout": WAIT_S})
    engine = create_engine(url, connect_args={"timeout": WAIT_S})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        connection.isolation_level = None  # sqlite3 begins no transaction by itself: it would not include the tables
        connection.execute("PRAGMA journal_mode=WAL")  # readers do not wait for a writer
        connection.execute("PRAGMA synchronous=NORMAL")  # after a power cut, the last reports may be made again
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA secure_delete=ON")  # what is erased leaves no bytes in the file

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # Whoever will write waits here, and never in the middle of a transaction.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("write") else "BEGIN")

    return engine


# A restore opens the store, and cannot open a damaged one.
DAMAGED = "Move it away, with the files -wal and -shm next to it; then restore a backup: autograder store restore FILE."


@contextlib.contextmanager
def explained(url: URL, *, damaged: str = DAMAGED) -> Iterator[None]:
    """Turn an error of the database into one sentence with a remedy. ``damaged`` is that of a damaged file."""
    try:
        yield
    except exc.DBAPIError as error:
        text = " ".join(str(error.orig).split())
        raise error_of(url, f"cannot be used ({text})", _remedy(text.lower(), damaged)) from error
    except ImportError as error:
        raise UsageError("PostgreSQL needs psycopg: pip install 'autograder-dl[postgres]'.") from error


def _remedy(text: str, damaged: str) -> str:
    if "locked" in text:
        return "Another program writes into it. Wait until it ends, then run this again."
    if "full" in text or "no space" in text or "disk i/o" in text:  # SQLite's word for a quota that is used up
        return "Make room on the disk, or in your quota, then run this again: what is stored stays."
    if "not a database" in text or "malformed" in text:
        return damaged
    if "readonly" in text or "read-only" in text or "unable to open" in text:
        return "Make the file and its folder writable, or name another store with --store."
    return "Check the address, and that the database runs; then run this again."


def error_of(url: URL, problem: str, remedy: str) -> AutograderError:
    """Return an error that names the store, without its password."""
    shown = url.database if url.drivername.startswith("sqlite") else url.render_as_string(hide_password=True)
    return AutograderError(f"The store {shown} {problem}. {remedy}", slug="store")


def copy_file(source: Path, target: Path) -> None:
    """Copy a SQLite store, consistent although other processes write into it.

    Raises:
        AutograderError: ``store`` if the copy cannot be written.
    """
    try:
        os.close(os.open(target, os.O_RDWR | os.O_CREAT, 0o600))
        with contextlib.closing(sqlite3.connect(source)) as old, contextlib.closing(sqlite3.connect(target)) as new:
            old.backup(new)
    except (OSError, sqlite3.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        problem = f"{target} cannot be written: {reason}. Make room, or make the folder writable."
        raise AutograderError(problem, slug="store") from error
