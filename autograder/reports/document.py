"""Conversion between a report and a JSON document. ``docs/reference/report.schema.json`` describes its fields.

A saved document can be rendered again without grading.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import cache
from json.encoder import encode_basestring
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

from ..errors import AutograderError
from ..messages import languages
from ..model import REPORT_SCHEMA, Audience, Report, Verdict

if TYPE_CHECKING:
    from pydantic import TypeAdapter

_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def to_json(report: Report, *, audience: Audience) -> str:
    r"""Return the part of ``report`` that ``audience`` may see, as a JSON document that ends in a line break.

    :func:`from_json` returns an equal report, with one exception. UTF-8 cannot encode a lone surrogate, so it becomes
    visible text (``\udc80``). So all output of a submission can be saved.
    """
    text = _text(report.seen_by(audience), "") + "\n"
    try:
        text.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub(lambda match: f"\\\\u{ord(match[0]):04x}", text)
    return text


def _text(value: Any, margin: str) -> str:
    """Return the text that ``json.dumps(..., indent=2)`` would give for a value of the model.

    This takes a sixth of the time for a report: ``dataclasses.asdict`` copies every value, and ``json`` indents in
    Python.
    """
    kind = type(value)
    if kind in _SCALARS:
        return _SCALARS[kind](value)
    if kind is float and isfinite(value):
        return float.__repr__(value)
    inner = f"{margin}  "
    if is_dataclass(kind):
        entries = [f'"{name}": {_text(getattr(value, name), inner)}' for name in _names(kind)]
        opening, closing = "{", "}"
    elif isinstance(value, tuple):
        entries = [_text(entry, inner) for entry in value]
        opening, closing = "[", "]"
    else:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    separator = f",\n{inner}"
    return f"{opening}\n{inner}{separator.join(entries)}\n{margin}{closing}" if entries else opening + closing


@cache
def _names(kind: type) -> list[str]:
    """Return the fields of a dataclass. "schema" comes first, so that a person sees it."""
    return sorted((each.name for each in fields(kind)), key=lambda name: name != "schema")


_SCALARS: Final[dict[type, Callable[[Any], str]]] = {
    type(None): lambda value: "null",
    bool: lambda value: "true" if value else "false",
    int: int.__repr__,
    str: encode_basestring,
    Verdict: encode_basestring,
}


def from_json(text: str, *, source: str = "report.json") -> Report:
    """Read a document of :func:`to_json`. ``source`` is its name in messages.

    Types are strict: "10" is not a number. Unknown keys are ignored.

    Raises:
        AutograderError: ``report-damaged`` with the location of the error, or ``report-schema`` if another version of
            the format was used.
    """
    from pydantic import ValidationError

    _check_schema(_parse(text, source), source)
    try:
        report = _adapter().validate_json(text, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise _damaged(f"{source}, {_place(first['loc'])}: {first['msg']}.") from error
    if report.language not in languages():
        raise _damaged(f"{source}, language: it is {report.language!r}, not one of {', '.join(languages())}.")
    return report


def from_own_json(text: str) -> Report:
    """Read a document that this program keeps itself; half the work of :func:`from_json`, with worse messages.

    Raises:
        ValueError: it is not a report of this version of the format.
    """
    return _adapter().validate_json(text, strict=True)


@cache
def _adapter() -> TypeAdapter[Report]:
    """Return pydantic's parser of reports. Only reading uses pydantic, because its import is slow."""
    from pydantic import TypeAdapter

    return TypeAdapter(Report)


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the documents that :func:`to_json` returns."""
    generated = _adapter().json_schema(mode="serialization")
    # The exact number, so that a document of another format is invalid.
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
    if type(found) is int and found == REPORT_SCHEMA:  # True == 1, but True is not a number
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
    """Format ("outcomes", 3, "verdict") as outcomes[3].verdict."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in location).lstrip(".")
