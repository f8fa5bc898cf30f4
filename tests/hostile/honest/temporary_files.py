"""Writes what it computes into temporary files and beside itself, and reads it again."""

import os
import tempfile
from pathlib import Path

import numpy as np


def double(x):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "values.npy"
        np.save(path, 2 * x)
        return np.load(path)


def total(x):
    Path("data").mkdir(exist_ok=True)
    np.savetxt("data/values.txt", np.ravel(x))
    with tempfile.NamedTemporaryFile("w+", suffix=".txt") as file:
        file.write(repr(float(np.sum(np.loadtxt("data/values.txt", ndmin=1)))))
        file.flush()
        with open(file.name) as again:
            made = float(again.read())
    assert os.path.exists(os.path.join(os.getcwd(), "data"))
    assert Path.home().is_dir()
    return made


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
