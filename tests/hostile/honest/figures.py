"""Imports matplotlib at the top, as notebooks do, and draws nothing."""

ASSIGNMENT = "02-warm-up-torch"
REQUIRES = "matplotlib"

import matplotlib.pyplot as plt
import numpy as np


def double(x):
    figure = plt.figure()
    plt.close(figure)
    return 2 * np.asarray(x)
