"""What a failing case shows of the call at fault: its output, its lines, the line of the case, and its code."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_course import graded, make

from autograder.model import Audience, GradedCase, Report
from autograder.workers.supervisor import Supervisor

CASES = '''
@task("double", points=6)
def test_two_calls(student):
    """Two calls, of which the first is wrong."""
    one, two = student.double.each([(np.array([1.0]),), (np.array([2.0]),)])
    student.total(np.array([3.0]))
    assert_close(one, np.array([2.0]))


@task("total", points=3)
def test_property(student):
    """A property of two results."""
    one, two = student.total(np.array([1.0])), student.total(np.array([2.0]))
    require(one > two, "The total does not fall.")
'''
TALKS = """
import numpy as np
print("import")


def double(x):
    print("double", x)
    return x


def total(x):
    print("total", x)
    return float(np.sum(x))
"""


def cases_of(folder: Path, source: str, supervisor: Supervisor) -> dict[str, GradedCase]:
    """Grade a submission in the two cases, without a solution."""
    [report] = graded(make(folder, visible=CASES, solution=None), source, supervisor=supervisor, official=False)
    return {case.case: case for case in report.outcomes}


def test_a_case_shows_what_the_call_at_fault_printed(tmp_path: Path, supervisor: Supervisor) -> None:
    found = cases_of(tmp_path, TALKS, supervisor)
    assert found["two_calls"].output == "double [1.]\n"
    assert found["property"].output == "total [1.]\ntotal [2.]\n"


def test_a_call_that_raised_shows_its_output(tmp_path: Path, supervisor: Supervisor) -> None:
    found = cases_of(tmp_path, TALKS.replace("return float(np.sum(x))", "return 1 / 0"), supervisor)
    assert found["two_calls"].output == "total [3.]\n"
    assert found["property"].output == "total [1.]\n"


def test_a_call_that_lost_the_worker_shows_its_output(tmp_path: Path, supervisor: Supervisor) -> None:
    source = TALKS.replace("return float(np.sum(x))", "import os; os._exit(3)")
    assert cases_of(tmp_path, source, supervisor)["two_calls"].output == "total [3.]\n"


def test_output_that_no_call_counted_is_shown_whole(tmp_path: Path, supervisor: Supervisor) -> None:
    source = TALKS.replace('print("total", x)', 'import os; os.write(1, b"raw\\n")')
    assert cases_of(tmp_path, source, supervisor)["two_calls"].output == "double [1.]\ndouble [2.]\nraw\n"


def test_a_number_of_bytes_that_is_none_is_a_crash(tmp_path: Path, supervisor: Supervisor) -> None:
    forge = "import sys\nsend = sys._getframe(0)\n"
    source = TALKS.replace("import numpy as np", f"import gc\n{forge}import numpy as np").replace(
        'print("double", x)',
        'guest = next(each for each in gc.get_objects() if type(each).__name__ == "Guest")\n'
        "    true = guest._send\n"
        '    guest._send = lambda kind, header, buffers: true(kind, {**header, "out": -1}, buffers)',
    )
    assert cases_of(tmp_path, source, supervisor)["two_calls"].verdict.value == "crashed"


def test_a_case_names_its_line_and_repeats_the_call(tmp_path: Path, supervisor: Supervisor) -> None:
    found = cases_of(tmp_path, TALKS, supervisor)
    line = found["two_calls"].source
    assert line is not None
    assert (line.file, line.code) == ("test_visible.py", "assert_close(one, np.array([2.0]))")
    lines = found["two_calls"].snippet.splitlines()
    assert lines[-4:] == ["x = np.array([1.0])", "print(double(x))", "# got: [1.]", "# want: [2.]"]
    assert found["property"].snippet == ""
    assert found["property"].source is not None


@pytest.fixture
def hidden(tmp_path: Path, supervisor: Supervisor) -> Report:
    source = TALKS.replace("return x", "return 1 / 0").replace("return float(np.sum(x))", "return 6.0")
    [report] = graded(make(tmp_path), source, supervisor=supervisor)
    return report


def test_a_hidden_case_shows_none_of_it(hidden: Report) -> None:
    cases = [case for case in hidden.outcomes if not case.visible]
    assert {case.verdict.value for case in cases} == {"errored", "failed"}
    for case in cases:
        assert (case.trace, case.snippet, case.source) == ((), "", None)
    for case in hidden.seen_by(Audience.STUDENT).outcomes:
        if not case.visible:
            assert case.output == ""
            assert case.mismatch is None or case.mismatch.entries is None


def test_staff_read_all_output_of_a_hidden_case(hidden: Report) -> None:
    assert any("total" in case.output for case in hidden.outcomes if not case.visible)
