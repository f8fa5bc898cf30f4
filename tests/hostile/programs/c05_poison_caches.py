"""Fills the caches and start-up files of its home for the next submission."""

THREAT = "C5"
VERDICTS = {}
TWICE = True

from pathlib import Path
import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


for name in (
    ".cache/torch/hub/checkpoints/model.pth",
    ".config/matplotlib/matplotlibrc",
    ".local/lib/python3.11/site-packages/sitecustomize.py",
    ".bashrc",
    ".netrc",
):
    path = Path.home() / name
    if path.exists():
        breach(f"{name} of the one before")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("poison")
    except OSError:
        pass


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
