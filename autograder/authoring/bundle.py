"""What a platform needs that starts the grader itself: a bundle for staff with one assignment and its hidden half.

The platform keeps the bundle from students, so that the search for leaks does not apply to it.
"""

from __future__ import annotations

import io
import json
import os
import tarfile
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..audit.audit import audit
from ..course.assignment import Assignment, file_of
from ..errors import AssignmentError, AutograderError, UsageError
from ..exchange.platforms import Platform, results
from ..messages import say, use_language
from ..reports.files import write_bytes
from .archive import zipped
from .release import Options, commit_for, constraints_of, write_new
from .templates import rendered
from .wheel import wheel
from .wheelhouse import wheels

PYTHON = "3.11"  # the oldest that the framework supports
SECONDS = {Platform.GRADESCOPE: 540, Platform.PRAIRIELEARN: 240, Platform.AUTOLAB: 240}
"""For one submission. Gradescope ends a program after 600 seconds by default, and then keeps no results."""
PROGRAM = '"$source/venv/bin/python" -I -m autograder'
EXECUTABLE = frozenset({"setup.sh", "run_autograder", "tests/run", "bundle/run"})
FAILURES = ("stopped", "late", "killed")


@dataclass(frozen=True, slots=True)
class Bundle:
    """The files of a bundle by their paths, and what staff should know before they upload it."""

    files: Mapping[str, bytes]
    notes: tuple[str, ...]


def bundle(assignment: Assignment, platform: Platform, *, root: Path, options: Options) -> Bundle:
    """Return the bundle of an assignment for a platform.

    Raises:
        UsageError: the working tree has changes, or PyTorch would come in a build for CUDA.
        AssignmentError: the assignment has no solution.
    """
    if assignment.solution is None:
        raise AssignmentError(
            f"{assignment.slug} has no folder in solutions/. A platform grades officially, and needs the solution and "
            "the hidden cases. If they lie elsewhere, use --solutions."
        )
    commit = commit_for(root, options)
    files = {f"course/{name}": path.read_bytes() for name, path in assignment.files()}
    files |= {f"{name}.json": text.encode() for name, text in _failures(assignment, platform).items()}
    about = {"platform": platform.value, "slug": assignment.slug, "commit": commit.digest, "clean": commit.is_clean}
    files["bundle.json"] = (json.dumps(about, indent=1) + "\n").encode()
    made = {Platform.GRADESCOPE: _gradescope, Platform.PRAIRIELEARN: _prairielearn, Platform.AUTOLAB: _autolab}
    whole = made[platform](assignment, files, root, options)
    notes = (
        f"It contains the solution and the hidden cases of {assignment.slug}, so it is for staff only. No search for "
        "leaks was made.",
    )
    return Bundle(dict(sorted(whole.items())), notes)


def refusals(assignment: Assignment, options: Options) -> list[str]:
    """Return the reasons of the audit against a bundle."""
    if options.audit is None:
        return []
    try:
        return [f"{assignment.slug}: {reason}" for reason in audit(assignment, options.audit).failures()]
    except AutograderError as exc:
        return [str(exc)]


def write_zip(made: Bundle, path: Path) -> None:
    """Write the bundle as a zip archive, atomically.

    Raises:
        AutograderError: ``report-write`` if it cannot be written.
    """
    write_bytes(path, zipped(dict(made.files), executable=EXECUTABLE))


def write_folder(made: Bundle, folder: Path) -> None:
    """Write the bundle as a folder: complete, or not at all.

    Raises:
        UsageError: the folder is not empty.
        AutograderError: ``release-write`` if it cannot be written.
    """
    write_new(made.files, folder)
    for name in EXECUTABLE & made.files.keys():
        os.chmod(folder / name, 0o755)


# --- the platforms


def _gradescope(assignment: Assignment, files: dict[str, bytes], root: Path, options: Options) -> dict[str, bytes]:
    torch = assignment.needs_torch
    if torch and not options.torch_index and not options.wheelhouse:
        raise UsageError(
            f"{assignment.slug} needs PyTorch, and pip's own index has a build for CUDA of several gigabytes. Name an "
            "index of builds for the CPU: --torch-index URL, or torch_index in course.toml; or add the packages "
            "themselves: --wheelhouse linux-x86_64.",
            slug="release-torch-index",
        )
    name, data = wheel()
    pins = constraints_of(root)
    files |= {f"wheels/{name}": data, "constraints.txt": pins}
    if options.wheelhouse:
        files |= wheels((name, data), pins, options.wheelhouse, torch=torch, index=options.torch_index)
    values = {
        "wheel": name,
        "torch": "torch torchvision" if torch else "",
        "torch_index": options.torch_index,
        "wheelhouse": bool(options.wheelhouse),
    }
    templates = {"setup.sh": "gradescope/setup.sh", "run_autograder": "gradescope/run_autograder"}
    return files | rendered("platforms", templates, values | _values(assignment, Platform.GRADESCOPE))


def _prairielearn(assignment: Assignment, files: dict[str, bytes], root: Path, options: Options) -> dict[str, bytes]:
    values = {
        "uuid": str(uuid.uuid5(uuid.NAMESPACE_URL, f"autograder:{assignment.slug}")),
        "title": json.dumps(assignment.title),
        "files": ",".join(file_of(module) for module in assignment.modules),
    } | _values(assignment, Platform.PRAIRIELEARN)
    templates = {"tests/run": "prairielearn/run", "info.json": "prairielearn/info.json"}
    page = rendered("platforms", {"question.html": "prairielearn/question.html"}, values | {"title": assignment.title})
    return {f"tests/{name}": data for name, data in files.items()} | rendered("platforms", templates, values) | page


def _autolab(assignment: Assignment, files: dict[str, bytes], root: Path, options: Options) -> dict[str, bytes]:
    """Return autograde-Makefile and autograde.tar, whose files are in the folder ``bundle``."""
    values = _values(assignment, Platform.AUTOLAB) | {"handin": file_of(assignment.modules[0])}
    files |= rendered("platforms", {"run": "autolab/run"}, values)
    archive = _tar({f"bundle/{name}": data for name, data in sorted(files.items())})
    makefile = rendered("platforms", {"autograde-Makefile": "autolab/autograde-Makefile"}, values)
    return {"autograde.tar": archive, **makefile}


def _values(assignment: Assignment, platform: Platform) -> dict[str, object]:
    return {"slug": assignment.slug, "seconds": SECONDS[platform], "program": PROGRAM, "python": PYTHON}


def _failures(assignment: Assignment, platform: Platform) -> dict[str, str]:
    """Return the documents that a script takes if the grader itself cannot write one."""
    writer = results(platform)
    with use_language(assignment.language):
        return {
            name: writer.not_graded(say(f"platform.{name}"), staff=f"The grader was {name}; see the output of the run.")
            for name in FAILURES
        }


def _tar(files: Mapping[str, bytes]) -> bytes:
    """Return a tar archive whose bytes depend on its content alone."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(data), 0o755 if name in EXECUTABLE else 0o644
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()
