"""Backup and restore, and what is stored about one person."""

from __future__ import annotations

import io
import json
import os
import re
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from stores import Urls
from test_official import batch, course, rows, run_command  # noqa: F401  # course is a fixture
from test_store import KEY, SLUG, new, values
from tiny_course import SOLUTION, Course, write

from autograder.batch import archive, identities, schema
from autograder.batch.database import DAMAGED
from autograder.batch.runner import Upload
from autograder.batch.store import Store
from autograder.batch.uploads import Uploads
from autograder.errors import AutograderError, UsageError
from autograder.reports.files import draft_of


@dataclass
class Books:
    """A store with its names."""

    store: Store
    folder: Path

    def take_in(self, name: str, sha256: str) -> str:
        with identities.changing(self.folder) as known:
            person = known.add(name, SLUG, [f"{name}.py"])
        self.store.add(SLUG, [new(person, sha256)])
        self.store.save(KEY, person, values(sha256))
        return person

    def state(self) -> object:
        people = identities.read(self.folder).people
        return people, self.store.latest(), {person: self.store.events(person) for person in people}


def opened(url: str, folder: Path) -> Books:
    with identities.changing(folder) as known:
        return Books(Store(url, known.course), folder)


@pytest.fixture
def books(urls: Urls, tmp_path: Path) -> Iterator[Books]:
    found = opened(urls(tmp_path), tmp_path / "names")
    yield found
    found.store.close()


@pytest.fixture
def other(urls: Urls, tmp_path: Path) -> Iterator[Books]:
    found = opened(urls(tmp_path), tmp_path / "other names")
    yield found
    found.store.close()


@pytest.mark.slow
def test_a_backup_restores_everything_elsewhere(books: Books, other: Books, tmp_path: Path) -> None:
    kim = books.take_in("kim", "1")
    books.store.seed(SLUG, "123")
    books.store.keep_until("2030-01-01")
    file = tmp_path / "backup.zip"
    archive.backup(books.store, books.folder, file)
    assert file.stat().st_mode & 0o777 == 0o600
    archive.restore(other.store, other.folder, file, force=False)
    assert other.state() == books.state()
    assert (other.store.kept_seed(SLUG), other.store.keep_until()) == (123, "2030-01-01")
    assert other.store.document(other.store.complete(KEY, ["1"])["1"].id) == "report of 1"
    assert identities.read(other.folder).find("kim") == kim
    other.take_in("lee", "2")  # numbers go on


def test_what_is_said_of_a_damaged_store_helps(tmp_path: Path) -> None:
    folder, file = tmp_path / "names", tmp_path / "backup.zip"
    url = f"sqlite:///{folder / 'store.sqlite'}"
    books = opened(url, folder)
    books.take_in("kim", "1")
    archive.backup(books.store, folder, file)
    state = books.state()
    books.store.close()
    (folder / "store.sqlite").write_bytes(b"x" * 4096)
    with pytest.raises(AutograderError, match=re.escape(DAMAGED)):
        opened(url, folder)
    for path in folder.glob("store.sqlite*"):
        path.rename(tmp_path / path.name)
    again = opened(url, folder)
    archive.restore(again.store, folder, file, force=False)
    assert again.state() == state
    again.store.close()


def test_a_backup_of_an_older_version_says_nothing_of_what_counts(books: Books, other: Books, tmp_path: Path) -> None:
    books.take_in("kim", "1")
    file, older = tmp_path / "backup.zip", tmp_path / "older.zip"
    archive.backup(books.store, books.folder, file)
    with zipfile.ZipFile(file) as made, zipfile.ZipFile(older, "w") as written:
        rows_then = [row for row in made.read("rows.jsonl").splitlines() if not row.startswith(b'["official"')]
        manifest = json.loads(made.read("backup.json")) | {"tables": 3, "rows": len(rows_then)}
        written.writestr("rows.jsonl", b"\n".join(rows_then))
        written.writestr("backup.json", json.dumps(manifest))
        written.writestr("identities.json", made.read("identities.json"))
    archive.restore(other.store, other.folder, older, force=False)
    assert set(other.store.complete(KEY, ["1"])) == {"1"}


def handed_in(books: Books, name: str, source: Path) -> str:
    """Take in an upload with its files; return its digest."""
    upload = Upload(name, (source,))
    digest = upload.sha256()
    books.take_in(name, digest)
    assert Uploads(books.folder).keep(SLUG, upload, digest)
    return digest


def contents(folder: Path) -> dict[str, tuple[str, bytes]]:
    """Mode and bytes of everything in a folder; links are not followed."""
    return {
        str(path.relative_to(folder)): (
            oct(path.lstat().st_mode),
            os.fsencode(path.readlink()) if path.is_symlink() else b"" if path.is_dir() else path.read_bytes(),
        )
        for path in folder.rglob("*")
    }


def test_a_backup_has_what_was_handed_in(books: Books, other: Books, tmp_path: Path) -> None:
    kim = write(tmp_path / "kim" / "tiny.py", SOLUTION).parent
    (kim / "venv").mkdir()
    os.close(os.open(os.fsencode(kim) + b"/\xff.txt", os.O_CREAT | os.O_WRONLY))
    lee = write(tmp_path / "lee" / "tiny.py", SOLUTION).parent
    (lee / "passwd").symlink_to("/etc/passwd")
    handed_in(books, "kim", kim)
    handed_in(books, "lee", lee)
    park = handed_in(books, "park", write(tmp_path / "park.py", SOLUTION))
    file = tmp_path / "backup.zip"
    archive.backup(books.store, books.folder, file)
    before = contents(books.folder / "uploads")
    assert {"tiny.py", "pyvenv.cfg", "\udcff.txt", "passwd", "park.py"} <= {Path(name).name for name in before}
    choi = handed_in(other, "choi", write(tmp_path / "choi.py", "# of the course that is lost"))
    archive.restore(other.store, other.folder, file, force=True)
    assert contents(other.folder / "uploads") == before
    assert Uploads(other.folder).paths(SLUG, choi) == ()

    write(Uploads(other.folder).paths(SLUG, park)[0], "damaged")
    archive.restore(other.store, other.folder, file, force=True)
    assert contents(other.folder / "uploads") == before


def test_a_backup_of_an_older_version_has_no_uploads(books: Books, tmp_path: Path) -> None:
    kim = handed_in(books, "kim", write(tmp_path / "kim.py", SOLUTION))
    whole, older = tmp_path / "whole.zip", tmp_path / "older.zip"
    archive.backup(books.store, books.folder, whole)
    without(whole, older, "uploads.tar")
    lee = handed_in(books, "lee", write(tmp_path / "lee.py", SOLUTION))
    archive.restore(books.store, books.folder, older, force=True)
    assert [path.name for path in Uploads(books.folder).paths(SLUG, kim)] == ["kim.py"]
    assert Uploads(books.folder).paths(SLUG, lee) == ()


def without(source: Path, target: Path, left_out: str) -> None:
    with zipfile.ZipFile(source) as read, zipfile.ZipFile(target, "w") as written:
        for name in read.namelist():
            if name != left_out:
                written.writestr(name, read.read(name))


def add_tar(file: Path, member: tarfile.TarInfo, content: bytes) -> None:
    with (
        zipfile.ZipFile(file, "a") as written,
        written.open("uploads.tar", "w") as raw,
        tarfile.open(fileobj=raw, mode="w|") as tar,
    ):
        tar.addfile(member, io.BytesIO(content))


@pytest.mark.parametrize("name", ["../evil.py", "/evil.py", f"{SLUG}/../../../evil.py"])
def test_a_backup_writes_nothing_outside(books: Books, tmp_path: Path, name: str) -> None:
    handed_in(books, "kim", write(tmp_path / "kim.py", SOLUTION))
    good, evil = tmp_path / "good.zip", tmp_path / "evil.zip"
    archive.backup(books.store, books.folder, good)
    without(good, evil, "uploads.tar")
    member = tarfile.TarInfo(name)
    member.size = 1
    add_tar(evil, member, b"x")
    before = books.state(), contents(books.folder)
    with pytest.raises(UsageError, match="is not a backup of a store"):
        archive.restore(books.store, books.folder, evil, force=True)
    assert (books.state(), contents(books.folder)) == before
    assert list(tmp_path.rglob("evil.py")) == []


def test_a_link_of_a_backup_leads_nowhere(books: Books, tmp_path: Path) -> None:
    kim = handed_in(books, "kim", write(tmp_path / "kim.py", SOLUTION))
    good, evil = tmp_path / "good.zip", tmp_path / "evil.zip"
    archive.backup(books.store, books.folder, good)
    without(good, evil, "uploads.tar")
    member = tarfile.TarInfo(f"{SLUG}/{kim[:2]}/{kim}/1/kim.py")
    member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
    add_tar(evil, member, b"")
    archive.restore(books.store, books.folder, evil, force=True)
    [path] = Uploads(books.folder).paths(SLUG, kim)
    assert path.readlink() == Path("nowhere")


def test_a_restore_over_newer_entries_is_refused(books: Books, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    books.take_in("kim", "1")
    file = tmp_path / "backup.zip"
    archive.backup(books.store, books.folder, file)
    monkeypatch.setattr("autograder.batch.store.now", lambda: "2999-01-01T00:00:00+00:00")
    books.take_in("lee", "2")
    before = books.state()
    with pytest.raises(UsageError, match="The store has entries up to 2999-01-01T00:00:00"):
        archive.restore(books.store, books.folder, file, force=False)
    assert books.state() == before
    archive.restore(books.store, books.folder, file, force=True)
    assert [each["name"] for each in identities.read(books.folder).people.values()] == ["kim"]


def test_a_damaged_or_newer_backup_changes_nothing(
    books: Books, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    books.take_in("kim", "1")
    good, cut = tmp_path / "good.zip", tmp_path / "cut.zip"
    archive.backup(books.store, books.folder, good)
    with zipfile.ZipFile(good) as read, zipfile.ZipFile(cut, "w") as written:
        for name in read.namelist():
            text = read.read(name)
            written.writestr(name, text.rpartition(b"\n[")[0] + b"\n" if name == "rows.jsonl" else text)
    before = books.state()
    for file in (cut, write(tmp_path / "no.zip", "no archive"), tmp_path / "none.zip"):
        with pytest.raises(UsageError, match="is not a backup of a store"):
            archive.restore(books.store, books.folder, file, force=True)
    with monkeypatch.context() as older:
        older.setattr(schema, "VERSION", 1)
        with pytest.raises(UsageError, match="backup of a newer version"):
            archive.restore(books.store, books.folder, good, force=True)
    with pytest.raises(UsageError, match="never written over"):
        archive.backup(books.store, books.folder, good)
    assert books.state() == before


def test_a_clock_that_went_back_is_named(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    books.take_in("kim", "1")
    assert books.store.warnings() == []
    monkeypatch.setattr("autograder.batch.store.now", lambda: "2001-01-01T00:00:00+00:00")
    [warning] = books.store.warnings()
    assert warning.startswith("The clock says 2001-01-01T00:00:00+00:00, and the store has an entry of")


def test_a_retention_date_that_has_passed_is_named(books: Books) -> None:
    books.store.keep_until("2001-01-01")
    [warning] = books.store.warnings()
    assert warning == "The data of this course was to be kept until 2001-01-01. Run autograder privacy erase --all."


LEE = "lee;-1"  # grades.csv has a quote in it, against formulas


@pytest.mark.slow
def test_a_person_is_exported_and_erased_everywhere(course: Course, tmp_path: Path) -> None:  # noqa: F811
    for student, source in (("kim", SOLUTION), (LEE, SOLUTION), ("park", SOLUTION.replace("2 * x", "3 * x"))):
        write(tmp_path / "class" / student / "tiny.py", source)
    batch(course, tmp_path / "class")
    exported = run_command(course, "privacy", "export", "park", "--to", "park.zip")
    assert (exported.returncode, exported.stdout) == (0, "park.zip: 1 report\n")
    with zipfile.ZipFile(tmp_path / "park.zip") as found:
        person = json.loads(found.read("person.json"))
        names = sorted(name for name in found.namelist() if not name.startswith("reports/"))
    assert (person["name"], [each["attempt"] for each in person["submissions"]]) == ("park", [1])
    assert [each["action"] for each in person["log"]] == ["imported", "graded"]
    kept = f"uploads/{SLUG}/{person['submissions'][0]['sha256']}/1/submission/tiny.py"
    assert names == ["out/staff/01-tiny-park.json", "out/students/01-tiny-park.html", "person.json", kept]
    draft_of(tmp_path / "out" / "staff" / "01-tiny-park.json").write_text("park")  # of a killed run
    for student in ("park", LEE):
        assert run_command(course, "privacy", "erase", student).returncode == 0
    assert [row["student"] for row in rows(course)] == ["kim"]
    for path in (path for path in (tmp_path / "out").rglob("*") if path.is_file()):
        assert not {"park", "lee"} & set(re.findall(r"[a-z]+", path.read_text(encoding="utf-8-sig"))), path
    names = [path.name for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert not any("park" in name or "lee" in name for name in names) and "class.html" not in names
    store = course.root / "store"
    assert "park" not in (store / identities.NAME).read_text(encoding="utf-8")
    assert person["person"].encode() not in b"".join(path.read_bytes() for path in store.glob("store.sqlite"))
    for student in ("park", LEE):
        write(tmp_path / "class" / student / "tiny.py", "").unlink()
        (tmp_path / "class" / student).rmdir()
    assert batch(course, tmp_path / "class").returncode == 0
    assert [row["earned"] for row in rows(course)] == ["20.0"]  # the report that lee had, too
    assert len([path for path in (store / "uploads").rglob("*") if path.is_file()]) == 1


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no locks of this kind")
def test_nobody_is_erased_and_nothing_restored_while_a_batch_writes(course: Course, tmp_path: Path) -> None:  # noqa: F811
    write(tmp_path / "class" / "kim.py", SOLUTION)
    batch(course, tmp_path / "class")
    assert run_command(course, "store", "backup", "backup.zip").returncode == 0
    store = course.root / "store"
    with identities.in_use(store):  # as a batch does
        for command in (("privacy", "erase", "kim"), ("store", "restore", "backup.zip", "--force")):
            refused = run_command(course, *command)
            assert (refused.returncode, "Another command uses the store" in refused.stderr) == (2, True), command
        assert batch(course, tmp_path / "class").returncode == 0
    with identities.in_use(store, alone=True):
        assert "Another command uses the store" in batch(course, tmp_path / "class").stderr
    assert [row["student"] for row in rows(course)] == ["kim"]
    assert run_command(course, "privacy", "erase", "kim").returncode == 0


@pytest.mark.slow
def test_all_are_erased_only_after_the_date(course: Course, tmp_path: Path) -> None:  # noqa: F811
    write(tmp_path / "class" / "kim.py", SOLUTION)
    batch(course, tmp_path / "class")
    refused = run_command(course, "privacy", "erase", "--all")
    assert (refused.returncode, "after the date of autograder privacy retain" in refused.stderr) == (2, True)
    assert run_command(course, "privacy", "retain", "2001-01-01").stdout == "2001-01-01\n"
    assert run_command(course, "privacy", "erase", "--all").returncode == 0
    assert identities.read(course.root / "store").people == {}
    assert run_command(course, "batch", "status").stdout == "No submissions yet.\n"
