"""What tests of an adopted suite pass to the student's code and get from it: files, iterators, tuples, own objects."""

from __future__ import annotations

import shutil
import unittest
from pathlib import Path
from types import SimpleNamespace

import pytest
from adopted import adopted, graded, write

from autograder.authoring import adopt as adoption
from autograder.model import Verdict
from autograder.student.suite_functions import is_of_test
from autograder.workers.supervisor import Supervisor

HOMEWORK = """
    import enum
    import warnings
    from collections import namedtuple
    from dataclasses import dataclass, field
    from pathlib import Path

    import numpy as np

    Result = namedtuple("Result", ["mean", "count"])


    class Color(enum.Enum):
        RED = 1
        BLUE = 2


    class Mode(str, enum.Enum):
        TRAIN = "train"
        TEST = "test"


    class Level(enum.IntEnum):
        LOW = 1
        HIGH = 2


    class Right(enum.IntFlag):
        RUN = 1
        WRITE = 2
        READ = 4


    def other_mode(mode):
        return Mode.TEST if mode is Mode.TRAIN else Mode.TRAIN


    def root(x):
        if x < 0:
            warnings.warn("negative")
        return abs(x) ** 0.5


    def inverse(x):
        return 1 / x


    def applied(function, n):
        return function(np.ones(n))


    def count(n):
        yield from range(n)


    def lines_of(file):
        return [line.rstrip() for line in file]


    def vocabulary(n):
        return {i: bytes([i]) if i < 256 else b"token %d" % i for i in range(n)}


    def pairs():
        return [(b"a", b"bc"), (b"\\xff", b"")]


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

        def shown(self):
            return self.x


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

TESTS = """
    import dataclasses
    import importlib
    import inspect
    import io
    import types
    import warnings
    from collections import namedtuple
    from pathlib import Path
    from types import SimpleNamespace
    from unittest import mock

    import numpy as np
    import pytest

    import homework
    from homework import (
        Base, Color, Config, Derived, Holder, Level, Mode, Right, applied, count, first_line, inverse, lines_of,
        note, other_mode, pairs, root, summary, total, vocabulary,
    )


    @pytest.fixture(params=[1, 2])
    def made(request):
        return Derived()


    class TestBase:
        def test_the_class_of_a_class_that_was_read_first(self, made):
            assert isinstance(made, Base)

        def test_a_class_below_another(self, made):
            assert issubclass(Derived, Base)
            assert made.double == 2

        def test_a_property(self):
            assert isinstance(Base.double, property)


    def test_an_iterator():
        assert summary(x * x for x in range(4)) == (3.5, 4)
        assert summary(map(float, "12")) == (1.5, 2)
        assert summary({"a": 1, "b": 3}.values()).count == 2


    def test_named_tuples_both_ways():
        result = summary([1, 2])
        mean, count = result
        assert (result.mean, result.count) == (mean, count) == (1.5, 2)
        assert result._fields == ("mean", "count")
        assert isinstance(result, tuple)
        assert total(namedtuple("Other", ["count", "mean"])(2, 3.0)) == 6.0


    def test_an_enumeration():
        assert [color.name for color in Color] == ["RED", "BLUE"]
        assert len(Color) == 2
        assert Color["RED"] is Color(1)
        assert Color.RED in Color


    def test_members_that_are_strings_or_numbers():
        assert Mode.TRAIN == "train" and Mode.TRAIN.name == "TRAIN" and Mode.TRAIN.value == "train"
        assert other_mode(Mode.TRAIN) is Mode.TEST
        assert Mode("test") is Mode.TEST and list(Mode) == [Mode.TRAIN, Mode.TEST]
        assert isinstance(Mode.TEST, Mode) and isinstance(Mode.TEST, str)
        assert {Mode.TRAIN: 1}["train"] == 1
        both = Right.READ | Right.WRITE
        assert Right.READ in both and both == 6 and Right.RUN not in both
        assert Level.LOW < Level.HIGH and Level.HIGH == 2 and Level(1) is Level.LOW


    def test_warnings():
        with pytest.warns(UserWarning, match="negative"):
            assert root(-4.0) == 2.0
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            root(-1.0)
            root(1.0)
        assert [str(each.message) for each in caught] == ["negative"]
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            root(4.0)
            with pytest.raises(UserWarning):
                root(-4.0)
        with pytest.warns(RuntimeWarning):
            inverse(np.zeros(2))


    def test_errors_of_numpy():
        with np.errstate(divide="raise"), pytest.raises(FloatingPointError):
            inverse(np.zeros(2))
        with np.errstate(divide="ignore"):
            assert np.isinf(inverse(np.zeros(2))).all()


    def test_a_function_of_the_test_gets_a_large_array():
        assert applied(np.sum, 1_000_000) == 1_000_000
        assert applied(lambda x: x.shape, 500_000) == (500_000,)


    def test_what_python_makes():
        squares = (each for each in count(3))
        assert inspect.isgenerator(count(3)) and isinstance(count(3), types.GeneratorType)
        assert inspect.isgeneratorfunction(count) and not inspect.isgeneratorfunction(root)
        assert sum(squares) == 3
        with mock.patch.object(Base, "shown", autospec=True, return_value=5):
            assert Base().shown() == 5


    def test_a_dataclass():
        config = dataclasses.replace(Config(), rate=0.5)
        assert dataclasses.asdict(config) == {"rate": 0.5, "history": []}
        assert [each.name for each in dataclasses.fields(Config)] == ["rate", "history"]


    def test_files_of_the_test(tmp_path):
        path = tmp_path / "a.txt"
        path.write_text("one")
        assert first_line(path) == "one"
        path.write_text("other")
        assert first_line(str(path)) == "other"
        assert note(tmp_path / "new" / "b.txt") == "noted"
        assert not (tmp_path / "new").exists()
        with pytest.raises(FileNotFoundError):
            first_line(tmp_path / "none.txt")


    def test_open_files_of_the_test(tmp_path):
        with open(Path(__file__).parent / "data.txt") as file:
            assert lines_of(file) == ["of the suite"]
            assert file.read() == ""
        assert lines_of(io.StringIO("a\\nb")) == ["a", "b"]
        assert lines_of(io.BytesIO(b"a\\nb")) == [b"a", b"b"]


    def test_bytes_and_large_tables():
        table = vocabulary(300)
        assert table[65] == b"A" and table[299] == b"token 299" and len(table) == 300
        assert pairs() == [(b"a", b"bc"), (b"\\xff", b"")]


    def test_a_file_elsewhere_stays_on_this_side(tmp_path):
        elsewhere = tmp_path.parent / "elsewhere.txt"
        elsewhere.write_text("not for the worker")
        with pytest.raises(OSError):
            first_line(elsewhere)


    def test_a_file_of_the_suite():
        assert first_line(Path(__file__).parent / "data.txt") == "of the suite"


    class Words:
        def __init__(self):
            self.words = ["a", "b"]
            self.marked = False
            self._secret = 7

        def mark(self, value):
            self.marked = value

        def __len__(self):
            return len(self.words)

        def __getitem__(self, index):
            return self.words[index]


    def test_an_object_of_the_test():
        words = Words()
        holder = Holder(words)
        assert words.marked
        assert holder.value is words
        assert holder.size() == (2, ["a", "b"], "b")
        words.words.append("c")
        assert holder.size()[0] == 3
        assert total(SimpleNamespace(mean=2, count=3)) == 6


    def test_a_private_attribute_stays_here():
        with pytest.raises(AttributeError):
            homework.peek(Words())


    def test_reload():
        homework.Base.limit = 4
        importlib.reload(homework)
        assert homework.Base.limit == 3
"""

TORCH = """
    import torch
    from torch import nn


    class Descent:
        def __init__(self, params, rate=0.1):
            ### BEGIN SOLUTION
            self.params, self.rate = list(params), rate
            ### END SOLUTION

        def step(self):
            with torch.no_grad():
                for p in self.params:
                    if p.grad is not None:
                        p -= self.rate * p.grad

        def zero_grad(self):
            for p in self.params:
                p.grad = None


    def clip(params, most):
        for p in params:
            p.grad.clamp_(-most, most)


    def draw(n, generator):
        return torch.rand(n, generator=generator)


    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = nn.Parameter(torch.ones(2))
"""

TORCH_TESTS = """
    import torch
    from torch import nn

    from homework import Descent, Net, clip, draw


    def parameter(value, grad=None):
        p = nn.Parameter(torch.tensor(value))
        p.grad = None if grad is None else torch.tensor(grad)
        return p


    def test_a_gradient_goes_with_its_parameter():
        p = parameter([1.0, 2.0], [10.0, 0.0])
        descent = Descent([p])
        descent.step()
        assert p.tolist() == [0.0, 2.0]
        p.grad = torch.tensor([0.0, 10.0])
        descent.step()
        assert p.tolist() == [0.0, 1.0]
        descent.zero_grad()
        assert p.grad is None


    def test_a_gradient_changed_in_place():
        p = parameter([1.0], [5.0])
        clip([p], 2.0)
        assert p.grad.item() == 2.0
        clip(iter([p]), 1.0)
        assert p.grad.item() == 1.0


    def test_parameters_of_a_model():
        model = nn.Linear(2, 1)
        before = model.weight.detach().clone()
        descent = Descent(model.parameters(), rate=1.0)
        model(torch.ones(1, 2)).sum().backward()
        descent.step()
        assert torch.allclose(model.weight, before - 1)


    def test_a_gradient_for_the_students_parameter():
        net = Net()
        net.scale.grad = torch.tensor([10.0, 0.0])
        Descent([net.scale]).step()
        assert net.scale.tolist() == [0.0, 1.0]


    def test_a_generator():
        generator = torch.Generator().manual_seed(3)
        first = draw(2, generator)
        assert not torch.equal(draw(2, generator), first)
        assert torch.equal(draw(2, torch.Generator().manual_seed(3)), first)
        generator.manual_seed(3)
        assert torch.equal(torch.rand(2, generator=generator), first)
"""


class OfTheTest:
    pass


def test_the_student_uses_objects_of_the_test_alone(request: pytest.FixtureRequest, supervisor: Supervisor) -> None:
    """From an object of pytest or of ours, the student's code could reach the cases."""
    assert is_of_test(OfTheTest()) and is_of_test(SimpleNamespace(a=1))
    for value in (request, request.config, supervisor, object(), OfTheTest, unittest.TestCase(), 1.0, [OfTheTest()]):
        assert not is_of_test(value), value


@pytest.mark.slow
@pytest.mark.parametrize(("homework", "tests"), [(HOMEWORK, TESTS), (TORCH, TORCH_TESTS)], ids=["values", "torch"])
def test_what_a_suite_passes_and_gets_works_as_in_pytest(
    homework: str, tests: str, tmp_path: Path, supervisor: Supervisor
) -> None:
    files = {"homework.py": homework, "test_homework.py": tests, "data.txt": "of the suite\n"}
    path = write(tmp_path / "hw", files)
    assert [str(refusal) for refusal in adopted(path, supervisor).trial.refused] == []


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
