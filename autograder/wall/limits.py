"""Resource limits of one submission."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one worker and of one submission. The defaults suit small numpy assignments.

    ``call_s`` and ``submission_s`` (all calls of a submission together) count the time that the worker runs or sleeps.
    Time that it waits for a core or for memory on a busy machine does not count, up to ``PATIENCE`` times the limit of
    the call. ``cell_s`` (one cell of a notebook, or one top-level statement of a script) and ``load_s`` (all of them)
    count the CPU time, or half the time that the code sleeps. ``cpu_s`` is the CPU time of one worker after it has
    loaded the submission. ``memory_mib`` is added to the zygote's memory. ``result_mib`` is the size of one answer;
    every entry counts as 8 bytes at least, because a case may make a Python object of it.
    """

    call_s: float = 5.0
    cell_s: float = 5.0
    load_s: float = 20.0
    submission_s: float = 120.0
    cpu_s: float = 20.0
    memory_mib: int = 1024
    tasks: int = 64
    open_files: int = 64
    file_mib: int = 32
    scratch_mib: int = 64
    result_mib: int = 16
    output_kib: int = 64
    handles: int = 256
    callbacks: int = 10_000
    gpu: bool = False  # CUDA reserves more address space than any RLIMIT_AS allows, so that limit is not set

    @property
    def host_mib(self) -> int:
        """The memory of the machine that a submission may use together with the libraries of a GPU."""
        return self.memory_mib + (CUDA_MIB if self.gpu else 0)

    @property
    def all_tasks(self) -> int:
        """The threads of a submission together with those of CUDA."""
        return self.tasks + (CUDA_TASKS if self.gpu else 0)


CUDA_MIB, CUDA_TASKS, CUDA_FILES = 1024, 16, 256  # what CUDA needs beside the submission; estimates, never measured
FILES, TASKS, MEMORY = "files", "tasks", "memory"  # what the watch of a worker finds too much of
SANDBOX_UID = 64_321  # root changes to this uid, which owns nothing
WORKER_UIDS = range(SANDBOX_UID, SANDBOX_UID + 1000)  # of workers of root that run at the same time without namespaces
BROKEN = 97  # exit status of a worker whose own loop failed: the submission has interfered with it
PATIENCE = 10.0  # measured: on a busy machine wall time is up to 8 times the time that a worker ran
