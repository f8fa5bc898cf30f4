"""JUnit XML: reports as any CI reads them, one ``testcase`` for each case.

The format is the one of Jenkins and pytest (xunit2). It has no field for points, so they are properties of the suite.
A file that GitLab, Jenkins or Artemis should read has no character that XML 1.0 forbids, and no two cases of one name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from xml.etree import ElementTree

from ..messages import say, use_language
from ..model import Audience, GradedCase, Report, Verdict
from . import case_lines, views
from .printable import FIELD_CHARACTERS, clip, printable

_KINDS = {
    Verdict.FAILED: "failure",
    Verdict.NOT_ATTEMPTED: "failure",
    Verdict.SKIPPED: "skipped",
    Verdict.GRADER_ERROR: "skipped",  # it costs no points, so it must not look like the student's mistake
}
_NOT_IN_XML = re.compile("[\ufdd0-\ufdef\ufffe\uffff]")  # printable() has escaped all others


def junit(reports: Sequence[Report], *, audience: Audience) -> str:
    """Return the part of ``reports`` that ``audience`` may see as one document, a ``testsuite`` for each report.

    An upload that was refused is one case with an error: a suite without cases would count as passed.
    """
    root = ElementTree.Element("testsuites", name="autograder")
    for report in reports:
        with use_language(report.language):
            root.append(_suite(report.seen_by(audience), audience))
    for name in ("tests", "failures", "errors"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _suite(report: Report, audience: Audience) -> ElementTree.Element:
    cases = [_case(line, report, audience) for line in report.outcomes] or [_refused(report)]
    kinds = [child.tag for case in cases for child in case]
    suite = ElementTree.Element(
        "testsuite",
        name=_fit(report.assignment),
        tests=str(len(cases)),
        failures=str(kinds.count("failure")),
        errors=str(kinds.count("error")),
        skipped=str(kinds.count("skipped")),
        time=_seconds(sum(line.seconds for line in report.outcomes)),
    )
    properties = ElementTree.SubElement(suite, "properties")
    for name, points in (("points", report.score.earned), ("max_points", report.score.possible)):
        ElementTree.SubElement(properties, "property", name=name, value=views.number(points))
    suite.extend(cases)
    return suite


def _case(line: GradedCase, report: Report, audience: Audience) -> ElementTree.Element:
    place = f"{report.assignment}.{line.task}"
    case = ElementTree.Element("testcase", classname=_fit(place), name=_fit(line.case), time=_seconds(line.seconds))
    if line.verdict is not Verdict.PASSED:
        text = case_lines.case_text(replace(report, outcomes=(line,)), audience=audience)
        # a challenge is optional, so no CI may take it for a failure
        kind = "skipped" if line.task in report.challenges else _KINDS.get(line.verdict, "error")
        problem = ElementTree.SubElement(case, kind, type=line.verdict.value, message=_fit(case_lines.case_line(line)))
        problem.text = _fit(text, characters=20_000)
    return case


def _refused(report: Report) -> ElementTree.Element:
    """Return a case that stands for the whole submission."""
    case = ElementTree.Element("testcase", classname=_fit(report.assignment), name="submission", time="0")
    why = report.notes or (say("state.not-graded"),)
    problem = ElementTree.SubElement(case, "error", type="refused", message=_fit(why[0]))
    problem.text = _fit("\n".join(why))
    return case


def _fit(text: str, *, characters: int = FIELD_CHARACTERS) -> str:
    """Return text without characters that XML 1.0 forbids. ElementTree escapes markup."""
    return _NOT_IN_XML.sub("\ufffd", printable(clip(text, characters=characters, lines=400)))


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f}"
