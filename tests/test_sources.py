"""The files of an export: limits, unsafe entries, damage; from a zip and from a folder."""

from __future__ import annotations

import os
import stat
import struct
import unicodedata
import zipfile
from pathlib import Path

import lms
import pytest
from lms import archive
from tiny_course import write

from autograder.errors import UsageError
from autograder.exchange import archive as archives
from autograder.exchange.archive import Source


def with_entry(path: Path, name: str, *, mode: int = 0, flags: int = 0) -> Path:
    """A zip with one ordinary entry and one of this name, mode and flags."""
    archive(path, {"ok.py": "x = 1"})
    with zipfile.ZipFile(path, "a") as opened:
        info = zipfile.ZipInfo("placeholder")
        info.external_attr = mode << 16
        opened.writestr(info, "target")
    data = path.read_bytes().replace(b"placeholder", name.encode().ljust(11, b"x")[:11])
    if flags:
        at = data.rfind(b"PK\x01\x02") + 8
        data = data[:at] + struct.pack("<H", flags) + data[at + 2 :]
    path.write_bytes(data)
    return path


UNSAFE = {
    "absolute": (dict(name="/etc/passwdx"), "has a name that no system writes"),
    "drive": (dict(name="C:/x"), "leads out of the archive"),
    "dots": (dict(name="../a/b/c.py"), "leads out of the archive"),
    "NUL": (dict(name="a.py\0b"), "has a name that no system writes"),
    "backslash": (dict(name="a\\b"), "has a name that no system writes"),
    "link": (dict(name="link", mode=stat.S_IFLNK | 0o777), "is a link or a special file"),
    "device": (dict(name="null", mode=stat.S_IFCHR | 0o666), "is a link or a special file"),
    "encrypted": (dict(name="secret", flags=1), "is encrypted. Unpack the export with its password"),
}


@pytest.mark.parametrize("fault", UNSAFE)
def test_an_unsafe_entry_is_named_and_nothing_is_read(fault: str, tmp_path: Path) -> None:
    made, problem = UNSAFE[fault]
    with pytest.raises(UsageError, match=rf"x\.zip: the entry .* {problem}"):
        Source(with_entry(tmp_path / "x.zip", **made))  # type: ignore[arg-type]


def test_names_that_are_equal_after_normalisation_are_refused(tmp_path: Path) -> None:
    forms = [unicodedata.normalize(form, "é.py") for form in ("NFC", "NFD")]
    with pytest.raises(UsageError, match=r"is there twice, in two Unicode forms\. Unpack the export"):
        Source(archive(tmp_path / "x.zip", dict.fromkeys(forms, "")))
    for form in forms:
        write(tmp_path / "folder" / form, "")
    with pytest.raises(UsageError, match="in two Unicode forms"):
        Source(tmp_path / "folder")


def test_one_name_twice_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "x.zip", {"a.py": "1", "b.py": "2"})
    path.write_bytes(path.read_bytes().replace(b"b.py", b"a.py"))
    with pytest.raises(UsageError, match=r"the entry a\.py is there twice\."):
        Source(path)


def damaged(path: Path, kind: str) -> Path:
    if kind == "no zip":
        path.write_bytes(b"<html>Please log in</html>")
    elif kind == "truncated":
        data = archive(path, {f"{at}.py": os.urandom(500) for at in range(9)}).read_bytes()
        path.write_bytes(data[: len(data) // 2])
    elif kind == "empty":
        path.write_bytes(b"")
    return path


@pytest.mark.parametrize("kind", ["no zip", "truncated", "empty"])
def test_what_is_no_zip_is_said_in_one_sentence(kind: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"x\.zip is not a zip archive, or only a part of one\. Download the export"):
        Source(damaged(tmp_path / "x.zip", kind))


def test_a_damaged_entry_is_named(tmp_path: Path) -> None:
    path = archive(tmp_path / "x.zip", {"a.py": "x = 1\n" * 200})
    data = bytearray(path.read_bytes())
    data[35] ^= 0xFF
    path.write_bytes(data)
    with Source(path) as source, pytest.raises(UsageError, match=r"the entry a\.py is damaged\. Download"):
        source.read("a.py")


def test_a_file_that_unpacks_to_much_more_is_refused(tmp_path: Path) -> None:
    with (
        Source(archive(tmp_path / "x.zip", {"bomb": bytes(3 * 2**20)})) as source,
        pytest.raises(UsageError, match="the entry bomb unpacks to more than 200 times its size"),
    ):
        source.read("bomb")


def test_the_limits_of_one_file_and_of_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = archive(tmp_path / "x.zip", {"a": b"1" * 60, "b": b"2" * 60})
    monkeypatch.setattr(archives, "FILE_BYTES", 59)
    with Source(path) as source, pytest.raises(UsageError, match="the entry a is too large"):
        source.read("a")
    monkeypatch.setattr(archives, "FILE_BYTES", 100)
    monkeypatch.setattr(archives, "TOTAL_BYTES", 100)
    with Source(path) as source:
        assert source.read("a") == b"1" * 60
        with pytest.raises(UsageError, match="the entry b is too large"):
            source.read("b")


def test_ten_thousand_entries_are_read_and_a_million_are_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as opened:
        for at in range(10_000):
            opened.writestr(f"kim_{at}_{90_000 + at}_hw1.py", b"x")
    with Source(path) as source:
        assert len(source.names) == 10_000
    tail = path.read_bytes()[-22:]
    path.write_bytes(tail[:12] + struct.pack("<I", 2**30) + tail[16:])  # the end claims a list of a GiB
    with pytest.raises(UsageError, match=r"has more than 50,000 entries\. Export one assignment at a time"):
        Source(path)


def test_too_many_entries_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "ENTRIES", 3)
    with pytest.raises(UsageError, match="has more than 3 entries"):
        Source(archive(tmp_path / "x.zip", dict.fromkeys("abcd", "")))
    for name in "abcd":
        write(tmp_path / "folder" / name, "")
    with pytest.raises(UsageError, match="has more than 3 entries"):
        Source(tmp_path / "folder")


def test_what_computers_add_is_ignored_and_listed(tmp_path: Path) -> None:
    names = ["a/b.py", "__MACOSX/a/._b.py", "a/.DS_Store", "a/.git/HEAD", "a/.git/x/y", "Thumbs.db", "desktop.ini"]
    for name in names:
        write(tmp_path / "folder" / name, "")
    for made in (tmp_path / "folder", archive(tmp_path / "x.zip", dict.fromkeys(names, ""))):
        with Source(made) as source:
            assert source.names == ("a/b.py",)
            assert set(source.ignored) == {"__MACOSX", "a/.DS_Store", "a/.git", "Thumbs.db", "desktop.ini"}


def test_a_link_in_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "kim.py").symlink_to("/etc/passwd")
    with pytest.raises(UsageError, match=r"the entry kim\.py is a link or a special file\. Replace it by a copy"):
        Source(tmp_path / "folder")


def test_a_source_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.zip does not exist\. Name the export"):
        lms.match(tmp_path / "none.zip", tmp_path / "r.csv")
