import numpy as np
import pytest
from course.gradient_check import eval_numerical_gradient_array
from course.layers import *  # noqa: F403


def rel_error(x, y):
    return np.max(np.abs(x - y) / (np.maximum(1e-8, np.abs(x) + np.abs(y))))


@pytest.fixture
def data():
    np.random.seed(231)
    return np.random.randn(4, 2, 3), np.random.randn(6, 5), np.random.randn(5), np.random.randn(4, 5)


def test_affine_forward():
    x = np.linspace(-0.1, 0.5, num=8).reshape(2, 2, 2)
    w = np.linspace(-0.2, 0.3, num=12).reshape(4, 3)
    b = np.linspace(-0.3, 0.1, num=3)
    out, _ = affine_forward(x, w, b)
    assert rel_error(out, x.reshape(2, -1) @ w + b) < 1e-9


def test_affine_backward(data):
    x, w, b, dout = data
    dx_num = eval_numerical_gradient_array(lambda x: affine_forward(x, w, b)[0], x, dout)
    dw_num = eval_numerical_gradient_array(lambda w: affine_forward(x, w, b)[0], w, dout)
    db_num = eval_numerical_gradient_array(lambda b: affine_forward(x, w, b)[0], b, dout)
    _, cache = affine_forward(x, w, b)
    dx, dw, db = affine_backward(dout, cache)
    assert rel_error(dx_num, dx) < 1e-7
    assert rel_error(dw_num, dw) < 1e-7
    assert rel_error(db_num, db) < 1e-7


def test_relu():
    x = np.linspace(-0.5, 0.5, num=12).reshape(3, 4)
    out, cache = relu_forward(x)
    assert np.array_equal(out, np.maximum(0, x))
    dx = relu_backward(np.ones_like(x), cache)
    assert np.array_equal(dx, (x > 0).astype(float))


def test_batchnorm_forward():
    np.random.seed(1)
    a = np.random.randn(200, 3) * 3 + 1
    bn_param = {"mode": "train"}
    out, _ = batchnorm_forward(a, np.ones(3), np.zeros(3), bn_param)
    assert np.allclose(out.mean(axis=0), 0, atol=1e-6)
    assert np.allclose(out.std(axis=0), 1, atol=1e-3)
    assert np.allclose(bn_param["running_mean"], 0.1 * a.mean(axis=0))
