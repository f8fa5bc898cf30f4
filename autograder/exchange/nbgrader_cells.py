"""What the cells of an nbgrader notebook are: by the gradebook, never by the metadata of the submitted notebook.

With one flag changed, a student could turn an answer that a person reads into a test that always passes, or let code of
the student run where tests run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

SCHEMA = 3


class Role(Enum):
    """What a cell is for. PLAIN cells are unknown to the gradebook: they are the student's."""

    TEST = "test"
    ANSWER = "answer"
    MANUAL = "manual"
    TASK = "task"
    LOCKED = "locked"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class KnownCell:
    """A cell as the gradebook keeps it. ``source`` is the instructor's, with hidden tests."""

    name: str
    role: Role
    cell_type: str
    source: str
    checksum: str | None
    points: float

    @property
    def is_ours(self) -> bool:
        """Whether the text of the instructor counts, whatever a submission contains."""
        return self.role in (Role.TEST, Role.LOCKED)

    def metadata(self) -> dict[str, Any]:
        """Return nbgrader's metadata of the cell."""
        data: dict[str, Any] = {
            "schema_version": SCHEMA,
            "grade_id": self.name,
            "grade": self.role in (Role.TEST, Role.MANUAL),
            "solution": self.role in (Role.ANSWER, Role.MANUAL),
            "locked": self.role in (Role.TEST, Role.LOCKED, Role.TASK),
            "task": self.role is Role.TASK,
            "cell_type": self.cell_type,
        }
        if self.checksum:
            data["checksum"] = self.checksum
        if self.role in (Role.TEST, Role.MANUAL, Role.TASK):
            data["points"] = self.points
        return data


@dataclass(frozen=True, slots=True)
class KnownNotebook:
    """The cells of a notebook in the gradebook, by their names, in the order of the source."""

    cells: Mapping[str, KnownCell]

    @property
    def tests(self) -> list[str]:
        """The names of the test cells."""
        return [cell.name for cell in self.cells.values() if cell.role is Role.TEST]

    def answer_before(self, name: str) -> str | None:
        """Return the answer that a test belongs to, and whose comment says why it failed: the last one before it."""
        names = list(self.cells)
        for other in reversed(names[: names.index(name)]):
            if self.cells[other].role in (Role.ANSWER, Role.MANUAL):
                return other
        return None


def known_notebook(gradebook: Any, notebook: str, assignment: str) -> KnownNotebook:
    """Read the cells of a notebook from an nbgrader ``Gradebook``."""
    found = gradebook.find_notebook(notebook, assignment)
    points = {cell.name: float(cell.max_score) for cell in [*found.grade_cells, *found.task_cells]}
    graded = {cell.name for cell in found.grade_cells}
    solutions = {cell.name for cell in found.solution_cells}
    tasks = {cell.name for cell in found.task_cells}
    cells = {}
    for cell in found.source_cells:
        role = _role(cell.name, graded, solutions, tasks)
        cells[cell.name] = KnownCell(
            cell.name, role, cell.cell_type, cell.source or "", cell.checksum, points.get(cell.name, 0.0)
        )
    return KnownNotebook(cells)


def _role(name: str, graded: set[str], solutions: set[str], tasks: set[str]) -> Role:
    if name in tasks:
        return Role.TASK
    if name in graded:
        return Role.MANUAL if name in solutions else Role.TEST
    return Role.ANSWER if name in solutions else Role.LOCKED


def restore(notebook: Any, known: KnownNotebook) -> list[str]:
    """Give every cell of a submitted notebook the role, the points and (if it is ours) the text of the gradebook.

    A cell whose id is blank, unknown or used again below it becomes a plain cell of the student. Return what was
    changed, one sentence each.
    """
    changes: list[str] = []
    seen: set[str] = set()
    for cell in reversed(notebook.cells):  # nbgrader keeps the last of several cells with one id
        claimed = cell.metadata.get("nbgrader")
        if claimed is None:
            continue
        name = claimed.get("grade_id") if isinstance(claimed, Mapping) else None
        if not isinstance(name, str) or name not in known.cells or name in seen:
            if claimed:
                changes.append(f"A cell with the id {name!r} is not one of the assignment; it counts as a plain cell.")
            del cell.metadata["nbgrader"]
            continue
        seen.add(name)
        changes += _restore_cell(cell, known.cells[name], claimed)
    return changes[::-1]


def _restore_cell(cell: Any, known: KnownCell, claimed: Mapping[str, Any]) -> Iterator[str]:
    wanted = known.metadata()
    for flag in ("grade", "solution", "task", "points"):
        if flag in wanted and claimed.get(flag, False) != wanted[flag]:
            yield f"{known.name}: {flag} was changed to {claimed.get(flag)!r}; the gradebook has {wanted[flag]!r}."
    cell.metadata["nbgrader"] = type(cell.metadata)(wanted)
    if cell.cell_type != known.cell_type:
        yield f"{known.name}: the type of the cell was changed to {cell.cell_type}; it is {known.cell_type}."
        set_type(cell, known.cell_type)
    if known.is_ours and cell.source != known.source:
        yield f"{known.name}: the text was changed; that of the gradebook is used."
        cell.source = known.source


def set_type(cell: Any, cell_type: str) -> None:
    """Change the type of a cell, with the keys that this type has."""
    cell.cell_type = cell_type
    if cell_type == "code":
        cell.setdefault("outputs", [])
        cell.setdefault("execution_count", None)
    else:
        cell.pop("outputs", None)
        cell.pop("execution_count", None)


def role_of(cell: Any, known: KnownNotebook) -> Role:
    """Return the role of a cell of a restored notebook."""
    name = cell.metadata.get("nbgrader", {}).get("grade_id")
    return known.cells[name].role if name in known.cells else Role.PLAIN


def missing(notebook: Any, known: KnownNotebook) -> Iterable[KnownCell]:
    """Return the graded cells of the gradebook that a restored notebook lacks."""
    there = {cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells}
    graded = (Role.TEST, Role.MANUAL, Role.TASK)
    return [cell for cell in known.cells.values() if cell.role in graded and cell.name not in there]
