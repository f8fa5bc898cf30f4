"""What an author accepts, with a reason: ``solutions/<slug>/equivalents.toml``. First, mutants that no case catches:

    [[mutant]]
    digest = "2d7119e054f5fa91"
    edit = "return a * b  ->  return b * a"
    verdict = "equivalent"
    reason = "Factors commute."

The digest identifies the edited function, so an author must decide again only when that function changes. A mutant is
``equivalent`` if it computes the same for every input that the hand-out allows. It is ``accepted`` if it differs and
the cases allow that on purpose. Second, cases that give a point to probes::

    [[probe]]
    case = "wrong_shapes_are_refused"
    probes = ["zeros", "ones"]
    reason = "The case asks for the refusal only."
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..course.assignment import Assignment
from ..errors import AssignmentError
from .mutation import Mutant
from .probing import PROBES

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
    """Return the entries on mutants by their digest; an empty dict if there is no file.

    Raises:
        AssignmentError: the file is not TOML, an entry lacks a key or has an empty one, or two have one digest.
    """
    confirmed: dict[str, Confirmed] = {}
    for where, entry in _entries(assignment, "mutant"):
        values = [str(entry.get(key, "")) for key in _KEYS]
        if not all(_is_text(entry.get(key)) for key in _KEYS):
            raise AssignmentError(f"{where}: write {', '.join(_KEYS)}, each as a text that is not empty.")
        one = Confirmed(*values)
        if one.verdict not in VERDICTS:
            raise AssignmentError(f'{where}: verdict is "{one.verdict}"; write {" or ".join(VERDICTS)}.')
        if one.digest in confirmed:
            raise AssignmentError(f"{where}: the digest {one.digest} occurs twice. Remove one of the entries.")
        confirmed[one.digest] = one
    return confirmed


def read_accepted_holes(assignment: Assignment) -> dict[tuple[str, str], str]:
    """Return the reason of each hole that the author accepts, by case and probe; an empty dict if there is no file.

    Raises:
        AssignmentError: the file is not TOML, or an entry is not a case, known probes and a reason.
    """
    accepted: dict[tuple[str, str], str] = {}
    for where, entry in _entries(assignment, "probe"):
        case, probes, reason = entry.get("case"), entry.get("probes"), entry.get("reason")
        if not (_is_text(case) and _is_text(reason) and isinstance(probes, list) and probes):
            raise AssignmentError(f"{where}: write case and reason as texts that are not empty, and a list of probes.")
        if unknown := [str(probe) for probe in probes if probe not in PROBES]:
            raise AssignmentError(f"{where}: {unknown[0]} is not a probe. The probes are {', '.join(PROBES)}.")
        accepted |= {(str(case), probe): str(reason) for probe in probes}
    return accepted


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _entries(assignment: Assignment, table: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the entries of one table, each with its place for messages."""
    path = assignment.solution / FILE if assignment.solution else None
    if path is None or not path.is_file():
        return
    name = f"{assignment.solution_name}/{FILE}"
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get(table, [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise AssignmentError(f"{name} is not valid TOML: {exc}.") from exc
    what = "entry" if table == "mutant" else f"{table} entry"
    yield from ((f"{name}, {what} {number}", entry) for number, entry in enumerate(entries, start=1))


def entry(mutant: Mutant) -> str:
    """Return the entry that confirms a mutant as equivalent; its author adds the reason."""
    return f"[[mutant]]\ndigest = {_quoted(mutant.digest)}\nedit = {_quoted(mutant.edit)}\n" + (
        'verdict = "equivalent"\nreason = ""\n'
    )


def hole_entry(case: str, probes: Sequence[str]) -> str:
    """Return the entry that accepts the holes of a case; its author adds the reason."""
    return f'[[probe]]\ncase = {_quoted(case)}\nprobes = {json.dumps(list(probes))}\nreason = ""\n'


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
