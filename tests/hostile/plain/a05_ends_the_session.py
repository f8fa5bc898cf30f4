"""Raises what would end a loop, a test or the session of pytest."""

VERDICTS = {"check_double": "errored", "check_array": "errored", "check_random": "errored", "check_all": "errored", "check_raises": ("failed", "errored")}

import builtins

builtins.BREACH = True  # the process of the tests would have it


def double(x):
    raise KeyboardInterrupt if not isinstance(x, str) else SystemExit(0)


def double_all(values):
    raise StopIteration
