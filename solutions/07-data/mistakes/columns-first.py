"""The first axis is taken as the fastest."""

import gzip

import numpy as np

CAUGHT_BY = ("a_file_by_hand", "labels_and_images")
HINT = (
    "The shape is right, the entries are not: in the file the last axis runs fastest. Which order does your "
    "reshape take?"
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
    shape = np.frombuffer(content[4:start], dtype=">u4").tolist()
    entries = np.frombuffer(content[start:], dtype=np.uint8)
    return entries.reshape(shape, order="F").copy()
