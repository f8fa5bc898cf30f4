"""Look at the GPUs of this machine with NVIDIA's management library (NVML), which comes with the driver.

It never starts CUDA, so a grader that looks holds no GPU. The names and structures are those of NVIDIA's ``nvml.h``.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass

LIBRARY = "libnvidia-ml.so.1"
# nvmlReturn_t
_NOT_SUPPORTED, _DRIVER_NOT_LOADED, _LOST, _DRIVER_MISMATCH, _INSUFFICIENT_SIZE = 3, 9, 15, 18, 7
_MOST_PROCESSES = 64
_UNKNOWN_SYMBOL = 13  # NVML_ERROR_FUNCTION_NOT_FOUND


class NvmlError(Exception):
    """NVML is missing or reports an error. ``is_lost`` is true if the GPU has vanished."""

    def __init__(self, text: str, *, is_lost: bool = False) -> None:
        super().__init__(text)
        self.is_lost = is_lost


class _Memory(ctypes.Structure):
    _fields_ = [(name, ctypes.c_ulonglong) for name in ("total", "free", "used")]


class _Process(ctypes.Structure):
    _fields_ = (
        ("pid", ctypes.c_uint),
        ("used", ctypes.c_ulonglong),
        ("gpu_instance", ctypes.c_uint),
        ("compute_instance", ctypes.c_uint),
    )


class _Pci(ctypes.Structure):
    _fields_ = (("legacy", ctypes.c_char * 16), ("numbers", ctypes.c_uint * 5), ("bus", ctypes.c_char * 32))


@dataclass(frozen=True, slots=True)
class Found:
    """One GPU. ``bus`` is its address in ``/sys/bus/pci/devices``, and ``is_split`` says that it is in MIG mode."""

    index: int
    uuid: str
    name: str
    minor: int
    bus: str
    is_split: bool


class Nvml:
    """NVML, started. Every method raises NvmlError if the driver does not answer."""

    def __init__(self, library: str = LIBRARY) -> None:
        try:
            self._library = ctypes.CDLL(library)
        except OSError:
            raise NvmlError(f"{LIBRARY}, a part of NVIDIA's driver, was not found.") from None
        self._call("nvmlInit_v2")

    def devices(self) -> list[Found]:
        """Return all GPUs, in the order of their PCI addresses."""
        count = ctypes.c_uint()
        self._call("nvmlDeviceGetCount_v2", ctypes.byref(count))
        return [self._found(index) for index in range(count.value)]

    def memory_mib(self, index: int) -> tuple[int, int]:
        """Return the free and the used memory of a GPU in MiB."""
        memory = _Memory()
        self._call("nvmlDeviceGetMemoryInfo", self._handle(index), ctypes.byref(memory))
        return memory.free >> 20, memory.used >> 20

    def processes(self, index: int) -> list[int]:
        """Return the processes that compute on a GPU, with their numbers outside of all containers."""
        count, found = ctypes.c_uint(_MOST_PROCESSES), (_Process * _MOST_PROCESSES)()
        name = "nvmlDeviceGetComputeRunningProcesses_v3"
        status = self._status(name, self._handle(index), ctypes.byref(count), found)
        if status not in (0, _INSUFFICIENT_SIZE):
            raise self._error(name, status)
        return [int(each.pid) for each in found[: min(count.value, _MOST_PROCESSES)]]

    def _found(self, index: int) -> Found:
        handle, minor, pci = self._handle(index), ctypes.c_uint(), _Pci()
        uuid, name = ctypes.create_string_buffer(96), ctypes.create_string_buffer(96)
        self._call("nvmlDeviceGetUUID", handle, uuid, 96)
        self._call("nvmlDeviceGetName", handle, name, 96)
        self._call("nvmlDeviceGetMinorNumber", handle, ctypes.byref(minor))
        self._call("nvmlDeviceGetPciInfo_v3", handle, ctypes.byref(pci))
        now, later = ctypes.c_uint(), ctypes.c_uint()
        status = self._status("nvmlDeviceGetMigMode", handle, ctypes.byref(now), ctypes.byref(later))
        if status not in (0, _NOT_SUPPORTED, _UNKNOWN_SYMBOL):
            raise self._error("nvmlDeviceGetMigMode", status)
        bus = pci.bus.decode("ascii", "replace")
        return Found(
            index,
            uuid.value.decode("ascii", "replace"),
            name.value.decode("utf-8", "replace"),
            minor.value,
            bus[-12:] if len(bus) > 12 else bus,  # NVML writes eight digits of the domain, and Linux four
            now.value == 1,
        )

    def _handle(self, index: int) -> ctypes.c_void_p:
        handle = ctypes.c_void_p()
        self._call("nvmlDeviceGetHandleByIndex_v2", ctypes.c_uint(index), ctypes.byref(handle))
        return handle

    def _call(self, name: str, *arguments: object) -> None:
        if status := self._status(name, *arguments):
            raise self._error(name, status)

    def _status(self, name: str, *arguments: object) -> int:
        function = getattr(self._library, name, None)
        return _UNKNOWN_SYMBOL if function is None else int(function(*arguments))

    def _error(self, name: str, status: int) -> NvmlError:
        if status == _DRIVER_MISMATCH:
            return NvmlError("The driver in the kernel and its libraries have different versions. Restart the machine.")
        if status == _DRIVER_NOT_LOADED:
            return NvmlError("NVIDIA's driver is not loaded. As root, run: modprobe nvidia.")
        if status == _UNKNOWN_SYMBOL:
            return NvmlError(f"NVIDIA's driver is too old: it has no {name}. Install driver 525 or newer.")
        lost = status == _LOST
        return NvmlError("The GPU has vanished." if lost else f"{name} failed with the error {status}.", is_lost=lost)
