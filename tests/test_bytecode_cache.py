"""Compiled templates are kept where nobody else can write, or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment, environment

from autograder.reports import bytecode_cache as module
from autograder.reports.bytecode_cache import bytecode_cache

pytestmark = pytest.mark.skipif(not hasattr(os, "getuid"), reason="there is no cache on this system")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of this user, below a temporary folder, which is sticky or private."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def rendered(compiler: Path) -> str:
    loader = DictLoader({"page": "{{ 1 + 1 }}"})
    return Environment(loader=loader, bytecode_cache=bytecode_cache(compiler)).get_template("page").render()


@pytest.fixture
def compiler(tmp_path: Path) -> Path:
    path = tmp_path / "page.py"
    path.write_text("finalize = None")
    return path


def test_a_template_is_compiled_once(home: Path, compiler: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert rendered(compiler) == "2"
    monkeypatch.setattr(environment.Environment, "compile", None)  # who compiles, fails
    assert rendered(compiler) == "2"


def test_it_is_compiled_again_when_the_environment_changes(home: Path, compiler: Path) -> None:
    rendered(compiler)
    compiler.write_text("finalize = len")
    rendered(compiler)
    assert len(list((home / "autograder" / "templates").iterdir())) == 2


def test_the_folder_is_for_this_user_alone(home: Path, compiler: Path) -> None:
    rendered(compiler)
    assert (home / "autograder" / "templates").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("open_folder", ["", "autograder", "autograder/templates"])
def test_a_folder_that_another_user_can_write_is_not_used(home: Path, compiler: Path, open_folder: str) -> None:
    (home / "autograder" / "templates").mkdir(parents=True)
    (home / open_folder).chmod(0o777)
    assert bytecode_cache(compiler) is None
    assert rendered(compiler) == "2"


def test_a_folder_of_another_user_is_not_used(home: Path, compiler: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.os, "getuid", lambda: os.stat(home.parent).st_uid + 1)
    assert bytecode_cache(compiler) is None


def test_a_link_to_a_folder_that_another_user_can_write_is_not_used(home: Path, compiler: Path, tmp_path: Path) -> None:
    (tmp_path / "shared" / "templates").mkdir(parents=True)
    (tmp_path / "shared").chmod(0o777)
    home.mkdir()
    (home / "autograder").symlink_to(tmp_path / "shared")
    assert bytecode_cache(compiler) is None


def test_a_home_that_cannot_be_written_is_no_error(
    compiler: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert bytecode_cache(compiler) is None


def test_a_full_disk_is_no_error(home: Path, compiler: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.NamedTemporaryFile", full)
    assert rendered(compiler) == "2"


def test_a_damaged_file_is_compiled_again(home: Path, compiler: Path) -> None:
    rendered(compiler)
    [file] = (home / "autograder" / "templates").iterdir()
    file.write_bytes(file.read_bytes()[:-9])
    assert rendered(compiler) == "2"
