"""The sentences of an assignment in another language: a file ``ko.toml`` in each of its two folders.

The file is a flat table, English sentence = translation, for titles, cases, hints and known mistakes::

    "The sigmoid" = "시그모이드"

A sentence without a translation stays English. The translations of hidden cases are in ``solutions/``, so that no
student's copy reveals them.
"""

from __future__ import annotations

import tomllib
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

from ..errors import AssignmentError
from ..messages import translate, use_language
from ..model import RubricLine
from .assignment import Assignment


def assignment_language(language: str | None, assignment: Assignment) -> AbstractContextManager[None]:
    """Use ``language`` (None: the assignment's own) and the assignment's translations inside a ``with`` block.

    Open the submission and grade it inside the block.

    Raises:
        AssignmentError: a table of translations is wrong.
        KeyError: the language does not exist.
    """
    chosen = language or assignment.language
    return use_language(chosen, texts(assignment, chosen))


def translated(assignment: Assignment) -> Assignment:
    """Return the assignment with its titles in the current language."""
    tasks, manual = (
        tuple(replace(task, title=translate(task.title), rubric=_translated(task.rubric)) for task in each)
        for each in (assignment.tasks, assignment.manual)
    )
    return replace(assignment, title=translate(assignment.title), tasks=tasks, manual=manual)


def _translated(rubric: tuple[RubricLine, ...]) -> tuple[RubricLine, ...]:
    return tuple(replace(line, text=translate(line.text)) for line in rubric)


def texts(assignment: Assignment, language: str) -> dict[str, str]:
    """Return the translations in both folders, English -> ``language``. The result is empty if there are none.

    Raises:
        AssignmentError: a table is wrong; the message names the file and the remedy.
    """
    found: dict[str, str] = {}
    for folder, name in (
        (assignment.folder, f"assignments/{assignment.slug}"),
        (assignment.solution, assignment.solution_name),
    ):
        path = folder / f"{language}.toml" if folder else None
        if path is not None and path.is_file():
            found |= _read(path, shown=f"{name}/{path.name}")
    return found


def _read(path: Path, *, shown: str) -> dict[str, str]:
    remedy = 'write "English sentence" = "translation", both in quotes'
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as exc:
        raise AssignmentError(f"{shown} cannot be read ({exc.strerror}); check its permissions.") from exc
    except UnicodeDecodeError as exc:
        raise AssignmentError(f"{shown} is not UTF-8 text; save it as UTF-8.") from exc
    except tomllib.TOMLDecodeError as exc:
        raise AssignmentError(f"{shown} is not valid TOML ({exc}); {remedy}.") from exc
    for sentence, translation in table.items():
        if not isinstance(translation, str) or not translation:
            raise AssignmentError(f'{shown}: "{sentence}" has no translation; {remedy}.')
    return table
