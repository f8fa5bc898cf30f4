"""The root of s is missing."""

CAUGHT_BY = ("two_steps_of_each_method",)
HINT = "Your s is a sum of squares, and you divide by it as it is. What has the same unit as a slope?"


def walk(method, curvature, start, lr, steps):
    w = start
    m = s = np.zeros(start.shape)
    way = [w]
    for t in range(1, steps + 1):
        g = curvature * w
        if method == "sgd":
            step = g
        elif method == "momentum":
            m = 0.9 * m + g
            step = m
        elif method == "adagrad":
            s = s + g**2
            step = g / (s + 1e-8)
        elif method == "rmsprop":
            s = 0.9 * s + 0.1 * g**2
            step = g / (s + 1e-8)
        else:
            m = 0.9 * m + 0.1 * g
            s = 0.999 * s + 0.001 * g**2
            step = m / (1 - 0.9**t) / (np.sqrt(s / (1 - 0.999**t)) + 1e-8)
        w = w - lr * step
        way.append(w)
    return np.array(way)
