"""The header of labels is taken for that of images as well."""

import gzip

import numpy as np

CAUGHT_BY = ("a_file_by_hand", "the_digits_of_the_course")
HINT = "Labels are right, images are not: with three axes the header is longer. How many bytes has it?"


def read_idx(path):
    with gzip.open(path) if str(path).endswith(".gz") else open(path, "rb") as file:
        content = file.read()
    if content[:4] not in (b"\0\0\x08\1", b"\0\0\x08\3"):
        raise ValueError("no IDX file")
    return np.frombuffer(content[8:], dtype=np.uint8).copy()
