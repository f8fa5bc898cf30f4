"""A name that is not defined: the message names what the student meant, or the import that is missing."""

from __future__ import annotations

import pytest

from autograder.messages import use_language
from autograder.student.names import remedy
from autograder.student.source import ModuleSources

PACKAGES = ("numpy", "torch")
SOURCE = """import numpy as np
import torch.nn.functional as TF
import torch

def helper(z): return z

def train(logits, labels):
    weights = 1
    for epoch in range(3):
        pass
    use
"""


def proposed(name: str, source: str = SOURCE) -> str:
    """Return the remedy where the last line of ``train`` uses ``name``."""
    sources = ModuleSources("m", {"m": ("m.py", source.encode())})
    return remedy(f"name '{name}' is not defined", sources, "m", 11, PACKAGES)


@pytest.mark.parametrize(
    ("name", "want"),
    [
        ("numpy", "Did you mean np?"),
        ("F", "Did you mean TF?"),
        ("helpr", "Did you mean helper?"),
        ("logit", "Did you mean logits?"),
        ("weight", "Did you mean weights?"),
        ("epochs", "Did you mean epoch?"),
        ("lenn", "Did you mean len?"),
        ("math", "Write import math at the top of the file."),
        ("nn", "Write from torch import nn at the top of the file."),
        ("q", ""),
        ("pandas", ""),
    ],
)
def test_a_name_is_proposed(name: str, want: str) -> None:
    assert proposed(name) == want


def test_the_usual_name_of_a_module_is_explained() -> None:
    assert proposed("np", "import numpy\n") == "Did you mean numpy?"
    assert proposed("np", "x = 1\n") == "Write import numpy as np at the top of the file."


def test_a_name_of_another_function_is_not_proposed() -> None:
    assert proposed("weight", "def f():\n    weights = 1\n\ndef g():\n    use\n") == ""


def test_a_file_that_cannot_be_read_gives_no_proposal() -> None:
    assert proposed("numpy", "import numpy as np\nx = (\n") == ""


def test_the_proposal_is_in_the_language_of_the_run() -> None:
    with use_language("ko"):
        assert proposed("numpy") == "혹시 다음 이름입니까? np"
