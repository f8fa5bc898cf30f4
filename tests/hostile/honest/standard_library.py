"""Uses a good part of the standard library."""

import argparse
import collections
import copy
import csv
import datetime
import decimal
import fractions
import hashlib
import io
import json
import math
import pickle
import platform
import random
import re
import statistics
import string
import subprocess
import time
import typing
import unittest
import uuid
import zlib

import numpy as np
import numpy.testing


def double(x):
    np.testing.assert_allclose(np.fft.ifft(np.fft.fft(x)).real, x, atol=1e-9)
    numbers = json.loads(json.dumps(x.tolist()))
    np.random.shuffle(list(range(3)))
    random.random()
    platform.platform()
    platform.node()
    uuid.uuid4()
    datetime.datetime.now().astimezone()
    hashlib.sha256(pickle.dumps(numbers)).hexdigest()
    return 2 * np.array(copy.deepcopy(numbers))


def total(x):
    time.sleep(0.001)
    return math.fsum(np.ravel(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
