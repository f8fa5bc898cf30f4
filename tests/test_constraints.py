"""``constraints.txt`` pins every package that an installation brings, so that later ones get what was tested."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PIN = re.compile(r"([\w.-]+)==([\w.]+)")
PINNED_BY_TORCH = re.compile(r"nvidia-|cuda-|triton")  # exactly, and only where its build needs them


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    found = {line: PIN.fullmatch(line) for line in lines if not line.startswith("#")}
    assert [line for line, match in found.items() if match is None] == []  # a local suffix is on no public index
    return {canonicalize_name(match[1]): match[2] for match in found.values() if match}


def required(requirements: list[str]) -> set[str]:
    """Name all packages that are needed for these on this machine, directly or not."""
    names: set[str] = set()
    waiting = [(Requirement(text), "") for text in requirements]
    while waiting:
        requirement, extra = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name in names or (requirement.marker and not requirement.marker.evaluate({"extra": extra})):
            continue
        names.add(name)
        for own in ("", *requirement.extras):
            waiting += [(Requirement(text), own) for text in importlib.metadata.requires(name) or ()]
    return names


def test_everything_that_an_installation_needs_is_pinned() -> None:
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = table["project"]
    extras = project["optional-dependencies"]
    names = required(project["dependencies"] + extras["dev"] + extras["torch"])
    assert {"jinja2", "markupsafe", "torch", "sympy"} <= names
    names |= {canonicalize_name(Requirement(text).name) for text in table["build-system"]["requires"]}
    assert {name for name in names - set(pins()) if not PINNED_BY_TORCH.match(name)} == set()
