"""Who the pseudonyms of a course are: a file for its owner only (mode 0600), and not in the store.

A pseudonym is a keyed digest of the student's identity, so a student has the same one in every run. The file also has
the id of the course, which the store knows it by.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import secrets
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import AutograderError, UsageError, did_you_mean
from ..reports.files import draft_of, is_draft

if sys.platform != "win32":
    import fcntl

NAME = "identities.json"
DIGITS = 16  # of a pseudonym: 64 bits, for classes of thousands


@dataclass
class Identities:
    """The names of a course's people by pseudonym, and the uploads of each (the names of files may name a person)."""

    path: Path
    course: str = field(default_factory=lambda: secrets.token_hex(8))
    key: str = field(default_factory=lambda: secrets.token_hex(32))
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    folders: list[str] = field(default_factory=list)  # of results, which privacy erase reaches

    def pseudonym(self, identity: str) -> str:
        """Return the pseudonym of a student, whom ``identity`` names in this course."""
        text = unicodedata.normalize("NFC", identity).encode("utf-8", "surrogatepass")
        return "s-" + hmac.new(bytes.fromhex(self.key), text, hashlib.sha256).hexdigest()[:DIGITS]

    def add(self, identity: str, slug: str, uploads: list[str]) -> str:
        """Remember a student and the names of the files that were handed in; return the pseudonym."""
        person = self.pseudonym(identity)
        known = self.people.setdefault(person, {"name": identity, "uploads": {}})
        names = known["uploads"].setdefault(slug, [])
        names.extend(name for name in uploads if name not in names)
        return person

    def add_folder(self, results: Path) -> None:
        """Remember a folder of results."""
        if str(results.absolute()) not in self.folders:
            self.folders.append(str(results.absolute()))

    def name(self, person: str) -> str:
        """Return the name of a person, or the pseudonym of one who was erased."""
        return str(self.people[person]["name"]) if person in self.people else person

    def find(self, text: str) -> str:
        """Return the pseudonym of a person, by name or pseudonym.

        Raises:
            UsageError: nobody has this name.
        """
        if text in self.people or self.pseudonym(text) in self.people:
            return text if text in self.people else self.pseudonym(text)
        close = did_you_mean(text, [str(each["name"]) for each in self.people.values()])
        remedy = close or " Write the name as in grades.csv."
        raise UsageError(f'Nobody in this course is called "{text}".{remedy}')

    def save(self) -> None:
        """Write the file, whole or not at all.

        Raises:
            AutograderError: ``store`` if it cannot be written.
        """
        document = {"schema": 1, "course": self.course, "key": self.key, "people": self.people}
        document["folders"] = self.folders
        write_private(self.path, json.dumps(document, indent=1, ensure_ascii=True).encode())


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only its owner can read, whole or not at all.

    Raises:
        AutograderError: ``store`` if it cannot be written.
    """
    draft = draft_of(path)
    try:
        try:
            with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as exc:
        problem = f"{path} cannot be written: {exc.strerror}. Make room, or make the folder writable."
        raise AutograderError(problem, slug="store") from exc


def read(folder: Path) -> Identities:
    """Read the identities of a course; a new course if there is no file yet.

    Raises:
        AutograderError: ``store`` if the file is damaged or of another version.
    """
    path = folder / NAME
    try:
        found: Mapping[str, Any] = json.loads(path.read_bytes())
        if found["schema"] != 1:
            problem = f"{path} was written by a newer version (format {found['schema']}). Install that version."
            raise AutograderError(problem, slug="store")
        return Identities(path, found["course"], found["key"], found["people"], list(found.get("folders", ())))
    except FileNotFoundError:
        return Identities(path)
    except (OSError, ValueError, KeyError, TypeError) as exc:
        problem = f"{path} cannot be read ({exc}). Move it away; then restore a backup: autograder store restore FILE."
        raise AutograderError(problem, slug="store") from exc


@contextlib.contextmanager
def changing(folder: Path) -> Iterator[Identities]:
    """Read the identities, and save what the block changes. Two runs at once change them one after the other."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not (folder / ".gitignore").exists():
            write_private(folder / ".gitignore", b"# names and grades\n*\n")
        opened = (folder / ".lock").open("wb")
    except OSError as exc:
        problem = f"{folder} cannot be written: {exc.strerror}. Make room, or make the folder writable."
        raise AutograderError(problem, slug="store") from exc
    with opened as lock:
        if sys.platform != "win32":
            fcntl.flock(lock, fcntl.LOCK_EX)
        for path in folder.glob(".*.tmp"):
            if is_draft(path.name):  # names that a killed run had begun to write
                path.unlink(missing_ok=True)
        found = read(folder)
        before = json.dumps([found.people, found.folders]) if found.path.exists() else None
        yield found
        if json.dumps([found.people, found.folders]) != before:
            found.save()


@contextlib.contextmanager
def in_use(folder: Path, *, alone: bool = False) -> Iterator[None]:
    """Hold the folder of a store for one command; with ``alone`` no other command holds it at the same time.

    What a run has read of a person, it writes later. Nobody is erased or replaced by a backup meanwhile. The kernel
    lets go of the folder when the process ends in any way.

    Raises:
        UsageError: another command uses the store, and this one must be alone, or the other one must.
    """
    if sys.platform == "win32":
        yield
        return
    with (folder / ".in-use").open("wb") as held:
        try:
            fcntl.flock(held, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            raise UsageError(
                f"Another command uses the store in {folder}. Wait until it ends, then run this one again."
            ) from exc
        yield
