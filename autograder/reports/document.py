"""A report as a JSON document, and back; ``docs/reference/report.schema.json`` says what is in it.

A saved document can be rendered again by anybody, without grading anything.
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
    r"""Write what ``audience`` may see of ``report`` as a JSON document that ends in a line break.

    Reading it back gives an equal report, but for one thing: a lone surrogate, which UTF-8 cannot hold, becomes
    visible text (``\udc80``), so that whatever a submission printed can be saved.
    """
    text = _text(report.seen_by(audience), "") + "\n"
    try:
        text.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub(lambda match: f"\\\\u{ord(match[0]):04x}", text)
    return text


def _text(value: Any, margin: str) -> str:
    """Write a value of the model as ``json.dumps(..., indent=2)`` would, in a sixth of the time for a report.

    ``dataclasses.asdict`` copies everything, and ``json`` indents in Python.
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
    """Return the fields of a dataclass; "schema" comes first, so that a person sees it."""
    return sorted((each.name for each in fields(kind)), key=lambda name: name != "schema")


_SCALARS: Final[dict[type, Callable[[Any], str]]] = {
    type(None): lambda value: "null",
    bool: lambda value: "true" if value else "false",
    int: int.__repr__,
    str: encode_basestring,
    Verdict: encode_basestring,
}


def from_json(text: str, *, source: str = "report.json") -> Report:
    """Read a document that :func:`to_json` wrote; ``source`` is its name for messages.

    Types are taken strictly: "10" is no number. Keys that this version does not know are passed over.

    Raises:
        AutograderError: ``report-damaged`` with the place, ``report-schema`` for the format of another version.
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


@cache
def _adapter() -> TypeAdapter[Report]:
    """Return pydantic's reader of reports. Writing one does without: pydantic takes long to import."""
    from pydantic import TypeAdapter

    return TypeAdapter(Report)


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the documents that :func:`to_json` writes."""
    generated = _adapter().json_schema(mode="serialization")
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
