"""What one submission may use."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one worker and of one submission; the defaults fit every small numpy assignment.

    ``call_s``, ``load_s`` and ``submission_s`` (all calls of a submission together) count the time that the worker runs
    or sleeps. The time that it waits for a core or for memory on a busy machine is given back, up to ``PATIENCE`` times
    the limit of the call. ``cpu_s`` is CPU time of one worker. ``memory_mib`` comes on top of what the zygote holds.
    """

    call_s: float = 5.0
    load_s: float = 10.0
    submission_s: float = 120.0
    cpu_s: float = 20.0
    memory_mib: int = 1024
    tasks: int = 64
    open_files: int = 64
    file_mib: int = 32
    scratch_mib: int = 64
    result_mib: int = 256
    output_kib: int = 64
    handles: int = 256
    callbacks: int = 10_000
    gpu: bool = False  # CUDA reserves address space far beyond any RLIMIT_AS, so that limit is left out


BROKEN = 97  # exit status of a worker whose own loop was broken, which takes a submission that meddles with it
PATIENCE = 10.0  # measured: on a busy machine wall time is up to 8 times the time that a worker really had
