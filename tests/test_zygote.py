"""What a zygote does with its own memory before it forks."""

from __future__ import annotations

import ctypes
import mmap
import sys

import pytest

from autograder.workers import zygote

HUGE = 1 << 21


def huge_kib(address: int) -> int:
    """How much of the region that holds ``address`` lies in huge pages."""
    inside = False
    with open("/proc/self/smaps", encoding="ascii", errors="replace") as file:
        for line in file:
            first = line.split()[0]
            if "-" in first:
                start, end = (int(part, 16) for part in first.split("-"))
                inside = start <= address < end
            elif inside and first == "AnonHugePages:":
                return int(line.split()[1])
    raise AssertionError("no such region")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone has huge pages that can be asked for")
def test_memory_is_gathered_into_huge_pages_and_stays_what_it_was() -> None:
    with mmap.mmap(-1, 4 * HUGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as memory:
        memory[:] = bytes(range(256)) * (4 * HUGE // 256)
        view = ctypes.c_char.from_buffer(memory)
        address = ctypes.addressof(view) + 2 * HUGE
        before = huge_kib(address)
        if ctypes.CDLL(None).madvise(ctypes.c_void_p(address // HUGE * HUGE), ctypes.c_size_t(HUGE), 25):
            pytest.skip("this kernel gathers nothing")
        zygote.gather_into_huge_pages()
        after = huge_kib(address)
        del view
        assert before == 0 and after >= 3 * HUGE // 1024
        assert memory[:] == bytes(range(256)) * (4 * HUGE // 256)
