"""A report as a JSON document, and back; ``docs/reference/report.schema.json`` says what is in it.

A saved document can be rendered again by anybody, without grading anything.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from autograder.errors import AutograderError
from autograder.messages import languages
from autograder.model import REPORT_SCHEMA, Audience, Report

_REPORT: Final = TypeAdapter(Report)
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def to_json(report: Report, *, audience: Audience) -> str:
    r"""Write what ``audience`` may see of ``report`` as a JSON document that ends in a line break.

    Reading it back gives an equal report, but for one thing: a lone surrogate, which UTF-8 cannot hold, becomes
    visible text (``\udc80``), so that whatever a submission printed can be saved.
    """
    values = asdict(report.seen_by(audience))
    document = {"schema": values.pop("schema"), **values}  # first, so that a person sees it
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2) + "\n"
    return _SURROGATE.sub(lambda match: f"\\\\u{ord(match[0]):04x}", text)


def from_json(text: str, *, source: str = "report.json") -> Report:
    """Read a document that :func:`to_json` wrote; ``source`` is its name for messages.

    Types are taken strictly: "10" is no number. Keys that this version does not know are passed over.

    Raises:
        AutograderError: ``report-damaged`` with the place, ``report-schema`` for the format of another version.
    """
    _check_schema(_parse(text, source), source)
    try:
        report = _REPORT.validate_json(text, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise _damaged(f"{source}, {_place(first['loc'])}: {first['msg']}.") from error
    if report.language not in languages():
        raise _damaged(f"{source}, language: it is {report.language!r}, not one of {', '.join(languages())}.")
    return report


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the documents that :func:`to_json` writes."""
    generated = _REPORT.json_schema(mode="serialization")
    # The exact number: a document of another format must not pass.
    generated["properties"]["schema"] = {"const": REPORT_SCHEMA, "title": "Schema"}
    generated["properties"]["language"] |= {"pattern": "^[a-z]{2,3}$"}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **generated}


def _parse(text: str, source: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise _damaged(f"{source}, line {error.lineno}, column {error.colno}: {error.msg}.") from error
    except RecursionError as error:
        raise _damaged(f"{source} is nested too deeply.") from error
    if not isinstance(document, dict):
        raise _damaged(f"{source} does not hold a JSON object.")
    return document


def _check_schema(document: dict[str, Any], source: str) -> None:
    if "schema" not in document:
        raise _damaged(f'{source} has no "schema" number, so it is not a report.')
    found = document["schema"]
    if type(found) is int and found == REPORT_SCHEMA:  # True == 1, and is no number
        return
    raise AutograderError(
        f"{source} is a report of format {found!r}, and this version reads format {REPORT_SCHEMA}. "
        "Render it with the version of autograder that wrote it, or grade the submission again.",
        slug="report-schema",
    )


def _damaged(what: str) -> AutograderError:
    remedy = "Take the file from where it was written first, or grade the submission again."
    return AutograderError(f"{what} {remedy}", slug="report-damaged")


def _place(location: tuple[int | str, ...]) -> str:
    """Write ("outcomes", 3, "verdict") as outcomes[3].verdict."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in location).lstrip(".")
