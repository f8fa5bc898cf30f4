"""Branches for every operation, a stack for the order, and gradients in single precision."""

import numpy as np


class Session:
    def run(self, fetches, feed_dict):
        self.values = dict(feed_dict)
        out = []
        for node in fetches:
            out.append(np.array(self.evaluate(node)))
        return out

    def evaluate(self, node):
        if node in self.values:
            return self.values[node]
        if node.op == "placeholder":
            raise KeyError(node.name)
        a = self.evaluate(node.inputs[0])
        b = self.evaluate(node.inputs[-1])
        if node.op == "add":
            value = a + b
        elif node.op == "sub":
            value = -b + a
        elif node.op == "mul":
            value = b * a
        elif node.op == "matmul":
            value = np.array(
                [[sum(a[i, k] * b[k, j] for k in range(len(b))) for j in range(b.shape[1])] for i in range(len(a))]
            )
        elif node.op == "square":
            value = a**2
        elif node.op == "reduce_sum":
            value = np.add.reduce(a, axis=None)
        elif node.op == "reduce_mean":
            value = np.add.reduce(a, axis=None) / np.size(a)
        elif node.op == "sigmoid":
            value = np.where(a > 0, 1 / (1 + np.exp(-np.abs(a))), 1 - 1 / (1 + np.exp(-np.abs(a))))
        elif node.op == "exp":
            value = np.exp(a)
        else:
            value = 1 / a
        self.values[node] = value
        return value


def topological_order(node):
    stack, order = [(node, False)], []
    while stack:
        top, ready = stack.pop()
        if ready:
            if top not in order:
                order.append(top)
        elif top not in order:
            stack.append((top, True))
            for each in top.inputs:
                stack.append((each, False))
    return order


def gradients(loss, xs, feed_dict):
    session = Session()
    session.run([loss, *xs], feed_dict)
    values = session.values
    grad = {loss: np.ones((), dtype=np.float32)}

    def pay(node, g):
        shape = np.shape(values[node])
        g = np.asarray(g, dtype=np.float32)
        while g.ndim > len(shape):
            g = g.sum(0)
        for i, n in enumerate(shape):
            if n == 1:
                g = g.sum(i, keepdims=True)
        grad[node] = grad[node] + g if node in grad else g

    for node in topological_order(loss)[::-1]:
        if node.op == "placeholder":
            continue
        g, y = grad[node], values[node]
        a, b = node.inputs[0], node.inputs[-1]
        if node.op == "add":
            pay(a, g)
            pay(b, g)
        elif node.op == "sub":
            pay(a, g)
            pay(b, -g)
        elif node.op == "mul":
            pay(a, g * values[b])
            pay(b, g * values[a])
        elif node.op == "matmul":
            pay(a, np.dot(g, np.transpose(values[b])))
            pay(b, np.dot(np.transpose(values[a]), g))
        elif node.op == "square":
            pay(a, 2 * g * values[a])
        elif node.op == "reduce_sum":
            pay(a, np.ones(np.shape(values[a])) * g)
        elif node.op == "reduce_mean":
            pay(a, np.ones(np.shape(values[a])) * g / np.size(values[a]))
        elif node.op == "sigmoid":
            pay(a, g * (y - y * y))
        elif node.op == "exp":
            pay(a, g * y)
        else:
            pay(a, -g / values[a] ** 2)
    return [grad.get(x, np.zeros(np.shape(values[x]), dtype=np.float32)) for x in xs]
