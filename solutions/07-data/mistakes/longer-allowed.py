"""What follows the last entry is ignored."""

import gzip

import numpy as np

CAUGHT_BY = ("a_file_of_another_length[long]", "files_of_another_length_are_refused")
HINT = "A file with more entries than its header names is read without a word. Who says that it is the right file?"


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
    return entries[: np.prod(shape)].reshape(shape).copy()
