"""What is too much is ignored, and what lacks is 0."""

import gzip

import numpy as np

CAUGHT_BY = ("a_file_of_another_length[short]", "files_of_another_length_are_refused")
HINT = "A file that was cut off, or is too long, is read without a word. How many bytes must it have, by its header?"


def read_idx(path):
    opener = gzip.open if str(path).endswith(".gz") else open
    with opener(path, "rb") as file:
        content = file.read()
    if content[:3] != b"\0\0\x08" or content[3:4] not in (b"\1", b"\3"):
        raise ValueError("no IDX file")
    start = 4 + 4 * content[3]
    shape = np.frombuffer(content[4:start], dtype=">u4").tolist()
    entries = np.frombuffer(content[start:], dtype=np.uint8)
    return np.resize(np.append(entries, 0), shape).astype(np.uint8)
