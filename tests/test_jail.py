"""The layers of a worker, by their effect inside one."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from typing import Any

import pytest
from conftest import Load

from autograder.wall import jail, landlock

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the layers are those of Linux")

MIB = 1024 * 1024


def alone(script: str) -> subprocess.CompletedProcess[str]:
    """Run a script in an interpreter of its own."""
    text = "import os, resource, sys\nfrom autograder.wall import jail\nfrom autograder.wall.limits import Limits\n"
    return subprocess.run([sys.executable, "-c", text + script], capture_output=True, text=True, timeout=60)


def test_limits_stand_and_hard_ones_are_no_higher(load: Load) -> None:
    student = load(
        """
        import resource
        MAPPED, DATA = (4096 * int(open('/proc/self/statm').read().split()[i]) for i in (0, 5))
        def f(): return {n: list(resource.getrlimit(getattr(resource, n))) for n in dir(resource) if n[:7] == 'RLIMIT_'}
        """,
        memory_mib=100,
        cpu_s=7,
        file_mib=3,
        open_files=32,
    )
    limits = student.f()
    assert limits["RLIMIT_CPU"] == [7, 8]
    assert limits["RLIMIT_FSIZE"] == [3 * MIB] * 2
    assert limits["RLIMIT_NOFILE"] == [32] * 2
    assert limits["RLIMIT_CORE"] == limits["RLIMIT_MEMLOCK"] == [0, 0]
    assert limits["RLIMIT_STACK"] == [8 * MIB] * 2
    soft, hard = limits["RLIMIT_AS"]
    assert soft == hard and 90 * MIB < soft - student.MAPPED <= 100 * MIB
    soft, hard = limits["RLIMIT_DATA"]
    assert soft == hard and 90 * MIB < soft - student.DATA <= 101 * MIB
    assert limits["RLIMIT_SIGPENDING"] == [jail.SIGNALS] * 2


@pytest.mark.parametrize(("abi", "flags"), [(6, 0), (7, 1)])
def test_refusals_of_landlock_fill_no_log(monkeypatch: pytest.MonkeyPatch, abi: int, flags: int) -> None:
    """An older kernel knows no such flag, and would refuse the call."""
    restricted: list[int] = []

    def syscall(number: int, *arguments: Any) -> int:
        if arguments[0] is None:
            return abi
        if number != 446:  # landlock_restrict_self
            return os.open(os.devnull, os.O_RDONLY)
        restricted.append(arguments[1])
        return 0

    monkeypatch.setattr(landlock.libc, "syscall", syscall)
    landlock.restrict_files([], [], [])
    assert restricted == [flags]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("with open('big', 'wb') as file: file.write(bytes(3 * 2**20 + 1))", OSError),
        ("return [open('/dev/null') for _ in range(32)]", OSError),
        ("return bytes(200 * 2**20)", None),
        ("with open('small', 'wb') as file: return file.write(bytes(2**20))", 2**20),
        ("import threading; t = threading.Thread(target=int); t.start(); t.join(); return 1", 1),
    ],
    ids=["large file", "many files", "memory", "a file", "a thread"],
)
def test_limits_bite_and_ordinary_work_passes(load: Load, body: str, error: Any) -> None:
    student = load(f"import os\ndef f():\n    {body}\n", memory_mib=100, file_mib=3, open_files=32)
    if isinstance(error, int):
        assert student.f() == error
    elif error is None:
        with pytest.raises(BaseException, match="more memory than the 100 MiB"):
            student.f()
    else:
        with pytest.raises(error):
            student.f()


def test_no_memory_limit_where_the_gpu_needs_address_space(load: Load) -> None:
    student = load("import resource\ndef f(): return resource.getrlimit(resource.RLIMIT_AS)\n", gpu=True)
    assert student.f() == resource.getrlimit(resource.RLIMIT_AS)


def test_a_lower_hard_limit_of_the_machine_is_respected() -> None:
    done = alone(
        "resource.setrlimit(resource.RLIMIT_NOFILE, (20, 20))\n"
        "jail.limit_resources(Limits(open_files=64))\n"
        "print(resource.getrlimit(resource.RLIMIT_NOFILE))\n"
    )
    assert done.stdout == "(20, 20)\n", done.stderr


def test_a_process_whose_parent_is_gone_ends_at_once() -> None:
    assert alone("jail.die_with_parent(2**22 + 1)\n").returncode == 96
    assert alone("jail.die_with_parent(os.getppid())\nsys.exit(5)\n").returncode == 5


def test_orphans_come_to_the_process_that_adopts_them() -> None:
    done = alone(
        "jail.adopt_orphans()\n"
        "read, write = os.pipe()\n"
        "if os.fork() == 0:\n"
        "    if os.fork() == 0:\n"
        "        os.close(write)\n"
        "        os.read(read, 1)\n"  # until the test has seen it
        "    os._exit(0)\n"
        "os.close(read)\n"
        "os.wait()\n"
        "print(len(open(f'/proc/self/task/{os.getpid()}/children').read().split()))\n"
        "os.close(write)\n"
        "os.wait()\n"
    )
    assert done.stdout == "1\n", done.stderr


def test_four_descriptors_are_left() -> None:
    done = alone(
        "import socket\n"
        "ours, theirs = socket.socketpair()\n"
        "more = [os.open('/dev/null', os.O_RDWR) for _ in range(9)]\n"
        "os.set_inheritable(more[0], True)\n"
        "read, write = os.pipe()\n"
        "jail.neutral_descriptors(theirs.fileno(), write)\n"
        "links = {n: os.readlink(f'/proc/self/fd/{n}') for n in os.listdir('/proc/self/fd') if int(n) < 4}\n"
        "assert len(os.listdir('/proc/self/fd')) == 5\n"  # one is the listing's own
        "assert links['0'] == '/dev/null' and links['1'] == links['2'] != links['3']\n"
        "assert links['1'].startswith('pipe:') and links['3'].startswith('socket:')\n"
        "os._exit(7)\n"
    )
    assert done.returncode == 7, done.stderr


def test_surroundings_tell_nothing(tmp_path: Any) -> None:
    done = alone(
        f"os.environ['SECRET'] = 'x'\njail.neutral_surroundings({str(tmp_path)!r})\n"
        "print(os.getcwd(), sorted(os.environ))\n"
        "import subprocess\nprint(subprocess.run(['/usr/bin/env'], capture_output=True, text=True).stdout)"
    )
    names = ["HOME", "LANG", "OMP_NUM_THREADS", "PATH", "TMPDIR", "USER"]
    assert done.stdout.splitlines()[0] == f"{tmp_path} {names}", done.stderr
    assert "SECRET" not in done.stdout


def test_a_command_line_tells_nothing_to_this_process_and_to_its_children() -> None:
    done = alone(
        "look = lambda: open('/proc/self/cmdline', 'rb').read()\n"
        "size = len(look())\njail.neutral_command_line()\n"
        "if os.fork():\n    os.wait()\n"
        "print(sys.argv, sys.orig_argv, look().strip(b'\\0'), len(look()) == size)\n"
    )
    assert done.stdout.splitlines() == ["[''] [''] b'python' True"] * 2, done.stderr
