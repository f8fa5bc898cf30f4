from __future__ import annotations

import math

import net
import numpy as np
import pytest
from net import Block

START = 0.5
SCALES = np.array([1.0, 2.0])


def scaled(x: Number) -> float:  # noqa: F821
    """A function of the test that the derived class calls."""
    return 10.0 * x


class Twice:
    """A class of the test that is derived from nothing."""

    def of(self, x):
        return scaled(x) / 5.0


class Network(net.Block):
    """It uses a class that is defined below it."""

    def __init__(self) -> None:
        super().__init__()
        self.rate = net.Weight(START)
        self.layer = Layer(3)
        self.depth = 2

    def forward(self, x):
        return self.layer(x) + self.rate.value


class Layer(Block):
    def __init__(self, extra: int) -> None:
        super().__init__()
        for number in range(extra):
            setattr(self, f"w{number}", net.Weight(float(number)))

    def forward(self, x):
        return Twice().of(5.0 * x) + float(SCALES.sum()) + math.floor(1.5)

    def __len__(self):
        return len(self.weights())


class Deeper(Layer):
    def back(self):
        return type(self) is Deeper and isinstance(Network(), Block)


def test_weights_of_all_parts() -> None:
    weights = Network().weights()
    assert weights["rate"].value == START
    assert {name: weight.value for name, weight in weights.items() if name != "rate"} == {
        "layer.w0": 0.0,
        "layer.w1": 1.0,
        "layer.w2": 2.0,
    }


@pytest.mark.parametrize("extra", [0, 4])
def test_weights_of_a_class_that_is_derived_twice(extra: int) -> None:
    layer = Deeper(extra)
    assert isinstance(layer, Layer) and isinstance(layer, net.Block) and not isinstance(layer, Network)
    assert len(layer) == extra
    assert layer.back()


def test_freeze_reaches_the_parts() -> None:
    network = Network()
    assert network.is_training and network.layer.is_training
    network.freeze()
    assert not network.is_training and not network.layer.is_training


def test_a_call_is_forward() -> None:
    network = Network()
    assert network.forward(1.0) == 14.5
    assert network(1.0) == 14.5
    network.rate.value = 2.0
    assert network(1.0) == 16.0


def test_a_class_of_the_function() -> None:
    offset = 3.0

    class Shift(Block):
        def forward(self, x):
            return x + offset

    assert Shift()(1.0) == 4.0
