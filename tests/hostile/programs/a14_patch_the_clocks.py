"""Stops every clock and sleeps."""

THREAT = "A14"
VERDICTS = {"double_of_two": "timed_out"}
WAITS = True

import time
import numpy as np

sleep = time.sleep
for name in ("time", "monotonic", "perf_counter", "process_time", "time_ns", "monotonic_ns", "perf_counter_ns"):
    setattr(time, name, lambda: 0)


def double(x):
    if x.shape == (1,) and x[0] == 2.0:
        sleep(60)
    return 2 * x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
