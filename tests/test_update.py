"""An update brings what the release changed, keeps what the student changed, and does all of it or nothing."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.authoring import release, update
from autograder.authoring.archive import zipped
from autograder.authoring.opened_release import open_release
from autograder.authoring.update import Fate, Update
from autograder.course import release_file
from autograder.errors import AutograderError, UsageError

README = b"# Assignments\n\n| assignment | title | points |\n| --- | --- | --- |\n%s\n## More\n"
MINE = "assignments/01-one/one.py"
VISIBLE = "assignments/01-one/test_visible.py"


def row(slug: str) -> str:
    return f"| [{slug}](assignments/{slug}/README.md) | {slug.title()} | 10 |\n"


def made(
    files: Mapping[str, bytes], *, date: str = "2026-03-01T12:00:00+09:00", slugs: str = "01-one"
) -> dict[str, bytes]:
    """The files of a release, as authoring/release.py makes them, of given files."""
    given = {**files, "README.md": README % "".join(map(row, slugs.split())).encode(), "wheels/w.whl": b"PK"}
    manifest = {
        "schema": 1, "date": date, "commit": "", "message": "", "wheel": "w.whl",
        "assignments": {slug: {"title": slug.title(), "points": 10.0, "torch": False} for slug in slugs.split()},
        "files": {path: hashlib.sha256(data).hexdigest() for path, data in sorted(given.items())},
    }  # fmt: skip
    return {**given, "release.json": release_file.to_bytes(manifest)}


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A student's repository, with one assignment."""
    folder = tmp_path / "my work 숙제"
    release.write(made({MINE: b"stub\n", VISIBLE: b"def test_a(): 1\n"}), folder)
    return folder


def fates(done: Update) -> dict[str, Fate]:
    return {each.path: each.fate for each in done.files}


def test_the_same_release_again_changes_nothing(desk: Path) -> None:
    assert update.apply(desk, made({MINE: b"stub\n", VISIBLE: b"def test_a(): 1\n"})).changes == ()


# --- one file


@pytest.mark.parametrize(
    ("base", "mine", "new", "fate"),
    [
        ("a", "a", "a", None),
        ("a", "a", "b", Fate.REPLACED),  # untouched by the student
        ("a", "b", "a", None),  # untouched by us
        ("a", "b", "b", None),  # both made the same change
        ("a", "b", "c", Fate.BESIDE),
        ("a", None, "a", Fate.RESTORED),
        ("a", None, "b", Fate.RESTORED),
        ("a", None, None, None),
        ("a", "a", None, Fate.REMOVED),
        ("a", "b", None, Fate.LEFT),
        (None, None, "a", Fate.ADDED),
        (None, "b", "a", Fate.BESIDE),
        (None, "a", "a", None),
    ],
)
def test_the_fate_of_a_file(base: str | None, mine: str | None, new: str | None, fate: Fate | None) -> None:
    assert update.fate_of(base, mine is not None, frozenset(filter(None, [mine])), new) == fate


def test_a_student_who_worked_gets_our_version_next_to_the_own(desk: Path) -> None:
    (desk / MINE).write_bytes(b"my work\n")
    done = update.apply(desk, made({MINE: b"better stub\n", VISIBLE: b"def test_a(): 2\n"}))
    assert fates(done) == {MINE: Fate.BESIDE, VISIBLE: Fate.REPLACED}
    assert (desk / MINE).read_bytes() == b"my work\n"
    assert (desk / f"{MINE}.new").read_bytes() == b"better stub\n"


def test_a_new_version_that_was_edited_is_not_replaced_either(desk: Path) -> None:
    (desk / MINE).write_bytes(b"my work\n")
    update.apply(desk, made({MINE: b"two\n", VISIBLE: b""}))
    update.apply(desk, made({MINE: b"three\n", VISIBLE: b""}))
    assert (desk / f"{MINE}.new").read_bytes() == b"three\n"  # nobody had edited the second version
    (desk / f"{MINE}.new").write_bytes(b"my merge\n")
    done = update.apply(desk, made({MINE: b"four\n", VISIBLE: b""}))
    assert (desk / f"{MINE}.new").read_bytes() == b"my merge\n"
    assert (desk / f"{MINE}.new2").read_bytes() == b"four\n" and done.files[0].beside == f"{MINE}.new2"


def test_a_new_version_goes_when_the_student_has_taken_it(desk: Path) -> None:
    (desk / MINE).write_bytes(b"my work\n")
    update.apply(desk, made({MINE: b"two\n", VISIBLE: b""}))
    (desk / MINE).write_bytes(b"two\n")
    update.apply(desk, made({MINE: b"two\n", VISIBLE: b""}))
    assert not (desk / f"{MINE}.new").exists()


def test_line_ends_that_git_turned_on_windows_are_no_work(desk: Path) -> None:
    (desk / MINE).write_bytes(b"stub\r\n")
    assert fates(update.apply(desk, made({MINE: b"two\n", VISIBLE: b"def test_a(): 1\n"}))) == {MINE: Fate.REPLACED}


def test_a_folder_in_the_place_of_a_file_stays(desk: Path) -> None:
    (desk / MINE).unlink()
    (desk / MINE).mkdir()
    (desk / MINE / "mine.txt").write_text("mine", encoding="utf-8")
    update.apply(desk, made({MINE: b"two\n", VISIBLE: b""}))
    assert (desk / MINE / "mine.txt").read_text(encoding="utf-8") == "mine"


def test_nothing_is_written_through_a_link(desk: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (desk / "assignments").rename(elsewhere)
    (desk / "assignments").symlink_to(elsewhere)
    before = tree(elsewhere)
    with pytest.raises(UsageError, match="is a file or a link"):
        update.apply(desk, made({MINE: b"two\n", VISIBLE: b""}))
    assert tree(elsewhere) == before


def test_the_folder_of_the_last_wheel_goes_too(desk: Path) -> None:
    """grade.py installs from a folder named wheelhouse alone if it is there, even if it is empty."""
    files = {MINE: b"stub\n", VISIBLE: b""}
    update.apply(desk, made({**files, "wheelhouse/numpy.whl": b"1"}))
    update.apply(desk, made(files))
    assert not (desk / "wheelhouse").exists()


def test_a_release_of_one_assignment_keeps_the_wheels_that_the_others_may_need(desk: Path) -> None:
    files = {MINE: b"stub\n", VISIBLE: b""}
    update.apply(desk, made({**files, "wheelhouse/torch.whl": b"1"}))
    update.apply(desk, made({"assignments/02-two/two.py": b"", "wheelhouse/numpy.whl": b"1"}, slugs="02-two"))
    assert {each.name for each in (desk / "wheelhouse").iterdir()} == {"numpy.whl", "torch.whl"}
    assert "wheelhouse/torch.whl" in release_file.read(desk / "release.json")["files"]


# --- several assignments


def test_a_release_of_one_assignment_keeps_the_others(desk: Path) -> None:
    (desk / MINE).write_bytes(b"my work\n")
    done = update.apply(desk, made({"assignments/02-two/two.py": b"stub\n"}, slugs="02-two"))
    assert done.kept == ("01-one",) and fates(done) == {
        "README.md": Fate.REPLACED, "assignments/02-two/two.py": Fate.ADDED,
    }  # fmt: skip
    manifest = release_file.read(desk / "release.json")
    assert [*manifest["assignments"]] == ["01-one", "02-two"] and MINE in manifest["files"]
    assert (desk / "README.md").read_bytes() == README % (row("01-one") + row("02-two")).encode()
    assert update.apply(desk, made({"assignments/02-two/two.py": b"stub\n"}, slugs="02-two")).changes == ()


def test_a_kept_assignment_stands_in_the_table_by_its_number(desk: Path) -> None:
    update.apply(desk, made({"assignments/10-ten/ten.py": b"stub\n"}, slugs="10-ten"))
    update.apply(desk, made({"assignments/2-two/two.py": b"stub\n"}, slugs="2-two"))
    assert (desk / "README.md").read_bytes() == README % "".join(map(row, ("01-one", "2-two", "10-ten"))).encode()


def test_a_new_version_of_an_assignment_that_is_kept_is_still_known(desk: Path) -> None:
    (desk / MINE).write_bytes(b"my work\n")
    update.apply(desk, made({MINE: b"two\n", VISIBLE: b""}))
    update.apply(desk, made({"assignments/02-two/two.py": b""}, slugs="02-two"))
    update.apply(desk, made({MINE: b"three\n", VISIBLE: b""}))
    assert (desk / f"{MINE}.new").read_bytes() == b"three\n" and not (desk / f"{MINE}.new2").exists()


def test_an_older_release_is_said_to_be_older(desk: Path) -> None:
    files = {MINE: b"stub\n", VISIBLE: b"def test_a(): 1\n"}
    assert not update.apply(desk, made(files, date="2026-03-01T13:00:00+09:00")).is_older
    assert update.apply(desk, made(files, date="2026-03-01T03:59:00+00:00")).is_older


# --- cases


def test_a_changed_case_is_recorded_until_the_next_change_of_it(desk: Path) -> None:
    def recorded() -> dict[str, str]:
        cases = release_file.changes(desk)["01-one"]
        return {case: each["date"] for case, each in cases.items()}

    files = {MINE: b"stub\n"}
    cases = b"def test_a(): 1\n\n# new\ndef test_b(): 1\n"
    assert update.apply(desk, made({**files, VISIBLE: cases})).cases == {}  # test_b is new, the comment is no change
    assert update.apply(desk, made({**files, VISIBLE: cases.replace(b"b(): 1", b"b(): 2")})).cases == {"01-one": ("b",)}
    later = cases.replace(b"1", b"3").replace(b"b(): 3", b"b(): 2")
    update.apply(desk, made({**files, VISIBLE: later}, date="2026-04-01T12:00:00+09:00"))
    assert recorded() == {"a": "2026-04-01", "b": "2026-03-01"}


# --- nobody's work is lost

PATHS = ["assignments/01-one/a.py", "assignments/02-two/data/b.csv", "Makefile"]
CONTENT = st.sampled_from([b"1\n", b"2\n", b"3\n", b"1\r\n"])
RELEASES = st.dictionaries(st.sampled_from(PATHS), CONTENT.filter(lambda data: b"\r" not in data))
EDITS = st.dictionaries(st.sampled_from([*PATHS, *(f"{path}.new" for path in PATHS)]), CONTENT | st.none())
ROUNDS = st.lists(st.tuples(EDITS, RELEASES, st.sampled_from(["01-one", "02-two", "01-one 02-two"])), max_size=4)


@pytest.mark.slow
@given(first=RELEASES, rounds=ROUNDS)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_work_is_lost_and_an_update_can_be_repeated(
    first: dict[str, bytes],
    rounds: list[tuple[dict[str, bytes | None], dict[str, bytes], str]],
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = tmp_path_factory.mktemp("desk") / "desk"
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)  # it takes most of the time, and changes no content
    release.write(made(first, slugs="01-one 02-two"), desk)
    for edits, files, slugs in rounds:
        for path, data in edits.items():
            if data is None:
                (desk / path).unlink(missing_ok=True)
            else:
                (desk / path).parent.mkdir(parents=True, exist_ok=True)
                (desk / path).write_bytes(data)
        before = tree(desk)
        manifest = release_file.read(desk / "release.json")
        shipped = {**manifest["files"], **manifest["beside"]}
        new = made({path: data for path, data in files.items() if in_release(path, slugs)}, slugs=slugs)
        update.apply(desk, new)
        after = tree(desk)
        for path, data in before.items():
            if path != "release.json" and shipped.get(path) not in (digest(data), digest(data.replace(b"\r\n", b"\n"))):
                assert after[path] == data, f"{path} was the student's"
        for path, data in new.items():
            if path not in ("release.json", "README.md") and manifest["files"].get(path) != digest(data):
                copies = {after[each] for each in after if each == path or each.startswith(f"{path}.new")}
                assert data in {each.replace(b"\r\n", b"\n") for each in copies}, f"the new {path} is nowhere"
        assert update.apply(desk, new).changes == () and tree(desk) == after


def in_release(path: str, slugs: str) -> bool:
    return not path.startswith("assignments/") or path.split("/")[1] in slugs.split()


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# --- refusals


def refused(kind: type[AutograderError], slug: str, desk: Path, files: dict[str, bytes]) -> str:
    before = tree(desk)
    with pytest.raises(kind) as info:
        release.write(files, desk)
    assert info.value.slug == slug and tree(desk) == before
    return str(info.value)


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    assert "has no release.json" in refused(UsageError, "release-target", tmp_path, made({}))


def test_a_target_in_the_course_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "course" / "assignments").mkdir(parents=True)
    with pytest.raises(UsageError, match="is in the course folder") as info:
        release.check_target(tmp_path / "course" / "out", tmp_path / "course", git=False)
    assert info.value.slug == "release-target"
    release.check_target(tmp_path / "course-release", tmp_path / "course", git=False)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "line 1"),
        ("[]", "not a JSON object"),
        ('{"schema": 2}', "format 2"),
        ('{"schema": 1}', '"date"'),
        ("", "line 1"),
    ],
)
def test_a_damaged_release_json_is_refused(desk: Path, text: str, problem: str) -> None:
    (desk / "release.json").write_text(text, encoding="utf-8")
    assert problem in refused(AutograderError, "release-damaged", desk, made({MINE: b"two\n"}))


@pytest.mark.parametrize("name", ["../x", "/x", "a/../../x", ".git/hooks/x", "a\\b", "C:x", "a//b", "release.json", ""])
def test_a_release_that_names_a_place_outside_is_refused(desk: Path, name: str) -> None:
    files = made({MINE: b"two\n"})
    manifest = json.loads(files["release.json"])
    manifest["files"][name] = "0"
    files["release.json"] = json.dumps(manifest).encode()
    refused(AutograderError, "release-damaged", desk, files)


def test_a_full_disk_leaves_the_old_release(desk: Path) -> None:
    """A limit on the size of files fails in the same place as a full disk: while new files are written."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        text = refused(AutograderError, "release-write", desk, made({MINE: b"x" * 2000}))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "Nothing was changed." in text and not (desk / ".update.tmp").exists()


def test_a_folder_that_cannot_be_written_is_refused_before_anything_is_changed(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """root may write everywhere, so the answer of the system is replaced."""
    monkeypatch.setattr(os, "access", lambda path, mode: not str(path).endswith("01-one"))
    assert "01-one cannot be written" in refused(UsageError, "release-write", desk, made({MINE: b"two\n"}))


# --- reading a release


@pytest.mark.parametrize("folder", ["", "course-main/"])
def test_an_archive_is_read_also_if_it_has_a_folder_at_the_top(tmp_path: Path, folder: str) -> None:
    files = made({MINE: b"two\n"})
    archive = tmp_path / "a release 과제.zip"
    archive.write_bytes(zipped({f"{folder}{path}": data for path, data in {**files, "notes.txt": b"x"}.items()}))
    assert open_release(archive) == files


def test_a_folder_is_read_also_if_git_turned_its_line_ends(tmp_path: Path) -> None:
    files = made({MINE: b"two\n"})
    release.write(files, tmp_path / "new")
    (tmp_path / "new" / MINE).write_bytes(b"two\r\n")
    assert open_release(tmp_path / "new") == files


def test_a_release_with_a_changed_or_missing_file_is_refused(tmp_path: Path) -> None:
    release.write(made({MINE: b"two\n"}), tmp_path / "new")
    (tmp_path / "new" / MINE).write_bytes(b"changed\n")
    with pytest.raises(AutograderError, match=r"one\.py is not the file that release\.json lists"):
        open_release(tmp_path / "new")
    (tmp_path / "new" / MINE).unlink()
    with pytest.raises(AutograderError, match=r"one\.py is missing"):
        open_release(tmp_path / "new")


@pytest.mark.parametrize("name", ["nothing", "text.zip", "empty"])
def test_what_is_no_release_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "text.zip").write_text("no archive", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="is not a release") as info:
        open_release(tmp_path / name)
    assert info.value.slug == "update-source"


# --- the command


def command(desk: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "autograder", "update", *arguments],
        cwd=desk, env=os.environ | variables, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_command_says_what_changed_and_why(desk: Path, tmp_path: Path) -> None:
    (desk / MINE).write_bytes(b"my work\n")
    new = tmp_path / "new.zip"
    files = {MINE: b"two\n", VISIBLE: b"def test_a(): 2\n"}
    new.write_bytes(zipped(made(files, date="2026-04-01T12:00:00+09:00")))
    done = command(desk, str(new))
    assert done.returncode == 0 and done.stdout == (
        "Updated to the release of 2026-04-01.\n"
        f"yours     {MINE}: you changed it, and the release changed it, too. Your file stays. The new version is "
        f"{MINE}.new. Compare the two, take over what you need, then delete the new one.\n"
        f"changed   {VISIBLE}\n"
        "Cases of 01-one changed: a. The next report says so again.\n"
    )
    assert command(desk, str(new)).stdout == "This release is here already. Nothing was changed.\n"
    assert "이미 이 배포본을" in command(desk, str(new), "--lang", "ko").stdout


def test_the_command_names_a_wrong_place(desk: Path, tmp_path: Path) -> None:
    assert "[update-source]" in command(desk, ".").stderr
    assert "[update-target]" in command(tmp_path, str(desk)).stderr
    done = command(desk)
    assert done.returncode == 2 and "autograder update RELEASE" in done.stderr
