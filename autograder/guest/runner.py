"""Run the top level of a submission's modules: what fails or takes too long there costs only what it defines.

A module runs in one piece. If a statement raises or exceeds its time, the statements after it run one by one, as the
cells of a notebook do after a cell has failed. Each such event is an :class:`Incident`. A statement that exceeded its
time is skipped when another worker loads the submission; one that raised runs again, because it may have defined
something first.

A signal stops a statement. Code can catch the exception of the signal, and a call into compiled code does not notice
it; then the trusted side ends the worker when its own deadline has passed.
"""

from __future__ import annotations
import __future__

import ast
import builtins
import contextlib
import signal
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from types import CodeType, FrameType
from typing import Any, NamedTuple

from .exceptions import describe
from .standins import lines_that_may_fail

MAX_INCIDENTS = 100  # besides those of definitions, of which there can be as many again
MAX_TEXT = 200  # characters of the text of an exception
MAX_ANSWERS = 100  # of input(): a loop that waits for another answer must end
RETRY_S = 0.01  # between two attempts to stop a statement that catches the exception
MARKER = "# cell "  # a line of a notebook's module (course/notebook.py)


class Stopped(BaseException):
    """Ends a statement that exceeded its time. ``except Exception`` does not catch it."""


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


class Limits(NamedTuple):
    """Seconds for one cell (of a script: for one statement) and for all modules together."""

    cell_s: float
    load_s: float


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
        self._modules: dict[str, _Module] = {}  # by file
        self._debuggers: list[tuple[Any, Any]] = []  # module and its set_trace
        self._skip = skip or {}
        self._at = at
        self._limits = limits
        self._timer = _Timer(limits) if limits is not None else None
        self._held: _Held | None = None

    def run(self, name: str, file: str, text: str, namespace: dict[str, Any], *, is_notebook: bool = False) -> None:
        """Run the source ``text`` of a module in ``namespace``.

        Raises:
            SyntaxError, ValueError, RecursionError, MemoryError: Python cannot parse the text.
        """
        module = self._modules[file] = _Module(name, file, text, is_notebook)
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
        self._timer = _Timer(self._limits) if self._limits is not None else None
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

    def _run_statements(self, module: _Module, first: int, namespace: dict[str, Any]) -> None:
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
        self, module: _Module, code: CodeType, namespace: dict[str, Any], number: int | None = None
    ) -> tuple[int, int] | None:
        """Run the code of a module or of one statement; return line and column of what raised, or None."""
        if self._timer is not None:
            self._timer.watched[code] = module
        try:
            exec(code, namespace)
            return None
        except BaseException as exc:
            place = _place_in(code, exc)
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

    def _may_run(self, module: _Module, node: ast.stmt) -> bool:
        if self._timer is None:
            return True
        if self._timer.is_spent():
            return _is_definition(node) and not (isinstance(node, ast.Assign | ast.AnnAssign) and _calls(node))
        return not self._timer.was_stopped(module, node.lineno) or _is_definition(node)

    # --- incidents

    def _note(self, module: _Module, statement: int, line: int, exc: BaseException, *, kind: str) -> None:
        fields = describe(exc, set(self._modules))
        text = exc.msg if kind == "unread" and isinstance(exc, SyntaxError) else fields["text"]
        through = tuple(fields["through"])
        incident = Incident(module.name, statement, line, kind, fields["type"], text[:MAX_TEXT], through)
        size = len(self.incidents)
        if size < MAX_INCIDENTS or (size < 2 * MAX_INCIDENTS and _is_definition(module.statements[statement])):
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
        self.module: _Module | None = None
        self.namespace: dict[str, Any] = {}


class _Module:
    """The source of one module. It is parsed only if a statement failed."""

    def __init__(self, name: str, file: str, text: str, is_notebook: bool) -> None:
        self.name = name
        self._file = file
        self._text = text
        self._is_notebook = is_notebook
        self._statements: list[ast.stmt] | None = None
        self._flags = 0
        self._may_fail: set[int] | None = None

    @property
    def statements(self) -> list[ast.stmt]:
        if self._statements is None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of an invalid escape; the compiler has reported it
                self._statements = ast.parse(self._text, self._file).body
            for node in self._statements:
                if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                    for alias in node.names:
                        self._flags |= getattr(getattr(__future__, alias.name, None), "compiler_flag", 0)
        return self._statements

    @property
    def lines_that_may_fail(self) -> set[int]:
        if self._may_fail is None:
            self._may_fail = lines_that_may_fail(self._text)
        return self._may_fail

    def compiled(self) -> CodeType | None:
        """Return the code of the whole module; None if only the compiler, and not the parser, refuses a statement."""
        try:
            return compile(self._text, self._file, "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            _ = self.statements  # raises if the parser refuses it, too
            return None

    def compiled_statement(self, node: ast.stmt, *, is_shown: bool = False) -> CodeType:
        """Return the code of one statement; with ``is_shown`` it prints the value of an expression."""
        tree, mode = (ast.Interactive([node]), "single") if is_shown else (ast.Module([node], []), "exec")
        code: CodeType = compile(tree, self._file, mode, flags=self._flags, dont_inherit=True)
        return code

    def statements_of_cell(self, number: int) -> list[int]:
        """Return the numbers of the statements in a cell of a notebook."""
        lines = self._text.split("\n")
        marker = f"{MARKER}{number}"
        if marker not in lines:
            return []
        first = lines.index(marker) + 1  # the line of the marker, from 1
        last = next((i for i in range(first, len(lines)) if lines[i].startswith(MARKER)), len(lines))
        return [i for i, node in enumerate(self.statements) if first < _first_line(node) <= last]

    def statement_at(self, place: tuple[int, int]) -> int:
        """Return the number of the statement at a line and column."""
        found = 0
        for number, node in enumerate(self.statements):
            parts: list[Any] = [node, *getattr(node, "decorator_list", [])]
            if min((part.lineno, part.col_offset) for part in parts) > place:
                break
            found = number
        return found

    def part_at(self, line: int) -> int:
        """Return the line where the cell around ``line`` begins; in a script, where the statement begins."""
        lines = self._text.split("\n")
        for index in range(min(line, len(lines)) - 1, 0, -1):
            start = lines[index]
            if start.startswith(MARKER) if self._is_notebook else start[:1] not in ("", " ", "\t", ")", "]", "}", "#"):
                return index
        return 0


def _first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(each.lineno for each in decorators)])


def _place_in(code: CodeType, exc: BaseException) -> tuple[int, int]:
    """Return line and column where ``code`` was when ``exc`` left it."""
    trace = exc.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code is code:
            positions = list(code.co_positions())[trace.tb_lasti // 2]
            return trace.tb_lineno, positions[2] or 0
        trace = trace.tb_next
    return code.co_firstlineno, 0


_DEFINITIONS = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign,
)  # fmt: skip


def _is_definition(node: ast.stmt) -> bool:
    return isinstance(node, _DEFINITIONS)


def _calls(node: ast.stmt) -> bool:
    return any(isinstance(part, ast.Call) for part in ast.walk(node))


class _Timer:
    """Stops the statement that runs when its cell, or all modules together, have used their time.

    A tick finds out which part of the submission is running, and how long it has been seen to run. Systems without
    interval timers have only the deadline of the trusted side.
    """

    def __init__(self, limits: Limits) -> None:
        self.watched: dict[CodeType, _Module] = {}
        self._limits = limits
        self._tick_s = max(0.02, limits.cell_s / 10)
        self._stopped: set[tuple[str, int]] = set()
        self._part: tuple[str, int] | None = None
        self._start = self._part_start = (0.0, 0.0)
        self._before: Any = None
        self._is_hasty = False
        self._is_ticking = False

    def __enter__(self) -> None:
        self._start = _clocks()
        if hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGALRM, self._tick)
            signal.setitimer(signal.ITIMER_REAL, self._tick_s, self._tick_s)

    def __exit__(self, *error: object) -> None:
        if self._before is not None:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self._before)

    def is_spent(self) -> bool:
        """Return whether all modules together have used their time."""
        return _used_s(self._start, _clocks()) >= self._limits.load_s

    def was_stopped(self, module: _Module, line: int) -> bool:
        """Return whether a statement of the same cell was stopped."""
        return bool(self._stopped) and (module.name, module.part_at(line)) in self._stopped

    def relax(self) -> None:
        """Give the next statement the time until a usual tick, although its cell may have used its time."""
        self._set(self._tick_s, hasty=False)

    def _tick(self, number: int, frame: FrameType | None) -> None:
        if self._is_ticking:  # a tick that comes while the last one is read would leave its file open
            return
        self._is_ticking = True
        try:
            self._look(frame)
        finally:
            self._is_ticking = False

    def _look(self, frame: FrameType | None) -> None:
        while frame is not None and frame.f_code not in self.watched:
            frame = frame.f_back
        if frame is None:
            return  # between two statements
        module, now = self.watched[frame.f_code], _clocks()
        part = (module.name, module.part_at(frame.f_lineno))
        if part != self._part:
            self._part, self._part_start = part, now
            self.relax()
        elif _used_s(self._part_start, now) >= self._limits.cell_s or _used_s(self._start, now) >= self._limits.load_s:
            self._stopped.add(part)
            self._set(RETRY_S, hasty=True)
            raise Stopped

    def _set(self, tick_s: float, *, hasty: bool) -> None:
        if hasty != self._is_hasty:
            self._is_hasty = hasty
            signal.setitimer(signal.ITIMER_REAL, tick_s, tick_s)


def _clocks() -> tuple[float, float]:
    """Return the CPU seconds of this process, and the seconds in which its main thread did not wait for a core."""
    cpu_s = time.process_time()
    try:
        with open("/proc/thread-self/schedstat", encoding="ascii") as file:
            return cpu_s, time.monotonic() - int(file.read().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return cpu_s, 0.0  # unknown: every second that it did not run may be the machine's fault


def _used_s(start: tuple[float, float], now: tuple[float, float]) -> float:
    """Return the CPU time between two readings, or half the time that passed if the code slept that long."""
    return max(now[0] - start[0], (now[1] - start[1]) / 2)
