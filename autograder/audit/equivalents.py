"""Mutants that no case catches, and that their author has confirmed: ``solutions/<slug>/equivalents.toml``.

    [[mutant]]
    digest = "2d7119e054f5fa91"
    edit = "return a * b  ->  return b * a"
    verdict = "equivalent"
    reason = "Factors commute."

The digest identifies the edited function, so an author must decide again only when that function changes. A mutant is
``equivalent`` if it computes the same for every input that the hand-out allows. It is ``accepted`` if it differs and
the cases allow that on purpose.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass

from ..course.assignment import Assignment
from ..errors import AssignmentError
from .mutation import Mutant

FILE = "equivalents.toml"
ACCEPTED = "accepted"
VERDICTS = ("equivalent", ACCEPTED)
_KEYS = ("digest", "edit", "verdict", "reason")


@dataclass(frozen=True, slots=True)
class Confirmed:
    """One entry: an author's verdict on a mutant, and the reason."""

    digest: str
    edit: str
    verdict: str
    reason: str


def read_confirmed(assignment: Assignment) -> dict[str, Confirmed]:
    """Return the entries of an assignment by their digest; an empty dict if there is no file.

    Raises:
        AssignmentError: the file is not TOML, an entry lacks a key or has an empty one, or two have one digest.
    """
    path = assignment.solution / FILE if assignment.solution else None
    if path is None or not path.is_file():
        return {}
    name = f"solutions/{assignment.slug}/{FILE}"
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("mutant", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise AssignmentError(f"{name} is not valid TOML: {exc}.") from exc
    confirmed: dict[str, Confirmed] = {}
    for number, entry in enumerate(entries, start=1):
        where = f"{name}, entry {number}"
        values = [entry.get(key) for key in _KEYS]
        if not all(isinstance(value, str) and value.strip() for value in values):
            raise AssignmentError(f"{where}: write {', '.join(_KEYS)}, each as a text that is not empty.")
        one = Confirmed(*values)
        if one.verdict not in VERDICTS:
            raise AssignmentError(f'{where}: verdict is "{one.verdict}"; write {" or ".join(VERDICTS)}.')
        if one.digest in confirmed:
            raise AssignmentError(f"{where}: the digest {one.digest} occurs twice. Remove one of the entries.")
        confirmed[one.digest] = one
    return confirmed


def entry(mutant: Mutant) -> str:
    """Return the entry that confirms a mutant as equivalent; its author adds the reason."""
    return f"[[mutant]]\ndigest = {_quoted(mutant.digest)}\nedit = {_quoted(mutant.edit)}\n" + (
        'verdict = "equivalent"\nreason = ""\n'
    )


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
