"""The lecture's training on the full MNIST, to the last digit; left out where there is no MNIST.

Name its folder in the environment variable AUTOGRADER_DATA. It takes ten CPU seconds.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import torch
from torch.utils.data import BatchSampler, DataLoader, RandomSampler, TensorDataset

from autograder.checks.datasets import DATA_VARIABLE, missing_mnist, mnist

FOLDER = Path(os.environ.get(DATA_VARIABLE) or "no-folder")
SOLUTION = Path(__file__).parents[1] / "solutions/11-mnist-linear/mnist_linear.py"
BATCH = 100
EPOCHS = 15

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(missing_mnist(FOLDER)), reason=f"no MNIST: name its folder in {DATA_VARIABLE}"),
    pytest.mark.skipif(not SOLUTION.is_file(), reason="the solution is not here"),
]


@pytest.fixture(scope="module")
def linear() -> ModuleType:
    """The solution of 11-mnist-linear."""
    module = ModuleType("mnist_linear")
    exec(compile(SOLUTION.read_text(encoding="utf-8"), SOLUTION, "exec"), module.__dict__)
    return module


@pytest.fixture(scope="module")
def digits() -> Iterator[dict[str, torch.Tensor]]:
    """MNIST as tensors, and one thread, as behind the wall."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    data = mnist(FOLDER)
    names = ("train_images", "train_labels", "test_images", "test_labels")
    yield {name: torch.from_numpy(getattr(data, name)) for name in names}
    torch.set_num_threads(threads)


class OldOrder:
    """Batches in the order in which DataLoader drew them when the lecture was written: both draws are global."""

    def __init__(self, x: torch.Tensor, y: torch.Tensor) -> None:
        self.x, self.y = x, y

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        torch.empty((), dtype=torch.int64).random_()  # the seed of worker processes, of which there were none
        order = torch.randperm(len(self.x))
        for first in range(0, len(order), BATCH):
            batch = order[first : first + BATCH]
            yield self.x[batch], self.y[batch]


def ready(digits: dict[str, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
    return digits["train_images"][:, None].float() / 255, digits["train_labels"]


def unscaled_accuracy(model: torch.nn.Module, digits: dict[str, torch.Tensor]) -> float:
    """The accuracy as the slide measures it: on test images from 0 to 255."""
    with torch.no_grad():
        answers = model(digits["test_images"].flatten(start_dim=1).float()).argmax(dim=1)
    return int((answers == digits["test_labels"]).sum()) / len(answers)


def test_costs_and_accuracy_of_the_lecture(linear: ModuleType, digits: dict[str, torch.Tensor]) -> None:
    torch.manual_seed(777)
    model = linear.make_model()
    costs = linear.train(model, OldOrder(*ready(digits)), EPOCHS, 0.1)

    printed = [0.535468459, 0.359274179, 0.331187546, 0.316578031, 0.307158172]
    printed += [0.300180733, 0.295130193, 0.290851533, 0.287417084, 0.284379542]
    printed += [0.281825215, 0.279800713, 0.277808994, 0.27615428, 0.274440825]
    assert costs == pytest.approx(printed, abs=1e-6)  # sums of float32 in another order
    # One image is .0001.
    assert unscaled_accuracy(model, digits) == pytest.approx(0.8863, abs=1e-4)
    assert linear.evaluate(model, digits["test_images"], digits["test_labels"]) == pytest.approx(0.9234, abs=1e-4)


def test_the_eight_that_the_lecture_reads_as_a_three(linear: ModuleType, digits: dict[str, torch.Tensor]) -> None:
    torch.manual_seed(777)
    model = linear.make_model()
    linear.train(model, OldOrder(*ready(digits)), EPOCHS, 0.1)
    number = random.Random(777).randint(0, len(digits["test_images"]) - 1)
    assert number == 3757
    image, label = digits["test_images"][number], int(digits["test_labels"][number])
    assert (label, linear.predict_one(model, image)) == (8, 3)  # "Label: 8", "Prediction: 3"
    with torch.no_grad():
        assert int(model(image.flatten()[None].float()).argmax()) == 3  # from 0 to 255, as on the slide
        probabilities = model(image.flatten()[None] / 255).softmax(dim=1)[0]
    assert float(probabilities[3]) == pytest.approx(0.655, abs=5e-4)
    assert float(probabilities[8]) == pytest.approx(0.117, abs=5e-4)


def test_accuracy_of_a_deep_network(linear: ModuleType, digits: dict[str, torch.Tensor]) -> None:
    torch.manual_seed(777)
    model = linear.make_dnn((128,))
    linear.train(model, OldOrder(*ready(digits)), 4, 0.2)
    reached = linear.evaluate(model, digits["test_images"], digits["test_labels"])
    assert reached == pytest.approx(0.966, abs=0.004)  # of twenty seeds, mean .9664, each within .0025 of it


def test_accuracy_in_the_order_of_today(linear: ModuleType, digits: dict[str, torch.Tensor]) -> None:
    torch.manual_seed(777)
    model = linear.make_model()
    pairs = TensorDataset(*ready(digits))
    order = BatchSampler(RandomSampler(pairs), BATCH, drop_last=True)
    linear.train(model, DataLoader(pairs, sampler=order, batch_size=None), EPOCHS, 0.1)

    assert unscaled_accuracy(model, digits) == pytest.approx(0.8883, abs=1e-4)
    assert linear.evaluate(model, digits["test_images"], digits["test_labels"]) == pytest.approx(0.9226, abs=1e-4)


def test_sizes_of_the_files() -> None:
    raw = FOLDER / "MNIST" / "raw"
    sizes = {
        "train-images-idx3-ubyte.gz": 9912422,
        "train-labels-idx1-ubyte.gz": 28881,
        "t10k-images-idx3-ubyte.gz": 1648877,
        "t10k-labels-idx1-ubyte.gz": 4542,
    }
    found = {name: (raw / name).stat().st_size for name in sizes if (raw / name).is_file()}
    if not found:
        pytest.skip("the files are there unpacked only")
    assert found == {name: sizes[name] for name in found}
