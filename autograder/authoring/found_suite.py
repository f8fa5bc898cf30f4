"""Find out what a folder with a pytest suite holds: its tests, the student's modules, and the files that both import.

Files are read, and none is run.
"""

from __future__ import annotations

import ast
import configparser
import os
import posixpath
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..course import notebook, test_cells
from ..course.assignment import file_of, import_name
from ..errors import SubmissionRejected, UsageError

LEFT_OUT = {"__pycache__", "node_modules", "venv", "env", "build", "dist"}
MAX_BYTES = 200 * 2**20  # of the whole folder; it is read into memory
_TEST = re.compile(r"(test_.*|.*_test)\.py")
_MARKED = re.compile(
    rb"(BEGIN|START( OF)?)[ _](YOUR[ _])?(SOLUTION|CODE)|YOUR CODE (STARTS|BEGINS) HERE|"
    rb"raise NotImplementedError|\bNotImplementedError\("
)


@dataclass(frozen=True, slots=True)
class FoundSuite:
    """What a folder holds.

    ``files`` are its files by their paths, without those of the student's modules. ``tests`` are the files with tests.
    ``modules`` are the student's modules, as assignment.toml names them, with their sources. ``support`` are modules of
    the suite that the student's modules import, by the paths at which a worker finds them. ``paths`` are the folders
    that the suite's configuration puts on Python's path.
    """

    files: Mapping[str, bytes]
    tests: Sequence[str]
    modules: Mapping[str, bytes]
    support: Mapping[str, bytes]
    paths: Sequence[str]


def find(path: Path, module: str | None) -> FoundSuite:
    """Look for tests and the student's modules in a folder. ``module`` names them, joined by commas.

    Raises:
        UsageError: it is no folder, has no tests, or does not tell which module is the student's.
    """
    files = _files(path)
    tests = [name for name in files if _is_test(name, files[name])]
    if not tests:
        raise UsageError(
            f"{path} has no tests. Name a folder with files test_*.py, with otter's tests or with a notebook whose "
            "cells assert something."
        )
    paths = tuple(dict.fromkeys([*_configured_paths(files), *_paths_of_tests(files, tests)]))
    names = _Names(files, _bases(tests, paths))
    chosen = _chosen(module, names, path) if module else _guessed(tests, names, path)
    sources = {name: _source(files[file]) if file.endswith(".ipynb") else files[file] for name, file in chosen.items()}
    rest = {name: data for name, data in files.items() if name not in set(chosen.values()) - set(tests)}
    support = {name: files[file] for name, file in sorted(_support(chosen, names, set(tests)).items())}
    return FoundSuite(rest, sorted(set(tests) & rest.keys()), sources, support, paths)


def _files(path: Path) -> dict[str, bytes]:
    if not path.is_dir():
        raise UsageError(f"{path} is not a folder. Name the folder with the tests and the student's module.")
    found: dict[str, bytes] = {}
    size = 0
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(each for each in folders if each not in LEFT_OUT and not each.startswith("."))
        for name in sorted(names):
            file = Path(folder) / name
            if name.startswith(".") or name.endswith(".pyc") or not file.is_file():
                continue
            try:
                size += file.stat().st_size
                if size > MAX_BYTES:
                    most = f"{MAX_BYTES // 2**20} MiB"
                    raise UsageError(f"{path} holds more than {most}. Take data out that no test reads.")
                found[file.relative_to(path).as_posix()] = file.read_bytes()
            except OSError as exc:
                raise UsageError(f"{file} cannot be read: {exc.strerror}. Nothing was written.") from exc
    return found


def _is_test(name: str, data: bytes) -> bool:
    path = PurePosixPath(name)
    if path.suffix == ".ipynb":
        return bool(test_cells.in_notebook(data))
    return bool(_TEST.fullmatch(path.name)) or test_cells.is_ok_format(name, data)


def _source(data: bytes) -> bytes:
    """Return the module in a notebook, without the cells that test."""
    tests = {cell.text for cell in test_cells.in_notebook(data)}
    return notebook.read(data, leave_out=tests.__contains__).source


def _configured_paths(files: Mapping[str, bytes]) -> Iterator[str]:
    """Yield the folders in ``pythonpath`` of pytest.ini, pyproject.toml, tox.ini or setup.cfg."""
    value: object = []
    try:
        if "pyproject.toml" in files:
            table = tomllib.loads(files["pyproject.toml"].decode()).get("tool", {}).get("pytest", {})
            value = table.get("ini_options", {}).get("pythonpath", [])
        for name, section in (("pytest.ini", "pytest"), ("tox.ini", "pytest"), ("setup.cfg", "tool:pytest")):
            if name in files:
                parser = configparser.ConfigParser(interpolation=None)
                parser.read_string(files[name].decode())
                value = parser.get(section, "pythonpath", fallback="") or value
    except (ValueError, AttributeError, configparser.Error):
        return  # pytest itself would refuse this file; what it says does not matter here
    for each in value.split() if isinstance(value, str) else value if isinstance(value, list) else []:
        folder = PurePosixPath(str(each)).as_posix()
        if not folder.startswith(("/", "..")):
            yield folder


def _paths_of_tests(files: Mapping[str, bytes], tests: Sequence[str]) -> Iterator[str]:
    """Yield the folders that tests add to ``sys.path``, such as "./python" or join(dirname(__file__), "../src").

    What such a text is relative to is not evaluated: it is a folder of the suite, seen from the test's or one above it.
    """
    folders = {parent.as_posix() for file in files for parent in PurePosixPath(file).parents}
    for name in (test for test in tests if test.endswith(".py")):
        for text in _texts_added_to_path(files[name]):
            for parent in PurePosixPath(name).parents:
                folder = posixpath.normpath(posixpath.join(parent.as_posix(), text))
                if folder in folders and folder != ".":
                    yield folder


def _texts_added_to_path(source: bytes) -> Iterator[str]:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("sys.path.append", "sys.path.insert"):
            texts = [each.value for each in ast.walk(node) if isinstance(each, ast.Constant)]
            yield posixpath.join("", *(text for text in texts if isinstance(text, str) and not text.startswith("/")))


def _bases(tests: Sequence[str], paths: Sequence[str]) -> list[str]:
    """Return the folders in which an import of a test may find a module."""
    folders = ["", *paths, "src", *(PurePosixPath(name).parent.as_posix() for name in tests)]
    return list(dict.fromkeys("" if folder == "." else folder for folder in folders))


# --- the student's modules


class _Names:
    """The modules in a folder by the names under which they can be imported."""

    def __init__(self, files: Mapping[str, bytes], bases: Sequence[str]) -> None:
        self._files = files
        self._bases = bases

    def file_of(self, name: str) -> str | None:
        """Return the file of a module, "pkg/__init__.py" for a package, or None if it is not in the folder."""
        stem = name.replace(".", "/")
        for base in self._bases:
            start = f"{base}/" if base else ""
            for file in (f"{start}{stem}.py", f"{start}{stem}/__init__.py", f"{start}{stem}.ipynb"):
                if file in self._files and not (file.endswith(".ipynb") and not stem.isidentifier()):
                    return file
        return None

    def module_of(self, name: str) -> tuple[str, str] | None:
        """Return a module's name in assignment.toml, "pkg.__init__" for a package, and its file."""
        file = self.file_of(name)
        if file is None:
            return None
        return (f"{name}.__init__" if file.endswith("/__init__.py") else name), file

    def inside(self, package: str) -> Iterator[str]:
        """Yield the names of the modules in a package."""
        stem = package.replace(".", "/")
        for base in self._bases:
            start = f"{base}/{stem}/" if base else f"{stem}/"
            for file in self._files:
                if file.startswith(start) and file.endswith(".py"):
                    yield import_name(f"{package}.{file[len(start) : -3].replace('/', '.')}")

    def imported_by(self, file: str) -> Iterator[str]:
        """Yield the modules in the folder that a file imports, by their names."""
        for name in _imports(self._files[file], file):
            parts = name.split(".")
            for end in range(1, len(parts) + 1):
                if self.file_of(".".join(parts[:end])):
                    yield ".".join(parts[:end])

    def data(self, file: str) -> bytes:
        """Return the content of a file."""
        return self._files[file]

    def marked_outside(self, tests: Sequence[str]) -> dict[str, str]:
        """Return the modules with answers to write that stand at the top of the folder and are no tests."""
        files = [file for file in self._files if file.endswith((".py", ".ipynb")) and "/" not in file]
        files = [file for file in files if file not in tests and PurePosixPath(file).stem.isidentifier()]
        marked = [file for file in files if _MARKED.search(self._files[file])]
        return {PurePosixPath(file).stem: file for file in marked or files[: len(files) == 1]}


def _imports(data: bytes, file: str) -> Iterator[str]:
    """Yield the names in the import statements of a file, also those that may be functions: "pkg.layers.relu"."""
    texts = [data]
    if file.endswith(".ipynb"):
        try:
            texts = [cell.encode() for cell in notebook.code_cells(data)]
        except SubmissionRejected:
            return
    package = PurePosixPath(file).parent.as_posix().replace("/", ".").strip(".")
    for text in texts:
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                start = node.module or ""
                if node.level:
                    above = package.split(".")[: len(package.split(".")) - node.level + 1]
                    start = ".".join(filter(None, [*above, start]))
                if start:
                    yield start
                yield from (f"{start}.{alias.name}".strip(".") for alias in node.names if alias.name != "*")


def _chosen(module: str, names: _Names, path: Path) -> dict[str, str]:
    """Return the modules that the option names; a package stands for all its modules."""
    chosen: dict[str, str] = {}
    for each in (name.strip().removesuffix(".py").replace("/", ".") for name in module.split(",")):
        found = names.module_of(each)
        inside = [at for name in names.inside(each) if (at := names.module_of(name))]
        if found is None and not inside:
            raise UsageError(f"{path} has no module {each}. Correct --module.")
        chosen |= dict([found] if found else []) | dict(inside)
    return chosen


def _guessed(tests: Sequence[str], names: _Names, path: Path) -> dict[str, str]:
    """Return the modules that the tests import and that the student writes."""
    folders = {PurePosixPath(name).parent for name in tests}
    reached: dict[str, None] = {}
    todo = list(tests)
    while todo:  # through conftest.py, adapters and other helpers of the tests
        file = todo.pop()
        for name in names.imported_by(file):
            other = names.file_of(name)
            if other and name not in reached:
                reached[name] = None
                if PurePosixPath(other).parent in folders and not _MARKED.search(names.data(other)):
                    todo.append(other)
    found = {at[0]: at[1] for name in reached if (at := names.module_of(name)) and at[1] not in tests}
    whole = found | {
        at[0]: at[1]
        for name in list(found)
        if name.endswith(".__init__")
        for inner in names.inside(import_name(name))
        if (at := names.module_of(inner)) and at[1] not in tests
    }
    marked = {name: file for name, file in whole.items() if _MARKED.search(names.data(file))}
    apart = {name: file for name, file in found.items() if PurePosixPath(file).parent not in folders}
    packages = {name for name in apart if name.endswith(".__init__")}
    if packages and not marked:  # a package in which nothing is marked is the student's as a whole
        starts = tuple(map(import_name, packages))
        apart |= {name: file for name, file in whole.items() if name.startswith(starts)}
    chosen = marked or apart or found
    own = [name for name in tests if name.endswith(".ipynb")]
    if not chosen and len(own) == 1:  # a notebook that holds answers and asserts
        return {PurePosixPath(own[0]).stem: own[0]}
    if not chosen:  # tests that import nothing, as in otter, speak of the only module next to them
        chosen = names.marked_outside(tests)
    if not chosen or (len(chosen) > 1 and not marked and not packages):
        known = ", ".join(import_name(name) for name in chosen)
        hint = f"The tests import {known}." if known else "The tests import no module of this folder."
        raise UsageError(f"{path}: it is not clear which module the student writes. {hint} Name it with --module.")
    return dict(sorted(chosen.items()))


def _support(chosen: Mapping[str, str], names: _Names, tests: set[str]) -> dict[str, str]:
    """Return the files that the student's modules import, with the packages around these, and that are not theirs.

    Their keys are their paths beside the student's modules.
    """
    found: dict[str, str] = {}
    todo = [parent for name in chosen for parent in _around(name)]
    for file in chosen.values():
        todo += names.imported_by(file)
    while todo:
        at = names.module_of(todo.pop())
        if at is None:
            continue
        name, file = at
        if file_of(name) not in found and file not in chosen.values() and file not in tests:
            found[file_of(name)] = file
            todo += names.imported_by(file)
    return found


def _around(name: str) -> list[str]:
    """Return the packages around a module: "a.b" and "a" for "a.b.c"."""
    parts = import_name(name).split(".")[:-1]
    return [".".join(parts[:end]) for end in range(1, len(parts) + 1)]
