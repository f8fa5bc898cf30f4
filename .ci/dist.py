"""Build the framework's own release into dist/: a wheel, a source archive and SHA256SUMS. ``make dist`` runs it.

It refuses a commit without the tag of its version, a wheel that differs from the one in every release of a course
(``autograder/authoring/wheel.py``), and archives that show a part of ``solutions/``. Nothing is written then.
"""

from __future__ import annotations

import hashlib
import io
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from pathlib import Path

from autograder.authoring.containers import pieces
from autograder.authoring.leaks import Secrets
from autograder.authoring.wheel import wheel
from autograder.course import assignment as assignments

ROOT = Path(__file__).parents[1]
GENERATED = {"METADATA", "RECORD", "WHEEL"}  # ours has no README and no name of a build backend


class Refused(Exception):
    """A sentence that says why nothing was built, and what to do."""


def version_of(root: Path) -> str:
    """Return the version that pyproject.toml names."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


def check_tag(root: Path) -> None:
    """Refuse a working tree that is not exactly the commit with the tag of its version.

    Raises:
        Refused: there are changes, or the tag is missing.
    """

    def git(*arguments: str) -> list[str]:
        command = ["git", "-C", str(root), *arguments]
        return subprocess.run(command, capture_output=True, check=True, text=True).stdout.splitlines()

    try:
        changes, tags = git("status", "--porcelain"), git("tag", "--points-at", "HEAD")
    except (OSError, subprocess.CalledProcessError) as exc:
        raise Refused(
            f"{root} is not a git repository with a commit. Clone the repository and check out a tag."
        ) from exc
    if changes:
        more = f" and {len(changes) - 1} more" if len(changes) > 1 else ""
        raise Refused(f"These changes are not committed: {changes[0][3:]}{more}. Commit them or remove them.")
    version = version_of(root)
    if f"v{version}" not in tags:
        found = f"its tags are {', '.join(tags)}" if tags else "it has no tag"
        raise Refused(
            f"pyproject.toml says version {version}, so this commit needs the tag v{version}; {found}. Correct the "
            f"version, or run: git tag v{version}"
        )


def differences(built: Path) -> list[str]:
    """Return the files in which a wheel differs from the one that a release of a course contains."""
    _, data = wheel()
    with zipfile.ZipFile(built) as theirs, zipfile.ZipFile(io.BytesIO(data)) as ours:
        names = set(ours.namelist()), set(theirs.namelist())
        different = {each for each in names[0] & names[1] if ours.read(each) != theirs.read(each)}
    return sorted(names[0] ^ names[1] | {each for each in different if Path(each).name not in GENERATED})


def leaks(folder: Path, root: Path) -> list[str]:
    """Return what the archives in a folder show of ``solutions/``. What the README quotes is given on purpose."""
    secrets = Secrets(assignments.load_all(root))
    given = {(leak.kind, leak.source) for piece in pieces(root / "README.md") for leak in secrets.in_piece(piece)}
    found = [leak for piece in pieces(folder) for leak in secrets.in_piece(piece)]
    return [f"{leak}" for leak in found if (leak.kind, leak.source) not in given]


def build(root: Path, target: Path) -> list[Path]:
    """Build wheel, source archive and SHA256SUMS, and put them into ``target`` in place of what was there.

    Raises:
        Refused: see this module.
    """
    check_tag(root)
    with tempfile.TemporaryDirectory(dir=root, prefix=".dist-") as name:
        draft = Path(name) / "dist"
        command = [sys.executable, "-m", "hatchling", "build", "--directory", str(draft)]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Refused(f"hatchling cannot build the archives:\n{done.stdout}{done.stderr}")
        [built] = draft.glob("*.whl")
        if different := differences(built):
            raise Refused(f"The wheel is not the one of a course's release; different: {', '.join(different)}.")
        if found := leaks(draft, root):
            raise Refused("\n".join(["The archives show parts of solutions/. Correct each of these:", *found]))
        archives = sorted(draft.iterdir())
        sums = [f"{hashlib.sha256(each.read_bytes()).hexdigest()}  {each.name}\n" for each in archives]
        (draft / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
        shutil.rmtree(target, ignore_errors=True)
        draft.rename(target)
    return sorted(target.iterdir())


def main() -> int:
    try:
        paths = build(ROOT, ROOT / "dist")
    except Refused as exc:
        print(f"make dist: {exc}\nNothing was built.", file=sys.stderr)
        return 4
    print((ROOT / "dist" / "SHA256SUMS").read_text(encoding="utf-8"), end="")
    print(f"Built {len(paths) - 1} archives and SHA256SUMS in dist/. Check them: cd dist && sha256sum -c SHA256SUMS")
    return 0


if __name__ == "__main__":
    sys.exit(main())
