"""The Markdown summary: nothing that a submission wrote changes its layout, in any reader of Markdown."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt
from renderings import Page
from report_samples import EVERY_VERDICT, OUTCOMES, all_passed, hostile, korean, practice, untouched

from autograder.model import Audience, LoadFailure, Report
from autograder.reports.summary import MAX_BYTES, markdown

FENCES = "``` \n\n```\n\n# Heading\n\n| a | b |\n| - | - |\n| `x` | [link](http://evil.example) |\n\n- item\n\n> quote"
MENTIONS = "@octocat and #12, a@example.org, www.evil.example, http://evil.example, <a href=x>y</a> <!-- $x$ :smile:"
HTML = "</td></tr></table></details></pre>\n\n<script>alert(1)</script>\n\n<img src=x onerror=alert(2)>"


def text_of(*reports: Report) -> str:
    return markdown(reports, audience=Audience.STUDENT)


def with_text(text: str) -> Report:
    """Put a text wherever a student's text may be."""
    report = hostile()
    case = replace(
        report.outcomes[0], title=text, message=text, hint=text, call=text, output=text, snippet=text, case=text,
        mismatch=replace(OUTCOMES[3].mismatch, got=text, want=text, where=text, share=text),
    )  # fmt: skip
    return replace(report, title=text, notes=(text,), outcomes=(case, replace(OUTCOMES[2], message=text)))


TAGS = {"h2", "p", "b", "table", "tr", "th", "td", "code", "pre", "details", "summary", "wbr"}
NASTY = {"fences": FENCES, "mentions": MENTIONS, "html": HTML}
SAMPLES = {
    "every verdict": (EVERY_VERDICT,),
    "practice": (practice(),),
    "korean": (korean(),),
    "several": (practice(), untouched(), all_passed()),
    "hostile": (hostile(),),
    "not loaded": (replace(practice(), load_failure=LoadFailure(HTML, FENCES, MENTIONS, 3, 2, FENCES)),),
    **{name: (with_text(text),) for name, text in NASTY.items()},
}


@pytest.mark.parametrize("name", SAMPLES)
def test_all_is_html_that_markdown_leaves_alone(name: str) -> None:
    """A blank line in a block would end it, and Markdown would read the rest."""
    text = text_of(*SAMPLES[name])
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    assert {token.type for token in parser.parse(text)} == {"html_block"}
    assert parser.render(text).split() == text.split()


@pytest.mark.parametrize("name", SAMPLES)
def test_a_submission_adds_no_element(name: str) -> None:
    shown = Page(text_of(*SAMPLES[name]))
    assert set(shown.tags) <= TAGS
    assert {key for key, _ in shown.attributes} <= {"align"}


def test_nobody_is_mentioned_and_no_issue_is_linked() -> None:
    text = text_of(with_text(MENTIONS))
    assert "octocat" in text and not re.search(r"[@#]\w", text.replace("&#", "&"))


@pytest.mark.parametrize("report", [EVERY_VERDICT, korean(), practice()], ids=["en", "ko", "practice"])
def test_each_failed_case_is_there_once(report: Report) -> None:
    text = text_of(report)
    for case in report.outcomes:
        failed = case.earned < case.points and case.case not in ("classes_are_integers", "half_is_one")
        assert text.count(f"<code>{case.case}</code>") == failed


def test_several_reports_begin_with_a_table_of_all() -> None:
    head = text_of(practice(), untouched()).partition("</table>")[0]
    assert "<td>05-logistic</td>" in head and "<td>01-dog-wolf</td>" in head


def test_a_summary_is_never_longer_than_github_takes() -> None:
    flood = tuple(replace(OUTCOMES[1], case=f"case{number}", output="<" * 10**5) for number in range(40))
    reports = [replace(EVERY_VERDICT, outcomes=flood)] * 14
    text = text_of(*reports)
    assert 100_000 < len(text.encode()) <= MAX_BYTES
    assert text.count("<h2>") == 15
