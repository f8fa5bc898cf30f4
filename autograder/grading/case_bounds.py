"""Bound what a case may take of this process: an answer that broadcasts to gigabytes must not end the grader."""

from __future__ import annotations

import contextlib
import mmap
import sys
from collections.abc import Iterator

from ..course.deadline import cpu_limit

CASE_MIB = 2048  # beyond what the process has; a case that trains on the trusted side needs a tenth of it
CASE_S = 60.0  # of CPU time on the trusted side; no case needs one second
NOTE = "The case took more of the grader than it may: "  # how the note to staff of such a case begins


class CaseTooSlow(BaseException):
    """A case has used its CPU time. No ``except Exception`` of a case catches it."""


@contextlib.contextmanager
def bounded() -> Iterator[None]:
    """Let a case fail that takes too much of this process.

    Raises:
        MemoryError: it has ``CASE_MIB`` MiB more than before.
        CaseTooSlow: it has used ``CASE_S`` seconds of CPU time.
    """
    with cpu_limit(CASE_S, CaseTooSlow), _bounded_memory():
        yield


@contextlib.contextmanager
def _bounded_memory() -> Iterator[None]:
    """Bound what this process may allocate.

    The kernel counts private memory that can be written, and not what is merely reserved: importing torch or starting
    its threads costs little. Systems other than Linux have no such limit.
    """
    if sys.platform != "linux":
        yield
        return
    import resource

    before = resource.getrlimit(resource.RLIMIT_DATA)
    bound = _data_bytes() + CASE_MIB * 2**20
    if before[1] != resource.RLIM_INFINITY:
        bound = min(bound, before[1])
    resource.setrlimit(resource.RLIMIT_DATA, (bound, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)


def _data_bytes() -> int:
    """Return the bytes that RLIMIT_DATA counts, and those of the stack."""
    with open("/proc/self/statm", "rb") as file:
        return int(file.read().split()[5]) * mmap.PAGESIZE


def exceeded(raised: BaseException | None) -> bool:
    """Return whether a case exceeded a bound; torch has no exception of its own for a lack of memory."""
    return isinstance(raised, MemoryError | CaseTooSlow) or (
        isinstance(raised, RuntimeError) and "DefaultCPUAllocator" in str(raised)
    )


def note(raised: BaseException | None) -> str:
    """Return the note to staff of a case that exceeded a bound."""
    return f"{NOTE}{type(raised).__name__} {raised}".rstrip()
