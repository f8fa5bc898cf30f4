"""Read a release, a folder or a zip archive, and check every file against its release.json."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

from ..course import release_file
from ..course.release_file import NAME
from ..errors import AutograderError, UsageError


def open_release(path: Path) -> dict[str, bytes]:
    """Return the files of a release by their paths. What release.json does not list is left out.

    Raises:
        UsageError: there is no release at ``path``.
        AutograderError: ``release-damaged`` if a file is missing or differs.
    """
    if path.is_dir():
        if not (path / NAME).is_file():
            raise _none(path)
        return _checked(path, lambda name: (path / name).read_bytes())
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name == NAME or name.count("/") == 1]
            folder = next((name.removesuffix(NAME) for name in sorted(names) if name.split("/")[-1] == NAME), None)
            if folder is None:
                raise _none(path)
            return _checked(path, lambda name: archive.read(f"{folder}{name}"))
    except (OSError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as exc:
        raise _none(path) from exc


def _checked(path: Path, read: Callable[[str], bytes]) -> dict[str, bytes]:
    text = read(NAME)
    files = {}
    for name, digest in release_file.parse(text, shown=f"{path}/{NAME}")["files"].items():
        try:
            data = read(name)
        except (OSError, KeyError, zlib.error, zipfile.BadZipFile) as exc:
            raise _damaged(path, f"{name} is missing or cannot be read") from exc
        # git on Windows turns the ends of all lines
        versions = (each for each in (data, data.replace(b"\r\n", b"\n")) if _digest(each) == digest)
        found = next(versions, None)
        if found is None:
            raise _damaged(path, f"{name} is not the file that {NAME} lists")
        files[name] = found
    return {**files, NAME: text}


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _none(path: Path) -> UsageError:
    return UsageError(
        f"{path} is not a release: it is neither a folder with the file {NAME} nor a zip archive of one. Check the "
        "path, or get the release again.",
        slug="update-source",
    )


def _damaged(path: Path, problem: str) -> AutograderError:
    return AutograderError(
        f"{path} is damaged: {problem}. Nothing was changed. Get the release again.", slug="release-damaged"
    )
