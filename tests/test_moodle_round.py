"""A class of Moodle, from the download to the worksheet that goes back: reasons, and files that are newer there."""

from __future__ import annotations

import csv
from pathlib import Path

import lms
import pytest
import tiny_course
from test_commands import Command
from test_commands import command as command  # a fixture

SLUG = tiny_course.SLUG
MONDAY, TUESDAY = "Monday, 2 November 2026, 9:00 AM", "Tuesday, 3 November 2026, 10:30 PM"


def worksheet(path: Path, *, changed: str, comment: str = "") -> Path:
    """The worksheet of two people; ``changed`` is when the second one changed the submission last."""
    rows = [
        (f"Participant {number}", name, f"{name}@example.org", lms.ON_TIME, "", "20.00", "Yes", when, "-", text)
        for number, name, when, text in ((7, "kim", MONDAY, comment), (8, "lee", changed, ""))
    ]
    return lms.sheet(path, lms.WORKSHEET, *rows)


def comments() -> list[str]:
    return [row[-1] for row in csv.reader(Path("up.csv").read_text("utf-8-sig").splitlines())][1:]


@pytest.mark.slow
def test_reasons_reach_the_comments_and_a_newer_file_is_named(command: Command, tmp_path: Path) -> None:
    course = tiny_course.make(tmp_path / "course")
    where = ["--root", course.root]
    sheet = worksheet(tmp_path / "worksheet.csv", changed=MONDAY)
    heads = {
        f"{name}_{number}_assignsubmission_file/tiny.py": f"# {name}\n" for number, name in ((7, "kim"), (8, "lee"))
    }
    export = lms.archive(tmp_path / "x.zip", {head: tiny_course.SOLUTION + own for head, own in heads.items()})
    batch = ["batch", SLUG, export, "--roster", sheet, "--out", "out", *where]
    assert command(*batch).code == 0
    reason = ["--points", "-2", "--reason", "Copied <b>.", "--by", "A. Park"]
    assert command("adjust", SLUG, "kim@example.org", *reason, *where).code == 0
    assert command("batch", SLUG, "--out", "out", *where).code == 0

    up = ["export", "out/staff/grades.csv", "--to", "moodle", "--out", "up.csv", *where, "--template"]
    found = command(*up, sheet)
    assert (found.code, found.err) == (0, "")
    assert comments() == ["<p>Copied &lt;b&gt;. (A. Park)</p>", ""]
    assert '"Updated 3 grades and feedback"' in found.out

    newer = worksheet(tmp_path / "newer.csv", changed=TUESDAY, comment="Well argued.")
    found = command(*up, newer)
    assert found.code == 0 and comments() == ["Well argued.", ""]
    assert found.err == (
        "autograder: kim@example.org: the comment in Moodle stays, and our reasons for the points are not written. "
        "To replace it, add --overwrite.\n"
        "autograder: lee@example.org has a newer file in Moodle than the graded one. Download submissions and "
        "worksheet again, in the same language, and run batch before you upload these grades.\n"
    )
    assert command(*up, newer, "--overwrite").code == 0 and comments()[0] == "<p>Copied &lt;b&gt;. (A. Park)</p>"

    assert command("batch", SLUG, export, "--roster", newer, "--out", "out", *where).code == 0  # the same files again
    assert "newer file" not in command(*up, newer).err
