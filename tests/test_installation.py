"""No text that a student reads names a folder of this installation."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from conftest import Connect, submitted

from autograder.student.faults import StudentRaised
from autograder.student.installation import without_folders
from autograder.workers.supervisor import Supervisor


@pytest.mark.parametrize("portable", [False, True])
@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("from numpy import nothing", "cannot import name 'nothing' from 'numpy' (numpy/__init__.py)"),
        ("from json import nothing", "cannot import name 'nothing' from 'json' (json/__init__.py)"),
        ("import numpy; open(numpy.__file__ + 'x')", "No such file or directory: 'numpy/__init__.pyx'"),
        ("raise ValueError(os.__file__)", "ValueError: os.py"),
    ],
)
def test_no_message_names_a_folder_of_this_installation(portable: bool, body: str, wanted: str) -> None:
    with Supervisor(portable=True) if portable else Supervisor() as supervisor:
        submission = submitted({"answer": f"import os\ndef f():\n    {body}\n".encode()}, supervisor)
        with pytest.raises(StudentRaised) as raised:
            submission.student.f()
        submission.close()
    assert wanted in raised.value.message


def test_nor_does_a_printed_warning_or_traceback(connect: Connect) -> None:
    submission = connect("""
        import sys, traceback, numpy as np
        def f():
            try:
                np.linalg.inv(np.zeros((2, 2)))
            except Exception:
                traceback.print_exc()
            traceback.print_stack()
            print(sys.executable, sys.path, np.__file__)
    """)
    submission.student.f()
    output = submission.finish().output
    assert 'File "numpy/linalg/' in output
    assert 'File "autograder/guest/' in output
    folders = (Path(np.__file__).parents[1], Path(os.__file__).parent, Path(__file__).parents[1] / "autograder")
    assert not [folder for folder in folders if f"{folder}/" in output]


def test_a_file_of_the_course_keeps_its_folder() -> None:
    assert without_folders(f"no such file: '{__file__}'") == f"no such file: '{__file__}'"
