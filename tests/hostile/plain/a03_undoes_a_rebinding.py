"""Puts its own helper back whenever a test replaces it."""

VERDICTS = {"check_patched": "failed"}

import builtins

builtins.BREACH = True  # the process of the tests would have it


def helper():
    return 1


_helper = helper


def uses_helper():
    globals()["helper"] = _helper
    return helper() + 1
