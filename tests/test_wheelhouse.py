"""A release for a lab has its packages with it, and installs with the index of packages switched off."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.authoring import release
from autograder.authoring.release import Options
from autograder.authoring.wheelhouse import Platform, wheels
from autograder.course import assignment as assignments
from autograder.errors import AutograderError, UsageError

ROOT = Path(__file__).parents[1]
SLUG = "05-logistic"
HERE = f"{sys.version_info.major}.{sys.version_info.minor}"


def test_a_platform_is_a_name_or_a_tag_with_a_version_of_python() -> None:
    assert Platform.of("windows-x86_64:3.12") == Platform("windows-x86_64", ("win_amd64",), "3.12")
    assert Platform.of("musllinux_1_2_x86_64") == Platform("musllinux_1_2_x86_64", ("musllinux_1_2_x86_64",), HERE)
    assert "manylinux_2_28_x86_64" in Platform.of("linux-x86_64").tags


@pytest.mark.parametrize("text", ["linux", "", "windows-x86_64:12", "--index-of-mine", "a b"])
def test_what_is_no_platform_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is not a platform") as info:
        Platform.of(text)
    assert info.value.slug == "release-platform"


def test_requirements_of_other_systems_are_added() -> None:
    assert Platform.of("windows-x86_64:3.11").extra(torch=True) == ["colorama"]
    assert Platform.of("win_arm64:3.12").extra(torch=True) == ["colorama", "setuptools"]
    assert Platform.of("linux-x86_64:3.12").extra(torch=False) == []


@pytest.mark.slow
def test_what_pip_says_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.delenv("PIP_CONSTRAINT", raising=False)  # make sets it
    with pytest.raises(AutograderError, match="No matching distribution found for torch") as info:
        wheels(("own.whl", b""), b"", [Platform.of("linux-x86_64")], torch=True, index="")
    assert info.value.slug == "release-wheelhouse"


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="the names of other platforms depend on the version of the system")
def test_a_release_with_a_wheelhouse_installs_without_an_index(tmp_path: Path) -> None:
    course = [assignments.load(SLUG, root=ROOT)]
    here = Platform.of(f"linux-{platform.machine()}")
    files = release.contents(course, root=ROOT, options=Options(allow_uncommitted=True, wheelhouse=(here,)))
    release.write(files, tmp_path / "lab 실습")
    assert f"It needs no network on linux-{platform.machine()} with Python {HERE}" in files["README.md"].decode()
    own = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "AUTOGRADER"))}
    done = subprocess.run(
        [sys.executable, "grade.py", "grade", SLUG],
        cwd=tmp_path / "lab 실습", env=own | {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Setting up .venv (once)" in done.stdout and "sigmoid" in done.stdout and "wheelhouse" not in done.stdout
