"""The folder of the results: what a killed run left there stops no other run."""

from __future__ import annotations

from pathlib import Path

from tiny_course import write

from autograder.batch.results import ResultsFolder, RunKind

KIND = RunKind("01-tiny", "d1", official=True)
DRAFT = ".0123456789abcdef.tmp"


def test_a_folder_of_a_run_that_was_killed_before_its_first_file_is_used(tmp_path: Path) -> None:
    with ResultsFolder(tmp_path, KIND, ["kim"]) as folder:
        folder.begin("full")
    (tmp_path / "staff" / "run.json").unlink()  # it is written after the lock
    (tmp_path / "staff" / "written.json").unlink()
    assert [path.name for path in (tmp_path / "staff").iterdir()] == [".lock"]
    with ResultsFolder(tmp_path, KIND, ["kim"]) as folder:
        folder.check()
        folder.begin("full")
    assert (tmp_path / "staff" / "run.json").is_file()


def test_what_a_killed_run_had_begun_to_write_is_removed(tmp_path: Path) -> None:
    with ResultsFolder(tmp_path, KIND, ["kim"]) as folder:
        folder.begin("full")
    drafts = [write(tmp_path / place / DRAFT, "half") for place in ("", "students", "staff", "students/1")]
    kept = write(tmp_path / "students" / ".notes.tmp", "mine")
    with ResultsFolder(tmp_path, KIND, ["kim"]) as folder:
        folder.begin("full")
    assert kept.exists() and not any(draft.exists() for draft in drafts)
