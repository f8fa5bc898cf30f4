"""The bytes of the file themselves."""

import gzip

import numpy as np

CAUGHT_BY = ("an_array_to_write_to", "labels_and_images")
HINT = (
    "Right numbers in an array that nobody may write to: np.frombuffer shows the bytes of the file as they are. "
    "How do you get an array of your own?"
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
    return entries.reshape(shape)
