"""Arrays that are changed in place, and a dictionary of rules."""


def walk(method, curvature, start, lr, steps):
    w, m, s = start.copy(), np.zeros_like(start), np.zeros_like(start)
    way = [w.copy()]

    def momentum(g, t):
        m.__imul__(0.9).__iadd__(g)
        return m

    def adagrad(g, t):
        s.__iadd__(g * g)
        return g / (s**0.5 + 1e-8)

    def rmsprop(g, t):
        s.__imul__(0.9).__iadd__(0.1 * g * g)
        return g / (s**0.5 + 1e-8)

    def adam(g, t):
        m.__imul__(0.9).__iadd__(0.1 * g)
        s.__imul__(0.999).__iadd__(0.001 * g * g)
        return (m / (1 - 0.9**t)) / ((s / (1 - 0.999**t)) ** 0.5 + 1e-8)

    rules = {"sgd": lambda g, t: g, "momentum": momentum, "adagrad": adagrad, "rmsprop": rmsprop, "adam": adam}
    for t in range(steps):
        w -= lr * rules[method](curvature * w, t + 1)
        way.append(w.copy())
    return np.stack(way)
