"""Answers with an object whose length and whose items never end."""

WAITS = True
VERDICTS = {"check_all": ("failed", "timed_out")}

import builtins

builtins.BREACH = True  # the process of the tests would have it


class Endless:
    def __len__(self):
        while True:
            pass

    def __iter__(self):
        return self

    def __next__(self):
        return 2


def double_all(values):
    return Endless()
