"""Generated inputs are of the same kind as those that were seen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograder.audit.inputs import MAX_ENTRIES, Arguments, Handed, InputGenerator, is_repeatable, with_handed
from autograder.student import recipes
from autograder.student.call import RecordedCall
from autograder.student.objects import StudentObject


def call(*args: Any, function: str = "f", **kwargs: Any) -> RecordedCall:
    return RecordedCall(function, args, kwargs, None, (), (), 0.0)


def drawn(*calls: RecordedCall, count: int = 200) -> list[Arguments]:
    generator, rng = InputGenerator(calls), np.random.default_rng(7)
    return [generator.draw(rng) for _ in range(count)]


def test_labels_stay_zero_and_one() -> None:
    found = drawn(call(np.array([0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0, 1.0])))
    assert {float(x) for given in found for x in given.args[0].ravel()} == {0.0, 1.0}


def test_probabilities_stay_between_zero_and_one() -> None:
    values = np.concatenate([given.args[0].ravel() for given in drawn(call(np.linspace(0.05, 0.9, 7)))])
    assert values.min() >= 0.05 and values.max() <= 0.9 and np.std(values) > 0.1


def test_real_numbers_take_other_scales_and_both_signs() -> None:
    values = np.concatenate([given.args[0].ravel() for given in drawn(call(np.array([-1.5, 0.3, 2.0])))])
    assert values.min() < -4 and values.max() > 4


def test_some_draws_are_whole_numbers_throughout() -> None:
    """Only they hit thresholds such as x > 0."""
    found = drawn(call(np.array([-1.5, 0.3, 2.0]), np.array([[0.7, -0.2]])))
    whole = [given for given in found if all(np.array_equal(arg, np.round(arg)) for arg in given.args)]
    assert 20 < len(whole) < 80 and any(0.0 in given.args[0] for given in whole)


def test_what_is_positive_stays_positive() -> None:
    assert all(np.all(given.args[0] > 0) for given in drawn(call(np.array([1.5, 3.25, 200.0]))))
    assert all(given.kwargs["lr"] > 0 for given in drawn(call(lr=0.5)))


def test_an_input_that_was_always_zero_is_no_choice() -> None:
    assert any(np.any(given.args[0] != 0) for given in drawn(call(np.zeros(9))))


def test_axes_of_one_length_change_together() -> None:
    found = drawn(call(np.ones((7, 5)) * 0.3, np.arange(35.0).reshape(5, 7)))
    shapes = {given.args[0].shape for given in found}
    assert len(shapes) > 20
    assert all(given.args[0].shape == given.args[1].shape[::-1] for given in found)


def test_an_axis_of_length_one_is_widened_only_on_demand() -> None:
    seen = call(np.ones((1, 5)) * 0.3, np.ones((5, 1)))
    assert all(given.args[0].shape[0] == 1 and given.args[1].shape[1] == 1 for given in drawn(seen))
    generator, rng = InputGenerator([seen], widen_ones=True), np.random.default_rng(7)
    shapes = {(given.args[0].shape[0], given.args[1].shape[1]) for given in (generator.draw(rng) for _ in range(200))}
    assert {(1, 1), (1, 3), (3, 1), (3, 3)} <= shapes and (2, 3) not in shapes


def test_some_draws_change_a_part_of_the_lengths() -> None:
    """The 2 x 2 result of a window of 2 over 5 x 5 fits no other size, but any number of images."""
    found = drawn(call(np.arange(150.0).reshape(6, 5, 5) - 70, np.arange(24.0).reshape(6, 2, 2) - 12))
    assert any(given.args[0].shape[1:] == (5, 5) and given.args[0].shape[0] not in (5, 6) for given in found)


def test_a_cache_is_made_again_by_the_call_that_had_made_it() -> None:
    x, cache, dout = np.array([0.5, -2.0]), {"x": np.array([1.0])}, np.array([3.0, -1.0])
    forward = RecordedCall("forward", (x,), {}, (2 * x, cache))
    backward = RecordedCall("backward", (dout,), {"cache": cache}, 1.0)
    for last in (backward, RecordedCall("backward", (dout, cache), {}, 1.0)):
        linked = with_handed([forward, last], {"backward": ("dout", "cache")})[1]
        handed = [*linked.args, *linked.kwargs.values()][1]
        assert isinstance(handed, Handed) and handed.item == 1 and handed.call.function == "forward"
        assert is_repeatable(linked)
        lengths = {
            (len(given.args[0]), len([*given.args, *given.kwargs.values()][1].call.args[0])) for given in drawn(linked)
        }
        assert len(lengths) > 4 and all(one == other for one, other in lengths)
    other = with_handed([forward, RecordedCall("backward", (dout, cache), {}, 1.0)], {"backward": ("dout", "stored")})
    assert other[1].args[1] is cache


@pytest.mark.parametrize(
    "rows",
    [np.eye(4)[[0, 2, 2]], np.array([[0.1, 0.2, 0.7], [0.5, 0.25, 0.25]])],
    ids=["one-hot", "probabilities"],
)
def test_rows_that_sum_to_one_still_do(rows: np.ndarray) -> None:
    for given in drawn(call(rows)):
        assert np.allclose(given.args[0].sum(axis=-1), 1.0)
        assert not np.all((rows == 0) | (rows == 1)) or np.all((given.args[0] == 0) | (given.args[0] == 1))


def test_a_permutation_stays_one() -> None:
    for given in drawn(call(np.array([2, 0, 1, 3]))):
        assert sorted(given.args[0].tolist()) == list(range(len(given.args[0])))


def test_dtypes_and_containers_stay() -> None:
    for given in drawn(call({"W": np.float32([[0.5, -2.0]]), "names": ["a"]}, (3, None, True), 4)):
        assert given.args[0]["W"].dtype == np.float32 and given.args[0]["names"] == ["a"]
        assert type(given.args[1]) is tuple and given.args[1][1:] == (None, True)
        assert type(given.args[2]) is int


def test_tensors_stay_tensors() -> None:
    torch = pytest.importorskip("torch")
    for given in drawn(call(torch.linspace(-1, 1, 6).reshape(2, 3)), count=20):
        assert isinstance(given.args[0], torch.Tensor) and given.args[0].dtype == torch.float32


def test_what_was_seen_is_not_changed() -> None:
    seen = np.array([0.5, -2.0])
    drawn(call(seen, [seen]))
    assert seen.tolist() == [0.5, -2.0]


def test_calls_that_cannot_be_made_again_are_left_out() -> None:
    assert not is_repeatable(call(function="Model.fit"))
    assert not is_repeatable(call([StudentObject()]))
    assert not is_repeatable(call(recipes.poisoned(StudentObject(), 1.0)))
    assert is_repeatable(call(recipes.generator(3)))
    assert not is_repeatable(call(np.zeros(MAX_ENTRIES + 1)))
    assert is_repeatable(call(np.zeros(MAX_ENTRIES)))
    assert not InputGenerator([call(function="Model.fit")])
