"""Backup and restore: one archive with the rows of a course, what was handed in, the names and their key.

The archive does not depend on the database: a backup of SQLite can be restored into PostgreSQL. It is read in one
transaction, so it is consistent although a batch runs. Restoring replaces the course in one transaction, or changes
nothing.
"""

from __future__ import annotations

import json
import os
import shutil
import tarfile
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import ColumnElement, Connection, Table, select

from ..errors import AutograderError, UsageError
from ..grading.environment import now
from . import identities, schema
from .identities import Identities
from .store import Store
from .uploads import NOWHERE, Uploads, create, make_folder, writing

UPLOADS = "uploads.tar"  # in the archive; that of an older version has none
TABLES = (
    schema.courses, schema.assignments, schema.environments, schema.seeds, schema.people, schema.submissions,
    schema.reports, schema.official, schema.shadows, schema.publications, schema.adjustments, schema.log,
)  # fmt: skip
"""In an order in which their rows can be inserted."""


def backup(store: Store, folder: Path, file: Path) -> int:
    """Write the archive, for its owner only, whole or not at all; return the number of rows. ``folder`` has the names.

    Raises:
        UsageError: the file exists.
        AutograderError: ``store`` if the store cannot be read or the file cannot be written.
    """
    if file.exists():
        raise UsageError(f"{file} exists. Name a new file: a backup is never written over.")
    draft = file.with_name(f".{file.name}.tmp")
    try:
        try:
            opened = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with (
                open(opened, "wb") as raw,
                zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive,
                identities.changing(folder) as known,  # no batch adds a person meanwhile
            ):
                count = _write(store, known, archive)
                _write_uploads(store, Uploads(folder), archive)
            os.replace(draft, file)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as exc:
        problem = f"{file} cannot be written: {exc.strerror}. Make room, or name another file."
        raise AutograderError(problem, slug="store") from exc
    return count


def _write(store: Store, known: Identities, archive: zipfile.ZipFile) -> int:
    count = 0
    with store.snapshot() as connection, archive.open("rows.jsonl", "w", force_zip64=True) as lines:
        for table in TABLES:
            ordered = select(table).where(_course_of(table) == store.course).order_by(*table.primary_key)
            for row in connection.execute(ordered).mappings():
                lines.write(json.dumps([table.name, dict(row)]).encode() + b"\n")
                count += 1
    document = {"schema": 1, "course": known.course, "key": known.key, "people": known.people}
    archive.writestr("identities.json", json.dumps(document))
    manifest = {
        "schema": 1,
        "tables": schema.VERSION,
        "rows": count,
        "made_at": now(),
        "last_event": store.last_event(),
    }
    archive.writestr("backup.json", json.dumps(manifest))
    return count


def _write_uploads(store: Store, kept: Uploads, archive: zipfile.ZipFile) -> None:
    """Write the copies of all submissions. A tar keeps every name, also one whose bytes are no text."""
    with archive.open(UPLOADS, "w", force_zip64=True) as raw, tarfile.open(fileobj=raw, mode="w|") as tar:
        for slug, sha256 in sorted(store.digests()):
            if (place := kept.place(slug, sha256)).is_dir():
                tar.add(place, f"{slug}/{sha256[:2]}/{sha256}", filter=_without_owner)


def _without_owner(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


def restore(store: Store, folder: Path, file: Path, *, force: bool) -> int:
    """Replace the course of the archive in the store, and the names; return the number of rows.

    Raises:
        UsageError: the file is no backup; or the store has newer entries or is another course's, without ``force``.
        AutograderError: ``store`` if it cannot be written.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            if archive.testzip() is not None:
                raise zipfile.BadZipFile("an entry is damaged")
            manifest = json.loads(archive.read("backup.json"))
            names = json.loads(archive.read("identities.json"))
            if manifest["tables"] > schema.VERSION:
                raise UsageError(f"{file} is a backup of a newer version of autograder. Install that version.")
            return _restore(store, folder, archive, manifest, names, force=force)
    except (OSError, zipfile.BadZipFile, tarfile.TarError, KeyError, ValueError) as exc:
        raise UsageError(f"{file} is not a backup of a store ({exc}). Name a file of autograder store backup.") from exc


def _restore(
    store: Store,
    folder: Path,
    archive: zipfile.ZipFile,
    manifest: dict[str, Any],
    names: dict[str, Any],
    *,
    force: bool,
) -> int:
    kept = Uploads(folder)
    with identities.changing(folder) as known, kept.draft() as draft:
        last = store.last_event()
        if known.course != names["course"] and known.people and not force:
            raise UsageError(f"{folder} has the names of another course. Restore into another folder, or give --force.")
        if _is_later(last, manifest["last_event"]) and not force:
            made = manifest["made_at"][:10]
            raise UsageError(
                f"The store has entries up to {last}, and the backup of {made} has none after "
                f"{manifest['last_event'] or 'its beginning'}. Restoring would lose them. Make a backup of the store "
                "first, and give --force to lose them."
            )
        _read_uploads(archive, draft.folder)
        with store.transaction() as connection:
            for table in reversed(TABLES):
                connection.execute(table.delete().where(_course_of(table).in_([store.course, names["course"]])))
            count = _insert(connection, _rows(archive))
            if count != manifest["rows"]:
                raise ValueError(f"it has {count} rows and not {manifest['rows']}")
            if manifest["tables"] < schema.OFFICIAL_SINCE:
                schema.count_all_reports(connection, names["course"])
            store.course = known.course = names["course"]
            known.key, known.people = names["key"], names["people"]
            kept.adopt(draft)
            known.save()  # before the rows are there for good: a full disk then changes nothing
        kept.remove_others(store.digests())
    return count


def _read_uploads(archive: zipfile.ZipFile, folder: Path) -> None:
    """Unpack the copies into a new folder. Whatever the archive says, its links and its paths do not lead out of it.

    Raises:
        ValueError: a path leads out of it.
        AutograderError: ``store`` if a file cannot be written.
    """
    if UPLOADS not in archive.namelist():
        return
    with archive.open(UPLOADS) as raw, tarfile.open(fileobj=raw, mode="r|") as tar:
        for member in tar:
            if {"", ".", ".."} & set(member.name.split("/")):
                raise ValueError(f"{member.name!a} leads out of it")
            content = tar.extractfile(member) if member.isreg() else None
            with writing(folder):
                _unpack(member, content, folder / member.name)


def _unpack(member: tarfile.TarInfo, content: IO[bytes] | None, path: Path) -> None:
    make_folder(path if member.isdir() else path.parent)
    if content is not None:
        with open(create(path), "wb") as file:
            shutil.copyfileobj(content, file)
    elif not member.isdir():
        path.symlink_to(NOWHERE)


def _course_of(table: Table) -> ColumnElement[str]:
    """Return the column that says to which course a row belongs."""
    return table.c.id if table is schema.courses else table.c.course


def _is_later(time: str, than: str) -> bool:
    return bool(time) and (not than or datetime.fromisoformat(time) > datetime.fromisoformat(than))


def _rows(archive: zipfile.ZipFile) -> Iterator[tuple[str, dict[str, Any]]]:
    with archive.open("rows.jsonl") as lines:
        for line in lines:
            name, row = json.loads(line)
            yield name, row


def _insert(connection: Connection, rows: Iterator[tuple[str, dict[str, Any]]]) -> int:
    """Insert rows. Numbers are drawn anew, because other courses of a database may have the same ones."""
    tables = {table.name: table for table in TABLES}
    reports: dict[int, int] = {}
    count = 0
    for name, row in rows:
        table = tables[name]
        number = row.pop("id") if name != "courses" and "id" in row else None
        if name in ("publications", "official"):
            row["report"] = reports[row["report"]]
        statement = table.insert().values(row)
        if name == "reports" and number is not None:
            reports[number] = connection.execute(statement.returning(table.c.id)).scalar_one()
        else:
            connection.execute(statement)
        count += 1
    return count
