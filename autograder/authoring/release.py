"""Make a student repository: hand-outs, stubs, visible cases, and the framework as a wheel.

The content is made in memory first, so that nothing is written if it is refused. Equal commits and options give equal
bytes, at any time and in any folder: every date is that of the commit.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..audit.audit import Options as AuditOptions
from ..audit.audit import audit
from ..course import folders, release_file, stubs
from ..course.assignment import Assignment, file_of
from ..course.suite import FOLDER
from ..errors import AutograderError, UsageError
from ..grading import sealed_hints
from ..grading.environment import version
from ..reports.files import write_bytes
from . import journal, repository, update
from .archive import zipped
from .containers import pieces_of
from .kit import MAPS, described, kit, licences_of
from .leaks import find_leaks, leaks_in_baseline
from .links import dead_links, linked_docs
from .notebook import notebook
from .platforms import files_for
from .repository import Author
from .update import Update
from .wheel import wheel
from .wheelhouse import FOLDER as WHEELHOUSE
from .wheelhouse import Platform, wheels

HANDED_OUT = (".md", ".toml", ".png", ".svg", ".txt")
QUICK = AuditOptions(seeds=1, mutants=0, probes=False)


@dataclass(frozen=True, slots=True)
class Options:
    """What a release says beside its assignments.

    ``torch_index`` is the package index that PyTorch comes from, "" for pip's own. ``due`` (as people read it, by slug)
    and ``message`` are shown in the README. ``allow_uncommitted`` releases a working tree with changes, and marks the
    release. ``audit`` says how much is audited first; None: nothing. ``wheelhouse`` are the machines whose wheels are
    added, for labs without a network. ``platforms`` are names in ``platforms.FILES``. With ``notebooks`` students
    receive a notebook in place of the stub.
    """

    torch_index: str = ""
    due: Mapping[str, str] = field(default_factory=dict)
    message: str = ""
    allow_uncommitted: bool = False
    audit: AuditOptions | None = QUICK
    wheelhouse: tuple[Platform, ...] = ()
    platforms: tuple[str, ...] = ()
    notebooks: bool = False


@dataclass(frozen=True, slots=True)
class Commit:
    """The commit that a release is made of; "" outside a git repository. It is clean if the solutions are, too."""

    digest: str
    date: str
    is_clean: bool


def contents(course: Sequence[Assignment], *, root: Path, options: Options) -> dict[str, bytes]:
    """Return the files of the student repository by their paths, sorted.

    Raises:
        UsageError: the working tree of the course or of its solutions has changes.
        AssignmentError: a stub cannot be made.
    """
    named = {assignment.slug: assignment for assignment in course}
    course = [named[slug] for slug in folders.in_order(named)]
    files = (file for assignment in course for file in _assignment_files(assignment, options))
    return with_framework(files, course, root=root, options=options)


def with_framework(
    files: Iterable[tuple[str, bytes]], course: Sequence[Assignment], *, root: Path, options: Options
) -> dict[str, bytes]:
    """Return ``files`` and what a student needs to grade them: the framework, a README and the manifest, sorted.

    ``files`` may be made while they are read: an error in one of them may come from a change that is not committed, so
    that is said first.

    Raises:
        UsageError: the working tree of the course or of its solutions has changes.
    """
    commit = commit_for(root, options)
    name, data = wheel()
    handed_out_files = dict(files)
    licences = licences_of(root)
    tools = {f"wheels/{name}": data, "constraints.txt": constraints_of(root)} | licences
    tools |= kit(
        course,
        due=options.due,
        message=options.message,
        torch_index=options.torch_index,
        wheelhouse=[platform.shown for platform in options.wheelhouse],
        platforms=options.platforms,
        notebooks=options.notebooks,
        licences=licences,
        maps=[page for page in MAPS if page in linked_docs(handed_out_files, root)],
    )
    tools |= files_for(options.platforms)
    if options.wheelhouse:
        torch = any(assignment.needs_torch for assignment in course)
        pins = tools["constraints.txt"]
        tools |= wheels((name, data), pins, options.wheelhouse, torch=torch, index=options.torch_index)
    whole = tools | handed_out_files
    whole |= linked_docs(whole, root)
    whole[release_file.NAME] = _manifest(course, whole, name, commit, options)
    return dict(sorted(whole.items()))


def refusals(
    chosen: Sequence[Assignment],
    course: Sequence[Assignment],
    files: dict[str, bytes],
    options: Options,
    *,
    others: Sequence[Path] = (),
    published: Sequence[Assignment] = (),
) -> list[str]:
    """Return all reasons against a release: what the audits find, what would leak, and links that lead nowhere.

    ``course`` and ``others`` are everything in ``solutions/`` (``unfinished.read_course``): what is not released must
    not leak either. ``published`` are those whose answers are handed out.
    """
    reasons = []
    for assignment in chosen:
        if options.audit is not None:
            try:
                reasons += [f"{assignment.slug}: {reason}" for reason in audit(assignment, options.audit).failures()]
            except AutograderError as exc:
                reasons.append(str(exc))
        reasons += [f"{leak}" for leak in leaks_in_baseline(assignment)]
        reasons += dead_links(assignment.slug, files, [each.slug for each in course])
    # the packages of others contain nothing of the course
    ours = {path: data for path, data in files.items() if not path.startswith(f"{WHEELHOUSE}/")}
    return reasons + [f"{leak}" for leak in find_leaks(pieces_of(ours), course, others, published)]


def check_target(target: Path, root: Path, *, git: bool) -> None:
    """Check that a release can be written to ``target``, before the audit, which takes long.

    Raises:
        UsageError: ``release-target`` or, with ``git``, ``release-git``, with the reason.
    """
    if target.resolve().is_relative_to(root.resolve()):
        raise UsageError(
            f"{target} is in the course folder {root.resolve()}, which must not contain its own releases. Name a "
            "folder next to it.",
            slug="release-target",
        )
    if update.is_release(target) and git:
        repository.check(target)


def write(files: dict[str, bytes], target: Path, *, author: Author | None = None) -> Update | None:
    """Write a new student repository, or bring an earlier release to this one; return what an update did.

    An earlier release gets all changes or none, and the work in it stays (``authoring/update.py``). With an ``author``,
    the target is a git repository, and the release a commit in it.

    Raises:
        UsageError: the target is not empty, and not a release.
        AutograderError: ``release-write`` if it cannot be written.
    """
    target = target.resolve()
    if not update.is_release(target):
        write_new(files, target, author=author)
        return None
    done = update.apply(target, files)
    if author is not None:
        repository.commit(target, done.release, author)
    return done


def write_new(files: Mapping[str, bytes], target: Path, *, author: Author | None = None) -> None:
    """Write a new folder: a release, a course or an assignment. It appears complete, or not at all.

    Raises:
        UsageError: the target is not empty.
        AutograderError: ``release-write`` if it cannot be written.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{target} is not empty. Name a new folder, or an empty one.", slug="release-target")
    draft = target.with_name(f".{target.name}.release.tmp")
    shutil.rmtree(draft, ignore_errors=True)  # of a release that was interrupted
    try:
        draft.parent.mkdir(parents=True, exist_ok=True)
        _write_all(draft, files)
        if author is not None:
            repository.commit(draft, release_file.read(draft / release_file.NAME), author)
        if os.name == "nt" and target.exists():
            target.rmdir()  # elsewhere an empty folder is replaced in one step
        os.rename(draft, target)
    except AutograderError:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    except OSError as exc:
        shutil.rmtree(draft, ignore_errors=True)
        raise AutograderError(
            f"{target} cannot be written: {exc.strerror}. Choose a folder that you can write to, with enough room.",
            slug="release-write",
        ) from exc


def write_archive(files: dict[str, bytes], path: Path) -> None:
    """Write the release as a zip archive, atomically.

    Raises:
        AutograderError: ``report-write`` if it cannot be written.
    """
    write_bytes(path, zipped(files))


# --- the parts


def commit_for(root: Path, options: Options) -> Commit:
    """Return the commit of the course.

    Raises:
        UsageError: the course or its solutions have changes, and the options do not allow them.
    """
    commits = {folder: commit_of(folder) for folder in (root, folders.solutions_of(root))}
    changed = [folder for folder, commit in commits.items() if not commit.is_clean]
    if changed and not options.allow_uncommitted:
        raise UsageError(
            f"{changed[0]} has changes that are not committed, so nobody could make this release again. Commit them, "
            "or mark the release with --allow-uncommitted.",
            slug="release-uncommitted",
        )
    return replace(commits[root], is_clean=not changed)


def constraints_of(root: Path) -> bytes:
    """Return the pins of the course.

    Raises:
        UsageError: the file cannot be read.
    """
    path = root / "constraints.txt"
    try:
        return path.read_bytes()
    except OSError as exc:
        raise UsageError(
            f"{path} cannot be read ({exc.strerror}). A release pins its packages: run make constraints.",
            slug="release-constraints",
        ) from exc


def _assignment_files(assignment: Assignment, options: Options) -> Iterator[tuple[str, bytes]]:
    prefix = f"assignments/{assignment.slug}"
    if options.notebooks:
        name, data = notebook(assignment)
        yield f"{prefix}/{name}", data
    else:
        for module, text in stubs.texts(assignment).items():
            yield f"{prefix}/{file_of(module)}", text.encode()
    yield from handed_out(assignment)


def handed_out(assignment: Assignment) -> Iterator[tuple[str, bytes]]:
    """Yield the files of an assignment that students receive, without the stubs."""
    prefix = f"assignments/{assignment.slug}"
    names = {assignment.visible_cases.name, sealed_hints.FILE}
    for path in sorted(assignment.folder.iterdir()):
        if path.is_file() and (path.name in names or path.suffix in HANDED_OUT):
            yield f"{prefix}/{path.name}", path.read_bytes()
    for name, data in assignment.support_files().items():
        yield f"{prefix}/{name}", data
    suite = assignment.folder / FOLDER
    for path in sorted(suite.rglob("*")) if assignment.adopted else ():
        if path.is_file() and "__pycache__" not in path.parts:
            yield f"{prefix}/{path.relative_to(assignment.folder).as_posix()}", path.read_bytes()


def _manifest(
    course: Sequence[Assignment], files: dict[str, bytes], wheel_name: str, commit: Commit, options: Options
) -> bytes:
    manifest = {
        "schema": release_file.SCHEMA,
        "framework": version(),
        "wheel": wheel_name,
        "commit": commit.digest,
        "date": commit.date,
        "uncommitted": not commit.is_clean,
        "message": options.message,
        "torch_index": options.torch_index,
        "platforms": list(options.platforms),
        "notebooks": options.notebooks,
        "assignments": {each.slug: described(each, options.due.get(each.slug, "")) for each in course},
        "files": {path: hashlib.sha256(data).hexdigest() for path, data in sorted(files.items())},
    }
    return release_file.to_bytes(manifest)


def commit_of(root: Path) -> Commit:
    """Return the commit of a folder, and whether its working tree is clean.

    Files that Python compiled do not count: no release has them, and they come by themselves.
    """

    def git(*arguments: str) -> str:
        return subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=True, text=True).stdout

    try:
        digest, date = git("log", "-1", "--format=%H %cI").split()
        return Commit(
            digest, date, is_clean=not git("status", "--porcelain", "--", ".", ":(exclude,glob)**/__pycache__/**")
        )
    except (OSError, subprocess.CalledProcessError, ValueError):
        return Commit("", "", is_clean=True)


def _write_all(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        journal.write_synced(path, data)
