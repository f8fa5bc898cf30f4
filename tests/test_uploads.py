"""What was handed in is kept exactly, once and completely, and graded again when the uploads are gone."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from test_official import batch, course, rows, run_command  # noqa: F401  # course is a fixture
from tiny_course import SLUG, SOLUTION, Course, write

from autograder.batch import identities, privacy
from autograder.batch.database import default_url
from autograder.batch.ledger import Ledger
from autograder.batch.receipts import NewSubmission
from autograder.batch.runner import Upload, opened
from autograder.batch.store import Store
from autograder.batch.uploads import Uploads
from autograder.course import intake
from autograder.course.submission import Refused
from autograder.errors import AutograderError
from autograder.grading.options import RunOptions
from autograder.messages import say

RECEIVED = "2026-03-02T10:00:00+09:00"


def a_folder(kim: Path) -> None:
    write(kim / "tiny.py", SOLUTION)
    write(kim / "data" / "김민준.txt", "x")
    write(kim / ".git" / "HEAD", "no part of the submission")


def a_file(kim: Path) -> None:
    write(kim.with_suffix(".py"), SOLUTION)


def an_archive(kim: Path) -> None:
    with zipfile.ZipFile(kim.with_suffix(".zip"), "w") as archive:
        archive.writestr("kim/tiny.py", SOLUTION)


def a_damaged_archive(kim: Path) -> None:
    write(kim.with_suffix(".zip"), b"no archive at all")


def an_archive_of_another_kind(kim: Path) -> None:
    write(kim.with_suffix(".rar"), "Rar!")


def two_entries(kim: Path) -> None:
    a_file(kim)
    a_folder(kim)


def a_link(kim: Path) -> None:
    kim.with_suffix(".py").symlink_to("/etc/passwd")


def a_link_that_leads_nowhere(kim: Path) -> None:
    kim.with_suffix(".py").symlink_to("elsewhere.py")


def a_hard_link(kim: Path) -> None:
    a_file(kim)
    os.link(kim.with_suffix(".py"), kim.parents[1] / f"another name of {kim.parent.name}")


def an_empty_folder(kim: Path) -> None:
    kim.mkdir()


def a_link_in_a_folder(kim: Path) -> None:
    a_folder(kim)
    (kim / "data" / "passwd").symlink_to("/etc/passwd")
    (kim / "etc").symlink_to("/etc")


def a_pipe_in_a_folder(kim: Path) -> None:
    a_folder(kim)
    os.mkfifo(kim / "pipe")


def a_hard_link_in_a_folder(kim: Path) -> None:
    a_folder(kim)
    os.link(write(kim.parents[1] / f"secret of {kim.parent.name}", "secret"), kim / "mine.txt")


def installed_packages(kim: Path) -> None:
    a_folder(kim)
    write(kim / "venv" / "lib" / "numpy.py", "x")
    write(kim / "mine" / "pyvenv.cfg", "x")
    write(kim / "mine" / "lib" / "torch.py", "x")


def a_deep_folder(kim: Path) -> None:
    write(kim / "/".join("d" * 40) / "tiny.py", SOLUTION)


def a_name_that_is_no_text(kim: Path) -> None:
    a_folder(kim)
    os.close(os.open(os.fsencode(kim) + b"/\xff\xfe.txt", os.O_CREAT | os.O_WRONLY))


def too_many_bytes(kim: Path) -> None:
    for name in ("a.bin", "b.bin", "c.bin"):
        write(kim / name, bytes(9 * 2**20))


def too_many_files(kim: Path) -> None:
    for number in range(intake.FILES + 1):
        write(kim / f"{number}.txt", "")


FORMS = [a_folder, a_file, an_archive, a_damaged_archive, an_archive_of_another_kind, two_entries, a_link, a_hard_link,
         a_link_that_leads_nowhere, a_link_in_a_folder, a_pipe_in_a_folder, a_hard_link_in_a_folder, an_empty_folder,
         installed_packages, a_deep_folder, a_name_that_is_no_text, too_many_bytes, too_many_files]  # fmt: skip


def handed_in(form: Callable[[Path], None], folder: Path) -> Upload:
    folder.mkdir()
    form(folder / "kim")
    return Upload("kim", tuple(sorted(folder.iterdir())), RECEIVED)


def everything(folder: Path) -> list[Path]:
    return [Path(at) / name for at, folders, files in os.walk(folder) for name in [*folders, *files]]


@pytest.fixture
def kept(tmp_path: Path) -> Uploads:
    return Uploads(tmp_path / "store")


@pytest.mark.slow
def test_every_upload_is_kept_and_read_again_as_it_was(course: Course, tmp_path: Path) -> None:  # noqa: F811
    assignment = course.load()
    for form in FORMS:
        kept = Uploads(tmp_path / f"store of {form.__name__}")
        upload = handed_in(form, tmp_path / form.__name__)
        digest = upload.sha256()
        [before] = opened(assignment, [upload])
        assert kept.keep(SLUG, upload, digest), form
        shutil.rmtree(tmp_path / form.__name__)
        again = Upload("kim", kept.paths(SLUG, digest), RECEIVED)
        assert again.sha256() == digest, form
        [after] = opened(assignment, [again])
        assert after == before, form
        if not isinstance(before, Refused) and not isinstance(after, Refused):
            assert (after.files, after.modules) == (before.files, before.modules), form


def test_no_copy_is_in_its_place_before_it_is_on_the_disk(
    kept: Uploads, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = [handed_in(form, tmp_path / form.__name__) for form in (a_folder, an_archive)]
    pairs = [(upload, upload.sha256()) for upload in some]

    def full(descriptor: int) -> None:
        assert not list(kept.folder.glob("*/??/*"))
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched, pytest.raises(AutograderError, match=r"cannot be written: No space left"):
        patched.setattr(os, "fsync", full)
        kept.keep_all(SLUG, pairs)
    assert not [path for path in everything(kept.folder) if path.parent.parent == kept.folder]  # no draft either
    assert kept.keep_all(SLUG, [*pairs, *pairs]) == {digest for _, digest in pairs}


def test_a_copy_is_for_its_owner_only_and_leads_nowhere(kept: Uploads, tmp_path: Path) -> None:
    for form in FORMS:
        upload = handed_in(form, tmp_path / form.__name__)
        digest = upload.sha256()
        assert kept.keep(SLUG, upload, digest)
        place = tmp_path / "store" / "uploads" / SLUG / digest[:2] / digest
        found = everything(place)
        assert found, form
        assert {path.readlink() for path in found if path.is_symlink()} <= {Path("nowhere")}, form
        assert not [path for path in found if path.is_fifo() or path.name in (".git", "numpy.py", "torch.py")], form
        assert sum(path.lstat().st_size for path in found if path.is_file()) <= intake.UNPACKED_BYTES + 1, form
    modes = {path.stat().st_mode & 0o777 for path in everything(tmp_path / "store") if path.is_dir()}
    assert modes == {0o700}
    modes = {path.stat().st_mode & 0o777 for path in everything(tmp_path / "store") if path.is_file()}
    assert modes == {0o600}


def test_a_copy_of_two_people_names_neither(kept: Uploads, tmp_path: Path) -> None:
    for form in (a_folder, an_archive):
        upload = handed_in(form, tmp_path / form.__name__)
        digest = upload.sha256()
        kept.keep(SLUG, upload, digest)
        [path] = kept.paths(SLUG, digest)
        assert path.name == "submission" + upload.paths[0].suffix


def test_refused_folders_of_one_name_have_different_digests(tmp_path: Path) -> None:
    forms = (a_link_in_a_folder, a_pipe_in_a_folder, a_hard_link_in_a_folder, too_many_bytes, too_many_files)
    assert len({handed_in(form, tmp_path / form.__name__).sha256() for form in forms}) == len(forms)


def test_a_copy_is_made_once(kept: Uploads, tmp_path: Path) -> None:
    upload = handed_in(a_folder, tmp_path / "class")
    digest = upload.sha256()
    assert kept.keep(SLUG, upload, digest)
    before = {path: path.lstat() for path in everything(kept.folder)}
    shutil.rmtree(tmp_path / "class")
    assert kept.keep(SLUG, upload, digest)
    assert {path: path.lstat() for path in everything(kept.folder)} == before


def changed(upload: Upload) -> None:
    write(upload.paths[0], SOLUTION + "\n")


def gone(upload: Upload) -> None:
    upload.paths[0].unlink()


@pytest.mark.parametrize("happens", [changed, gone])
def test_a_copy_with_another_digest_is_not_kept(
    kept: Uploads, tmp_path: Path, happens: Callable[[Upload], None]
) -> None:
    upload = handed_in(a_file, tmp_path / "class")
    digest = upload.sha256()
    happens(upload)
    assert not kept.keep(SLUG, upload, digest)
    assert kept.paths(SLUG, digest) == ()
    assert [path for path in everything(kept.folder) if path.is_file()] == []


def test_a_full_disk_is_named_and_leaves_no_half_copy(
    kept: Uploads, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    upload = handed_in(a_folder, tmp_path / "class")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(AutograderError, match="uploads cannot be written: No space left on device") as caught:
        kept.keep(SLUG, upload, upload.sha256())
    assert caught.value.slug == "store"
    assert [path.name for path in everything(kept.folder)] == [SLUG]


KILLED = """
import os, signal, sys
from pathlib import Path
from autograder.batch.runner import Upload
from autograder.batch.uploads import Uploads
os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)
upload = Upload("kim", (Path(sys.argv[1]),))
Uploads(Path(sys.argv[2])).keep("01-tiny", upload, upload.sha256())
"""


def test_a_killed_copy_is_no_copy_and_is_removed(kept: Uploads, tmp_path: Path) -> None:
    upload = handed_in(a_folder, tmp_path / "class")
    arguments = [sys.executable, "-c", KILLED, upload.paths[0], tmp_path / "store"]
    assert subprocess.run(arguments, check=False, timeout=120).returncode == -9
    digest = upload.sha256()
    assert kept.paths(SLUG, digest) == ()
    assert [path.name for path in everything(kept.folder) if path.is_file()] != []
    assert kept.keep(SLUG, upload, digest)
    kept.remove_drafts()
    assert [path.name for path in (kept.folder / SLUG).iterdir()] == [digest[:2]]


# --- the store


@pytest.fixture
def store(course: Course) -> Iterator[Store]:  # noqa: F811
    with identities.changing(course.root / "store") as known:
        id = known.course
    with Store(default_url(course.root), id) as opened:
        yield opened


def ledger(course: Course, store: Store) -> Ledger:  # noqa: F811
    return Ledger(store, course.root / "store", course.load(), RunOptions(official=True, seed=3, device="cpu"))


def take_in(course: Course, store: Store, *uploads: Upload) -> Ledger:  # noqa: F811
    found = ledger(course, store)
    found.take_in(uploads, "folder", course.root / "out")
    return found


def recalled(course: Course, store: Store) -> Ledger:  # noqa: F811
    found = ledger(course, store)
    found.recall()
    return found


def by_name(found: Ledger) -> dict[str, str]:
    return {found.members[person].student: problem for person, problem in found.problems.items()}


def test_the_last_submission_of_everybody_is_recalled(course: Course, store: Store, tmp_path: Path) -> None:  # noqa: F811
    first = handed_in(a_file, tmp_path / "class")
    take_in(course, store, first, Upload("lee", (write(tmp_path / "class" / "lee.rar", "x"),)))
    write(first.paths[0], SOLUTION + "\n")
    take_in(course, store, first)
    shutil.rmtree(tmp_path / "class")
    found = recalled(course, store)
    members = sorted((m.student, m.attempt, m.upload.received_at) for m in found.members.values())
    assert members == [("kim", 2, "2026-03-02T01:00:00+00:00"), ("lee", 1, None)]  # UTC
    assert found.problems == {}
    assert [each.sha256() for each in found.pending] == [m.sha256 for m in found.members.values()]
    assert [path.read_text() for each in found.pending for path in each.paths] == [SOLUTION + "\n", "x"]


def test_a_missing_and_a_damaged_copy_are_noticed(course: Course, store: Store, tmp_path: Path) -> None:  # noqa: F811
    uploads = [Upload(name, (write(tmp_path / f"{name}.py", f"# {name}"),)) for name in ("kim", "lee", "park")]
    (tmp_path / "choi").mkdir()
    uploads.append(Upload("choi", (tmp_path / "choi",)))
    for upload in uploads[:2]:
        twin = Upload(f"{upload.student}'s friend", upload.paths)
        uploads.append(twin)
    kept = take_in(course, store, *uploads).kept
    write(kept.paths(SLUG, uploads[0].sha256())[0], "# Kim")
    for upload in (uploads[1], uploads[3]):
        kept.remove(SLUG, upload.sha256())
    found = recalled(course, store)
    assert by_name(found) == {
        "kim": "damaged", "kim's friend": "damaged", "lee": "no-copy", "lee's friend": "no-copy", "choi": "no-copy",
    }  # fmt: skip
    assert [found.members[upload.student].student for upload in found.pending] == ["park"]
    shutil.rmtree(kept.place(SLUG, uploads[0].sha256()))
    take_in(course, store, *uploads)
    assert recalled(course, store).problems == {}


def test_a_submission_that_cannot_be_kept_is_not_recorded(course: Course, store: Store, tmp_path: Path) -> None:  # noqa: F811
    upload = Upload("kim", (tmp_path / "cannot be read.py",))
    found = take_in(course, store, upload, Upload("lee", (write(tmp_path / "lee.py", SOLUTION),)))
    assert by_name(found) == {"kim": "not-kept"}
    assert [found.members[each.student].student for each in found.pending] == ["lee"]
    assert list(store.last(SLUG)) == [each.student for each in found.pending]


def test_an_older_store_is_filled_by_the_next_run(course: Course, store: Store, tmp_path: Path) -> None:  # noqa: F811
    upload = handed_in(a_file, tmp_path / "class")
    with identities.changing(course.root / "store") as known:
        person = known.add("kim", SLUG, ["kim.py"])
    store.add(SLUG, [NewSubmission(person, upload.sha256(), RECEIVED, "folder")])
    assert by_name(recalled(course, store)) == {"kim": "no-copy"}
    take_in(course, store, upload)
    found = recalled(course, store)
    assert (found.problems, [m.attempt for m in found.members.values()]) == ({}, [1])


def test_a_recorded_submission_that_cannot_be_copied_is_still_graded(
    course: Course,  # noqa: F811
    store: Store,
    tmp_path: Path,
) -> None:
    upload = Upload("kim", (tmp_path / "cannot be read.py",))
    with identities.changing(course.root / "store") as known:
        person = known.add("kim", SLUG, ["kim.py"])
    store.add(SLUG, [NewSubmission(person, upload.sha256(), RECEIVED, "folder")])
    found = take_in(course, store, upload)
    assert (found.problems, len(found.pending)) == ({}, 1)


def test_a_person_is_erased_with_what_nobody_else_handed_in(course: Course, store: Store, tmp_path: Path) -> None:  # noqa: F811
    kim, lee = (Upload(name, (write(tmp_path / name / "tiny.py", SOLUTION).parent,)) for name in ("kim", "lee"))
    mine = Upload("kim", (write(tmp_path / "kim.py", "# mine"),))
    take_in(course, store, mine)
    kept = take_in(course, store, kim, lee).kept
    folder = course.root / "store"
    assert kim.sha256() == lee.sha256()
    privacy.erase(store, folder, identities.read(folder).find("kim"))
    assert kept.paths(SLUG, mine.sha256()) == ()
    assert [path.name for path in kept.paths(SLUG, kim.sha256())] == ["submission"]
    assert not [path for path in everything(folder) if "kim" in path.name]
    privacy.erase(store, folder, identities.read(folder).find("lee"))
    assert [path for path in everything(kept.folder) if path.is_file()] == []


def test_everybody_is_erased_with_the_leftovers_of_killed_runs(course: Course, store: Store, tmp_path: Path) -> None:  # noqa: F811
    kept = take_in(course, store, handed_in(a_file, tmp_path / "class")).kept
    lee = Upload("lee", (write(tmp_path / "lee.py", SOLUTION),))
    kept.keep(SLUG, lee, lee.sha256())  # killed before the row was added
    write(kept.folder / SLUG / ".0123456789abcdef.tmp" / "1" / "park.py", SOLUTION)
    privacy.erase_all(store, course.root / "store")
    assert [path for path in everything(kept.folder) if path.is_file()] == []


# --- the command


@pytest.mark.slow
def test_a_class_is_graded_again_when_the_uploads_are_gone(course: Course, tmp_path: Path) -> None:  # noqa: F811
    source = tmp_path / "class"
    for student in ("kim", "lee", "park"):
        write(source / f"{student}.py", f"{SOLUTION}# {student}\n")
    a_link_in_a_folder(source / "choi")
    assert batch(course, source).returncode == 5
    before = rows(course)
    assert [row["earned"] for row in before] == ["0.0", "20.0", "20.0", "20.0"]
    shutil.rmtree(source)
    assert run_command(course, "batch", SLUG, "--out", "new").returncode == 5
    assert rows(course, "new") == before

    write(course.solution / "test_hidden.py", (course.solution / "test_hidden.py").read_text() + "\n# changed\n")
    kept = Uploads(course.root / "store")
    digests = {row["student"]: row["sha256"] for row in before}
    write(kept.paths(SLUG, digests["kim"])[0], SOLUTION)
    kept.remove(SLUG, digests["lee"])
    again = run_command(course, "batch", SLUG, "--out", "again", "--json", "run.json")
    assert (again.returncode, again.stderr) == (5, "")
    found = {row["student"]: row for row in rows(course, "again")}
    assert {name: (row["earned"], row["attempt"]) for name, row in found.items()} == {
        "choi": ("0.0", "1"), "kim": ("", "1"), "lee": ("", "1"), "park": ("20.0", "1"),
    }  # fmt: skip
    assert found["choi"]["reason"] == before[0]["reason"]
    assert found["lee"]["reason"] == say("attention.no-copy")
    assert found["kim"]["reason"] == f"{say('attention.damaged')} {kept.place(SLUG, digests['kim']).absolute()}"
    page = (tmp_path / "again" / "staff" / "needs-a-human.html").read_text(encoding="utf-8")
    assert say("attention.damaged") in page and say("attention.no-copy") in page
    assert '"kept": 0' in (tmp_path / "run.json").read_text(encoding="utf-8")


def test_without_a_source_something_must_be_kept(course: Course, tmp_path: Path) -> None:  # noqa: F811
    for _ in range(2):
        refused = run_command(course, "batch", SLUG, "--out", "out")
        assert refused.returncode == 2
        assert "The store has no submissions of 01-tiny. Name the folder of uploads" in refused.stderr
        assert not (course.root / "store" / "store.sqlite").exists()
    practice = run_command(course, "batch", SLUG, "--out", "out", "--practice")
    assert (practice.returncode, "A practice run grades a folder of uploads" in practice.stderr) == (2, True)
    assert not (tmp_path / "out").exists()
