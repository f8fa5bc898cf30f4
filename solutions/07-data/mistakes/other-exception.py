"""Another exception than was asked for."""

import gzip

import numpy as np

CAUGHT_BY = ("a_file_that_begins_otherwise[bytes]", "other_files_are_refused")
HINT = "You notice, and raise something else. The caller was promised a ValueError: who would catch yours?"


def read_idx(path):
    opener = gzip.open if str(path).endswith(".gz") else open
    with opener(path, "rb") as file:
        content = file.read()
    if content[:3] != b"\0\0\x08" or content[3:4] not in (b"\1", b"\3"):
        raise RuntimeError("no IDX file")
    start = 4 + 4 * content[3]
    if len(content) < start:
        raise RuntimeError("cut off")
    shape = np.frombuffer(content[4:start], dtype=">u4").tolist()
    entries = np.frombuffer(content[start:], dtype=np.uint8)
    return entries.reshape(shape).copy()
