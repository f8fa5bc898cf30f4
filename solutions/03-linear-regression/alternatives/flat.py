"""With flat arrays inside and columns outside; everything with the bias as one more weight."""


def with_ones(X):
    return np.c_[X, np.ones(X.shape[0])]


def hypothesis(X, W, b):
    return (with_ones(X) @ np.append(W, b)).reshape(-1, 1)


def cost(pred, y):
    error = (pred - y).ravel()
    return error @ error / error.size


def cost_gradient(X, y, W, b):
    A = with_ones(X)
    gradient = 2 * A.T @ (A @ np.append(W, b) - y.ravel()) / len(A)
    return gradient[:-1, None], gradient[-1:]


def gradient_descent(X, y, lr, epochs, W0=None, b0=None):
    A, target = with_ones(X), y.ravel()
    theta = np.zeros(A.shape[1])
    if W0 is not None:
        theta[:-1] = W0.ravel()
    if b0 is not None:
        theta[-1:] = b0
    costs = []
    for _ in range(epochs):
        error = A @ theta - target
        costs.append(np.mean(error**2))
        theta -= lr * 2 / len(A) * (error @ A)
    return theta[:-1].reshape(-1, 1), theta[-1:], costs


def max_stable_lr(X):
    return len(X) / np.linalg.norm(with_ones(X), 2) ** 2


def normal_equation(X, y):
    A = with_ones(X)
    theta = np.linalg.solve(A.T @ A, A.T @ y)
    return theta[:-1], theta[-1]
