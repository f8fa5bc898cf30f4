"""A student repository in git: one commit for each release, which depends on the course's commit and the options alone.

The user's configuration of git, hooks and signatures are left out, because they would change the id of the commit.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..course import release_file
from ..course.release_file import NAME, Release
from ..errors import AutograderError, UsageError
from . import journal

_UNFINISHED = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD")
_SETTINGS = (
    "core.hooksPath=" + os.devnull,
    "core.autocrlf=input",  # a working tree whose line ends git turned has no changes
    "core.safecrlf=false",
    "core.fileMode=false",  # some file systems mark every file as a program
    "commit.gpgSign=false",
    "i18n.commitEncoding=utf-8",
)


@dataclass(frozen=True, slots=True)
class Author:
    """The author of a course's commit; ``date`` is the date of the commit, with its offset."""

    name: str
    email: str
    date: str


def author_of(course: Path) -> Author:
    """Return the author of the last commit of a course.

    Raises:
        UsageError: ``release-git`` if the course is not in a git repository, or has no commit.
    """
    try:
        name, email, date = _git(course, "log", "-1", "--format=%an%n%ae%n%cI").splitlines()
    except (OSError, subprocess.CalledProcessError, ValueError) as exc:
        raise UsageError(
            f"--git takes author and date from the last commit of the course, and {course.resolve()} has none. "
            "Commit the course first, or omit --git.",
            slug="release-git",
        ) from exc
    return Author(name, email, date)


def check(target: Path) -> None:
    """Check that a commit in ``target`` would contain nothing but the release; finish an interrupted update first.

    What an interrupted release left uncommitted is accepted: its files are those that release.json lists.

    Raises:
        UsageError: ``release-git`` if there are changes of somebody else, or no branch is checked out.
    """
    if not (target / ".git").exists():
        return
    journal.finish(target)
    with _explained(target):
        is_lost = _fails(target, "symbolic-ref", "--quiet", "HEAD")
        is_merging = any(not _fails(target, "rev-parse", "--quiet", "--verify", name) for name in _UNFINISHED)
        changed = _git(target, "status", "--porcelain", "-z", "--no-renames", "--untracked-files=no").split("\0")
    if is_lost or is_merging:
        raise UsageError(
            f"{target} has no branch checked out, or a merge that is not finished, so a commit could be lost. Finish "
            "the merge, or run git switch BRANCH there, then run the command again.",
            slug="release-git",
        )
    ours = release_file.read(target / NAME)["files"] if (target / NAME).exists() else {}
    theirs = [line[3:] for line in changed if line and not _is_ours(target, line[3:], ours)]
    if theirs:
        raise UsageError(
            f"{target} has changes that are not committed: {', '.join(theirs[:5])}. Commit them there, or put them "
            "away with git stash, then run the command again.",
            slug="release-git",
        )


def commit(folder: Path, release: Release, author: Author) -> str:
    """Commit the files of a release in ``folder``, and only these; return the id of the branch's last commit.

    A folder without a repository gets one. If nothing changed, there is no new commit.

    Raises:
        AutograderError: ``release-git`` with what git says.
    """
    with _explained(folder):
        if not (folder / ".git").exists():
            _git(folder, "init", "--quiet", "--initial-branch=main", "--template=", "--object-format=sha1")
        tracked = set(_git(folder, "ls-files", "-z").split("\0"))
        ours = {NAME, *release["files"], *_released_before(folder)}
        paths = [path for path in sorted(ours) if path in tracked or (folder / path).is_file()]
        _git(folder, "add", "--force", "--all", "--pathspec-from-file=-", "--pathspec-file-nul", text="\0".join(paths))
        if _fails(folder, "diff", "--cached", "--quiet"):
            _git(folder, "commit", "--quiet", "--no-verify", "--file=-", text=_message(release), author=author)
        return _git(folder, "rev-parse", "HEAD").strip()


# --- parts


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    """Turn what git says into an error for staff."""
    try:
        yield
    except OSError as exc:
        raise AutograderError("git cannot be started. Install it, or omit --git.", slug="release-git") from exc
    except subprocess.CalledProcessError as exc:
        raise AutograderError(
            f"git failed in {folder}: {exc.stderr.strip()} Correct this, then run the command again.",
            slug="release-git",
        ) from exc


def _message(release: Release) -> str:
    date = release["date"][:10]
    lines = [f"Release of {date}" if date else "Release", "", *release["assignments"]]
    lines += ["", release["message"]] if release["message"] else []
    return "\n".join([*lines, "", f"Made from the course's commit {release['commit']}."])


def _released_before(folder: Path) -> list[str]:
    """Return the files of the release in the last commit, [] if there is none."""
    try:
        text = _git(folder, "show", f"HEAD:{NAME}")
    except subprocess.CalledProcessError:
        return []
    return [*release_file.parse(text.encode(), shown=f"{NAME} in the last commit")["files"]]


def _is_ours(target: Path, path: str, files: dict[str, str]) -> bool:
    if path == NAME:
        return True
    if not (target / path).is_file():
        return path not in files
    data = (target / path).read_bytes()
    versions = (data, data.replace(b"\r\n", b"\n"))  # git counts line ends that it turned itself as a change of size
    return files.get(path) in [hashlib.sha256(each).hexdigest() for each in versions]


def _fails(folder: Path, *arguments: str) -> bool:
    """Return whether git answers a question with no, by its exit code."""
    try:
        _git(folder, *arguments)
    except subprocess.CalledProcessError:
        return True
    return False


def _git(folder: Path, *arguments: str, text: str = "", author: Author | None = None) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "LC_ALL": "C"}
    if author is not None:
        for role in ("AUTHOR", "COMMITTER"):
            environment |= {
                f"GIT_{role}_NAME": author.name,
                f"GIT_{role}_EMAIL": author.email,
                f"GIT_{role}_DATE": author.date,
            }
    settings = [word for setting in _SETTINGS for word in ("-c", setting)]
    command = ["git", "-C", str(folder), "--literal-pathspecs", *settings, *arguments]
    done = subprocess.run(
        command,
        input=text,
        capture_output=True,
        check=True,
        encoding="utf-8",
        errors="surrogateescape",
        env=environment,
    )
    return done.stdout
