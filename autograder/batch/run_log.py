"""A log of a run for programs: JSON lines, with pseudonyms and never names."""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from ..errors import AutograderError, UsageError
from ..grading.environment import now
from ..model import Report


class RunLog:
    """A file to which each event of a run is appended as one line of JSON; without a path, nothing."""

    def __init__(self, path: Path | None) -> None:
        self._file: IO[bytes] | None = None
        if path is not None:
            try:
                self._file = path.open("ab", buffering=0)  # a killed run leaves whole lines
                if _is_cut_off(path):
                    self._append(b"\n")
            except OSError as exc:
                problem = f"{path} cannot be written: {exc.strerror}. Name another file with --log."
                raise UsageError(problem, slug="report-write") from exc

    def write(self, event: str, **fields: Any) -> None:
        """Append a line with the time, the event, and the fields that are not None.

        Raises:
            AutograderError: ``report-write`` if the disk is full.
        """
        if self._file is not None:
            known = {name: value for name, value in fields.items() if value is not None}
            self._append(json.dumps({"at": now(), "event": event, **known}).encode() + b"\n")

    def _append(self, data: bytes) -> None:
        assert self._file is not None
        try:
            while data:
                data = data[self._file.write(data) :]
        except OSError as exc:
            problem = f"{self._file.name} cannot be written: {exc.strerror}. Make room, then run this again."
            raise AutograderError(problem, slug="report-write") from exc

    def graded(self, report: Report, person: str | None = None) -> None:
        """Append a line on a report; ``person`` is a pseudonym, never a name."""
        score = report.score
        self.write(
            "graded",
            person=person,
            sha256=report.submission.sha256,
            earned=score.earned if report.complete else None,
            possible=score.possible,
            seconds=round(sum(line.seconds for line in report.outcomes), 3),
        )

    def __enter__(self) -> RunLog:
        return self

    def __exit__(self, kind: type[BaseException] | None, _: object, __: TracebackType | None) -> None:
        try:
            self.write("end", outcome="done" if kind in (None, SystemExit) else kind and kind.__name__)
        finally:
            if self._file is not None:
                self._file.close()


def _is_cut_off(path: Path) -> bool:
    """Return whether a regular file ends in the middle of a line, as after a full disk."""
    if not path.is_file() or not path.stat().st_size:
        return False
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read() != b"\n"
