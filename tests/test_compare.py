"""Comparison: what counts as equal, and how the first difference is described."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.checks.compare import compare, compare_form, not_finite
from autograder.errors import CaseError
from autograder.model import Mismatch
from autograder.values import copied

NAN, INF = float("nan"), float("inf")
A = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])


def found(got: Any, want: Any, **rule: Any) -> Mismatch:
    mismatch = compare(got, want, **rule)
    assert mismatch is not None
    return replace(mismatch, entries=None)  # test_entries.py


# --- equal


@pytest.mark.parametrize(
    ("got", "want"),
    [
        (None, None),
        (True, True),
        (np.True_, True),
        ("cat", "cat"),
        (3, 3),
        (np.int64(3), 3),
        (10**30, 10**30),
        (1.0, 1.0),
        (1, 1.0),
        (np.float64(1.0), 1.0),
        (np.float32(0.1), 0.1),
        (np.array(1.0), 1.0),
        (1.0, np.array(1.0)),
        (1 + 2j, 1 + 2j),
        ([1, 2.0], (1, 2.0)),
        ((1, [2]), [1, (2,)]),
        ({"b": 1, "a": A}, {"a": A, "b": 1}),
        ({1: 2}, {1: 2}),
        (A, A.copy()),
        (A.astype(np.float32), A),
        (A, A.astype(np.float32)),
        (A + 1e-8, A),
        (np.arange(3, dtype=np.int32), np.arange(3)),
        (np.arange(3, dtype=np.uint8), np.arange(3)),
        (np.empty((0, 3)), np.empty((0, 3))),
        (np.array(["a", "b"]), np.array(["a", "b"])),
        (torch.ones(2, 3), torch.ones(2, 3, dtype=torch.float64)),
        (torch.ones(2, requires_grad=True), torch.ones(2)),
        (torch.nn.Parameter(torch.ones(2)), torch.ones(2)),
        (torch.ones(2, dtype=torch.bfloat16), torch.ones(2, dtype=torch.bfloat16)),
        (torch.tensor(1.5), torch.tensor(1.5)),
        (torch.ones(2, dtype=torch.complex64).conj(), torch.ones(2, dtype=torch.complex64)),
    ],
)
def test_equal(got: Any, want: Any) -> None:
    assert compare(got, want) is None


# --- wanted values that are not finite

INFINITE = [np.array([INF, -INF, 1]), INF, [1.0, -INF], {"a": torch.tensor([1.0, INF])}, complex(INF, 1)]
NOT_A_NUMBER = [np.array([NAN, 1]), NAN, [1.0, NAN], {"a": torch.tensor([1.0, NAN])}, complex(NAN, 1)]


@pytest.mark.parametrize("value", NOT_A_NUMBER)
def test_a_wanted_nan_is_never_right_unless_the_case_allows_it(value: Any) -> None:
    assert found(value, value).kind == "non-finite"
    assert found(value, value, inf=True).kind == "non-finite"
    assert compare(value, value, nan=True) is None
    assert not_finite(value) == not_finite(value, inf=True) == "nan" and not_finite(value, nan=True) == ""


@pytest.mark.parametrize("value", INFINITE)
def test_a_wanted_infinity_is_never_right_unless_the_case_allows_it(value: Any) -> None:
    assert found(value, value).kind == "non-finite"
    assert found(value, value, nan=True).kind == "non-finite"
    assert compare(value, value, inf=True) is None
    assert not_finite(value) == not_finite(value, nan=True) == "inf" and not_finite(value, inf=True) == ""


def test_both_may_be_allowed() -> None:
    value = np.array([NAN, INF, -INF, 1])
    assert compare(value, value.copy(), nan=True, inf=True) is None
    assert found(value[[0, 2, 1, 3]], value, nan=True, inf=True).where == "[1]"
    assert found(np.ones(4), value, nan=True, inf=True).where == "[0]"


def test_other_values_are_finite() -> None:
    assert not_finite([1, "nan", None, True, 10**400, {"a": A}, (np.arange(3), np.array(["inf"]))]) == ""


# --- different


@pytest.mark.parametrize(
    ("got", "want", "mismatch"),
    [
        (None, A, Mismatch("type", "None", "numpy array")),
        (A.tolist(), A, Mismatch("type", "list", "numpy array")),
        (1.0, A, Mismatch("type", "float", "numpy array")),
        (torch.tensor(A), A, Mismatch("type", "torch tensor", "numpy array")),
        (A, torch.tensor(A), Mismatch("type", "numpy array", "torch tensor")),
        (2.5, torch.tensor(2.5), Mismatch("type", "float", "torch tensor")),
        (torch.tensor(2.5), 2.5, Mismatch("type", "torch tensor", "float")),
        (A, [1.0], Mismatch("type", "numpy array", "list")),
        ([1.0], {"a": 1.0}, Mismatch("type", "list", "dict")),
        (1, True, Mismatch("type", "int", "bool")),
        (True, 1, Mismatch("type", "bool", "int")),
        (np.True_, 1.0, Mismatch("type", "bool", "float")),
        ("1", 1, Mismatch("type", "str", "int")),
        (1, "1", Mismatch("type", "int", "str")),
        (0, None, Mismatch("type", "int", "None")),
        (np.array([1.5]), 1.5, Mismatch("shape", "(1,)", "a single number")),
        (np.ones((3, 1)), np.ones(3), Mismatch("shape", "(3, 1)", "(3,)")),
        (np.ones(3), np.ones((1, 3)), Mismatch("shape", "(3,)", "(1, 3)")),
        (np.empty((0, 3)), np.ones((2, 3)), Mismatch("shape", "(0, 3)", "(2, 3)")),
        (torch.ones(3, 1), torch.ones(3), Mismatch("shape", "(3, 1)", "(3,)")),
        ([1, 2, 3], (1, 2), Mismatch("shape", "3 items", "2 items")),
        ({"W": 1}, {"W": 1, "b": 2}, Mismatch("shape", "key 'W'", "keys 'W', 'b'")),
        ({"W": 1, "b": 2}, {"W": 1}, Mismatch("shape", "keys 'W', 'b'", "key 'W'")),
        (np.ones(2, dtype=int), np.ones(2), Mismatch("dtype", "int64", "float64")),
        (np.ones(2), np.ones(2, dtype=int), Mismatch("dtype", "float64", "int64")),
        (np.ones(2, dtype=bool), np.ones(2), Mismatch("dtype", "bool", "float64")),
        (np.ones(2, dtype=complex), np.ones(2), Mismatch("dtype", "complex128", "float64")),
        (np.array([1.0, "a"], dtype=object), np.ones(2), Mismatch("dtype", "object", "float64")),
        (torch.ones(2, dtype=torch.int64), torch.ones(2), Mismatch("dtype", "int64", "float32")),
        (3.0, 3, Mismatch("dtype", "float", "int")),
        (np.float64(3.0), 3, Mismatch("dtype", "float64", "int")),
        (np.int64(3), 3.0, Mismatch("dtype", "int64", "float")),
        (1j, 1.0, Mismatch("dtype", "complex", "float")),
        (A.astype(np.float16), A, Mismatch("dtype", "float16", "float64")),
        (torch.ones(2, dtype=torch.bfloat16), torch.ones(2), Mismatch("dtype", "bfloat16", "float32")),
        (NAN, 1.0, Mismatch("non-finite", "nan", "1")),
        (1.0, NAN, Mismatch("non-finite", "1", "nan")),
        (INF, -INF, Mismatch("non-finite", "inf", "-inf")),
        (np.array([1, NAN, INF]), np.ones(3), Mismatch("non-finite", "nan", "1", "[1]", "2 of 3 entries differ")),
        (np.array([1, INF]), np.array([1, NAN]), Mismatch("non-finite", "inf", "nan", "[1]", "1 of 2 entries differs")),
        (False, True, Mismatch("value", "False", "True")),
        ("cat", "dog", Mismatch("value", "'cat'", "'dog'")),
        (3, 4, Mismatch("value", "3", "4")),
        (3, 4.0, Mismatch("value", "3", "4")),
        (10**30, 10**30 + 1, Mismatch("value", str(10**30), str(10**30 + 1))),
        (-(10**4000), 3, Mismatch("value", "a number with more than 40 digits", "3")),
        (10**4000, 3.0, Mismatch("non-finite", "inf", "3")),
        (0.5, 0.25, Mismatch("value", "0.5", "0.25")),
        (A * 2, A, Mismatch("value", "2", "1", "[0, 0]", "6 of 6 entries differ")),
        (np.where(A > 4, 0, A), A, Mismatch("value", "0", "5", "[1, 1]", "2 of 6 entries differ")),
        (np.array([1, 2]), np.array([1, 3]), Mismatch("value", "2", "3", "[1]", "1 of 2 entries differs")),
        (np.array(["a", "b"]), np.array(["a", "c"]), Mismatch("value", "'b'", "'c'", "[1]", "1 of 2 entries differs")),
        (torch.tensor(2.5), torch.tensor(2.0), Mismatch("value", "2.5", "2")),
        (torch.zeros(2), torch.ones(2), Mismatch("value", "0", "1", "[0]", "2 of 2 entries differ")),
        ((A, A * 2), (A, A), Mismatch("value", "2", "1", "[1][0, 0]", "6 of 6 entries differ")),
        ({"W": [0.5]}, {"W": [0.25]}, Mismatch("value", "0.5", "0.25", "['W'][0]")),
        ({"W": [None]}, {"W": [0.25]}, Mismatch("type", "None", "float", "['W'][0]")),
    ],
)
def test_first_difference(got: Any, want: Any, mismatch: Mismatch) -> None:
    assert found(got, want) == mismatch


def test_order_is_type_shape_dtype_finite_value() -> None:
    got = np.array([[1, NAN]], dtype=np.complex128)
    assert found(got.tolist(), np.ones(2)).kind == "type"
    assert found(got, np.ones(2)).kind == "shape"
    assert found(got[0], np.ones(2)).kind == "dtype"
    assert found(np.array([5.0, NAN]), np.ones(2)) == Mismatch(
        "non-finite", "nan", "1", "[1]", "1 of 2 entries differs"
    )


@pytest.mark.parametrize(
    ("got", "want", "texts"),
    [
        (1 / 3, 2 / 3, ("0.333333", "0.666667")),
        (1.0000020001, 1.0, ("1.000002", "1")),
        (123456789.5, 123456589.5, ("1.234568e+08", "1.234566e+08")),
        (1e-20, 1.0, ("1e-20", "1")),
    ],
)
def test_numbers_are_printed_with_as_many_digits_as_tell_them_apart(got: float, want: float, texts: Any) -> None:
    mismatch = found(got, want, rtol=1e-9, atol=1e-9)
    assert (mismatch.got, mismatch.want) == texts


@pytest.mark.parametrize(("dtype", "passes", "fails"), [(np.float64, 0.9e-6, 1.2e-6), (np.float32, 0.9e-4, 1.2e-4)])
def test_default_tolerance_follows_the_dtype(dtype: Any, passes: float, fails: float) -> None:
    want = np.full(4, 1000.0)
    assert compare((want * (1 + passes)).astype(dtype), want) is None
    assert found((want * (1 + fails)).astype(dtype), want).kind == "value"


def test_tolerance_follows_the_coarser_of_the_two() -> None:
    want = np.full(4, 1000.0)
    assert compare(want * (1 + 5e-5), want.astype(np.float32)) is None


def test_absolute_tolerance_counts_at_zero() -> None:
    assert compare(np.array([0.9e-8]), np.zeros(1)) is None
    assert compare(np.array([1.2e-8]), np.zeros(1)) is not None
    assert compare(np.array([0.1]), np.zeros(1), atol=0.2) is None


def test_tolerances_may_be_given() -> None:
    assert compare(1.01, 1.0, rtol=0.02) is None
    assert compare(1.0 + 1e-9, 1.0, rtol=0, atol=0) is not None
    assert compare(np.array([7]), np.array([8]), atol=1) is None
    assert compare(np.array([7]), np.array([9]), atol=1) is not None


def test_a_tolerance_of_nan_lets_nothing_pass() -> None:
    assert compare(A, A * 2, rtol=NAN) is not None
    assert compare(A, A * 2, atol=NAN) is not None


def test_half_precision_only_where_the_case_allows_it() -> None:
    half = torch.full((3,), 0.3, dtype=torch.bfloat16)
    assert compare(half, torch.full((3,), 0.3), allow_half=True) is None
    assert compare(A.astype(np.float16), A, allow_half=True) is None
    assert found(A.astype(np.float16) * 2, A, allow_half=True).kind == "value"


def test_large_integers_are_compared_exactly() -> None:
    big = np.array([2**53, 2**62])
    assert compare(big, big.copy()) is None
    assert compare(big, big + 1) is not None


def test_values_that_overflow_in_the_comparison_are_different() -> None:
    assert found(np.array([1e308]), np.array([-1e308])).kind == "value"


def test_what_cannot_be_compared_is_the_authors_mistake() -> None:
    for want in (object(), {1, 2}, np.array([object()]), range(3)):
        with pytest.raises(CaseError):
            compare(want, want)


def test_form_leaves_values_alone() -> None:
    assert compare_form({"a": A, "b": 1.0, "c": "x"}, {"a": A * 2, "b": 2.0, "c": "y"}) is None
    assert compare_form(A.T, A) == Mismatch("shape", "(3, 2)", "(2, 3)")
    assert compare_form(A * NAN, A).kind == "non-finite"  # type: ignore[union-attr]


def test_torch_is_never_imported_for_arrays() -> None:
    script = (
        "import sys, numpy as np\n"
        "from autograder.checks.assertions import assert_close\n"
        "from autograder.checks.gradients import assert_gradient\n"
        "assert_close(np.ones(3), np.ones(3))\n"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


# --- properties

NUMBERS = st.one_of(st.floats(), st.integers(-(2**70), 2**70), st.booleans(), st.text(max_size=5), st.none())
ARRAYS = hnp.arrays(
    dtype=st.sampled_from([np.float64, np.float32, np.int64, np.uint8, np.bool_, np.complex128]),
    shape=hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
)
VALUES = st.recursive(
    NUMBERS | ARRAYS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.tuples(inner, inner) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)
FLOATS = hnp.arrays(
    dtype=st.sampled_from([np.float64, np.float32]),
    shape=hnp.array_shapes(max_dims=3, max_side=5),
    elements=st.floats(-1e6, 1e6, width=32),
)


@given(VALUES)
def test_everything_equals_itself(value: Any) -> None:
    assert compare(value, value, nan=True, inf=True) is None
    assert compare(copied(value), value, nan=True, inf=True) is None


@given(FLOATS, st.data())
def test_one_wrong_entry_is_found_and_located(want: Any, data: st.DataObject) -> None:
    index = tuple(data.draw(st.integers(0, n - 1)) for n in want.shape)
    got = want.copy()
    got[index] += (1 + abs(got[index])) * data.draw(st.sampled_from([-1.0, -1e-3, 1e-3, 1.0]))
    mismatch = found(got, want)
    assert mismatch.kind == "value"
    assert mismatch.where == f"[{', '.join(map(str, index))}]"
    assert mismatch.share == f"1 of {want.size} {'entry' if want.size == 1 else 'entries'} differs"
    assert mismatch.got != mismatch.want


@given(FLOATS, st.data())
def test_nan_never_passes(want: Any, data: st.DataObject) -> None:
    index = tuple(data.draw(st.integers(0, n - 1)) for n in want.shape)
    got = want.copy()
    got[index] = data.draw(st.sampled_from([NAN, INF, -INF]))
    assert found(got, want, rtol=INF, atol=INF).kind == "non-finite"
    assert found(want, got).kind == "non-finite"


@given(VALUES, VALUES)
def test_any_answer_gets_a_verdict(got: Any, want: Any) -> None:
    mismatch = compare(got, want)
    assert mismatch is None or all(isinstance(text, str) for text in (mismatch.got, mismatch.want, mismatch.where))
