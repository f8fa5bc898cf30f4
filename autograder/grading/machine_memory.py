"""What the kernel says about the memory of this container, so that its lack is not taken for a student's mistake."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
OWN = Path("/proc/self/cgroup")


def oom_kills() -> int | None:
    """Return how many processes of this container were killed for lack of memory; None if the kernel does not say.

    A worker that has a cgroup of its own is not counted: that cgroup has the limit of the assignment.
    """
    for path in _files("memory.events.local", "memory.oom_control"):
        try:
            if found := re.search(r"^oom_kill (\d+)$", path.read_text(encoding="ascii"), re.MULTILINE):
                return int(found[1])
        except (OSError, ValueError):
            continue
    return None


def limit_mib() -> int | None:
    """Return the memory of this container in MiB; None without a limit."""
    for path in _files("memory.max", "memory.limit_in_bytes"):
        try:
            mib = int(path.read_text(encoding="ascii")) >> 20
        except (OSError, ValueError):  # "max"
            continue
        return mib if mib < 1 << 30 else None  # version 1 writes a huge number for no limit
    return None


def _files(unified: str, legacy: str) -> list[Path]:
    """Return where a file may be, in version 2 of cgroups and in version 1. In a container the own one is the root."""
    try:
        lines = [line.split(":", 2) for line in OWN.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError):
        return []
    places = []
    for _, controllers, path in (line for line in lines if len(line) == 3):
        if controllers == "":
            places += [ROOT / path.lstrip("/") / unified, ROOT / unified]
        elif "memory" in controllers.split(","):
            places += [ROOT / "memory" / path.lstrip("/") / legacy, ROOT / "memory" / legacy]
    return places
