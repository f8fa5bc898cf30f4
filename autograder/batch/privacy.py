"""What is stored about one person: hand it out, or erase it, in the store, its uploads and the folders of results."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, select

from ..errors import UsageError
from ..exchange.csv_grades import original
from ..reports.files import write_text
from ..reports.printable import file_stem
from . import identities, results
from .schema import adjustments, log, official, people, publications, reports, shadows, submissions
from .store import Store
from .uploads import Uploads

TABLES = ("class.html", "needs-a-human.html")  # pages with all students: batch writes them again


def export(store: Store, folder: Path, person: str, file: Path) -> int:
    """Write everything about a person into a zip for its owner only; return the number of reports.

    Raises:
        UsageError: the file exists.
    """
    if file.exists():
        raise UsageError(f"{file} exists. Name a new file.")
    known = identities.read(folder)
    with store.snapshot() as connection:
        found: dict[str, Any] = {"person": person, **known.people.get(person, {})}
        for table in (submissions, publications, adjustments, log):
            query = select(table).where(table.c.course == store.course, table.c.person == person)
            found[table.name] = [dict(row) for row in connection.execute(query).mappings()]
        made = select(reports.c.id, reports.c.document).where(*_mine(reports, store, person))
        documents = [(str(row.id), row.document) for row in connection.execute(made)]
        seen = select(shadows.c.slug, shadows.c.sha256, shadows.c.assignment, shadows.c.document)
        for row in connection.execute(seen.where(*_mine(shadows, store, person))):
            documents.append((f"preview-{row.slug}-{row.sha256[:12]}-{row.assignment[:12]}", row.document))
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("person.json", json.dumps(found, indent=2, ensure_ascii=False))
        for number, document in documents:
            archive.writestr(f"reports/{number}.json", document)
        for slug, sha256 in sorted({(row["slug"], row["sha256"]) for row in found["submissions"]}):
            for name, content in Uploads(folder).files(slug, sha256):
                archive.writestr(f"uploads/{slug}/{sha256}/{name}", content)
        for place in _folders(known):
            for path in _files_of(place, found.get("name", "")):
                archive.write(path, f"{place.name}/{path.relative_to(place)}")
    identities.write_private(file, data.getvalue())
    return len(documents)


def erase(store: Store, folder: Path, person: str) -> list[Path]:
    """Erase a person: name, uploads, submissions, reports, entries of the log, files of results.

    Return the removed pages. What another person handed in, too, stays, with its report. Entries of the log stay
    without person and detail.
    """
    with identities.changing(folder) as known:
        name = known.name(person)
        stale = [path for place in _folders(known) for path in _erase_files(place, name)]
        kept = Uploads(folder)
        kept.remove_drafts()
        for slug, sha256 in store.digests(only_of=person):  # before the rows, which say what else there is to remove
            kept.remove(slug, sha256)
        with store.transaction() as connection:
            _erase_rows(connection, store, person)
        known.people.pop(person, None)
        known.save()
    return stale


def erase_all(store: Store, folder: Path) -> list[Path]:
    """Erase everybody, and copies of uploads that a killed run left. Return the removed pages."""
    stale = [path for person in identities.read(folder).people for path in erase(store, folder, person)]
    with identities.changing(folder):
        Uploads(folder).remove_others(())
    return stale


def _erase_rows(connection: Connection, store: Store, person: str) -> None:
    gone = connection.scalars(select(reports.c.id).where(*_only_mine(reports, store, person))).all()
    for table in (publications, adjustments):
        connection.execute(table.delete().where(table.c.course == store.course, table.c.person == person))
    for table in (official, shadows):
        connection.execute(table.delete().where(*_only_mine(table, store, person)))
    for number in gone:
        connection.execute(reports.delete().where(reports.c.id == number))
    for table in (submissions, people):
        connection.execute(table.delete().where(table.c.course == store.course, table.c.person == person))
    entries = (log.c.course == store.course, log.c.person == person)
    connection.execute(log.update().where(*entries).values(person=None, detail="erased"))
    store.note(connection, "erased", "", f"{len(gone)} reports of a person")


def _only_mine(table: Table, store: Store, person: str) -> list[ColumnElement[bool]]:
    """Return the conditions for the rows of submissions that this person handed in and nobody else."""
    others = select(submissions.c.sha256).where(submissions.c.course == store.course, submissions.c.person != person)
    return [*_mine(table, store, person), table.c.sha256.not_in(others)]


def _mine(table: Table, store: Store, person: str) -> list[ColumnElement[bool]]:
    handed_in = select(submissions.c.sha256).where(submissions.c.course == store.course, submissions.c.person == person)
    return [table.c.course == store.course, table.c.sha256.in_(handed_in)]


# --- folders of results


def _folders(known: identities.Identities) -> list[Path]:
    return [path for path in map(Path, known.folders) if path.is_dir()]


def _files_of(place: Path, name: str) -> Iterator[Path]:
    """Yield page and report of a student in a folder of results."""
    stems = _stems(place, name)
    for path in [*(place / "students").rglob("*.html"), *(place / "staff").rglob("*.json")]:
        if path.stem in stems:
            yield path


def _stems(place: Path, name: str) -> set[str]:
    """Return the names that the files of a student may have in a folder of results, without ending."""
    with contextlib.suppress(OSError, ValueError, KeyError):
        slug = json.loads((place / "staff" / "run.json").read_bytes())["assignment"]
        return {file_stem(slug, name), file_stem(slug, name, unique=True)}
    return set()


def _erase_files(place: Path, name: str) -> Iterator[Path]:
    """Remove a student's files and row; remove the pages of the class, and yield them: batch writes them again."""
    for path in list(_files_of(place, name)):
        path.unlink()
    results.forget(place, _stems(place, name))
    for table in (place / "staff").glob("*.csv"):
        rows = list(csv.reader(io.StringIO(table.read_text(encoding="utf-8-sig"), newline="")))
        column = rows[0].index("student") if rows and "student" in rows[0] else 0
        text = io.StringIO(newline="")
        csv.writer(text).writerows(row for row in rows if original(row[column]) != name)
        write_text(table, "\ufeff" + text.getvalue())
    for page in (place / "staff" / each for each in TABLES):
        if page.exists():
            page.unlink()
            yield page
