"""The page of a class."""

from __future__ import annotations

import re

from renderings import KOREAN_ROWS, ROWS, Page, class_html, in_korean, printed, race_rows
from report_samples import korean

from autograder.reports import page, terminal
from autograder.reports.last_run import LastRun


def test_a_leaderboard_has_a_line_for_each_submission_that_passes_the_case():
    text = class_html(race_rows(), slug="14-capstone", title="x")
    speed, loss = text.split('<section class="leaderboard"')[1:]
    lines = re.findall(r'<tr><td class="number">(\d+)</td>.*?>([^<>]+)<.*<td class="number">(.*)</td></tr>', speed)
    assert lines == [
        ("1", "제갈공명", "12346 ×"), ("2", "student01", "98.2 ×"), ("2", "student02", "98.2 ×"),
        ("4", "남궁서연", "20 ×"), ("5", "田中さくら", "7 ×"),
    ]  # fmt: skip
    assert "student04" in loss and len(Page(loss).values("href")) == 5
    for rows in (ROWS, KOREAN_ROWS, []):
        assert '<section class="leaderboard"' not in class_html(rows, slug="05-logistic", title="x")
        assert "Leaderboard" not in printed(terminal.class_table, rows)


def test_the_class_page_links_each_student():
    text = class_html(ROWS, slug="05-logistic", title="Logistic regression")
    assert Page(text).values("href") == ["a.html", "05-logistic-student07--c0ffee.html"]
    assert "(no name)" in text and "3 submissions, mean 56.25 of 100 points" in text


def test_the_index_and_the_class_page_speak_the_language_in_hand(tmp_path):
    index = in_korean(page.write_index, [LastRun.of(korean())], tmp_path).read_text(encoding="utf-8")
    shown = in_korean(class_html, KOREAN_ROWS, slug="05-logistic", title="로지스틱 회귀")
    for text, words in (
        (index, ("과제 목록", "채점 미완료")),
        (shown, ("첫 번째 힌트", "제출물 4개, 채점이 끝난 것 없음")),
    ):
        assert Page(text).values("lang") == ["ko"] and all(word in text for word in words)
