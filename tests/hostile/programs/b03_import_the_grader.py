"""Imports the parts of the grader that hold cases, answers and scores, and searches what they hold."""

THREAT = "B3"
VERDICTS = {}
NEEDS = "sandbox"

import gc
import importlib
import sys

import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


for name in (
    "autograder.grading.session", "autograder.grading.pytest_plugin", "autograder.grading.reference",
    "autograder.course.assignment", "autograder.course.solution", "autograder.batch.store", "autograder.student.selftest",
    "autograder.student.connection", "autograder.commands.main", "autograder.workers.supervisor", "_pytest", "pytest",
    "sqlalchemy", "click",
):
    try:
        importlib.import_module(name)
    except ImportError:
        continue
    breach(f"{name} could be imported")
for name, module in list(sys.modules.items()):
    if name.startswith("autograder") and name.split(".")[1:2] not in ([], ["guest"], ["values"], ["show"], ["wall"], ["workers"], ["errors"]):
        breach(f"{name} is loaded")
for thing in gc.get_objects():
    if type(thing).__name__ in ("Case", "Assignment", "Report", "Outcome", "Supervisor", "Zygote"):
        breach(f"an object of the grader: {type(thing)}")


def double(x):
    return 2 * x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
