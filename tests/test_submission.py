"""Opening submissions: the right files, the kind sentences, and every hostile upload that we could think of."""

from __future__ import annotations

import contextlib
import io
import json
import os
import socket
import stat
import struct
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.course import intake, submission
from autograder.course.assignment import Assignment
from autograder.course.submission import Submission
from autograder.errors import SubmissionRejected, UsageError
from autograder.model import SubmissionInfo, Task

CODE = b"def sigmoid(z): ...\n"


def asking(*modules: str) -> Assignment:
    return Assignment(
        slug="05-logistic",
        title="Logistic regression",
        points=10,
        tasks=(Task("sigmoid", "The sigmoid", 10),),
        modules=modules or ("logistic",),
        allowed_imports=("numpy",),
        language="en",
        limits={},
        folder=Path("assignments/05-logistic"),
        solution=None,
    )


def ipynb(*sources: str) -> bytes:
    return json.dumps({"cells": [{"cell_type": "code", "source": source} for source in sources]}).encode()


Entry = tuple[str | zipfile.ZipInfo, bytes]


def zipped(entries: Iterable[Entry], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return buffer.getvalue()


def of_kind(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = mode << 16
    return info


OpenZip = Callable[..., Submission]


@pytest.fixture
def open_zip(tmp_path: Path) -> OpenZip:
    """Open bytes, or entries, as an uploaded archive."""

    def open_zip(content: bytes | list[Entry], assignment: Assignment | None = None) -> Submission:
        path = tmp_path / "upload.zip"
        path.write_bytes(content if isinstance(content, bytes) else zipped(content))
        return submission.open(path, assignment or asking())

    return open_zip


def refused(open_zip: OpenZip, content: bytes | list[Entry]) -> str:
    with pytest.raises(SubmissionRejected) as caught:
        open_zip(content)
    sentence = caught.value.message
    assert sentence.endswith(".") and ". " in sentence  # what is wrong, and what to do
    assert sentence.isprintable()
    return sentence


# What is read


def test_a_folder_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "메모.txt").write_bytes(b"n")
    (tmp_path / "logistic.py").write_bytes(CODE)
    got = submission.open(tmp_path, asking(), student="ada", received_at="2026-11-20T10:00:00+09:00")
    assert got.files == {"logistic.py": CODE, "notes/메모.txt": b"n"}
    assert got.modules == {"logistic": CODE}
    assert got.notes == ()
    assert got.info() == SubmissionInfo("ada", got.sha256, "2026-11-20T10:00:00+09:00")


@pytest.mark.parametrize("handed_in", [".", "solutions"])
def test_a_folder_with_the_solution_is_no_submission(tmp_path: Path, handed_in: str) -> None:
    """Files beside the module are readable in the worker. The solution itself may be graded, as its author does."""
    solution = tmp_path / "solutions" / "05-logistic"
    solution.mkdir(parents=True)
    (solution / "logistic.py").write_bytes(CODE)
    with pytest.raises(UsageError, match="contains the solution of 05-logistic"):
        submission.open(tmp_path / handed_in, replace(asking(), solution=solution))
    assert submission.open(solution, replace(asking(), solution=solution)).modules == {"logistic": CODE}


def test_an_empty_folder_is_fine(tmp_path: Path) -> None:
    got = submission.open(tmp_path, asking())
    assert (got.files, got.modules, got.notes, got.student, got.received_at) == ({}, {}, (), None, None)
    assert got.explain_missing("logistic") == "logistic.py is missing. Hand in a file with exactly this name."


@pytest.mark.parametrize("name", ["__MACOSX/._logistic.py", ".DS_Store", "__pycache__/logistic.pyc", ".git/config",
                                  ".venv/bin/x", "Thumbs.db", "desktop.ini", "a/.ipynb_checkpoints/b"])  # fmt: skip
def test_what_computers_add_is_ignored(tmp_path: Path, open_zip: OpenZip, name: str) -> None:
    folder = tmp_path / "folder"
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(b"x")
    (folder / "logistic.py").write_bytes(CODE)
    assert list(submission.open(folder, asking()).files) == ["logistic.py"]
    assert list(open_zip([("logistic.py", CODE), (name, b"x")]).files) == ["logistic.py"]


PACKAGES = ["venv/bin/python", "hw/.venv/lib/x.py", "node_modules/x.js", "lib/site-packages/numpy/__init__.py"]
PACKAGES += ["my env/pyvenv.cfg", "my env/lib/x.py"]
LEFT_OUT = "{} was not read, because it contains installed packages. Leave it out next time."


def test_installed_packages_are_left_out_and_named(tmp_path: Path, open_zip: OpenZip) -> None:
    files = {name: CODE for name in ["logistic.py", "env/grid.py", *PACKAGES]}
    files |= {f"venv/lib/{i}.py": CODE for i in range(intake.FILES)}
    for name, content in files.items():
        (tmp_path / "handed" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "handed" / name).write_bytes(content)
    (tmp_path / "handed/venv/lib64").symlink_to("lib")
    for opened in (open_zip(list(files.items())), submission.open(tmp_path / "handed", asking())):
        assert set(opened.files) == {"logistic.py", "env/grid.py"}
        named = ["hw/.venv/", "lib/site-packages/", "my env/"]  # the first three of five
        assert opened.notes == tuple(map(LEFT_OUT.format, named))


def test_a_file_of_such_a_name_is_read(open_zip: OpenZip) -> None:
    assert open_zip([("logistic.py", CODE), ("venv", b"x")]).notes == ()


def test_a_deep_path_of_an_archive_is_looked_at_in_a_moment(open_zip: OpenZip) -> None:
    deep = "a/" * 30_000
    opened = open_zip([("logistic.py", CODE), ("e/pyvenv.cfg", b""), *((f"e/{i}{deep}x", b"") for i in range(50))])
    assert set(opened.files) == {"logistic.py"}


def test_an_archive_that_is_too_large_because_of_packages_names_them(tmp_path: Path) -> None:
    entries: list[Entry] = [("hw/venv3/pyvenv.cfg", b""), ("hw/venv3/x", os.urandom(intake.UPLOAD_BYTES))]
    (tmp_path / "hw.zip").write_bytes(zipped(entries))
    assert refused_folder(tmp_path / "hw.zip") == (
        "Your submission is too large because of venv3/. Leave this folder out: it does not contain your answer."
    )


def test_links_below_ignored_folders_are_ignored(tmp_path: Path, open_zip: OpenZip) -> None:
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "python").symlink_to("/usr/bin/python3")
    assert submission.open(tmp_path, asking()).files == {}
    assert open_zip([(of_kind(".venv/python", stat.S_IFLNK), b"/usr/bin/python3")]).files == {}


def test_folder_and_archive_of_the_same_files_are_the_same_submission(tmp_path: Path, open_zip: OpenZip) -> None:
    folder = tmp_path / "folder"
    (folder / "b").mkdir(parents=True)
    (folder / "b" / "z.txt").write_bytes(b"z")
    (folder / "logistic.py").write_bytes(CODE)
    one = submission.open(folder, asking())
    two = open_zip([("hw/logistic.py", CODE), ("hw/b/", b""), ("hw/b/z.txt", b"z")])
    assert two.files == one.files
    assert two.sha256 == one.sha256


def test_the_digest_knows_names_from_bytes_and_one_file_from_two(open_zip: OpenZip) -> None:
    uploads: list[list[Entry]] = [
        [("a.py", b"1"), ("b.py", b"2")],
        [("a.py", b"2"), ("b.py", b"1")],
        [("a.py", b"12")],
        [("a.py", b"1b.py2")],
        [("a.py1", b"2")],
        [],
    ]
    assert len({open_zip(upload).sha256 for upload in uploads}) == len(uploads)


@pytest.mark.parametrize("wrapper", ["hw/", "hw/내 과제/", "./"])
def test_folders_around_everything_are_taken_away(open_zip: OpenZip, wrapper: str) -> None:
    got = open_zip([(wrapper, b""), (f"{wrapper}logistic.py", CODE), (f"{wrapper}a/b.txt", b""), ("__MACOSX/x", b"")])
    assert got.modules == {"logistic": CODE}
    assert list(got.files) == ["a/b.txt", "logistic.py"]


def test_a_module_in_one_of_several_folders_is_not_found(open_zip: OpenZip) -> None:
    got = open_zip([("a/logistic.py", CODE), ("b/logistic.py", CODE)])
    assert got.modules == {}
    assert got.explain_missing("logistic") == (
        "logistic.py is missing at the top of your submission, but there is a/logistic.py. Move it out of its folder."
    )


def test_a_single_file_counts_whatever_its_name(tmp_path: Path) -> None:
    path = tmp_path / "Hausaufgabe 5.PY"
    path.write_bytes(CODE)
    got = submission.open(path, asking())
    assert got.files == {"Hausaufgabe 5.PY": CODE}
    assert got.modules == {"logistic": CODE}
    assert got.notes == ("Hausaufgabe 5.PY was graded as logistic.py, the name that the assignment asks for.",)
    assert got.place("logistic", 7) == ("Hausaufgabe 5.PY", 7)


def test_a_single_file_of_the_right_name_needs_no_note(tmp_path: Path) -> None:
    (tmp_path / "logistic.py").write_bytes(CODE)
    assert submission.open(tmp_path / "logistic.py", asking()).notes == ()


def test_a_single_file_for_two_modules_needs_the_right_name(tmp_path: Path) -> None:
    (tmp_path / "plots.py").write_bytes(CODE)
    got = submission.open(tmp_path / "plots.py", asking("logistic", "plots"))
    assert got.modules == {"plots": CODE}
    (tmp_path / "other.py").write_bytes(CODE)
    assert submission.open(tmp_path / "other.py", asking("logistic", "plots")).modules == {}


def test_a_file_in_a_folder_needs_the_right_name(tmp_path: Path) -> None:
    folder = tmp_path / "odd.py"
    folder.mkdir()
    (folder / "other.py").write_bytes(CODE)
    assert submission.open(folder, asking()).modules == {}


def test_source_in_any_encoding_is_kept_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "logistic.py").write_bytes(b"# \xff\xfe\0")
    assert submission.open(tmp_path, asking()).modules == {"logistic": b"# \xff\xfe\0"}


# Notebooks


@pytest.mark.parametrize("name", ["logistic.ipynb", "Untitled3.ipynb"])
def test_the_only_notebook_counts(tmp_path: Path, open_zip: OpenZip, name: str) -> None:
    (tmp_path / name).write_bytes(ipynb("x = 1\nprint(x)"))
    single = submission.open(tmp_path / name, asking())
    archive = open_zip([(name, ipynb("x = 1\nprint(x)")), ("helper.py", b"")])
    for got in (single, archive):
        assert got.modules == {"logistic": b"# cell 1\nx = 1\nprint(x)\n"}
        assert got.notebooks == {"logistic"}
        assert got.place("logistic", 2) == (f"{name}, cell 1", 1)
        renamed = f"{name} was graded as logistic.ipynb, the name that the assignment asks for."
        assert (renamed in got.notes) == (name != "logistic.ipynb")


def test_what_a_notebook_leaves_out_is_a_note(open_zip: OpenZip) -> None:
    commands = "\n".join(f"!echo {number}" for number in range(2 * submission.MAX_NOTES + 1))
    broken = ["plot(:"] * (submission.MAX_NOTES + 1)
    got = open_zip([("logistic.ipynb", ipynb(f"def f(:\n    pass\n{commands}", *broken, f"!{'x' * 100}"))])
    rest = "Python cannot read this line: invalid syntax. The statement was left out; the rest was graded."
    shown = ", ".join(f"!echo {number} (cell 1, line {3 + number})" for number in range(2 * submission.MAX_NOTES))
    assert got.notes == (
        *(f"logistic.ipynb, cell {cell}, line 1: {rest}" for cell in range(1, submission.MAX_NOTES + 1)),
        "logistic.ipynb: 2 more lines of this kind.",
        f"logistic.ipynb: {shown}, … were not run, because only a notebook knows these commands.",
    )
    assert got.unread["logistic"][0].names == {"f"}


def test_a_module_that_a_cell_writes_can_be_imported(open_zip: OpenZip) -> None:
    cells = ["%%writefile helpers.py\ndef twice(x): return 2 * x\n", "from helpers import twice", "%%file -a no.txt\nx"]
    got = open_zip([("logistic.ipynb", ipynb(*cells, "%%writefile ./logistic.py\nx = 1"))])
    assert got.modules.keys() == {"logistic", "helpers"} and got.notebooks == {"logistic"}
    assert got.modules["helpers"] == b"def twice(x): return 2 * x\n"
    assert got.place("helpers", 1) == ("helpers.py", 1)


def test_a_saved_notebook_is_graded_without_its_commands(open_zip: OpenZip) -> None:
    got = open_zip([("logistic.py", b"!pip install torch" + b"x" * 100 + b"\nx = 1\n")])
    assert got.modules == {"logistic": b"pass\nx = 1\n"} and got.notebooks == set()
    command = "!pip install torch" + "x" * 21 + "… (line 1)"
    assert got.notes == (f"logistic.py: {command} was not run, because only a notebook knows this command.",)


def test_a_notebook_that_another_runs_is_a_module(open_zip: OpenZip) -> None:
    """Any other notebook is none, and one that is damaged or has a library's name takes nothing else along."""
    names = ("helpers", "json", "numpy", "damaged", "absent", "logistic")
    runs = ipynb("\n".join(f"%run {name}.ipynb" for name in names))
    helpers = ipynb("%run ./more.ipynb\ndef f(x):\n    return x")
    others = [(f"{name}.ipynb", ipynb("y = 2")) for name in ("json", "numpy", "more", "unused")]
    got = open_zip([("logistic.ipynb", runs), ("helpers.ipynb", helpers), ("damaged.ipynb", b"{"), *others])
    assert got.modules.keys() == {"logistic", "helpers", "more"}
    assert b"from more import *\ndef f(x):" in got.modules["helpers"]


def test_of_two_notebooks_only_the_right_name_counts(open_zip: OpenZip) -> None:
    both: list[Entry] = [("a.ipynb", ipynb("x = 1")), ("b.ipynb", ipynb("x = 2"))]
    assert open_zip(both).modules == {}
    assert open_zip([*both, ("logistic.ipynb", ipynb("x = 3"))]).modules == {"logistic": b"# cell 1\nx = 3\n"}


def test_a_module_comes_before_the_notebook_of_its_name(open_zip: OpenZip) -> None:
    got = open_zip([("logistic.py", CODE), ("logistic.ipynb", b"not even a notebook")])
    assert got.modules == {"logistic": CODE}
    assert got.notes == ("logistic.py was graded, but logistic.ipynb was not. Hand in only one of the two.",)


def test_the_only_notebook_is_the_first_module_that_is_missing(open_zip: OpenZip) -> None:
    got = open_zip([("hw.ipynb", ipynb("x = 1")), ("logistic.py", CODE)], asking("logistic", "plots", "more"))
    assert got.modules == {"logistic": CODE, "plots": b"# cell 1\nx = 1\n"}


def test_one_notebook_is_not_two_modules(open_zip: OpenZip) -> None:
    got = open_zip([("logistic.ipynb", ipynb("x = 1"))], asking("logistic", "plots"))
    assert got.modules == {"logistic": b"# cell 1\nx = 1\n"}


def test_a_notebook_in_a_folder_beside_files_does_not_count(open_zip: OpenZip) -> None:
    got = open_zip([("a/logistic.ipynb", ipynb("x = 1")), ("readme.txt", b"")])
    assert got.modules == {}
    assert "logistic.ipynb is missing at the top" in got.explain_missing("logistic")


def test_a_damaged_notebook_is_refused(open_zip: OpenZip) -> None:
    assert refused(open_zip, [("logistic.ipynb", b"{")]).startswith("The notebook is damaged. Open")


# Names that were nearly right


@pytest.mark.parametrize("name", ["Logistic.py", "logistic (1).py", "logistic(2).py", "logistic.py.txt", "logistic.txt",
                                  "Copy of logistic.py", "logistic - Copy.py", "logistic copy.py", "logistic_final.py",
                                  "logistic - 복사본.py", "logisitc.py", "logistics.py", "logistic2.py"])  # fmt: skip
def test_the_file_that_was_meant_is_named(open_zip: OpenZip, name: str) -> None:
    got = open_zip([(name, CODE), ("readme.txt", b""), ("helper.py", b"")])
    assert got.modules == {}
    assert got.explain_missing("logistic") == (
        f"logistic.py is missing, but there is a file named {name}. Rename it to logistic.py."
    )


@pytest.mark.parametrize("name", ["helper.py", "linguistic.py", "logistic.png", "test_visible.py", "logistic.csv"])
def test_other_files_are_not_taken_for_it(open_zip: OpenZip, name: str) -> None:
    assert open_zip([(name, b"")]).explain_missing("logistic").startswith("logistic.py is missing. Hand in")


def test_words_are_joined_as_in_the_module() -> None:
    got = submission.Submission(None, None, "", {"Dog-Wolf.py": b""}, {}, {}, ())
    assert "Rename it to dog_wolf.py" in got.explain_missing("dog_wolf")


def test_a_file_that_serves_as_one_module_is_not_offered_for_another(open_zip: OpenZip) -> None:
    got = open_zip([("sigmoid.py", CODE)], asking("sigmoid", "sigmoids"))
    assert got.explain_missing("sigmoids").startswith("sigmoids.py is missing. Hand in")


def test_a_notebook_of_nearly_the_right_name_stays_a_notebook(open_zip: OpenZip) -> None:
    got = open_zip([("Logistic.ipynb", ipynb("")), ("other.ipynb", ipynb(""))])
    assert got.explain_missing("logistic").endswith("Rename it to logistic.ipynb.")


# What cannot be a submission


def test_a_path_that_is_not_there_has_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot be read\. Give a folder, or a \.py, \.ipynb or \.zip file\."):
        submission.open(tmp_path / "missing.py", asking())
    with pytest.raises(UsageError, match="cannot be read"):
        submission.open(tmp_path / "a\0b.py", asking())


@pytest.mark.parametrize("name", ["logistic.tar.gz", "logistic", "logistic.txt", ".py"])
def test_an_unknown_ending_has_a_remedy(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(CODE)
    with pytest.raises(UsageError, match=r"is not a submission\. Give a folder, or a \.py, \.ipynb or \.zip file\."):
        submission.open(tmp_path / name, asking())


# Hostile folders


def refused_folder(folder: Path) -> str:
    with pytest.raises(SubmissionRejected) as caught:
        submission.open(folder, asking())
    assert ". " in caught.value.message
    return caught.value.message


@pytest.mark.parametrize("target", ["../secret.py", "missing", "../folder"])
def test_a_link_is_never_followed(tmp_path: Path, target: str) -> None:
    (tmp_path / "secret.py").write_bytes(b"answers")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "logistic.py").symlink_to(target)
    assert refused_folder(folder).startswith("logistic.py is a link or a special file. ")


@pytest.mark.parametrize("name", ["link", "link.py", "link.zip"])
def test_the_submission_itself_may_not_be_a_link(tmp_path: Path, name: str) -> None:
    target = tmp_path / "solutions"
    if name == "link":
        target.mkdir()
    else:
        target.write_bytes(CODE)
    (tmp_path / name).symlink_to(target)
    assert refused_folder(tmp_path / name).startswith(f"{name} is a link or a special file. ")


def test_a_second_name_of_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.py").write_bytes(b"answers")
    folder = tmp_path / "folder"
    folder.mkdir()
    os.link(tmp_path / "secret.py", folder / "logistic.py")
    assert refused_folder(folder).startswith("logistic.py is a link or a special file. ")


def test_a_pipe_is_refused_and_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "logistic.py")
    assert refused_folder(tmp_path).startswith("logistic.py is a link or a special file. ")
    assert refused_folder(tmp_path / "logistic.py").startswith("logistic.py is a link or a special file. ")


def test_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the path of a socket has to be short
    with socket.socket(socket.AF_UNIX) as door:
        door.bind("logistic.py")
        assert refused_folder(tmp_path).startswith("logistic.py is a link or a special file. ")
        assert refused_folder(Path("logistic.py")).startswith("logistic.py is a link or a special file. ")


def test_a_file_swapped_for_a_link_while_we_look_is_refused(tmp_path: Path) -> None:
    (tmp_path / "logistic.py").symlink_to("elsewhere")
    with pytest.raises(SubmissionRejected, match="is a link"):
        intake.read_plain(tmp_path / "logistic.py", "logistic.py", 10)
    with pytest.raises(SubmissionRejected, match="is a link"):
        intake.read_plain(tmp_path, "folder", 10)


def test_a_file_without_permission_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "logistic.py").write_bytes(CODE)

    def forbidden(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", forbidden)
    assert refused_folder(tmp_path) == "logistic.py cannot be read. Check its permissions and hand it in again."
    monkeypatch.setattr(os, "scandir", forbidden)
    assert refused_folder(tmp_path).startswith(f"{tmp_path.name} cannot be read. ")


def test_folders_too_deep_are_refused(tmp_path: Path) -> None:
    (tmp_path / "/".join("d" * 16)).mkdir(parents=True)
    assert submission.open(tmp_path, asking()).files == {}
    (tmp_path / "/".join("d" * 17)).mkdir(parents=True)
    assert refused_folder(tmp_path).endswith("is too long. Put your files at the top of your submission.")


def test_too_many_files_in_a_folder_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "FILES", 3)
    for i in range(3):
        (tmp_path / f"{i}.txt").touch()
    assert len(submission.open(tmp_path, asking()).files) == 3
    (tmp_path / "3.txt").touch()
    assert refused_folder(tmp_path).startswith("Your submission contains more than 3 files. ")


def test_too_many_entries_in_a_folder_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for i in range(intake.ENTRIES + 1):
        os.mkdir(tmp_path / f".{i}")
    assert refused_folder(tmp_path).startswith("Your submission contains more than 5000 entries. ")


def test_too_much_in_a_folder_is_refused(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        with (tmp_path / name).open("wb") as sparse:
            sparse.truncate(intake.UNPACKED_BYTES // 2)
    assert refused_folder(tmp_path).startswith("Unpacked, your submission is larger than 20 MB. ")


@pytest.mark.parametrize("name", ["a\nb.py", "a\x1b[31m.py", "a\u202eyp.py", "a\\b.py"])
def test_treacherous_names_in_a_folder_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    assert refused_folder(tmp_path).isprintable()


def test_names_that_are_no_text_are_refused(tmp_path: Path) -> None:
    os.close(os.open(os.fsencode(tmp_path) + b"/\xff.py", os.O_CREAT))
    assert refused_folder(tmp_path).startswith("The file name \\udcff.py contains an invisible character. ")


def test_names_in_the_code_page_of_korean_windows_are_read(tmp_path: Path) -> None:
    for name in ("과제.py", "도우미.py"):
        os.close(os.open(os.fsencode(tmp_path) + b"/" + name.encode("cp949"), os.O_CREAT))
    assert list(submission.open(tmp_path, asking()).files) == ["과제.py", "도우미.py"]
    single = submission.open(tmp_path / os.fsdecode("과제.py".encode("cp949")), asking())
    assert single.origins == {"logistic": "과제.py"}


def test_an_upload_too_large_is_refused(tmp_path: Path) -> None:
    for name in ("a.py", "a.ipynb", "a.zip"):
        with (tmp_path / name).open("wb") as sparse:
            sparse.truncate(intake.UPLOAD_BYTES + 1)
        assert refused_folder(tmp_path / name).startswith(f"{name} is larger than the limit of 10 MB. ")


# Hostile archives


@pytest.mark.parametrize("name", ["../logistic.py", "a/../../b.py", "a/..", "/etc/passwd", "//host/a.py", "C:/a.py",
                                  "c:a.py", "./C:/a.py", "..\\b.py", "a\\..\\b.py", "\\a.py", "C:\\a.py",
                                  "__MACOSX/../../x", ".hidden/../../x"])  # fmt: skip
def test_paths_that_lead_out_are_refused(open_zip: OpenZip, name: str) -> None:
    assert "leads out of your submission. " in refused(open_zip, [("logistic.py", CODE), (name, b"x")])


@pytest.mark.parametrize("stem", ["logistic", "과제"])  # the second is written with the mark of UTF-8
def test_a_name_is_read_to_its_end(open_zip: OpenZip, stem: str) -> None:
    content = zipped([(f"{stem}.pyX../../b", CODE)]).replace(b"pyX..", b"py\0..")
    assert refused(open_zip, content).startswith(f"The path {stem}.py\\u0000../../b leads out of")
    content = zipped([(f"{stem}.pyXb", CODE)]).replace(b"pyXb", b"py\0b")
    assert refused(open_zip, content).startswith(f"The file name {stem}.py\\u0000b contains an invisible character. ")


@pytest.mark.parametrize("name", ["a\nb.py", "a\x7f.py", "a\x85.py", "a\u202eyp.py", "a\u2066.py", "a\u200f.py",
                                  "a\u2028.py", "d\u061c/a.py"])  # fmt: skip
def test_names_that_cannot_be_seen_are_refused(open_zip: OpenZip, name: str) -> None:
    assert "contains an invisible character. " in refused(open_zip, [(name, b"")])


@pytest.mark.parametrize("name", ["d/" * 16 + "a.py", "a" * 501, "d/" * 30_000 + "a.py"])
def test_paths_too_long_are_refused(open_zip: OpenZip, name: str) -> None:
    sentence = refused(open_zip, [(name, b"")])
    assert "is too long. " in sentence
    assert len(sentence) < 200


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK])
def test_links_and_special_files_are_refused(open_zip: OpenZip, kind: int) -> None:
    sentence = refused(open_zip, [(of_kind("logistic.py", kind | 0o777), b"/etc/passwd")])
    assert sentence.startswith("logistic.py is a link or a special file. ")


def test_folders_of_any_kind_of_archive_are_no_files(open_zip: OpenZip) -> None:
    made: list[Entry] = [(of_kind("a", stat.S_IFDIR | 0o755), b""), (of_kind("b/", 0), b""), ("./", b"")]
    assert open_zip([*made, (of_kind("logistic.py", stat.S_IFREG | 0o644), CODE)]).files == {"logistic.py": CODE}


@pytest.mark.parametrize("bits", [0x1, 0x41, 0x2000])
def test_locked_archives_are_refused(open_zip: OpenZip, bits: int) -> None:
    content = bytearray(zipped([("logistic.py", CODE)]))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.index(signature) + offset
        content[at : at + 2] = struct.pack("<H", bits)
    assert refused(open_zip, bytes(content)).startswith("The archive is locked with a password. ")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_that_cannot_be_read_in_steps_are_refused(open_zip: OpenZip, method: int) -> None:
    sentence = refused(open_zip, zipped([("logistic.py", CODE)], method))
    assert sentence.startswith("The archive uses an unusual compression method. ")


def test_a_bomb_is_not_unpacked(open_zip: OpenZip) -> None:
    zeros = bytes(intake.UNPACKED_BYTES // 2)
    assert len(open_zip([("a", zeros), ("b", zeros)]).files) == 2
    sentence = refused(open_zip, [("a", zeros), ("b", zeros), ("c", b"1")])
    assert sentence.startswith("Unpacked, your submission is larger than 20 MB. ")


@pytest.mark.parametrize("size", [1, 2**31])
def test_sizes_in_headers_are_not_believed(open_zip: OpenZip, size: int) -> None:
    zeros = bytes(intake.UNPACKED_BYTES + 1)
    content = zipped([("a", zeros)]).replace(struct.pack("<I", len(zeros)), struct.pack("<I", size))
    sentence = refused(open_zip, content)
    assert sentence.startswith("The archive is damaged" if size == 1 else "Unpacked, your submission is larger")


def test_entries_that_share_one_body_are_refused(open_zip: OpenZip) -> None:
    # as a bomb of overlapping files does: the body of "a" is the whole of "b", header and all
    inner = zipped([("b", bytes(5000))], zipfile.ZIP_STORED)
    whole, entry = inner[: inner.index(b"PK\x01\x02")], bytearray(inner[inner.index(b"PK\x01\x02") : -22])
    outer = zipped([("a", whole)], zipfile.ZIP_STORED)
    start = outer.index(b"PK\x01\x02")
    entry[42:46] = struct.pack("<I", outer.index(whole))
    directory = outer[start:-22] + entry
    archive = outer[:start] + directory + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 2, 2, len(directory), start, 0)
    assert refused(open_zip, archive).startswith("The archive is damaged")


def test_sizes_past_the_end_are_refused(open_zip: OpenZip) -> None:
    content = bytearray(zipped([("logistic.py", CODE)], zipfile.ZIP_STORED))
    sizes = content.index(b"PK\x01\x02") + 20
    content[sizes : sizes + 8] = struct.pack("<II", len(content) - 5, len(content) - 5)
    assert refused(open_zip, bytes(content)).startswith("The archive is damaged")


def test_ten_thousand_entries_are_refused_unread(open_zip: OpenZip, monkeypatch: pytest.MonkeyPatch) -> None:
    contents = {name: zipped((f"{name}/{i}", b"") for i in range(10_000)) for name in (".cache", ".git", "venv")}
    monkeypatch.setattr(zipfile, "ZipFile", None)
    assert refused(open_zip, contents[".cache"]).startswith("Your submission contains more than 5000 entries. ")
    assert refused(open_zip, contents[".git"]).startswith("Your submission is too large because of .git/. ")
    assert refused(open_zip, contents["venv"]).startswith("Your submission is too large because of venv/. ")


def test_too_many_files_are_refused_and_ignored_ones_do_not_count(open_zip: OpenZip) -> None:
    ignored: list[Entry] = [(f"__MACOSX/._{i}", b"") for i in range(intake.FILES)]
    files: list[Entry] = [(f"{i}.txt", b"") for i in range(intake.FILES)]
    assert len(open_zip(files + ignored).files) == 200
    sentence = refused(open_zip, [*files, ("one-more.txt", b"")])
    assert sentence.startswith("Your submission contains more than 200 files. ")


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("logistic.py", "logistic.py"),
        ("logistic.py", "Logistic.PY"),
        ("a/b.py", "A/b.py"),
        ("a/b.py", "a//b.py"),
        ("각.py", "\u1100\u1161\u11a8.py"),
        ("straße.py", "STRASSE.py"),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_names_that_are_one_for_some_computers_are_refused(open_zip: OpenZip, one: str, two: str) -> None:
    assert "are the same name on many computers. " in refused(open_zip, [(one, b"1"), (two, b"2")])


def test_an_archive_in_the_archive_is_a_file_like_any_other(open_zip: OpenZip) -> None:
    inner = zipped([("../../logistic.py", CODE)])
    got = open_zip([("logistic.py", CODE), ("inner.zip", inner)])
    assert got.files == {"inner.zip": inner, "logistic.py": CODE}


def test_an_archive_that_is_the_only_file_is_unpacked_and_named(tmp_path: Path, open_zip: OpenZip) -> None:
    inner = zipped([("hw/logistic.py", CODE), ("hw/data/x.csv", b"1")])
    folder = tmp_path / "kim"
    folder.mkdir()
    (folder / "homework.zip").write_bytes(inner)
    for got in (open_zip([("homework.zip", inner)]), submission.open(folder, asking())):
        assert got.files == {"data/x.csv": b"1", "logistic.py": CODE}
        assert got.modules == {"logistic": CODE}
        assert got.notes == (
            "Your submission contained only the archive homework.zip, and we graded its files. Hand in the files "
            "themselves.",
        )


def test_an_archive_in_an_archive_in_an_archive_is_named(open_zip: OpenZip) -> None:
    content = zipped([("logistic.py", CODE)])
    for name in ("one.zip", "two.zip"):
        content = zipped([(name, content)])
    got = open_zip(content)
    assert got.modules == {}
    assert "there is an archive named one.zip. Unpack it" in got.explain_missing("logistic")


@pytest.mark.parametrize("name", ["homework.zip", "src/homework.tar.gz", "hw.rar", "hw.7z", "HW.EGG"])
def test_an_archive_beside_other_files_is_named_if_the_module_is_missing(open_zip: OpenZip, name: str) -> None:
    got = open_zip([(name, b"x"), ("readme.txt", b"")])
    assert got.explain_missing("logistic") == (
        f"logistic.py is missing, but there is an archive named {name}. Unpack it and hand in the files that it "
        "contains."
    )


def test_a_bomb_in_the_archive_is_not_unpacked(open_zip: OpenZip) -> None:
    half = bytes(intake.UNPACKED_BYTES // 2)
    inner = zipped([("a", half), ("b", half), ("c", b"1")])
    assert refused(open_zip, [("inner.zip", inner)]).startswith("Unpacked, your submission is larger than 20 MB. ")


@pytest.mark.parametrize(
    ("start", "kind"),
    [(b"Rar!\x1a\x07\x01\0", "RAR"), (b"7z\xbc\xaf\x27\x1c", "7z"), (b"\x1f\x8b\x08", "gzip"),
     (bytes(257) + b"ustar\0", "tar"), (b"ALZ\x01", "ALZ")],
)  # fmt: skip
def test_an_archive_with_the_wrong_ending_is_named(open_zip: OpenZip, start: bytes, kind: str) -> None:
    sentence = refused(open_zip, start + bytes(1000))
    assert sentence.startswith(f"upload.zip is an archive of another kind ({kind}). Hand in a .zip archive")


# Archives of Windows


def test_a_backslash_separates_folders_where_an_archive_has_no_slash(open_zip: OpenZip) -> None:
    names = ["hw\\", "hw\\logistic.py", "hw\\data\\x.csv", "hw\\.git\\config", "__MACOSX\\hw\\._x.csv"]
    got = open_zip([(name, CODE if name.endswith(".py") else b"") for name in names])
    assert got.files == {"data/x.csv": b"", "logistic.py": CODE}
    assert got.modules == {"logistic": CODE}


def test_a_backslash_in_an_archive_with_slashes_is_part_of_a_name_and_refused(open_zip: OpenZip) -> None:
    sentence = refused(open_zip, [("hw/logistic.py", CODE), ("hw\\b.py", b"")])
    assert sentence.startswith("The path hw\\b.py contains a backslash. Rename the file, ")


# Notebooks and modules with the ending of the other


@pytest.mark.parametrize("name", ["logistic.py", "nb.py"])
def test_a_notebook_saved_as_a_module_is_graded_as_a_notebook(tmp_path: Path, open_zip: OpenZip, name: str) -> None:
    (tmp_path / name).write_bytes(ipynb("x = 1"))
    stem = name.removesuffix(".py")
    for got in (submission.open(tmp_path / name, asking()), open_zip([(name, ipynb("x = 1")), ("data.csv", b"")])):
        assert got.modules == {"logistic": b"# cell 1\nx = 1\n"}
        assert got.place("logistic", 2) == (f"{stem}.ipynb, cell 1", 1)
        assert got.notes[0] == f"{name} is a notebook. We graded it as {stem}.ipynb. Save it with the ending .ipynb."


@pytest.mark.parametrize("name", ["logistic.ipynb", "hw.ipynb"])
def test_a_module_saved_as_a_notebook_is_graded_as_a_module(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(CODE)
    got = submission.open(tmp_path / name, asking())
    assert got.modules == {"logistic": CODE}
    assert got.notes[0].startswith(f"{name} is not a notebook but Python code. We graded it as {name[:-6]}.py. ")


def test_of_two_files_that_should_have_one_name_the_one_with_the_right_ending_counts(open_zip: OpenZip) -> None:
    got = open_zip([("logistic.py", ipynb("x = 1")), ("logistic.ipynb", ipynb("x = 2"))])
    assert got.modules == {"logistic": b"# cell 1\nx = 2\n"}
    assert "logistic.ipynb was graded, but logistic.py was not. Hand in only one of the two." in got.notes


def test_two_files_with_each_others_endings_are_both_kept(open_zip: OpenZip) -> None:
    got = open_zip([("logistic.py", ipynb("x = 1")), ("logistic.ipynb", CODE)])
    assert got.files == {"logistic.ipynb": ipynb("x = 1"), "logistic.py": CODE}


def test_names_in_any_script_are_read(open_zip: OpenZip) -> None:
    names = ["과제/로지스틱 회귀.txt", "données/é.txt", "данные.txt", "資料.txt", "🙂.txt", "logistic.py"]
    assert sorted(open_zip([(name, b"") for name in names]).files) == sorted(names)


@pytest.mark.parametrize(("encoding", "name"), [("utf-8", "과제.txt"), ("cp949", "과제.txt"), ("cp437", "é.txt")])
def test_names_without_a_declared_encoding_are_read(open_zip: OpenZip, encoding: str, name: str) -> None:
    raw = name.encode(encoding)
    placeholder = "x" * len(raw)
    content = zipped([(placeholder, b""), ("logistic.py", CODE)]).replace(placeholder.encode(), raw)
    assert sorted(open_zip(content).files) == sorted([name, "logistic.py"])


def test_decomposed_names_are_composed(open_zip: OpenZip) -> None:
    assert list(open_zip([("\u1100\u1161\u11a8.txt", b"")]).files) == ["각.txt"]


WHOLE = zipped([("logistic.py", CODE), ("a.txt", b"a" * 1000)])


@pytest.mark.parametrize(
    "content",
    [b"", b"PK", b"not a zip", WHOLE[:-30], WHOLE[20:],
     zipped([("logistic.py", CODE)], zipfile.ZIP_STORED).replace(b"sigmoid", b"sigmuid"),
     WHOLE.replace(b"PK\x03\x04", b"PK\x03\x05")],
)  # fmt: skip
def test_damaged_archives_are_refused(open_zip: OpenZip, content: bytes) -> None:
    assert refused(open_zip, content).startswith("The archive is damaged or is not a zip archive. ")


def test_nothing_is_written_to_disk(tmp_path: Path, open_zip: OpenZip) -> None:
    open_zip([("logistic.py", CODE), ("a/b.txt", b"")])
    assert [path.name for path in tmp_path.rglob("*")] == ["upload.zip"]


@pytest.fixture(scope="module")
def upload(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("uploads") / "upload.zip"


def opens_or_refuses(upload: Path, content: bytes) -> None:
    upload.write_bytes(content)
    with contextlib.suppress(SubmissionRejected):
        assert len(submission.open(upload, asking()).sha256) == 64


@settings(deadline=None)
@given(content=st.binary())
def test_any_bytes_are_opened_or_refused(upload: Path, content: bytes) -> None:
    opens_or_refuses(upload, content)


@pytest.mark.slow
@settings(deadline=None, max_examples=300)
@given(changes=st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.binary(max_size=4)), min_size=1, max_size=4))
def test_any_damage_to_an_archive_is_opened_or_refused(upload: Path, changes: list[tuple[int, bytes]]) -> None:
    content = bytearray(WHOLE)
    for at, new in changes:
        content[at : at + len(new)] = new
    opens_or_refuses(upload, bytes(content))


NAMES = st.text(min_size=1, alphabet=st.characters(codec="utf-8", exclude_characters="\0"))  # zipfile cannot write it


@settings(deadline=None)
@given(entries=st.lists(st.tuples(NAMES, st.binary())))
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_any_entries_are_opened_or_refused(upload: Path, entries: list[Entry]) -> None:
    opens_or_refuses(upload, zipped(entries))
