"""Yields for ever."""

WAITS = True
VERDICTS = {"check_all": ("failed", "timed_out")}

import builtins

builtins.BREACH = True  # the process of the tests would have it


def double_all(values):
    while True:
        yield 2
