"""Connections to workers with the solution, a known mistake or a submission, all with the limits of one run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..course import notebook, solution
from ..course import suite as suites
from ..course.assignment import Assignment, file_of, import_name
from ..course.submission import Submission
from ..errors import SubmissionRejected
from ..guest.module_names import modules_of
from ..student.connection import Connection
from ..student.source import ModuleSources, parameters_of
from ..student.track_record import TrackRecord
from ..workers.spec import WorkerSpec
from ..workers.supervisor import Supervisor
from .environment import spec_of
from .options import RunOptions


class Connections:
    """Connects to workers for one run. ``solution`` are its modules, None if this machine has none.

    Whoever asks for a connection closes it.

    Raises:
        AssignmentError: an official run lacks the solution.
    """

    def __init__(self, assignment: Assignment, options: RunOptions, supervisor: Supervisor) -> None:
        self.solution = solution.modules(assignment) if assignment.solution or options.official else None
        self._assignment = assignment
        self._seed = options.seed
        self._supervisor = supervisor
        self._parameters = stub_parameters(assignment)
        self._asked = assignment.asked_names  # read once, and not for every worker
        self._support = assignment.support_files()
        self._spec = _with_room(spec_of(assignment, options), self._support)

    def to(
        self, modules: dict[str, bytes], submission: Submission | None = None, *, seed: int | None = None
    ) -> Connection:
        """Connect to a worker with these modules; with ``seed``, its generators have another seed, too."""
        main = self._assignment.modules[0]
        files = (submission.other_files if submission else {}) | self._support
        ours = {import_name(name): name for name in modules}
        late = {name: (file, files[file]) for name, file in modules_of(files).items() if name not in ours}
        source = ModuleSources(
            main=import_name(main),
            modules={import_name(name): (file_of(name), data) for name, data in modules.items()} | late,
            missing=submission.explain_missing(main) if submission and main not in modules else "",
            parameters=self._parameters,
            asked=self._asked,
            place=(lambda name, line: submission.place(ours.get(name, name), line)) if submission else None,
            notebooks=submission.notebooks if submission else frozenset(),
            unread=submission.unread if submission else {},
            files=files,
            late=frozenset(late),
        )
        return Connection(
            source,
            self._supervisor,
            self._spec,
            seed=self._seed if seed is None else seed,
            track=TrackRecord(is_kept=submission is not None),
            draws=seed or 0,
        )

    def to_solution(self) -> Connection | None:
        """Connect to a worker with the solution, if this machine has it."""
        return self.to(self.solution) if self.solution is not None else None

    def own(self) -> Connection:
        """Connect to a worker with which a suite is collected: with the solution or, where there is none, its names."""
        if (connection := self.to_solution()) is not None:
            return connection
        suite = self._assignment.suite
        assert suite is not None  # without solution and suite nothing is collected
        modules = {}
        for name in self._assignment.modules:
            path = self._assignment.stub(name)
            written = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
            modules[name] = suites.skeleton(suite, import_name(name), written).encode()
        return self.to(modules)


def stub_parameters(assignment: Assignment) -> dict[str, tuple[str, ...]]:
    """Return the parameter names of every function in the stub. Without a stub, messages omit the names."""
    try:
        path = assignment.edited_file(assignment.modules[0])
        data = path.read_bytes()
        return parameters_of(notebook.read(data).source if path.suffix == ".ipynb" else data)
    except (OSError, SyntaxError, ValueError, SubmissionRejected):
        return {}


def _with_room(spec: WorkerSpec, files: Mapping[str, bytes]) -> WorkerSpec:
    """Return a spec whose workers can hold ``files`` besides what the submission writes."""
    mib, limits = sum(map(len, files.values())) >> 20, spec.limits
    room = replace(limits, file_mib=limits.file_mib + mib, scratch_mib=limits.scratch_mib + mib)
    return replace(spec, limits=room) if mib else spec
