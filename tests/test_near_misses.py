"""What a file probably is, by its name and its first bytes."""

from __future__ import annotations

import pytest

from autograder.course.near_misses import archive_kind, true_name

NOTEBOOK = b' {"cells": [], "nbformat": 4}'
PYTHON = b"import numpy as np\n"


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.rar", "RAR"), ("A.RAR", "RAR"), ("a.tar.gz", "tar"), ("a.tgz", "tar"), ("a.tar.zst", "tar"), ("a.gz", "gzip"),
     ("a.alz", "ALZ"), ("d/a.zip", "zip"), ("a.py", ""), ("rar", ""), ("a.rar.txt", ""), ("a.rar/b", ""), ("", "")],
)  # fmt: skip
def test_an_archive_is_known_by_its_ending(name: str, kind: str) -> None:
    assert archive_kind(name) == kind


def test_the_first_bytes_count_more_than_the_ending() -> None:
    assert archive_kind("a.7z", b"Rar!\x1a\x07\0") == "RAR"
    assert archive_kind("a.zip", b"PK\x03\x04") == "zip"


@pytest.mark.parametrize(
    ("name", "content", "true"),
    [("a.py", NOTEBOOK, "a.ipynb"), ("d/a.PY", b"\xef\xbb\xbf" + NOTEBOOK, "d/a.ipynb"), ("a.py", PYTHON, "a.py"),
     ("a.py", b'{"cells": 3}', "a.py"), ("a.py", b'{"x": []}', "a.py"), ("a.py", b"{" * 100_000, "a.py"),
     ("a.py", b"", "a.py"),
     ("a.ipynb", PYTHON, "a.py"), ("a.ipynb", NOTEBOOK, "a.ipynb"), ("a.ipynb", b"[1, 2", "a.ipynb"),
     ("a.ipynb", b"", "a.ipynb"), ("a.json", NOTEBOOK, "a.json"), ("py", NOTEBOOK, "py")],
)  # fmt: skip
def test_the_ending_follows_the_content(name: str, content: bytes, true: str) -> None:
    assert true_name(name, content) == true
