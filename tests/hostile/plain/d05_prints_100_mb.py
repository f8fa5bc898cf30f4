"""Prints a hundred megabytes in a call whose output the test captures."""

VERDICTS = {"check_printed": ("failed", "timed_out")}

import builtins

builtins.BREACH = True  # the process of the tests would have it


def greet():
    for _ in range(100):
        print("hi" * 500_000)
