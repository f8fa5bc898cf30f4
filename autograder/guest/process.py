"""The state of a worker's process: its random generators, its limit of CPU time, its standard streams."""

from __future__ import annotations

import contextlib
import random
import sys
import time

import numpy as np


def reseed(seed: int) -> None:
    """Seed every global generator, so that a case has the same result whatever ran before it."""
    random.seed(seed)
    np.random.seed(seed)
    torch = sys.modules.get("torch")
    if torch is not None:
        with contextlib.suppress(Exception):  # a submission may have replaced it
            if torch.accelerator.current_accelerator() is None:
                torch.default_generator.manual_seed(seed)
            else:  # slower than most calls: it stores a traceback for every kind of device
                torch.manual_seed(seed)


def limit_cpu(seconds: float) -> None:
    """Limit the CPU time of this process to ``seconds`` from now. What loading used before does not count."""
    with contextlib.suppress(ImportError, ValueError, OSError):  # no such limit on Windows; a lower one in force
        import resource

        limit = max(1, round(time.process_time() + seconds))
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))


def flush_output() -> None:
    """Write out what the submission printed."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(BaseException):  # the submission may have replaced it
            stream.flush()
