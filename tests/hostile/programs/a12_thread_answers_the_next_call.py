"""Leaves a thread that answers the call after this one."""

THREAT = "A12"
VERDICTS = {"double_of_two": "crashed", "total": "failed"}  # the next case runs again in a new worker
WIRE = True

import json
import os
import struct
import threading
import time
import numpy as np


def frame(kind, header, body=b"", magic=b"AGW1", header_size=None, body_size=None):
    """The bytes of one frame of the wire; sizes may lie."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    sizes = (len(text) if header_size is None else header_size, len(body) if body_size is None else body_size)
    return struct.pack("<4sBIQ", magic, kind, *sizes) + text + body


threads = []


def answer():
    time.sleep(0.02)
    os.write(3, b"".join(frame(67, {"id": number, "v": {"f": "0x1.8p+2"}, "w": [], "al": []}) for number in range(20)))


def double(x):
    if x.shape == (1,) and x[0] == 2.0:
        threads.append(threading.Thread(target=answer, daemon=True))
        threads[0].start()
    return 2 * x


def total(x):
    for thread in threads:
        thread.join()
    return 0.0


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
