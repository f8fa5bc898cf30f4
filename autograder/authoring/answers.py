"""The answers of an assignment, for students after the hand-in: solution, alternatives, known mistakes, all cases.

The folder is a small course: ``assignments/SLUG`` holds the solution in place of the stub, so ``grade SLUG`` passes
there, and ``solutions/SLUG`` holds the rest as it is. ``published`` in its assignment.toml turns hidden cases into
visible ones; those that use ``reference`` find the solution where they always find it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from ..course import solution, translation
from ..course.assignment import HIDDEN, Assignment, file_of
from ..course.course_error import NAME
from ..course.course_file import Course
from ..course.folders import TOML
from ..course.solution import Mistake
from ..course.suite import FOLDER, TABLE
from ..errors import AutograderError
from ..messages import languages
from .release import Options, handed_out, with_framework
from .templates import rendered

FOLDERS = ("alternatives", "mistakes")


def check_due(assignment: Assignment, course: Course, now: datetime) -> None:
    """Refuse to publish answers while a student may still work on them.

    Raises:
        AutograderError: ``release-answers``: it is too early, or no due date is known.
    """
    slug, last = assignment.slug, course.last(assignment.slug)
    remedy = "or add --force to release the answers now."
    if last is None:
        problem = f'{NAME} has no due date of {slug}, so students may still work on it. Write "{slug}" = … below [due],'
        raise AutograderError(f"{problem} {remedy}", slug="release-answers")
    time, student = last
    if now < time:
        who = f"{student} may work on {slug} until" if student else f"{slug} is due"
        raise AutograderError(f"{who} {course.shown(time)}. Wait until then, {remedy}", slug="release-answers")


def contents(assignment: Assignment, *, root: Path, options: Options) -> dict[str, bytes]:
    """Return the files of the folder with the answers by their paths, sorted.

    Raises:
        UsageError: the working tree has changes.
        AssignmentError: there is no solution, or a known mistake or a translation is wrong.
    """
    files = dict(handed_out(assignment)) | dict(_answers(assignment))
    toml = f"assignments/{assignment.slug}/{TOML}"
    files[toml] = b"published = true  # every case is a visible one\n" + files[toml].removeprefix(b"\xef\xbb\xbf")
    files |= rendered("release", {"README.md": "answers.md"}, _values(assignment, options))
    return with_framework(files.items(), [assignment], root=root, options=options)


def _answers(assignment: Assignment) -> Iterator[tuple[str, bytes]]:
    modules = solution.modules(assignment)
    assert assignment.solution is not None
    for module, source in modules.items():
        yield f"assignments/{assignment.slug}/{file_of(module)}", source
    names = {*map(file_of, modules), HIDDEN, TABLE, *(f"{language}.toml" for language in languages())}
    for path in sorted(assignment.solution.rglob("*")):
        inside = path.relative_to(assignment.solution)
        if path.is_file() and (
            inside.as_posix() in names
            or (inside.parts[0] in FOLDERS and path.suffix == ".py")
            or inside.parts[0] == FOLDER
        ):
            yield f"solutions/{assignment.slug}/{inside.as_posix()}", path.read_bytes()


def _values(assignment: Assignment, options: Options) -> dict[str, object]:
    texts = [translation.texts(assignment, language) for language in languages()]
    mistakes = [
        {
            "id": each.id,
            "title": _title(each),
            "hints": [each.hint, *(table[each.hint] for table in texts if each.hint in table)],
            "caught_by": each.caught_by,
        }
        for each in solution.mistakes(assignment)
    ]
    return {
        "slug": assignment.slug,
        "title": assignment.title,
        "modules": assignment.modules,
        "alternatives": [each.id for each in solution.alternatives(assignment)],
        "mistakes": mistakes,
        "message": options.message,
    }


def _title(mistake: Mistake) -> str:
    """Return the first line of the docstring of a mistake, or its id."""
    text = ast.get_docstring(ast.parse(mistake.path.read_bytes())) or mistake.id
    return text.partition("\n")[0]
