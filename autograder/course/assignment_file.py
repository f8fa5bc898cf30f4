"""Reads ``assignment.toml``: what keys and values it may have. A message names file, line and remedy of each error."""

from __future__ import annotations

import json
import keyword
import math
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from autograder.errors import AssignmentError, did_you_mean
from autograder.messages import languages

from . import data_sets, framework, manual_tasks
from . import suite as suites

Location = tuple[str | int, ...]
"""The location of a value: ``("points",)``, ``("task", 1, "points")``, ``("modules", 0)``."""

_Kind = tuple[tuple[Callable[[Any], bool], str], ...]
"""The tests of a value, in order, each with a description of a valid value for the message."""

_NUMBER = (
    (lambda value: type(value) in (int, float), "a number"),
    (lambda value: -1e300 < value < 1e300, "a finite number"),
    (lambda value: value > 0, "a number above 0"),
)
_POINTS: _Kind = (*_NUMBER[:2], (lambda value: value >= 0, "a number above 0"))  # of a task; a challenge has 0
_TEXT: _Kind = ((lambda value: isinstance(value, str), "text in quotes"), (bool, "at least one character"))
_WHOLE: _Kind = ((lambda value: type(value) is int, "a whole number"), _NUMBER[2])
_NAMES: _Kind = ((lambda value: isinstance(value, list), 'a list such as ["numpy"]'),)
_SOME: _Kind = (*_NAMES, (bool, "at least one entry"))
_LANGUAGE: _Kind = ((lambda value: value in languages(), " or ".join(f'"{each}"' for each in languages())),)
_VERSIONS: _Kind = (*_TEXT, (framework.is_specifier, 'versions of autograder, such as ">=0.2" or ">=0.2,<1"'))
_SUITE: _Kind = ((lambda value: value in suites.KINDS, '"visible" or "hidden"'),)
_DATA: _Kind = ((lambda value: value in data_sets.NAMES, " or ".join(f'"{each}"' for each in data_sets.NAMES)),)
_YES: _Kind = ((lambda value: type(value) is bool, "true or false"),)
_TABLE: _Kind = ((lambda value: isinstance(value, dict), "a table, headed by its name in brackets"),)
_TASKS: _Kind = (
    (
        lambda value: isinstance(value, list) and value != [],
        "a table headed [[task]], in double brackets, for each task",
    ),
)

KEYS: Mapping[str, _Kind] = {
    "title": _TEXT, "points": _NUMBER, "modules": _SOME, "allowed_imports": _NAMES, "after": _NAMES,
    "language": _LANGUAGE, "requires": _VERSIONS, "published": _YES, "suite": _SUITE, "task": _TASKS,
    "limits": _TABLE, "data": _DATA,
}  # fmt: skip
_TASK_KIND: _Kind = ((lambda value: value in manual_tasks.KINDS, '"cases" or "manual"'),)
TASK_KEYS: Mapping[str, _Kind] = {
    "id": _TEXT, "title": _TEXT, "points": _POINTS, "challenge": _YES, "uses": _NAMES, "kind": _TASK_KIND,
    "rubric": _TABLE,
}  # fmt: skip
LIMIT_KEYS: Mapping[str, _Kind] = {
    "call_s": _NUMBER, "cell_s": _NUMBER, "load_s": _NUMBER, "submission_s": _NUMBER, "cpu_s": _NUMBER,
    "memory_mib": _WHOLE, "result_mib": _WHOLE,
}  # fmt: skip
"""The limits that an assignment may override. The sandbox has the defaults, so ``limits`` contains no missing keys."""
OPTIONAL = {
    "allowed_imports",
    "after",
    "language",
    "requires",
    "published",
    "suite",
    "limits",
    "data",
    "uses",
    "challenge",
    "kind",
    "rubric",
    data_sets.MNIST,
    *LIMIT_KEYS,
}
ENTRIES: Mapping[str, _Kind] = {
    "modules": _TEXT[:1], "allowed_imports": _TEXT[:1], "after": _TEXT[:1], "task": _TABLE, "uses": _TEXT[:1],
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """The text of an assignment.toml, and its name in messages."""

    shown: str
    text: str

    @classmethod
    def read(cls, path: Path, *, shown: str) -> Source:
        try:
            content = path.read_bytes()
        except OSError as exc:
            raise AssignmentError(f"{shown} cannot be read ({exc.strerror}); create it, or make it readable.") from exc
        try:
            return cls(shown, content.decode("utf-8-sig"))
        except UnicodeDecodeError as exc:
            line = content.count(b"\n", 0, exc.start) + 1
            raise AssignmentError(f"{shown}, line {line}: this is not UTF-8 text; save the file as UTF-8.") from exc

    def sentence(self, at: Location, problem: str) -> str:
        return f"{self.shown}, line {_line_of(self.text, at)}: {problem}"

    def fail(self, at: Location, problem: str) -> NoReturn:
        raise AssignmentError(self.sentence(at, problem))


def parse(source: Source) -> dict[str, Any]:
    """Return the table of a file whose keys and values are of the right kinds.

    Raises:
        AssignmentError: they are not, or the file is not valid TOML; names every error.
    """
    try:
        table = tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as exc:
        raise AssignmentError(_syntax_sentence(source, str(exc))) from exc
    _check_version(table.get("requires"), source)  # first: a newer version may have further keys
    tables = list(_tables(table))
    # report a misspelt key before the missing key that it was meant to be
    faults = [fault for each in tables for fault in _unknown_keys(*each)]
    faults += [fault for each in tables for fault in _wrong_values(*each)]
    if faults:
        raise AssignmentError("\n".join(source.sentence(at, problem) for at, problem in faults))
    return table


def _check_version(wanted: Any, source: Source) -> None:
    if isinstance(wanted, str) and framework.is_specifier(wanted) and not framework.is_met(wanted):
        source.fail(
            ("requires",),
            f'requires is "{wanted}", but autograder {framework.version()} is installed; install a version that fits '
            "(in a course of your own: make upgrade WHEEL=path), or correct this line.",
        )


def _syntax_sentence(source: Source, text: str) -> str:
    # tomllib ends its messages in "(at line 3, column 5)" or "(at end of document)"
    reason, _, place = text.rstrip(")").rpartition(" (at ")
    found = re.search(r"line (\d+)", place)
    line = int(found[1]) if found else source.text.rstrip().count("\n") + 1
    return f"{source.shown}, line {line}: this is not valid TOML ({reason}); correct this line or the one before it."


_Fault = tuple[Location, str]


def _tables(table: dict[str, Any]) -> Iterator[tuple[dict[str, Any], Mapping[str, _Kind], Location]]:
    """Yield the table of the whole file and the tables inside it, each with its valid keys and its location."""
    yield table, KEYS, ()
    for i, task in _entries(table.get("task")):
        if isinstance(task, dict):
            yield task, TASK_KEYS, ("task", i)
    if isinstance(limits := table.get("limits"), dict):
        yield limits, {**LIMIT_KEYS, data_sets.MNIST: _TABLE}, ("limits",)
        if isinstance(on_mnist := limits.get(data_sets.MNIST), dict):
            yield on_mnist, LIMIT_KEYS, ("limits", data_sets.MNIST)


def _entries(value: Any) -> Iterable[tuple[int, Any]]:
    return enumerate(value) if isinstance(value, list) else ()


def _unknown_keys(table: dict[str, Any], keys: Mapping[str, _Kind], at: Location) -> Iterator[_Fault]:
    for key in table:
        if key not in keys:
            remedy = did_you_mean(key, list(keys)) or f" Write one of {', '.join(keys)}."
            yield (*at, key), f"the key {key} is unknown.{remedy}"


def _wrong_values(table: dict[str, Any], keys: Mapping[str, _Kind], at: Location) -> Iterator[_Fault]:
    for key, kind in keys.items():
        if key in table:
            yield from _fault(table[key], kind, (*at, key))
        elif key not in OPTIONAL:
            yield (*at, key), f"{key} is missing; add it{' to this task' if at else ''}."
        for i, entry in _entries(table.get(key)) if key in ENTRIES else ():
            yield from _fault(entry, ENTRIES[key], (*at, key, i))


def _fault(value: Any, kind: _Kind, at: Location) -> Iterator[_Fault]:
    """Yield the error of an invalid value and its remedy, as the end of a sentence."""
    wanted = next((words for holds, words in kind if not holds(value)), None)
    if wanted is not None:
        key = next(part for part in reversed(at) if isinstance(part, str))
        yield at, f"{key} {'holds' if isinstance(at[-1], int) else 'is'} {_shown(value)}; write {wanted}."


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 40 else text[:37] + "..."


# --- checks of several values


def check(table: dict[str, Any], source: Source) -> None:
    """Compare the values of a table with each other.

    Raises:
        AssignmentError: names do not fit together, or points do not add up.
    """
    for name in table["modules"]:
        parts = name.split(".") if "suite" in table else [name]
        if not all(part.isidentifier() and not keyword.iskeyword(part) for part in parts):
            example = name.removesuffix(".py")
            remedy = f'write "{example}"' if example.isidentifier() else "use letters, digits and underscores only"
            source.fail(("modules",), f'modules holds "{name}", which is not the name of a module; {remedy}.')
    for name in table.get("allowed_imports", ()):
        if not name.isidentifier():
            top = name.split(".")[0]
            remedy = f'write "{top}"' if top.isidentifier() else "write the name as in the import statement"
            source.fail(("allowed_imports",), f'allowed_imports holds "{name}"; {remedy}.')
    if repeated := _repeated(table["modules"]):
        source.fail(("modules",), f'modules holds "{table["modules"][repeated]}" twice; name it once.')
    ids = [task["id"] for task in table["task"]]
    if repeated := _repeated(ids):
        source.fail(("task", repeated, "id"), f'id is "{ids[repeated]}", as in an earlier task; choose another.')
    for i, task in enumerate(table["task"]):
        for name in task.get("uses", ()):
            if name not in ids or name == task["id"]:
                source.fail(
                    ("task", i, "uses"), f'uses holds "{name}", which is no other task; write one of their ids.'
                )
    for i, task in enumerate(table["task"]):
        if problem := manual_tasks.problem(task):
            source.fail(("task", i, problem.key), problem.sentence)
    if all(task.get("kind") == manual_tasks.MANUAL for task in table["task"]):
        source.fail(("task", 0, "kind"), "no task has cases; write at least one that has, or grade by hand alone.")
    total = math.fsum(task["points"] for task in table["task"])
    if not math.isclose(total, points := table["points"]):
        source.fail(("points",), f"points is {points:g}, but the tasks add up to {total:g}; make them equal.")


def _repeated(names: list[str]) -> int:
    """Return the index of the first name that also appears earlier in the list, or 0."""
    return next((i for i, name in enumerate(names) if name in names[:i]), 0)


_HEADER = re.compile(r"\s*\[+\s*([\w-]+)\s*\]+")


def _line_of(text: str, at: Location) -> int:
    """Return the line (from 1) of the value at ``at``. Scan the text for its table and key.

    For a missing key, return the line of its table's header. For a key of a table in braces, return the first line
    that contains the key.
    """
    lines = text.split("\n")
    headers = [(i, match[1]) for i, line in enumerate(lines) if (match := _HEADER.match(line))]
    start, key = -1, str(at[0])  # the top table has no header; -1 is the line before the first
    if len(at) > 1 and isinstance(at[-1], str):
        key = at[-1]
        same = [i for i, name in headers if name == at[0]]
        number = at[1] if isinstance(at[1], int) else 0
        if number >= len(same):
            return next((i for i, line in enumerate(lines, 1) if re.search(rf"\b{re.escape(key)}\b", line)), 1)
        start = same[number]
    elif own := [i for i, name in headers if name == key]:
        return own[0] + 1
    end = next((i for i, _ in headers if i > start), len(lines))
    pattern = re.compile(rf"""\s*["']?{re.escape(key)}["']?\s*=""")
    return next((i for i in range(start + 1, end) if pattern.match(lines[i])), max(start, 0)) + 1
