"""A release in git is one commit, with the same id everywhere, and contains nothing but the release."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from test_update import MINE, VISIBLE, made, tree

from autograder.authoring import release, repository, update
from autograder.authoring.repository import Author
from autograder.errors import AutograderError, UsageError

AUTHOR = Author("김지수", "kim@example.org", "2026-03-01T12:00:00+09:00")
OLD = made({MINE: b"stub\n", VISIBLE: b"def test_a(): 1\n", "gone.txt": b"1\n"})
NEW = made({MINE: b"two\n", VISIBLE: b"def test_a(): 2\n", "wheelhouse/한글 wheel.whl": b"1"})


@pytest.fixture(autouse=True)
def configured(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user whose configuration would change every commit, or prevent it."""
    home = tmp_path_factory.mktemp("home")
    (home / "hooks").mkdir()
    (home / "hooks" / "pre-commit").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    (home / "hooks" / "pre-commit").chmod(0o755)
    (home / ".gitconfig").write_text(
        f"[core]\nhooksPath = {home}/hooks\nautocrlf = true\nexcludesFile = {home}/ignored\n"
        "[user]\nname = somebody\nemail = s@example.org\n[init]\ndefaultBranch = trunk\n[commit]\ngpgSign = true\n",
        encoding="utf-8",
    )
    (home / "ignored").write_text("*.whl\n", encoding="utf-8")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_AUTHOR_NAME", "somebody else")


def git(folder: Path, *arguments: str) -> str:
    quiet = ["-c", "core.hooksPath=/dev/null", "-c", "commit.gpgSign=false", "-c", "core.quotePath=false"]
    command = ["git", "-C", str(folder), *quiet, *arguments]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()


def released(folder: Path, *releases: dict[str, bytes]) -> Path:
    for files in releases:
        release.write(files, folder, author=AUTHOR)
    return folder


def refusal(target: Path) -> str:
    with pytest.raises(UsageError) as info:
        repository.check(target)
    assert info.value.slug == "release-git"
    return str(info.value)


def test_each_release_is_a_commit_with_the_same_id_everywhere(tmp_path: Path) -> None:
    one, two = released(tmp_path / "one", OLD, NEW), released(tmp_path / "a b 숙제", OLD, NEW)
    assert git(one, "log", "--format=%an %ae %aI %cn %cI %s") == "\n".join(
        ["김지수 kim@example.org 2026-03-01T12:00:00+09:00 김지수 2026-03-01T12:00:00+09:00 Release of 2026-03-01"] * 2
    )
    assert git(one, "rev-parse", "main") == git(two, "rev-parse", "main")
    assert set(git(one, "ls-files").splitlines()) == set(NEW)
    assert git(one, "status", "--porcelain") == ""
    assert git(one, "ls-tree", "-r", "--format=%(objectmode)", "HEAD").split() == ["100644"] * len(NEW)


def test_hooks_of_the_repository_do_not_run(tmp_path: Path) -> None:
    target = released(tmp_path / "one", OLD)
    hook = target / ".git" / "hooks" / "prepare-commit-msg"
    hook.parent.mkdir()
    hook.write_text('#!/bin/sh\necho changed > "$1"\n', encoding="utf-8")
    hook.chmod(0o755)
    assert git(released(target, NEW), "log", "-1", "--format=%s") == "Release of 2026-03-01"


def test_line_ends_that_git_turned_are_no_changes(tmp_path: Path) -> None:
    target = released(tmp_path / "one", OLD)
    for path in (MINE, VISIBLE):
        (target / path).write_bytes(OLD[path].replace(b"\n", b"\r\n"))
    repository.check(target)
    newer = {VISIBLE: b"def test_a(): 2\n", "gone.txt": b"1\n"}
    released(target, made({MINE: b"stub\n", **newer}))
    assert git(target, "show", "--name-only", "--format=", "HEAD").splitlines() == [VISIBLE, "release.json"]


def test_the_same_release_again_is_no_commit(tmp_path: Path) -> None:
    assert git(released(tmp_path / "one", OLD, OLD), "rev-list", "--count", "HEAD") == "1"


def test_commits_of_others_stay_and_so_do_their_files(tmp_path: Path) -> None:
    target = released(tmp_path / "one", OLD)
    (target / "workflow.yml").write_text("mine", encoding="utf-8")
    (target / MINE).write_text("corrected by hand\n", encoding="utf-8")
    git(target, "add", ".")
    git(target, "commit", "--quiet", "-m", "Mine")
    (target / "notes.txt").write_text("not committed, never added", encoding="utf-8")
    repository.check(target)
    released(target, NEW)
    assert git(target, "log", "--format=%s").splitlines() == ["Release of 2026-03-01", "Mine", "Release of 2026-03-01"]
    assert (target / MINE).read_text(encoding="utf-8") == "corrected by hand\n"
    assert git(target, "show", "--name-status", "--format=", "HEAD").splitlines() == [
        f"M\t{VISIBLE}", "D\tgone.txt", "M\trelease.json", "A\twheelhouse/한글 wheel.whl",
    ]  # fmt: skip
    assert {line[3:] for line in git(target, "status", "--porcelain").splitlines()} == {"notes.txt", f"{MINE}.new"}


def test_a_repository_without_a_commit_takes_a_release(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch=course", str(tmp_path / "one"))
    target = released(tmp_path / "one", OLD)
    assert git(target, "rev-list", "--count", "course") == "1"


def test_changes_that_are_not_committed_are_refused(tmp_path: Path) -> None:
    target = released(tmp_path / "one", OLD)
    (target / MINE).write_text("mine", encoding="utf-8")
    assert f"not committed: {MINE}" in refusal(target)
    git(target, "checkout", "--quiet", MINE)
    (target / "other.txt").write_text("mine", encoding="utf-8")
    git(target, "add", "other.txt")
    assert "not committed: other.txt" in refusal(target)


def test_a_commit_that_could_be_lost_is_refused(tmp_path: Path) -> None:
    target = released(tmp_path / "one", OLD)
    git(target, "switch", "--quiet", "--detach")
    assert "no branch checked out" in refusal(target)
    git(target, "switch", "--quiet", "main")
    (target / ".git" / "MERGE_HEAD").write_text(git(target, "rev-parse", "HEAD") + "\n", encoding="utf-8")
    assert "a merge that is not finished" in refusal(target)


def test_a_release_that_was_killed_before_its_commit_is_committed_by_the_next_one(tmp_path: Path) -> None:
    target = released(tmp_path / "one", OLD)
    update.apply(target, NEW)
    repository.check(target)
    released(target, NEW)
    assert git(target, "rev-parse", "HEAD") == git(released(tmp_path / "two", OLD, NEW), "rev-parse", "HEAD")


def test_a_first_release_that_git_refuses_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(AutograderError, match="git failed in") as info:
        release.write(OLD, tmp_path / "one", author=Author("", "", "no date"))
    assert info.value.slug == "release-git" and list(tmp_path.iterdir()) == []


def test_a_course_without_a_commit_has_no_author(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Commit the course first"):
        repository.author_of(tmp_path)
    (tmp_path / "x").write_text("x", encoding="utf-8")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "x")
    git(tmp_path, "commit", "--quiet", "-m", "Begin", "--date=2026-01-01T00:00:00Z")
    assert repository.author_of(tmp_path).name == "somebody else"


def test_the_files_of_a_commit_are_the_files_of_the_release(tmp_path: Path) -> None:
    """No configuration of line ends changes them on the way."""
    target = released(tmp_path / "one", OLD)
    files = {path: data for path, data in tree(target).items() if not path.startswith(".git/")}
    assert files == OLD
    assert git(target, "show", f"HEAD:{MINE}") == "stub"
