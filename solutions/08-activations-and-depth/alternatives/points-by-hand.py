"""The gradients of the four points by hand, in numpy."""


def fit_four_points(Ws, bs, lr=0.05, steps=1000):
    X, y = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([[5.0], [6.0], [8.0], [10.0]])
    W1, W2, b1, b2 = (array.copy() for array in (*Ws, *bs))
    costs = []
    for _ in range(steps):
        a = sigmoid(X @ W1 + b1)
        error = a @ W2 + b2 - y
        costs.append(float(np.mean(error**2)))
        g = error / 2
        back = g @ W2.T * a * (1 - a)
        W2, b2 = W2 - lr * a.T @ g, b2 - lr * g.sum(axis=0)
        W1, b1 = W1 - lr * X.T @ back, b1 - lr * back.sum(axis=0)
    return sigmoid(X @ W1 + b1) @ W2 + b2, costs
