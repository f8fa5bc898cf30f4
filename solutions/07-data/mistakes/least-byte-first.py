"""Lengths are read with the least significant byte first."""

import gzip

import numpy as np

CAUGHT_BY = ("a_file_by_hand", "labels_and_images")
HINT = (
    "3 became 50,331,648: the most significant byte of a length comes first in the file. Which byte order do you "
    "read with?"
)


def read_idx(path):
    opener = gzip.open if str(path).endswith(".gz") else open
    with opener(path, "rb") as file:
        content = file.read()
    if content[:3] != b"\0\0\x08" or content[3:4] not in (b"\1", b"\3"):
        raise ValueError("no IDX file")
    start = 4 + 4 * content[3]
    if len(content) < start:
        raise ValueError("cut off")
    shape = np.frombuffer(content[4:start], dtype="<u4").tolist()
    entries = np.frombuffer(content[start:], dtype=np.uint8)
    return entries.reshape(shape).copy()
