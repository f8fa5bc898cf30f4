"""What a machine has and lacks is said of everything that grading uses; nothing that is broken breaks the doctor."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import tiny_course
from tiny_course import write

from autograder.checks import datasets
from autograder.commands.doctor import Finding, findings
from autograder.commands.main import main
from autograder.errors import SandboxError
from autograder.model import SandboxInfo
from autograder.student import selftest
from autograder.workers.supervisor import Supervisor

MNIST = [f"{part}-{kind}" for part in ("train", "t10k") for kind in ("images-idx3-ubyte", "labels-idx1-ubyte")]


@pytest.fixture(autouse=True)
def shared(monkeypatch: pytest.MonkeyPatch, supervisor: Supervisor) -> None:
    monkeypatch.setattr("autograder.workers.supervisor.Supervisor", tiny_course.kept(supervisor))
    monkeypatch.delenv("AUTOGRADER_DATA", raising=False)


def looked_for(start: str) -> Finding:
    """The one finding whose text begins so."""
    [found] = [finding for finding in findings() if finding.text.startswith(start)]
    return found


def test_everything_that_grading_uses_is_looked_for() -> None:
    found = list(findings())
    for start in ("Python 3.", "digits28", "MNIST", "torch 2.", "torchvision", "GPU"):
        assert [finding.text for finding in found if finding.text.startswith(start)] != [], start
    layers = [finding.text.removeprefix("sandbox: ") for finding in found if finding.text.startswith("sandbox: ")]
    assert layers == [layer.name for layer in selftest.LAYERS]
    assert all(finding.found or finding.remedy for finding in found)


def test_the_command_says_it_and_ends_with_0(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["autograder", "doctor"])
    with pytest.raises(SystemExit) as ended:
        main()
    lines = capsys.readouterr().out.splitlines()
    assert ended.value.code == 0
    marks = {line[5:]: line[:5] for line in lines if line[:5] in ("yes  ", "no   ")}
    remedies = [line for line in lines if line.startswith("     ")]
    assert {f"sandbox: {layer.name}" for layer in selftest.LAYERS} <= marks.keys()
    assert marks["digits28 (comes with the package)"] == "yes  "
    assert marks["MNIST (optional)"] == "no   "
    assert len(remedies) == list(marks.values()).count("no   ")
    assert len(marks) + len(remedies) == len(lines)


def test_data_root_is_where_mnist_is_looked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name in MNIST:
        write(tmp_path / "[b]" / "MNIST" / "raw" / f"{name}.gz", b"")
    monkeypatch.setenv("AUTOGRADER_DATA", "elsewhere")  # so that the test's own setting is undone
    monkeypatch.setattr(sys, "argv", ["autograder", "doctor", "--data-root", str(tmp_path / "[b]")])
    with pytest.raises(SystemExit):
        main()
    assert f"yes  MNIST (optional) in {tmp_path / '[b]' / 'MNIST' / 'raw'}\n" in capsys.readouterr().out


def test_a_layer_that_does_not_hold_comes_with_its_remedy(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny_course.lacks_resource_limits(supervisor, monkeypatch)
    assert looked_for("sandbox: resource limits") == Finding(
        "sandbox: resource limits", False, selftest.REMEDIES["resource limits"], needed=True
    )
    assert looked_for("sandbox: no network").found


def test_a_worker_that_cannot_be_started_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise SandboxError("The zygote ended.", slug="zygote-lost")

    monkeypatch.setattr(selftest, "examine", broken)
    found = looked_for("sandbox: ")
    assert not found.found
    assert "The zygote ended." in found.text


def test_mnist_is_there_when_all_four_files_are(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AUTOGRADER_DATA", str(tmp_path))
    for name in MNIST[:3]:
        write(tmp_path / "MNIST" / "raw" / f"{name}.gz", b"")
    lacking = looked_for("MNIST")
    assert not lacking.found
    assert "t10k-labels-idx1-ubyte.gz missing" in lacking.text
    write(tmp_path / "MNIST" / "raw" / MNIST[3], b"")  # unpacked will do
    assert looked_for("MNIST").found


def test_digits_that_are_damaged_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged() -> None:
        raise ValueError("not an archive")

    monkeypatch.setattr(datasets, "digits28", damaged)
    found = looked_for("digits28")
    assert (found.found, "not an archive" in found.text) == (False, True)


@pytest.mark.parametrize("package", ["torch", "torchvision"])
def test_a_package_that_is_missing_comes_with_its_remedy(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    for name in [name for name in sys.modules if name == package or name.startswith(f"{package}.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    found = looked_for(f"{package}: ")
    assert not found.found
    assert f"pip install -c constraints.txt {package}" in found.remedy


def test_a_gpu_is_named_when_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert not looked_for("GPU").found
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda index: "a fast one")
    assert looked_for("GPU").text == "GPU a fast one"


# --- the command

Doctor = Callable[..., tuple[int, str, str]]


@pytest.fixture
def doctor(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Doctor:
    """Run ``autograder doctor ARGUMENTS``; return exit code, output and errors."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["autograder", "doctor", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        assert isinstance(ended.value.code, int)
        return ended.value.code, *capsys.readouterr()

    return run


def test_json_holds_every_finding(doctor: Doctor) -> None:
    code, out, _ = doctor("--json")
    document = json.loads(out)
    assert code == 0
    assert document["official"] is True
    assert [each["name"] for each in document["findings"]] == [each.name for each in findings()]
    needed = [each["name"] for each in document["findings"] if each["needed"]]
    assert needed == [f"sandbox: {layer.name}" for layer in selftest.LAYERS]


def test_a_machine_that_official_grading_would_refuse_ends_with_3(
    doctor: Doctor, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert doctor("--require", "official")[0] == 0
    tiny_course.lacks_resource_limits(supervisor, monkeypatch)
    code, _, errors = doctor("--require", "official")
    assert code == 3
    assert "missing here: resource limits. [sandbox-incomplete]" in errors
    code, out, _ = doctor("--require", "official", "--json")
    assert (code, json.loads(out)["official"]) == (3, False)
    assert doctor()[0] == 0


def test_a_worker_that_cannot_be_started_ends_with_3(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise SandboxError("The zygote ended.", slug="zygote-lost")

    monkeypatch.setattr(selftest, "examine", broken)
    code, _, errors = doctor("--require", "official")
    assert (code, "The zygote ended." in errors) == (3, True)


def test_a_machine_without_the_gpu_that_is_required_ends_with_3(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    if Path("/dev/nvidiactl").exists():
        pytest.skip("there is a driver of a GPU here")
    monkeypatch.setattr(selftest, "examine", lambda supervisor, spec: SandboxInfo(True, level=spec.level))
    code, _, errors = doctor("--require", "gpu")
    assert (code, "missing here: the whole level. [sandbox-incomplete]" in " ".join(errors.split())) == (3, True)


def test_quick_starts_no_worker_and_imports_no_package(tmp_path: Path) -> None:
    script = (
        "import atexit, sys; from autograder.commands.main import main\n"
        "atexit.register(lambda: print(*sys.modules, file=sys.stderr))\n"
        "sys.argv = ['autograder', 'doctor', '--quick']; main()"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert {"numpy", "torch", "pytest", "autograder.workers.supervisor"} & set(done.stderr.split()) == set()
    names = [line[5:].split()[0] for line in done.stdout.splitlines() if line[:5] in ("yes  ", "no   ")]
    assert names == ["Python", "digits28", "MNIST", "torch", "torchvision", "GPU", "nbgrader", "alembic"]


def test_a_course_of_nbgrader_is_checked(doctor: Doctor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from autograder.exchange import nbgrader_config

    monkeypatch.chdir(tmp_path)
    file = tmp_path / nbgrader_config.FILE
    file.write_text("c = get_config()\n")
    _, out, _ = doctor("--quick")
    assert "no   nbgrader behind the wall: nbgrader_config.py does not name ClearOutput, RestoreCells" in out
    file.write_text(nbgrader_config.block())
    _, out, _ = doctor("--quick")
    assert "yes  nbgrader behind the wall" in out


def test_quick_takes_an_installed_package_for_a_working_one(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    _, out, _ = doctor("--quick", "--json")
    document = json.loads(out)
    assert document["official"] is None
    assert {each["name"]: each["found"] for each in document["findings"]}["torch"]
    monkeypatch.setitem(sys.modules, "torch", None)
    missing = [each for each in findings(quick=True) if each.name == "torch"]
    assert [each.text for each in missing] == ["torch: not installed"]


def test_quick_cannot_answer_whether_official_grading_is_possible(doctor: Doctor) -> None:
    code, _, errors = doctor("--quick", "--require", "official")
    assert (code, "Omit --quick." in errors) == (2, True)
