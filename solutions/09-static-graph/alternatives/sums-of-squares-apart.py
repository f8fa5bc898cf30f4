"""Branches for the axes; the loss by the three parts of a square."""


def sum_along(a, axis, ones):
    if axis:
        return a.__matmul__(ones)
    return ones.__matmul__(a)


def lecture_loss(y_hat, y, ones):
    products = y_hat * y
    parts = square(y_hat) + square(y) - products - products
    return reduce_mean(sum_along(parts, 1, ones))
