"""The self-test: on Linux every layer holds for root and for others; where one is taken away, it is missed by name."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from conftest import submitted
from tiny_course import workers

from autograder.errors import SandboxError
from autograder.model import Level
from autograder.student import selftest
from autograder.student.faults import StudentRaised
from autograder.wall import filesystem, jail, landlock, seccomp
from autograder.wall.filesystem import View
from autograder.wall.limits import Limits
from autograder.workers.spec import WorkerSpec
from autograder.workers.supervisor import Supervisor
from autograder.workers.zygote_handle import Zygote

ROOT = Path(__file__).parents[1]
NAMES = tuple(layer.name for layer in selftest.LAYERS)


def examine(supervisor: Supervisor, **kwargs: object):
    return selftest.examine(supervisor, WorkerSpec(Limits(**kwargs)))


def needs_namespaces(supervisor: Supervisor) -> None:
    if "private file system" not in examine(supervisor).layers:
        pytest.skip(f"this machine builds no namespaces: {supervisor.refusal}")


def test_every_layer_holds_where_namespaces_are_allowed(supervisor: Supervisor) -> None:
    needs_namespaces(supervisor)
    found = examine(supervisor)
    assert (found.complete, found.layers, found.missing) == (True, NAMES, ())


def test_without_namespaces_what_they_give_is_missing() -> None:
    with Supervisor(enclosed=False) as open_one:
        found = examine(open_one)
    assert not found.complete
    assert {"own process numbers", "private file system", "own bounded scratch folder"} <= set(found.missing)
    assert {"separate process", "resource limits", "no environment, arguments or open files"} <= set(found.layers)


def test_a_machine_that_allows_less_memory_than_the_assignment_is_no_place_for_grades() -> None:
    """A submission would meet that limit before its own, and lose points."""
    code = (
        "import json, resource\n"
        "from autograder.student import selftest\n"
        "from autograder.wall.limits import Limits\nfrom autograder.workers.spec import WorkerSpec\n"
        "from autograder.workers.supervisor import Supervisor\n"
        "resource.setrlimit(resource.RLIMIT_AS, (768 << 20, 768 << 20))\n"
        "with Supervisor() as supervisor:\n"
        "    for mib in (1024, 200):\n"
        "        found = selftest.examine(supervisor, WorkerSpec(Limits(memory_mib=mib)))\n"
        "        print('resource limits' in found.missing)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.split() == ["True", "False"], done.stderr


def test_every_layer_has_a_remedy_and_an_attempt_that_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker without its layers: every attempt that they forbid succeeds, so the self-test must miss them."""
    assert all(selftest.REMEDIES[name] for name in NAMES)
    code = (
        "import json, sys\n"
        "from autograder.wall import jail, landlock, seccomp\nfrom autograder.workers import zygote\n"
        "from autograder.student import selftest\n"
        "from autograder.wall.limits import Limits\nfrom autograder.workers.spec import WorkerSpec\n"
        "from autograder.workers.supervisor import Supervisor\n"
        "import autograder.workers.zygote_handle as z\n"
        "z._BOOTSTRAP = z._BOOTSTRAP.replace('from autograder.workers.zygote import main', '''\n"
        "from autograder.wall import jail, landlock, seccomp\n"
        "landlock.landlock_abi = lambda: 0\n"
        "seccomp.has_system_call_filter = lambda: False\n"
        "jail.drop_capabilities = jail.no_new_privileges = lambda **k: None\n"
        "jail.limit_resources = lambda limits, **k: None\n"
        "from autograder.workers.zygote import main''')\n"
        "with Supervisor(enclosed=False) as supervisor:\n"
        "    found = selftest.examine(supervisor, WorkerSpec(Limits(memory_mib=64)))\n"
        "print(json.dumps(found.layers))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    held = set(json.loads(done.stdout))
    assert held == {"separate process", "no environment, arguments or open files"}, done.stderr


OPEN = """
import json
import autograder.workers.zygote_handle as z
from autograder.model import Level
from autograder.student import selftest
from autograder.wall.limits import Limits
from autograder.workers.spec import WorkerSpec
from autograder.workers.supervisor import Supervisor
z._BOOTSTRAP = z._BOOTSTRAP.replace("from autograder.workers.zygote import main", '''
from autograder.wall import jail, landlock, seccomp, shared_system
landlock.landlock_abi = lambda: 0
seccomp.has_system_call_filter = lambda: False
jail.drop_capabilities = jail.no_new_privileges = lambda **k: None
jail.limit_resources = lambda limits, **k: None
shared_system.no_own_user = lambda *arguments: "none"
shared_system.Watch.look = lambda self: ""
from autograder.workers.zygote import main''')
with Supervisor() as supervisor:
    found = selftest.examine(supervisor, WorkerSpec(Limits(memory_mib=64), level=Level.CONTAINER))
print(json.dumps(found.missing))
"""


@pytest.mark.slow
def test_every_promise_has_a_remedy_and_an_attempt_that_can_succeed() -> None:
    """A worker without layers that shares files and processes: every promise must be missed."""
    assert all(selftest.REMEDIES[promise.name] for promise in selftest.PROMISES)
    done = subprocess.run([sys.executable, "-c", OPEN], capture_output=True, text=True, timeout=60, check=False)
    missed = set(json.loads(done.stdout))
    assert {promise.name for promise in selftest.promises_of(Level.CONTAINER)} - missed == set(), done.stderr


def test_every_promise_of_a_container_holds_without_namespaces(supervisor: Supervisor) -> None:
    found = selftest.examine(supervisor, WorkerSpec(level=Level.CONTAINER))
    if selftest.OWN_USER in found.missing:
        pytest.skip("no other user can read this interpreter")  # tests/test_container.py takes another one
    assert (found.complete, found.missing, found.level) == (True, (), Level.CONTAINER)


def test_an_ordinary_user_has_every_layer_too(tmp_path: Path) -> None:
    """Run as nobody, with an interpreter that nobody can reach."""
    python = "/usr/bin/python3"
    if os.getuid() != 0 or not shutil.which("setpriv") or not Path(python).exists():
        pytest.skip("needs root, setpriv and a system Python to become somebody else")
    site = next(path for path in sys.path if path.endswith("site-packages"))
    code = (
        "import sys, json\n"
        f"sys.path[:0] = [{str(ROOT)!r}, {site!r}]\n"
        "from autograder.student import selftest\nfrom autograder.workers import supervisor, zygote_handle as z\n"
        "z._BOOTSTRAP = 'import sys; sys.path[:0] = ' + repr(sys.path[:2]) + chr(10) + z._BOOTSTRAP\n"
        "from autograder.wall.limits import Limits\nfrom autograder.workers.spec import WorkerSpec\n"
        "with supervisor.Supervisor() as s:\n"
        "    found = selftest.examine(s, WorkerSpec(Limits()))\n"
        "print(json.dumps([found.complete, found.missing, s.refusal]))\n"
    )
    version = [python, "-c", "import sys; print(sys.version_info[:2])"]
    if subprocess.run(version, capture_output=True, text=True, check=True).stdout.strip() != str(sys.version_info[:2]):
        pytest.skip("the system's Python has another version than the one that runs the tests")
    command = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", python, "-c", code]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=60,
        cwd="/",
        env={"TMPDIR": "/tmp", "PATH": "/usr/bin"},
        check=False,
    )
    if "No module named" in done.stderr or "Permission denied" in done.stderr:
        pytest.skip(f"nobody cannot reach this checkout: {done.stderr.splitlines()[-1]}")
    assert json.loads(done.stdout) == [True, [], ""], done.stderr


def test_a_numpy_worker_cannot_read_torch_and_a_torch_worker_can(supervisor: Supervisor) -> None:
    needs_namespaces(supervisor)
    source = b"def find():\n    import torch\n    return float(torch.ones(2).sum())\n"
    answers = []
    for torch in (False, True):
        submission = submitted({"m": source}, supervisor, torch=torch)
        try:
            answers.append(submission.student.find())
        except StudentRaised as raised:
            answers.append(raised.type_name)
        finally:
            submission.close()
    assert answers == ["ModuleNotFoundError", 2.0]


@pytest.mark.parametrize("level", [Level.FULL, Level.CONTAINER])
def test_of_a_covered_folder_only_what_is_shown_can_be_read(level: Level, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where packages lie inside the standard library."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        for name in ("library", "packages/allowed", "packages/other"):
            (Path(folder) / name).mkdir(parents=True)
            (Path(folder) / name / "file").write_text("x = 7\n", encoding="utf-8")
            for each in (Path(folder), *Path(folder).rglob("*")):
                each.chmod(0o755)
        shown = filesystem.of_packages(frozenset({"numpy"}))
        paths, covered = (*shown.paths, folder, f"{folder}/packages/allowed"), (*shown.covered, f"{folder}/packages")
        monkeypatch.setattr(filesystem, "of_packages", lambda packages: View(paths, covered))
        with Supervisor() as supervisor:
            submission = submitted({"answer": b"def f(path): return open(path).read()\n"}, supervisor, level=level)
            read = submission.student.f
            assert read(f"{folder}/library/file") == read(f"{folder}/packages/allowed/file") == "x = 7\n"
            with pytest.raises(StudentRaised):
                read(f"{folder}/packages/other/file")
            submission.close()


def test_an_installation_below_tmp_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scratch folder stands in the place of /tmp, and must not hide modules that are imported late."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        os.chmod(folder, 0o755)
        (Path(folder) / "late.py").write_text("x = 7\n", encoding="utf-8")
        shown = filesystem.of_packages(frozenset({"numpy"}))
        installed = View((*shown.paths, folder), shown.covered)
        monkeypatch.setattr(filesystem, "of_packages", lambda packages: installed)
        with Supervisor() as supervisor:
            code = f"def f(): return open({folder + '/late.py'!r}).read()\n"
            code += "import tempfile\ndef g(): open('s', 'w').close(); return tempfile.TemporaryFile().write(b'x')\n"
            submission = submitted({"answer": code.encode()}, supervisor)
            student = submission.student
            assert student.f() == "x = 7\n"
            assert student.g() == 1  # the scratch folder itself is still there
            submission.close()


def test_the_filter_names_every_rule_for_both_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    for machine in ("x86_64", "aarch64"):
        monkeypatch.setattr(seccomp.platform, "machine", lambda machine=machine: machine)
        program = seccomp.system_call_filter(1)
        assert len(program) % 8 == 0 and len(program) // 8 < 4096
        assert {"read", "mmap", "futex", "exit_group"} <= set(seccomp.TABLES[machine])
        forbidden = {
            "fork",
            "vfork",
            "execve",
            "socket",
            "connect",
            "kill",
            "ptrace",
            "mount",
            "unshare",
            "memfd_create",
        }
        assert not forbidden & set(seccomp.TABLES[machine])


def test_jail_is_short_and_needs_nothing_but_ctypes() -> None:
    for module in (jail, landlock, seccomp):
        text = Path(str(module.__file__)).read_text(encoding="utf-8")
        assert len(text.splitlines()) < 300
        assert "import numpy" not in text and "import torch" not in text


def test_a_worker_that_something_else_kills_proves_nothing_about_a_layer(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a run would say that this machine lacks the layer."""
    kills: list[int] = []

    def holds(probes: Any) -> bool:
        probes.student.identity()
        if not kills:
            kills.extend(workers(supervisor)[-1:])
            os.kill(kills[0], signal.SIGKILL)
        return bool(probes.student.identity())

    monkeypatch.setattr(selftest, "LAYERS", (selftest.Layer("any", holds, ""),))
    assert selftest.examine(supervisor, WorkerSpec(Limits())).complete
    assert len(kills) == 1


def test_a_grader_with_the_number_1_has_a_separate_process(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a container the grader is process 1, and in its own namespace a worker is, too."""
    monkeypatch.setattr(os, "getpid", lambda: 1)
    assert "separate process" in selftest.examine(supervisor, WorkerSpec(Limits())).layers


def test_a_zygote_that_does_not_start_proves_nothing_about_a_layer() -> None:
    def start(spec: WorkerSpec, *, enclosed: bool) -> Zygote:
        zygote = Zygote(spec, enclosed=enclosed)
        zygote._process.kill()
        return zygote

    with Supervisor(start=start) as supervisor, pytest.raises(SandboxError) as caught:
        selftest.examine(supervisor, WorkerSpec(Limits()))
    assert caught.value.slug == "zygote-lost"


def test_a_grader_that_is_killed_in_its_self_test_leaves_what_the_next_one_removes(
    supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    layer = selftest.Layer("none", lambda probes: bool(seen.extend(os.listdir(tmp_path))), "")
    monkeypatch.setattr(selftest, "LAYERS", (layer,))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    selftest.examine(supervisor, WorkerSpec(Limits()))
    assert [name[: len("autograder-scratch-")] for name in seen] == ["autograder-scratch-"] * 2, seen
    assert list(tmp_path.iterdir()) == []
