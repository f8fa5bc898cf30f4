"""Run the top level of a submission's modules: what fails or takes too long there costs only what it defines.

A module runs in one piece. If a statement raises or exceeds its time, the statements after it run one by one, as the
cells of a notebook do after a cell has failed. Each such event is an :class:`Incident`. A statement that exceeded its
time is skipped when another worker loads the submission; one that raised runs again, because it may have defined
something first.

A signal stops a statement. Code can catch the exception of the signal, and a call into compiled code does not notice
it; then the trusted side ends the worker when its own deadline has passed.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from types import CodeType, FrameType
from typing import Any, NamedTuple

from .exceptions import describe
from .submitted_module import SubmittedModule, calls, is_definition, place_in
from .timer import Limits, Stopped, Timer

MAX_INCIDENTS = 100  # besides those of definitions, of which there can be as many again
MAX_TEXT = 200  # characters of the text of an exception
MAX_ANSWERS = 100  # of input(): a loop that waits for another answer must end


class Incident(NamedTuple):
    """What happened at the top level of a module.

    ``kind`` is "raised", "stopped" (the time was over), "exit" (SystemExit), "unread" (Python cannot compile it),
    "import" (a stand-in was imported), "input" or "breakpoint". ``statement`` is its number in the module, from 0, or
    -1. ``type`` and ``text`` describe an exception, ``through`` the packages that it passed through.
    """

    module: str
    statement: int
    line: int
    kind: str
    type: str = ""
    text: str = ""
    through: tuple[str, ...] = ()


class Skipped(NamedTuple):
    """Statements of a module that are not run, by their first and last number."""

    module: str
    first: int
    last: int


class Runner:
    """Runs the modules of one submission in one worker.

    ``at`` is called before each statement with module, number and line; then every statement runs on its own.
    """

    def __init__(
        self,
        *,
        limits: Limits | None = None,
        skip: Mapping[str, set[int]] | None = None,
        at: Callable[[str, int, int], None] | None = None,
    ) -> None:
        self.incidents: list[Incident] = []
        self.skipped: list[Skipped] = []
        self.is_loading = False
        self._modules: dict[str, SubmittedModule] = {}  # by file
        self._debuggers: list[tuple[Any, Any]] = []  # module and its set_trace
        self._skip = skip or {}
        self._at = at
        self._limits = limits
        self._timer = Timer(limits) if limits is not None else None
        self._held: _Held | None = None

    def run(self, name: str, file: str, text: str, namespace: dict[str, Any], *, is_notebook: bool = False) -> None:
        """Run the source ``text`` of a module in ``namespace``.

        Raises:
            SyntaxError, ValueError, RecursionError, MemoryError: Python cannot parse the text.
        """
        module = self._modules[file] = SubmittedModule(name, file, text, is_notebook)
        if self.is_loading and "pdb" in text:
            self._skip_debugger()
        if self._held is not None and self._held.name == name:
            self._held.module, self._held.namespace = module, namespace
            return
        first = 0
        if self._at is None and name not in self._skip:
            code = module.compiled()
            if code is not None:
                failed = self._execute(module, code, namespace)
                if failed is None:
                    return
                first = module.statement_at(failed) + 1
        self._run_statements(module, first, namespace)

    def hold(self, name: str) -> None:
        """Run no cell of the notebook ``name`` when it is imported; :meth:`run_cell` runs them one by one."""
        self._held = _Held(name)

    def run_cell(self, number: int) -> None:
        """Run a cell of the held notebook as Jupyter does: up to the first statement that raises.

        The value of a last line that is an expression is printed. Each cell has the time of a cell for itself.

        Raises:
            SyntaxError, ValueError, RecursionError, MemoryError: Python cannot parse the notebook.
        """
        held = self._held
        if held is None or held.module is None:
            return
        self._timer = Timer(self._limits) if self._limits is not None else None
        with self.loading():
            numbers = held.module.statements_of_cell(number)
            for statement in numbers:
                node = held.module.statements[statement]
                is_shown = statement == numbers[-1] and isinstance(node, ast.Expr)
                try:
                    code = held.module.compiled_statement(node, is_shown=is_shown)
                except (SyntaxError, ValueError, RecursionError, MemoryError) as exc:
                    line = getattr(exc, "lineno", None) or node.lineno
                    self._note(held.module, statement, line, exc, kind="unread")
                    return
                if self._execute(held.module, code, held.namespace, statement) is not None:
                    return

    @contextlib.contextmanager
    def loading(self) -> Iterator[None]:
        """Keep the time, and answer ``input`` and ``breakpoint``, while the block loads the submission."""
        asked, broken = builtins.input, sys.breakpointhook
        builtins.input, sys.breakpointhook = self._input(), self._breakpoint
        self.is_loading = True
        try:
            with self._timer or contextlib.nullcontext():
                yield
        finally:
            self.is_loading = False
            builtins.input, sys.breakpointhook = asked, broken
            for module, function in self._debuggers:
                module.set_trace = function

    def _skip_debugger(self) -> None:
        """Let ``pdb.set_trace()`` do what ``breakpoint()`` does."""
        import pdb  # seldom used, and slow to import

        if not self._debuggers:
            self._debuggers.append((pdb, pdb.set_trace))
            pdb.set_trace = self._breakpoint

    # --- one module

    def _run_statements(self, module: SubmittedModule, first: int, namespace: dict[str, Any]) -> None:
        skip = self._skip.get(module.name, set())
        for number, node in enumerate(module.statements[first:], first):
            if number in skip or not self._may_run(module, node):
                self._leave_out(module.name, number)
                continue
            if self._at is not None:
                self._at(module.name, number, node.lineno)
            try:
                code = module.compiled_statement(node)
            except (SyntaxError, ValueError, RecursionError, MemoryError) as exc:
                self._note(module, number, getattr(exc, "lineno", None) or node.lineno, exc, kind="unread")
                continue
            self._execute(module, code, namespace, number)

    def _execute(
        self, module: SubmittedModule, code: CodeType, namespace: dict[str, Any], number: int | None = None
    ) -> tuple[int, int] | None:
        """Run the code of a module or of one statement; return line and column of what raised, or None."""
        if self._timer is not None:
            self._timer.watched[code] = module
        try:
            exec(code, namespace)
            return None
        except BaseException as exc:
            place = place_in(code, exc)
            statement = module.statement_at(place) if number is None else number
            kind = "stopped" if isinstance(exc, Stopped) else "exit" if isinstance(exc, SystemExit) else "raised"
            self._note(module, statement, place[0], exc, kind=kind)
            if kind == "stopped":
                self._leave_out(module.name, statement)
                if self._timer is not None:
                    self._timer.relax()
            if isinstance(exc, MemoryError):
                traceback.clear_frames(exc.__traceback__)  # their variables fill most of the memory
            return place
        finally:
            if self._timer is not None:
                self._timer.watched.pop(code, None)

    def _may_run(self, module: SubmittedModule, node: ast.stmt) -> bool:
        if self._timer is None:
            return True
        if self._timer.is_spent():
            return is_definition(node) and not (isinstance(node, ast.Assign | ast.AnnAssign) and calls(node))
        return not self._timer.was_stopped(module, node.lineno) or is_definition(node)

    # --- incidents

    def _note(self, module: SubmittedModule, statement: int, line: int, exc: BaseException, *, kind: str) -> None:
        fields = describe(exc, set(self._modules))
        text = exc.msg if kind == "unread" and isinstance(exc, SyntaxError) else fields["text"]
        through = tuple(fields["through"])
        incident = Incident(module.name, statement, line, kind, fields["type"], text[:MAX_TEXT], through)
        size = len(self.incidents)
        if size < MAX_INCIDENTS or (size < 2 * MAX_INCIDENTS and is_definition(module.statements[statement])):
            self.incidents.append(incident)

    def _leave_out(self, module: str, number: int) -> None:
        last = self.skipped[-1] if self.skipped else None
        if last is not None and (last.module, last.last + 1) == (module, number):
            self.skipped[-1] = last._replace(last=number)
        else:
            self.skipped.append(Skipped(module, number, number))

    def _event(self, kind: str, file: str, line: int) -> None:
        incident = Incident(self._modules[file].name, -1, line, kind)
        if incident not in self.incidents and len(self.incidents) < MAX_INCIDENTS:
            self.incidents.append(incident)

    def _event_here(self, kind: str) -> None:
        frame: FrameType | None = sys._getframe(2)
        while frame is not None:
            if frame.f_code.co_filename in self._modules:
                self._event(kind, frame.f_code.co_filename, frame.f_lineno)
                return
            frame = frame.f_back

    def _input(self) -> Callable[..., str]:
        answers = 0

        def answer(prompt: object = "", /) -> str:
            nonlocal answers
            answers += 1
            if answers > MAX_ANSWERS:
                raise EOFError("EOF when reading a line")
            self._event_here("input")
            return ""

        return answer

    def _breakpoint(self, *args: Any, **kwargs: Any) -> None:
        self._event_here("breakpoint")

    # --- what the stand-ins ask (standins.py)

    def has_file(self, file: str) -> bool:
        return file in self._modules

    def handles_import_error(self, file: str, line: int) -> bool:
        return line in self._modules[file].lines_that_may_fail

    def imported_stand_in(self, file: str, line: int) -> None:
        self._event("import", file, line)


class _Held:
    """A notebook whose cells run one by one; ``module`` is None until it is imported."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.module: SubmittedModule | None = None
        self.namespace: dict[str, Any] = {}
