"""Builds on abstract classes, properties, slots and dataclasses."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
import numpy as np


class Base(ABC):
    __slots__ = ("_value",)

    def __init__(self) -> None:
        self._value = self.start()

    @classmethod
    @abstractmethod
    def start(cls) -> int: ...

    @property
    def value(self) -> int:
        return self._value


@dataclass
class History:
    steps: list[int] = field(default_factory=list)


class Counter(Base):
    def __init__(self) -> None:
        super().__init__()
        self.history = History()

    @classmethod
    def start(cls) -> int:
        return 0

    def add(self, n: int) -> int:
        self.history.steps.append(n)
        self._value = sum(self.history.steps)
        return self.value


def double(x):
    return 2 * x


def total(x):
    return float(np.sum(x))
