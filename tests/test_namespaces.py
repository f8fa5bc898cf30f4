"""The sandbox on machines that are set up otherwise: every layer works, or the remedy names what is missing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.student import selftest

pytestmark = pytest.mark.skipif(sys.platform != "linux" or os.getuid() != 0, reason="the machine is prepared by root")

ROOT = Path(__file__).parents[1]
EXAMINE = """
import json
from autograder.student import selftest
from autograder.workers.spec import WorkerSpec
from autograder.workers.supervisor import Supervisor
with Supervisor() as supervisor:
    found = selftest.examine(supervisor, WorkerSpec())
remedies = sorted({selftest.remedy(name, supervisor.refusal) for name in found.missing})
print(json.dumps([found.missing, supervisor.refusal, remedies]))
"""
# What Docker, Podman and Kubernetes do to /proc by default.
COVER_PROC = """
for f in kcore keys timer_list; do [ -e /proc/$f ] && mount --bind /dev/null /proc/$f; done
for d in acpi scsi; do [ -d /proc/$d ] && mount -t tmpfs -o ro none /proc/$d; done
for d in sys bus fs irq; do [ -d /proc/$d ] && mount --bind /proc/$d /proc/$d && mount -o remount,ro,bind /proc/$d; done
"""
DOCKER_CAPABILITIES = (
    "chown", "dac_override", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap", "net_bind_service", "net_raw",
    "sys_chroot", "mknod", "audit_write", "setfcap",
)  # fmt: skip
NAMESPACE_LAYERS = ["own process numbers", "private file system", "own bounded scratch folder"]


def examined(prepare: str = "", *, wrapper: tuple[str, ...] = (), before: str = "") -> tuple[list[str], str, list[str]]:
    """Examine the sandbox in a shell that ran ``prepare``; return the missing layers, the refusal and the remedies.

    ``wrapper`` is a command in which the shell runs. The arguments that ``prepare`` sets are one in which Python runs.
    ``before`` is Python.
    """
    script = f'{prepare}\nexec "$@" "$PYTHON" -c "$CODE"'
    environment = {**os.environ, "PYTHON": sys.executable, "CODE": before + EXAMINE}
    command = [*wrapper, "sh", "-c", script]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)
    if wrapper and done.stderr.startswith(f"{wrapper[0]}:"):
        pytest.skip(f"this machine does not allow the preparation: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    missing, refusal, remedies = json.loads(done.stdout)
    return missing, refusal, remedies


@pytest.mark.parametrize("umask", ["027", "077", "777"])
def test_every_layer_works_under_a_strict_umask(umask: str) -> None:
    assert examined(f"umask {umask}") == ([], "", [])


def test_root_needs_no_complete_proc() -> None:
    assert examined(COVER_PROC, wrapper=("unshare", "-m")) == ([], "", [])


def test_others_learn_how_to_uncover_proc() -> None:
    missing, refusal, [remedy] = examined(COVER_PROC, wrapper=("unshare", "-Urmpf", "--mount-proc"))
    assert missing == NAMESPACE_LAYERS
    assert "mount /proc" in refusal
    assert "systempaths=unconfined" in remedy
    assert "seccomp=unconfined" not in remedy  # it would not help


def test_every_layer_works_in_a_user_namespace_with_one_id() -> None:
    assert examined(wrapper=("unshare", "-Ur")) == ([], "", [])


@pytest.mark.slow
def test_root_without_the_right_to_change_the_user_learns_which_it_needs() -> None:
    missing, refusal, [remedy] = examined(wrapper=("setpriv", "--bounding-set=-all,+sys_admin"))
    assert missing == [*NAMESPACE_LAYERS, "no capabilities, no new privileges"]
    assert "change of user" in refusal
    assert "--cap-add SETUID --cap-add SETGID --cap-add KILL" in remedy
    assert examined(wrapper=("setpriv", "--bounding-set=-all,+sys_admin,+setuid,+setgid,+kill")) == ([], "", [])


def test_the_flags_for_docker_are_enough() -> None:
    """Its own capabilities and SYS_ADMIN, with its cover of /proc; the tests run without its filter of system calls."""
    setpriv = f"setpriv --bounding-set=-all,+sys_admin,{','.join(f'+{name}' for name in DOCKER_CAPABILITIES)}"
    assert examined(f"{COVER_PROC}\nset -- {setpriv}", wrapper=("unshare", "-m")) == ([], "", [])


def test_too_few_namespaces_are_named() -> None:
    prepare = "echo 0 > /proc/sys/user/max_user_namespaces"
    missing, _, remedies = examined(prepare, wrapper=("unshare", "-Urmpf", "--mount-proc"))
    assert missing == NAMESPACE_LAYERS
    assert remedies == [dict(selftest.REFUSALS)["No space left"]]


@pytest.mark.slow
def test_a_package_that_only_root_can_read_is_named(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    before = (
        "from autograder.wall import filesystem\nwhole = filesystem.of_packages\n"
        "filesystem.of_packages = lambda packages: filesystem.View("
        f"(*whole(packages).paths, {str(closed)!r}), whole(packages).covered)\n"
    )
    missing, refusal, [remedy] = examined(before=before)
    assert missing == NAMESPACE_LAYERS
    assert f"only root can read {closed}" in refusal
    assert "chmod -R go+rX" in remedy
    subprocess.run(["chmod", "-R", "go+rX", str(tmp_path)], check=True)
    assert examined(before=before) == ([], "", [])


def test_a_kernel_without_seccomp_lacks_one_layer() -> None:
    """A filter refuses the system call, as a kernel without CONFIG_SECCOMP_FILTER does."""
    before = """
import platform, struct
from autograder.wall import jail, seccomp
number = seccomp._SYS_SECCOMP[platform.machine()]
program = [(seccomp._LOAD, 0, 0, 0), (seccomp._JEQ, 0, 1, number), (seccomp._RETURN, 0, 0, seccomp._ERRNO | 38)]
program.append((seccomp._RETURN, 0, 0, seccomp._ALLOW))
seccomp.filter_system_calls(b"".join(struct.pack("<HBBI", *step) for step in program))
"""
    missing, refusal, [remedy] = examined(before=before)
    assert missing == ["system-call filter"]
    assert refusal == ""
    assert "CONFIG_SECCOMP_FILTER" in remedy
