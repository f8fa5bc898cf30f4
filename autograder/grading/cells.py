"""Test cells of a notebook: plain test code, run on the trusted side, statement by statement.

After a failed check the other checks of the cell still run where that is safe, so that a message can name them all.
"""

from __future__ import annotations

import ast
import contextlib
import io
import math
import warnings
from collections.abc import Callable, Collection, Iterator, MutableMapping
from dataclasses import dataclass, field, replace
from types import CodeType
from typing import Any

from _pytest.assertion.rewrite import rewrite_asserts
from _pytest.outcomes import OutcomeException

from ..course.deadline import cpu_limit
from ..course.ipython import other_language, replace_commands
from ..errors import AutograderError
from ..messages import say
from ..student.faults import StudentFault, StudentRaised, without_addresses

BEGIN_HIDDEN, END_HIDDEN = "BEGIN HIDDEN TESTS", "END HIDDEN TESTS"
MAX_FAILURES = 10  # that a message lists
MAX_TEXT = 500  # characters of one failure
MAX_PRINTED = 64 * 1024  # characters that a test cell may print
_SIMPLE = (ast.Assert, ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Expr)


class TestTooLong(BaseException):
    """The test code itself used its time, without the calls of the student's code."""

    __test__ = False


@dataclass(frozen=True, slots=True)
class Failure:
    """A check that failed: its line in the cell, from 1, and a sentence for the student.

    A hidden one shows neither; ``staff`` has the sentence anyway.
    """

    line: int
    text: str
    is_hidden: bool
    staff: str = ""


@dataclass(frozen=True, slots=True)
class CellScore:
    """The result of a test cell. ``points`` is None if the cell could not be graded, for the reason in ``trouble``."""

    points: float | None
    failures: tuple[Failure, ...] = ()
    printed: str = ""
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class _Step:
    """A statement. ``is_value``: it is the last one, and an expression, whose value may be the points."""

    code: CodeType
    node: ast.stmt
    is_hidden: bool
    shows_values: bool
    is_value: bool

    def defines(self, classes: Collection[str]) -> bool:
        """Return whether students see the statement, and it defines one of these classes."""
        return isinstance(self.node, ast.ClassDef) and self.node.name in classes and not self.is_hidden


@dataclass(slots=True)
class TestCell:
    """A test cell as its author wrote it, with the points that it is worth. It is compiled once for a class."""

    __test__ = False

    name: str
    source: str
    points: float
    _prepared: tuple[list[_Step], str] | None = field(default=None, repr=False)

    @property
    def file(self) -> str:
        """The name of the cell in tracebacks."""
        return f"<test cell {self.name}>"

    @property
    def hides_tests(self) -> bool:
        """Whether a part of the cell is hidden from students."""
        return BEGIN_HIDDEN in self.source

    def run(
        self,
        namespace: MutableMapping[str, Any],
        *,
        limit_s: float,
        settle: Callable[[], None] = lambda: None,
        elsewhere: Collection[str] = (),
    ) -> CellScore:
        """Run the cell with ``namespace`` as its globals; the test code itself may take ``limit_s`` of CPU time.

        ``settle`` is called after each statement. ``elsewhere`` are the classes of the cell that the namespace has
        already.
        """
        steps, trouble = self._steps()
        if trouble:
            return CellScore(None, trouble=trouble)
        attempt = _Attempt(self, namespace, settle)
        try:
            with _quiet() as printed, cpu_limit(limit_s, TestTooLong):
                attempt.run([step for step in steps if not step.defines(elsewhere)], printed)
        except AutograderError as exc:
            return CellScore(None, tuple(attempt.failures), attempt.printed, exc.message)
        except TestTooLong:
            attempt.fail(attempt.line, say("cell.slow-test", seconds=f"{limit_s:g}"))
        if attempt.failures:
            return CellScore(0.0, tuple(attempt.failures), attempt.printed)
        points, trouble = _points(attempt.value, self.points)
        return CellScore(points, (), attempt.printed, trouble)

    def _steps(self) -> tuple[list[_Step], str]:
        """Return the statements, or why Python cannot read them."""
        if self._prepared is None:
            try:
                self._prepared = list(self._compiled()), ""
            except (SyntaxError, ValueError, RecursionError) as exc:
                line = getattr(exc, "lineno", None) or 1
                text = f"The test cell {self.name}, line {line}, is not Python: {getattr(exc, 'msg', exc)}. Correct it."
                self._prepared = [], text
        return self._prepared

    def _compiled(self) -> Iterator[_Step]:
        lines = self.source.split("\n")
        if other_language(self.source) is not None:
            raise SyntaxError("it is in another language")
        try:
            tree = ast.parse(self.source, self.file)
        except SyntaxError:
            replace_commands(lines)
            tree = ast.parse("\n".join(lines), self.file)
        hidden = hidden_lines(self.source)
        secret: set[str] = set()  # names that hidden statements define
        flags = _future_flags(tree)
        for node in tree.body:
            is_hidden = any(line in hidden for line in range(node.lineno, (node.end_lineno or node.lineno) + 1))
            names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
            if is_hidden:
                secret |= names
            is_value = node is tree.body[-1] and isinstance(node, ast.Expr)
            code = self._code(node, flags, is_value=is_value)
            yield _Step(code, node, is_hidden, not is_hidden and not names & secret, is_value)

    def _code(self, node: ast.stmt, flags: int, *, is_value: bool) -> CodeType:
        if is_value:
            assert isinstance(node, ast.Expr)
            tree: ast.AST = ast.Expression(node.value)
        else:
            tree = ast.Module([node], [])
            rewrite_asserts(tree, self.source.encode())
        mode = "eval" if is_value else "exec"
        return compile(tree, self.file, mode, flags=flags, dont_inherit=True)  # type: ignore[call-overload, no-any-return]


class _Attempt:
    """One run of a test cell."""

    def __init__(self, cell: TestCell, namespace: MutableMapping[str, Any], settle: Callable[[], None]) -> None:
        self.failures: list[Failure] = []
        self.printed = ""
        self.value: Any = None
        self.line = 1
        self._cell = cell
        self._namespace: Any = namespace
        self._settle = settle
        self._step: _Step | None = None

    def run(self, steps: list[_Step], printed: io.StringIO) -> None:
        for step in steps:
            if self.failures and not isinstance(step.node, _SIMPLE):
                return
            self._step, self.line = step, step.node.lineno
            try:
                goes_on = self._run(step)
            finally:
                self._take(printed, is_shown=not step.is_hidden)
            if not goes_on or len(self.failures) >= MAX_FAILURES:
                return

    def _run(self, step: _Step) -> bool:
        """Run a statement; return whether the next one may run."""
        try:
            value = eval(step.code, self._namespace)
            self._settle()
            if step.is_value:
                self.value = value
            return True
        except AutograderError:
            raise
        except AssertionError as exc:
            self.fail(self._place(exc), _first_lines(exc))
            return True
        except StudentFault as fault:
            self.fail(self.line, fault.message)
            return False
        except OutcomeException as exc:  # of pytest: ``raises`` that met no exception
            self.fail(self._place(exc), str(exc))
            return True
        except SystemExit:
            self.fail(self.line, say("cell.raised", error="SystemExit"))
            return False
        except ImportError as exc:
            if not isinstance(exc, StudentRaised) and _is_own(exc, self._cell.file):
                raise AutograderError(_lacks(self._cell.name, self._place(exc), exc), slug="nbgrader-cell") from exc
            return self._raised(step, exc)
        except Exception as exc:
            return self._raised(step, exc)

    def _raised(self, step: _Step, exc: Exception) -> bool:
        if not self.failures or isinstance(step.node, ast.Assert):  # others may follow from the first
            text = exc.message if isinstance(exc, StudentRaised) else _in_words(exc)
            if not self.failures or not self.failures[-1].staff.endswith(text):  # one missing name, and many checks
                self.fail(self._place(exc), text)
        return isinstance(step.node, ast.Assert)

    def fail(self, line: int, text: str) -> None:
        """Note a failed check."""
        step = self._step
        is_hidden = step is not None and step.is_hidden
        lines = self._cell.source.split("\n")
        code = lines[line - 1].strip() if 0 < line <= len(lines) else ""
        staff = f"{code}: {text}"[:MAX_TEXT]
        shown = staff if step is None or step.shows_values else code
        shown = say("cell.hidden") if is_hidden else shown
        self.failures.append(Failure(line, shown, is_hidden, staff))

    def _place(self, exc: BaseException) -> int:
        """Return the innermost line of the cell that an exception passed through."""
        line, trace = self.line, exc.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == self._cell.file:
                line = trace.tb_lineno
            trace = trace.tb_next
        return line

    def _take(self, printed: io.StringIO, *, is_shown: bool) -> None:
        """Keep what was printed; a student's function may print the inputs of a hidden check."""
        if is_shown:
            self.printed = (self.printed + printed.getvalue())[:MAX_PRINTED]
        printed.seek(0)
        printed.truncate()


def define(source: str, namespace: MutableMapping[str, Any]) -> None:
    """Give test code the imports, functions and classes of a cell that the instructor has locked.

    The student's notebook can then not replace them. What cannot be defined here is taken from the student's side.
    """
    with contextlib.suppress(SyntaxError, ValueError):
        for node in ast.parse(source).body:
            if isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef):
                code = compile(ast.Module([node], []), "<locked cell>", "exec", dont_inherit=True)
                with contextlib.suppress(Exception), _quiet():
                    eval(code, namespace)  # type: ignore[arg-type]


def hidden_lines(source: str) -> set[int]:
    """Return the numbers of the lines that students do not receive, from 1."""
    hidden: set[int] = set()
    inside = False
    for number, line in enumerate(source.split("\n"), start=1):
        inside = inside or BEGIN_HIDDEN in line
        if inside:
            hidden.add(number)
        inside = inside and END_HIDDEN not in line
    return hidden


def without_hidden(source: str) -> str:
    """Return a text without the lines that students do not receive."""
    hidden = hidden_lines(source)
    return "\n".join(line for number, line in enumerate(source.split("\n"), start=1) if number not in hidden)


def with_hidden_blanked(source: str) -> str:
    """Return a text with empty lines in the place of those that students do not receive."""
    hidden = hidden_lines(source)
    return "\n".join("" if number in hidden else line for number, line in enumerate(source.split("\n"), start=1))


def as_shown(score: CellScore, clean: CellScore) -> CellScore:
    """Return a score with what a student may read of it: ``clean`` ran without hidden tests.

    Once a hidden test has run, the student's code knows its inputs, and could return or print them in a later one.
    """
    texts = {failure.line: failure.text for failure in clean.failures}
    failures = tuple(
        each if each.is_hidden else replace(each, text=texts.get(each.line, say("cell.check-failed")))
        for each in score.failures
    )
    return replace(score, failures=failures, printed=clean.printed)


def _points(value: Any, most: float) -> tuple[float | None, str]:
    """Return the points that the last expression of a cell gives, or None and the reason.

    As in nbgrader, only a number is points; any other value means that all checks passed.
    """
    is_number = type(value) in (int, float) or (type(value).__module__ == "numpy" and hasattr(value, "dtype"))
    if not is_number:
        return most, ""
    try:
        points = float(value)
    except (TypeError, ValueError):  # an array
        return most, ""
    if not math.isfinite(points):
        return None, f"The last line of the test cell gives {points} points; a finite number is needed."
    return min(max(points, 0.0), most), ""


@contextlib.contextmanager
def _quiet() -> Iterator[io.StringIO]:
    """Keep what test code prints, on both streams: a warning costs nothing."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed), warnings.catch_warnings():
        warnings.simplefilter("default")
        yield printed


def _future_flags(tree: ast.Module) -> int:
    import __future__

    flags = 0
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            for alias in node.names:
                flags |= getattr(getattr(__future__, alias.name, None), "compiler_flag", 0)
    return flags


def _is_own(exc: BaseException, file: str) -> bool:
    """Return whether the cell itself raised an exception, or imported what raised it."""
    trace = exc.__traceback__
    while trace is not None and trace.tb_next is not None and trace.tb_frame.f_code.co_filename != file:
        trace = trace.tb_next
    return trace is not None and trace.tb_frame.f_code.co_filename == file


def _lacks(cell: str, line: int, exc: ImportError) -> str:
    return f"The test cell {cell}, line {line}, cannot import: {exc}. Install the package where nbgrader runs."


def _first_lines(exc: AssertionError) -> str:
    """Return the text of a failed assertion: the author's own, or the values that pytest wrote down."""
    lines = without_addresses(str(exc)).strip().split("\n")
    return " ".join(line.strip() for line in lines[:4] if line.strip()) or "AssertionError"


def _in_words(exc: BaseException) -> str:
    return f"{type(exc).__name__}: {exc}".removesuffix(": ")
