"""A suite as a course would write it for a plain module. It knows nothing of the wall."""

from __future__ import annotations

import contextlib
import io
import random
from unittest import mock

import numpy as np
import pytest
import tools
import warmup
from warmup import double, double_all


def check_double():
    assert double(2) == 4
    assert double(2.5) == pytest.approx(5.0)


def check_array():
    np.testing.assert_allclose(double(np.arange(3.0)), [0.0, 2.0, 4.0])


def check_all():
    got = double_all([1, 2, 3])
    assert len(got) == 3
    assert list(got) == [2, 4, 6]


def check_random():
    x = random.random()
    assert abs(double(x) - 2 * x) < 1e-9


def check_counter():
    counter = warmup.Counter()
    assert isinstance(counter, warmup.Counter)
    assert counter.add(2).value == 2
    assert counter.add(3).value == 5


def check_raises():
    with pytest.raises(ValueError, match=r"^not a number$"):
        double("x")


def check_patched():
    with mock.patch("warmup.helper", return_value=10):
        assert warmup.uses_helper() == 11
    assert warmup.uses_helper() == 2


def check_printed():
    with contextlib.redirect_stdout(io.StringIO()) as text:
        warmup.greet()
    assert text.getvalue() == "hi\n"


def check_tools():
    assert tools.answer() == 42


def check_names():
    assert warmup.NOTE == 3
    assert not hasattr(warmup, "tests_know_no_such_name")
