"""What a worker's file system holds of a package that it may import."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.wall import filesystem

RECORD = """\
tiny/__init__.py,sha256=x,5
tiny/deep/module.py,sha256=x,5
"tiny_names/a, b.txt",sha256=x,5
tiny.py,sha256=x,5
__pycache__/tiny.cpython-311.pyc,,
tiny.pth,sha256=x,5
../../../bin/tiny,sha256=x,5
tiny-1.0.dist-info/METADATA,sha256=x,5
"""


def test_the_top_of_what_a_package_installed_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not its start-up files, which run code, and nothing outside of site-packages."""
    info = tmp_path / "tiny-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n", encoding="utf-8")
    (info / "RECORD").write_text(RECORD, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    tops = {"tiny", "tiny.py", "tiny_names", "tiny-1.0.dist-info"}
    assert filesystem._files_of("tiny") == {str(tmp_path / top) for top in tops}
