"""What training costs behind the wall: the reference of 13-cnn on digits28, and for one epoch on full MNIST.

    python benchmarks/training.py [MNIST_ROOT]

Prints accuracy on the test images, CPU seconds of the worker (one thread) and wall seconds. MNIST is left out where
its folder (an argument, or $AUTOGRADER_DATA) is not given.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import torch

from autograder.checks.datasets import Digits, digits28, mnist
from autograder.course import assignment as assignments
from autograder.course import solution
from autograder.student.connection import Connection
from autograder.student.handle import StudentCode, cpu_seconds
from autograder.student.source import ModuleSources
from autograder.wall.limits import Limits
from autograder.workers.spec import WorkerSpec
from autograder.workers.supervisor import Supervisor

ROOT = Path(__file__).parents[1]


def train(digits: Digits, *, epochs: int, batch_size: int, lr: float, supervisor: Supervisor) -> None:
    modules = solution.modules(assignments.load("13-cnn", root=ROOT))
    source = ModuleSources("cnn", {name: (f"{name}.py", data) for name, data in modules.items()})
    limits = Limits(call_s=3600.0, cpu_s=3600.0, submission_s=7200.0, memory_mib=8192)
    connection = Connection(source, supervisor, WorkerSpec(limits, torch=True), seed=1)
    student = StudentCode(connection)
    connection.begin("training")
    try:
        model = student.CNN()
        images, labels = torch.from_numpy(digits.train_images), torch.from_numpy(digits.train_labels)
        cpu, wall = cpu_seconds(student), time.perf_counter()
        student.train(model, images, labels, epochs=epochs, batch_size=batch_size, lr=lr, seed=1)
        cpu, wall = cpu_seconds(student) - cpu, time.perf_counter() - wall
        tests, wanted = torch.from_numpy(digits.test_images), torch.from_numpy(digits.test_labels)
        accuracy = student.accuracy(model, tests, wanted)
    finally:
        connection.close()
    print(
        f"{digits.name}: {len(digits.train_images)} images, {epochs} epochs, batch {batch_size}, lr {lr:g}: "
        f"accuracy {accuracy:.4f} on {len(digits.test_images)}, {cpu:.1f} CPU s, {wall:.1f} s"
    )


if __name__ == "__main__":
    with Supervisor() as running:
        train(digits28(), epochs=3, batch_size=16, lr=3e-3, supervisor=running)
        folder = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("AUTOGRADER_DATA")
        if folder:
            train(mnist(Path(folder)), epochs=1, batch_size=100, lr=1e-3, supervisor=running)
        else:
            print("MNIST: left out; name its folder to measure it")
