"""Raises an exception with a text of ten million characters, and arguments that say something else."""

VERDICTS = {"check_raises": "failed"}

import builtins

builtins.BREACH = True  # the process of the tests would have it


class Huge(ValueError):
    def __str__(self):
        return "not a number" * 10**6


def double(x):
    if isinstance(x, str):
        raise Huge("not a number")
    return 2 * x
