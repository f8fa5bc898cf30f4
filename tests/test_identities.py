"""The file of names: what a killed run or a full disk left in its folder does no harm."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tiny_course import write

from autograder.batch import identities


@pytest.mark.skipif(sys.platform == "win32", reason="there is no ulimit")
def test_names_stay_out_of_a_repository_after_a_full_disk(tmp_path: Path) -> None:
    program = (
        "import sys\nfrom pathlib import Path\nfrom autograder.batch import identities\n"
        "with identities.changing(Path(sys.argv[1])) as known: known.add('kim', '01-tiny', [])"
    )
    limited = ["/bin/sh", "-c", 'ulimit -f 0; exec "$@"', "sh", sys.executable, "-B", "-c", program, tmp_path]
    assert "cannot be written: File too large. Make room" in subprocess.run(
        limited, capture_output=True, text=True, check=False
    ).stderr.replace("\n", " ")
    with identities.changing(tmp_path) as known:
        known.add("kim", "01-tiny", [])
    assert (tmp_path / ".gitignore").read_text(encoding="utf-8").endswith("*\n")


def test_names_that_a_killed_run_had_begun_to_write_are_removed(tmp_path: Path) -> None:
    draft = write(tmp_path / ".0123456789abcdef.tmp", '{"people": {"s-1": {"name": "kim"}}}')
    with identities.changing(tmp_path):
        assert not draft.exists()
