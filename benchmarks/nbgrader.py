"""CPU per submission of an nbgrader course: stock ``nbgrader autograde`` beside ours, with one and two workers.

    python benchmarks/nbgrader.py [SUBMISSIONS] [--no-stock]

Needs the extra ``instructor`` and torch. It makes a course with one notebook of four tasks (numpy and torch), grades it
with each command, first one submission and then the others, and prints CPU seconds and wall time of the whole tree of
processes and the peak of its memory. "CPU each" is what the second run takes more than the first, for each submission
more: the start of nbgrader, of zygotes and of processes is in both.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TASKS = {
    "sigmoid": (
        "return 1 / (1 + np.exp(-z))",
        "def sigmoid(z):",
        "z = np.linspace(-3, 3, 64)\nassert np.allclose(sigmoid(z), 1 / (1 + np.exp(-z)))\n"
        "assert sigmoid(z).shape == z.shape",
    ),
    "softmax": (
        "e = np.exp(x - x.max(axis=1, keepdims=True))\n    return e / e.sum(axis=1, keepdims=True)",
        "def softmax(x):",
        "x = np.random.default_rng(0).normal(size=(16, 5))\nassert np.allclose(softmax(x).sum(axis=1), 1)\n"
        "### BEGIN HIDDEN TESTS\nassert np.allclose(softmax(x + 100), softmax(x))\n### END HIDDEN TESTS",
    ),
    "loss": (
        "return torch.nn.functional.mse_loss(a, b)",
        "def loss(a, b):",
        "a, b = torch.zeros(8), torch.ones(8)\nassert abs(float(loss(a, b)) - 1) < 1e-6",
    ),
    "train": (
        "torch.manual_seed(0)\n    layer = torch.nn.Linear(3, 1)\n"
        "    step = torch.optim.SGD(layer.parameters(), lr=0.1)\n"
        "    x = torch.randn(32, 3)\n    y = x.sum(dim=1, keepdim=True)\n    for _ in range(50):\n"
        "        step.zero_grad()\n        out = ((layer(x) - y) ** 2).mean()\n"
        "        out.backward()\n        step.step()\n"
        "    return float(out.detach())",
        "def train():",
        "assert train() < 0.05",
    ),
}


def cell(name: str, source: str, **flags: Any) -> dict[str, Any]:
    role = {"schema_version": 3, "grade": False, "solution": False, "locked": False, "task": False, "grade_id": name}
    return {
        "cell_type": "code", "id": name.replace("_", "-"), "metadata": {"nbgrader": {**role, **flags}},
        "source": source, "outputs": [], "execution_count": None,
    }  # fmt: skip


def write(path: Path, cells: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": kernel, "cells": cells}))


def make(root: Path, count: int) -> None:
    """Make a course with ``count`` right submissions, whose texts differ."""
    head = cell("imports", "import numpy as np\nimport torch", locked=True)
    source = [head]
    for name, (body, line, test) in TASKS.items():
        source.append(cell(name, f"{line}\n    ### BEGIN SOLUTION\n    {body}\n    ### END SOLUTION", solution=True))
        source.append(cell(f"test_{name}", test, grade=True, locked=True, points=5))
    write(root / "source" / "hw" / "hw.ipynb", source)
    (root / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'dl'\n")
    run(root, ["nbgrader", "generate_assignment", "hw"])
    released = json.loads((root / "release" / "hw" / "hw.ipynb").read_text())["cells"]
    for number in range(count):
        for each in released:
            name = each["metadata"].get("nbgrader", {}).get("grade_id")
            if name in TASKS:
                body, line, _ = TASKS[name]
                each["source"] = f"# student {number}\n{line}\n    {body}\n"
        write(root / "submitted" / f"s{number:03d}" / "hw" / "hw.ipynb", released)


@dataclass(frozen=True)
class Run:
    """What a command used: CPU and wall seconds, and MiB at the peak, of it and all processes below it."""

    cpu_s: float
    wall_s: float
    peak_mib: float


def run(root: Path, command: list[str]) -> Run:
    """Run a command of this environment in the course."""
    folder = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "OMP_NUM_THREADS": "1"}
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    with subprocess.Popen([str(folder / command[0]), *command[1:]], cwd=root, env=environment,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:  # fmt: skip
        peak = [0.0]
        threading.Thread(target=_watch, args=(process, peak), daemon=True).start()
        output = process.communicate()[0]
    after, wall_s = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic() - started
    if process.returncode:
        sys.exit(output)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(cpu_s, wall_s, peak[0])


def _watch(process: subprocess.Popen[str], peak: list[float]) -> None:
    while process.poll() is None:
        peak[0] = max(peak[0], sum(map(_pss_mib, _tree(process.pid))))
        time.sleep(0.25)


def _tree(pid: int) -> list[int]:
    found, waiting = [], [pid]
    while waiting:
        found.append(current := waiting.pop())
        try:
            for task in Path(f"/proc/{current}/task").iterdir():
                waiting += map(int, (task / "children").read_text().split())
        except OSError:
            continue
    return found


def _pss_mib(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def main() -> None:
    count = int(next((each for each in sys.argv[1:] if each.isdigit()), 12))
    ours = ["autograder", "nbgrader", "autograde", "hw"]
    commands = {
        "stock": ["nbgrader", "autograde", "hw"],
        "ours, 1 worker": ours,
        "ours, 2 workers": [*ours, "--workers", "2"],
    }
    if "--no-stock" in sys.argv:
        del commands["stock"]
    print(f"1 + {count - 1} submissions, 4 tasks; CPU and wall seconds, MiB (PSS) of all processes")
    print(f"{'':18}{'CPU':>8}{'wall':>8}{'first CPU':>11}{'CPU each':>10}{'peak MiB':>10}")
    for name, command in commands.items():
        with tempfile.TemporaryDirectory() as folder:
            make(Path(folder), count)
            first = run(Path(folder), [*command, "--student=s000"])
            whole = run(Path(folder), command)  # the others
            each = (whole.cpu_s - first.cpu_s) / (count - 2)
            print(
                f"{name:18}{whole.cpu_s:8.1f}{whole.wall_s:8.1f}{first.cpu_s:11.1f}{each:10.3f}{whole.peak_mib:10.0f}"
            )
            if name == list(commands)[-1]:
                feedback = run(Path(folder), ["nbgrader", "generate_feedback", "hw"])
                print(f"generate_feedback: {feedback.cpu_s:.1f} CPU s, {feedback.cpu_s / count:.2f} each")


if __name__ == "__main__":
    main()
