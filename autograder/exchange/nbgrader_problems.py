"""Why nbgrader cannot process a submission: its own log names the folder alone."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterable
from pathlib import Path

from .nbgrader_folders import TIMESTAMP, time_of

_AGAIN = "Ask the student to save the notebook in Jupyter and to hand it in again."


def problem_of(submitted: Path, notebooks: Iterable[str]) -> str:
    """Return a sentence with file, place and remedy; "" if nothing is wrong with what was handed in."""
    for path in sorted(submitted.rglob("*")):
        mode = path.lstat().st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode)):
            return f"{path} is not a file that can be copied. Remove it."
    for name in notebooks:
        path = submitted / f"{name}.ipynb"
        if path.is_dir():
            return f"{path} is a folder, not a notebook. {_AGAIN}"
        if path.is_file() and (problem := _problem_of_notebook(path.read_bytes())):
            return f"{path} is not a notebook: {problem}. {_AGAIN}"
    return _problem_of_time(submitted / TIMESTAMP)


def _problem_of_notebook(data: bytes) -> str:
    if not data.strip():
        return "it is empty"
    if data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        return "it begins with a byte order mark"
    try:
        found = json.loads(data)
    except UnicodeDecodeError:
        return "it is not UTF-8 text"
    except (ValueError, RecursionError) as exc:
        line = getattr(exc, "lineno", None)
        return f"line {line} is not JSON" if line else "it is nested too deep"
    if not isinstance(found, dict) or not isinstance(found.get("cells"), list):
        return "it has no list of cells" + (", as in version 3 of the format" if _version(found) == 3 else "")
    return "" if _version(found) == 4 else f"it is of version {_version(found)} of the format, not 4"


def _version(found: object) -> object:
    return found.get("nbformat") if isinstance(found, dict) else None


def _problem_of_time(path: Path) -> str:
    if not path.is_file():
        return ""
    text = path.read_bytes().decode(errors="replace").strip()
    if not text or time_of(text) is not None:
        return ""
    return f"{path} does not say a time, such as 2026-11-20 10:00:00 UTC. Correct it, or remove it."
