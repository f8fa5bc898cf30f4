"""Asks the machine for its language and its user, and copies its own files, as a script on a laptop does."""

import getpass
import locale
import os
import shutil

import numpy as np

locale.setlocale(locale.LC_ALL, "")
USER = getpass.getuser()


def double(x):
    np.save("x.npy", x)
    shutil.copy2("x.npy", f"{USER}.npy")
    os.system("clear")
    return 2 * np.load(f"{USER}.npy")


def total(x):
    return float(locale.format_string("%.17g", float(np.sum(x))))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
