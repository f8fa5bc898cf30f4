"""Hangs in every call, so that somebody grades it by hand."""

THREAT = "A18"
VERDICTS = {"*": "timed_out"}
WAITS = True

import time
import numpy as np


def double(x):
    time.sleep(60)


def total(x):
    while True:
        pass


class Counter:
    def __init__(self):
        time.sleep(60)
