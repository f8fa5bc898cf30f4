"""Everything that can be read in a folder, a file or a git repository: files, and what they contain.

Archives are opened, compressed data is unpacked, notebooks are taken apart, long runs of base64 and hexadecimal digits
are decoded, also in the cells and attachments of a notebook. Each part becomes a :class:`Piece`, however deep it lies.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import io
import json
import re
import subprocess
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

MAX_DEPTH = 5  # containers in containers
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{24,}(?:\r?\n[A-Za-z0-9+/_-]+)*={0,2}")
_HEXADECIMAL = re.compile(rb"(?:[0-9A-Fa-f]{2}){20,}")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of what is handed out.

    ``place`` says where it is: ``a.zip: b.ipynb: cell 3``. ``name`` is the name of the innermost file. ``kind`` is
    "file", "source" (Python code of a notebook's cell), "output" (of a notebook's cell), "text", "extra" (a comment or
    an extra field of a zip archive), "object" (of a git repository) or "decoded".
    """

    place: str
    name: str
    kind: str
    data: bytes


def pieces(path: Path) -> Iterator[Piece]:
    """Yield all pieces of a file or a folder. A ``.git`` folder is read through git, with unreachable objects.

    Raises:
        OSError: a file cannot be read, or git is not installed.
    """
    if not path.is_dir():
        yield from _opened(path.name, path.name, path.read_bytes(), 0)
        return
    for each in sorted(path.rglob("*")):
        relative = each.relative_to(path)
        if ".git" in relative.parts:
            continue
        if each.is_symlink():
            yield Piece(relative.as_posix(), each.name, "text", str(each.readlink()).encode())
        elif each.is_file():
            yield from _opened(relative.as_posix(), each.name, each.read_bytes(), 0)
    for repository in sorted({each.parent for each in path.rglob(".git")}):
        yield from _history(repository, repository.relative_to(path).as_posix())


def pieces_of(files: Mapping[str, bytes]) -> Iterator[Piece]:
    """Yield all pieces of files that are not written yet, by their paths."""
    for path, data in files.items():
        yield from _opened(path, PurePosixPath(path).name, data, 0)


def _opened(place: str, name: str, data: bytes, depth: int, kind: str = "file") -> Iterator[Piece]:
    """Yield a piece, and the pieces in it."""
    yield Piece(place, name, kind, data)
    if depth >= MAX_DEPTH:
        return
    if zipfile.is_zipfile(io.BytesIO(data)):
        yield from _zipped(place, data, depth + 1)
    elif name.endswith(".ipynb"):
        yield from _cells(place, name, data, depth + 1)
    elif (unpacked := _unpacked(data)) is not None:
        inner = PurePosixPath(name).stem
        yield from _opened(f"{place}: {inner}", inner, unpacked, depth + 1)
    elif (members := _tar_members(data)) is not None:
        for member, content in members:
            yield from _opened(f"{place}: {member}", PurePosixPath(member).name, content, depth + 1)
    elif b"\0" not in data[:1000]:
        yield from _decoded(place, name, data, depth + 1)


def _zipped(place: str, data: bytes, depth: int) -> Iterator[Piece]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield Piece(f"{place}: comment", "", "extra", archive.comment)
            for info in archive.infolist():
                yield Piece(f"{place}: {info.filename}: comment", "", "extra", info.comment)
                yield Piece(f"{place}: {info.filename}: extra field", "", "extra", info.extra)
                if not info.is_dir():
                    content = archive.read(info)
                    yield from _opened(f"{place}: {info.filename}", PurePosixPath(info.filename).name, content, depth)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error):
        return  # the bytes themselves are a piece


def _tar_members(data: bytes) -> list[tuple[str, bytes]] | None:
    if data[257:262] != b"ustar":
        return None
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            found = []
            for member in archive.getmembers():
                file = archive.extractfile(member)
                if file is not None:
                    found.append((member.name, file.read()))
            return found
    except tarfile.TarError:
        return None


def _cells(place: str, name: str, data: bytes, depth: int) -> Iterator[Piece]:
    try:
        document = json.loads(data)
        cells = document["cells"]
    except (ValueError, KeyError, TypeError):
        return
    for number, cell in enumerate(cells, start=1):
        if not isinstance(cell, dict):
            continue
        source = cell.get("source", "")
        text = ("".join(source) if isinstance(source, list) else str(source)).encode()
        is_code = cell.get("cell_type") == "code"
        here = f"{place}: cell {number}"
        yield Piece(here, name, "source" if is_code else "text", text)
        yield from _decoded(here, here, text, depth)  # what is encoded is no notebook
        for output in cell.get("outputs", ()):
            yield Piece(f"{here}: output", name, "output", json.dumps(output, ensure_ascii=False).encode())
        rest = {key: value for key, value in cell.items() if key not in ("source", "outputs")}
        yield from _metadata(f"{here}: metadata", name, rest, depth)
    rest = {key: value for key, value in document.items() if key != "cells"}
    yield from _metadata(f"{place}: metadata", name, rest, depth)


def _metadata(place: str, name: str, value: dict[str, Any], depth: int) -> Iterator[Piece]:
    """Yield metadata and attachments as a piece, and what is encoded in their texts."""
    yield Piece(place, name, "text", json.dumps(value, ensure_ascii=False).encode())
    for text in _texts(value):
        yield from _decoded(place, place, text.encode(), depth)


def _texts(value: Any) -> Iterator[str]:
    """Yield all texts in a JSON value; a list of lines is one text."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and all(isinstance(each, str) for each in value):
        yield "".join(value)
    elif isinstance(value, list | dict):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


def _decoded(place: str, name: str, data: bytes, depth: int) -> Iterator[Piece]:
    for pattern, decode in ((_BASE64, _from_base64), (_HEXADECIMAL, _from_hexadecimal)):
        for match in pattern.finditer(data):
            content = decode(match[0])
            if content:
                line = data.count(b"\n", 0, match.start()) + 1
                yield from _opened(f"{place}, line {line}, decoded", name, content, depth, "decoded")


def _from_base64(text: bytes) -> bytes:
    text = b"".join(text.split()).rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
    try:
        return base64.b64decode(text + b"=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        return b""


def _from_hexadecimal(text: bytes) -> bytes:
    return bytes.fromhex(text.decode("ascii"))


def _unpacked(data: bytes) -> bytes | None:
    """Return the content of gzip or zlib data, None of other data."""
    try:
        if data[:2] == b"\x1f\x8b":
            return gzip.decompress(data)
        if data[:1] == b"\x78" and len(data) > 8 and int.from_bytes(data[:2], "big") % 31 == 0:
            return zlib.decompress(data)
    except (OSError, EOFError, zlib.error):
        pass
    return None


def _history(repository: Path, place: str) -> Iterator[Piece]:
    """Yield all objects of a git repository, also those that no branch reaches."""
    prefix = "git" if place == "." else f"{place}: git"

    def git(*arguments: str) -> bytes:
        command = ["git", "-C", str(repository), "-c", f"safe.directory={repository.resolve()}", *arguments]
        return subprocess.run(command, capture_output=True, check=True).stdout

    names = {}
    for line in git("rev-list", "--objects", "--all").decode("utf-8", "replace").splitlines():
        digest, _, name = line.partition(" ")
        names[digest] = name
    stream = io.BytesIO(git("cat-file", "--batch-all-objects", "--batch", "--unordered"))
    while header := stream.readline():
        digest, kind, size = header.decode("ascii").split()
        content = stream.read(int(size) + 1)[:-1]
        if kind == "tree":
            continue  # the names of its files stand before its blobs
        path = names.get(digest, "")
        place = f"{prefix} {kind} {digest[:10]} {path}".rstrip()
        yield from _opened(place, PurePosixPath(path).name, content, 0, "object")
