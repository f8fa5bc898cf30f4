"""What a worker's file system holds of an installed package."""

from __future__ import annotations

import importlib
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
