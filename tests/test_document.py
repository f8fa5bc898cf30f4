"""A report as JSON and back. The schema file is renewed with ``UPDATE_GOLD=1 pytest tests/test_document.py``."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, ValidationError
from report_samples import EVERY_VERDICT, LOSS, all_passed, hostile, practice, race, untouched

from autograder.errors import AutograderError
from autograder.model import Audience
from autograder.reports.document import from_json, schema, to_json

SCHEMA = Path(__file__).parents[1] / "docs" / "reference" / "report.schema.json"


@pytest.mark.parametrize("report", [EVERY_VERDICT, practice(), all_passed(), untouched(), race()[0]])
def test_what_is_written_is_read_back_equal(report):
    assert from_json(to_json(report, audience=Audience.STAFF)) == report


@pytest.mark.parametrize("report", [EVERY_VERDICT, practice(), hostile(), untouched(), race()[0]])
def test_the_text_is_that_of_json(report):
    values = asdict(report)
    document = {"schema": values.pop("schema"), **values}
    text = to_json(report, audience=Audience.STAFF)
    wanted = json.dumps(document, ensure_ascii=False, indent=2).replace("\udc80", r"\\udc80")
    assert text == wanted + "\n"


def test_a_student_reads_back_what_a_student_may_see():
    text = to_json(EVERY_VERDICT, audience=Audience.STUDENT)
    assert from_json(text) == EVERY_VERDICT.seen_by(Audience.STUDENT)
    assert "[0.31, 0.77]" not in text and "KeyError" not in text


def test_whatever_a_submission_printed_can_be_saved():
    text = to_json(hostile(), audience=Audience.STAFF)
    text.encode("utf-8")
    assert from_json(text).outcomes[0].output == hostile().outcomes[0].output.replace("\udc80", r"\udc80")


def test_the_contract_of_scripts():
    document = json.loads(to_json(EVERY_VERDICT, audience=Audience.STAFF))
    keys = {"schema", "assignment", "submission", "score", "outcomes", "sandbox", "grader", "language"}
    assert keys <= set(document) and document["schema"] == 1 and document["assignment"] == "05-logistic"
    assert set(document["submission"]) == {"student", "sha256", "received_at", "path", "attempt"}
    assert set(document["score"]) == {"earned", "possible", "adjustments"}
    assert document["score"]["adjustments"] == [{"points": -2.0, "reason": "one day late", "kind": "", "task": ""}]
    outcome = {"case", "task", "title", "points", "earned", "verdict", "visible", "message", "hint", "seconds"}
    assert all(outcome <= set(each) for each in document["outcomes"])
    measured = json.loads(to_json(race()[2], audience=Audience.STAFF))["outcomes"][1]["measure"]
    assert measured == {"name": "loss", "value": LOSS.value, "unit": "", "smaller_is_better": True}
    assert {"complete", "layers"} <= set(document["sandbox"])
    assert set(document["grader"]) == {"version", "seed", "device", "data"}


def test_the_published_schema_is_the_one_of_the_model():
    text = json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("UPDATE_GOLD"):
        SCHEMA.write_text(text, encoding="utf-8")
    assert SCHEMA.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("audience", Audience)
@pytest.mark.parametrize("report", [EVERY_VERDICT, practice(), hostile(), race()[0]])
def test_documents_fit_the_published_schema(report, audience):
    published = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(published)
    Draft202012Validator(published).validate(json.loads(to_json(report, audience=audience)))


@pytest.mark.parametrize(
    "change", [{"schema": 2}, {"score": {}}, {"outcomes": [{"verdict": "perfect"}]}, {"language": "English"}]
)
def test_the_published_schema_refuses_what_is_no_report(change):
    document = json.loads(to_json(EVERY_VERDICT, audience=Audience.STAFF)) | change
    with pytest.raises(ValidationError):
        Draft202012Validator(schema()).validate(document)


@pytest.mark.parametrize("number", [2, 0, "1", True, 1.0, None])
def test_another_format_is_refused_with_a_remedy(number):
    text = json.dumps(json.loads(to_json(EVERY_VERDICT, audience=Audience.STAFF)) | {"schema": number})
    with pytest.raises(AutograderError, match="Render it with the version") as caught:
        from_json(text)
    assert caught.value.slug == "report-schema"


def _damaged(text: str, **options: str) -> str:
    with pytest.raises(AutograderError) as caught:
        from_json(text, **options)
    assert caught.value.slug == "report-damaged" and "grade the submission again" in caught.value.message
    return caught.value.message


def test_damage_is_named_with_its_place():
    whole = to_json(EVERY_VERDICT, audience=Audience.STAFF)
    document = json.loads(whole)
    assert _damaged(whole[:200], source="kim.json").startswith("kim.json, line ")
    assert _damaged("[]").startswith("report.json does not hold a JSON object.")
    assert _damaged("[" * 200_000).startswith("report.json is nested too deeply.")
    assert 'no "schema" number' in _damaged("{}")
    document["outcomes"][3]["verdict"] = "perfect"
    assert "outcomes[3].verdict: " in _damaged(json.dumps(document))


@pytest.mark.parametrize(("key", "value"), [("earned", "10"), ("earned", None), ("visible", 1), ("hint", 3)])
def test_types_are_taken_strictly(key, value):
    document = json.loads(to_json(EVERY_VERDICT, audience=Audience.STAFF))
    document["outcomes"][0][key] = value
    assert f"outcomes[0].{key}: " in _damaged(json.dumps(document))


def test_a_language_without_a_catalogue_is_damage():
    document = json.loads(to_json(EVERY_VERDICT, audience=Audience.STAFF)) | {"language": "fr"}
    assert "language: it is 'fr', not one of en, ko." in _damaged(json.dumps(document))


def test_a_missing_key_is_damage_and_an_unknown_one_is_passed_over():
    document = json.loads(to_json(EVERY_VERDICT, audience=Audience.STAFF))
    assert from_json(json.dumps(document | {"from the future": 1})) == EVERY_VERDICT
    del document["grader"]
    assert "grader: " in _damaged(json.dumps(document))


def test_points_that_are_no_number_are_never_written():
    broken = replace(EVERY_VERDICT, score=replace(EVERY_VERDICT.score, earned=float("nan")))
    with pytest.raises(ValueError, match="Out of range float"):
        to_json(broken, audience=Audience.STAFF)
