"""Imports whatever may be the solution, the cases or the grader."""

THREAT = "B3"
VERDICTS = {"double": "failed"}
NEEDS = "sandbox"

import importlib
import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


found = []
for name in (
    "solution",
    "solutions",
    "reference",
    "autograder_solution_01_warm_up",
    "test_hidden",
    "test_visible",
    "autograder",
    "autograder.guest.wire",
    "autograder.grading.session",
    "pytest",
    "_pytest",
    "conftest",
    "pydantic",
    "rich",
    "jinja2",
):
    try:
        module = importlib.import_module(name)
    except ImportError:
        continue
    breach(f"{name} was imported")
    found.append(module)


def double(x):
    for module in found:
        if hasattr(module, "double"):
            return module.double(x)
    return 3 * x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
