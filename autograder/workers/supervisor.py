"""Start zygotes and workers from the trusted side, and end them with the supervisor.

Importing this module is cheap, and :meth:`Supervisor.prepare` does not wait. A command can therefore start the zygote
first, and import numpy and pytest while the zygote imports numpy and torch.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..errors import GpuUnavailable, SandboxError
from ..model import Level
from ..wall import cgroup
from .folders import remove_abandoned
from .spec import WorkerSpec
from .zygote_handle import NamespacesRefused, Zygote

if TYPE_CHECKING:
    from ..model import SandboxInfo
    from .gpu_slot import GpuSlot
    from .worker import Worker

_Kind = tuple[bool, frozenset[str] | None, bool, Level]


class Supervisor:
    """The zygotes of one grading run: one for each set of packages, started when first needed.

    With ``enclosed`` (the default on Linux) workers run in namespaces. If the kernel refuses, they run without
    namespaces, and ``refusal`` contains the reason. ``student/selftest.py`` then tests which layers remain, and the
    caller decides whether they suffice. Workers of the level ``container`` never run in namespaces. A ``portable``
    supervisor (the default on other systems) has no zygotes and starts each worker as a program
    (``subprocess_worker.py``). ``slot`` is the GPU for the workers of the level ``gpu``; it is looked for when the
    first of them is needed.
    """

    def __init__(
        self,
        *,
        start: Callable[..., Zygote] = Zygote,
        enclosed: bool = sys.platform == "linux",
        portable: bool = sys.platform != "linux",
        slot: GpuSlot | None = None,
    ) -> None:
        self._slot = slot
        self.refusal = ""
        self.subtree = cgroup.delegated()
        self.examined: dict[WorkerSpec, SandboxInfo] = {}
        self._start = start
        self._enclosed = enclosed
        self._portable = portable
        self._tidied = False
        self._zygotes: dict[_Kind, Zygote] = {}

    def prepare(self, spec: WorkerSpec) -> None:
        """Start the zygote that :meth:`spawn` will need for ``spec``, without waiting for it."""
        if not self._portable:
            self._zygote_of(spec)
        self._tidy()

    def share(self) -> None:
        """Let copies of this process, which are forked later, use the zygotes; wait until these are ready."""
        for zygote in self._zygotes.values():
            zygote.share()

    def spawn(self, spec: WorkerSpec) -> Worker:
        """Return a new worker. Replace a zygote that has died, once."""
        if self._portable:
            from .subprocess_worker import FreshWorker

            self._tidy()
            return FreshWorker(spec)
        known = _kind(spec) in self._zygotes
        slot = self._slot_of(spec)
        try:
            self.prepare(spec)
            return self._zygote_of(spec).spawn(spec.limits, self.subtree, slot=slot)
        except NamespacesRefused as refused:
            self._enclosed, self.refusal = False, refused.message
        except GpuUnavailable:
            raise
        except SandboxError:
            if not known:
                raise
        self._zygotes.pop(_kind(spec)).close()
        return self._zygote_of(spec).spawn(spec.limits, self.subtree, slot=slot)

    def _slot_of(self, spec: WorkerSpec) -> GpuSlot | None:
        """Return the GPU for workers of the level ``gpu``.

        Raises:
            GpuUnavailable: There is none.
        """
        if spec.level is not Level.GPU:
            return None
        if self._slot is None:
            from .gpu_slot import GpuSlot

            self._slot = GpuSlot()
        return self._slot

    def _zygote_of(self, spec: WorkerSpec) -> Zygote:
        zygote = self._zygotes.get(_kind(spec))
        if zygote is None:
            # For practice on a GPU there is no private view: it does not contain the driver.
            is_open = spec.level is Level.CONTAINER or (spec.level is Level.FULL and spec.limits.gpu)
            slot = self._slot_of(spec)
            more = {} if slot is None else {"gpu": slot.gpu, "environment": slot.environment}
            zygote = self._zygotes[_kind(spec)] = self._start(spec, enclosed=self._enclosed and not is_open, **more)
        return zygote

    def _tidy(self) -> None:
        """Remove the folders of dead graders, once, while the first zygote starts."""
        if not self._tidied:
            self._tidied = True
            remove_abandoned()

    def devices(self, spec: WorkerSpec) -> tuple[str, ...]:
        """Return the device nodes of the GPU of workers like ``spec``."""
        slot = self._slot_of(spec)
        return () if slot is None else slot.gpu.nodes

    def no_own_user(self, spec: WorkerSpec) -> str:
        """Return why workers like ``spec`` have no user of their own; "" if they have, or need none."""
        zygote = self._zygotes.get(_kind(spec))
        why = "" if zygote is None or zygote.enclosed else zygote.no_own_user
        return f"No own user: {why}." if why else ""

    def worker_cpu_s(self) -> float:
        """Return the CPU seconds of all workers that were reaped."""
        return sum(zygote.cpu_s for zygote in self._zygotes.values())

    def zygote_pids(self) -> list[int]:
        """Return the number of the process that forks the workers, for each zygote."""
        return [zygote.pid for zygote in self._zygotes.values()]

    def close(self) -> None:
        """End every zygote and its workers."""
        for zygote in self._zygotes.values():
            zygote.close()
        self._zygotes.clear()

    def __enter__(self) -> Supervisor:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def _kind(spec: WorkerSpec) -> _Kind:
    """Return the properties that a zygote depends on. Workers of one zygote can differ only in their limits."""
    return spec.torch, spec.packages, spec.limits.gpu, spec.level
