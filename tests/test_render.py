"""Reports made visible. The gold files are renewed with ``UPDATE_GOLD=1 pytest tests/test_render.py``.

A rendering that differs from its gold is saved beside it as ``<name>.new``. Read every changed gold by eye.
"""

from __future__ import annotations

import ast
import base64
import difflib
import hashlib
import io
import os
import re
import unicodedata
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
import report_samples as samples
from hypothesis import given
from hypothesis import strategies as st
from report_samples import EVERY_VERDICT, OUTCOMES, all_passed, hostile, korean, practice, untouched
from rich.cells import cell_len
from rich.console import Console

from autograder.errors import AutograderError
from autograder.messages import use_language
from autograder.model import (
    Audience,
    GradedCase,
    Mismatch,
    Report,
    Score,
    SubmissionInfo,
    Task,
    Verdict,
)
from autograder.reports import class_page, document, files, page, terminal, views

GOLD = Path(__file__).parent / "gold"
ROWS = [
    views.class_row(replace(all_passed(), submission=SubmissionInfo("student01", "0" * 64)), page="a.html"),
    views.class_row(EVERY_VERDICT, page="05-logistic-student07--c0ffee.html"),
    views.class_row(practice()),
]


def printed(show, *arguments, width=100, **options) -> str:
    """Return what ``show`` prints on a console without colours, line ends trimmed."""
    file = io.StringIO()
    show(*arguments, console=Console(file=file, width=width, color_system=None), **options)
    return "".join(line.rstrip() + "\n" for line in file.getvalue().split("\n")[:-1])


def race_rows() -> list[views.ClassRow]:
    """A class whose assignment measures something, with a page for each but one."""
    reports = samples.race()
    rows = [views.class_row(report, page=files.page_name(report)) for report in reports[:-1]]
    return [*rows, views.class_row(reports[-1])]


def in_korean(show, *arguments, **options) -> str:
    """Return what ``show`` makes while Korean is spoken."""
    with use_language("ko"):
        return show(*arguments, **options)


LONG = "모든 곳에서 기울기의 N배입니다. L의 평균은 미분에 어떤 영향을 줍니까? " * 4
KOREAN_ROWS = [
    views.class_row(replace(korean(), submission=SubmissionInfo(name, "0" * 64)), page="a.html")
    for name in ("김민준", "남궁서연", "student03")
] + [replace(views.class_row(korean()), student="제갈공명", hint=LONG.strip())]


def on_terminal(report: Report, audience: Audience = Audience.STUDENT, width: int = 100) -> str:
    return printed(terminal.show, report, audience=audience, width=width)


# --- gold -------------------------------------------------------------------------------------------------------------


def scrub(text: str) -> str:
    """Take out digests and the style sheet, which has tests of its own."""
    text = re.sub(r"<style>.*?</style>", "<style>…</style>", text, flags=re.S)
    return re.sub(r"sha256-[\w+/=]+|\b[0-9a-f]{64}\b", "DIGEST", text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("report.txt", on_terminal(EVERY_VERDICT)),
        ("report-staff.txt", on_terminal(EVERY_VERDICT, Audience.STAFF)),
        ("practice.txt", on_terminal(practice())),
        ("hostile.txt", on_terminal(hostile())),
        ("class.txt", printed(terminal.class_table, ROWS)),
        ("report-ko.txt", on_terminal(korean())),
        ("class-ko.txt", in_korean(printed, terminal.class_table, KOREAN_ROWS)),
        ("report-ko.html", page.html(korean(), audience=Audience.STUDENT)),
        ("report.html", page.html(EVERY_VERDICT, audience=Audience.STUDENT)),
        ("hostile-staff.html", page.html(hostile(), audience=Audience.STAFF)),
        ("class.html", class_page.html(ROWS, slug="05-logistic", title="Logistic regression")),
        ("leaderboard.txt", printed(terminal.class_table, race_rows())),
        ("leaderboard-ko.txt", in_korean(printed, terminal.class_table, race_rows())),
        ("leaderboard.html", class_page.html(race_rows(), slug="14-capstone", title="An engine of your own")),
        ("report.json", document.to_json(EVERY_VERDICT, audience=Audience.STUDENT)),
    ],
    ids=lambda value: value if len(value) < 30 else "",
)
def test_gold(name, text):
    gold, new, text = GOLD / name, GOLD / f"{name}.new", scrub(text)
    if os.environ.get("UPDATE_GOLD"):
        gold.write_text(text, encoding="utf-8", newline="\n")
    wanted = gold.read_text(encoding="utf-8")
    if text != wanted:
        new.write_text(text, encoding="utf-8", newline="\n")
        pytest.fail("\n".join(difflib.unified_diff(wanted.split("\n"), text.split("\n"), name, new.name, lineterm="")))
    new.unlink(missing_ok=True)


# --- what a student may not see ---------------------------------------------------------------------------------------

SECRET_FIELDS = {"call", "got", "want", "where", "share", "output", "staff"}


def canary(case: int, field: str) -> str:
    return f"canary{case}{field}end"


def planted(index: int, verdict: Verdict, visible: bool, kind: str) -> GradedCase:
    """Make a case whose every text is a word of its own."""
    found = Mismatch(kind, *(canary(index, field) for field in ("got", "want", "where", "share")))
    texts = {field: canary(index, field) for field in ("title", "message", "hint", "call", "output", "staff")}
    return GradedCase(
        canary(index, "case"), "t", texts.pop("title"), 1.0, 0.0, verdict, visible, mismatch=found, **texts
    )


KINDS = ["type", "shape", "dtype", "non-finite", "value", "effect", "exception", "property"]
CASES = st.lists(st.tuples(st.sampled_from(Verdict), st.booleans(), st.sampled_from(KINDS)), min_size=1, max_size=4)


@given(CASES, st.booleans())
def test_no_secret_reaches_a_student_in_any_rendering(drawn, official):
    cases = tuple(planted(index, *each) for index, each in enumerate(drawn))
    report = replace(EVERY_VERDICT, tasks=(Task("t", "", 9.0),), outcomes=cases, official=official)
    for text in (
        on_terminal(report),
        page.html(report, audience=Audience.STUDENT),
        document.to_json(report, audience=Audience.STUDENT),
    ):
        shown = set(re.findall(r"canary(\d+)([a-z]+?)end", text))
        for index, case in enumerate(cases):
            secret = {"staff"} if case.visible else SECRET_FIELDS
            assert not {(str(index), field) for field in secret} & shown


@pytest.mark.parametrize("visible", [True, False])
def test_staff_see_every_field_of_a_failed_case(visible):
    report = replace(EVERY_VERDICT, outcomes=(planted(0, Verdict.FAILED, visible, "value"),))
    fields = {*SECRET_FIELDS, "case", "title", "message", "hint"}
    assert set(re.findall(r"canary0([a-z]+?)end", on_terminal(report, Audience.STAFF))) == fields
    assert set(re.findall(r"canary0([a-z]+?)end", page.html(report, audience=Audience.STAFF))) == fields


def test_a_student_sees_kind_and_hint_of_a_hidden_case():
    text = on_terminal(replace(EVERY_VERDICT, outcomes=(planted(0, Verdict.FAILED, False, "dtype"),)))
    assert "FAILED  canary0caseend  (hidden case)" in text
    assert "dtype    differs (the inputs and values of a hidden case" in text
    assert "hint     canary0hintend" in text
    assert "make grade" not in text  # no student can run it again


# --- hostile text -----------------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """The tags, attributes and headings of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.attributes if key == name]


def nasty_class() -> list[views.ClassRow]:
    report = hostile()
    passed = replace(report, outcomes=tuple(replace(case, verdict=Verdict.PASSED) for case in report.outcomes))
    return [
        views.class_row(each, page="javascript:alert(1)//" + samples.NASTY.replace("\udc80", ""))
        for each in (report, passed)
    ]


def hostile_renderings() -> list[str]:
    wide = Console(file=io.StringIO(), width=200, color_system=None)
    terminal.summary([hostile(), hostile()], wide, modules={"05-logistic": "logistic.py"})
    terminal.class_table(nasty_class(), wide)
    return [
        on_terminal(hostile(), Audience.STAFF),
        wide.file.getvalue(),  # type: ignore[attr-defined]
        page.html(hostile(), audience=Audience.STAFF),
        class_page.html(nasty_class(), slug="05-logistic", title="x"),
    ]


@pytest.mark.parametrize("text", hostile_renderings(), ids=["terminal", "tables", "page", "class"])
def test_no_control_or_bidi_sign_is_passed_on(text):
    assert {unicodedata.category(sign) for sign in text if sign not in "\n\t"}.isdisjoint(
        {"Cc", "Cf", "Cs", "Zl", "Zp"}
    )
    assert r"\x1b" in text and r"\u202e" in text


@pytest.mark.parametrize("text", hostile_renderings()[2:], ids=["page", "class"])
def test_a_submission_adds_nothing_to_a_page(text):
    shown = Page(text)
    assert not {"script", "img", "link", "iframe", "object", "form"} & set(shown.tags)
    assert not [name for name, _ in shown.attributes if name.startswith("on") or name == "style"]
    assert not [value for value in shown.values("href") if ":" in value]
    assert "{{ 7 * 7 }}" in text


def test_a_submission_adds_nothing_to_the_index(tmp_path):
    text = page.write_index([hostile()], ["javascript:alert(1)"], tmp_path).read_text(encoding="utf-8")
    assert "script" not in Page(text).tags and Page(text).values("href") == ["javascript%3Aalert%281%29"]
    assert r"\x1b" in text and "\x1b" not in text


def test_a_submission_cannot_write_rich_markup():
    file = io.StringIO()
    terminal.show(hostile(), audience=Audience.STUDENT, console=Console(file=file, width=400, force_terminal=True))
    assert "[bold red]rich[/]" in file.getvalue() and ":smiley:" in file.getvalue()
    assert "evil.example\x1b" not in file.getvalue() and "\x1b]8" not in file.getvalue()


def test_a_submission_cannot_forge_a_line():
    lines = on_terminal(hostile(), width=400).split("\n")
    assert [line for line in lines if line.startswith(("Total", "PASSED"))] == ["Total  10.5 of 94 points"]


def test_endless_output_is_cut():
    flood = "first\n" + "0123456789\n" * 200_000 + "last"
    report = replace(EVERY_VERDICT, outcomes=(replace(OUTCOMES[1], output=flood, message="x" * 100_000),))
    for text in (on_terminal(report), page.html(report, audience=Audience.STUDENT)):
        assert len(text) < 50_000 and "characters left out" in text
        assert "first" in text and "last" in text


# --- terminal ---------------------------------------------------------------------------------------------------------


def test_a_failure_reads_as_the_style_wants():
    report = replace(practice(), outcomes=(replace(OUTCOMES[3], title=""),))
    assert """
FAILED  gradient_matches_slope
  called   bce_backward(p, y)   p, y: float32 (8,), seed 0
  value    got -1.60445, want -0.200557  at [0] (8 of 8 entries differ)
  hint     yours is N times the gradient, everywhere. What does the mean in L do to its derivative?
  rerun    make grade A=05-logistic
""" in on_terminal(report)


def test_values_with_lines_of_their_own_stand_below_each_other():
    found = Mismatch("value", "[[1 2]\n [3 4]]", "[[1 2]\n [3 5]]", "[1, 1]", "1 of 4 entries differs")
    text = on_terminal(replace(practice(), outcomes=(replace(OUTCOMES[3], mismatch=found),)))
    assert "value    got [[1 2]\n            [3 4]]\n" in text
    assert "\n           at [1, 1] (1 of 4 entries differs)\n" in text


def test_a_difference_without_values_is_told_by_its_message():
    case = replace(OUTCOMES[3], mismatch=Mismatch("property", "", ""), message="the loss rose at step 12")
    text = on_terminal(replace(practice(), outcomes=(case,)))
    assert "reason   the loss rose at step 12" in text and "got" not in text


def test_practice_is_stamped_and_names_the_missing_layers():
    text = on_terminal(practice())
    assert "PRACTICE  A practice run of the visible cases; it is not a grade." in text
    assert "Sandbox layers missing on this machine: user namespace, seccomp." in text
    assert "OFFICIAL" not in text and "PRACTICE" not in on_terminal(EVERY_VERDICT)


def test_a_passed_case_speaks_only_when_it_has_something_to_say():
    assert "sigmoid_of_zero" not in on_terminal(all_passed())
    case = replace(OUTCOMES[0], message="accuracy 0.97")
    assert "PASSED  sigmoid_of_zero" in on_terminal(replace(all_passed(), outcomes=(case,)))
    assert "Everything passes. Well done!" in on_terminal(all_passed())


@pytest.mark.parametrize("verdict", [Verdict.PASSED, Verdict.FAILED])
@pytest.mark.parametrize("visible", [True, False])
def test_students_see_what_was_measured_of_them_and_no_leaderboard(verdict, visible):
    case = replace(OUTCOMES[0], verdict=verdict, visible=visible, measure=samples.SPEED)
    report = replace(EVERY_VERDICT, outcomes=(case,))
    text = on_terminal(report)
    assert f"{verdict.upper()}  sigmoid_of_zero" in text and "\n  measured speed ratio: 143.3 ×\n" in text
    shown = page.html(report, audience=Audience.STUDENT)
    assert "<dt>measured</dt>\n<dd>speed ratio: 143.3 ×</dd>" in shown
    assert "eaderboard" not in text and 'class="leaderboard"' not in shown
    assert "측정값   speed ratio: 143.3 ×" in on_terminal(replace(report, language="ko"))


def test_a_refused_submission_is_one_sentence():
    refused = replace(EVERY_VERDICT, outcomes=(), notes=("The archive has a link out of itself.",), score=Score(0, 100))
    text = on_terminal(refused)
    assert "The archive has a link out of itself." in text and "not graded" in text and "0 of 100 points" in text


@pytest.mark.parametrize("report", [hostile(), korean()], ids=["hostile", "korean"])
@pytest.mark.parametrize("width", [60, 80])
def test_nothing_is_wider_than_the_terminal(report, width):
    assert max(cell_len(line) for line in on_terminal(report, width=width).split("\n")) <= width


def columns_of(line: str, words: list[str]) -> list[int]:
    """The column of a terminal at which each of ``words`` begins; a Hangul syllable takes two."""
    return [cell_len(line[: line.index(word)]) for word in words]


def test_korean_columns_stand_below_each_other():
    text = in_korean(printed, terminal.class_table, KOREAN_ROWS, width=160)
    head = next(line for line in text.split("\n") if "학생" in line)
    score, cases = cell_len(head[: head.index("점수") + 2]), columns_of(head, ["케이스"])[0]
    for name in ("김민준", "남궁서연", "student03", "제갈공명"):
        row = next(line for line in text.split("\n") if line.startswith(name))
        assert cell_len(row[: row.index("10.5 / 94") + 9]) == score  # numbers end where their label ends
        assert columns_of(row, ["통과 1"])[0] == cases
    report = on_terminal(korean()).split("\n")
    labels = [
        line for line in report if line.startswith(("  호출", "  형태", "  힌트", "  출력", "  재실행", "  이유"))
    ]
    assert {cell_len(re.match(r"  \S+ +", line)[0]) for line in labels} == {11}  # type: ignore[index]


def test_a_class_table_cuts_a_long_hint_at_a_word_and_says_so():
    text = re.sub(r"\s+", " ", in_korean(printed, terminal.class_table, KOREAN_ROWS[-1:], width=400))
    hint = text[text.index("모든 곳에서") : text.index("…") + 1]
    assert hint[:-1] in LONG and LONG[len(hint) - 1] == " " and 120 < cell_len(hint) <= 160
    assert "생략" not in text and "left out" not in text
    english = printed(terminal.class_table, [replace(ROWS[0], hint="one two three four five " * 20)], width=400)
    assert re.search(r"\b(one|two|three|four|five)…", english) and "characters left out" not in english


MODULES = {"01-dog-wolf": "dog_wolf.py", "02-tensors": "tensors.py"}


def test_the_summary_of_untouched_assignments_says_how_to_begin():
    text = printed(terminal.summary, [untouched(), untouched("02-tensors")], modules=MODULES)
    assert "01-dog-wolf   Dog or wolf   0 / 62   not attempted" in text
    for step in (
        "assignments/01-dog-wolf/README.md",
        "assignments/01-dog-wolf/dog_wolf.py",
        "make grade A=01-dog-wolf",
    ):
        assert step in text


def test_the_summary_warns_once_of_layers_that_do_not_hold():
    text = printed(terminal.summary, [practice(), practice(), all_passed()], modules={})
    assert text.count("Sandbox layers missing on this machine: user namespace, seccomp.") == 1
    assert "Missing" not in printed(terminal.summary, [all_passed()], modules={})


def test_the_summary_names_the_next_assignment():
    text = printed(terminal.summary, [all_passed(), practice()], modules={})
    assert "100 / 100   passed" in text and "make grade A=05-logistic" in text and "README" not in text


def test_the_summary_of_solved_assignments_is_glad():
    assert "Everything passes. Well done!" in printed(terminal.summary, [all_passed()], modules={})


# --- page -------------------------------------------------------------------------------------------------------------

REPORTS = {
    "every": EVERY_VERDICT,
    "korean": korean(),
    "practice": practice(),
    "passed": all_passed(),
    "untouched": untouched(),
}


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS.keys())
def test_a_page_needs_nothing_but_itself_and_is_well_formed(report):
    text = page.html(report, audience=Audience.STUDENT)
    shown = Page(text)
    assert not re.search(r"https?:|url\(|@import|src=", text)
    assert shown.values("lang") == [report.language] and shown.tags.count("h1") == 1
    assert "width=device-width, initial-scale=1" in shown.values("content")
    ids = shown.values("id")
    assert len(ids) == len(set(ids))
    assert {f"#{each}" for each in ids} >= set(shown.values("href"))
    assert set(shown.values("aria-labelledby")) <= set(ids)


def test_every_label_of_a_korean_page_is_korean():
    text = page.html(korean(), audience=Audience.STUDENT)
    labels = re.findall(r"<(?:dt|th scope=\"(?:col|row)\"(?: class=\"number\")?)>([^<]+)</", text)
    labels += re.findall(r"<span class=\"(?:verdict|stamp \w+|tag)\">(?:<span[^>]*>.</span> )?([^<]+)</span>", text)
    labels += re.findall(r"aria-label=\"([^\"]+)\"", text)
    assert len(labels) > 60
    assert [label for label in labels if not re.search("[가-힣]", label)] == []


def test_a_page_may_use_the_fonts_that_korean_computers_have():
    css = (page.template_folder() / "style.css").read_text(encoding="utf-8")
    assert 'system-ui, "Malgun Gothic", "Apple SD Gothic Neo", "Noto Sans KR", sans-serif' in css
    assert "word-break: keep-all" in css


def test_the_index_and_the_class_page_speak_the_language_in_hand(tmp_path):
    index = in_korean(page.write_index, [korean()], ["a.html"], tmp_path).read_text(encoding="utf-8")
    shown = in_korean(class_page.html, KOREAN_ROWS, slug="05-logistic", title="로지스틱 회귀")
    for text, words in (
        (index, ("과제 목록", "채점 미완료")),
        (shown, ("첫 번째 힌트", "제출물 4개, 평균 94점 중 10.5점")),
    ):
        assert Page(text).values("lang") == ["ko"] and all(word in text for word in words)


def test_a_kind_of_difference_that_this_version_does_not_know_is_shown_as_it_is():
    odd = replace(korean(), outcomes=(replace(OUTCOMES[3], mismatch=Mismatch("colour", "red", "blue")),))
    assert "colour" in on_terminal(odd) and "colour" in page.html(odd, audience=Audience.STUDENT)


def test_the_policy_of_a_page_lets_only_its_own_style_pass():
    text = page.html(EVERY_VERDICT, audience=Audience.STUDENT)
    style = re.search(r"<style>(.*?)</style>", text, flags=re.S)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'" in text


def test_a_page_shows_everything_that_a_student_needs():
    text = page.html(EVERY_VERDICT, audience=Audience.STUDENT)
    for wanted in (
        "김민준 (student07)", ">10.5<", "/ 94 points", ">not counted<", "-2 points: one day late",
        ">official<", "Incomplete:",
        "logistic_final(2).py was graded as", "at [0] (8 of 8 entries differ)", "flatten() forgets the shape",
        "안녕하세요, 시그모이드", "make grade A=05-logistic", "Try small inputs of your own", "seccomp", ">0.1.0<",
        ">7<", ">cpu<",
    ):  # fmt: skip
        assert wanted in text, wanted
    for verdict in Verdict:
        assert f'class="case {verdict.replace("_", "-")}"' in text


@pytest.mark.parametrize(("earned", "possible", "width"), [(50, 200, "25%"), (9, 3, "100%"), (1, 3, "33.33%")])
def test_the_bar_shows_the_share_of_the_points(earned, possible, width):
    text = page.html(replace(all_passed(), score=Score(earned, possible)), audience=Audience.STUDENT)
    assert f'class="fill" width="{width}"' in text


@pytest.mark.parametrize("score", [Score(0, 0), Score(0, 10), Score(-3, 10)])
def test_an_empty_bar_has_no_fill(score):
    assert 'class="fill"' not in page.html(replace(all_passed(), score=score), audience=Audience.STUDENT)


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb (WCAG 2.2)."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_every_ink_is_readable_on_every_ground(theme):
    css = (page.template_folder() / "style.css").read_text(encoding="utf-8")
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", re.findall(r":root \{(.*?)\}", css, flags=re.S)[theme]))
    for ground in ("page", "card", "code", "hint"):
        for ink in ("ink", "soft", "link", "good", "bad", "open", "ours"):
            dark, light = sorted((luminance(colours[ink]), luminance(colours[ground])))
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (ink, ground)  # WCAG 2.2, 1.4.3, level AA


def test_a_leaderboard_has_a_line_for_each_submission_that_passes_the_case():
    text = class_page.html(race_rows(), slug="14-capstone", title="x")
    speed, loss = text.split('<section class="leaderboard"')[1:]
    lines = re.findall(r'<tr><td class="number">(\d+)</td>.*?>([^<>]+)<.*<td class="number">(.*)</td></tr>', speed)
    assert lines == [
        ("1", "제갈공명", "12346 ×"), ("2", "student01", "98.2 ×"), ("2", "student02", "98.2 ×"),
        ("4", "남궁서연", "20 ×"), ("5", "田中さくら", "7 ×"),
    ]  # fmt: skip
    assert "student04" in loss and len(Page(loss).values("href")) == 5
    for rows in (ROWS, KOREAN_ROWS, []):
        assert '<section class="leaderboard"' not in class_page.html(rows, slug="05-logistic", title="x")
        assert "Leaderboard" not in printed(terminal.class_table, rows)


@pytest.mark.parametrize("width", [40, 60, 100])
def test_wide_names_keep_the_columns_of_a_leaderboard(width):
    text = in_korean(printed, terminal.class_table, race_rows(), width=width)
    boards = text[text.index("순위표") :]
    assert max(cell_len(line) for line in text.split("\n")) <= width
    speed = [line for line in boards.split("\n") if line.endswith("×")]
    assert len(speed) == 5 and len({cell_len(line) for line in speed}) == 1


def test_the_class_page_links_each_student():
    text = class_page.html(ROWS, slug="05-logistic", title="Logistic regression")
    assert Page(text).values("href") == ["a.html", "05-logistic-student07--c0ffee.html"]
    assert "(no name)" in text and "3 submissions, mean 41 of 100 points" in text


def test_the_index_links_each_assignment(tmp_path):
    path = page.write_index([all_passed(), untouched()], ["05-logistic.html", "01-dog-wolf.html"], tmp_path)
    text = path.read_text(encoding="utf-8")
    assert path == tmp_path / "index.html"
    assert Page(text).values("href") == ["05-logistic.html", "01-dog-wolf.html"]
    assert ">100 / 100<" in text and ">not attempted<" in text


# --- files ------------------------------------------------------------------------------------------------------------


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


@pytest.mark.parametrize("place", ["package/templates", "templates"], ids=["wheel", "checkout"])
def test_templates_are_found_in_a_wheel_and_in_a_checkout(tmp_path, place):
    folder = tmp_path / place
    folder.mkdir(parents=True)
    (folder / "report.html.j2").touch()
    assert page.template_folder(tmp_path / "package") == folder


def test_missing_templates_are_an_error_with_a_remedy(tmp_path):
    with pytest.raises(AutograderError, match=r"Install autograder again. \[report-templates\]"):
        page.template_folder(tmp_path / "package")


def test_reports_import_neither_grading_nor_sandbox():
    for path in Path(page.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if re.match(r"autograder\.(grading|sandbox)|numpy|torch", name)], path
