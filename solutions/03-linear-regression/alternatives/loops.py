"""Loops over examples and features, as the formulas are written."""


def hypothesis(X, W, b):
    out = np.empty((X.shape[0], 1))
    for i, row in enumerate(X):
        out[i, 0] = sum(row[j] * W[j, 0] for j in range(X.shape[1])) + b[0]
    return out


def cost(pred, y):
    total = 0.0
    for got, want in zip(pred[:, 0], y[:, 0], strict=True):
        total += (got - want) ** 2
    return total / len(y)


def cost_gradient(X, y, W, b):
    m, n = X.shape
    dW, db = np.zeros((n, 1)), np.zeros(1)
    for i in range(m):
        error = X[i] @ W[:, 0] + b[0] - y[i, 0]
        for j in range(n):
            dW[j, 0] += 2 / m * error * X[i, j]
        db[0] += 2 / m * error
    return dW, db


def max_stable_lr(X):
    m, n = X.shape
    H = np.zeros((n + 1, n + 1))
    for row in X:
        a = np.append(row, 1.0)
        H += 2 / m * np.outer(a, a)
    return 2 / max(np.linalg.eigvals(H).real)
