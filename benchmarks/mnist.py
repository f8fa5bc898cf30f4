"""Whether right answers reach the thresholds on MNIST: the trainings of 11 and 13, by seeds and alternatives.

    AUTOGRADER_DATA=FOLDER python benchmarks/mnist.py [--seeds N] [--first SEED] [--out FILE]

Trains as the cases do (the same settings, a new random order in each epoch, one thread), without the wall. A run takes
about an hour. With ``--out`` each training is a line of FILE, and a run that was stopped goes on where it was. Prints a
Markdown table. Its accuracies are those of single trainings: a case tries up to four seeds, and compares the upper end
of the interval with the threshold, so it is kinder.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
import torch

from autograder.checks.datasets import Digits, digits_of
from autograder.course import assignment as assignments
from autograder.course import solution

ROOT = Path(__file__).parents[1]


class Batches:
    """What a DataLoader of the training images gives, in a third of its time: it fetches whole batches."""

    def __init__(self, data: Digits) -> None:
        self.images = torch.from_numpy(data.train_images)[:, None].float() / 255
        self.labels = torch.from_numpy(data.train_labels)

    def __len__(self) -> int:
        return math.ceil(len(self.labels) / 100)

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """Draw a new order."""
        return ((self.images[batch], self.labels[batch]) for batch in torch.randperm(len(self.labels)).split(100))


@dataclass(frozen=True, slots=True)
class Training:
    """One training of a case: its assignment, its threshold, and what returns the logits of the test images."""

    name: str
    slug: str
    threshold: float
    logits: Callable[[ModuleType, Digits, int], torch.Tensor]


def linear(answer: ModuleType, data: Digits, seed: int) -> torch.Tensor:
    """Fifteen epochs of 11's linear model."""
    return _trained_by_loader(answer, data, answer.make_model(), epochs=15, lr=0.1)


def deep(answer: ModuleType, data: Digits, seed: int) -> torch.Tensor:
    """Four epochs of 11's challenge."""
    return _trained_by_loader(answer, data, answer.make_dnn((128,)), epochs=4, lr=0.2)


def _trained_by_loader(
    answer: ModuleType, data: Digits, model: torch.nn.Module, *, epochs: int, lr: float
) -> torch.Tensor:
    answer.train(model, Batches(data), epochs, lr)
    return model(torch.from_numpy(data.test_images).flatten(start_dim=1).float() / 255)


def convolutional(answer: ModuleType, data: Digits, seed: int) -> torch.Tensor:
    """One epoch of 13's network."""
    model = answer.CNN()
    images, labels = torch.from_numpy(data.train_images), torch.from_numpy(data.train_labels)
    answer.train(model, images, labels, epochs=1, batch_size=100, lr=1e-3, seed=seed)
    unseen = torch.from_numpy(data.test_images)[:, None].float() / 255
    with torch.no_grad():
        return torch.cat([model(part) for part in unseen.split(500)])


TRAININGS = (
    Training("linear model of 11", "11-mnist-linear", 0.915, linear),
    Training("CNN of 13", "13-cnn", 0.97, convolutional),
    Training("deep network of 11", "11-mnist-linear", 0.96, deep),
)


def answers(slug: str) -> Iterator[tuple[str, ModuleType]]:
    """Yield the alternatives of an assignment as modules, with their names."""
    assignment = assignments.load(slug, root=ROOT)
    for alternative in solution.alternatives(assignment):
        [(name, source)] = alternative.modules.items()
        module = ModuleType(f"{name}_{alternative.id}".replace("-", "_"))
        sys.modules[module.__name__] = module
        exec(compile(source, str(alternative.path), "exec"), module.__dict__)
        yield alternative.id, module


def measure(seeds: range, out: Path | None) -> dict[tuple[str, str], dict[int, tuple[float, float]]]:
    """Return accuracy and CPU seconds by training, alternative and seed; the lines of ``out`` are not run again."""
    found: dict[tuple[str, str], dict[int, tuple[float, float]]] = {}
    for line in out.read_text().splitlines() if out and out.exists() else ():
        name, answer, seed, accuracy, cpu = json.loads(line)
        found.setdefault((name, answer), {})[seed] = accuracy, cpu
    data = digits_of("mnist")
    candidates = [(training, *answer) for training in TRAININGS for answer in answers(training.slug)]
    for seed in seeds:
        for training, answer, module in candidates:
            known = found.setdefault((training.name, answer), {})
            if seed in known:
                continue
            known[seed] = trained(training, module, data, seed)
            if out:
                with out.open("a") as file:
                    print(json.dumps([training.name, answer, seed, *known[seed]]), file=file)
    return found


def trained(training: Training, module: ModuleType, data: Digits, seed: int) -> tuple[float, float]:
    """Return the accuracy on the test images, and the CPU seconds."""
    torch.manual_seed(seed)
    started = time.process_time()
    with open(os.devnull, "w") as nowhere:  # alternatives print their epochs
        sys.stdout, before = nowhere, sys.stdout
        try:
            logits = training.logits(module, data, seed)
        finally:
            sys.stdout = before
    hits = int((logits.argmax(dim=1).numpy() == data.test_labels).sum())
    return hits / len(data.test_labels), time.process_time() - started


def show(found: dict[tuple[str, str], dict[int, tuple[float, float]]]) -> None:
    """Print the table."""
    print("| training | alternative | seeds | lowest | mean | highest | asked for | below | CPU s |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    thresholds = {training.name: training.threshold for training in TRAININGS}
    for (name, answer), runs in sorted(found.items()):
        accuracies = np.array([accuracy for accuracy, _ in runs.values()])
        below = int((accuracies < thresholds[name]).sum())
        figures = f"{accuracies.min():.4f} | {accuracies.mean():.4f} | {accuracies.max():.4f} | {thresholds[name]}"
        cpu = np.median([seconds for _, seconds in runs.values()])
        print(f"| {name} | {answer} | {len(runs)} | {figures} | {below} | {cpu:.1f} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=1, help="the first of the seeds")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    show(measure(range(options.first, options.first + options.seeds), options.out))
