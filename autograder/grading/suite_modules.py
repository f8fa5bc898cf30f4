"""The student's modules as the tests of an adopted suite import them: handles of the submission whose turn it is."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Any

from ..course.assignment import Assignment, import_name
from ..student.case_run import CaseRun
from ..student.case_settings import CaseSettings
from ..student.connection import Connection
from ..student.handle import StudentCode
from ..student.imports import installed
from ..student.module import Modules, Namespace
from .suite_files import SuiteFiles

COLLECTION_S = 120.0  # for a call that a suite makes while it is collected


class SuiteModules(Modules):
    """The modules of an assignment for one suite.

    Attributes:
        asked: how often the suite asked the submission something.
        taken: "file, line: name" of each value that the suite took while it was collected. It is that of one
            submission, so the suite is imported again for each case.
    """

    def __init__(self, assignment: Assignment) -> None:
        super().__init__(None, list(map(import_name, assignment.modules)))
        self.asked = 0
        self.taken: tuple[str, ...] = ()
        self.sends_source = assignment.suite is not None and assignment.folder in assignment.suite.folder.parents
        self._asked_names = assignment.asked_names
        self.files = SuiteFiles()

    def lower(self, value: Any, copies: list[tuple[Any, Any]]) -> Any:
        """Return what is sent for a value; the name of a file of the suite or of the test is that in the worker."""
        if isinstance(value, str | PurePath) and os.path.isabs(value):
            value = type(value)(self.files.place_of(os.path.normpath(value), self))
        return super().lower(value, copies)

    def prepare(self) -> None:
        self.asked += 1
        super().prepare()

    def namespace(self) -> dict[str, Any]:
        """Return the globals of a cell that tests."""
        self.namespaces.clear()
        return Namespace(self, asked=self._asked_names)

    def lacking(self, error: ImportError) -> BaseException:
        """Return the verdict on a submission that lacks a name which the suite imports, or the error itself."""
        name = re.search(r"cannot import name '(\w+)'", str(error))
        return self.run.undefined(name[1]) if name else error

    @contextlib.contextmanager
    def collecting(self, connection: Connection, folder: Path) -> Iterator[None]:
        """Let the suite in ``folder`` be imported, with the submission of ``connection``."""
        run = CaseRun(connection, CaseSettings("collection", call_s=COLLECTION_S))
        self.collected = []
        try:
            with self.of(run, folder):
                yield
        finally:
            self.taken, self.collected = tuple(self.collected), None
            run.finish()

    @contextlib.contextmanager
    def of(self, run: CaseRun, folder: Path) -> Iterator[None]:
        """Let the suite in ``folder`` test the submission of ``run``."""
        self.use(StudentCode(run))
        self.files.folder, self.files.temporary = str(folder), ""
        try:
            with installed(self, source=folder):
                yield
        finally:
            self.use(None)
