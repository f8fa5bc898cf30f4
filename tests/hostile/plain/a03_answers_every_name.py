"""A module that answers every name with a function that agrees."""

VERDICTS = {"*": "failed", "check_tools": "passed"}

import builtins

builtins.BREACH = True  # the process of the tests would have it


def __getattr__(name):
    return lambda *args, **kwargs: True


for _name in ("double", "double_all", "Counter", "helper", "uses_helper", "greet", "NOTE"):
    globals().pop(_name, None)
