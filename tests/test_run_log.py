"""The log of a run: whole lines, also after a run that ended in the middle of one."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from autograder.batch.run_log import RunLog
from autograder.errors import AutograderError, UsageError


def test_a_line_that_was_cut_off_costs_no_other_one(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    with RunLog(path) as log:
        log.write("start", students=3)
    path.write_bytes(path.read_bytes() + b'{"at": "2026')  # on a full disk
    with RunLog(path) as log:
        log.write("start", students=4)
    lines = path.read_text(encoding="utf-8").splitlines()
    events = [json.loads(line) for line in lines if line != '{"at": "2026']
    assert [(each["event"], each.get("students")) for each in events] == [
        ("start", 3), ("end", None), ("start", 4), ("end", None),
    ]  # fmt: skip


@pytest.mark.skipif(sys.platform != "linux", reason="the device is Linux's")
def test_a_full_disk_is_a_sentence() -> None:
    sentence = r"/dev/full cannot be written: No space left on device\. Make room"
    with pytest.raises(AutograderError, match=sentence) as caught, RunLog(Path("/dev/full")) as log:
        log.write("start")
    assert caught.value.slug == "report-write"


def test_a_log_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot be written: Is a directory\. Name another file with --log"):
        RunLog(tmp_path)
