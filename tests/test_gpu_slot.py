"""The slot of a GPU: one grader at a time, an empty GPU before and after, and a sentence for everything that is wrong.

The driver's library is a stand-in; the locks and the processes that hold them are real.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import gpus
import pytest

from autograder.errors import GpuUnavailable
from autograder.wall import gpu as needs
from autograder.workers import gpu_slot
from autograder.workers.gpu_slot import GpuSlot

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="NVIDIA's device files are those of Linux")
EMPTY = "0 0 80000 10"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> str:
    return gpus.library(tmp_path_factory.mktemp("nvml"))


class Machine:
    """A machine with two GPUs. ``say`` changes what its driver answers."""

    def __init__(self, root: Path, library: str, state: Path) -> None:
        self.root, self.library, self.state = gpus.tree(root), library, state
        self.locks = root / "shm"
        self.locks.mkdir()
        self.say(EMPTY)

    def say(self, text: str) -> None:
        new = self.state.with_suffix(".new")
        new.write_text(text, encoding="ascii")
        new.replace(self.state)

    def slot(self, *, wait_s: float = 0.2, freed_s: float = 0.2) -> GpuSlot:
        return GpuSlot(folder=self.locks, library=self.library, root=self.root, wait_s=wait_s, freed_s=freed_s)

    def refuses(self, slot: GpuSlot | None = None) -> str:
        with pytest.raises(GpuUnavailable) as caught:
            (slot or self.slot()).acquire()
        assert caught.value.exit_code == 3
        return caught.value.message


@pytest.fixture
def machine(tmp_path: Path, library: str, monkeypatch: pytest.MonkeyPatch) -> Machine:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setenv("NVML_STATE", str(tmp_path / "state"))
    return Machine(tmp_path / "root", library, tmp_path / "state")


def test_a_worker_sees_the_nodes_and_files_of_one_gpu(machine: Machine) -> None:
    gpu = machine.slot().gpu
    assert gpu.uuid == "GPU-0"
    assert gpu.nodes == ("/dev/nvidia0", "/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia-uvm-tools")
    assert set(gpu.readable) == {
        "/proc/driver/nvidia", "/sys/bus/pci/devices", "/sys/devices/pci0000:00/0000:01:00.0",
        "/sys/devices/system/node", "/sys/module/nvidia", "/sys/module/nvidia_uvm",
    }  # fmt: skip
    assert set(gpu.shown) == {*gpu.nodes, *gpu.readable} - {"/proc/driver/nvidia"}


@pytest.mark.parametrize(("wanted", "minor"), [("1", 1), ("GPU-1", 1), ("0,1", 0)])
def test_the_graders_own_choice_of_a_gpu_counts(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, wanted: str, minor: int
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", wanted)
    assert machine.slot().gpu.nodes[0] == f"/dev/nvidia{minor}"


def test_an_empty_choice_is_no_gpu(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert "the driver lists none" in machine.refuses()


def test_a_second_grader_takes_the_other_gpu_and_a_third_waits(machine: Machine) -> None:
    one = machine.slot()
    one.acquire()
    two = machine.slot()
    assert (one.gpu.uuid, two.gpu.uuid) == ("GPU-0", "GPU-1")
    two.acquire()
    assert "is taken: another grader has used it" in machine.refuses()
    one.remove()
    machine.slot().acquire()


def test_several_workers_of_one_grader_share_its_gpu(machine: Machine) -> None:
    one = machine.slot()
    one.acquire()
    machine.say("0 0 70000 900 4242")  # its own first worker computes
    one.acquire()
    machine.say(EMPTY)
    one.remove()
    assert machine.slot().gpu.uuid == "GPU-1"  # one is left
    one.remove()
    assert machine.slot().gpu.uuid == "GPU-0"


HOLDER = """
import sys, time
from pathlib import Path
from autograder.workers.gpu_slot import GpuSlot
locks, library, root = sys.argv[1:]
slot = GpuSlot(folder=Path(locks), library=library, root=Path(root))
slot.acquire()
print("has it", flush=True)
time.sleep(600)
"""


def test_a_killed_grader_blocks_nobody(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    arguments = [sys.executable, "-c", textwrap.dedent(HOLDER), str(machine.locks), machine.library, str(machine.root)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == "has it\n"
        assert "is taken" in machine.refuses()
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    machine.slot(wait_s=60).acquire()


def test_the_gpu_is_given_back_when_its_memory_is_free(machine: Machine) -> None:
    slot = machine.slot(freed_s=60)
    slot.acquire()
    machine.say("0 0 70000 900 4242")
    freed: list[bool] = []

    def free() -> None:
        freed.append(True)
        machine.say(EMPTY)

    timer = threading.Timer(0.3, free)
    timer.start()
    slot.remove()
    assert freed
    timer.join()


def test_memory_that_is_never_freed_refuses_the_next_worker(machine: Machine) -> None:
    slot = machine.slot()
    slot.acquire()
    machine.say("0 0 1000 79000 4242")
    slot.remove()
    assert "in use by another program (process 4242)" in machine.refuses(slot)
    machine.say("0 0 1000 79000")
    assert "is full: only 1000 MiB" in machine.refuses(slot)
    machine.say(EMPTY)
    slot.acquire()


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("0 0 80000 10 4242 4243", r"in use by another program \(process 4242, 4243\)"),
        ("0 0 1500 78000", r"A stand-in is full: only 1500 MiB of its memory are free\."),
        ("0 1 80000 10", r"is in MIG mode"),
        ("15 0 80000 10", r"The GPU has vanished\."),
        ("18 0 80000 10", r"different versions\. Restart the machine\."),
        ("9 0 80000 10", r"NVIDIA's driver is not loaded\."),
        ("7 0 80000 10", r"nvmlInit_v2 failed with the error 7\."),
    ],
    ids=["another's", "full", "split", "lost", "mismatch", "not loaded", "unknown"],
)
def test_what_is_wrong_with_a_gpu_is_one_sentence(machine: Machine, state: str, sentence: str) -> None:
    machine.say(state)
    assert re.search(sentence, machine.refuses())


def test_a_gpu_that_vanishes_later_is_named_and_its_lock_is_free(machine: Machine) -> None:
    slot = machine.slot()
    machine.say("15 0 0 0")
    assert machine.refuses(slot) == "A stand-in cannot be used: The GPU has vanished."
    machine.say(EMPTY)
    machine.slot().acquire()


def test_without_a_driver_it_is_one_sentence(machine: Machine) -> None:
    (machine.root / "dev/nvidiactl").unlink()
    assert machine.refuses().endswith("/dev/nvidiactl is missing.")
    (machine.root / "dev/dxg").touch()
    assert "WSL 2" in machine.refuses()


def test_a_missing_library_is_named(machine: Machine) -> None:
    machine.library = "libnothing-of-this-name.so"
    assert "libnvidia-ml.so.1, a part of NVIDIA's driver, was not found." in machine.refuses()


def test_the_drivers_libraries_are_found_however_the_linker_found_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With LD_LIBRARY_PATH, or with an entry of ld.so.conf, which only the memory map shows."""
    named, listed = tmp_path / "named", tmp_path / "listed"
    for folder in (named, listed):
        folder.mkdir()
        (folder / "libcuda.so.1").touch()
    monkeypatch.setenv("LD_LIBRARY_PATH", f"{named}:/usr/lib64:relative")
    maps = tmp_path / "maps"
    line = "7f00 r-xp 0 08:01 1 {}/libnvidia-ml.so.580.159.03\n"
    maps.write_text("".join(line.format(each) for each in ("/usr/lib64", listed, listed)) + "7f01 rw-p 0 00:00 0\n")
    assert gpu_slot._library_folders(maps) == (str(named), str(listed))
    monkeypatch.delenv("LD_LIBRARY_PATH")
    assert gpu_slot._library_folders(maps) == (str(listed),)


def test_a_missing_node_has_a_remedy(machine: Machine) -> None:
    (machine.root / "dev/nvidia-uvm").unlink()
    assert "/dev/nvidia-uvm is missing. As root, run: nvidia-modprobe -u -c 0." in machine.refuses()


def test_a_node_that_workers_of_root_cannot_open_is_named(machine: Machine) -> None:
    node = machine.root / "dev/nvidia0"
    node.chmod(0o660)
    gpu = needs.describe("GPU-0", 0, "", root=machine.root)
    assert "closed to other users" in needs.missing_node(gpu, root=machine.root, for_others=True)
    node.chmod(0o666)
    assert needs.missing_node(gpu, root=machine.root, for_others=True) == ""


def test_a_link_in_the_place_of_the_lock_is_not_followed(machine: Machine) -> None:
    (machine.locks / "autograder-gpu-GPU-0").symlink_to(machine.state)
    assert "The lock of the GPU cannot be opened" in machine.refuses()


def test_the_lock_is_open_to_other_users(machine: Machine) -> None:
    umask = os.umask(0o077)
    try:
        machine.slot()
    finally:
        os.umask(umask)
    assert (machine.locks / "autograder-gpu-GPU-0").stat().st_mode & 0o777 == 0o444


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("RuntimeError: The NVIDIA driver on your system is too old (found version 11040).", "driver is too old"),
        ("AssertionError: Torch not compiled with CUDA enabled", "has no CUDA"),
        (
            "AcceleratorError: CUDA error: no kernel image is available for execution on the device",
            "no code for this GPU",
        ),
        ("OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 MiB", "memory of the GPU is full"),
        ("RuntimeError: CUDA error: OS call failed or operation not supported on this OS", "error 304"),
        ("the worker ended", "CUDA does not start. (the worker ended)"),
    ],
)
def test_why_cuda_does_not_start_is_told(machine: Machine, said: str, sentence: str) -> None:
    message = machine.slot().refusal(said).message
    assert sentence in message and said in message
