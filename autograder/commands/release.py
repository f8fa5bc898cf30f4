"""``autograder release`` and ``autograder update``: make a student repository, and bring it to a newer release."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..course import assignment as assignments
from ..course import course_file
from ..errors import AutograderError, UsageError
from ..exchange.platforms import Platform
from ..messages import DEFAULT, say, use_language
from . import options

if TYPE_CHECKING:
    from rich.console import Console

    from ..authoring.release import Options
    from ..authoring.update import Update
    from ..course.assignment import Assignment


@click.command()
@options.slugs
@click.option(
    "--to", "target", type=options.PATH, help="Folder for the student repository: a new one, or an earlier release."
)
@click.option("--zip", "archive", type=options.PATH, help="Also, or only, write it as this zip file.")
@click.option("--git", is_flag=True, help="Make the folder a git repository, and this release a commit in it.")
@click.option("--answers", is_flag=True, help="Hand out the answers of one assignment, after its due date.")
@click.option("--force", is_flag=True, help="With --answers: also before the due date, or without one.")
@click.option("--message", default="", help="A sentence for the README.")
@click.option(
    "--torch-index", metavar="URL", help="Package index that PyTorch comes from (default: torch_index of course.toml)."
)
@click.option(
    "--wheelhouse",
    "wheelhouse",
    multiple=True,
    metavar="PLATFORM",
    help="Add the packages for machines without a network, such as linux-x86_64; may be repeated.",
)
@click.option(
    "--for",
    "platforms",
    type=click.Choice(["github", "classroom50", "nbgrader", "gradescope", "prairielearn", "autolab"]),
    multiple=True,
    help="Add the files of github or classroom50 (may be given twice). With nbgrader: write the source of an nbgrader "
    "course. With the others: make a bundle for staff of one assignment.",
)
@click.option("--notebooks", is_flag=True, help="Hand out a notebook in place of each module (needs nbformat).")
@click.option("--allow-uncommitted", is_flag=True, help="Release changes that are not committed; marks the release.")
@click.option("--full-audit", is_flag=True, help="Audit with all mutants and 50 seeds first (default: a quick audit).")
@options.data_root
@options.solutions
@options.root
def release(
    *,
    slugs: tuple[str, ...],
    target: Path | None,
    archive: Path | None,
    git: bool,
    answers: bool,
    force: bool,
    message: str,
    torch_index: str | None,
    wheelhouse: tuple[str, ...],
    platforms: tuple[str, ...],
    notebooks: bool,
    allow_uncommitted: bool,
    full_audit: bool,
    root: Path,
) -> None:
    """Hand out assignments as a student repository.

    SLUG is an assignment, such as 05-logistic. Without one, every assignment is released. Due dates are in course.toml.
    """
    if target is None and archive is None:
        raise UsageError("Say where to: autograder release --to FOLDER, or --zip FILE.")
    if target is None and git:
        raise UsageError("--git makes a commit in the folder of --to. Name it: autograder release --to FOLDER --git.")
    if answers and len(slugs) != 1:
        raise UsageError("Name one assignment: autograder release --answers 05-logistic --to FOLDER.")
    if force and not answers:
        raise UsageError("--force is for --answers. Omit it, or add --answers.")
    chosen = assignments.choose(slugs, root=root)
    if "nbgrader" in platforms:
        others = [archive, git, answers, notebooks, wheelhouse, message, platforms != ("nbgrader",)]
        _release_to_nbgrader(chosen, target, is_alone=not any(others))
        return
    calendar = course_file.read(root)
    staff = [platform for platform in Platform if platform.value in platforms]
    if staff and (len(platforms) != 1 or len(chosen) != 1 or git or answers or notebooks):
        raise UsageError(
            f"--for {staff[0]} makes a bundle for staff, of one assignment, for one platform, and nothing else: "
            f"autograder release 05-logistic --for {staff[0]} --zip FILE."
        )

    from ..audit.audit import Options as AuditOptions
    from ..authoring import answers as answering
    from ..authoring import release as releasing
    from ..authoring import repository
    from ..authoring import wheelhouse as wheelhouses
    from ..authoring.unfinished import read_course
    from .console import Terminal, fail

    author = repository.author_of(root) if git else None
    if target is not None:
        releasing.check_target(target, root, git=git)
    audit = AuditOptions() if full_audit else releasing.QUICK
    settings = releasing.Options(
        calendar.torch_index if torch_index is None else torch_index,
        {slug: calendar.shown(time) for slug, time in calendar.due.items()},
        message,
        allow_uncommitted,
        audit,
        wheelhouse=tuple(wheelhouses.Platform.of(each) for each in wheelhouse),
        platforms=platforms,
        notebooks=notebooks,
    )
    if staff:
        _bundle(chosen[0], staff[0], settings, root=root, target=target, archive=archive)
        return
    if answers:
        if not force:
            answering.check_due(chosen[0], calendar, datetime.now(UTC))
        files = answering.contents(chosen[0], root=root, options=settings)
    else:
        files = releasing.contents(chosen, root=root, options=settings)
    course = read_course(root, chosen)
    for warning in course.warnings:
        fail(f"warning: {warning}")
    reasons = releasing.refusals(
        chosen,
        course.assignments,
        files,
        settings,
        others=course.other_solutions,
        published=chosen if answers else (),
    )
    if reasons:
        for reason in reasons:
            fail(reason)
        raise AutograderError(
            "Nothing was released. Correct each of these, then run the command again.", slug="release-refused"
        )
    console = Terminal()
    what = f"the answers of {chosen[0].slug}" if answers else f"{len(chosen)} assignment{'s' * (len(chosen) != 1)}"
    if target is not None:
        done = releasing.write(files, target, author=author)
        console.plain(f"Released {what} to {target}.")
        if done is not None:
            _show(done, console)
    if archive is not None:
        releasing.write_archive(files, archive)
        console.plain(f"Packed {what} into {archive}.")


def _bundle(
    assignment: Assignment,
    platform: Platform,
    settings: Options,
    *,
    root: Path,
    target: Path | None,
    archive: Path | None,
) -> None:
    """Write what a platform needs that grades officially by itself. It is for staff, so nothing looks for leaks."""
    from ..authoring import bundle as bundles
    from .console import fail

    made = bundles.bundle(assignment, platform, root=root, options=settings)
    if reasons := bundles.refusals(assignment, settings):
        for reason in reasons:
            fail(reason)
        raise AutograderError(
            "Nothing was released. Correct each of these, then run the command again.", slug="release-refused"
        )
    if target is not None:
        bundles.write_folder(made, target)
    if archive is not None:
        bundles.write_zip(made, archive)
    for place in filter(None, (target, archive)):
        click.echo(f"Wrote the bundle of {assignment.slug} for {platform.value}: {place}")
    for note in made.notes:
        click.echo(note)


def _release_to_nbgrader(chosen: Sequence[Assignment], target: Path | None, *, is_alone: bool) -> None:
    """Write the sources of assignments into an nbgrader course, and say what is not in their notebooks."""
    if target is None or not is_alone:
        raise UsageError(
            "With --for nbgrader say only where the nbgrader course is: autograder release 05-logistic --for nbgrader "
            "--to COURSE."
        )
    from ..authoring import nbgrader_source
    from ..workers.supervisor import Supervisor
    from .console import Terminal

    nbgrader_source.check_new([each.slug for each in chosen], target)
    with Supervisor() as supervisor:
        sources = [nbgrader_source.source_of(each, supervisor) for each in chosen]
    nbgrader_source.write(sources, target)
    console = Terminal()
    for source in sources:
        folder = target / "source" / source.slug
        console.plain(f"Wrote {folder}: {source.points:g} of {source.possible:g} points.")
        for each in source.left_out:
            console.plain(f"  left out: {each.case} ({each.points:g} points): {each.why}.")
    console.plain(
        "These folders have the solutions and the hidden tests. Students receive what nbgrader makes of them:"
    )
    console.plain(f"nbgrader generate_assignment {sources[0].slug}")


@click.command()
@click.argument("release", type=options.PATH, required=False)
@options.lang
@options.root
def update(*, release: Path | None, lang: str | None, root: Path) -> None:
    """Bring a student repository to a newer release; work stays.

    RELEASE is the newer release: a folder or a zip archive. A file that you changed is never replaced. Without
    RELEASE, only an update that was interrupted is finished.
    """
    from ..authoring import update as updating
    from ..authoring.opened_release import open_release
    from ..course import release_file
    from .console import Terminal

    if release is None:
        if click.get_current_context().meta.get(options.FINISHED):
            return
        raise UsageError(
            "Name the newer release, a folder or a zip archive: autograder update RELEASE, or make update FROM=RELEASE."
        )
    if not (root / release_file.NAME).is_file():
        raise UsageError(
            f"The folder {root.resolve()} has no {release_file.NAME}, so it is not a student repository. Run this "
            "command in the folder that contains this file.",
            slug="update-target",
        )
    if release.resolve() == root.resolve():
        raise UsageError(f"{release} is this folder itself. Name the newer release.", slug="update-source")
    files = open_release(release)
    with use_language(lang or DEFAULT):
        _show(updating.apply(root.resolve(), files), Terminal())


def _show(update: Update, console: Console) -> None:
    """Say what an update did to each file, and why."""
    date, message = update.release["date"][:10], update.release["message"]
    lines = [say("update.done", date=date) if date else say("update.done-undated")]
    if not update.changes:
        lines = [say("update.same")]
    lines += [say("update.older")] if update.is_older else []
    lines += [say("update.message", message=message)] if message and update.changes else []
    for each in update.files:
        lines.append(
            say(f"update.{each.fate.value}", **{"path": each.path} | ({"beside": each.beside} if each.beside else {}))
        )
    for slug, cases in update.cases.items():
        lines.append(say("update.cases", slug=slug, cases=", ".join(cases)))
    if update.kept:
        lines.append(say("update.kept", slugs=", ".join(update.kept)))
    lines += [say("update.grader")] if update.is_new_grader else []
    for line in lines:
        console.out(line)
