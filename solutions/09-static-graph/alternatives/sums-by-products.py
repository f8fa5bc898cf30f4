"""The sums chosen from a table, and the loss as a product of errors."""


def sum_along(a, axis, ones):
    sides = {0: (ones, a), 1: (a, ones)}
    return Node("matmul", sides[axis])


def lecture_loss(y_hat, y, ones):
    error = y - y_hat
    return reduce_mean((error * error) @ ones)
