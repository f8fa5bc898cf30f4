"""What the probes answer, and that nothing else of them has an effect."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

import numpy as np
import pytest

from autograder.audit.probing import PROBES, install, key

X = np.array([1.0, 2.0])
NAN = float("nan")


def probed(function: Callable[..., Any], probe: str, known: Collection[str] = ()) -> Callable[..., Any]:
    """What a submission's ``f`` becomes."""
    space: dict[str, Any] = {"f": function}
    install(space, ["f"], probe, known)
    replaced: Callable[..., Any] = space["f"]
    return replaced


def every_kind(x: np.ndarray) -> Any:
    return {"loss": 3.5, "parts": (2 * x, [7, True, "name", None]), "labels": np.array([3, 4])}


@pytest.mark.parametrize(
    ("probe", "real", "whole", "truth"),
    [("nan", NAN, 0, False), ("zeros", 0.0, 0, False), ("ones", 1.0, 1, True), ("halves", 0.5, 1, True)],
)
def test_a_constant_keeps_shapes_and_types(probe: str, real: float, whole: int, truth: bool) -> None:
    got = probed(every_kind, probe)(X)
    np.testing.assert_equal(got["loss"], real)
    np.testing.assert_equal(got["parts"], (np.full(2, real), [whole, truth, "", None]))
    assert type(got["parts"][1][1]) is bool and type(got["parts"][1][0]) is int
    assert got["labels"].tolist() == [whole, whole] and got["labels"].dtype == int


def test_empty_keeps_the_type_of_the_container() -> None:
    assert probed(lambda x: [x, x], "empty")(X) == []
    assert probed(lambda x: {"a": x}, "empty")(X) == {}
    assert probed(lambda x: x.astype(np.float32), "empty")(np.ones((3, 2))).shape == (0, 2)
    assert probed(lambda x: 3.5, "empty")(X) == 3.5, "a number cannot be empty"


def test_arguments_come_back_where_the_shape_is_right_and_only_once() -> None:
    other = np.array([5.0, 6.0])
    got = probed(lambda x, y: (x + y, x - y, np.ones(3)), "arguments")(X, y=other)
    np.testing.assert_equal(got, (X, other, np.zeros(3)))
    assert got[0] is not X


def test_the_previous_answer_is_of_the_same_shape() -> None:
    f = probed(lambda x: 2 * x, "previous")
    assert [f(np.full(n, float(value))).tolist() for n, value in ((1, 3), (2, 4), (1, 5), (1, 6))] == [
        [6.0],
        [8.0, 8.0],
        [6.0],
        [10.0],
    ]


def test_one_random_answer_is_as_good_as_another() -> None:
    f = probed(lambda rng: rng.normal(size=2), "previous")
    got = [f(np.random.default_rng(seed)).tolist() for seed in (1, 2)]
    assert got == [np.random.default_rng(seed).normal(size=2).tolist() for seed in (1, 2)]


def test_visible_answers_right_where_it_knows_the_call() -> None:
    f = probed(lambda x: 2 * x, "visible", {key("f", (X,), {})})
    assert f(X.copy()).tolist() == [2.0, 4.0]
    assert f(X + 1).tolist() == [0.0, 0.0]


def test_keys_tell_calls_apart() -> None:
    torch = pytest.importorskip("torch")
    keys = [key("f", (X,), {}), key("g", (X,), {}), key("f", (X.astype(np.float32),), {}), key("f", (X[None],), {})]
    keys += [key("f", (X, 1), {}), key("f", ({"a": X, "b": 1.0},), {}), key("f", (torch.ones(2),), {})]
    assert len(set(keys)) == len(keys)
    assert key("f", (object(),), {}) == ""


def test_arguments_are_overwritten_before_the_answer() -> None:
    x = X.copy()
    assert np.isnan(probed(lambda x: x + 1, "overwrites-nan")(x)).all() and np.isnan(x).all()
    x = X.copy()
    assert probed(lambda given: given["x"] + 1, "overwrites-zeros")({"x": x}).tolist() == [1.0, 1.0]
    assert x.tolist() == [0.0, 0.0]


@pytest.mark.parametrize("probe", [name for name in PROBES if not name.startswith("overwrites")])
def test_what_the_solution_does_to_its_arguments_has_no_effect(probe: str) -> None:
    def doubles(x: np.ndarray) -> np.ndarray:
        x *= 2
        return x + 0.0

    x = X.copy()
    probed(doubles, probe)(x)
    assert x.tolist() == X.tolist()


class Model:
    W: Any = None

    def fit(self, x: np.ndarray) -> float:
        self.W = x
        return float(self.predict(x).sum())

    def predict(self, x: np.ndarray) -> np.ndarray:
        return x * self.W


def test_an_object_learns_in_a_copy_and_its_methods_call_each_other() -> None:
    kind = type("Model", (), dict(vars(Model)))
    install({"Model": kind}, ["Model.fit", "Model.predict"], "ones", ())
    model: Any = kind()
    assert model.fit(X) == 1.0
    assert model.W is None
    assert model.predict(X).tolist() == [1.0, 1.0]


def test_an_object_that_is_the_answer_is_filled_and_the_solution_goes_on_with_its_own() -> None:
    def wrapped(x: np.ndarray) -> Model:
        model = Model()
        model.W = x
        return model

    space: dict[str, Any] = {"wrapped": wrapped, "read": lambda model: float(model.W.sum()) / 0.5}
    install(space, ["wrapped"], "zeros", ())
    install(space, ["read"], "previous", ())
    model = space["wrapped"](X)
    assert model.W.tolist() == [0.0, 0.0] and isinstance(model, Model)


def test_a_generator_stays_one() -> None:
    def batches(n: int) -> Iterator[int]:
        yield from range(1, n)

    got = probed(batches, "ones")(4)
    assert next(got) == 1 and list(got) == [1, 1]


def test_the_right_exception_is_raised() -> None:
    def refuses(x: np.ndarray) -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        probed(refuses, "zeros")(X)


def test_a_model_alone_stays_and_one_that_was_trained_is_filled() -> None:
    torch = pytest.importorskip("torch")
    model = torch.nn.Linear(2, 1)
    assert probed(lambda: model, "zeros")() is model
    trained, losses = probed(lambda: (model, [0.5]), "zeros")()
    assert losses == [0.0] and not any(parameter.any() for parameter in trained.parameters())
    assert any(parameter.any() for parameter in model.parameters())


def test_tensors_are_filled_like_arrays() -> None:
    torch = pytest.importorskip("torch")
    got = probed(lambda x: (x, x.argmax(), x > 0), "halves")(torch.ones(3, requires_grad=True))
    assert got[0].tolist() == [0.5] * 3 and got[0].requires_grad
    assert got[1].item() == 1 and got[2].tolist() == [True] * 3
