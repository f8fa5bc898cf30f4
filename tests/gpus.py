"""Stand-ins for a GPU, on a machine that has none: the driver's library (NVML), its files, and one slot."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import cast

import pytest

from autograder.errors import GpuUnavailable
from autograder.student import selftest
from autograder.wall import limits
from autograder.wall.gpu import Gpu
from autograder.workers import zygote_handle
from autograder.workers.gpu_slot import GpuSlot

# It answers from the file $NVML_STATE: error, whether it is split (MIG), free MiB, used MiB, and process numbers.
LIBRARY = r"""
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
typedef struct { unsigned long long total, free, used; } Memory;
typedef struct { unsigned pid; unsigned long long used; unsigned gi, ci; } Process;
typedef struct { char legacy[16]; unsigned numbers[5]; char bus[32]; } Pci;
static int error, split, count; static unsigned long long unused, used; static unsigned pids[8];
static int look(void) {
    FILE *file = fopen(getenv("NVML_STATE"), "r"); count = 0;
    if (!file || fscanf(file, "%d %d %llu %llu", &error, &split, &unused, &used) != 4) return 999;
    while (count < 8 && fscanf(file, "%u", &pids[count]) == 1) count++;
    fclose(file); return error;
}
int nvmlInit_v2(void) { return look(); }
int nvmlDeviceGetCount_v2(unsigned *n) { *n = 2; return look(); }
int nvmlDeviceGetHandleByIndex_v2(unsigned i, void **h) { *h = (void *)(size_t)(i + 1); return look(); }
int nvmlDeviceGetUUID(void *h, char *to, unsigned n) { snprintf(to, n, "GPU-%zu", (size_t)h - 1); return 0; }
int nvmlDeviceGetName(void *h, char *to, unsigned n) { snprintf(to, n, "A stand-in"); return 0; }
int nvmlDeviceGetMinorNumber(void *h, unsigned *minor) { *minor = (unsigned)(size_t)h - 1; return 0; }
int nvmlDeviceGetPciInfo_v3(void *h, Pci *pci) {
    snprintf(pci->bus, 32, "00000000:0%zu:00.0", (size_t)h); return 0;
}
int nvmlDeviceGetMigMode(void *h, unsigned *now, unsigned *later) { *now = *later = split; return look(); }
int nvmlDeviceGetMemoryInfo(void *h, Memory *m) {
    int status = look(); m->free = unused << 20; m->used = used << 20; m->total = m->free + m->used; return status;
}
int nvmlDeviceGetComputeRunningProcesses_v3(void *h, unsigned *n, Process *to) {
    int status = look(); *n = count;
    for (int i = 0; i < count; i++) { memset(&to[i], 0, sizeof *to); to[i].pid = pids[i]; }
    return status;
}
"""


def library(folder: Path) -> str:
    """Compile the stand-in of NVML and return its path."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("needs a C compiler for the stand-in of NVML")
    source, built = folder / "nvml.c", folder / "libnvml.so"
    source.write_text(LIBRARY, encoding="ascii")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", str(built), str(source)], check=True)
    return str(built)


def tree(root: Path) -> Path:
    """Make the files that the driver of two GPUs has in /dev, /proc and /sys."""
    (root / "dev").mkdir(parents=True)
    for name in ("nvidiactl", "nvidia-uvm", "nvidia-uvm-tools", "nvidia0", "nvidia1", "nvidia-modeset"):
        (root / "dev" / name).touch()
        (root / "dev" / name).chmod(0o666)
    for name in ("proc/driver/nvidia", "sys/module/nvidia", "sys/module/nvidia_uvm", "sys/devices/system/node"):
        (root / name).mkdir(parents=True)
    devices = root / "sys/bus/pci/devices"
    devices.mkdir(parents=True)
    for number in (1, 2):
        name = f"0000:0{number}:00.0"
        (root / "sys/devices/pci0000:00" / name).mkdir(parents=True)
        (devices / name).symlink_to(f"../../../devices/pci0000:00/{name}")
    return root


IMPORT = "from autograder.workers.zygote import main"
# What a worker does in place of starting CUDA.
START = """
from autograder.wall import limits
from autograder.workers import zygote
limits.CUDA_MIB = {mib}
calls = []
def use_cuda():
    calls.append(1)
    {body}
zygote.use_cuda = use_cuda
"""


def start_with(patch: pytest.MonkeyPatch, body: str, mib: int = limits.CUDA_MIB) -> None:
    """Let the zygotes that are started from now on run ``body`` where their workers would start CUDA."""
    code = START.format(mib=mib, body=body)
    patch.setattr(zygote_handle, "_BOOTSTRAP", zygote_handle._BOOTSTRAP.replace(IMPORT, f"{code}\n{IMPORT}"))
    patch.setattr(limits, "CUDA_MIB", mib)
    patch.setattr(zygote_handle, "START_S", 900.0)  # a busy machine imports PyTorch for minutes


def without_cuda(patch: pytest.MonkeyPatch) -> GpuSlot:
    """Return a slot for workers that have the wall of a GPU and start no CUDA; the self-test computes nothing there."""
    start_with(patch, "pass", 64)
    patch.setattr(selftest, "GPU", tuple(each for each in selftest.GPU if each.name != selftest.COMPUTES))
    return cast("GpuSlot", StandInSlot())


class StandInSlot:
    """A slot whose GPU is /dev/full. It counts the workers that have it, now and ever."""

    def __init__(self) -> None:
        readable = ("/proc/devices", "/sys/devices/system/node")
        self.gpu = Gpu("GPU-0", ("/dev/full",), readable)
        self.environment: dict[str, str] = {}
        self.users = self.ever = 0

    def acquire(self) -> None:
        self.users += 1
        self.ever += 1

    def remove(self) -> None:
        self.users -= 1

    def refusal(self, text: str) -> GpuUnavailable:
        return GpuUnavailable(text)
