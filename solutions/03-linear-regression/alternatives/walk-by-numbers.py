"""One weight at a time, with numbers of Python, and each method as a rule of its own."""

import math


def walk(method, curvature, start, lr, steps):
    way = np.empty((steps + 1, len(start)))
    for i, (c, w) in enumerate(zip(curvature.tolist(), start.tolist(), strict=True)):
        way[0, i] = w
        mean = square = 0.0
        for t in range(1, steps + 1):
            g = c * w
            if method == "sgd":
                w -= lr * g
            elif method == "momentum":
                mean = 0.9 * mean + g
                w -= lr * mean
            elif method == "adam":
                mean += 0.1 * (g - mean)
                square += 0.001 * (g * g - square)
                w -= lr * mean / (1 - 0.9**t) / (math.sqrt(square / (1 - 0.999**t)) + 1e-8)
            else:
                square = square + g * g if method == "adagrad" else 0.9 * square + 0.1 * g * g
                w -= lr * g / (math.sqrt(square) + 1e-8)
            way[t, i] = w
    return way
