"""torch in a worker, which cannot start other processes: data loaders and torch.compile work without them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from conftest import Submitted, submitted

from autograder.workers.supervisor import Supervisor

SOURCE = b"""
import torch
from torch import nn
from torch.utils.data import DataLoader, IterableDataset, TensorDataset

DATA = TensorDataset(torch.arange(12.0))


class Stream(IterableDataset):
    def __iter__(self):
        return iter(range(12))


class Loader(DataLoader):
    def __init__(self, data, **options):
        super().__init__(data, num_workers=3, **options)


def batches(kind, options):
    order = torch.Generator().manual_seed(3)
    if kind == "stream":
        loader = DataLoader(Stream(), batch_size=4, **options)
    elif kind == "subclass":
        loader = Loader(DATA, batch_size=4, shuffle=True, generator=order, **options)
    elif kind == "positional":
        loader = DataLoader(DATA, 4, True, None, None, 2, generator=order, **options)
    else:
        loader = DataLoader(DATA, batch_size=4, shuffle=True, generator=order, **options)
    loader.pin_memory_device = ""
    two_epochs = [[batch.tolist() if kind == "stream" else batch[0].tolist() for batch in loader] for _ in range(2)]
    loader.num_workers = 4
    return [*two_epochs, [len(list(iter(loader)))]]


def refused(options):
    try:
        DataLoader(DATA, **options)
    except ValueError as exc:
        return str(exc)


def compiled(way):
    model = nn.Linear(2, 1)
    wanted = model(torch.ones(3, 2))

    def twice(x):
        return 2 * x

    match way:
        case "decorator":
            function = torch.compile(twice)
        case "decorator with options":
            function = torch.compile(fullgraph=True, mode="reduce-overhead")(twice)
        case "method":
            model.compile(mode="max-autotune")
            function = model
        case "module":
            function = torch.compile(model, backend="inductor", dynamic=True, options={"max_autotune": True})
        case "compiler":
            function = torch.compiler.compile(model)
    result = function(torch.ones(3, 2))
    expected = 2 * torch.ones(3, 2) if "decorator" in way else wanted
    return [bool(torch.equal(result, expected)), list(model.state_dict())]


def threads():
    torch.set_num_interop_threads(2)
    torch.set_num_threads(2)
    return torch.get_num_threads()


def given(loader):
    return [len(x) for x, _ in loader]
"""


@pytest.fixture(scope="module", params=[False, True], ids=["zygote", "portable"])
def one(request: pytest.FixtureRequest) -> Iterator[Submitted]:
    """A submission in a forked worker, and in one that is a new interpreter."""
    with Supervisor(portable=True) if request.param else Supervisor() as supervisor:
        made = submitted({"answer": SOURCE}, supervisor, torch=True)
        yield made
        made.close()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["plain", "positional", "subclass", "stream"])
def test_a_loader_with_workers_loads_as_one_without(one: Submitted, kind: str) -> None:
    student = one.begin(kind)
    with_workers = {"persistent_workers": True, "prefetch_factor": 4, "multiprocessing_context": "spawn", "timeout": 5}
    if kind in ("plain", "stream"):
        with_workers["num_workers"] = 2
    wanted = student.batches("stream" if kind == "stream" else "plain", {})
    assert wanted[2] == [3]
    assert student.batches(kind, with_workers) == wanted


@pytest.mark.slow
def test_a_loader_checks_its_arguments_as_usual(one: Submitted) -> None:
    student = one.begin("checks")
    assert "non-negative" in student.refused({"num_workers": -1})
    assert "needs num_workers > 0" in student.refused({"persistent_workers": True})


@pytest.mark.parametrize("way", ["decorator", "decorator with options", "method", "module", "compiler"])
def test_a_compiled_function_is_the_function(one: Submitted, way: str) -> None:
    student = one.begin(way)
    names = ["weight", "bias"]
    assert student.compiled(way) == [True, names]


def test_threads_can_be_set_as_in_a_new_process(one: Submitted) -> None:
    assert one.begin("threads").threads() == 2


def test_a_loader_of_the_case_is_read(one: Submitted) -> None:
    from autograder.student import recipes

    student = one.begin("recipe")
    x, y = np.zeros((5, 2), np.float32), np.zeros(5, np.int64)
    import torch

    loader = recipes.data_loader(torch.from_numpy(x), torch.from_numpy(y), batch_size=2, shuffle=True)
    assert student.given(loader) == [2, 2, 1]
