"""p (1 - p) as a factor, as if the error were a squared one."""

import numpy as np

CAUGHT_BY = ("bce_gradient_by_hand", "bce_gradient_of_two_columns", "bce_gradient_of_certain_answers")
HINT = (
    "You multiply by p (1 - p). That is the slope of the sigmoid, which comes later. The derivative of log(p) is "
    "large where p is small: on which side of the fraction bar does p stand?"
)


def bce_backward(p, y):
    p = np.clip(p, 1e-12, 1.0 - 1e-12)
    return (p - y) * p * (1.0 - p) / p.size
