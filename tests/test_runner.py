"""The top level of a module, run in this process: what fails or takes too long there costs only itself."""

from __future__ import annotations

import builtins
import signal
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from autograder.guest import runner as runners
from autograder.guest import timer
from autograder.guest.runner import Incident, Limits, Runner, Skipped

NEVER = Limits(cell_s=60.0, load_s=60.0)
SHORT = Limits(cell_s=0.1, load_s=60.0)

Run = Callable[..., tuple[dict[str, Any], Runner]]


@pytest.fixture
def run() -> Iterator[Run]:
    before = signal.getsignal(signal.SIGALRM)

    def start(source: str, limits: Limits = NEVER, *, is_notebook: bool = False, **more: Any) -> Any:
        runner = Runner(limits=limits, **more)
        namespace: dict[str, Any] = {"__name__": "m"}
        with runner.loading():
            runner.run("m", "m.py", source, namespace, is_notebook=is_notebook)
        return namespace, runner

    yield start
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) == before


def lines(runner: Runner) -> list[tuple[int, str]]:
    return [(incident.line, incident.kind) for incident in runner.incidents]


def test_without_a_failure_a_module_runs_in_one_piece(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runners.ast, "parse", None)  # is not needed
    names, runner = run("import math\nx = 3\ndef f(): return x")
    assert names["f"]() == 3 and runner.incidents == [] and runner.skipped == []


def test_the_statements_after_a_failure_run(run: Run) -> None:
    names, runner = run(
        "x = 1\nfor i in range(3):\n    y = i\n    z = i / 0\nw = 2\ndef f(): return w\nx = f(3)\nv = 4"
    )
    assert (names["x"], names["y"], names["w"], names["v"]) == (1, 0, 2, 4)
    assert runner.incidents == [
        Incident("m", 1, 4, "raised", "ZeroDivisionError", "division by zero"),
        Incident("m", 4, 7, "raised", "TypeError", "f() takes 0 positional arguments but 1 was given"),
    ]


def test_statements_of_one_line_are_told_apart(run: Run) -> None:
    names, runner = run("a = 1; b = a.x; c = 3; d = c.y; e = 5")
    assert (names["c"], names["e"]) == (3, 5)
    assert [incident.statement for incident in runner.incidents] == [1, 3]


def test_a_decorator_that_fails_costs_its_function_alone(run: Run) -> None:
    names, runner = run("@nowhere\n@staticmethod\ndef f(): ...\ndef g(): ...")
    assert "g" in names and "f" not in names
    assert runner.incidents[0][1:4] == (0, 1, "raised")


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("raise SystemExit(0)", "exit"),
        ("import sys; sys.exit()", "exit"),
        ("quit()", "exit"),
        ("raise KeyboardInterrupt", "raised"),
        ("class E(BaseException): ...\nraise E", "raised"),
        ("raise GeneratorExit", "raised"),
        ("return 3", "unread"),
        ("def f(a, a): ...", "unread"),
        ("x = 1\ndef f():\n    print(x)\n    global x", "unread"),
    ],
)
def test_no_statement_ends_the_module(statement: str, kind: str, run: Run) -> None:
    names, runner = run(f"{statement}\nlast = 1")
    assert names["last"] == 1 and [incident.kind for incident in runner.incidents] == [kind]


def test_a_module_that_python_cannot_parse_is_an_error(run: Run) -> None:
    with pytest.raises(SyntaxError) as caught:
        run("x = 1\ndef f(:\n")
    assert (caught.value.filename, caught.value.lineno) == ("m.py", 2)


def test_imports_of_the_future_hold_for_the_statements_after_a_failure(run: Run) -> None:
    names, _ = run("from __future__ import annotations\nnowhere\ndef f(x: nowhere): ...")
    assert names["f"].__annotations__ == {"x": "nowhere"}


def test_the_text_of_an_exception_is_short_even_if_it_is_hostile(run: Run) -> None:
    source = "class E(Exception):\n    def __str__(self): raise ValueError\nraise E\nraise ValueError('x' * 10**6)"
    _, runner = run(source)
    assert [len(incident.text) for incident in runner.incidents] == [38, runners.MAX_TEXT]


@pytest.mark.slow
def test_thousands_of_failures_are_counted_once_and_definitions_stay(run: Run) -> None:
    names, runner = run("x\n" * 10_000 + "@x\ndef f(): ...\ny = 1")
    assert names["y"] == 1 and len(runner.incidents) == runners.MAX_INCIDENTS + 1
    assert runner.incidents[-1].statement == 10_000


# --- what only a person or a terminal can answer


def test_input_and_breakpoint_are_answered_while_loading(run: Run) -> None:
    names, runner = run("name = input('Who? ')\ndef ask(): return input()\nother = ask()\nbreakpoint()")
    assert (names["name"], names["other"]) == ("", "")
    assert lines(runner) == [(1, "input"), (2, "input"), (4, "breakpoint")]
    assert builtins.input is not names["ask"].__globals__.get("input") and sys.breakpointhook is sys.__breakpointhook__


def test_a_loop_that_waits_for_an_answer_ends(run: Run) -> None:
    names, runner = run("while True:\n    if input() == 'q': break\nx = 1")
    assert names["x"] == 1 and lines(runner) == [(2, "input"), (2, "raised")]


# --- time


@pytest.mark.parametrize(
    "loop",
    [
        "while True: pass",
        "while True:\n    try:\n        pass\n    except:\n        pass",
        "while True:\n    try:\n        sum(range(100))\n    except BaseException as exc:\n        last = exc",
        "import time\ntime.sleep(100)",
        "def f():\n    while True: pass\nx = f()",
        "for _ in iter(int, 1): pass",
    ],
)
def test_a_statement_that_takes_too_long_is_stopped(loop: str, run: Run) -> None:
    names, runner = run(f"a = 1\n{loop}\nb = 2", SHORT)
    assert (names["a"], names["b"]) == (1, 2)
    assert [incident.kind for incident in runner.incidents] == ["stopped"]
    (skipped,) = runner.skipped
    assert skipped.first == skipped.last == runner.incidents[0].statement


def test_after_a_stop_a_cell_only_defines(run: Run) -> None:
    source = (
        "# cell 1\nwhile True: pass\nprint(1)\nx = 3\ndef f(): ...\nfor i in 'ab': y = i\n# cell 2\nz = 4\nprint(z)"
    )
    names, runner = run(source, SHORT, is_notebook=True)
    assert {"x", "f", "z"} <= set(names) and "y" not in names
    assert runner.skipped == [Skipped("m", 0, 1), Skipped("m", 4, 4)]


def test_a_cell_has_its_time_once(run: Run) -> None:
    """Each statement is short, and all statements of the cell together are not."""
    loop = "\n".join(f"for i in range(10**7): a{i} = i" for i in range(50))
    _, runner = run(f"# cell 1\n{loop}\n# cell 2\nx = 1", SHORT, is_notebook=True)
    assert lines(runner)[0][1] == "stopped" and len(runner.incidents) == 1
    assert runner.skipped[-1].last == 49


def test_when_all_time_is_used_only_definitions_run(run: Run) -> None:
    source = "while True: pass\nx = 1\ny = print(2)\nprint(3)\nclass A: ...\nimport math\nz: int = 3"
    names, runner = run(source, Limits(cell_s=0.1, load_s=0.1))
    assert {"x", "A", "math", "z"} <= set(names) and "y" not in names
    assert runner.skipped == [Skipped("m", 0, 0), Skipped("m", 2, 3)]


def test_what_was_stopped_is_skipped_the_next_time(run: Run) -> None:
    source = "x = [0]\nwhile True: x[0] += 1\ny = 1"
    _, first = run(source, SHORT)
    names, second = run(source, NEVER, skip={"m": {number for _, number, _ in first.skipped}})
    assert names["x"] == [0] and names["y"] == 1
    assert second.incidents == [] and second.skipped == [Skipped("m", 1, 1)]


def test_a_careful_worker_names_each_statement_before_it_runs(run: Run) -> None:
    named: list[tuple[str, int, int]] = []
    names, _ = run("x = 1\n\ny = z\nw = 2", at=lambda *place: named.append(place))
    assert named == [("m", 0, 1), ("m", 1, 3), ("m", 2, 4)] and names["w"] == 2


def test_without_limits_there_is_no_timer(run: Run) -> None:
    runner = Runner()
    with runner.loading():
        assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
        runner.run("m", "m.py", "x", {})
    assert len(runner.incidents) == 1


def test_sleep_counts_half_and_waiting_for_a_core_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    assert timer.used_s((1.0, 10.0), (3.0, 12.0)) == 2.0
    assert timer.used_s((1.0, 10.0), (1.5, 16.0)) == 3.0
    monkeypatch.setattr(builtins, "open", lambda *args, **kwargs: (_ for _ in ()).throw(OSError))
    assert timer.clocks()[1] == 0.0


def test_code_outside_of_the_submission_is_not_stopped(run: Run) -> None:
    """The timer also ticks while the worker itself is busy, for example when it compiles the next statement."""
    runner = Runner(limits=Limits(cell_s=0.01, load_s=0.01))
    with runner.loading():
        until = time.process_time() + 0.2
        while time.process_time() < until:
            pass
