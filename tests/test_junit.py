"""JUnit files are valid by the schema of the Jenkins plug-in, which pytest also tests its own files with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
import xmlschema
from report_samples import EVERY_VERDICT, OUTCOMES, all_passed, hostile, korean, practice, untouched

from autograder.model import Audience, Report, Score, Verdict
from autograder.reports.junit import junit

SCHEMA = xmlschema.XMLSchema(Path(__file__).parent / "data" / "junit-10.xsd")  # part of pytest's source archive
REFUSED = replace(EVERY_VERDICT, outcomes=(), score=Score(0.0, 30.0), notes=("The archive is damaged.",))
UNFIT = "\ufffe\uffff\ufdd0 \x00\x1b[31m \ud800 ]]> & < \N{GRINNING FACE}"

REPORTS = {
    "every verdict": (EVERY_VERDICT,),
    "Korean": (korean(),),
    "practice": (practice(),),
    "hostile": (hostile(),),
    "unfit characters": (replace(EVERY_VERDICT, outcomes=(replace(OUTCOMES[1], message=UNFIT, output=UNFIT),)),),
    "long": (replace(EVERY_VERDICT, outcomes=(replace(OUTCOMES[1], output="x\n" * 10**6, seconds=12345.6789),)),),
    "refused": (REFUSED,),
    "several": (practice(), untouched(), all_passed()),
    "none": (),
}


def suites(*reports: Report) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(junit(reports, audience=Audience.STUDENT).encode()))


@pytest.mark.parametrize("name", REPORTS)
def test_every_document_is_valid(name: str) -> None:
    SCHEMA.validate(junit(REPORTS[name], audience=Audience.STUDENT).encode())


def test_every_verdict_has_its_place() -> None:
    [suite] = suites(EVERY_VERDICT)
    shown = {case.get("name"): [child.tag for child in case] for case in suite.iter("testcase")}
    kinds = {line.verdict: shown[line.case] for line in OUTCOMES}
    assert kinds == {
        Verdict.PASSED: [],
        Verdict.ERRORED: ["error"],
        Verdict.TIMED_OUT: ["error"],
        Verdict.OUT_OF_MEMORY: ["error"],
        Verdict.CRASHED: ["error"],
        Verdict.FAILED: ["failure"],
        Verdict.NOT_ATTEMPTED: ["failure"],
        Verdict.SKIPPED: ["skipped"],
        Verdict.GRADER_ERROR: ["skipped"],
    }


def test_the_numbers_of_a_suite_are_those_of_its_cases() -> None:
    for suite in suites(EVERY_VERDICT, practice(), REFUSED):
        counted = {"tests": len(suite.findall("testcase"))}
        for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            counted[attribute] = len(list(suite.iter(tag)))
        assert {name: suite.get(name) for name in counted} == {name: str(count) for name, count in counted.items()}


def test_a_message_says_what_differs_and_a_hidden_one_only_its_kind() -> None:
    [suite] = suites(EVERY_VERDICT)
    messages = {case.get("name"): case[0].get("message") for case in suite.iter("testcase") if len(case)}
    assert messages["sigmoid_keeps_shape"] == "shape: got (12,), want (3, 4)"
    assert messages["gradient_on_fresh_draws"] == "value"


def test_points_are_properties_of_the_suite() -> None:
    [suite] = suites(EVERY_VERDICT)
    assert {each.get("name"): each.get("value") for each in suite.iter("property")} == {
        "points": "10.5", "max_points": "94",
    }  # fmt: skip


def test_a_refused_upload_is_an_error_and_not_an_empty_success() -> None:
    [suite] = suites(REFUSED)
    [error] = suite.iter("error")
    assert error.get("message") == "The archive is damaged."
