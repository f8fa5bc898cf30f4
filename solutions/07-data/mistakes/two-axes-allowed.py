"""Any number of axes, and any type."""

import gzip

import numpy as np

CAUGHT_BY = ("a_file_that_begins_otherwise[axes]", "other_files_are_refused")
HINT = (
    "You look for the two zeros only. The third byte names the type of the entries, the fourth how many axes "
    "there are: which are right here?"
)


def read_idx(path):
    opener = gzip.open if str(path).endswith(".gz") else open
    with opener(path, "rb") as file:
        content = file.read()
    if content[:2] != b"\0\0" or len(content) < 4:
        raise ValueError("no IDX file")
    start = 4 + 4 * content[3]
    if len(content) < start:
        raise ValueError("cut off")
    shape = np.frombuffer(content[4:start], dtype=">u4").tolist()
    entries = np.frombuffer(content[start:], dtype=np.uint8)
    return entries.reshape(shape).copy()
