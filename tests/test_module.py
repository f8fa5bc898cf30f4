"""Test code for a plain module or a notebook, with every name of the student's in a worker."""

from __future__ import annotations

import contextlib
import copy
import inspect
import io
import pickle
import textwrap
from typing import Any
from unittest import mock

import numpy as np
import pytest
from conftest import Connect, Submitted

from autograder.errors import SuiteError
from autograder.model import Verdict
from autograder.student.faults import StudentFault, StudentRaised
from autograder.student.module import Modules, Namespace
from autograder.student.stand_ins import NotAsked

SOURCE = '''
import math
import random

import numpy as np

EPS = 1e-3
OPTIONS = {"rate": 0.1, "sizes": [2, 3]}
CALLS = []


class TooSmall(ValueError):
    """It is too small."""


class Odd(Exception):
    def __init__(self, size, why):
        super().__init__(size, why)
        self.size = size


def squares(n):
    """Return the first n squares."""
    if n < 1:
        raise ValueError("n must be at least 1")
    return [i**2 for i in range(1, n + 1)]


def sum_of_squares(n, *, scale=1):
    print("squares of", n)
    return scale * sum(squares(n))


def check(n):
    if n < 0:
        raise TooSmall("too small", n)
    if n % 2:
        raise Odd(n, "odd")
    return n


def rate():
    return OPTIONS["rate"]


def draw():
    return float(np.random.rand()), random.random()


def count(n):
    yield from range(n)
    return "end"


def abstract():
    raise NotImplementedError("later")


def deep(n):
    return deep(n + 1)


def apply(function, x):
    return function(x)


def unique(values):
    return set(values)


class Shape:
    sides = 0

    def __init__(self, side=1.0):
        self.side = side
        self.notes = []
        self._secret = 7

    def area(self):
        return 0.0


class Square(Shape):
    """A square."""

    sides = 4

    def area(self):
        return self.side**2

    @classmethod
    def unit(cls):
        return cls(1.0)

    def __eq__(self, other):
        return isinstance(other, Square) and self.side == other.side

    def __hash__(self):
        return hash(self.side)

    def __add__(self, other):
        return Square(self.side + (other.side if isinstance(other, Square) else other))

    __radd__ = __add__

    def __lt__(self, other):
        return self.side < other.side

    def __abs__(self):
        return self.side

    def __float__(self):
        return float(self.side)

    def __len__(self):
        return 4

    def __getitem__(self, index):
        return [self.side] * 4 if isinstance(index, slice) else self.side

    def __setitem__(self, index, value):
        self.side = value

    def __contains__(self, value):
        return value == self.side

    def __repr__(self):
        return f"Square({self.side})"

    def __call__(self, factor):
        return self.side * factor

    def __enter__(self):
        self.notes.append("in")
        return self

    def __exit__(self, kind, exc, trace):
        self.notes.append(kind.__name__ if kind else "out")
        return kind is KeyError


class Layer:
    def __init__(self, W):
        self.params = {"W": W}

    def forward(self, x):
        return self.params["W"] @ x

    def step(self):
        self.params["W"] -= 1.0


def make_square(side):
    return Square(side)


def fill(x):
    x[:] = 5
'''


@pytest.fixture
def submission(connect: Connect) -> Submitted:
    return connect(SOURCE)


@pytest.fixture
def modules(submission: Submitted) -> Modules:
    return Modules(submission.student)


@pytest.fixture
def homework(modules: Modules) -> Any:
    return modules["answer"]


def run(code: str, namespace: dict[str, Any]) -> dict[str, Any]:
    exec(compile(textwrap.dedent(code), "cell.py", "exec"), namespace)
    return namespace


# --- the names of a notebook


def test_a_cell_finds_out_whether_one_function_uses_the_other(modules: Modules) -> None:
    """The cell of nbgrader's own example, word by word."""
    space = run(
        """
        orig_squares = squares
        del squares
        try:
            sum_of_squares(1)
        except NameError:
            found = True
        else:
            raise AssertionError("sum_of_squares does not use squares")
        finally:
            squares = orig_squares
        assert sum_of_squares(2) == 5
        """,
        Namespace(modules),
    )
    assert space["found"] is True


def test_what_test_code_defines_stays_here_and_hides_the_names_of_the_student(homework: Any, modules: Modules) -> None:
    space = run("EPS = 5\ndef rate(): return EPS\nassert rate() == 5", Namespace(modules))
    assert space["EPS"] == 5
    assert homework.EPS == 1e-3
    assert homework.rate() == 0.1


def test_a_name_that_the_test_has_read_is_the_students_and_an_assignment_reaches_the_worker(modules: Modules) -> None:
    run("assert rate() == 0.1\nrate = lambda: 3\nassert apply(lambda x: x, rate()) == 3", Namespace(modules))
    space = Namespace(modules, asked={"OPTIONS"})
    run("OPTIONS = {'rate': 9}", space)
    assert "OPTIONS" not in dict(space)
    assert modules["answer"].OPTIONS == {"rate": 9}


def test_global_in_a_function_of_the_test_reaches_the_worker(modules: Modules) -> None:
    space = Namespace(modules)
    run(
        """
        squares
        def replace():
            global squares, helper
            helper = 1
            squares = lambda n: [7] * n
        replace()
        assert sum_of_squares(2) == 14
        assert helper == 1
        """,
        space,
    )


def test_a_missing_name_is_a_name_error_with_the_sentence_for_the_student(modules: Modules) -> None:
    space = Namespace(modules)
    with pytest.raises(NameError, match=r"^name 'square' is not defined$") as caught:
        run("square(3)", space)
    assert isinstance(caught.value, StudentRaised)
    assert caught.value.message == "answer.py does not define square, but it defines squares. Rename it to square."
    with pytest.raises(NameError):
        run("del square", space)
    assert "square" not in space
    assert "squares" in space
    assert space.get("square", 3) == 3


def test_builtins_are_those_of_python(connect: Connect) -> None:
    modules = Modules(connect("def all(x): return True\ndef f(): return [1]").student)
    run("assert not all([False])", Namespace(modules))
    run("assert all([False])", Namespace(modules, asked={"all"}))


# --- the module


def test_names_of_the_module(homework: Any) -> None:
    assert homework.squares(3) == [1, 4, 9]
    assert homework.sum_of_squares(2, scale=2) == 10
    assert homework.EPS == 1e-3
    assert hasattr(homework, "squares")
    assert not hasattr(homework, "cubes")
    assert homework.squares is homework.squares
    assert "squares" in dir(homework)
    with pytest.raises(AttributeError) as caught:
        homework.cubes(2)
    assert "does not define cubes" in caught.value.message  # type: ignore[attr-defined]


def test_functions_describe_themselves(homework: Any) -> None:
    assert callable(homework.squares)
    assert homework.squares.__name__ == "squares"
    assert homework.squares.__doc__ == "Return the first n squares."
    assert str(inspect.signature(homework.sum_of_squares)) == "(n, *, scale=1)"
    assert inspect.signature(homework.sum_of_squares).parameters["scale"].default == 1
    assert str(inspect.signature(homework.Square)) == "(side=1.0)"
    assert homework.Square.__doc__ == "A square."
    with pytest.raises(TypeError, match=r"scale|positional"):
        homework.sum_of_squares(1, 2)


def test_names_are_set_and_deleted_in_the_worker(homework: Any) -> None:
    homework.squares = lambda n: [n]
    assert homework.sum_of_squares(9) == 9
    homework.EPS = np.ones(2)
    assert homework.EPS.sum() == 2
    del homework.squares
    with pytest.raises(NameError):
        homework.sum_of_squares(1)


def test_mock_and_monkeypatch_replace_a_name_for_a_while(homework: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with mock.patch.object(homework, "squares", return_value=[10, 20]) as squares:
        assert homework.sum_of_squares(3) == 30
    squares.assert_called_once_with(3)
    with monkeypatch.context() as patch:
        patch.setattr(homework, "squares", lambda n: [n])
        patch.setattr(homework.Square, "area", lambda self: -1.0)
        patch.setitem(homework.OPTIONS, "rate", 3)
        assert homework.sum_of_squares(3) == 3
        assert homework.rate() == 3
    assert homework.sum_of_squares(3) == 14
    assert homework.Square(3.0).area() == 9
    assert homework.rate() == 0.1


def test_an_exception_of_a_replacement_reaches_the_students_code_as_what_it_is(homework: Any) -> None:
    with (
        mock.patch.object(homework, "squares", side_effect=KeyError("gone")),
        pytest.raises(KeyError, match="gone"),
    ):
        homework.sum_of_squares(3)


def test_libraries_of_the_student_are_those_of_the_trusted_side(homework: Any) -> None:
    assert homework.np.allclose(1, 1)
    assert homework.math.pi == 3.141592653589793
    assert homework.np.random.rand is np.random.rand


def test_functions_of_libraries_are_sent_by_name(homework: Any) -> None:
    assert homework.apply(np.sum, np.ones((2, 2))) == 4
    assert homework.apply(len, [1, 2]) == 2
    assert homework.apply(lambda x: x + 1, 2) == 3


# --- exceptions


def test_a_builtin_exception_arrives_as_what_it_is(homework: Any) -> None:
    with pytest.raises(ValueError, match=r"^n must be at least 1$") as caught:
        homework.squares(0)
    assert caught.value.args == ("n must be at least 1",)
    assert type(caught.value).__name__ == "ValueError"
    assert "squares(0) raised ValueError" in caught.value.message  # type: ignore[attr-defined]
    with pytest.raises(TypeError):
        homework.squares()


def test_an_exception_class_of_the_student_can_be_caught(homework: Any) -> None:
    with pytest.raises(homework.TooSmall) as caught:
        homework.check(-1)
    assert caught.value.args == ("too small", -1)
    assert issubclass(homework.TooSmall, ValueError)
    assert isinstance(caught.value, ValueError)
    with pytest.raises(ValueError, match="too small"):
        homework.check(-1)
    with pytest.raises(homework.Odd) as odd:
        homework.check(3)
    assert odd.value.size == 3
    assert not isinstance(odd.value, homework.TooSmall)
    try:
        homework.check(5)
    except homework.TooSmall:
        pytest.fail("another class")
    except homework.Odd as exc:
        assert str(exc) == "(5, 'odd')"


def test_a_stub_and_endless_recursion_can_be_caught_and_keep_their_verdicts(homework: Any) -> None:
    with pytest.raises(NotImplementedError, match=r"^later$") as caught:
        homework.abstract()
    assert isinstance(caught.value, StudentRaised)
    assert caught.value.verdict is Verdict.NOT_ATTEMPTED
    assert caught.value.message.startswith("abstract is still the stub")
    with pytest.raises(RecursionError):
        homework.deep(0)


def test_an_exception_with_a_huge_or_lying_text(connect: Connect) -> None:
    source = """
        class Huge(ValueError):
            def __init__(self): self.args = ("x" * 10**7,)
            def __str__(self): return "y" * 10**7
        class Lying(ValueError):
            __module__ = "builtins"
            def __str__(self): raise SystemExit
        def f(kind):
            raise Huge() if kind else Lying()
    """
    homework = Modules(connect(source).student)["answer"]
    for kind in (0, 1):
        with pytest.raises(ValueError, match=r"y|shown") as caught:
            homework.f(kind)
        assert len(str(caught.value)) <= 2000
        assert len(repr(caught.value.args)) < 3000


def test_the_loss_of_the_worker_is_no_exception_that_a_test_may_expect(connect: Connect) -> None:
    homework = Modules(connect("import os\nX = [1]\ndef f(): os._exit(3)\ndef g(): return 3").student)["answer"]
    f, g = homework.f, homework.g
    with pytest.raises(StudentFault):
        f()
    assert g() == 3  # functions that were read by name are there again


# --- objects


def test_objects_and_their_classes(homework: Any) -> None:
    square = homework.Square(3.0)
    assert isinstance(square, homework.Square)
    assert isinstance(square, homework.Shape)
    assert not isinstance(homework.Shape(), homework.Square)
    assert issubclass(homework.Square, homework.Shape)
    assert type(square) is homework.Square
    assert type(square).__name__ == "Square"
    assert homework.Square.unit().side == 1
    assert homework.Square.sides == 4
    assert square.area() == 9
    square.side = 4.0
    assert square.area() == 16
    assert square._secret == 7
    del square.side
    assert not hasattr(square, "side")


def test_operators_of_an_object(homework: Any) -> None:
    square = homework.Square(3.0)
    assert square + square == homework.Square(6.0)
    assert 1.0 + square == homework.Square(4.0)
    assert sum([square, square], 0.0) == homework.Square(6.0)
    assert square != homework.Square(2.0)
    assert homework.Square(1.0) < square
    assert abs(square) == 3
    assert float(square) == 3
    assert len(square) == 4
    assert square[0] == 3
    assert square[1:2] == [3.0] * 4
    assert 3.0 in square
    assert repr(square) == "Square(3.0)"
    assert f"{square}" == "Square(3.0)"
    assert square(2) == 6
    assert {square: 1}[homework.Square(3.0)] == 1
    assert square != object()
    square[0] = 7.0
    assert square.side == 7
    assert list(map(float, sorted([square, homework.Square(1.0)]))) == [1, 7]


def test_an_object_has_only_the_operators_of_its_class(homework: Any) -> None:
    shape = homework.Shape()
    assert not callable(shape)
    assert callable(homework.Square())
    with pytest.raises(TypeError):
        len(shape)
    with pytest.raises(TypeError):
        iter(shape)
    with pytest.raises(TypeError):
        shape + 1
    assert bool(shape)


def test_a_with_block(homework: Any) -> None:
    square = homework.Square()
    with square as same:
        assert same is square
    with square:
        raise KeyError("swallowed")
    with pytest.raises(ValueError, match="kept"), square:
        raise ValueError("kept")
    assert square.notes == ["in", "out", "in", "KeyError", "in", "ValueError"]


def test_generators_and_sets(homework: Any) -> None:
    assert list(homework.count(3)) == [0, 1, 2]
    counter = homework.count(1)
    assert next(counter) == 0
    with pytest.raises(StopIteration) as end:
        next(counter)
    assert end.value.value == "end"
    assert homework.unique([1, 1, 2]) == {1, 2}
    assert homework.unique({1, 2}) == {1, 2}


def test_copies_are_made_in_the_worker_and_nothing_is_pickled(homework: Any, modules: Modules) -> None:
    square = homework.Square(3.0)
    other = copy.deepcopy(square)
    other.side = 1.0
    assert square.side == 3
    with pytest.raises(
        SuiteError, match=r"test_module.py, line \d+: an object of the student's class Square cannot be"
    ):
        pickle.dumps(square)
    assert len(modules.run.log.suite_errors) == 1


# --- whose word counts


def test_an_object_of_a_class_that_the_test_has_not_named_decides_nothing(homework: Any, modules: Modules) -> None:
    square = homework.make_square(3.0)
    assert (square == 9) is False
    assert (square != 9) is True
    for ask in (len, float, bool, abs, lambda x: x < 4, lambda x: x + 9, lambda x: 3.0 in x):
        with pytest.raises(NotAsked, match="was not asked"):
            ask(square)
    assert np.asarray(square).shape == ()
    assert square.area() == 9
    assert "Square.__eq__ was" not in str(modules.run.log.words)
    assert "__eq__ of an object of Square was not asked" in modules.run.log.words[0]
    assert homework.Square is type(square)  # named from here on
    assert square == homework.Square(3.0)
    assert any("Square.__eq__ of the student's own class decided this" in word for word in modules.run.log.words)


# --- in place


def test_arrays_are_changed_in_place_on_both_sides(homework: Any) -> None:
    x = np.zeros(3)
    homework.fill(x)
    assert (x == 5).all()
    values = [1, 2]
    homework.fill(np.zeros(1))
    layer = homework.Layer(np.eye(2))
    layer.params["W"][0, 0] = 3.0
    assert layer.forward(np.ones(2)).tolist() == [3, 1]
    layer.params["W"] = np.full((2, 2), 2.0)
    assert layer.forward(np.ones(2)).tolist() == [4, 4]
    weights = layer.params["W"]
    assert layer.params["W"] is weights
    layer.step()
    assert weights.tolist() == [[1, 1], [1, 1]]
    weights[1] = 0
    assert layer.forward(np.ones(2)).tolist() == [2, 0]
    assert values == [1, 2]


def test_an_argument_that_the_object_keeps_stays_the_same_array(homework: Any) -> None:
    weights = np.eye(2)
    layer = homework.Layer(weights)
    weights[0, 0] = 5.0
    assert layer.forward(np.ones(2)).tolist() == [5, 1]
    layer.step()
    assert weights.tolist() == [[4, -1], [-1, 0]]


def test_constants_of_the_module_are_changed_in_place(homework: Any) -> None:
    homework.OPTIONS["rate"] = 0.5
    assert homework.rate() == 0.5
    homework.OPTIONS["sizes"].append(4)
    assert homework.OPTIONS["sizes"] == [2, 3, 4]


# --- output and seeds


def test_what_a_call_prints_is_printed_where_the_test_prints(
    homework: Any, capsys: pytest.CaptureFixture[str], submission: Submitted
) -> None:
    homework.sum_of_squares(2)
    assert capsys.readouterr().out == "squares of 2\n"
    with contextlib.redirect_stdout(io.StringIO()) as text:
        homework.sum_of_squares(3)
    assert text.getvalue() == "squares of 3\n"
    assert submission.finish().output == "squares of 2\nsquares of 3\n"


def test_seeds_that_the_test_sets_are_those_of_the_student(homework: Any) -> None:
    import random

    for _ in range(2):
        np.random.seed(3)
        random.seed(4)
        assert homework.draw() == (np.random.RandomState(3).rand(), random.Random(4).random())
    assert homework.draw() != homework.draw()


# --- the next submission


def test_names_that_tests_have_bound_refer_to_the_next_submission(connect: Connect, modules: Modules) -> None:
    space = run("from answer import squares, Square, TooSmall, check", {"__builtins__": _importing(modules)})
    assert space["Square"](2.0).area() == 4
    other = connect("class TooSmall(KeyError): pass\nclass Square:\n    def __init__(s, x): s.area = lambda: 5\n"
                    "def squares(n): return [0]\ndef check(n): raise TooSmall(n)")  # fmt: skip
    modules.use(other.student)
    assert space["squares"](3) == [0]
    square = space["Square"](1.0)
    assert square.area() == 5
    assert type(square) is space["Square"]
    with pytest.raises(TypeError):
        len(square)
    with pytest.raises(space["TooSmall"]) as caught:
        space["check"](1)
    assert isinstance(caught.value, KeyError)
    assert not isinstance(caught.value, ValueError)
    modules.use(connect("def check(n): return n").student)
    with pytest.raises(AttributeError, match="squares"):
        space["squares"](3)
    modules.use(None)
    with pytest.raises(SuiteError, match="outside of a test"):
        space["squares"](3)


def _importing(modules: Modules) -> dict[str, Any]:
    import builtins

    def find(name: str, *rest: Any) -> Any:
        return modules[name] if name in list(modules) else builtins.__import__(name, *rest)

    return {**vars(builtins), "__import__": find}


def test_values_and_calls_at_collection_are_reported(homework: Any, modules: Modules) -> None:
    modules.collected = []
    _ = homework.squares
    _ = homework.EPS
    homework.squares(2)
    where = [entry.partition(": ")[2] for entry in modules.collected]
    assert where == ["answer.EPS", "squares()"]


# --- values that ordinary cases cannot send


def test_large_integers_odd_dicts_and_strings_arrive_as_what_they_are(connect: Connect) -> None:
    source = """
        import math
        import numpy as np
        def f(n): return math.factorial(n)
        def pairs(): return {(0, 1): "a", 2.5: [1], True: None}
        def many(): return {i: i for i in range(1000)}
        def words(): return np.array(["a", "bc"])
        def data(): return b"ab", frozenset({1}), range(3)
        def total(values): return sum(values)
    """
    homework = Modules(connect(source).student)["answer"]
    assert homework.f(30) == 265252859812191058636308480000000
    assert homework.pairs() == {(0, 1): "a", 2.5: [1], True: None}
    assert len(homework.many()) == 1000
    assert homework.words().tolist() == ["a", "bc"]
    assert homework.data() == (b"ab", frozenset({1}), range(3))
    assert homework.total(range(4)) == 6
    assert homework.total([2**70, 2**70]) == 2**71
    assert homework.total({2.5: "x"}) == 2.5


def test_a_random_generator_of_the_test_goes_on_where_the_student_left_it(connect: Connect) -> None:
    import random

    homework = Modules(connect("def f(rng): return float(rng.random())\ndef g(rng): return rng.rand()").student)[
        "answer"
    ]
    rng, same = np.random.default_rng(5), np.random.default_rng(5)
    assert [homework.f(rng), rng.random(), homework.f(rng)] == [same.random() for _ in range(3)]
    state, other = np.random.RandomState(5), np.random.RandomState(5)
    assert [homework.g(state), state.rand()] == [other.rand(), other.rand()]
    plain, twin = random.Random(5), random.Random(5)
    assert [homework.f(plain), plain.random()] == [twin.random(), twin.random()]


def test_a_base_class_that_is_read_after_its_derived_class_serves_the_next_submission(connect: Connect) -> None:
    source = """
        class Base:
            def number(self): return 1
        class Other(Base): pass
    """
    answer = Modules(connect(source).student)["answer"]
    kinds = [answer.Other, answer.Base]
    assert [kind().number() for kind in kinds] == [1, 1]
    answer.use(connect(source.replace("1", "2")).student)
    assert [kind().number() for kind in reversed(kinds)] == [2, 2]


def test_a_generic_class_of_a_library_may_be_the_base(connect: Connect) -> None:
    source = """
        from collections import UserDict
        from typing import Generic, Protocol, TypeVar
        T = TypeVar("T")
        class Node(Protocol):
            def parents(self): ...
        class Box(Generic[T]):
            def get(self): return 3
        class Words(UserDict): pass
    """
    answer = Modules(connect(source).student)["answer"]
    assert answer.Box().get() == 3
    assert isinstance(answer.Node, type) and answer.Words({"a": 1})["a"] == 1


def test_a_class_of_a_hidden_test_cannot_be_derived_from_one_of_the_student(homework: Any, modules: Modules) -> None:
    class Mine(homework.Shape):  # type: ignore[misc, name-defined]
        pass

    with pytest.raises(
        SuiteError, match=r"test_module.py, line \d+: the class Mine is derived from the student's class Shape"
    ):
        Mine()

    assert modules.run.log.suite_errors


def test_a_class_of_a_visible_test_is_defined_in_the_worker(homework: Any, modules: Modules) -> None:
    modules.sends_source = True
    factor = 3.0

    class Wide(homework.Square):  # type: ignore[misc, name-defined]
        def area(self) -> float:
            return factor * super().area()  # type: ignore[no-any-return]

        def __floordiv__(self, other: float) -> Any:
            return Wide(self.side // other)

    wide = Wide(4.0)
    assert wide.area() == 48.0
    assert isinstance(wide, homework.Square) and isinstance(wide // 2, Wide)
    assert (wide // 2).area() == 12.0
    assert Wide.unit().area() == 3.0


# --- functions of the test that the student's code calls


def test_a_function_of_the_test_gets_objects_and_may_call_the_submission(connect: Connect) -> None:
    source = """
        class Node:
            def __init__(self, n): self.n = n
            def twice(self): return 2 * self.n
        def each(f, n):
            print("before")
            found = [f(Node(i)) for i in range(n)]
            print("after")
            return found
        def apply(f, x): return f(x)
        def square(x): return x * x
        def fail(x): raise KeyError(x)
    """
    homework = Modules(connect(source).student)["answer"]
    assert homework.each(lambda node: node.n, 3) == [0, 1, 2]
    assert homework.each(lambda node: node.twice() + homework.square(node.n), 3) == [0, 3, 8]
    assert homework.apply(lambda x: homework.apply(homework.square, x), 3) == 9
    node = homework.apply(lambda x: homework.Node(x), 4)
    assert node.twice() == 8
    with pytest.raises(KeyError):
        homework.apply(homework.fail, 1)
    with pytest.raises(KeyError):
        homework.apply(lambda x: homework.fail(x), 1)
    with contextlib.redirect_stdout(io.StringIO()) as text:
        homework.each(lambda node: print("in", node.twice()), 2)
    assert text.getvalue() == "before\nin 0\nin 2\nafter\n"


def test_a_value_of_the_test_that_cannot_be_sent_back_is_an_error_of_the_suite(homework: Any) -> None:
    with pytest.raises(SuiteError, match="returns an object of object"):
        homework.apply(lambda x: object(), 1)


def test_a_submission_cannot_choose_an_error_of_the_suite_by_the_depth_of_a_value(connect: Connect) -> None:
    source = "def deep():\n    x = []\n    for _ in range(14): x = [x]\n    return x\ndef f(x): return 1"
    submission = connect(source)
    homework = Modules(submission.student)["answer"]
    value = homework.deep()
    with pytest.raises(TypeError):
        homework.f([[[value]]])
    assert not submission.run.log.suite_errors


# --- torch


@pytest.mark.slow
def test_a_torch_module_of_the_student(connect: Connect) -> None:
    torch = pytest.importorskip("torch")
    source = """
        import torch
        from torch import nn
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.fc = nn.Linear(4, 2)
            def forward(self, x): return torch.relu(self.fc(x))
    """
    homework = Modules(connect(source, torch=True).student)["answer"]
    torch.manual_seed(0)
    model = homework.Net()
    torch.manual_seed(0)
    assert torch.equal(homework.Net().fc.weight, model.fc.weight)
    assert isinstance(model, torch.nn.Module)
    assert isinstance(model.fc, torch.nn.Linear)
    assert model(torch.ones(3, 4)).shape == (3, 2)
    assert sum(p.numel() for p in model.parameters()) == 10
    for parameter in model.parameters():
        parameter.data.fill_(0.5)
    assert model(torch.ones(1, 4)).tolist() == [[2.5, 2.5]]
    torch.nn.init.zeros_(model.fc.weight)
    assert model(torch.ones(1, 4)).tolist() == [[0.5, 0.5]]
    model.eval()
    assert model.training is False


def test_what_nobody_has_kept_is_not_compared_at_each_call(connect: Connect, homework: Any, modules: Modules) -> None:
    x = np.ones(2)
    homework.apply(np.sum, x)
    for _ in range(3):
        homework.squares(3)
    assert homework.Square(1.0).notes == []
    homework.squares(1)
    assert not modules.state.shared.values
    weights = np.eye(2)
    layer = homework.Layer(weights)
    assert len(modules.state.shared.values) == 1
    del layer, weights
    homework.squares(1)
    assert not modules.state.shared.values
