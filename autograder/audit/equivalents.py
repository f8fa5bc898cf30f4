"""What an author has confirmed about mutants that no case catches: ``solutions/<slug>/equivalents.toml``.

    [[mutant]]
    digest = "2d7119e054f5fa91"
    edit = "return a * b  ->  return b * a"
    verdict = "equivalent"
    reason = "Factors commute."

The digest stands for the edited function, so the question comes up again only when that function changes. A mutant is
``equivalent`` when it computes the same for every input that the hand-out allows; it is ``policy`` when it differs and
the cases leave that open on purpose.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass

from ..course.assignment import Assignment
from ..errors import AssignmentError
from .mutation import Mutant

FILE = "equivalents.toml"
VERDICTS = ("equivalent", "policy")
_KEYS = ("digest", "edit", "verdict", "reason")


@dataclass(frozen=True, slots=True)
class Confirmed:
    """One entry: what an author says about a mutant, and why."""

    digest: str
    edit: str
    verdict: str
    reason: str


def confirmed(assignment: Assignment) -> dict[str, Confirmed]:
    """Return the entries of an assignment by their digest, none where there is no file.

    Raises AssignmentError for a file that is no TOML, an entry that lacks a key or says nothing, and two of one digest.
    """
    path = assignment.solution / FILE if assignment.solution else None
    if path is None or not path.is_file():
        return {}
    shown = f"solutions/{assignment.slug}/{FILE}"
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("mutant", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise AssignmentError(f"{shown} is not valid TOML: {exc}.") from exc
    found: dict[str, Confirmed] = {}
    for number, entry in enumerate(entries, start=1):
        where = f"{shown}, entry {number}"
        values = [entry.get(key) for key in _KEYS]
        if not all(isinstance(value, str) and value.strip() for value in values):
            raise AssignmentError(f"{where}: write {', '.join(_KEYS)}, each a text that says something.")
        one = Confirmed(*values)
        if one.verdict not in VERDICTS:
            raise AssignmentError(f'{where}: verdict is "{one.verdict}"; write {" or ".join(VERDICTS)}.')
        if one.digest in found:
            raise AssignmentError(f"{where}: {one.digest} stands there twice; keep one of them.")
        found[one.digest] = one
    return found


def entry(mutant: Mutant) -> str:
    """Return the entry that would confirm a mutant; its reason is left for the author to write."""
    return f"[[mutant]]\ndigest = {_quoted(mutant.digest)}\nedit = {_quoted(mutant.edit)}\n" + (
        'verdict = "equivalent"\nreason = ""\n'
    )


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
