"""The first four bytes are not looked at."""

import gzip

import numpy as np

CAUGHT_BY = ("a_file_that_begins_otherwise[bytes]", "other_files_are_refused")
HINT = "You read whatever is there. What do the first four bytes say, and what if they say something else?"


def read_idx(path):
    opener = gzip.open if str(path).endswith(".gz") else open
    with opener(path, "rb") as file:
        content = file.read()
    start = 4 + 4 * (content[3] if len(content) > 3 else 1)
    if len(content) < start:
        raise ValueError("cut off")
    shape = np.frombuffer(content[4:start], dtype=">u4").tolist()
    entries = np.frombuffer(content[start:], dtype=np.uint8)
    return entries.reshape(shape).copy()
