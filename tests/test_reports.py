"""What holds for every rendering of a report. ``UPDATE_GOLD=1 pytest tests/test_reports.py`` renews the gold files.

A rendering that differs from its gold is saved beside it as ``<name>.new``. Read every changed gold by eye.
"""

from __future__ import annotations

import difflib
import os
import re
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from renderings import (
    KOREAN_ROWS,
    ROWS,
    Page,
    class_html,
    hostile_renderings,
    in_korean,
    on_terminal,
    printed,
    race_rows,
)
from report_samples import EVERY_VERDICT, OUTCOMES, explained, hostile, korean, practice, untouched

from autograder.model import Audience, GradedCase, Measure, Mismatch, Task, Verdict
from autograder.reports import document, page, terminal
from autograder.reports.junit import junit
from autograder.reports.summary import markdown

GOLD = Path(__file__).parent / "gold"


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
        ("explained.txt", on_terminal(explained())),
        ("explained.html", page.html(explained(), audience=Audience.STUDENT)),
        ("hostile.txt", on_terminal(hostile())),
        ("class.txt", printed(terminal.class_table, ROWS)),
        ("report-ko.txt", on_terminal(korean())),
        ("class-ko.txt", in_korean(printed, terminal.class_table, KOREAN_ROWS)),
        ("report-ko.html", page.html(korean(), audience=Audience.STUDENT)),
        ("report.html", page.html(EVERY_VERDICT, audience=Audience.STUDENT)),
        ("hostile-staff.html", page.html(hostile(), audience=Audience.STAFF)),
        ("class.html", class_html(ROWS, slug="05-logistic", title="Logistic regression")),
        ("leaderboard.txt", printed(terminal.class_table, race_rows())),
        ("leaderboard-ko.txt", in_korean(printed, terminal.class_table, race_rows())),
        ("leaderboard.html", class_html(race_rows(), slug="14-capstone", title="An engine of your own")),
        ("junit.xml", junit([EVERY_VERDICT], audience=Audience.STUDENT)),
        ("summary.md", markdown([EVERY_VERDICT], audience=Audience.STUDENT)),
        ("summary-ko.md", markdown([korean(), replace(untouched(), language="ko")], audience=Audience.STUDENT)),
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


# --- what a student may not see

SECRET_FIELDS = {"call", "got", "want", "where", "share", "output", "staff", "name", "unit"}
SECONDS, VALUE, SEED = 2718281.5, 1618033.0, 3141592  # of a case, of its measure, of an official run


def canary(case: int, field: str) -> str:
    return f"canary{case}{field}end"


def planted(index: int, verdict: Verdict, visible: bool, kind: str) -> GradedCase:
    """Make a case whose every text is a word of its own."""
    found = Mismatch(kind, *(canary(index, field) for field in ("got", "want", "where", "share")))
    texts = {field: canary(index, field) for field in ("title", "message", "hint", "call", "output", "staff")}
    measure = Measure(canary(index, "name"), VALUE, canary(index, "unit"))
    return GradedCase(
        canary(index, "case"), "t", texts.pop("title"), 1.0, 0.0, verdict, visible,
        mismatch=found, measure=measure, seconds=SECONDS, **texts,
    )  # fmt: skip


KINDS = ["type", "shape", "dtype", "non-finite", "value", "effect", "exception", "property"]
CASES = st.lists(st.tuples(st.sampled_from(Verdict), st.booleans(), st.sampled_from(KINDS)), min_size=1, max_size=4)


@given(CASES, st.booleans())
def test_no_secret_reaches_a_student_in_any_rendering(drawn, official):
    cases = tuple(planted(index, *each) for index, each in enumerate(drawn))
    grader = replace(EVERY_VERDICT.grader, seed=SEED)
    report = replace(EVERY_VERDICT, tasks=(Task("t", "", 9.0),), outcomes=cases, official=official, grader=grader)
    for text in (
        on_terminal(report),
        page.html(report, audience=Audience.STUDENT),
        document.to_json(report, audience=Audience.STUDENT),
        junit([report], audience=Audience.STUDENT),
        markdown([report], audience=Audience.STUDENT),
    ):
        shown = set(re.findall(r"canary(\d+)([a-z]+?)end", text))
        for index, case in enumerate(cases):
            secret = {"staff"} if case.visible else SECRET_FIELDS
            assert not {(str(index), field) for field in secret} & shown
        secrets = [str(SEED)] if official else []
        if not any(case.visible for case in cases):
            secrets += ["2718281", "1618033"]
        assert not [secret for secret in secrets if secret in text]


@pytest.mark.parametrize("visible", [True, False])
def test_staff_see_every_field_of_a_failed_case(visible):
    report = replace(EVERY_VERDICT, outcomes=(planted(0, Verdict.FAILED, visible, "value"),))
    fields = {*SECRET_FIELDS, "case", "title", "message", "hint"}
    assert set(re.findall(r"canary0([a-z]+?)end", on_terminal(report, Audience.STAFF))) == fields
    assert set(re.findall(r"canary0([a-z]+?)end", page.html(report, audience=Audience.STAFF))) == fields


def test_a_student_sees_kind_and_hint_of_a_hidden_case():
    text = on_terminal(replace(EVERY_VERDICT, outcomes=(planted(0, Verdict.FAILED, False, "dtype"),)))
    assert "FAILED  canary0caseend  (hidden case)" in text
    assert "differs  dtype" in text
    assert text.count("The inputs and values of hidden cases are not shown.") == 1
    assert "hint     canary0hintend" in text
    assert "make grade" not in text  # no student can run it again


# --- hostile text


@pytest.mark.parametrize("text", hostile_renderings(), ids=["terminal", "tables", "page", "class", "junit", "summary"])
def test_no_control_or_bidi_sign_is_passed_on(text):
    assert {unicodedata.category(sign) for sign in text if sign not in "\n\t"}.isdisjoint(
        {"Cc", "Cf", "Cs", "Zl", "Zp"}
    )
    assert r"\x1b" in text and r"\u202e" in text


@pytest.mark.parametrize("text", hostile_renderings()[2:4], ids=["page", "class"])
def test_a_submission_adds_nothing_to_a_page(text):
    shown = Page(text)
    assert not {"script", "img", "link", "iframe", "object", "form"} & set(shown.tags)
    assert not [name for name, _ in shown.attributes if name.startswith("on") or name == "style"]
    assert not [value for value in shown.values("href") if ":" in value]
    assert "{{ 7 * 7 }}" in text


def test_endless_output_is_cut():
    flood = "first\n" + "0123456789\n" * 200_000 + "last"
    report = replace(EVERY_VERDICT, outcomes=(replace(OUTCOMES[1], output=flood, message="x" * 100_000),))
    for text in (on_terminal(report), page.html(report, audience=Audience.STUDENT)):
        assert len(text) < 50_000 and "characters left out" in text
        assert "first" in text and "last" in text


def test_a_kind_of_difference_that_this_version_does_not_know_is_shown_as_it_is():
    odd = replace(korean(), outcomes=(replace(OUTCOMES[3], mismatch=Mismatch("colour", "red", "blue")),))
    assert "colour" in on_terminal(odd) and "colour" in page.html(odd, audience=Audience.STUDENT)
