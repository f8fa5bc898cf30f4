"""One GPU of this machine for the workers of one grader at a time, empty when they start and empty when they end.

The lock is an empty file in memory (``/dev/shm``). The kernel releases it when its grader ends in any way, so a killed
grader blocks nobody. Graders in other containers do not see it; they see each other as a foreign process on the GPU.
"""

from __future__ import annotations

import fcntl
import os
import re
import sysconfig
import time
from pathlib import Path

from ..errors import GpuUnavailable, SandboxError
from ..wall import gpu as needs
from ..wall.gpu import Gpu
from .nvml import Found, Nvml, NvmlError

FOLDER = Path("/dev/shm")
WAIT_S = 1800.0  # for another grader that uses the same GPU
FREED_S = 15.0  # for the memory of a worker that has ended
MIN_FREE_MIB = 2048  # of a GPU on which nothing runs: CUDA and PyTorch take about 500 for themselves
SLACK_MIB = 64
_STEP_S = 0.05
_SYSTEM = (
    "/lib64",
    "/usr/lib64",
    *(f"{each}/{sysconfig.get_config_var('MULTIARCH')}" for each in ("/lib", "/usr/lib")),
)
# What the worker says that could not start CUDA -> the sentence for staff. The first match counts.
_CAUSES = (
    ("not compiled with CUDA", "This build of PyTorch has no CUDA. Install one that has."),
    ("driver on your system is too old", "NVIDIA's driver is too old for this PyTorch. Install a newer driver."),
    ("CUDA driver version is insufficient", "NVIDIA's driver is too old for this PyTorch. Install a newer driver."),
    ("no kernel image", "This build of PyTorch has no code for this GPU. Install one that has."),
    ("out of memory", "The memory of the GPU is full."),
    ("no CUDA-capable device", "CUDA finds no GPU behind the wall."),
    ("No CUDA GPUs", "CUDA finds no GPU behind the wall."),
    ("busy or unavailable", "Another process uses the GPU alone (compute mode)."),
    ("OS call failed", "CUDA lacks something behind the wall (error 304)."),
)


class GpuSlot:
    """The GPU of one grader. ``gpu`` describes it. Use it from one thread.

    ``folder``, ``library`` and ``root`` are for tests, and so are the times.

    Raises:
        GpuUnavailable: There is no GPU that a worker could use; the message says why.
    """

    def __init__(
        self,
        *,
        folder: Path = FOLDER,
        library: str | None = None,
        root: Path = Path("/"),
        wait_s: float = WAIT_S,
        freed_s: float = FREED_S,
    ) -> None:
        self._folder, self._wait_s, self._freed_s = folder, wait_s, freed_s
        self._users = 0
        self._lock: int | None = None
        self._used_before_mib = 0
        if not (root / "dev/nvidiactl").exists():
            windows = (root / "dev/dxg").exists()
            why = "WSL 2 offers it in a way that the wall does not know." if windows else "/dev/nvidiactl is missing."
            raise GpuUnavailable(f"There is no NVIDIA GPU that official grading could use: {why}")
        try:
            self._nvml = Nvml() if library is None else Nvml(library)
            found = [each for each in self._nvml.devices() if _is_wanted(each)]
        except NvmlError as exc:
            raise GpuUnavailable(f"The GPU cannot be used: {exc}") from None
        if not found:
            raise GpuUnavailable("There is no NVIDIA GPU that official grading could use: the driver lists none.")
        self._chosen = self._choose(found)
        if self._chosen.is_split:
            raise GpuUnavailable(
                f"{self._chosen.name} is in MIG mode, and official grading uses whole GPUs. Turn it off, or name "
                "another GPU with CUDA_VISIBLE_DEVICES."
            )
        folders = _library_folders()
        self.gpu: Gpu = needs.describe(self._chosen.uuid, self._chosen.minor, self._chosen.bus, folders, root=root)
        # For a driver whose libraries are in no folder of the system: the zygote passes it to its workers.
        self.environment = {"LD_LIBRARY_PATH": ":".join(folders)} if folders else {}
        if why := needs.missing_node(self.gpu, root=root, for_others=os.getuid() == 0):
            raise GpuUnavailable(f"The GPU cannot be used: {why}")

    def acquire(self) -> None:
        """Take the GPU for a worker, after waiting for other graders. A grader may have several workers on it.

        Raises:
            GpuUnavailable: The GPU is taken, full or gone.
        """
        if self._users == 0:
            self._lock = self._take()
            try:
                self._wait_until_empty()
                free, self._used_before_mib = self._nvml.memory_mib(self._chosen.index)
                if free < MIN_FREE_MIB:
                    raise GpuUnavailable(f"{self._chosen.name} is full: only {free} MiB of its memory are free.")
            except NvmlError as exc:
                self._unlock()
                raise GpuUnavailable(f"{self._chosen.name} cannot be used: {exc}") from None
            except BaseException:
                self._unlock()
                raise
        self._users += 1

    def remove(self) -> None:
        """Give the GPU back after a worker has ended. Before the next grader has it, its memory is free."""
        self._users -= 1
        if self._users == 0:
            self._wait_until_freed()
            self._unlock()

    def refusal(self, text: str) -> SandboxError:
        """Return the error for a worker that said ``text`` because it could not start CUDA."""
        cause = next((sentence for part, sentence in _CAUSES if part.lower() in text.lower()), "CUDA does not start.")
        return GpuUnavailable(f"{self._chosen.name}: {cause} ({' '.join(text.split())[:300]})")

    def _choose(self, found: list[Found]) -> Found:
        """Return the first GPU that no other grader has at the moment, or the first of all."""
        for each in found:
            lock = self._try(each)
            if lock is not None:
                os.close(lock)
                return each
        return found[0]

    def _try(self, device: Found) -> int | None:
        lock = _open(self._folder / f"autograder-gpu-{re.sub('[^A-Za-z0-9-]', '-', device.uuid)}")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return None
        return lock

    def _take(self) -> int:
        end_s = time.monotonic() + self._wait_s
        while (lock := self._try(self._chosen)) is None:
            if time.monotonic() > end_s:
                raise GpuUnavailable(
                    f"{self._chosen.name} is taken: another grader has used it for {self._wait_s / 60:.0f} minutes."
                )
            time.sleep(_STEP_S)
        return lock

    def _unlock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _wait_until_empty(self) -> None:
        """Wait until no process computes on the GPU; one of a worker that was killed may need a moment to go.

        Raises:
            GpuUnavailable: One does not go, so it is not ours.
            NvmlError: The driver does not answer.
        """
        end_s = time.monotonic() + self._freed_s
        while others := self._nvml.processes(self._chosen.index):
            if time.monotonic() > end_s:
                numbers = ", ".join(map(str, others[:5]))
                raise GpuUnavailable(
                    f"{self._chosen.name} is in use by another program (process {numbers}), and a submission must have "
                    "it alone. End that program, or name another GPU with CUDA_VISIBLE_DEVICES."
                )
            time.sleep(_STEP_S)

    def _wait_until_freed(self) -> None:
        """Wait until the memory of our workers is free. If it stays in use, the next look refuses the GPU."""
        end_s = time.monotonic() + self._freed_s
        try:
            while time.monotonic() < end_s:
                used = self._nvml.memory_mib(self._chosen.index)[1]
                if used <= self._used_before_mib + SLACK_MIB and not self._nvml.processes(self._chosen.index):
                    return
                time.sleep(_STEP_S)
        except NvmlError:
            return  # the next acquire says so


def _is_wanted(device: Found) -> bool:
    """Return whether CUDA_VISIBLE_DEVICES, as the grader has it, names a GPU; without it every GPU is wanted."""
    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    if named is None:
        return True
    wanted = [each.strip() for each in named.split(",")]
    return any(
        each == str(device.index) or (each.startswith("GPU-") and device.uuid.startswith(each)) for each in wanted
    )


def _open(path: Path) -> int:
    """Open a lock file that any user of the machine may open. No link is followed, because all may write there."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        try:
            return os.open(path, flags)
        except FileNotFoundError:
            pass
        try:
            lock = os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o444)
            os.fchmod(lock, 0o444)
            return lock
        except FileExistsError:
            return os.open(path, flags)
    except OSError as exc:
        raise GpuUnavailable(f"The lock of the GPU cannot be opened: {path}: {exc.strerror}.") from None


def _library_folders(maps: Path = Path("/proc/self/maps")) -> tuple[str, ...]:
    """Return folders of the driver's libraries that are not among the system's, such as /usr/local/nvidia/lib64.

    NVML is one of them and is loaded, so ``maps`` names its folder, whether LD_LIBRARY_PATH or the cache of the linker
    (``ld.so.conf``) has led there.
    """
    lines = (line.split(maxsplit=5) for line in maps.read_text(encoding="utf-8", errors="replace").splitlines())
    loaded = [os.path.dirname(line[5]) for line in lines if len(line) == 6 and "/libnvidia-ml.so" in line[5]]
    folders = dict.fromkeys([*os.environ.get("LD_LIBRARY_PATH", "").split(":"), *loaded])
    return tuple(
        folder
        for folder in folders
        if folder.startswith("/") and not folder.startswith(_SYSTEM) and Path(folder, "libcuda.so.1").exists()
    )
