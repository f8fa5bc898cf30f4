"""Build a wheel of the framework from the files that run, without a network and without a build backend.

The wheel lies in every release, so that students install exactly the version that the instructor tested. It is made
from the installed package, because a course of one's own has no source checkout. Equal files give equal bytes.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
from collections.abc import Iterator
from pathlib import Path

from ..errors import AutograderError
from ..grading.environment import DISTRIBUTION
from ..reports.page import template_folder
from .archive import zipped

PACKAGE = Path(__file__).parents[1]
CONSTRAINTS = "constraints.txt"


def wheel() -> tuple[str, bytes]:
    """Return the file name and the content of the wheel (PEP 427).

    Raises:
        AutograderError: the metadata of the installed package are missing.
    """
    installed = importlib.metadata.distribution(DISTRIBUTION)
    information = f"{DISTRIBUTION.replace('-', '_')}-{installed.version}.dist-info"
    files = dict(_package()) | dict(_metadata(installed, information))
    record = [f"{name},sha256={_digest(data)},{len(data)}" for name, data in files.items()]
    files[f"{information}/RECORD"] = "\n".join([*record, f"{information}/RECORD,,", ""]).encode()
    return f"{DISTRIBUTION.replace('-', '_')}-{installed.version}-py3-none-any.whl", zipped(files)


def constraints() -> bytes:
    """Return the versions of all packages that this version of the framework was tested with.

    Raises:
        AutograderError: the file is missing.
    """
    return _constraints_file().read_bytes()


def _constraints_file() -> Path:
    for folder in (PACKAGE, PACKAGE.parent):  # in a wheel, in a source checkout
        if (folder / CONSTRAINTS).is_file():
            return folder / CONSTRAINTS
    raise AutograderError(f"{CONSTRAINTS} is neither in {PACKAGE} nor next to it. Install the framework again.")


def _package() -> Iterator[tuple[str, bytes]]:
    templates = template_folder()
    folders = {"autograder": PACKAGE, "autograder/templates": templates}
    found = {}
    for prefix, folder in folders.items():
        for path in folder.rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc":
                found[f"{prefix}/{path.relative_to(folder).as_posix()}"] = path
    found[f"autograder/{CONSTRAINTS}"] = _constraints_file()
    for name in sorted(found):
        yield name, found[name].read_bytes()


def _metadata(installed: importlib.metadata.Distribution, folder: str) -> Iterator[tuple[str, bytes]]:
    for name in ("METADATA", "WHEEL", "entry_points.txt"):
        text = installed.read_text(name)
        if text is None:
            raise AutograderError(f"The installed package lacks its file {name}. Install the framework again.")
        head = text.partition("\n\n")[0] + "\n" if name == "METADATA" else text  # the README is for another reader
        yield f"{folder}/{name}", head.encode()
    for file in sorted(installed.files or (), key=str):
        if "licenses" in file.parts and file.parts[0].endswith(".dist-info"):
            yield f"{folder}/{'/'.join(file.parts[1:])}", Path(str(file.locate())).read_bytes()


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode("ascii")
