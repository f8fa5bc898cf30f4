"""Arrays, tensors and containers: what counts as one, and what a walk through them keeps."""

from __future__ import annotations

from collections import OrderedDict, namedtuple
from typing import Any

import numpy as np
import pytest
import torch

from autograder.values import as_array, copied, dtype_name, is_array, is_tensor, leaves, mapped

Point = namedtuple("Point", "x y")


class ClaimsToBeATensor:
    @property
    def __class__(self) -> type:  # type: ignore[override]
        return torch.Tensor


@pytest.mark.parametrize("value", [torch.zeros(2), torch.tensor(1), torch.nn.Parameter(torch.zeros(2))])
def test_a_tensor_is_a_tensor_and_an_array(value: Any) -> None:
    assert is_tensor(value)
    assert is_array(value)


@pytest.mark.parametrize("value", [np.zeros(2), np.array(1.0), np.ma.masked_array([1.0])])
def test_an_array_of_numpy_is_no_tensor(value: Any) -> None:
    assert is_array(value)
    assert not is_tensor(value)


@pytest.mark.parametrize(
    "value", [1.0, [1.0], None, np.float64(1), torch.float32, torch.Size([2]), torch.nn.Linear(1, 1), torch.Tensor]
)
def test_everything_else_is_neither(value: Any) -> None:
    assert not is_array(value)
    assert not is_tensor(value)


def test_a_value_is_not_believed_what_it_says_it_is() -> None:
    assert isinstance(ClaimsToBeATensor(), torch.Tensor)
    assert not is_tensor(ClaimsToBeATensor())


@pytest.mark.parametrize(
    ("value", "dtype", "shape"),
    [
        (np.float32([1, 2]), "float32", (2,)),
        (3, "int64", ()),
        (torch.ones(2, 1, requires_grad=True), "float32", (2, 1)),
        (torch.ones(2, dtype=torch.bfloat16), "float32", (2,)),
        (torch.ones(2, dtype=torch.float16), "float16", (2,)),
        (torch.ones(2, dtype=torch.complex64).conj(), "complex64", (2,)),
    ],
)
def test_an_array_keeps_shape_and_dtype_where_numpy_has_it(value: Any, dtype: str, shape: tuple[int, ...]) -> None:
    array = as_array(value)
    assert type(array) is np.ndarray
    assert (array.dtype, array.shape) == (np.dtype(dtype), shape)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (np.zeros(1), "float64"),
        (np.zeros(1, "?"), "bool"),
        (torch.zeros(1), "float32"),
        (torch.zeros(1, dtype=torch.bfloat16), "bfloat16"),
    ],
)
def test_a_dtype_has_the_same_name_in_numpy_and_torch(value: Any, name: str) -> None:
    assert dtype_name(value) == name


NESTED = {"a": [1, (2, "x")], "b": Point(3, {"c": None}), 5: []}


def test_leaves_come_from_left_to_right() -> None:
    assert list(leaves(NESTED)) == [1, 2, "x", 3, None]
    assert list(leaves(7)) == [7]
    assert list(leaves([])) == []


def test_an_array_is_one_leaf() -> None:
    x = np.zeros((2, 3))
    assert [leaf is x for leaf in leaves((x, [x]))] == [True, True]


def test_mapping_keeps_the_form() -> None:
    assert mapped(str, {"a": [1, (2, 3)], "b": {}}) == {"a": ["1", ("2", "3")], "b": {}}
    assert mapped(str, 1) == "1"


def test_mapping_takes_a_subclass_for_a_leaf() -> None:
    point, ordered = Point(1, 2), OrderedDict(a=1)
    assert mapped(id, [point, ordered]) == [id(point), id(ordered)]


def test_mapping_builds_new_containers() -> None:
    inner: list[int] = []
    assert mapped(lambda leaf: leaf, [inner])[0] is not inner


def test_a_copy_shares_no_array_or_tensor_and_nothing_else_is_copied() -> None:
    x, t, other = np.zeros(2), torch.zeros(2), object()
    twin = copied({"x": x, "list": [t, (other,)]})
    twin["x"][0] = 1
    twin["list"][0][0] = 1
    assert x.tolist() == [0, 0]
    assert t.tolist() == [0, 0]
    assert twin["list"][1][0] is other


def test_a_copy_of_a_tensor_is_a_leaf_of_autograd_with_the_same_flag() -> None:
    w = torch.ones(2, requires_grad=True)
    assert copied(w).requires_grad and copied(w).is_leaf
    assert copied(2 * w).requires_grad and copied(2 * w).is_leaf
    assert not copied(torch.ones(2)).requires_grad
