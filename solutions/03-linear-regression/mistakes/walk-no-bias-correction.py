"""Adam without its two corrections."""

CAUGHT_BY = ("two_steps_of_each_method",)
HINT = "Adam's first step should be exactly lr long, and yours is longer: m and s begin at 0. What makes up for that?"


def walk(method, curvature, start, lr, steps):
    w = start
    m = s = np.zeros(start.shape)
    way = [w]
    for _ in range(steps):
        g = curvature * w
        if method == "sgd":
            step = g
        elif method == "momentum":
            m = 0.9 * m + g
            step = m
        elif method == "adagrad":
            s = s + g**2
            step = g / (np.sqrt(s) + 1e-8)
        elif method == "rmsprop":
            s = 0.9 * s + 0.1 * g**2
            step = g / (np.sqrt(s) + 1e-8)
        else:
            m = 0.9 * m + 0.1 * g
            s = 0.999 * s + 0.001 * g**2
            step = m / (np.sqrt(s) + 1e-8)
        w = w - lr * step
        way.append(w)
    return np.array(way)
