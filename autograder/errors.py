"""Errors that prevent grading, for staff. The behaviour of a submission is a value (``model.Verdict``), not an error.

AutograderError             has a message, a slug, and the cause that it was raised from
  UsageError                the command line names something that does not exist
  NeedsHuman                a person has to decide first, for example who a student is in another system
  AssignmentError           the assignment folder is wrong; names file and line
  CaseError                 a case raises by itself, or does not pass on the solution
    CaseMisuse              a case calls a function for authors with something that no submission could have made
      SuiteError            test code for a plain module does what cannot work through the wall
  SubmissionRejected        the upload cannot be opened safely; the student gets a report with the reason
  SandboxError              a worker cannot be started, or does not answer
    SandboxIncomplete       official grading was requested and a layer is missing
      GpuUnavailable        it was requested with a GPU, and there is none that a submission could have alone
  DataError                 a data set is missing or damaged

Every slug has an entry in ``docs/messages.md``.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection


class AutograderError(Exception):
    """An error with a message that says what to do. Its text ends with its slug."""

    slug = "autograder"
    exit_code = 4

    def __init__(self, message: str, *, slug: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.slug = slug or type(self).slug

    def __str__(self) -> str:
        return f"{self.message} [{self.slug}]"


class UsageError(AutograderError):
    """The command line names something that does not exist."""

    slug = "usage"
    exit_code = 2


class NeedsHuman(AutograderError):
    """A person has to decide before the command can go on. The message names every case; nothing was written."""

    slug = "needs-human"
    exit_code = 5


class AssignmentError(AutograderError):
    """The assignment folder is wrong. The message names the file, the line and the remedy."""

    slug = "assignment"


class CaseError(AutograderError):
    """A case raises by itself, does not pass on the solution, or is not a valid case."""

    slug = "case"


class CaseMisuse(CaseError):
    """A case calls a function for authors with something that no submission could have made. It costs no points."""

    slug = "case-misuse"


class SuiteError(CaseMisuse):
    """Test code for a plain module does what cannot work through the wall. The message names its line and the remedy.

    It costs no points.
    """

    slug = "suite"


class SubmissionRejected(AutograderError):
    """The upload cannot be opened safely. The message is for the student."""

    slug = "submission-rejected"
    exit_code = 0


class SandboxError(AutograderError):
    """A worker cannot be started, or does not answer, and no submission is the cause."""

    slug = "sandbox"


class SandboxIncomplete(SandboxError):
    """Official grading was requested, and this machine lacks a layer of the sandbox."""

    slug = "sandbox-incomplete"
    exit_code = 3


class GpuUnavailable(SandboxIncomplete):
    """Official grading on a GPU was requested, and there is none that a submission could have alone."""

    slug = "gpu"


class DataError(AutograderError):
    """A data set is missing or damaged. The message says where to put it."""

    slug = "data"


def did_you_mean(wanted: str, known: Collection[str]) -> str:
    """Return " Did you mean sigmoid or tanh?" with the known names that resemble or contain ``wanted``, or ""."""
    close = difflib.get_close_matches(wanted, known) or [name for name in known if wanted and wanted in name]
    return f" Did you mean {' or '.join(close)}?" if close else ""
