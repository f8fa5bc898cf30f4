"""An assignment's own sentences in another language: a file ``ko.toml`` in each of its two folders.

A flat table, English sentence = Korean sentence, for titles, cases, hints and known mistakes::

    "The sigmoid" = "시그모이드"

What is not in it stays English. The hidden half lies in ``solutions/``, so that no student's copy tells of it.
"""

from __future__ import annotations

import tomllib
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

from ..errors import AssignmentError
from ..messages import translate, use_language
from ..model import Language
from .assignment import Assignment


def assignment_language(language: Language | None, assignment: Assignment) -> AbstractContextManager[None]:
    """Speak ``language``, or else the assignment's own, inside the block; the assignment's sentences included.

    Open the submission and grade it inside. AssignmentError for a table that cannot be read.
    """
    chosen = language or assignment.language
    return use_language(chosen, texts(assignment, chosen))


def translated(assignment: Assignment) -> Assignment:
    """Return the assignment with its titles in the language in hand."""
    tasks = tuple(replace(task, title=translate(task.title)) for task in assignment.tasks)
    return replace(assignment, title=translate(assignment.title), tasks=tasks)


def texts(assignment: Assignment, language: Language) -> dict[str, str]:
    """Return the assignment's sentences, English -> ``language``, of both folders; {} where nobody translated it.

    AssignmentError names the file and what to mend.
    """
    found: dict[str, str] = {}
    for folder, kind in ((assignment.folder, "assignments"), (assignment.solution, "solutions")):
        path = folder / f"{language}.toml" if folder else None
        if path is not None and path.is_file():
            found |= _read(path, shown=f"{kind}/{assignment.slug}/{path.name}")
    return found


def _read(path: Path, *, shown: str) -> dict[str, str]:
    remedy = 'write "English" = "한국어", both quoted'
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as exc:
        raise AssignmentError(f"{shown} cannot be read ({exc.strerror}); mend its permissions.") from exc
    except UnicodeDecodeError as exc:
        raise AssignmentError(f"{shown}: this is not UTF-8; save the file again as UTF-8.") from exc
    except tomllib.TOMLDecodeError as exc:
        raise AssignmentError(f"{shown}: this is not valid TOML ({exc}); {remedy}.") from exc
    for sentence, text in table.items():
        if not (isinstance(text, str) and text):
            raise AssignmentError(f'{shown}: "{sentence}" stands without a sentence; {remedy}.')
    return table
