"""The files of reports."""

from __future__ import annotations

import os
import re
import unicodedata
from dataclasses import replace

import pytest
from report_samples import EVERY_VERDICT

from autograder.errors import AutograderError
from autograder.model import Audience, Report
from autograder.reports import files, page


def named(student: str | None) -> Report:
    return replace(EVERY_VERDICT, submission=replace(EVERY_VERDICT.submission, student=student))


def test_a_page_is_written_under_a_name_of_ours(tmp_path):
    path = page.write(named("student07"), tmp_path / "new" / "folder", audience=Audience.STUDENT)
    assert path == tmp_path / "new" / "folder" / "05-logistic-student07.html"
    assert path.read_text(encoding="utf-8") == page.html(named("student07"), audience=Audience.STUDENT)
    assert files.page_name(named(None), ending="json") == "05-logistic.json"


def test_no_two_students_of_a_class_have_one_file_on_any_file_system():
    students = [
        "Kim",
        "kim",
        "이서연",
        "Straße",
        "STRASSE",
        unicodedata.normalize("NFD", "박지호"),
        "박지호",
        "Ｋim",
        "a/b",
    ]
    names = files.page_names("05-logistic", students)
    assert list(names) == students
    assert names["이서연"] == "05-logistic-이서연"
    assert re.fullmatch("05-logistic-Kim--[0-9a-f]{12}", names["Kim"])
    folded = {unicodedata.normalize("NFKC", name.casefold()).casefold() for name in names.values()}
    assert len(folded) == len(students)


@pytest.mark.parametrize("student", ["../../evil", "/etc/passwd", "a\x00b", "..", "", "con.html/..", "C:\\x", "\udc80"])
def test_a_students_name_never_leads_out_of_the_folder(tmp_path, student):
    path = page.write(named(student), tmp_path / "pages", audience=Audience.STUDENT)
    assert path.parent == tmp_path / "pages" and path.is_file()
    assert list(tmp_path.rglob("*.*")) == [path]


def test_a_hostile_slug_never_leads_out_of_the_folder(tmp_path):
    path = page.write(replace(named(None), assignment="../../x"), tmp_path, audience=Audience.STUDENT)
    assert path.parent == tmp_path and path.is_file()


def test_a_page_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    path = page.write(named("student07"), tmp_path, audience=Audience.STUDENT)
    before = path.read_text(encoding="utf-8")

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(AutograderError, match="cannot be written: No space left on device") as caught:
        page.write(replace(named("student07"), title="Other"), tmp_path, audience=Audience.STUDENT)
    assert caught.value.slug == "report-write"
    assert path.read_text(encoding="utf-8") == before and list(tmp_path.iterdir()) == [path]


def test_a_link_at_the_place_of_a_page_is_replaced_not_followed(tmp_path):
    outside = tmp_path / "outside.txt"
    outside.write_text("mine")
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "05-logistic-student07.html").symlink_to(outside)
    path = page.write(named("student07"), tmp_path / "pages", audience=Audience.STUDENT)
    assert outside.read_text() == "mine" and not path.is_symlink()
