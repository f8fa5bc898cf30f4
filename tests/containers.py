"""Run a command as in a container whose runtime refuses namespaces: its capabilities and refused system calls.

    python tests/containers.py [--uid 1000] COMMAND ...

The lists are those of the default profile of Docker (moby, ``profiles/seccomp/default_linux.go`` and ``oci/caps``), as
far as they concern a worker. Mounts stay as they are. Needs root and x86-64; the command must be readable for the user.
"""

from __future__ import annotations

import os
import platform
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# chown dac_override fowner fsetid kill setgid setuid setpcap net_bind_service net_raw sys_chroot mknod audit_write
# setfcap
CAPABILITIES = (0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31)
# mount umount2 pivot_root setns unshare and the newer calls for mounts; bpf, keys, io_uring, userfaultfd, perf
REFUSED = (
    165,
    166,
    155,
    308,
    272,
    428,
    429,
    430,
    431,
    432,
    433,
    442,
    321,
    248,
    249,
    250,
    425,
    426,
    427,
    323,
    298,
    304,
    303,
)
CLONE, CLONE3, NEW_NAMESPACES = 56, 435, 0x7E020000
LOAD, EQUAL, ANY_BIT, RETURN = 0x20, 0x15, 0x45, 0x06
ALLOW, EPERM, ENOSYS = 0x7FFF0000, 0x00050001, 0x00050026


def profile() -> bytes:
    """The BPF program that refuses what the runtime refuses."""
    steps = [(LOAD, 0, 0, 0), (EQUAL, 0, 1, CLONE3), (RETURN, 0, 0, ENOSYS)]
    for number in REFUSED:
        steps += [(EQUAL, 0, 1, number), (RETURN, 0, 0, EPERM)]
    steps += [(EQUAL, 0, 3, CLONE), (LOAD, 0, 0, 16), (ANY_BIT, 0, 1, NEW_NAMESPACES), (RETURN, 0, 0, EPERM)]
    return b"".join(struct.pack("<HBBI", *step) for step in [*steps, (RETURN, 0, 0, ALLOW)])


def enter(uid: int) -> None:
    """Give up what the runtime takes away, for this process and its children."""
    from autograder.wall import seccomp
    from autograder.wall.libc import checked, libc

    for capability in set(range(64)) - set(CAPABILITIES):
        libc.prctl(24, capability, 0, 0, 0)
    mask = sum(1 << each for each in CAPABILITIES)
    header = struct.pack("Ii", 0x20080522, 0)
    seccomp.filter_system_calls(profile())
    if uid:
        libc.prctl(38, 1, 0, 0, 0)
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        mask = 0
    checked(libc.capset(header, struct.pack("IIIIII", mask, mask, 0, 0, 0, 0)), "capset")


def refuse_landlock() -> None:
    """Refuse the calls of Landlock from now on, as a kernel without it does."""
    from autograder.wall import seccomp

    steps = [(LOAD, 0, 0, 0)]
    for number in (444, 445, 446):
        steps += [(EQUAL, 0, 1, number), (RETURN, 0, 0, ENOSYS)]
    program = b"".join(struct.pack("<HBBI", *step) for step in [*steps, (RETURN, 0, 0, ALLOW)])
    seccomp.filter_system_calls(program)


def interpreter(folder: Path) -> Path:
    """Make an environment in ``folder`` that every user can read, with our packages; skip the test if this fails."""
    system = "/usr/bin/python3"
    if sys.platform != "linux" or platform.machine() != "x86_64" or os.getuid() != 0 or not os.path.exists(system):
        pytest.skip("needs root on Linux, on x86-64, and the system's Python")
    code = "import sys, venv; print(sys.version_info[:2])"
    done = subprocess.run([system, "-c", code], capture_output=True, text=True, check=False)
    if done.stdout.strip() != str(sys.version_info[:2]):
        pytest.skip("the system's Python has another version than the one that runs the tests")
    site = next(path for path in sys.path if path.endswith("site-packages"))
    if not all(
        os.stat(each).st_mode & 0o001 for path in (site, str(ROOT)) for each in (path, *map(str, Path(path).parents))
    ):
        pytest.skip("other users cannot reach this checkout")
    folder.chmod(0o755)
    subprocess.run([system, "-m", "venv", "--without-pip", str(folder / "venv")], check=True)
    packages = next((folder / "venv" / "lib").glob("python3*/site-packages"))
    (packages / "ours.pth").write_text(f"{site}\n{ROOT}\n", encoding="utf-8")
    return folder / "venv" / "bin" / "python"


def remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def command(python: Path, *arguments: str, uid: int = 0) -> list[str]:
    """Return the command that runs ``python arguments`` in such a container."""
    return [str(python), str(Path(__file__)), *(["--uid", str(uid)] if uid else []), str(python), *arguments]


if __name__ == "__main__":
    words = sys.argv[1:]
    chosen = int(words[1]) if words[:1] == ["--uid"] else 0
    enter(chosen)
    words = words[2:] if chosen else words
    os.execvp(words[0], words)
