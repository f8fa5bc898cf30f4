"""Steps of ``gpu_round.sh``: which layer keeps CUDA from starting, what the self-test finds, how long training takes.

    python tests/gpu_wall.py cuda|cpu [selftest|epoch]

On ``cpu`` a stand-in takes the place of the GPU, to try the script where there is none.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator

import gpus
import pytest

from autograder.errors import AutograderError
from autograder.model import Level
from autograder.student import selftest
from autograder.wall.limits import Limits
from autograder.workers import zygote_handle
from autograder.workers.spec import WorkerSpec
from autograder.workers.supervisor import Supervisor

SPEC = WorkerSpec(Limits(gpu=True), torch=True, level=Level.GPU)
# Which layers a worker does without, and the change in its zygote.
WITHOUT = {
    "nothing": "",
    "the system-call filter": "seccomp.has_system_call_filter = lambda: False",
    "Landlock": "landlock.landlock_abi = lambda: 0",
    "limits": "jail.limit_resources = jail.limit_data = lambda *a, **k: None",
    "namespaces": "",
    "any of them": "seccomp.has_system_call_filter = lambda: False; landlock.landlock_abi = lambda: 0\n"
    "jail.limit_resources = jail.limit_data = lambda *a, **k: None",
}


@contextlib.contextmanager
def supervisor(device: str, left_out: str = "nothing") -> Iterator[Supervisor]:
    """A supervisor whose workers have the GPU (or the stand-in) and do without some layers."""
    with pytest.MonkeyPatch.context() as patch:
        slot = gpus.without_cuda(patch) if device == "cpu" else None
        line = "from autograder.workers.zygote import main"
        change = f"from autograder.wall import jail, landlock, seccomp\n{WITHOUT[left_out]}\n{line}"
        patch.setattr(zygote_handle, "_BOOTSTRAP", zygote_handle._BOOTSTRAP.replace(line, change))
        enclosed = left_out not in ("namespaces", "any of them")
        with Supervisor(slot=slot, enclosed=enclosed) as found:
            yield found


def start(device: str, left_out: str) -> str:
    """Start two workers one after the other. Return how long they took, or why one does not start."""
    try:
        with supervisor(device, left_out) as found:
            seconds = []
            for _ in range(2):
                begun = time.perf_counter()
                found.spawn(SPEC).kill()
                seconds.append(time.perf_counter() - begun)
            refused = f" (namespaces refused: {found.refusal})" if found.refusal and left_out == "nothing" else ""
            return f"starts in {seconds[0]:.2f} s with the zygote, then in {seconds[1]:.2f} s{refused}"
    except AutograderError as exc:
        return f"REFUSED: {exc.message}"


def wall(device: str) -> bool:
    """Try the whole wall. Where CUDA does not start behind it, try without each layer, and list the refused calls."""
    said = start(device, "nothing")
    print(f"behind every layer: {said}")
    if not said.startswith("REFUSED"):
        return True
    for name in list(WITHOUT)[1:]:
        print(f"without {name}: {start(device, name)}", flush=True)
    if shutil.which("strace"):
        log = "/tmp/gpu-wall.strace"
        subprocess.run(["strace", "-f", "-Z", "-o", log, sys.executable, __file__, device, "once"], check=False)
        with open(log, encoding="utf-8", errors="replace") as file:
            refused = [line for line in file if "EPERM" in line or "EACCES" in line or "nvidia" in line]
        print("refused calls:", *refused[-60:], sep="\n")
    print(f"behind every layer: {said}")
    return False


def examine(device: str) -> bool:
    with supervisor(device) as found:
        info = selftest.examine(found, SPEC)
    print(f"level {info.level.value}: held {', '.join(info.layers)}; missing {', '.join(info.missing) or 'nothing'}")
    return info.complete


def epoch(device: str) -> bool:
    """One epoch of 60,000 images of 28 x 28, as in MNIST: on the GPU, again, and a tenth of it on one core."""
    import torch
    from torch import nn

    images, labels = torch.rand(60_000, 1, 28, 28), torch.randint(10, (60_000,))

    def train(where: str, share: float = 1.0) -> float:
        model = nn.Sequential(
            nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(),
            nn.MaxPool2d(2), nn.Flatten(), nn.Linear(3136, 10),
        ).to(where)  # fmt: skip
        count = int(600 * share)
        x, y = images[: 100 * count].to(where), labels[: 100 * count].to(where)
        optimizer = torch.optim.Adam(model.parameters(), 1e-3)
        begun = time.perf_counter()
        for batch in range(count):
            rows = slice(100 * batch, 100 * batch + 100)
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x[rows]), y[rows]).backward()
            optimizer.step()
        if where == "cuda":
            torch.cuda.synchronize()
        return (time.perf_counter() - begun) / share

    torch.set_num_threads(1)
    gpu = [train("cuda") for _ in range(2)] if device == "cuda" else []
    core = train("cpu", share=0.1 if device == "cuda" else 0.01)
    times = f"GPU first {gpu[0]:.2f} s, again {gpu[1]:.2f} s, {core / gpu[1]:.0f} times as fast; " if gpu else ""
    print(f"an epoch: {times}one core {core:.1f} s (from a part of it)")
    return True


if __name__ == "__main__":
    where, *what = sys.argv[1:]
    if what == ["once"]:
        print(start(where, "nothing"))
        sys.exit()
    sys.exit(not {"selftest": examine, "epoch": epoch, "wall": wall}[what[0] if what else "wall"](where))
