"""What a worker's file system holds of an installed package."""

from __future__ import annotations

import importlib
import os
from pathlib import Path

import pytest

from autograder.wall import filesystem

RECORD = """\
thing/__init__.py,sha256=x,1
thing/part.py,,
"odd, name/x.py",,
thing.libs/libx.so,,
thing-1.0.dist-info/RECORD,,
thing.pth,,
../../../bin/thing,,
__pycache__/single.cpython-311.pyc,,
/etc/thing.conf,,
single.py,,
"""


def test_only_what_a_package_installed_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "thing-1.0.dist-info").mkdir()
    (tmp_path / "thing-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n")
    (tmp_path / "thing-1.0.dist-info" / "RECORD").write_text(RECORD)
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    shown = {"odd, name", "single.py", "thing", "thing-1.0.dist-info", "thing.libs"}
    assert filesystem._files_of("thing") == {str(tmp_path / name) for name in shown}


def test_what_an_extra_of_a_requirement_needs_is_shown_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As PyTorch for CUDA 13 needs ``cuda-toolkit[cublas]``, which needs the package with the library."""
    needs = {
        "framework": "Requires-Dist: toolkit[blas]==13",
        "toolkit": 'Requires-Dist: blas; extra == "blas"\nRequires-Dist: fft; extra == "fft"',
        "blas": "",
        "fft": "",
    }
    for name, lines in needs.items():
        (tmp_path / f"{name}-1.dist-info").mkdir()
        text = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n{lines}\n"
        (tmp_path / f"{name}-1.dist-info" / "METADATA").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    assert filesystem._with_requirements(frozenset({"framework"})) == {"framework", "toolkit", "blas"}


@pytest.fixture
def one_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An interpreter whose packages lie inside its standard library, as those of images and of conda."""
    stdlib = tmp_path / "lib" / "python3"
    for name in ("json", "site-packages/thing", "site-packages/other", "site-packages/thing-1.0.dist-info"):
        (stdlib / name).mkdir(parents=True)
    (stdlib / "os.py").touch()
    (stdlib / "site-packages/thing-1.0.dist-info/METADATA").write_text(
        "Metadata-Version: 2.1\nName: thing\nVersion: 1\n"
    )
    (stdlib / "site-packages/thing-1.0.dist-info/RECORD").write_text("thing/__init__.py,,\n")
    monkeypatch.syspath_prepend(stdlib / "site-packages")
    monkeypatch.setattr(os, "__file__", str(stdlib / "os.py"))
    importlib.invalidate_caches()
    filesystem.of_packages.cache_clear()
    return stdlib


def test_packages_inside_the_standard_library_are_shown_one_by_one(one_folder: Path) -> None:
    view = filesystem.of_packages(frozenset({"thing"}))
    filesystem.of_packages.cache_clear()
    assert {str(one_folder), f"{one_folder}/site-packages/thing"} <= set(view.paths)
    assert f"{one_folder}/site-packages" in view.covered
    readable = [path for path in filesystem.readable(view) if path.startswith(str(one_folder))]
    assert readable == [f"{one_folder}/{name}" for name in ("json", "os.py", "site-packages/thing")]


def test_a_link_to_all_libraries_is_no_right_to_read_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Landlock follows links, and /lib leads to /usr/lib, where packages of the system lie."""
    libraries = tmp_path / "usr" / "lib" / filesystem._TRIPLET
    libraries.mkdir(parents=True)
    (tmp_path / "lib").symlink_to("usr/lib")
    view = filesystem.View((str(tmp_path / "lib"), str(libraries)), ())
    assert filesystem.readable(view) == (str(libraries),)
