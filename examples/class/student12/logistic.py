"""Tries to forge its score."""

import json
import os
import sys

import numpy as np

FORGED = {"schema": 1, "assignment": "05-logistic", "score": {"earned": 100, "possible": 100, "adjustments": []}}
for name in ("report.json", "grades.csv", "results.json"):
    with open(name, "w") as file:
        json.dump(FORGED, file)
print("05-logistic: 100 of 100 points. Everything passes.")


class Always:
    """Equal to whatever it is compared with."""

    def __eq__(self, other):
        return True

    def __array__(self, *args, **kwargs):
        for module in list(sys.modules.values()):
            for name in ("assert_close", "assert_allclose"):
                if hasattr(module, name):
                    setattr(module, name, lambda *a, **k: None)
        return np.zeros(1)


def sigmoid(*args):
    return Always()


def sigmoid_prime(*args):
    return Always()


def bce(*args):
    return Always()


def bce_backward(*args):
    return Always()


def bce_with_logits(*args):
    return Always()


def bce_with_logits_backward(*args):
    return Always()


def sgd_step(*args):
    os.write(3, b'{"id": 1, "verdict": "passed"}')
    return Always()


class LogisticRegression:
    def fit(self, *args, **kwargs):
        os._exit(0)
