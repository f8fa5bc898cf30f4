"""What tests of an adopted suite pass to the student's code and get from it: files, iterators, tuples, own objects."""

from __future__ import annotations

import shutil
from pathlib import Path

from adopted import adopted, graded, write

from autograder.authoring import adopt as adoption
from autograder.model import Verdict
from autograder.workers.supervisor import Supervisor

HOMEWORK = """
    import enum
    from collections import namedtuple
    from dataclasses import dataclass, field
    from pathlib import Path

    Result = namedtuple("Result", ["mean", "count"])


    class Color(enum.Enum):
        RED = 1
        BLUE = 2


    @dataclass
    class Config:
        rate: float = 0.1
        history: list = field(default_factory=list)


    class Base:
        limit = 3

        def __init__(self):
            ### BEGIN SOLUTION
            self.x = 1
            ### END SOLUTION

        @property
        def double(self):
            return 2 * self.x


    class Derived(Base):
        pass


    def summary(values):
        ### BEGIN SOLUTION
        values = list(values)
        return Result(sum(values) / len(values), len(values))
        ### END SOLUTION


    def total(result):
        return result.mean * result.count


    def first_line(path):
        return Path(path).read_text().splitlines()[0]


    def note(path):
        Path(path).write_text("noted")
        return Path(path).read_text()


    class Holder:
        def __init__(self, value):
            self.value = value
            value.mark(True)

        def size(self):
            return len(self.value), [x for x in self.value], self.value[1]


    def peek(value):
        return value._secret
"""

FIXTURE = """
    import pytest
    from homework import Base


    @pytest.fixture
    def made():
        return Base()


    @pytest.fixture(scope="module")
    def shared():
        return Base()


    class TestBase:
        def test_one(self, made, shared):
            assert made.x == shared.x == 1

        def test_two(self, made, shared):
            assert made.x == shared.x == 1
"""


def test_a_fixture_that_a_verdict_ends_begins_again(tmp_path: Path, supervisor: Supervisor) -> None:
    """Neither the next test nor the next submission suffers from it."""
    done = adopted(write(tmp_path / "hw", {"homework.py": HOMEWORK, "test_homework.py": FIXTURE}), supervisor)
    assignment = adoption.load(done, tmp_path / "course")
    right = tmp_path / "right"
    shutil.copytree(assignment.solution, right, ignore=shutil.ignore_patterns("suite", "suite.toml"))
    ends = write(
        tmp_path / "ends", {"homework.py": "import os\n\nclass Base:\n    def __init__(self):\n        os._exit(1)"}
    )
    crashed, passed = graded(assignment, [ends, right], supervisor)
    assert [line.verdict for line in crashed.outcomes] == [Verdict.CRASHED, Verdict.CRASHED]
    assert [line.verdict for line in passed.outcomes] == [Verdict.PASSED, Verdict.PASSED]
