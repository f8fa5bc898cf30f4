"""The block of ``nbgrader_config.py`` that puts an nbgrader course behind our wall."""

from __future__ import annotations

import re
from pathlib import Path

FILE = "nbgrader_config.py"
_OURS = "autograder.exchange.nbgrader"
SANITIZE = (
    "nbgrader.preprocessors.ClearOutput",
    f"{_OURS}.RestoreCells",
    "nbgrader.preprocessors.DeduplicateIds",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
)
AUTOGRADE = (
    f"{_OURS}.SecureExecute",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    f"{_OURS}.SaveComments",
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
)
LISTS = {"sanitize_preprocessors": SANITIZE, "autograde_preprocessors": AUTOGRADE}


def block() -> str:
    """Return the lines to add to ``nbgrader_config.py``."""
    lines = ["# The student's cells run behind the wall of autograder.", "c = get_config()  # noqa: F821"]
    for name, classes in LISTS.items():
        lines += [f"c.Autograde.{name} = [", *(f'    "{each}",' for each in classes), "]"]
    return "\n".join(lines) + "\n"


def missing(folder: Path) -> str:
    """Return what the configuration of a course lacks, as a sentence; "" if the block is there."""
    file = folder / FILE
    try:
        text = file.read_text(encoding="utf-8")
    except OSError:
        return f"{file} cannot be read"
    text = re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE)
    absent = [each.rpartition(".")[2] for classes in LISTS.values() for each in classes if each not in text]
    return f"{file} does not name {', '.join(absent)}" if absent else ""
