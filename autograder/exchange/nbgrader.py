"""Preprocessors for ``nbgrader autograde``: the student's cells run in a worker, behind our wall.

``autograder nbgrader config`` prints the block of ``nbgrader_config.py`` that uses them. They leave what nbgrader's own
preprocessors read afterwards: ``SaveAutoGrades`` takes the points of a test cell from its outputs.
"""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nbformat.notebooknode import NotebookNode, from_dict
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Enum, Float, Integer, List, Unicode

from ..errors import AutograderError, SandboxError
from ..grading.cells import CellScore
from ..messages import say
from ..model import Level
from ..student.cells import CellRun
from . import nbgrader_cells as cells
from .nbgrader_cells import KnownNotebook, Role
from .nbgrader_files import is_plain, links
from .nbgrader_run import PACKAGES, Result, Settings, Submitted, Wall

KEY = "autograder"  # of what SecureExecute leaves in the resources for SaveComments
REFUSAL = "_autograder_refusal"  # an attribute of nbgrader's command: why it stopped
MAX_LINE = 2000  # characters of a line of output
MAX_COMMENT = 4000  # characters


class _OfCourse(NbGraderPreprocessor):  # type: ignore[misc]
    """What our preprocessors have in common: the notebook that nbgrader works on, and what its gradebook knows."""

    def known(self, resources: Any) -> KnownNotebook:
        """Return the cells of the current notebook in the gradebook; they are read once for each command."""
        place = resources["nbgrader"]
        key = place["db_url"], place["assignment"], place["notebook"]
        kept = _kept(self, "notebooks", dict)
        if key not in kept:
            with Gradebook(place["db_url"]) as gradebook:
                kept[key] = cells.known_notebook(gradebook, place["notebook"], place["assignment"])
        found: KnownNotebook = kept[key]
        return found

    @property
    def coursedir(self) -> Any:
        """The folders of the course."""
        return _converter(self).coursedir

    @property
    def converter(self) -> Any:
        """The command that runs: nbgrader's Autograde."""
        return _converter(self)


class RestoreCells(_OfCourse):
    """Gives the cells of a submitted notebook the ids and roles of the gradebook, before nbgrader checks them.

    nbgrader would refuse the whole notebook because of one blank, unknown or duplicate id.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        for change in cells.restore(nb, self.known(resources)):
            self.log.warning(change)
        return nb, resources


class SecureExecute(_OfCourse):
    """Runs a notebook behind the wall, and leaves on every test cell the outputs that give its points."""

    timeout = Float(30.0, help="Seconds of CPU time for one cell, or for the code of one test.").tag(config=True)
    call_timeout = Float(10.0, help="Seconds for one call of a test to the student's code.").tag(config=True)
    notebook_timeout = Float(300.0, help="Seconds for all cells and calls of one notebook.").tag(config=True)
    memory_mib = Integer(2048, help="Memory of the student's process, in MiB.").tag(config=True)
    level = Enum(
        [each.value for each in Level],
        "full",
        help="Layers of the sandbox: container where namespaces are refused, gpu for a GPU.",
    ).tag(config=True)
    packages = List(
        Unicode(), list(PACKAGES), help="Packages that student code can import, as far as they are installed."
    ).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        known = self.known(resources)
        for change in cells.restore(nb, known):
            self.log.warning(change)
        for cell in cells.missing(nb, known):
            self.log.warning("The cell %s is missing; it is added at the end.", cell.name)
            nb.cells.append(_added(cell))
        try:
            result = self._result(nb, known, resources)
        except SandboxError as exc:  # nothing runs without the wall
            setattr(self.converter, REFUSAL, exc)
            raise
        except Exception as exc:  # nbgrader would remove the notebook, and keep the points of an earlier run
            self.log.exception("The notebook cannot be graded.")
            reason = exc.message if isinstance(exc, AutograderError) else f"{type(exc).__name__}: {exc}"
            result = Result({name: CellScore(None, trouble=reason) for name in known.tests})
        for sentence in result.staff:
            self.log.warning(sentence)
        self._write(nb, known, result)
        resources[KEY] = {
            "ungraded": [name for name, score in result.scores.items() if score.points is None],
            "comments": _comments(known, result),
        }
        return nb, resources

    def _result(self, nb: NotebookNode, known: KnownNotebook, resources: Any) -> Result:
        place = resources["nbgrader"]
        submitted = self._folder(self.coursedir.submitted_directory, place["student"], place["assignment"])
        source = self._folder(self.coursedir.source_directory, ".", place["assignment"])
        name = f"{place['notebook']}.ipynb"
        self._remove_copies_of_links(submitted, place)
        if not is_plain(submitted / name, below=submitted):
            for cell in nb.cells:  # nbgrader has read it: the feedback must not show it
                cell.source = cell.source if cells.role_of(cell, known) in (Role.TEST, Role.LOCKED) else ""
            raise AutograderError(
                f"{submitted / name} is a link, not a file. It may show a file of somebody else. Remove it.",
                slug="nbgrader-cell",
            )
        kept = frozenset(self.converter.exclude_overwriting.get(place["assignment"], []))
        return self._wall().run(Submitted(place["notebook"], nb.cells, known, submitted, source, kept))

    def _remove_copies_of_links(self, submitted: Path, place: Any) -> None:
        """Remove what nbgrader has copied through links of the student's: it would be in the feedback."""
        autograded = self._folder(self.coursedir.autograded_directory, place["student"], place["assignment"])
        for name in links(submitted):
            self.log.warning("%s is a link; it is left out.", submitted / name)
            if not (autograded / name).is_dir():
                (autograded / name).unlink(missing_ok=True)

    def _folder(self, pattern: str, student: str, assignment: str) -> Path:
        return Path(self.coursedir.format_path(pattern, student, assignment))

    def _wall(self) -> Wall:
        wall: Wall = _kept(self, "wall", self.make_wall, close=Wall.close)
        return wall

    def make_wall(self) -> Wall:
        """Return a wall with the settings of the course."""
        packages, level = tuple(self.packages), Level(self.level)
        return Wall(Settings(
            self.timeout, self.call_timeout, self.notebook_timeout, self.memory_mib, packages, level
        ))  # fmt: skip

    def _write(self, nb: NotebookNode, known: KnownNotebook, result: Result) -> None:
        """Replace the outputs of every code cell."""
        number = 0
        for cell in nb.cells:
            if cell.cell_type != "code":
                continue
            number += 1
            cell.execution_count = number
            if cells.role_of(cell, known) is Role.TEST:
                name = cell.metadata["nbgrader"]["grade_id"]
                score = result.scores.get(name, CellScore(None, trouble="The cell did not run."))
                if score.trouble:
                    self.log.error("%s: %s", name, score.trouble)
                for failure in score.failures:
                    self.log.info("%s, line %d: %s", name, failure.line, failure.staff)
                cell.outputs = _outputs_of_test(name, score, known.cells[name].points)
            else:
                cell.outputs = _outputs_of_student(result.runs.get(number, CellRun()), self.timeout)


class SaveComments(_OfCourse):
    """Writes why tests failed as comments on the answers, and leaves what we could not grade to a person.

    It comes after nbgrader's SaveAutoGrades, which clears the automatic comments.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        place = resources["nbgrader"]
        ours = resources.get(KEY, {})
        where = place["notebook"], place["assignment"], place["student"]
        with Gradebook(place["db_url"]) as gradebook:
            for name, text in ours.get("comments", {}).items():
                with contextlib.suppress(MissingEntry):
                    comment = gradebook.find_comment(name, *where)
                    if not comment.auto_comment:  # an unchanged answer has "No response."
                        comment.auto_comment = text[:MAX_COMMENT]
            for name in ours.get("ungraded", []):
                with contextlib.suppress(MissingEntry):
                    grade = gradebook.find_grade(name, *where)
                    grade.auto_score, grade.needs_manual_grade = None, True
            gradebook.db.commit()
        return nb, resources


# --- what lasts as long as the command


def _converter(preprocessor: NbGraderPreprocessor) -> Any:
    return preprocessor.parent.parent


def _kept(preprocessor: NbGraderPreprocessor, name: str, make: Callable[[], Any], *, close: Any = None) -> Any:
    """Return an object that lives as long as nbgrader's command; a preprocessor lives for one notebook."""
    converter = _converter(preprocessor)
    attribute = f"_autograder_{name}"
    if attribute not in vars(converter):
        made = make()
        setattr(converter, attribute, made)
        if close is not None:
            weakref.finalize(converter, close, made)
    return getattr(converter, attribute)


def use_wall(converter: Any, wall: Wall) -> None:
    """Let a command run notebooks behind a wall that was made before it."""
    converter._autograder_wall = wall


def release(converter: Any) -> None:
    """End what lasts as long as a command: its workers."""
    wall: Wall | None = vars(converter).pop("_autograder_wall", None)
    if wall is not None:
        wall.close()


# --- outputs


def _outputs_of_test(name: str, score: CellScore, most: float) -> list[NotebookNode]:
    """Return outputs that nbgrader's ``determine_grade`` reads as the points of a cell."""
    outputs = [_output("stream", name="stdout", text=_limited(score.printed))] if score.printed else []
    if score.points is None:
        return [*outputs, _error("NotGraded", say("cell.not-graded", cell=name))]
    if score.failures:
        return [*outputs, _error("AssertionError", _failures(name, score))]
    if score.points >= most:
        return outputs
    if score.points <= 0:
        return [*outputs, _error("NoPoints", "0")]
    result = _output("execute_result", data={"text/plain": repr(float(score.points))}, metadata={}, execution_count=1)
    return [*outputs, result]


def _outputs_of_student(run: CellRun, cell_s: float) -> list[NotebookNode]:
    outputs = [_output("stream", name="stdout", text=_limited(run.output))] if run.output else []
    if run.fault is not None:
        return [*outputs, _error(run.fault.verdict.name, run.fault.message)]
    if run.incident is not None:
        incident = run.incident
        text = say("cell.stopped", seconds=f"{cell_s:g}") if incident.kind == "stopped" else incident.text
        return [*outputs, _error(incident.type or incident.kind, text)]
    return outputs


def _error(name: str, text: str) -> NotebookNode:
    text = _limited(text)
    return _output("error", ename=name, evalue=text, traceback=[f"{name}: {text}"])


def _output(kind: str, **fields: Any) -> NotebookNode:
    made: NotebookNode = from_dict({"output_type": kind, **fields})  # type: ignore[no-untyped-call]
    return made


def _failures(name: str, score: CellScore) -> str:
    shown = dict.fromkeys(
        failure.text if failure.is_hidden else say("cell.failed", cell=name, line=failure.line, text=failure.text)
        for failure in score.failures
    )
    return "\n".join(shown)


def _comments(known: KnownNotebook, result: Result) -> dict[str, str]:
    """Return the comment of each answer whose tests failed."""
    texts: dict[str, list[str]] = {}
    for name, score in result.scores.items():
        answer = known.answer_before(name)
        if answer is None:
            continue
        if score.points is None:
            texts.setdefault(answer, []).append(say("cell.not-graded", cell=name))
        elif score.failures:
            texts.setdefault(answer, []).append(_failures(name, score))
    if result.notes and known.tests and (first := known.answer_before(known.tests[0])):
        texts.setdefault(first, []).extend(result.notes)
    return {answer: "\n".join(lines) for answer, lines in texts.items()}


def _limited(text: str) -> str:
    return "\n".join(line[:MAX_LINE] for line in text.split("\n"))


def _added(cell: cells.KnownCell) -> NotebookNode:
    fields = {"cell_type": cell.cell_type, "metadata": {"nbgrader": cell.metadata()}, "source": cell.source}
    node: NotebookNode = from_dict(fields)  # type: ignore[no-untyped-call]
    cells.set_type(node, cell.cell_type)
    return node
