"""Sums written as einsum; the line of smallest cost by way of centred data."""


def hypothesis(X, W, b):
    return np.einsum("ij,jk->ik", X, W) + b


def cost(pred, y):
    return np.linalg.norm(pred - y) ** 2 / len(pred)


def cost_gradient(X, y, W, b):
    error = hypothesis(X, W, b) - y
    m = error.size
    return np.einsum("ij,ik->jk", X, error) * (2 / m), np.sum(error, axis=0) * (2 / m)


def gradient_descent(X, y, lr, epochs, W0=None, b0=None):
    W = np.zeros((X.shape[1], 1)) if W0 is None else W0.copy()
    b = np.zeros((1,)) if b0 is None else b0.copy()
    costs = np.empty(epochs)
    for epoch in range(epochs):
        costs[epoch] = cost(hypothesis(X, W, b), y)
        dW, db = cost_gradient(X, y, W, b)
        W -= lr * dW
        b -= lr * db
    return W, b, costs.tolist()


def normal_equation(X, y):
    x_mean, y_mean = X.mean(axis=0), y.mean(axis=0)
    W = np.linalg.lstsq(X - x_mean, y - y_mean, rcond=None)[0]
    return W, y_mean - x_mean @ W
