"""The page of one report, and the index of all assignments."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace

import pytest
from renderings import Page
from report_samples import EVERY_VERDICT, all_passed, explained, hostile, korean, practice, untouched

from autograder.errors import AutograderError
from autograder.model import Audience, Score, Verdict
from autograder.reports import page
from autograder.reports.last_run import LastRun

REPORTS = {
    "every": EVERY_VERDICT,
    "korean": korean(),
    "practice": practice(),
    "explained": explained(),
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
    labels = re.findall(r"<(?:dt|th(?: role=\"\w+\")? scope=\"(?:col|row)\"(?: class=\"number\")?)>([^<]+)</", text)
    labels += re.findall(r"<span class=\"(?:verdict|stamp \w+|tag)\">(?:<span[^>]*>.</span> )?([^<]+)</span>", text)
    labels += re.findall(r"aria-label=\"([^\"]+)\"", text)
    assert len(labels) > 60
    assert [label for label in labels if not re.search("[가-힣]", label)] == []


def test_a_page_may_use_the_fonts_that_korean_computers_have():
    css = (page.template_folder() / "style.css").read_text(encoding="utf-8")
    assert 'system-ui, "Malgun Gothic", "Apple SD Gothic Neo", "Noto Sans KR", sans-serif' in css
    assert "word-break: keep-all" in css


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
        "logistic_final(2).py was graded as", "at [0] (4 of 8 entries differ: *)", "flatten() forgets the shape",
        "[      12*,   0]]", "print(bce_backward(p, y))", "squash, line 12: return 1 / (1 + np.exp(-z))",
        "test_visible.py, line 41: costs = student.train(x, y, steps=100)",
        "안녕하세요, 시그모이드", "make grade A=05-logistic", "Try small inputs of your own", "seccomp", ">0.1.0<",
        ">cpu<",
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


# --- the index


def test_the_index_links_each_assignment(tmp_path):
    path = page.write_index([LastRun.of(all_passed()), LastRun.of(untouched())], tmp_path)
    text = path.read_text(encoding="utf-8")
    assert path == tmp_path / "index.html"
    assert Page(text).values("href") == ["05-logistic.html", "01-dog-wolf.html"]
    assert ">100 / 100<" in text and ">0 / 62 (of 100)<" in text and ">not attempted<" in text
    assert "Hidden cases decide the others when you hand in." in text


def test_an_index_without_hidden_points_does_not_speak_of_them(tmp_path):
    assert "Hidden" not in page.write_index([LastRun.of(all_passed())], tmp_path).read_text(encoding="utf-8")


def test_a_submission_adds_nothing_to_the_index(tmp_path):
    run = replace(LastRun.of(hostile()), assignment="javascript:alert(1)")
    text = page.write_index([run], tmp_path).read_text(encoding="utf-8")
    assert "script" not in Page(text).tags and not [each for each in Page(text).values("href") if ":" in each]
    assert r"\x1b" in text and "\x1b" not in text


# --- templates


@pytest.mark.parametrize("place", ["package/templates", "templates"], ids=["wheel", "checkout"])
def test_templates_are_found_in_a_wheel_and_in_a_checkout(tmp_path, place):
    folder = tmp_path / place
    folder.mkdir(parents=True)
    (folder / "report.html.j2").touch()
    assert page.template_folder(tmp_path / "package") == folder


def test_missing_templates_are_an_error_with_a_remedy(tmp_path):
    with pytest.raises(AutograderError, match=r"Install autograder again. \[report-templates\]"):
        page.template_folder(tmp_path / "package")
