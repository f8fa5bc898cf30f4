"""Compressed files are read as they are."""

import numpy as np

CAUGHT_BY = ("a_compressed_file", "compressed_files")
HINT = "Plain files are right. A name that ends in .gz says that the content is compressed: who unpacks it?"


def read_idx(path):
    opener = open
    with opener(path, "rb") as file:
        content = file.read()
    if content[:3] != b"\0\0\x08" or content[3:4] not in (b"\1", b"\3"):
        raise ValueError("no IDX file")
    start = 4 + 4 * content[3]
    if len(content) < start:
        raise ValueError("cut off")
    shape = np.frombuffer(content[4:start], dtype=">u4").tolist()
    entries = np.frombuffer(content[start:], dtype=np.uint8)
    return entries.reshape(shape).copy()
