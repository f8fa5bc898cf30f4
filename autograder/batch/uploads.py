"""What was handed in, kept beside the identities, so that it can be graded again when the uploads are gone.

A copy lies in ``uploads/<slug>/<first 2 digits of the sha256>/<sha256>/``, with a numbered folder for each path of the
upload. It is there completely or not at all, and once for all who handed in the same. The names of its files may name
a person, so folders (mode 0700) and files (mode 0600) are for their owner only.

A link or a special file is a link to nowhere in the copy (``contents.py``): it is refused in the same way, and leads to
no other file.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ..course import installed
from ..course.file_names import decoded
from ..errors import AutograderError, SubmissionRejected
from ..reports.printable import printable
from .contents import Item, Kind, items_of
from .runner import Upload

FOLDER = "uploads"
NOWHERE = "nowhere"  # where the links of a copy lead: no file of this name is next to them
TOGETHER = 64  # copies that wait for the disk at the same time
SYNCING = 4  # threads that wait; more gain nothing
ANONYMOUS = "submission"  # a folder or an archive whose own name the digest does not cover


class Uploads:
    """The copies of a course. ``folder`` is that of the identities; whoever changes copies holds its lock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / FOLDER

    def place(self, slug: str, sha256: str) -> Path:
        """Return the folder of a copy, which need not exist."""
        return self.folder / slug / sha256[:2] / sha256

    def keep(self, slug: str, upload: Upload, sha256: str) -> bool:
        """Copy one upload as :meth:`keep_all` does; return whether there is a copy."""
        return sha256 in self.keep_all(slug, [(upload, sha256)])

    def keep_all(self, slug: str, uploads: Iterable[tuple[Upload, str]]) -> set[str]:
        """Copy uploads, each with its sha256, unless there is a copy.

        Several copies reach the disk at the same time, because a disk takes longer to confirm than to write.

        Returns:
            The digests of which there is a copy. There is none if it would have another digest: the files changed
            meanwhile, or cannot be read.

        Raises:
            AutograderError: ``store`` if a copy cannot be written.
        """
        kept: set[str] = set()
        drafts: dict[str, Path] = {}
        try:
            for upload, sha256 in uploads:
                if sha256 in kept or sha256 in drafts:
                    continue
                if self.place(slug, sha256).is_dir():
                    kept.add(sha256)
                    continue
                drafts[sha256] = draft = self.folder / slug / _draft_name()
                with writing(self.folder):
                    make_folder(draft)
                    if not _copy(upload, draft, sha256):
                        shutil.rmtree(drafts.pop(sha256), ignore_errors=True)
                if len(drafts) == TOGETHER:
                    kept |= self._confirm(slug, drafts)
            return kept | self._confirm(slug, drafts)
        finally:
            for draft in drafts.values():
                shutil.rmtree(draft, ignore_errors=True)

    def _confirm(self, slug: str, drafts: dict[str, Path]) -> set[str]:
        """Wait until complete drafts are on the disk, and move them to their places; return the digests."""
        with writing(self.folder):
            with ThreadPoolExecutor(SYNCING) as pool:
                list(pool.map(_synchronise, drafts.values()))
            for sha256, draft in drafts.items():
                make_folder(self.place(slug, sha256).parent)
                draft.rename(self.place(slug, sha256))
        confirmed = set(drafts)
        drafts.clear()
        return confirmed

    def paths(self, slug: str, sha256: str) -> tuple[Path, ...]:
        """Return the copies of the paths of an upload, in their order; none if there is no copy."""
        place = self.place(slug, sha256)
        try:
            numbers = sorted(os.listdir(place), key=lambda name: (len(name), name))
            return tuple(place / number / name for number in numbers for name in sorted(os.listdir(place / number)))
        except (FileNotFoundError, NotADirectoryError):  # a person removed or replaced it
            return ()

    def files(self, slug: str, sha256: str) -> Iterator[tuple[str, bytes]]:
        """Yield name and content of every file of a copy. A name is printable, and no link is followed."""
        place = self.place(slug, sha256)
        for path in sorted(place.rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield printable(decoded(str(path.relative_to(place)))), path.read_bytes()

    def remove(self, slug: str, sha256: str) -> None:
        """Remove a copy.

        Raises:
            AutograderError: ``store`` if it cannot be removed.
        """
        _remove(self.place(slug, sha256))

    def remove_others(self, wanted: Collection[tuple[str, str]]) -> None:
        """Remove all copies but those of ``wanted``, pairs of slug and sha256, and what killed runs left.

        Raises:
            AutograderError: ``store`` if one cannot be removed.
        """
        self.remove_drafts()
        for place in list(self.folder.glob("*/*/*")):
            if (place.parents[1].name, place.name) not in wanted:
                _remove(place)

    def remove_drafts(self) -> None:
        """Remove the incomplete copies of runs that were killed."""
        for draft in [*self.folder.glob(".*.tmp"), *self.folder.glob("*/.*.tmp")]:
            _remove(draft)

    @contextlib.contextmanager
    def draft(self) -> Iterator[Uploads]:
        """Yield a place for copies that are complete later, for :meth:`adopt`. What is left there is removed."""
        found = Uploads(self.folder)
        found.folder = self.folder / _draft_name()
        try:
            yield found
        finally:
            shutil.rmtree(found.folder, ignore_errors=True)

    def adopt(self, other: Uploads) -> None:
        """Move all copies of ``other`` here. They replace those of the same digest, which may be damaged.

        Raises:
            AutograderError: ``store`` if they cannot be moved.
        """
        for place in list(other.folder.glob("*/*/*")):
            target = self.place(place.parents[1].name, place.name)
            _remove(target)
            with writing(self.folder):
                make_folder(target.parent)
                place.rename(target)


@contextlib.contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Turn an error of the file system into one sentence with a remedy."""
    try:
        yield
    except OSError as exc:
        problem = f"{folder} cannot be written: {exc.strerror}. Make room, or make the folder writable."
        raise AutograderError(problem, slug="store") from exc


def make_folder(path: Path) -> None:
    """Create a folder and those above it, for their owner only."""
    if not path.is_dir():
        make_folder(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)


def create(path: Path) -> int:
    """Create a file for its owner only, and return its descriptor."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)


def _draft_name() -> str:
    return f".{secrets.token_hex(8)}.tmp"


def _remove(path: Path) -> None:
    """Remove a folder, and the one above if it is empty then."""
    try:
        shutil.rmtree(path)
    except FileNotFoundError:
        pass
    except OSError as exc:
        problem = f"{path} cannot be removed: {exc.strerror}. Remove it yourself, then run this again."
        raise AutograderError(problem, slug="store") from exc
    with contextlib.suppress(OSError):
        path.parent.rmdir()


# --- copying


def _copy(upload: Upload, draft: Path, sha256: str) -> bool:
    """Copy all paths of an upload into ``draft``; return whether the copies have the digest of the upload."""
    copies = []
    try:
        for number, path in enumerate(upload.paths, start=1):
            copies.append(draft / str(number) / path.name)
            make_folder(copies[-1].parent)
            for item in items_of(path):
                _copy_item(item, copies[-1] / item.name if item.name else copies[-1])
    except SubmissionRejected:  # a file or folder cannot be read
        return False
    except OSError as exc:
        if exc.errno == errno.ENAMETOOLONG:  # the path of the store is longer than that of the upload
            return False
        raise
    return _is_anonymous(copies, sha256) or Upload("", tuple(copies)).sha256() == sha256


def _is_anonymous(copies: list[Path], sha256: str) -> bool:
    """Take the name of the person away from a folder or an archive, and return whether the digest stays the same.

    Two people can hand in the same files in folders of their names. They share a copy, and one of them may be erased.
    The digest of a folder or an archive that can be read does not cover its own name.
    """
    path = copies[0]
    ending = path.suffix if path.suffix.lower() == ".zip" else ""
    if len(copies) > 1 or path.is_symlink() or not (ending or path.is_dir()):
        return False
    anonymous = path.rename(path.with_name(ANONYMOUS + ending))
    if Upload("", (anonymous,)).sha256() == sha256:
        return True
    anonymous.rename(path)
    return False


def _copy_item(item: Item, target: Path) -> None:
    """Copy one item; a folder is empty then."""
    if item.kind is Kind.FOLDER:
        target.mkdir(mode=0o700)
    elif item.kind is Kind.PACKAGES:
        target.mkdir(mode=0o700)
        os.close(create(target / installed.MARKER))
    elif item.kind is Kind.LINK:
        target.symlink_to(NOWHERE)
    else:
        with open(create(target), "wb") as copy:
            for chunk in item.chunks():
                copy.write(chunk)


def _synchronise(draft: Path) -> None:
    """Wait until all files of a copy are on the disk."""
    for path in draft.rglob("*"):
        if path.is_file() and not path.is_symlink():
            descriptor = os.open(path, os.O_RDWR)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
