"""Recipes: named on the trusted side, built inside the worker."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest
from conftest import Load

from autograder.errors import CaseError
from autograder.guest.recipes import RECIPES
from autograder.student import recipes
from autograder.student.faults import StudentRaised
from autograder.student.handle import build, inside
from autograder.student.objects import StudentObject
from autograder.student.recipes import Recipe

SOURCE = """
import sys
def kind(x): return f'{type(x).__module__}.{type(x).__qualname__}'
def normal(rng, n): return rng.normal(size=n)
def imported(): return 'torch' in sys.modules
def call(f, x): return f(x)
def parts(layer): return layer.weight, layer.bias, layer.weight.requires_grad
def rand(generator):
    import torch
    return torch.rand(3, generator=generator)
def batches(loader): return [(x, y) for x, y in loader]
def grads(model): return [p.grad for p in model.parameters()]
def same(a, b): return a is b
def make():
    import torch
    return torch.nn.Linear(2, 1)
def device(x): return str(x.device)
"""


def test_both_sides_know_the_same_recipes_with_the_same_arguments() -> None:
    ours = {name: value for name, value in vars(recipes).items() if inspect.isfunction(value) and name != "dataclass"}
    assert set(ours) == set(RECIPES)
    for name, function in ours.items():
        count = len(inspect.signature(function).parameters)
        made = function(*[None] * count)
        assert made == Recipe(name, (None,) * count)
        assert len(inspect.signature(RECIPES[name]).parameters) == count


def test_a_generator_is_the_one_of_its_seed_and_needs_no_torch(load: Load) -> None:
    student = load(SOURCE)
    assert student.kind(recipes.generator(3)) == "numpy.random._generator.Generator"
    assert student.normal(recipes.generator(3), 4).tolist() == np.random.default_rng(3).normal(size=4).tolist()
    assert not student.imported()


def test_a_recipe_inside_a_container_is_refused(load: Load) -> None:
    with pytest.raises(TypeError, match="Recipe is no array"):
        load(SOURCE).kind([recipes.generator(3)])


def test_an_unknown_recipe_or_a_wrong_argument_is_an_error_of_the_call(load: Load) -> None:
    student = load(SOURCE)
    with pytest.raises(StudentRaised):
        student.kind(Recipe("no_such", ()))
    with pytest.raises(StudentRaised):
        build(student, recipes.generator("seed"))  # type: ignore[arg-type]
    assert student.kind(1) == "builtins.int"


def test_arrays_of_a_recipe_that_are_changed_in_place_are_written_back(load: Load) -> None:
    student = load("def f(x, rng): return None\n")
    assert student.f.record(np.zeros(2), recipes.generator(1)).changed == ()


def test_a_strided_array_has_the_same_entries_and_gaps_between_them(load: Load) -> None:
    student = load("def look(x): return x, x.flags.c_contiguous, x.flags.f_contiguous, x.flags.writeable\n")
    for x in (np.arange(6.0).reshape(2, 3), np.arange(4), np.ones((3, 1), dtype=np.float32), np.ones((2, 1, 2), bool)):
        got, *flags = student.look(recipes.strided(x))
        assert got.dtype == x.dtype and np.array_equal(got, x) and got.shape == x.shape
        assert flags == [False, False, True]
        assert student.look(x)[1]
    view = load("def f(x):\n    x.ravel()[0] = 9.0\n    return x\n")
    assert view.f(np.ones(3))[0] == 9.0 and view.f(recipes.strided(np.ones(3)))[0] == 1.0


def test_keys_of_a_dictionary_may_be_objects_of_the_submission(load: Load) -> None:
    student = load("class Key: pass\ndef look(d, key): return d[key]\ndef add(d, key): d[key] += 1.0; return len(d)\n")
    a, b = student.Key(), student.Key()
    assert student.look(recipes.dictionary([a, b], [1.0, "b"]), b) == "b"
    x = np.zeros(2)
    call = student.add.record(recipes.dictionary([a, b], [2.0, x]), b)
    assert (call.result, call.changed) == (2, ("0[1]",))
    assert call.after[0].tolist() == [1.0, 1.0] and x.tolist() == [0.0, 0.0]
    with pytest.raises(StudentRaised):
        student.look(recipes.dictionary([a], []), a)


def doubled(f: Any, x: Any) -> Any:
    """Sent to the worker as source, with the comment and all."""
    y = f(x)  # an object of the submission
    return np.array([y.n, (y + y).n])


PAIR = """
class Number:
    def __init__(self, n): self.n = n
    def __add__(self, other): return Number(self.n + other.n)
def call(f, x): return f(x)
def broken(x): return x / 0
"""


def test_a_function_of_the_case_runs_beside_the_submission(load: Load) -> None:
    student = load(PAIR)
    run = inside(student, doubled)
    assert [got.tolist() for got in run.each([(student.Number, 3.0), (student.Number, 4.0)])] == [[3, 6], [4, 8]]

    def twice(x):  # type: ignore[no-untyped-def]
        x *= 2
        return x

    x = np.ones(2)
    call = inside(student, twice).record(x)
    assert call.changed == ("0",) and call.after[0].tolist() == [2.0, 2.0]
    assert student.call(inside(student, twice), 21) == 42
    with pytest.raises(
        ZeroDivisionError, match=r"^the test's helper\(broken, 1\) raised ZeroDivisionError.*answer.py, line 6"
    ):
        run(student.broken, 1)


def joined(f, x):  # type: ignore[no-untyped-def]
    return np.concatenate([f(x, x), x])


def test_a_type_error_of_a_library_is_no_wrong_call(load: Load) -> None:
    """The numbers that came back do not fit; a wrong parameter list is what the other message is for."""
    student = load("def f(x, y): return None\ndef g(x): return x\n")

    def saved(f, x):  # type: ignore[no-untyped-def]
        import json

        return json.dumps({(1, 2): f(x, x)})

    with pytest.raises(TypeError, match=r"^the test's helper\(f, x\) raised TypeError: keys must be str"):
        inside(student, saved)(student.f, np.ones(2))
    with pytest.raises(TypeError, match="could not be called this way"):
        inside(student, joined)(student.g, np.ones(2))


def test_a_function_that_needs_more_than_its_arguments_stays_here(load: Load) -> None:
    student, outer = load(PAIR), 1

    def closure(x):  # type: ignore[no-untyped-def]
        return x + outer

    for function in (closure, lambda x: x):
        with pytest.raises(CaseError, match="plain def"):
            inside(student, function)  # type: ignore[arg-type]


# --- torch


@pytest.fixture(scope="module")
def torch() -> Any:
    return pytest.importorskip("torch")


@pytest.fixture
def student(load: Load, torch: Any) -> Any:
    return load(SOURCE, torch=True)


@pytest.mark.slow
def test_a_torch_generator_is_the_one_of_its_seed(student: Any, torch: Any) -> None:
    want = torch.rand(3, generator=torch.Generator().manual_seed(5))
    assert torch.equal(student.rand(recipes.torch_generator(5)), want)


def test_a_strided_tensor_cannot_be_viewed(load: Load, torch: Any) -> None:
    student = load("def flat(x): return x.reshape(-1), x.is_contiguous()\ndef view(x): return x.view(-1)\n", torch=True)
    x = torch.arange(6, dtype=torch.int32).reshape(2, 3)
    got, contiguous = student.flat(recipes.strided(x))
    assert torch.equal(got, x.reshape(-1)) and got.dtype == x.dtype and not contiguous
    assert torch.equal(student.view(x), x.reshape(-1))
    with pytest.raises(RuntimeError, match="view size is not compatible"):
        student.view(recipes.strided(x))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_linear_layer_has_the_weights_given(student: Any, torch: Any, dtype: str) -> None:
    weight = torch.arange(6, dtype=getattr(torch, dtype)).reshape(2, 3)
    bias = torch.tensor([7, 8], dtype=weight.dtype)
    got, got_bias, trainable = student.parts(recipes.linear(weight, bias))
    assert torch.equal(got, weight) and torch.equal(got_bias, bias) and got.dtype == weight.dtype and trainable
    assert student.parts(recipes.linear(weight))[1] is None
    x = torch.ones(1, 3, dtype=weight.dtype)
    assert torch.equal(student.call(recipes.linear(weight, bias), x), x @ weight.T + bias)


def test_a_data_loader_yields_batches(student: Any, torch: Any) -> None:
    x, y = torch.arange(10.0).reshape(5, 2), torch.arange(5)
    got = student.batches(recipes.data_loader(x, y, batch_size=2))
    assert [len(batch) for batch, _ in got] == [2, 2, 1]
    assert torch.equal(torch.cat([batch for batch, _ in got]), x) and torch.equal(torch.cat([b for _, b in got]), y)
    shuffled = torch.cat([labels for _, labels in student.batches(recipes.data_loader(x, y, 5, shuffle=True))])
    assert sorted(shuffled.tolist()) == y.tolist()


def test_poison_is_in_every_gradient_of_the_very_model(student: Any, torch: Any) -> None:
    model = student.make()
    assert student.grads(model) == [None, None]
    assert student.same(recipes.poisoned(model, 9.0), model)
    assert [grad.unique().tolist() for grad in student.grads(model)] == [[9.0], [9.0]]


def test_inputs_are_watched(student: Any, torch: Any) -> None:
    model = student.make()
    watch = build(student, recipes.watch_inputs(model))
    assert isinstance(watch, StudentObject) and watch.count() == 0
    model(torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
    model(torch.tensor([[5.0, 6.0]]))
    assert watch.count() == 2
    assert [row.tolist() for row in watch.first_values()] == [[1.0, 2.0], [5.0, 6.0]]


def test_a_wide_row_is_watched_in_part(student: Any, torch: Any) -> None:
    layer = build(student, recipes.linear(torch.zeros(1, 100)))
    watch = build(student, recipes.watch_inputs(layer))
    layer(torch.arange(200.0).reshape(2, 100))
    (row,) = watch.first_values()
    assert row.tolist() == list(range(64))


def test_a_value_is_moved_to_a_device_inside_the_worker(student: Any, torch: Any) -> None:
    assert student.device(recipes.on_device(torch.ones(2), "cpu")) == "cpu"
