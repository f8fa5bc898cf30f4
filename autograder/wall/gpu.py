"""What the driver of an NVIDIA GPU needs of the wall, by name: device nodes, files, and the commands of ``ioctl``.

A worker starts CUDA behind its mounts and Landlock and before the system-call filter, and receives no byte of a
submission before that filter stands. So what CUDA needs only at its start (shared memory, names of threads, the memory
nodes of the machine) is never at hand for a submission. What it needs later is listed here.

The lists come from gVisor's ``nvproxy`` and from reports about other sandboxes, not from a run of ours.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

# The numbers of nv-ioctl-numbers.h and nv_escape.h (type 'F'). The size in a command depends on the driver's version.
_FRONTEND = (
    0x27, 0x29, 0x2A, 0x2B, 0x34, 0x35, 0x4A, 0x4E, 0x4F, 0x5E, 200, 201, 206, 207, 210, 212, 214, 218
)  # fmt: skip
FRONTEND_COMMANDS = tuple(ord("F") << 8 | number for number in _FRONTEND)  # the low half, without size and direction
# Those of uvm_linux_ioctl.h and uvm_ioctl.h that nvproxy lists. Never 62 and 63, UVM_TOOLS_{READ,WRITE}_PROCESS_MEMORY.
UVM_COMMANDS = (
    0x30000001, 0x30000002, 23, 24, 25, 26, 27, 28, 29, 30, 31, 33, 34, 37, 38, 39, 42, 43, 45, 47, 51, 53, 65, 66, 68,
    72, 73, 75,
)  # fmt: skip
_SHARED_NODES = ("dev/nvidiactl", "dev/nvidia-uvm")
_LATER_NODES = ("dev/nvidia-uvm-tools",)  # from driver 570; older ones have it, too, and do not need it
_READABLE = (
    "proc/devices", "proc/driver/nvidia", "proc/driver/nvidia-uvm", "proc/sys/vm/mmap_min_addr",
    "sys/devices/system/node", "sys/devices/system/memory/block_size_bytes", "sys/bus/pci/devices",
)  # fmt: skip
OWN_NAMES = "/proc/self/task"  # below it CUDA writes the names of its own threads, and reads nothing


@dataclass(frozen=True, slots=True)
class Gpu:
    """One GPU as a worker sees it.

    ``nodes`` are its device files, ``readable`` files and folders that only the driver reads, and ``uuid`` its name
    for CUDA.
    """

    uuid: str
    nodes: tuple[str, ...]
    readable: tuple[str, ...]

    @property
    def shown(self) -> tuple[str, ...]:
        """What must be in the view of the file system. Every worker mounts a complete /proc of its own."""
        return (*self.nodes, *(path for path in self.readable if not path.startswith("/proc/")))

    def environment(self) -> dict[str, str]:
        """Return the variables of a worker. Without the cache CUDA writes no files into the scratch folder."""
        return {"CUDA_VISIBLE_DEVICES": self.uuid, "CUDA_CACHE_DISABLE": "1"}


def describe(uuid: str, minor: int, bus: str, libraries: tuple[str, ...] = (), *, root: Path = Path("/")) -> Gpu:
    """Return what a worker needs for the GPU ``/dev/nvidia<minor>`` at the PCI address ``bus``.

    ``libraries`` are folders with the driver's libraries that the view does not contain. ``root`` is for tests.
    """
    nodes = [f"dev/nvidia{minor}", *_SHARED_NODES, *(each for each in _LATER_NODES if (root / each).exists())]
    modules = sorted(str(path.relative_to(root)) for path in (root / "sys/module").glob("nvidia*"))
    readable = [each for each in (*_READABLE, *modules) if (root / each).exists()]
    device = root / "sys/bus/pci/devices" / bus.lower()
    if bus and device.exists():  # a link to the device's folder below /sys/devices
        readable.append(os.path.relpath(os.path.realpath(device), os.path.realpath(root)))
    absolute = tuple(f"/{each}" for each in readable)
    return Gpu(uuid, tuple(f"/{each}" for each in nodes), (*absolute, *libraries))


def missing_node(gpu: Gpu, *, root: Path = Path("/"), for_others: bool = False) -> str:
    """Return why a worker cannot open the device files, or "" if it can.

    ``for_others`` is true where workers run as another user than the grader, who may be in no group of the node.
    """
    for node in gpu.nodes:
        path = root / node.lstrip("/")
        if not path.exists():
            made = "nvidia-modprobe -u -c 0" if "uvm" in node else "nvidia-modprobe -c 0"
            return f"{node} is missing. As root, run: {made}. In a container, pass the GPU with --gpus."
        if for_others and path.stat().st_mode & 0o006 != 0o006:
            return f"{node} is closed to other users, and workers run as another one. As root, run: chmod 666 {node}."
        if not os.access(path, os.R_OK | os.W_OK):
            return f"{node} cannot be opened by this user. Ask to be added to its group."
    return ""
