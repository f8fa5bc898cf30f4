import sys

import numpy as np

sys.path.append("./src")
from simple_ml import *  # noqa: E402, F403


def numerical_gradient(f, w, eps=1e-5):
    g = np.zeros_like(w)
    for i in np.ndindex(*w.shape):
        old = w[i]
        w[i] = old + eps
        high = f()
        w[i] = old - eps
        g[i] = (high - f()) / (2 * eps)
        w[i] = old
    return g


def test_add():
    assert add(5, 6) == 11
    assert add(3.0, 4) == 7.0
    assert type(add(4.0, 4)) == float  # noqa: E721
    np.testing.assert_allclose(add(np.array([1, 2]), np.array([3, 4])), np.array([4, 6]))


def test_softmax_loss():
    np.random.seed(0)
    Z = np.zeros((40, 10))
    y = np.random.randint(10, size=40)
    np.testing.assert_allclose(softmax_loss(Z, y), 2.3025850)
    Z = np.random.randn(40, 10)
    wanted = np.mean([np.log(np.exp(z).sum()) - z[label] for z, label in zip(Z, y)])
    np.testing.assert_allclose(softmax_loss(Z, y), wanted)


def test_softmax_regression_epoch():
    # the gradient, by differences
    np.random.seed(0)
    X = np.random.randn(12, 5).astype(np.float64)
    y = np.random.randint(3, size=(12,)).astype(np.uint8)
    Theta = np.zeros((5, 3), dtype=np.float64)
    dTheta = -numerical_gradient(lambda: softmax_loss(X @ Theta, y), Theta)
    softmax_regression_epoch(X, y, Theta, lr=1.0, batch=12)
    np.testing.assert_allclose(dTheta, Theta, rtol=1e-4, atol=1e-4)

    # several steps
    np.random.seed(1)
    X, y = np.random.randn(100, 5), np.random.randint(3, size=100)
    Theta = np.zeros((5, 3))
    softmax_regression_epoch(X, y, Theta, lr=0.1, batch=10)
    assert softmax_loss(X @ Theta, y) < softmax_loss(np.zeros((100, 3)), y)


def test_nn_epoch():
    np.random.seed(0)
    X, y = np.random.randn(20, 5), np.random.randint(3, size=20)
    W1, W2 = np.random.randn(5, 4) / 2, np.random.randn(4, 3) / 2
    W1_0, W2_0 = W1.copy(), W2.copy()
    dW1 = numerical_gradient(lambda: softmax_loss(np.maximum(X @ W1, 0) @ W2, y), W1)
    dW2 = numerical_gradient(lambda: softmax_loss(np.maximum(X @ W1, 0) @ W2, y), W2)
    nn_epoch(X, y, W1, W2, lr=1.0, batch=20)
    np.testing.assert_allclose(dW1, W1_0 - W1, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(dW2, W2_0 - W2, rtol=1e-4, atol=1e-4)
