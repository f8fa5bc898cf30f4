"""Every node carries two functions, forwards and backwards; the order comes from counting users (Kahn's algorithm)."""

import numpy as np


class Node:
    def __init__(self, op, inputs=(), name="", forward=None, backward=None):
        self.op = op
        self.inputs = inputs
        self.name = name
        self.forward = forward
        self.backward = backward

    def __add__(self, other):
        return Node("add", (self, other), "", lambda a, b: a + b, lambda g, a, b: [g, g])

    def __sub__(self, other):
        return Node("sub", (self, other), "", lambda a, b: a - b, lambda g, a, b: [g, -1.0 * g])

    def __mul__(self, other):
        return Node("mul", (self, other), "", lambda a, b: a * b, lambda g, a, b: [g * b, a * g])

    def __matmul__(self, other):
        return Node("matmul", (self, other), "", np.matmul, lambda g, a, b: [g @ b.T, (g.T @ a).T])


def placeholder(name, shape=None):
    node = Node("placeholder", (), name)
    node.shape = shape
    return node


def square(a):
    return Node("square", (a,), "", np.square, lambda g, a: [g * (a + a)])


def reduce_sum(a):
    return Node("reduce_sum", (a,), "", np.sum, lambda g, a: [np.broadcast_to(g, a.shape)])


def reduce_mean(a):
    return Node("reduce_mean", (a,), "", np.mean, lambda g, a: [np.broadcast_to(g / a.size, a.shape)])


def logistic(a):
    return np.exp(a) / (1 + np.exp(a))


def sigmoid(a):
    return Node("sigmoid", (a,), "", logistic, lambda g, a: [g * logistic(a) * logistic(-a)])


def exp(a):
    return Node("exp", (a,), "", np.exp, lambda g, a: [g * np.exp(a)])


def reciprocal(a):
    return Node("reciprocal", (a,), "", np.reciprocal, lambda g, a: [-g / a**2])


def topological_order(node):
    waiting = {node: 0}
    todo = [node]
    while todo:
        for each in todo.pop().inputs:
            if each not in waiting:
                todo.append(each)
                waiting[each] = 0
            waiting[each] += 1
    order, free = [], [node]
    while free:
        user = free.pop(0)
        order.append(user)
        for each in user.inputs:
            waiting[each] -= 1
            if waiting[each] == 0:
                free.append(each)
    order.reverse()
    return order


def evaluate(nodes, feed_dict):
    values = {}
    for node in nodes:
        for each in topological_order(node):
            if each in values:
                continue
            if each.op == "placeholder":
                try:
                    values[each] = feed_dict[each]
                except KeyError:
                    raise KeyError(f"nothing was fed to {each.name}") from None
            else:
                values[each] = each.forward(*(values[one] for one in each.inputs))
    return values


class Session:
    def run(self, fetches, feed_dict):
        values = evaluate(fetches, feed_dict)
        return tuple(values[node] for node in fetches)


def gradients(loss, xs, feed_dict):
    values = evaluate([loss, *xs], feed_dict)
    arrived = {loss: [np.ones(())]}
    total = {}
    for node in topological_order(loss)[::-1]:
        total[node] = np.sum(np.stack(arrived[node]), axis=0)
        if node.backward is None:
            continue
        parts = node.backward(total[node], *(values[each] for each in node.inputs))
        for each, part in zip(node.inputs, parts, strict=True):
            shape = np.shape(values[each])
            long = (1,) * (np.ndim(part) - len(shape)) + shape
            axes = tuple(i for i in range(len(long)) if long[i] != np.shape(part)[i])
            arrived.setdefault(each, []).append(np.sum(part, axis=axes, keepdims=True).reshape(shape))
    return [total.get(x, np.zeros_like(values[x])) for x in xs]
