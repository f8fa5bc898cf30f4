"""What the store of a course knows, its backup, and what it holds about a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..course import assignment as assignments
from ..course import translation
from ..errors import UsageError
from ..grading.environment import now
from ..messages import say
from . import options

if TYPE_CHECKING:
    from ..batch.ledger import Ledger

IDENTITIES = "identities.json"


@click.command()
@click.argument("slug", required=False)
@options.store
@options.lang
@options.solutions
@options.root
def batch_status(*, slug: str | None, store: str | None, lang: str | None, root: Path) -> None:
    """Show how many submissions are graded and pending.

    SLUG is an assignment, such as 05-logistic; without it all are shown.
    A submission is pending if it has no report of the current cases by the current version, as batch would make it.
    """
    wanted = assignments.load(slug, root=root).slug if slug else ""
    folder = options.store_folder(store, root)
    if not (folder / IDENTITIES).is_file():  # looking must not create a store
        print(say("report.class-none"))
        return
    from ..grading.options import RunOptions

    with options.open_store(store, root) as opened:
        from ..batch.ledger import Ledger

        latest = {name: found for name, found in opened.latest().items() if name == wanted or not wanted}
        width = max(map(len, latest), default=0)
        for name, sha256s in latest.items():
            assignment = assignments.load(name, root=root)
            run = RunOptions(official=True, level=opened.kept_level(name), seed=opened.kept_seed(name))
            with translation.assignment_language(lang, assignment):
                ledger = Ledger(opened, folder, assignment, run)
            graded = opened.complete(ledger.key, list(set(sha256s.values())))
            done = sum(sha256 in graded for sha256 in sha256s.values())
            students = f"{len(sha256s)} student{'s' if len(sha256s) != 1 else ''}"
            line = f"{name:<{width}}  {students}, {done} graded, {len(sha256s) - done} pending"
            print(f"{line}, {_awaiting(ledger)} awaiting a person" if assignment.manual else line)
        if not latest:
            print(say("report.class-none"))


def _awaiting(ledger: Ledger) -> int:
    """Return how many graded submissions have a manual task that nobody has graded."""
    ledger.recall()
    return sum(bool(ledger.row(*each).awaiting) for each in ledger.with_summaries(ledger.graded))


@click.command()
@click.argument("person")
@options.store
@options.root
def batch_log(*, person: str, store: str | None, root: Path) -> None:
    """Show who did what with a person's submissions, and when.

    PERSON is the name of the student, as in the reports, or the pseudonym.
    """
    from ..batch import identities

    found = identities.read(options.store_folder(store, root)).find(person)
    with options.open_store(store, root) as opened:
        for entry in opened.events(found):
            print("  ".join(entry))


@click.command()
@click.argument("file", type=options.PATH)
@options.store
@options.root
def store_backup(*, file: Path, store: str | None, root: Path) -> None:
    """Write store, uploads, names and key into one archive.

    FILE is a new file, such as backup.zip. It holds names and grades: only you can read it.
    """
    with options.open_store(store, root) as opened:
        from ..batch import archive

        count = archive.backup(opened, options.store_folder(store, root), file)
    print(f"{file}: {count} rows")


@click.command()
@click.argument("file", type=options.PATH)
@click.option("--force", is_flag=True, help="Also lose entries that are newer than the backup.")
@options.store
@options.root
def store_restore(*, file: Path, force: bool, store: str | None, root: Path) -> None:
    """Restore store, uploads, names and key from a backup.

    FILE is an archive of autograder store backup.
    """
    with options.open_store(store, root, alone=True) as opened:
        from ..batch import archive

        count = archive.restore(opened, options.store_folder(store, root), file, force=force)
    print(f"{file}: {count} rows restored")


@click.command()
@click.argument("files", type=options.PATH, nargs=-1, required=True)
@options.store
@options.root
def store_merge(*, files: Sequence[Path], store: str | None, root: Path) -> None:
    """Take the reports of shards into the store.

    FILES are the stores that autograder batch --shard wrote. Then run batch for the whole class: it writes all results.
    """
    with options.open_store(store, root) as opened:
        from ..batch.merge import merge

        for file, count in zip(files, merge(opened, files), strict=True):
            print(f"{file}: new reports: {count}")


@click.command()
@click.argument("person")
@click.option("--to", type=options.PATH, required=True, help="The new zip file.")
@options.store
@options.root
def privacy_export(*, person: str, to: Path, store: str | None, root: Path) -> None:
    """Write everything that is stored about a person.

    PERSON is the name of the student, as in the reports, or the pseudonym.
    """
    with options.open_store(store, root) as opened:
        from ..batch import identities, privacy

        folder = options.store_folder(store, root)
        count = privacy.export(opened, folder, identities.read(folder).find(person), to)
    print(f"{to}: {count} report{'s' if count != 1 else ''}")


@click.command()
@click.argument("person", required=False)
@click.option("--all", "everybody", is_flag=True, help="Erase all people, after the date of privacy retain.")
@options.store
@options.root
def privacy_erase(*, person: str | None, everybody: bool, store: str | None, root: Path) -> None:
    """Erase a person from store, uploads, names and reports.

    PERSON is the name of the student, as in the reports, or the pseudonym. Backups are not changed.
    """
    if (person is None) != everybody:
        raise UsageError("Name one person, or give --all.")
    with options.open_store(store, root, alone=True) as opened:
        from ..batch import identities, privacy

        folder = options.store_folder(store, root)
        if everybody and not "" < opened.keep_until() < now()[:10]:
            raise UsageError("--all erases only after the date of autograder privacy retain DATE. Set it first.")
        if person is None:
            stale = privacy.erase_all(opened, folder)
        else:
            stale = privacy.erase(opened, folder, identities.read(folder).find(person))
    for path in sorted(set(stale)):
        print(f"{path} named everybody and was removed. Run batch again to write it.")


@click.command()
@click.argument("date", required=False, type=click.DateTime(["%Y-%m-%d"]))
@options.store
@options.root
def privacy_retain(*, date: datetime | None, store: str | None, root: Path) -> None:
    """Show or set the date until which a course is kept.

    DATE is such as 2027-03-01. Later, batch reminds you to erase.
    """
    with options.open_store(store, root) as opened:
        print(opened.keep_until(f"{date:%Y-%m-%d}" if date else None) or "No date is set.")
