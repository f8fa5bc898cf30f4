"""An adopted pytest suite: the folder with its files, unchanged, and ``suite.toml``, which gives each test its points.

Both lie in ``assignments/<slug>/`` if students receive the tests, otherwise in ``solutions/<slug>/``.
"""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import AssignmentError

FOLDER = "suite"
TABLE = "suite.toml"
KINDS = ("visible", "hidden")  # the values of the key ``suite`` in assignment.toml

_KEYS = {"id": str, "task": str, "points": (int, float), "title": str, "visible": bool}


@dataclass(frozen=True, slots=True)
class SuiteTest:
    """A test of a suite: its id as pytest writes it, without parameters, its task and what it is worth.

    The parameter sets of a test share its points. ``title`` "" means the docstring of the test, or its name.
    """

    id: str
    task: str
    points: float
    title: str = ""
    visible: bool = True

    @property
    def file(self) -> str:
        """The path of its file in the suite."""
        return self.id.partition("::")[0]


@dataclass(frozen=True, slots=True)
class Suite:
    """The folder of a suite, the tests that are graded, and where ``import`` finds its files.

    ``paths`` are the folders of the suite that its own configuration puts on Python's path. ``support`` are files in
    the assignment's folder that every worker gets, because the student's modules import them. A suite without tests is
    one that is being adopted: all its tests in ``files`` are collected.
    """

    folder: Path
    tests: tuple[SuiteTest, ...]
    paths: tuple[str, ...] = ()
    support: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    @property
    def test_files(self) -> tuple[str, ...]:
        """The files with tests, each once."""
        return self.files or tuple(dict.fromkeys(test.file for test in self.tests))


def read(folder: Path, *, shown: str) -> Suite:
    """Read ``suite.toml`` in ``folder``. ``shown`` is the folder's name in messages.

    Raises:
        AssignmentError: the table or the suite is missing, or an entry is wrong.
    """
    name = f"{shown}/{TABLE}"
    try:
        table = tomllib.loads((folder / TABLE).read_text(encoding="utf-8-sig"))
    except OSError as exc:
        raise AssignmentError(f"{name} cannot be read ({exc.strerror}); run autograder adopt again.") from exc
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise AssignmentError(f"{name}: this is not valid TOML ({exc}); correct it.") from exc
    if not (folder / FOLDER).is_dir():
        raise AssignmentError(f"{shown}/{FOLDER} is missing; it holds the files of the adopted suite.")
    entries = table.get("test")
    if not isinstance(entries, list) or not entries:
        raise AssignmentError(f"{name}: there is no test; write a table headed [[test]] for each one.")
    tests = tuple(_test(entry, f"{name}, test {number}") for number, entry in enumerate(entries, 1))
    _check_ids(tests, folder, name)
    paths, support = (tuple(_paths(table.get(key, []), key, name)) for key in ("paths", "support"))
    return Suite(folder / FOLDER, tests, paths, support)


def _check_ids(tests: Sequence[SuiteTest], folder: Path, name: str) -> None:
    seen: set[str] = set()
    for number, test in enumerate(tests, 1):
        if test.id in seen:
            raise AssignmentError(f"{name}, test {number}: {test.id} is named twice; remove one of the two.")
        seen.add(test.id)
        if not (folder / FOLDER / test.file).is_file():
            raise AssignmentError(f"{name}, test {number}: {FOLDER}/{test.file} is missing; correct id.")


def _test(entry: Any, place: str) -> SuiteTest:
    if not isinstance(entry, dict):
        raise AssignmentError(f"{place}: write a table headed [[test]].")
    for key in entry.keys() - _KEYS.keys():
        raise AssignmentError(f"{place}: the key {key} is unknown; write one of {', '.join(_KEYS)}.")
    for key in ("id", "task", "points"):
        if key not in entry:
            raise AssignmentError(f"{place}: {key} is missing; add it.")
    for key, value in entry.items():
        kind: Any = _KEYS[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise AssignmentError(f"{place}: {key} is {json.dumps(value, default=str)}, which is of the wrong type.")
    if not 0 <= entry["points"] < 1e300:  # 0 is for a challenge
        raise AssignmentError(f"{place}: points is {entry['points']}; write a number above 0.")
    return SuiteTest(**{**entry, "points": float(entry["points"])})


def _paths(value: Any, key: str, name: str) -> Iterator[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise AssignmentError(f'{name}: {key} is not a list of paths; write {key} = ["src"].')
    for each in value:
        if Path(each).is_absolute() or ".." in Path(each).parts:
            raise AssignmentError(f"{name}: {key} holds {each}, which leads out of the folder; write a path inside it.")
        yield each


def to_toml(suite: Suite) -> str:
    """Return the text of ``suite.toml``."""
    lines = ["# The tests of the suite that are graded, with their points. The files in suite/ stay as they are."]
    lines += ["# Parameter sets of a test share its points. A test without an entry here is not graded."]
    for key, value in (("paths", suite.paths), ("support", suite.support)):
        if value:
            lines.append(f"{key} = {json.dumps(list(value), ensure_ascii=False)}")
    for test in suite.tests:
        lines += ["", "[[test]]", f"id = {_quoted(test.id)}", f"task = {_quoted(test.task)}"]
        lines.append(f"points = {test.points!r}")
        lines += [f"title = {_quoted(test.title)}"] if test.title else []
        lines += ["visible = false"] if not test.visible else []
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def used_names(suite: Suite, modules: Iterable[str]) -> frozenset[str]:
    """Return the names that the files of a suite import from ``modules``, or use as attributes of them."""
    wanted = set(modules)
    found: set[str] = set()
    for path in sorted(suite.folder.rglob("*.py")):
        try:
            tree = ast.parse(path.read_bytes())
        except (SyntaxError, ValueError):
            continue
        aliases: set[str] = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module in wanted:
                found |= {alias.name for alias in node.names if alias.name != "*"}
            elif isinstance(node, ast.Import):
                aliases |= {(alias.asname or alias.name) for alias in node.names if alias.name in wanted}
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in aliases:
                found.add(node.attr)
    return frozenset(found)


_DEFINITION = re.compile(r"^(?:async +)?(def|class) +(\w+)", re.MULTILINE)
_IMPORT = re.compile(r"^import [\w.]+(?: as \w+)?", re.MULTILINE)


def skeleton(suite: Suite, module: str, source: str) -> str:
    """Return a module with the names that a suite imports from ``module``, with which it can be collected.

    A student's machine has no solution, and the student's own file may be broken or lack a name. Its definitions say
    what is a class; of a name that it lacks the first letter does.
    """
    kinds = {name: kind for kind, name in _DEFINITION.findall(source)}
    for name in used_names(suite, [module]):
        kinds.setdefault(name, "data" if name.isupper() else "class" if name[:1].isupper() else "def")
    bodies = {"def": "def {}(*args, **kwargs):\n    pass", "class": "class {}:\n    pass", "data": "{} = 0"}
    lines = _IMPORT.findall(source) + [bodies[kind].format(name) for name, kind in sorted(kinds.items())]
    return "\n".join(lines) + "\n"
