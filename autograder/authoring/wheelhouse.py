"""The packages of a release for machines without a network: wheels for named platforms, in the folder ``wheelhouse/``.

``grade.py`` installs from this folder alone if a release has it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..errors import AutograderError, UsageError

FOLDER: Final = "wheelhouse"
PLATFORMS: Final = {
    "linux-x86_64": ("manylinux_2_28_x86_64", "manylinux_2_27_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"),
    "linux-aarch64": (
        "manylinux_2_28_aarch64", "manylinux_2_27_aarch64", "manylinux_2_17_aarch64", "manylinux2014_aarch64",
    ),
    "macos-arm64": ("macosx_14_0_arm64", "macosx_12_0_arm64", "macosx_11_0_arm64"),
    "windows-x86_64": ("win_amd64",),
}  # fmt: skip
"""The tags that pip accepts for a platform, by its name here. A machine with an older system needs a tag of its own."""


@dataclass(frozen=True, slots=True)
class Platform:
    """A kind of machine: its name, the tags of pip, and its version of Python, such as "3.11"."""

    name: str
    tags: tuple[str, ...]
    python: str

    @classmethod
    def of(cls, text: str) -> Platform:
        """Return the platform of an argument: a name or a tag of pip, with a version of Python if it has another.

        Raises:
            UsageError: it is neither.
        """
        name, _, python = text.partition(":")
        tags = PLATFORMS.get(name) or ((name,) if re.fullmatch(r"(many|musl)?linux\w+|macosx_\w+|win\w+", name) else ())
        if not tags or not re.fullmatch(r"(3\.\d+)?", python):
            raise UsageError(
                f'"{text}" is not a platform. Write one of {", ".join(PLATFORMS)}, or a platform tag of pip; add '
                ":3.12 for another version of Python.",
                slug="release-platform",
            )
        return cls(name, tags, python or f"{sys.version_info.major}.{sys.version_info.minor}")

    @property
    def shown(self) -> str:
        """The platform in words."""
        return f"{self.name} with Python {self.python}"

    def extra(self, *, torch: bool) -> list[str]:
        """What pip overlooks, because it reads the conditions of requirements for the machine that it runs on."""
        windows = ["colorama"] if self.name.startswith("win") else []
        return windows + (["setuptools"] if torch and self.python != "3.11" else [])


def wheels(
    wheel: tuple[str, bytes], constraints: bytes, platforms: Sequence[Platform], *, torch: bool, index: str
) -> dict[str, bytes]:
    """Download the wheels that the framework needs, with PyTorch if ``torch``; return them by their paths, sorted.

    ``wheel`` is the name and the content of the framework's own wheel. ``index`` is the index of PyTorch, "" for pip's.

    Raises:
        AutograderError: ``release-wheelhouse``, with what pip says.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / wheel[0]).write_bytes(wheel[1])
        (folder / "constraints.txt").write_bytes(constraints)
        for platform in platforms:
            if torch:
                _download(folder, platform, ["torch", "torchvision"], index)
            _download(folder, platform, [str(folder / wheel[0]), *platform.extra(torch=torch)], "")
        found = sorted((folder / FOLDER).glob("*.whl"))
        return {f"{FOLDER}/{path.name}": path.read_bytes() for path in found if path.name != wheel[0]}


def _download(folder: Path, platform: Platform, requirements: Sequence[str], index: str) -> None:
    tags = [word for tag in (*platform.tags, "any") for word in ("--platform", tag)]
    command = [
        sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--quiet", "--only-binary", ":all:",
        *tags, "--python-version", platform.python, "--implementation", "cp",
        "--constraint", str(folder / "constraints.txt"), "--dest", str(folder / FOLDER),
        # what was loaded before counts, so that the second call takes the PyTorch of the first
        "--find-links", str(folder / FOLDER), *requirements,
    ]  # fmt: skip
    (folder / FOLDER).mkdir(exist_ok=True)
    environment = {**os.environ, "PIP_INDEX_URL": index, "PIP_EXTRA_INDEX_URL": ""} if index else None
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if "ERROR" in line] or done.stderr.splitlines()
        raise AutograderError(
            f"pip cannot download the wheels for {platform.shown}: {' '.join(lines[-2:])} Nothing was released. Is the "
            "network reachable, and does every package have a wheel for this platform?",
            slug="release-wheelhouse",
        )
