import math

import pytest
from engine import Value
from hypothesis import given, settings
from hypothesis import strategies as st

small = st.floats(min_value=-3, max_value=3, allow_nan=False)


def slope(f, x, eps=1e-6):
    return (f(x + eps) - f(x - eps)) / (2 * eps)


def test_add():
    assert (Value(2.0) + Value(3.0)).data == 5.0
    assert isinstance(Value(2.0) + 1, Value)


def test_radd_and_rmul():
    a = Value(2.0)
    b = 3 + a * 4
    c = 2 * b - 1
    c.backward()
    assert c.data == 21.0
    assert a.grad == 8.0


def test_sum_of_a_list():
    values = [Value(float(i)) for i in range(4)]
    total = sum(values)
    total.backward()
    assert total.data == 6.0
    assert [v.grad for v in values] == [1.0] * 4


@settings(max_examples=20)
@given(small, small)
def test_product_rule(x, y):
    a, b = Value(x), Value(y)
    c = a * b + a
    c.backward()
    assert a.grad == pytest.approx(y + 1)
    assert b.grad == pytest.approx(x)


@settings(max_examples=10)
@given(small)
def test_tanh(x):
    a = Value(x)
    a.tanh().backward()
    assert a.grad == pytest.approx(slope(math.tanh, x), abs=1e-5)


def test_used_twice():
    a = Value(3.0)
    b = a + a
    c = b * b
    c.backward()
    assert a.grad == 24.0


def test_power_of_a_value_is_refused():
    with pytest.raises(TypeError, match="only numbers"):
        Value(2.0) ** Value(3.0)


def test_division():
    a, b = Value(6.0), Value(3.0)
    (a / b).backward()
    assert a.grad == pytest.approx(1 / 3)
    assert b.grad == pytest.approx(-6 / 9)


def test_repr():
    assert repr(Value(1.5)) == "Value(data=1.5, grad=0.0)"
