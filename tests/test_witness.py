"""A witness can be pasted into a case, and is the same there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograder.audit.witness import call_written, written
from autograder.student import recipes

VALUES: list[Any] = [
    np.array([[0.1, -2.0], [1 / 3, 1e-300]]),
    np.float32([[0.1, 1 / 3]]),
    np.arange(7, dtype=np.uint8),
    np.array([True, False]),
    np.array(2.5),
    np.array([np.nan, np.inf, -np.inf]),
    np.zeros((0, 3), dtype=np.float32),
    np.zeros((2, 0)),
    np.linspace(0, 1, 1000),
    {"W": np.ones(2), 3: [1, (2.0,), (None, "a'b"), True]},
    float("inf"),
    recipes.generator(7),
]


def same(got: Any, want: Any) -> None:
    np.testing.assert_equal(got, want)
    if isinstance(want, np.ndarray):
        assert got.dtype == want.dtype and got.shape == want.shape


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_a_value_is_the_same_when_it_is_pasted(value: Any) -> None:
    same(eval(written(value), {"np": np, "recipes": recipes}), value)


def test_a_tensor_is_the_same_when_it_is_pasted() -> None:
    torch = pytest.importorskip("torch")
    tensors = [torch.rand(2, 3), torch.rand(2, dtype=torch.float64, requires_grad=True), torch.arange(3)]
    for tensor in [*tensors, torch.zeros(0, 2), torch.tensor(3.5)]:
        got = eval(written(tensor), {"torch": torch})
        assert torch.equal(got, tensor) and got.dtype == tensor.dtype and got.requires_grad == tensor.requires_grad


def test_a_call_is_one_of_the_submission() -> None:
    assert call_written("pool", (np.array([1.5]), 3), {"stride": 2}) == "student.pool(np.array([1.5]), 3, stride=2)"
