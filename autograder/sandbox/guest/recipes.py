"""What a worker can build by name, because it cannot be sent; ``sandbox/recipes.py`` is the trusted side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def generator(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def torch_generator(seed: int) -> Any:
    import torch

    return torch.Generator().manual_seed(seed)


def linear(weight: Any, bias: Any) -> Any:
    """An ``nn.Linear`` with weight (out, in) and bias (out,) or None."""
    import torch

    layer = torch.nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None).to(weight.dtype)
    with torch.no_grad():
        layer.weight.copy_(weight)
        if bias is not None:
            layer.bias.copy_(bias)
    return layer


def data_loader(x: Any, y: Any, batch_size: int, shuffle: bool) -> Any:
    from torch.utils.data import DataLoader, TensorDataset

    return DataLoader(TensorDataset(x, y), batch_size=batch_size, shuffle=shuffle)


def on_device(value: Any, device: str) -> Any:
    return value.to(device)


def poisoned(model: Any, value: float) -> Any:
    """The model itself, with ``value`` in every entry of every parameter's gradient."""
    import torch

    for parameter in model.parameters():
        parameter.grad = torch.full_like(parameter, value)
    return model


class WatchInputs:
    """Remembers the first row of what every forward call of ``model`` sees (at most 64 values and 100,000 calls)."""

    def __init__(self, model: Any) -> None:
        self._rows: list[list[float]] = []
        model.register_forward_pre_hook(self._see)

    def _see(self, model: Any, inputs: tuple[Any, ...]) -> None:
        if inputs and len(self._rows) < 100_000:
            self._rows.append([float(v) for v in inputs[0][0].detach().reshape(-1)[:64].tolist()])

    def count(self) -> int:
        return len(self._rows)

    def first_values(self) -> list[np.ndarray]:
        return [np.array(row) for row in self._rows]


RECIPES: dict[str, Callable[..., Any]] = {
    "generator": generator,
    "torch_generator": torch_generator,
    "linear": linear,
    "data_loader": data_loader,
    "on_device": on_device,
    "poisoned": poisoned,
    "watch_inputs": WatchInputs,
}
