"""Git clones of a real git: the last submission or commit until a time, and nothing that a clone could make git do."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import lms
import pytest
import tiny_course
from test_commands import Command
from test_commands import command as command  # a fixture

from autograder.errors import UsageError
from autograder.exchange import git_commits

DUE = datetime.fromisoformat("2026-10-25T12:00+01:00")  # the day on which the clocks of Berlin go back
RULES = """
timezone = "Europe/Berlin"

[due]
"01-tiny" = 2026-10-25T12:00

[extensions."01-tiny"]
lee = 2026-10-26T12:00
"""


def git(clone: Path, *arguments: str, at: datetime | None = None) -> str:
    dates = {"GIT_AUTHOR_DATE": at.isoformat(), "GIT_COMMITTER_DATE": at.isoformat()} if at else {}
    command = ["git", "-C", str(clone), "-c", "user.name=x", "-c", "user.email=x@example.org", *arguments]
    return subprocess.run(command, env=os.environ | dates, check=True, capture_output=True, text=True).stdout.strip()


def clone(folder: Path, *commits: tuple[datetime, str]) -> Path:
    """Make a clone with a commit of tiny.py at each time."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    for at, source in commits:
        (folder / "tiny.py").write_text(source, encoding="utf-8")
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", "work", at=at)
    return folder


def content(found: git_commits.Commit | None) -> str:
    assert found is not None
    return found.read("tiny.py", 1000).decode()


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=9)), timezone(timedelta(hours=2))])
def test_the_last_commit_until_the_time_counts(zone: timezone, tmp_path: Path) -> None:
    times = [DUE - timedelta(hours=3), DUE, DUE + timedelta(seconds=1)]
    found = clone(tmp_path / "c", *((at.astimezone(zone), f"x = {n}") for n, at in enumerate(times)))
    assert content(git_commits.last_until(found, DUE)) == "x = 1"
    assert content(git_commits.last_until(found, DUE - timedelta(seconds=1))) == "x = 0"
    assert content(git_commits.last_until(found, DUE + timedelta(days=9))) == "x = 2"
    assert git_commits.last_until(found, DUE - timedelta(days=9)) is None
    assert git_commits.last_until(clone(tmp_path / "empty"), DUE) is None


def test_tags_of_classroom_50_count_before_commits(tmp_path: Path) -> None:
    found = clone(tmp_path / "c", (DUE - timedelta(days=2), "x = 0"), (DUE - timedelta(days=1), "x = 1"))
    git(found, "tag", "submit/2026-10-25T10-59-59Z-1234567", "HEAD~1")
    git(found, "tag", "submit/2026-10-25T11-00-01Z-1234567", "HEAD")
    git(found, "tag", "submit/by-hand", "HEAD")
    last = git_commits.last_until(found, DUE)
    assert content(last) == "x = 0"
    assert last is not None and last.received_at == "2026-10-25T10:59:59+00:00"
    assert git_commits.last_until(found, DUE - timedelta(hours=1)) is None  # a commit alone is no submission there


def test_links_hidden_files_and_submodules_are_left_out(tmp_path: Path) -> None:
    found = clone(tmp_path / "c", (DUE, "x = 0"))
    (found / "link.py").symlink_to("/etc/passwd")
    (found / ".vscode").mkdir()
    (found / ".vscode" / "a.json").write_text("{}")
    head = git(found, "rev-parse", "HEAD")
    git(found, "update-index", "--add", "--cacheinfo", f"160000,{head},module")
    git(found, "add", "-A", "link.py", ".vscode")
    git(found, "commit", "-q", "-m", "more", at=DUE)
    last = git_commits.last_until(found, DUE)
    assert last is not None and [*last.objects] == ["tiny.py"]
    assert len(last.read("tiny.py", 2)) > 2  # too large, and not read


def test_the_configuration_of_a_clone_starts_no_program(tmp_path: Path) -> None:
    found = clone(tmp_path / "c", (DUE, "x = 0"))
    marker = tmp_path / "ran"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {marker}\n", encoding="utf-8")
    program.chmod(0o755)
    for key in ("core.fsmonitor", "core.pager", "core.sshCommand", "diff.external", "core.alternateRefsCommand"):
        git(found, "config", key, str(program))
    git(found, "config", "core.hooksPath", str(tmp_path))
    git(found, "config", "protocol.ext.allow", "always")
    git(found, "config", "remote.origin.url", f"ext::{program}")
    git(found, "config", "remote.origin.promisor", "true")
    git(found, "config", "core.repositoryFormatVersion", "1")
    git(found, "config", "extensions.partialClone", "origin")
    last = git_commits.last_until(found, DUE)
    assert content(last) == "x = 0"
    assert last is not None
    blob = last.objects["tiny.py"]
    (found / ".git" / "objects" / blob[:2] / blob[2:]).unlink()  # git would fetch it
    with pytest.raises(UsageError, match=r"cannot be read by git .*Clone the repository again\."):
        last.read("tiny.py", 1000)
    assert not marker.exists()


def test_what_is_no_clone_is_refused(tmp_path: Path) -> None:
    (tmp_path / "c" / ".git").mkdir(parents=True)
    for at, problem in (("c", "cannot be read by git"), ("d", "is not a git clone")):
        with pytest.raises(UsageError, match=problem):
            git_commits.last_until(tmp_path / at, DUE)


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    later = DUE + timedelta(hours=2)
    for name, times in {"kim": (DUE, later), "lee": (later,), "park": (later,)}.items():
        clone(tmp_path / "clones" / f"dl-tiny-{name}", *((at, f"{tiny_course.SOLUTION}# {at}\n") for at in times))
        (tmp_path / "clones" / f"dl-tiny-{name}" / "result.json").write_text("{}")
    (tmp_path / "clones" / "scores.csv").write_text("username,score\n")
    return lms.sheet(tmp_path / "roster.csv", ["username", "email"], *([n, f"{n}@x"] for n in ("kim", "lee", "park")))


REPORT = """\
clones (git-clones) with the roster roster.csv

Matched: 2
  dl-tiny-kim -> kim -> tiny.py [by login, 2026-10-25T11:00:00+00:00]
  dl-tiny-lee -> lee -> tiny.py [by login, 2026-10-25T13:00:00+00:00]

Nothing to grade: 1
  dl-tiny-park -> park: no commit until 2026-10-25T11:00+00:00
"""


def test_due_takes_dates_and_extensions_of_the_course(command: Command, roster: Path, tmp_path: Path) -> None:
    made = tiny_course.make(tmp_path / "course")
    (made.root / "course.toml").write_text(RULES, encoding="utf-8")
    until = ["--root", made.root, "--until", "due"]
    importing = ["import", tmp_path / "clones", "--roster", roster, "--assignment", tiny_course.SLUG, *until]
    found = command(*importing, "--to", "class")
    assert (found.code, found.out[: len(REPORT)]) == (0, REPORT), found.err
    assert "Without a submission: 1\n  park\n" in found.out
    assert Path("class/uploads/kim.py").read_text(encoding="utf-8").endswith(f"# {DUE}\n")
    assert sorted(path.name for path in Path("class/uploads").iterdir()) == ["kim.py", "lee.py"]


def test_a_clone_without_files_is_named_and_its_earlier_commits_count(
    command: Command, roster: Path, tmp_path: Path
) -> None:
    for name in ("kim", "lee"):  # kim removed everything after the due date, lee before it
        where = tmp_path / "clones" / f"dl-tiny-{name}"
        (where / "result.json").unlink()
        git(where, "rm", "-q", "tiny.py")
        git(where, "commit", "-qm", "nothing", at=DUE + timedelta(days=name == "kim"))
    where = tmp_path / "clones" / "dl-tiny-park"
    shutil.rmtree(where)
    git(tmp_path, "init", "-q", str(where))
    importing = ["import", tmp_path / "clones", "--roster", roster]
    found = command(*importing, "--to", "now")
    assert "roster.csv\n\nNothing to grade: 3\n  dl-tiny-kim -> kim: it has no files\n" in found.out, found.err
    assert "dl-tiny-park -> park: it has no files\n" in found.out and found.code == 0
    found = command(*importing, "--until", DUE.isoformat(), "--to", "then")
    assert (found.code, [path.name for path in Path("then/uploads").iterdir()]) == (0, ["kim.py"]), found.err
    assert "dl-tiny-lee -> lee: it has no files\n  dl-tiny-park -> park: no commit until" in found.out


WRONG = {
    "no assignment": (["--until", "due"], r"--until due needs the assignment\. Name it with --assignment"),
    "no date": (["--until", "due", "--assignment", tiny_course.SLUG], r"course\.toml has no due date of 01-tiny\."),
    "no time": (["--until", "soon"], r'--until: "soon" is no time\. Write for example'),
    "no zone": (["--until", "2026-10-25T12:00"], r"--until: 2026-10-25T12:00 has no offset"),
    "no clones": (["--until", "2026-10-25T12:00Z", "--format", "folder"], r"is not a folder of git clones"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_time_is_one_sentence(name: str, command: Command, roster: Path, tmp_path: Path) -> None:
    made = tiny_course.make(tmp_path / "course")
    arguments, problem = WRONG[name]
    found = command("import", tmp_path / "clones", "--roster", roster, "--root", made.root, "--to", "class", *arguments)
    assert found.code == 2 and not Path("class").exists()
    assert len(found.err.splitlines()) == 1 and re.search(problem, found.err), found.err
