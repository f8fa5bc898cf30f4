"""Gradescope: the export of all submissions, with a YAML file that says who handed in what, and when."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ..errors import UsageError
from ..messages import say
from .archive import Source
from .formats import Record, Who
from .roster import Roster

METADATA_BYTES = 32 * 2**20  # with the results of all cases of all students

_ENTRY = re.compile(
    r"(?P<above>(?:[^/]+/)?(?:assignment_\d+_export/)?)"
    r"(?:(?P<metadata>submission_metadata\.yml)|(?P<submission>submission_\d+)/(?P<path>.+)|(?P<pdf>(?P<number>\d+)\.pdf))",
    re.DOTALL,
)


def recognises(source: Source) -> bool:
    """Return whether there is Gradescope's description of the submissions."""
    return any(match and match["metadata"] for match in map(_ENTRY.fullmatch, source.names))


def records(source: Source, roster: Roster) -> list[Record]:
    """Return a record for each submission; several submitters are a group.

    Raises:
        UsageError: the description is missing, or cannot be read.
    """
    matches = {name: _ENTRY.fullmatch(name) for name in source.names}
    metadata = next((name for name, match in matches.items() if match and match["metadata"]), None)
    if metadata is None:
        raise UsageError(f"{source.path} has no submission_metadata.yml. Export the submissions with it.")
    described = _described(source, metadata)
    source.leave_out(metadata)
    found: dict[str, dict[str, str]] = {}
    unreadable = []
    for name in source.names:
        match = matches[name]
        if match and match["submission"]:
            found.setdefault(match["submission"], {})[match["path"]] = name
        elif match and match["pdf"]:  # of an assignment with pages; beside the folder of a submission, or alone
            found.setdefault(f"submission_{match['number']}", {})[match["pdf"]] = name
        else:
            unreadable.append(Record(name, {name: name}, (name,), problem=say("import.no-entry", format="Gradescope")))
    pages = {key.removesuffix(".pdf"): value for key, value in described.items() if str(key).endswith(".pdf")}
    known = {**{f"submission_{number}": value for number, value in pages.items()}, **described}
    return [_record(entry, files, known.get(entry)) for entry, files in found.items()] + unreadable


def _record(entry: str, files: dict[str, str], described: Any) -> Record:
    names = tuple(files.values())
    if not isinstance(described, Mapping):
        return Record(entry, files, names, problem=say("import.not-described"))
    submitters = described.get(":submitters")
    who = [_who(each) for each in submitters if isinstance(each, Mapping)] if isinstance(submitters, list) else []
    time = described.get(":created_at")
    received_at = time.isoformat() if isinstance(time, datetime) and time.tzinfo else None
    order = time.astimezone(UTC).isoformat() if received_at and isinstance(time, datetime) else ""
    return Record(entry, files, names, tuple(who), attempt=order, received_at=received_at)


def _who(described: Mapping[str, Any]) -> Who:
    def text(key: str) -> str:
        value = described.get(key)
        return str(value).strip() if value is not None else ""

    return Who(id=text(":sid"), email=text(":email"), name=text(":name"))


def _described(source: Source, name: str) -> Mapping[str, Any]:
    """Read the YAML file: plain values only, and no value twice by reference, which could unfold without end."""
    try:
        import yaml
    except ImportError as exc:
        raise UsageError("Exports of Gradescope need PyYAML: pip install 'autograder-dl[batch]'.") from exc
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    content = source.read(name)
    if len(content) > METADATA_BYTES:
        raise UsageError(
            f"{source.path}: {name} is larger than {METADATA_BYTES // 2**20} MiB. Export fewer submissions."
        )
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(content, Loader=loader)):
            raise UsageError(
                f"{source.path}: {name} has references (*). Replace each of them by the text it stands for."
            )
        found = yaml.load(content, Loader=loader)
    except (yaml.YAMLError, ValueError, RecursionError) as exc:
        raise UsageError(f"{source.path}: {name} is not valid YAML. Export the submissions again.") from exc
    return found if isinstance(found, Mapping) else {}
