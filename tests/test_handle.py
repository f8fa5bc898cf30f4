"""The handle, through the real wall: what a submission does is a verdict, and the next call works in a fresh worker."""

from __future__ import annotations

import builtins
import contextlib
import gc
import signal
import textwrap
import time
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from conftest import Connect, Load, submitted

from autograder.model import TraceLine, Verdict
from autograder.student import case_run as case_run_module
from autograder.student.call import in_words
from autograder.student.faults import StudentFault, StudentRaised
from autograder.student.handle import StudentCode, build, fresh, inside
from autograder.student.log import LOG_BYTES
from autograder.student.objects import RemoteFunction, StudentObject
from autograder.student.source import ModuleSources, parameters_of
from autograder.wall import landlock
from autograder.workers import clock as clock_module
from autograder.workers.supervisor import Supervisor

OK = "\ndef ok():\n    return 'ok'\n"


def fault_of(student: StudentCode, *args: Any) -> StudentFault | StudentRaised:
    """Call ``f``, which must fail, and return how; then the next call must work."""
    with pytest.raises((StudentFault, StudentRaised)) as caught:
        student.f(*args)
    assert student.ok() == "ok"
    return caught.value


# --- verdicts

VERDICTS = {
    "stub": ("raise NotImplementedError('Task 1')", Verdict.NOT_ATTEMPTED, "f is still the stub"),
    "raises": ("return 1 / 0", Verdict.ERRORED, "f() raised ZeroDivisionError: division by zero (answer.py, line 2)"),
    "own exception": (
        "class Odd(Exception): pass\n    raise Odd('x' * 5000)",
        Verdict.ERRORED,
        "f() raised Odd: " + "x" * 2000 + " (answer.py, line 3)",
    ),
    "recursion": ("return f()", Verdict.ERRORED, "f() called itself without end"),
    "exit in a call": (
        "import sys; sys.exit(0)",
        Verdict.ERRORED,
        "f() ends the program: import sys; sys.exit(0) (answer.py, line 2). Remove this line",
    ),
    "debugger": ("breakpoint()", Verdict.ERRORED, "f() starts the debugger. Remove breakpoint()"),
    "interrupt": ("raise KeyboardInterrupt", Verdict.ERRORED, "f() raised KeyboardInterrupt"),
    "group": ("raise ExceptionGroup('two', [ValueError('a')])", Verdict.ERRORED, "f() raised ExceptionGroup: two"),
    "hard exit": ("import os; os._exit(3)", Verdict.CRASHED, "exit status 3"),
    "exit with 0": ("import os; os._exit(0)", Verdict.CRASHED, "exit status 0"),
    "segfault": ("import ctypes; ctypes.string_at(0)", Verdict.CRASHED, "SIGSEGV"),
    "abort": ("import os; os.abort()", Verdict.CRASHED, "f() crashed the interpreter (SIG"),
    "memory error": ("raise MemoryError", Verdict.OUT_OF_MEMORY, "more memory than the 64 MiB"),
    "giant": ("import numpy as np; return np.ones(10**10)", Verdict.OUT_OF_MEMORY, "more memory"),
    "hoard": ("a = []\n    while True: a.append(bytes(10**6))", Verdict.OUT_OF_MEMORY, "more memory"),
    "hoard of little things": ("a = []\n    while True: a = [a, {}]", Verdict.OUT_OF_MEMORY, "more memory"),
    "hoard that is kept": ("a = K\n    while True: a.append(bytes(10**5))", Verdict.OUT_OF_MEMORY, "more memory"),
    "broadcast": (
        "import numpy as np; return np.broadcast_to(1., (10**6, 10**6))",
        Verdict.ERRORED,
        "f() returned too much data: 8,000,000,000,000 bytes; at most",
    ),
    "object array": (
        "import numpy as np; return np.array([None])",
        Verdict.ERRORED,
        "f() returned a value that cannot be compared: its dtype is object",
    ),
    "cycle": ("a = []; a.append(a); return a", Verdict.ERRORED, "contains itself"),
    "input": ("return input()", Verdict.ERRORED, "f() waits for the keyboard: return input() (answer.py, line 2)."),
    "fork": ("import os; os.fork() or os._exit(1); raise ValueError", Verdict.ERRORED, "f() raised"),
    "message that raises": (
        "class E(Exception):\n        def __str__(self): raise ValueError\n    raise E",
        Verdict.ERRORED,
        "its text cannot be shown: ValueError",
    ),
    "message that hangs": (
        "class E(Exception):\n        def __str__(self):\n            while True: pass\n    raise E",
        Verdict.TIMED_OUT,
        "did not finish within 0.5 seconds",
    ),
    "message that is no str": (
        "class S(str):\n        def __getitem__(self, i): return 7\n"
        "    class E(Exception):\n        def __str__(self): return S('x')\n    raise E",
        Verdict.ERRORED,
        "raised",
    ),
    "name that raises": (
        "class M(type):\n        @property\n        def __name__(cls): raise ValueError\n"
        "    class E(Exception, metaclass=M): pass\n    raise E",
        Verdict.ERRORED,
        "raised",
    ),
    "endless loop": ("while True: pass", Verdict.TIMED_OUT, "f() did not finish within 0.5 seconds"),
    "endless loop that catches": (
        "while True:\n        try:\n            while True: pass\n        except BaseException: pass",
        Verdict.TIMED_OUT,
        "did not finish",
    ),
    "sleep": ("import time; time.sleep(99)", Verdict.TIMED_OUT, "did not finish"),
}


def patience(verdict: Verdict) -> float:
    """Seconds for a call: few only where they must run out. On a busy machine a right call may need half a second."""
    return 0.5 if verdict is Verdict.TIMED_OUT else 20.0


@pytest.mark.slow
@pytest.mark.parametrize("name", VERDICTS)
def test_what_a_call_does_is_a_verdict_and_the_next_call_works(load: Load, name: str) -> None:
    body, verdict, text = VERDICTS[name]
    fault = fault_of(load(f"def f():\n    {body}\nK = []\n{OK}", call_s=patience(verdict), memory_mib=64))
    assert (fault.verdict, text in fault.message) == (verdict, True), fault.message


@pytest.mark.parametrize(
    ("number", "verdict", "text"),
    [
        (signal.SIGKILL, Verdict.CRASHED, "f(function) crashed the interpreter (SIGKILL)"),
        (signal.SIGSTOP, Verdict.TIMED_OUT, "f(function) did not finish within 0.5 seconds"),
    ],
)
def test_a_worker_that_is_killed_or_stopped_from_outside(
    connect: Connect, number: int, verdict: Verdict, text: str
) -> None:
    submission = connect("def f(strike):\n    while True: strike()\n" + OK, call_s=0.5)

    def strike() -> None:
        assert submission.worker is not None
        signal.pidfd_send_signal(submission.worker._pidfd, number)

    fault = fault_of(submission.student, strike)
    assert (fault.verdict, fault.message.startswith(text)) == (verdict, True), fault.message


@pytest.mark.slow
def test_cpu_seconds_are_bounded_however_patient_the_clock_is(load: Load) -> None:
    fault = fault_of(load("def f():\n    while True: pass\n" + OK, cpu_s=1))
    assert fault.verdict is Verdict.TIMED_OUT and "1 CPU second." in fault.message


def test_a_thread_that_never_ends_ends_with_the_worker(load: Load) -> None:
    student = load("""
        import threading
        def f():
            threading.Thread(target=lambda: [0 for _ in iter(int, 1)]).start()
            return 'returned'
    """)
    assert student.f() == "returned"


BUILTIN_EXCEPTIONS = sorted(
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException) and not name.endswith("Group")
)


def test_a_builtin_exception_of_the_student_can_be_caught_as_itself(load: Load) -> None:
    student = load("""
        import builtins
        def f(name):
            made = getattr(builtins, name)
            if issubclass(made, UnicodeError) and made is not UnicodeError:
                raise made(*(['ascii', b'a', 0, 1, 'why'] if made is UnicodeDecodeError else
                             ['ascii', 'a', 0, 1, 'why'] if made is UnicodeEncodeError else ['a', 0, 1, 'why']))
            raise made('why')
    """)
    # Iteration would end silently on the first; a case must not take the others for an end of its own run.
    never = {"StopIteration", "StopAsyncIteration", "GeneratorExit", "KeyboardInterrupt", "SystemExit", "BaseException"}
    verdicts = {"NotImplementedError", "MemoryError", "RecursionError"}
    for name in BUILTIN_EXCEPTIONS:
        wanted: type[BaseException] = getattr(builtins, name)
        with pytest.raises((StudentRaised, StudentFault)) as caught:
            student.f(name)
        assert isinstance(caught.value, StudentFault) is (name in verdicts), name
        assert isinstance(caught.value, wanted) is (name not in never | verdicts or name == "BaseException"), name
        assert "why" in str(caught.value) or name == "RecursionError" or name in verdicts


def test_the_end_of_an_iterator_is_never_the_end_of_the_cases_own_loop(load: Load) -> None:
    """Otherwise ``zip(map(student.f, inputs), wanted)`` would pass without a comparison."""
    student = load("def f(x):\n    return next(iter(()))\n")
    with pytest.raises(StudentRaised, match="StopIteration"):
        list(map(student.f, [1, 2]))
    with pytest.raises(StudentRaised, match="StopIteration"):
        list(student.f.each([(1,), (2,)]))


def test_a_caught_exception_leaves_the_worker_as_it_is(load: Load) -> None:
    student = load("N = []\ndef f(x):\n    N.append(x)\n    raise ValueError(x)\ndef n(): return N\n")
    for x in (1, 2):
        with pytest.raises(ValueError, match=f"raised ValueError: {x}"):
            student.f(x)
    assert student.n() == [1, 2]


# --- loading

LOADS = {
    "syntax": ("x = 1\ndef f(:\n  pass", Verdict.ERRORED, "answer.py, line 2: Python cannot read this line"),
    "tabs": ("if 1:\n\tx = 1\n        y = 2", Verdict.ERRORED, "answer.py, line 3: Python cannot read this line"),
    "encoding": ("# é\nx = 1".encode("latin-1"), Verdict.ERRORED, "answer.py is not UTF-8 text"),
    "cookie": (b"# coding: no-such\n", Verdict.ERRORED, "answer.py"),
    "null": (b"x = 1\0", Verdict.ERRORED, "answer.py"),
    "parentheses": ("(" * 9000, Verdict.ERRORED, "answer.py"),
    "writes a frame": ("import os; os.write(3, b'x')", Verdict.CRASHED, "connection"),
    "closes the connection": ("import os; os.close(3)", Verdict.CRASHED, "connection"),
    "strange names": ("globals()[5] = globals()['\\ud800'] = 1\ndef f(): os", Verdict.ERRORED, "NameError"),
    "another thing": ("import sys; sys.modules[__name__] = 5", Verdict.ERRORED, "answer.py"),
    "syntax error by hand": ("raise SyntaxError('x', ('answer.py', 'y', [], {}))", Verdict.ERRORED, "answer.py"),
}


@pytest.mark.parametrize("name", LOADS)
def test_a_module_that_cannot_be_loaded_is_a_verdict_on_every_case(load: Load, name: str) -> None:
    source, verdict, text = LOADS[name]
    student = load(source)
    for _ in range(2):
        with pytest.raises((StudentFault, StudentRaised)) as caught:
            student.f()
        assert (caught.value.verdict, text in caught.value.message) == (verdict, True), caught.value.message


@pytest.mark.parametrize("enclosed", [True, False])
def test_a_closed_package_is_not_there_and_the_sentence_says_what_is(enclosed: bool) -> None:
    """Also where no private view hides it: pytest is installed here, and students have much installed at home."""
    if not enclosed and not landlock.landlock_abi():
        pytest.skip("without namespaces and Landlock nothing closes a package")
    text = b"""
try:
    import pytest
except ImportError:
    pytest = None
def has(): return pytest is not None
def f(x=None):
    import pluggy.hooks
def g():
    raise ModuleNotFoundError("No module named 'numpy'")
"""
    with Supervisor(enclosed=enclosed) as supervisor:
        submission = submitted({"answer": text}, supervisor, packages=frozenset({"numpy"}))
        with contextlib.closing(submission):
            student = submission.student
            with pytest.raises((StudentFault, StudentRaised)) as caught:
                student.f(3)
            assert caught.value.message == (
                "f(3): pluggy is not available in this assignment (answer.py, line 8). You can import the "
                "standard library and numpy. Remove the import, or check its spelling."
            )
            assert student.has() is False
            with pytest.raises(StudentRaised, match="raised ModuleNotFoundError: No module named 'numpy'"):
                student.g()


def test_what_was_printed_before_a_failing_import_is_kept(connect: Connect) -> None:
    submission = connect("print('so far')\n1 / 0\n")
    student = submission.begin("case")
    with pytest.raises(StudentFault):
        student.f()
    assert submission.finish().imported == "so far\n"


def test_a_missing_name_is_told_with_its_near_miss(load: Load) -> None:
    student = load("def sigmod(z): return z\nimport math\n_hidden = 1\n")
    for name, text in (
        ("sigmoid", "does not define sigmoid, but it defines sigmod"),
        ("loss", "does not define loss"),
        ("math", "does not define math"),
    ):
        with pytest.raises(StudentFault, match=text):
            getattr(student, name)(1)
    with pytest.raises(AttributeError):
        student._hidden  # noqa: B018


def test_a_missing_file_is_told_in_the_words_of_the_source(connect: Connect) -> None:
    submission = connect("")
    submission.connection.source = ModuleSources("answer", {}, missing="answer.py is missing.")
    with pytest.raises(StudentFault, match=r"answer\.py is missing\."):
        submission.student.f()


def test_a_wrong_signature_names_the_call(load: Load) -> None:
    student = load("def f(x): return len(5)\n")
    with pytest.raises(TypeError, match=r"f\(1, 2\) could not be called this way: .*takes 1 positional"):
        student.f(1, 2)
    with pytest.raises(TypeError, match=r"f\(1\) raised TypeError: object of type 'int' has no len"):
        student.f(1)


def test_data_are_read_and_not_called(load: Load) -> None:
    student = load("import numpy as np\nf = 3\nW = np.ones(2)\n")
    assert student.f == 3
    assert student.W.tolist() == [1.0, 1.0]
    with pytest.raises(TypeError):
        student.f()


def test_a_name_that_stops_being_callable_is_no_function(load: Load, connect: Connect) -> None:
    submission = connect("f = 3\n")
    function = RemoteFunction(submission.run, None, "f", "f")
    with pytest.raises(StudentFault, match=r"f in answer\.py is not a function"):
        function(1)


@pytest.mark.parametrize(
    "source",
    [
        b"\xef\xbb\xbfdef f():\n    return 7\n",
        b"# coding: utf-8\r\ndef f():\r\n    return 7\r\n",
        "# coding: euc-kr\n#가\ndef f():\n    return 7\n".encode("euc-kr"),
    ],
    ids=["byte order mark", "Windows line ends", "declared encoding"],
)
def test_a_file_that_python_can_read_can_be_loaded(load: Load, source: bytes) -> None:
    assert load(source).f() == 7


def test_line_numbers_survive_form_feeds_and_odd_separators(load: Load) -> None:
    student = load("A = 'a\u2028b'\n\x0c\ndef f():\n    raise ValueError('why')  # here\n")
    with pytest.raises(ValueError, match="line 4") as caught:
        student.f()
    assert isinstance(caught.value, StudentRaised)
    assert "answer.py, line 4, in f: raise ValueError('why')  # here" in caught.value.staff


def test_modules_of_a_submission_import_each_other(load: Load) -> None:
    student = load(
        "import layers\ndef f(): return layers.double(21), __name__, __file__\nBASE = 2\n",
        modules={"layers": "def double(x):\n    import answer\n    return answer.BASE * x\n"},
    )
    assert student.f() == (42, "answer", "answer.py")


def test_a_submission_named_like_a_library_module_is_still_the_one_that_is_graded(connect: Connect) -> None:
    submission = connect("")
    submission.connection.source = ModuleSources("random", {"random": ("random.py", b"def f(): return 'mine'\n")})
    assert submission.student.f() == "mine"


def test_student_code_can_read_its_own_source(load: Load) -> None:
    student = load("""
        import inspect, traceback, linecache
        def f():
            try:
                raise ValueError  # marked
            except ValueError:
                return inspect.getsource(f), traceback.format_exc(), linecache.getline('answer.py', 3)
    """)
    source, trace, line = student.f()
    assert source.startswith("def f():") and "raise ValueError  # marked" in trace and line == "def f():\n"


# --- forged frames

FORGE = """
import json, os, struct, sys, time
def frame(kind, header, body=b'', announce=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack('<4sBIQ', b'AGW1', kind, len(text), len(body) if announce is None else announce) + text + body
VALUE, ERROR, HELLO, CB = 67, 68, 65, 69
def value(id, tree, **more):
    return frame(VALUE, {'id': id, 'v': tree, 'w': [], 'al': [], **more})
def send(data):
    os.write(3, data)
    time.sleep(99)
ME = []
def f(x=None):
    ME.append(0)
    caller = sys._getframe()
    while 'number' not in caller.f_locals:
        caller = caller.f_back
    n = caller.f_locals['number']
"""

FORGERIES = {
    "wrong id": "send(value(n + 1, None))",
    "id of another kind": "send(value('1', None))",
    "no id": "send(frame(VALUE, {'v': None}))",
    "HELLO again": "send(frame(HELLO, {'names': []}))",
    "LOADFAIL": "send(frame(66, {'names': []}))",
    "a frame of ours": "send(frame(2, {'id': n}))",
    "unknown kind": "send(frame(99, {'id': n}))",
    "other magic": "send(b'x' * 100)",
    "announces 2**60 bytes": "send(frame(VALUE, {'id': n, 'v': None}, announce=2**60))",
    "announces a long header": "send(struct.pack('<4sBIQ', b'AGW1', VALUE, 2**31, 0))",
    "header is a list": "send(frame(VALUE, []))",
    "header is no JSON": "send(frame(VALUE, b'{'))",
    "header is NaN": 'send(frame(VALUE, b\'{"id":1,"v":NaN}\'))',
    "header names id twice": 'send(frame(VALUE, b\'{"id":2,"id":1,"v":null,"w":[],"al":[]}\'))',
    "value without lists": "send(frame(VALUE, {'id': n, 'v': None}))",
    "lists of another form": "send(value(n, None, w=5))",
    "aliases of another form": "send(value(n, None, al=5))",
    "untagged": "send(value(n, 5))",
    "array outside the frame": "send(value(n, {'n': ['f8', [8], 0, 64]}))",
    "argument that was not sent": "send(value(n, None, w=[[5, None]]))",
    "negative argument": "send(value(n, None, w=[[-1, None]]))",
    "argument of another type": "send(value(n, None, w=[[0, {'l': []}]]))",
    "alias that was not sent": "send(value(n, None, al=[7]))",
    "alias that is true": "send(value(n, None, al=[True]))",
    "handle that is negative": "send(value(n, {'h': [-1, 'x']}))",
    "handle that is huge": "send(value(n, {'h': [2**40, 'x']}))",
    "handle that is true": "send(value(n, {'h': [True, 'x']}))",
    "handle that is text": "send(value(n, {'h': ['1', 'x']}))",
    "handle without a type": "send(value(n, {'h': [1]}))",
    "callable for the trusted side": "send(value(n, {'c': 1}))",
    "recipe for the trusted side": "send(value(n, {'r': ['generator', []]}))",
    "callback that was not granted": "send(frame(CB, {'cb': 5, 'a': [], 'k': []}))",
    "callback of another form": "send(frame(CB, {'cb': {}, 'a': 1}))",
    "error of another form": "send(frame(ERROR, {'id': n}))",
    "error with a list for a type": "send(frame(ERROR, {'id': n, 'type': [], 'bases': [], 'text': '', 'lines': [],"
    " 'own': True}))",
    "error with bases in a dict": "send(frame(ERROR, {'id': n, 'type': '', 'bases': {}, 'text': '', 'lines': [],"
    " 'own': True}))",
    "error with a number for its packages": "send(frame(ERROR, {'id': n, 'type': 'E', 'bases': [], 'text': '',"
    " 'lines': [], 'own': True, 'through': 3}))",
    "error with a list for its feature": "send(frame(ERROR, {'id': n, 'type': 'E', 'bases': [], 'text': '',"
    " 'lines': [], 'own': True, 'newer': []}))",
    "half a head, then the end": "os.write(3, b'AGW1'); os._exit(0)",
    "half a body, then the end": "os.write(3, frame(VALUE, {}, announce=9)); os._exit(0)",
    "closes the connection": "os.close(3)",
    "puts a file in its place": "os.close(3); os.open('/dev/null', 2)",
    "leaves, but stays": "os.close(3); time.sleep(99)",
}
DELAYS = {
    "half a frame, then silence": "send(frame(VALUE, {'id': n, 'v': None})[:-3])",
    "an endless drip": """
    for byte in frame(VALUE, {'id': n}, bytes(10**6)):
        os.write(3, bytes([byte]))
        time.sleep(0.005)
    """,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", [*FORGERIES, *DELAYS])
def test_a_forged_frame_is_a_verdict_and_the_next_call_works(load: Load, name: str) -> None:
    body = FORGERIES.get(name) or DELAYS[name]
    verdict = Verdict.CRASHED if name in FORGERIES else Verdict.TIMED_OUT
    student = load(f"{textwrap.dedent(FORGE)}    {body.strip()}\n{OK}", call_s=patience(verdict))
    argument = np.ones(3)
    fault = fault_of(student, argument)
    assert fault.verdict is verdict, fault.message
    assert argument.tolist() == [1.0] * 3
    if fault.verdict is Verdict.CRASHED and "the end" not in name:
        assert "wrote to the grader's connection or closed it" in fault.message


def test_an_answer_that_was_sent_before_the_call_is_a_violation(load: Load) -> None:
    student = load(f"{textwrap.dedent(FORGE)}    os.write(3, value(n, None) + value(n + 1, None))\n{OK}")
    assert student.f() is None  # a reply is only a value, whoever wrote it
    with pytest.raises(StudentFault) as caught:
        student.ok()
    assert caught.value.verdict is Verdict.CRASHED
    assert student.ok() == "ok"


def test_a_second_hello_is_a_violation(load: Load) -> None:
    source = textwrap.dedent(FORGE) + OK + "os.write(3, frame(HELLO, {'names': [['g', 'callable'], ['ok', 'data']]}))\n"
    with pytest.raises(StudentFault) as caught:
        load(source).g()
    assert caught.value.verdict is Verdict.CRASHED


def test_a_forged_exception_is_the_one_it_claims_to_be_and_nothing_more(load: Load) -> None:
    bases = "['object', 'int', 'BaseException', 'eval', 'GeneratorExit', 'no_such', 'StopIteration', 'ValueError']"
    student = load(
        f"{textwrap.dedent(FORGE)}    send(frame(ERROR, {{'id': n, 'type': '{{}}', 'bases': {bases}, 'text': '{{0}}',"
        f" 'lines': [['/etc/passwd', 10**19, '', '']], 'own': 1}}))\n{OK}"
    )
    with pytest.raises(StudentRaised) as caught:
        student.f()
    assert not isinstance(caught.value, (StopIteration, int)) and "{0}" in caught.value.message


LATER = {
    "raises": "raise ValueError('chosen')\n",
    "ends": "import os\nos._exit(3)\n",
    "defines other names": "def g2(): return 'chosen'\n",
}


@pytest.mark.parametrize("later", LATER.values(), ids=LATER.keys())
def test_only_the_first_load_is_harmless(connect: Connect, later: str) -> None:
    """A later worker may look at the clock, by which the one before it, which saw hidden inputs, told it something."""

    def fault_of(student: StudentCode) -> StudentFault:
        with pytest.raises(StudentFault) as caught:
            student.g()
        return caught.value

    assert fault_of(connect(later).student).harmless
    submission = connect("import os\ndef f(): os._exit(0)\ndef g(): return 1\n")
    assert submission.student.g() == 1
    source = replace(submission.connection.source, modules={"answer": ("answer.py", later.encode())})
    submission.connection.source = source  # as if the module looked at the clock
    assert not fault_of(fresh(submission.student)).harmless
    with pytest.raises(StudentFault, match="ended the whole program") as caught:
        submission.student.f()
    assert not caught.value.harmless
    assert not fault_of(submission.begin("later")).harmless


# --- objects that lie


def test_objects_that_lie_stay_where_they_are(load: Load) -> None:
    student = load("""
        class Equal:
            __class__ = property(lambda self: float)
            def __eq__(self, other): return True
            def __bool__(self): return True
            def __float__(self): return 1.0
            def __array__(self, *a, **k): return 1 / 0
            def __hash__(self): return 1 / 0
            def __getattr__(self, name): return 1 / 0
        def f(): return [Equal()]
    """)
    (thing,) = student.f()
    assert type(thing) is StudentObject
    assert [thing != 1.0, np.float64(1) == thing] == [True, False]
    for attempt in (bool, float, list, len, lambda x: x + 1, lambda x: x < 1, lambda x: x[0]):
        with pytest.raises(TypeError):
            attempt(thing)


def test_an_object_of_an_earlier_case_is_none_of_a_later_one(connect: Connect) -> None:
    submission = connect("class thing:\n    pass\n")
    student = submission.begin("one")
    old = student.thing()
    submission.finish()
    student = submission.begin("two")
    student.thing.keep()  # has the number that the old one had
    with pytest.raises(RuntimeError, match="an earlier case"):
        student.thing(old)


# --- output


def test_a_flood_of_prints_is_capped_and_counted(connect: Connect) -> None:
    submission = connect("def f():\n    for _ in range(10**3): print('x' * 10**5)\n", output_kib=4)
    submission.begin("case").f()
    output = submission.finish().output
    assert output.startswith("x" * 4096 + "\n[") and output.endswith(" more bytes]")
    assert int(output.split("[")[1].split()[0].replace(",", "")) == 10**3 * (10**5 + 1) - 4096


def test_output_belongs_to_the_case_that_caused_it(connect: Connect) -> None:
    submission = connect("""
        import sys, os
        print('loaded')
        def f(x):
            print('out', x)
            print('\\ud800', file=sys.stderr)
            os.write(1, b'\\xff')
            return x
        def g():
            print('last words')
            os._exit(1)
    """)
    student = submission.begin("one")
    student.f(1)
    one = submission.finish()
    student = submission.begin("two")
    list(student.f.each([(2,), (3,)]))
    two = submission.finish()
    student = submission.begin("three")
    with pytest.raises(StudentFault):
        student.g()
    three = submission.finish()
    assert one.imported == "loaded\n"
    assert one.output == "out 1\n\\ud800\n\ufffd"
    assert two.output == "out 2\n\\ud800\n\ufffdout 3\n\\ud800\n\ufffd"
    assert three.output == "last words\n"
    assert [call.result for call in two.calls] == [2, 3]


def test_output_of_calls_that_nobody_waited_for_stays_with_its_case(connect: Connect) -> None:
    submission = connect("def f(g, x):\n    print(g(x), end=' ')\n    return x\n")
    student = submission.begin("one")
    assert next(student.f.each([(abs, -1), (abs, -2), (abs, -3)])) == -1
    assert submission.finish().output == "1 2 3 "
    student = submission.begin("two")
    assert student.f(abs, 4) == 4
    assert submission.finish().output == "4 "


def test_code_that_takes_the_streams_away_can_still_answer(load: Load) -> None:
    student = load("import sys\ndef f():\n    sys.stdout = sys.stderr = None\n    print(1)\n    return 2\n")
    assert student.f() == 2 and student.f() == 2


def test_the_stub_is_named_and_not_what_called_it(connect: Connect) -> None:
    answer = """
        def area(r): raise NotImplementedError
        def ring(r): return area(r)
        def walk(n):
            raise NotImplementedError
            yield n
        class Box:
            def __len__(self): raise NotImplementedError
        def other(): return own()
        def own(): raise NotImplementedError
    """
    submission = connect(answer)
    asked = dict.fromkeys(["area", "ring", "walk", "Box", "Box.__len__", "other"], ())
    submission.connection.source = ModuleSources("answer", submission.connection.source.modules, parameters=asked)
    student = submission.begin("case")
    for call, name in (
        (lambda: student.ring(2.0), "area"),
        (lambda: inside(student, whole)(student.walk), "walk"),
        (lambda: inside(student, size)(student.Box), "Box.__len__"),
        (lambda: student.other(), "other"),
    ):
        with pytest.raises(StudentFault, match=rf"^{name} is still the stub"):
            call()


def test_a_function_of_the_case_has_a_neutral_name(load: Load) -> None:
    """A name such as ``wrong_in_one_entry`` would say what the student's code must find."""
    student = load("def name_of(f): return f.__name__, f.__qualname__, f.__code__.co_name")
    assert student.name_of(inside(student, whole)) == ("function", "function", "function")


def whole(walk):
    return list(walk(3))


def size(box):
    return len(box())


# --- in-place changes and aliases


@pytest.fixture
def load_in_place(connect: Connect) -> Load:
    """The handle of a case whose arguments may be changed."""
    return lambda source, **options: connect(source, **options).begin("case", in_place=True)


def test_a_change_is_reported_and_the_arguments_of_the_case_stay(load: Load) -> None:
    student = load("def f(x, d):\n    x += 1\n    d['v'].append(x)\n    d['w'] = 2\n    return x.sum()\n")
    x, d = np.zeros(3), {"v": [7], "w": 1}
    call = student.f.record(x, d)
    assert call.changed == ("0", "1", "1['v']") and call.args == (x, d)
    assert x.tolist() == [0.0, 0.0, 0.0] and d == {"v": [7], "w": 1}
    assert call.after[0].tolist() == [1.0, 1.0, 1.0] and call.after[1]["w"] == 2
    assert student.f(x, d) == 3.0


def test_an_array_that_was_changed_in_place_is_written_back(load_in_place: Load) -> None:
    student = load_in_place("def f(x, y, lr=0):\n    x += 1\n    x[0] = float('nan')\n    return None\n")
    x, y = np.zeros(3), np.zeros(3)
    call = student.f.record(x, y)
    assert call.changed == ("0",) and call.aliases == ()
    assert np.isnan(x[0]) and x[1:].tolist() == [1.0, 1.0] and call.args[0] is x
    call = student.f.record(x=y, y=x)
    assert call.changed == ("x",) and y[1:].tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    ("make", "body"),
    [
        (lambda: np.asfortranarray(np.zeros((2, 3))), "x[1, 2] = 5"),
        (lambda: np.zeros((4, 6))[::2, ::-2], "x[1, 2] = 5"),
        (lambda: np.zeros((2, 3), dtype=">f8"), "x[1, 2] = 5"),
        (lambda: np.zeros((2, 3), dtype=np.int16), "x[1, 2] = 5"),
        (lambda: np.zeros((2, 3)).view(np.matrix), "x[1, 2] = 5"),
    ],
    ids=["Fortran", "strided", "big-endian", "integers", "matrix"],
)
def test_arrays_of_every_layout_are_written_back(load_in_place: Load, make: Any, body: str) -> None:
    x = make()
    assert load_in_place(f"def f(x):\n    {body}\n").f.record(x).changed == ("0",)
    assert x[1, 2] == 5 and x.sum() == 5


@pytest.mark.parametrize(
    "body", ["x.shape = (3, 2)", "x.resize((2, 4), refcheck=False)", "x.dtype = np.int64", "x[0, 0] = 1; x.shape = 6"]
)
def test_an_array_of_another_form_is_named_and_the_callers_stays(load_in_place: Load, body: str) -> None:
    student = load_in_place(f"import numpy as np\ndef f(x, y):\n    {body}\n    return 7\n")
    x = np.zeros((2, 3))
    call = student.f.record(x, np.zeros(2))
    assert (call.result, call.changed) == (7, ("0",))
    assert x.shape == (2, 3) and x.dtype == np.float64 and not x.any()


@pytest.mark.slow
@pytest.mark.parametrize("body", ["x.unsqueeze_(1)", "x.t_()", "x.resize_(6)", "x.data = x.double()"])
def test_a_tensor_of_another_form_is_named_and_the_callers_stays(connect: Connect, body: str) -> None:
    torch = pytest.importorskip("torch")
    x = torch.ones(2, 3)
    submission = connect(f"def f(x):\n    {body}\n    return 7\n", torch=True)
    call = submission.begin("case", in_place=True).f.record(x)
    assert (call.result, call.changed) == (7, ("0",))
    assert x.equal(torch.ones(2, 3)) and x.dtype == torch.float32


def test_nan_that_stays_is_no_change(load: Load) -> None:
    student = load("def f(x, d): x[:] = x.copy(); d['n'] = d['n']; d['l'][:] = list(d['l'])\n")
    call = student.f.record(np.array([np.nan, -0.0]), {"n": float("nan"), "l": [1, float("nan")]})
    assert call.changed == ()


def test_containers_are_written_back_and_named(load_in_place: Load) -> None:
    student = load_in_place("""
        def f(params, extra):
            params['W'] -= 1
            params['new'] = (1.5, 'x')
            del params['gone']
            params['deep']['b'][0] = 9
            extra[1].append('added')
    """)
    w, inner = np.ones(2), [0]
    params = {"W": w, "gone": 1, "deep": {"b": inner}}
    extra = (1, ["a"])
    call = student.f.record(params, extra)
    assert set(call.changed) == {"0", "0['W']", "0['deep']['b']", "1[1]"}
    assert w.tolist() == [0.0, 0.0] and inner == [9] and extra == (1, ["a", "added"])
    assert set(params) == {"W", "new", "deep"} and params["new"] == (1.5, "x")


def test_what_was_not_replaced_keeps_its_identity(load_in_place: Load) -> None:
    """As after a local call: a new key does not turn the caller's other arrays into copies."""
    student = load_in_place(
        "def f(params):\n    params['v'] = 0 * params['W']\n    params['W'] -= 1\n    return params['W']\n"
    )
    w = np.ones(2)
    params = {"W": w}
    call = student.f.record(params)
    assert params["W"] is w and w.tolist() == [0.0, 0.0] and params["v"].tolist() == [0.0, 0.0]
    assert call.aliases == ("0['W']",)


def test_a_number_in_a_dict_that_changes_twice_is_written_back(load_in_place: Load) -> None:
    """The second new float may lie where the first one lay, so identity numbers would call it unchanged."""
    student = load_in_place("def f(state):\n    for _ in range(2): state['t'] = state['t'] * 0.5\n")
    state = {"t": 1.0}
    assert student.f.record(state).changed == ("0",)
    assert state == {"t": 0.25}


def test_a_read_only_argument_stays_as_it_is(load_in_place: Load) -> None:
    x = np.zeros(2)
    x.flags.writeable = False
    assert load_in_place("def f(x): x += 1\n").f.record(x).changed == ("0",)
    assert x.tolist() == [0.0, 0.0]


def test_changes_before_an_exception_are_not_written_back(load: Load) -> None:
    x = np.zeros(2)
    with pytest.raises(ValueError, match="late"):
        load("def f(x):\n    x += 1\n    raise ValueError('late')\n").f(x)
    assert x.tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("body", "aliases"),
    [
        ("return x", ("0",)),
        ("return x[1:]", ("0",)),
        ("return {'a': (1, x.reshape(2, 1))}", ("0",)),
        ("return x.copy()", ()),
        ("return x + d['W']", ()),
        ("return d", ("1", "1['W']")),
        ("return d['W'].T", ("1['W']",)),
        ("return list(d)", ()),
    ],
)
def test_results_that_share_memory_with_an_argument_are_named(load: Load, body: str, aliases: tuple[str, ...]) -> None:
    call = load(f"def f(x, d):\n    {body}\n").f.record(np.ones(2), {"W": np.ones((2, 2))})
    assert call.aliases == aliases and call.changed == ()


@pytest.mark.slow
def test_large_arguments_leave_most_of_the_memory_to_the_student(load: Load) -> None:
    """64 MiB go out, and at most twice that much is taken by the wall itself."""
    student = load(
        "import numpy as np\ndef f(x):\n    return float(np.ones(4 * 2**20).sum() + x[-1])\n", memory_mib=256
    )
    x = np.ones(8 * 2**20)
    for _ in range(3):
        assert student.f(x) == 4 * 2**20 + 1


# --- handles

MODEL = """
import weakref, numpy as np
class Model:
    def __init__(self, n):
        self.n, self.W, self.child = n, np.full(2, float(n)), None
    def __call__(self, x): return x * self.n
    def grow(self, by=1):
        self.n += by
        return self
    @property
    def fresh(self): return Model(0)
    @property
    def broken(self): raise KeyError('broken')
    @staticmethod
    def still(x): return x
SEEN = []
def make(n):
    made = Model(n)
    SEEN.append(weakref.ref(made))
    return made
def pair(n):
    made = make(n)
    return {'model': made, 'again': [made], 'n': n}
def alive(): return [ref() is not None for ref in SEEN]
def same(a, b): return a is b
def n_of(model): return model.n
def apply(function, x): return function(x)
def apply_in(d, x): return d['f'][0](x)
def double(x): return 2 * x
def die(): import os; os._exit(1)
def nothing(): return None
def numbers(): return [1, 2]
"""


def test_objects_stay_in_the_worker_and_are_called_and_read_from_here(load: Load) -> None:
    student = load(MODEL)
    model = student.Model(3)
    assert isinstance(model, StudentObject)
    assert model(2) == 6 and model.n == 3 and model.W.tolist() == [3.0, 3.0] and model.still(5) == 5
    assert model.grow(by=2) is model and model.n == 5
    assert student.n_of(model) == 5 and student.same(model, model)
    with pytest.raises(KeyError, match="broken"):
        model.broken  # noqa: B018
    with pytest.raises(AttributeError, match="no attribute 'absent'"):
        model.absent()
    with pytest.raises(AttributeError):
        model.n = 4


OPERATORS = """
class Expr:
    def __init__(self, text): self.text = text
    def __add__(self, other): return Expr(f'({self.text} + {read(other)})')
    def __radd__(self, other): return Expr(f'({read(other)} + {self.text})')
    def __mul__(self, other): return Expr(f'{self.text} * {read(other)}')
    def __rmatmul__(self, other): return Expr(f'{read(other)} @ {self.text}')
    def __pow__(self, k): return Expr(f'{self.text}**{k}')
    def __neg__(self): return Expr(f'-{self.text}')
    def __sub__(self, other): raise NotImplementedError('Task 1')
    def __truediv__(self, other): return other / 0
    def __getitem__(self, key): return [self.text, key][key]
    def __len__(self): return len(self.text)
class Bare: pass
class Steps:
    def __init__(self, n): self.n = n
    def __iter__(self):
        for i in range(self.n): yield Bare() if i == 2 else i
def read(x): return x.text if isinstance(x, Expr) else 'bare' if isinstance(x, Bare) else repr(x)
def fill(x):
    x[...] = 7
class Filling:
    def __add__(self, other): fill(other); return other
"""


def test_operators_on_objects_are_those_of_the_real_ones(load: Load) -> None:
    student = load(OPERATORS)
    a, b = student.Expr("a"), student.Expr("b")
    assert (a + b * 2.0).text == "(a + b * 2.0)" and (1 + a).text == "(1 + a)"
    assert (-(a**2)).text == "-a**2" and (3 @ a).text == "3 @ a"
    assert (student.Bare() + a).text == "(bare + a)"  # the reflected operator of a right operand that has one
    assert len(student.Expr("abc")) == 3 and a[0] == "a" and a[1] == 1
    # numpy leaves the array whole, so that the reflected operator sees what the student's code would see
    assert (student.Filling() + np.zeros(2)).tolist() == [7.0, 7.0]


def test_arguments_of_operators_are_written_back_and_logged_as_in_a_call(connect: Connect) -> None:
    submission = connect(OPERATORS)
    student = submission.begin("c", in_place=True)
    x = np.zeros(3)
    student.Filling() + x
    assert x.tolist() == [7.0, 7.0, 7.0]
    call = submission.finish().calls[-1]
    assert (call.function, call.changed, call.aliases) == ("Filling.__add__", ("0",), ("0",))


def test_what_an_operator_raises_is_what_a_call_would(load: Load) -> None:
    student = load(OPERATORS)
    a = student.Expr("a")
    with pytest.raises(TypeError, match=r"unsupported operand type\(s\) for \*: 'Bare' and 'int'"):
        student.Bare() * 2
    with pytest.raises(ZeroDivisionError, match=r"^Expr.__truediv__\(1\) raised ZeroDivisionError"):
        a / 1
    with pytest.raises(StudentFault, match=r"^Expr.__sub__ is still the stub"):
        a - a
    with pytest.raises(TypeError, match=r"has no len\(\)"):
        len(student.Bare())
    with pytest.raises(IndexError):
        a[2]


def test_objects_can_be_walked_through(load: Load) -> None:
    student = load(OPERATORS)
    found = list(student.Steps(4))
    assert found[:2] == [0, 1] and isinstance(found[2], StudentObject) and found[3] == 3
    assert list(student.Steps(0)) == []
    with pytest.raises(TypeError, match="not iterable"):
        list(student.Bare())


def test_numpy_takes_an_object_for_one_opaque_entry(load: Load) -> None:
    thing = load(OPERATORS).Expr("abc")
    assert np.asarray(thing).shape == () and np.asarray(thing)[()] is thing
    with pytest.raises((TypeError, ValueError)):
        np.asarray(thing, dtype=float)


def test_one_object_has_one_handle(load: Load) -> None:
    student = load(MODEL)
    found = student.pair(1)
    assert found["model"] is found["again"][0] and found["n"] == 1


def test_plain_data_can_be_kept_in_the_worker(load: Load) -> None:
    student = load(MODEL)
    numbers, nothing = student.numbers.keep(), student.nothing.keep()
    assert isinstance(numbers, StudentObject) and isinstance(nothing, StudentObject)
    assert student.apply(len_of := student.double, 2) == 4 and len_of is not None
    assert student.same(numbers, numbers) and not student.same(numbers, nothing)
    assert student.same(nothing, None)


def test_objects_that_nobody_holds_are_dropped_in_the_worker(load: Load) -> None:
    student = load(MODEL)
    first = student.make(1)
    assert student.alive() == [True]
    second = student.make(2)
    del first
    gc.collect()
    assert student.alive() == [False, True]
    assert second.n == 2


def test_many_objects_may_be_made_when_few_are_held(load: Load) -> None:
    student = load(MODEL, handles=8)
    model = student.make(1)
    for _ in range(20):
        assert student.make(2).n == 2
        assert model.fresh.n == 0
    for _ in range(20):  # reading only: nothing but these requests can tell the worker what was dropped
        assert isinstance(model.fresh, StudentObject)


def test_holding_too_many_objects_is_told(load: Load) -> None:
    student = load(MODEL, handles=4)
    held = [student.make(n) for n in range(4)]
    with pytest.raises(StudentFault, match="more than 4 objects are held at once"):
        student.make(5)
    assert held[0].n == 0
    del held
    gc.collect()
    assert student.make(6).n == 6


def test_passing_an_object_asks_it_for_nothing(load: Load) -> None:
    student = load(MODEL + "ASKED = []\nModel.__getattr__ = lambda self, name: ASKED.append(name) or 1 / 0\n")
    model = student.make(1)
    assert student.n_of(model) == 1 and student.same([model][0], model)
    assert [name for name in student.ASKED if not name.startswith("__")] == []


def test_the_log_of_a_case_holds_no_object_alive_and_has_a_bound(connect: Connect) -> None:
    submission = connect(MODEL + "def big(): return np.zeros(2**20)\n", handles=4, result_mib=32)
    student = submission.begin("case")
    for _ in range(10):
        assert student.make(1).n == 1
    for _ in range(12):
        assert student.big().nbytes == 2**23
    calls = submission.finish().calls
    made = calls[0].result
    assert type(made) is StudentObject and repr(made) == "<the student's Model object>"
    with pytest.raises(RuntimeError, match="lost"):
        made.n  # noqa: B018
    assert sum(call.result.nbytes for call in calls if call.function == "big") == LOG_BYTES


def test_results_that_cannot_travel_leave_no_handles_behind(load: Load) -> None:
    student = load(MODEL + "def bad(): return [make(1), np.array([None])]\n", handles=4)
    for _ in range(6):
        with pytest.raises(StudentFault, match="dtype is object"):
            student.bad()
    assert student.make(1).n == 1


def test_a_lost_worker_takes_its_objects_along(load: Load) -> None:
    student = load(MODEL)
    model = student.make(1)
    with pytest.raises(StudentFault):
        student.die()
    with pytest.raises(RuntimeError, match="lost together with its worker"):
        model(1)
    again = student.make(2)
    assert again.n == 2
    with pytest.raises(RuntimeError, match="lost together with its worker"):
        student.n_of(model)


def test_an_object_of_one_submission_is_none_of_another(load: Load) -> None:
    one, other = load(MODEL), load(MODEL)
    with pytest.raises(RuntimeError, match="lives in another worker"):
        other.n_of(one.make(1))


def test_functions_of_the_student_can_be_passed_to_the_student(load: Load) -> None:
    student = load(MODEL)
    model = student.make(3)
    assert student.apply(student.double, 4) == 8
    assert student.apply(student.double, 5) == 10
    assert student.apply(model, 4) == 12
    assert student.apply(model.still, 4) == 4
    assert student.apply_in({"f": [student.double]}, 4) == 8
    assert student.apply_in({"f": [student.Model]}, 4).n == 4


# --- callbacks


def test_a_function_of_the_case_is_called_from_the_worker(load: Load) -> None:
    student = load("def f(g, x): return g(x, k=g(x)) + 1\n")
    seen: list[Any] = []

    def g(x: np.ndarray, k: Any = None) -> np.ndarray:
        seen.append((x, k))
        return 2 * x

    assert student.f(g, np.ones(2)).tolist() == [3.0, 3.0]
    assert seen[0][1] is None and seen[1][1].tolist() == [2.0, 2.0]


def test_two_functions_are_told_apart_in_every_call_of_a_frame(load: Load) -> None:
    student = load("def f(g, h, x): return g(x), h(x)\n")
    calls = [(lambda x, i=i: x + i, lambda x, i=i: x * i, 10) for i in range(1, 4)]
    assert list(student.f.each(calls)) == [(11, 10), (12, 20), (13, 30)]


def test_a_function_that_was_kept_can_be_called_later_in_the_case(load: Load) -> None:
    student = load(
        "class Trainer:\n    def __init__(self, loss): self.loss = loss\n    def step(self, x): return self.loss(x)\n"
        "    @property\n    def now(self): return self.loss(0)\n"
    )
    trainer = student.Trainer(lambda x: x + 1)
    other = student.Trainer(lambda x: x + 100)
    assert (trainer.step(1), other.step(1), trainer.now) == (2, 101, 1)


def test_an_exception_of_the_case_s_function_is_one_in_the_students_call(load: Load) -> None:
    student = load("def f(g):\n    try:\n        return g(0)\n    except RuntimeError as e:\n        return str(e)\n")
    assert "ZeroDivisionError" in student.f(lambda x: 1 / x)
    assert "cannot be sent" in student.f(lambda x: object())
    assert "cannot be sent" in student.f(lambda x: ["é" * 9000] * 20)
    assert student.f(lambda x: x) == 0


def test_a_function_of_the_case_cannot_call_the_submission(load: Load) -> None:
    student = load("def f(g): return g(1)\ndef h(x): return x\n")
    with pytest.raises(RuntimeError, match="cannot call the submission"):
        student.f(lambda x: student.h(x))
    assert student.h(3) == 3


def test_a_verdict_inside_a_function_of_the_case_ends_the_case_and_not_the_next(load: Load) -> None:
    student = load("def f(g): return g(1)\ndef h(x): return x\n")
    with pytest.raises(pytest.fail.Exception):
        student.f(lambda x: pytest.fail("enough"))
    assert student.h(3) == 3


def test_what_cannot_be_sent_to_a_function_of_the_case_is_told(load: Load) -> None:
    student = load("def f(g): return g(object())\n")
    with pytest.raises(StudentFault, match="object is no array"):
        student.f(lambda x: x)


def test_callbacks_are_counted(load: Load) -> None:
    student = load("def f(g):\n    while True: g(1)\n" + OK, callbacks=50)
    seen: list[int] = []
    fault = fault_of(student, seen.append)
    assert fault.verdict is Verdict.CRASHED and len(seen) == 50


class Clock:
    """Stands for ``time`` in the wall; ``ahead`` seconds have passed without anybody waiting for them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ahead = 0.0
        fake = SimpleNamespace(monotonic=lambda: time.monotonic() + self.ahead)
        for module in (case_run_module, clock_module):
            monkeypatch.setattr(module, "time", fake)

    def advance(self, x: int) -> int:
        self.ahead += 100.0
        return x


def test_the_clock_of_a_call_stands_still_while_the_case_computes(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    student = load("def f(g): return g(1) + g(2)\n", submission_s=1e6)
    assert student.f(Clock(monkeypatch).advance) == 3


# --- many calls in one frame


def test_each_keeps_finished_results_when_a_call_kills_the_worker(load: Load) -> None:
    student = load("import os\ndef f(x):\n    if x == 3: os._exit(1)\n    return x\n")
    results = []
    with pytest.raises(StudentFault) as caught:
        for result in student.f.each([(n,) for n in range(1, 6)]):
            results.append(result)
    assert results == [1, 2] and "f(3)" in caught.value.message
    assert student.f(1) == 1


def test_an_exception_ends_each_as_it_would_end_a_loop(load: Load) -> None:
    student = load(
        "N = []\ndef f(x):\n    N.append(x)\n    if x == 2: raise ValueError\n    return x\ndef n(): return N\n"
    )
    with pytest.raises(ValueError, match=r"f\(2\)"):
        list(student.f.each([(1,), (2,), (3,)]))
    assert student.n() == [1, 2]


def test_calls_can_be_made_while_others_are_still_to_be_read(load: Load) -> None:
    student = load("SHIFT = 10\nN = []\ndef f(x):\n    N.append(x)\n    return x\ndef g(x): return x + SHIFT\n")
    draws = [(1,), (2,), (3,)]
    assert list(zip(student.f.each(draws), student.g.each(draws), strict=True)) == [(1, 11), (2, 12), (3, 13)]
    assert [x + student.SHIFT for x in student.f.each(draws)] == [11, 12, 13]
    assert [student.g(x) for x in student.f.each(draws)] == [11, 12, 13]


def test_a_loss_among_calls_that_are_still_to_be_read_is_told_where_it_belongs(load: Load) -> None:
    student = load("import os\ndef f(x):\n    if x == 2: os._exit(1)\n    return x\ndef g(x): return x\n")
    calls = student.f.each([(1,), (2,), (3,)])
    assert next(calls) == 1
    assert student.g(5) == 5
    with pytest.raises(StudentFault, match="exit status 1"):
        next(calls)
    assert student.g(6) == 6


def test_a_case_that_stops_halfway_leaves_the_next_one_alone(connect: Connect) -> None:
    submission = connect(
        "N = []\ndef f(x):\n    N.append(x)\n    return x\ndef g(h, x): return h(x)\ndef n(): return N\n"
    )
    student = submission.begin("one")
    for got in student.f.each([(1,), (2,), (3,)]):
        assert got == 1
        break
    assert len(submission.finish().calls) == 1
    student = submission.begin("two")
    assert student.n() == [1, 2, 3]
    for _ in student.g.each([(lambda x: x, 1), (lambda x: x, 2)]):
        break
    submission.finish()
    student = submission.begin("three")
    assert student.n() == [1, 2, 3]


def test_more_calls_than_a_frame_holds_travel_in_several(load: Load) -> None:
    student = load("def f(x, *more): return x\n")
    assert list(student.f.each([(n,) for n in range(250)])) == list(range(250))
    short = list(range(14))  # too short to be packed: a part each
    assert list(student.f.each([(n, short, short, short) for n in range(100)])) == list(range(100))
    assert list(student.f.each([(n, "x" * 10_000) for n in range(60)])) == list(range(60))
    assert list(student.f.each([(n, np.zeros(10**6)) for n in range(3)])) == list(range(3))


def test_an_argument_that_cannot_be_sent_is_the_cases_fault_and_costs_nothing(load: Load) -> None:
    student = load("def f(x): return x\n")
    for value in (object(), 2**70, ["x" * 60_000] * 5, np.array([None])):
        with pytest.raises(TypeError, match="f: an argument cannot be sent"):
            student.f(value)
    assert student.f(1) == 1


# --- the budget


def test_a_submission_has_a_budget_over_all_its_calls(load: Load) -> None:
    student = load("def f(): return 1\n", submission_s=0.0)
    with pytest.raises(StudentFault, match="total time limit of 0 seconds") as caught:
        student.f()
    assert caught.value.verdict is Verdict.TIMED_OUT


def test_the_budget_ends_a_frame_of_calls_too(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    student = load("def f(g, x): return g(x)\n", submission_s=250.0)
    clock = Clock(monkeypatch)
    results = []
    with pytest.raises(StudentFault, match="total time limit of 250 seconds") as caught:
        for result in student.f.each([(clock.advance, n) for n in range(5)]):
            results.append(result)
    assert caught.value.verdict is Verdict.TIMED_OUT and results == [0, 1]


def test_the_budget_ends_a_call_that_calls_back_without_end(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    student = load("def f(g):\n    while True: g(1)\n", submission_s=250.0)
    with pytest.raises(StudentFault, match="total time limit of 250 seconds"):
        student.f(Clock(monkeypatch).advance)


def test_a_worker_that_does_not_read_uses_the_submissions_time(connect: Connect) -> None:
    source = """
    import sys, time
    def f(x):
        frame = sys._getframe()
        while not hasattr(frame.f_locals.get("self"), "_exactly"):
            frame = frame.f_back
        type(frame.f_locals["self"])._exactly = lambda self, size: time.sleep(60)
    """
    submission = connect(source, call_s=0.3)
    student = submission.student
    student.f(1)
    budget = student._autograder_run._connection.budget
    before_s = budget.used_s
    with pytest.raises(StudentFault) as caught:
        student.f(np.ones(1 << 20))
    assert caught.value.verdict is Verdict.TIMED_OUT
    assert budget.used_s - before_s >= 0.3


def test_a_worker_that_does_not_read_the_answer_of_a_callback_uses_the_time_of_its_call(load: Load) -> None:
    source = """
    import sys, time
    def f(g):
        frame = sys._getframe()
        while not hasattr(frame.f_locals.get("self"), "_exactly"):
            frame = frame.f_back
        server = type(frame.f_locals["self"])
        exactly = server._exactly
        server._exactly = lambda self, size: time.sleep(0.2) or exactly(self, size)
        for _ in range(20):
            g(1)
    """
    student = load(source, call_s=0.5)
    calls: list[int] = []
    with pytest.raises(StudentFault) as caught:
        student.f(lambda n: calls.append(n) or np.ones(1 << 17))
    assert caught.value.verdict is Verdict.TIMED_OUT and len(calls) < 20


# --- chance

CHANCE = """
import random, numpy as np
AT_IMPORT = np.random.rand(), random.random()
def f(): return np.random.rand(), random.random()
def die(): import os; os._exit(1)
"""


def draws(connect: Connect, case: str, *, seed: int = 0, die: bool = False) -> tuple[Any, Any]:
    submission = connect(CHANCE, seed=seed)
    student = submission.begin(case)
    if die:
        with pytest.raises(StudentFault):
            student.die()
    return student.AT_IMPORT, student.f()


def test_chance_tells_neither_the_run_nor_the_case(connect: Connect) -> None:
    first = draws(connect, "one")
    assert draws(connect, "one") == first
    assert draws(connect, "one", die=True) == first
    assert draws(connect, "two") == first
    assert draws(connect, "one", seed=2**100) == first


def test_a_case_draws_the_same_whatever_ran_before_it(connect: Connect) -> None:
    submission = connect(CHANCE)
    student = submission.begin("zero")
    student.f()
    student = submission.begin("one")
    assert student.f() == draws(connect, "one")[1]


# --- what the student's process sees


def test_the_process_of_a_submission_sees_nothing_of_ours(load: Load) -> None:
    student = load("""
        import gc, os, sys, threading
        def f():
            return {
                'environ': dict(os.environ),
                'argv': [sys.argv, sys.orig_argv],
                'command': open('/proc/self/comm').read(),
                'descriptors': sorted(int(n) for n in os.listdir('/proc/self/fd')),
                'ours': [n for n in sys.modules if n.partition('.')[0] == 'autograder'],
                'main': sorted(vars(sys.modules['__main__'])),
                'threads': threading.active_count(),
                'leader': os.getsid(0) == os.getpid(),
                'folder': os.getcwd(),
                'files': os.listdir('.'),
                'stdin': sys.stdin.read() if sys.stdin else '',
                'gc': gc.isenabled(),
                'interactive': os.isatty(1),
            }
    """)
    seen = student.f()
    folder = seen["folder"]
    assert seen["environ"] == {
        "HOME": folder,
        "TMPDIR": folder,
        "USER": "student",
        "LANG": "C.UTF-8",
        "PATH": "/usr/bin:/bin",
        "OMP_NUM_THREADS": "1",
    }
    assert seen["argv"] == [[""], [""]] and seen["command"].startswith("python")
    assert seen["descriptors"][:4] == [0, 1, 2, 3] and len(seen["descriptors"]) == 5  # and the listing's own
    assert seen["ours"] == []
    assert not {name for name in seen["main"] if not name.startswith("__")}
    assert seen["threads"] == 1 and seen["leader"] and seen["files"] == [] and seen["stdin"] == ""
    assert seen["gc"] and not seen["interactive"]


# --- words


def test_a_call_is_described_with_its_arguments(connect: Connect) -> None:
    submission = connect("def bce(p, y, eps=0): raise ValueError('x')\n")
    submission.connection.source = ModuleSources(
        "answer", submission.connection.source.modules, parameters=parameters_of(b"def bce(p, y, eps=0): ...")
    )
    with pytest.raises(ValueError, match=r"bce\(p, y, eps\) raised"):
        submission.begin("words").bce(np.zeros((9, 3)), np.array([0.0, 1.0]), eps=[0.0] * 30)
    assert submission.run.log.current == "bce(p, y, eps)  p: float64 (9, 3), y = [0., 1.], eps: list of 30"


def test_parameters_are_read_from_a_stub_without_running_it() -> None:
    stub = b"1 / 0\ndef f(x, y): ...\nclass M:\n    def __init__(self, n): ...\n    def fit(self, x): ...\n"
    assert parameters_of(stub) == {"f": ("x", "y"), "M": ("n",), "M.fit": ("x",)}


# --- torch

TORCH = """
import torch
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(2, 1)
        torch.nn.init.ones_(self.layer.weight)
    def forward(self, x): return self.layer(x)
def step(w, g, lr): w -= lr * g
def leaf(x): return x.clone().requires_grad_()
def echo(x): return x
def view(x): return x[0]
def copy(x): return x.clone()
def giant(): return torch.ones(10**11)
def grad_of(x):
    (x ** 2).sum().backward()
    return x.grad
def draw(): return torch.rand(3)
def dtype(x): return str(x.dtype)
"""


@pytest.mark.slow
def test_tensors_and_modules_through_the_wall(connect: Connect) -> None:
    torch = pytest.importorskip("torch")
    submission = connect(TORCH, torch=True)
    student = submission.begin("case", in_place=True)

    w = torch.ones(2, 2)
    assert student.step.record(w, torch.ones(2, 2), 0.5).changed == ("0",)
    assert torch.equal(w, torch.full((2, 2), 0.5))

    leaf = torch.ones(2, requires_grad=True)
    assert torch.equal(student.grad_of(leaf), torch.full((2,), 2.0))
    with pytest.raises(RuntimeError, match="leaf Variable"):
        student.step(leaf, torch.ones(2), 1.0)
    assert student.leaf(torch.ones(2)).requires_grad

    assert student.view.record(w).aliases == ("0",) and student.echo.record(w).aliases == ("0",)
    assert student.copy.record(w).aliases == ()

    net = student.Net()
    assert net(torch.ones(3, 2)).shape == (3, 1)
    assert torch.equal(net.state_dict()["layer.weight"], torch.ones(1, 2))
    assert [p.shape for p in [net.layer.weight]] == [(1, 2)] and net.layer.weight.requires_grad

    for value in (torch.ones(2, dtype=torch.bfloat16), torch.ones(2, dtype=torch.complex64).conj()):
        assert student.dtype(value) == str(value.dtype)
        assert torch.equal(student.echo(value), value.resolve_conj())

    with pytest.raises(StudentFault) as caught:
        student.giant()
    assert caught.value.verdict is Verdict.OUT_OF_MEMORY

    student = submission.begin("case")
    first = student.draw()
    student = submission.begin("case")
    assert torch.equal(student.draw(), first)


def test_small_tensors_are_described_whatever_their_dtype() -> None:
    torch = pytest.importorskip("torch")
    for value, text in (
        (torch.ones(2, dtype=torch.bfloat16), "array = [1., 1.]"),
        (torch.ones(2, dtype=torch.complex64).conj(), "array = [1.-0.j, 1.-0.j]"),
        (torch.ones(2, requires_grad=True), "array = [1., 1.]"),
        (torch.ones(25), "array: float32 (25,)"),
    ):
        assert in_words("echo", (value,), {}, ()) == f"echo(…)  {text}"


def test_a_call_shows_its_inputs_up_to_24_numbers() -> None:
    params = {"W": np.array([[1.0], [2.0]]), "b": np.array([0.5])}
    assert in_words("f", (params, [np.ones(2)], 3), {}, ("params", "xs")) == (
        "f(params, xs, 3)  params = {'W': [[1.], [2.]], 'b': [0.5]}, xs = [[1., 1.]]"
    )
    two = (np.zeros(20), np.zeros(5), np.zeros(4))
    assert in_words("f", two, {}, ("a", "b", "c")) == (
        f"f(a, b, c)  a = [{', '.join(['0.'] * 20)}], b: float64 (5,), c = [0., 0., 0., 0.]"
    )


def test_a_recipe_is_built_in_the_worker(load: Load) -> None:
    from autograder.student import recipes

    student = load("def f(rng, n): return rng.normal(size=n)\n")
    want = np.random.default_rng(3).normal(size=4)
    assert student.f(recipes.generator(3), 4).tolist() == want.tolist()
    held = build(student, recipes.generator(3))
    assert held.normal(size=4).tolist() == want.tolist()


# --- the student's lines of an exception

TRAIN = """import numpy as np

def layer(x):
    return x.reshape(7, 7)

def forward(x):
    y = layer(x)
    return y

def train(x, n):
    if n:
        return train(x, n - 1)
    return forward(x[:2])
"""


def trace_of(student: StudentCode, n: int) -> tuple[TraceLine, ...]:
    with pytest.raises(StudentRaised) as caught:
        student.train(np.ones((3, 4)), n)
    return caught.value.trace


def test_an_exception_names_every_line_of_the_student(load: Load) -> None:
    first, second, third = trace_of(load(TRAIN), 0)
    assert (first.function, first.line, first.code) == ("train", 13, "return forward(x[:2])")
    assert (second.function, second.line, second.code) == ("forward", 7, "y = layer(x)")
    assert (third.function, third.line, third.code) == ("layer", 4, "return x.reshape(7, 7)")
    assert [each.note for each in (first, second, third)] == ["", "", "x has the shape (2, 4)"]


def test_lines_in_the_middle_of_a_long_trace_are_counted(load: Load) -> None:
    trace = trace_of(load(TRAIN), 40)
    assert [each.line for each in trace] == [12, 12, 12, 12, 12, 13, 7, 4]
    assert [each.skipped for each in trace] == [0, 0, 0, 35, 0, 0, 0, 0]


def test_values_that_cannot_be_read_cost_only_their_shapes(load: Load) -> None:
    source = "class Odd(dict):\n    def get(self, *a): raise KeyError\nclass M(type):\n    @classmethod\n"
    source += "    def __prepare__(m, *a): return Odd()\ndef f():\n    class A(metaclass=M):\n        x = 1 / 0\n"
    with pytest.raises(StudentRaised) as caught:
        load(source).f()
    assert [each.line for each in caught.value.trace] == [7, 8]


def test_a_name_error_proposes_the_name(load: Load) -> None:
    with pytest.raises(StudentRaised, match=r"\(answer\.py, line 3\)\. Did you mean np\?$"):
        load("import numpy as np\ndef f(x):\n    return numpy.exp(x)\n").f(1)
