"""What one worker has shown in one case to test code for a plain module."""

from __future__ import annotations

import sys
import weakref
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..guest.shared import Shared
from ..guest.trees import tensor_type
from .case_run import CaseRun
from .objects import StudentObject

MAX_CLASSES = 64  # stand-ins for classes of one submission in one case
Link = tuple[str, str]  # module and name


class SharedHere(Shared):
    """The values that the worker and test code both hold. ``objects`` are those in the worker."""

    def __init__(self) -> None:
        super().__init__()
        self.objects: dict[int, StudentObject] = {}
        self._numbers: dict[int, int] = {}  # by id()

    def add(self, number: int, value: Any) -> None:
        self._numbers[id(value)] = number
        super().add(number, value)

    def object_of(self, value: Any) -> StudentObject | None:
        """Return what ``value`` is in the worker; None if it is not shared."""
        number = self._numbers.get(id(value))
        return None if number is None else self.objects[number]

    def unused(self) -> list[int]:
        """Return the numbers of the values that test code refers to no longer, not even to a part of them."""
        return [number for number in self.values if not self._is_used(number)]

    def _is_used(self, number: int) -> bool:
        value = self.values[number]
        return sys.getrefcount(value) > 3 or type(value) is tensor_type() or _has_used_part(value)

    def drop(self, number: int) -> None:
        if number in self.values:
            del self._numbers[id(self.values[number])]
            del self.objects[number]
        super().drop(number)


def _has_used_part(value: Any) -> bool:
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        is_mutable = type(part) in (list, dict, np.ndarray)
        if (is_mutable and sys.getrefcount(part) > 3) or type(part) is tensor_type() or _has_used_part(part):
            return True
    return False


@dataclass(eq=False)
class State:
    """What one worker has shown in one case.

    ``classes`` are the stand-ins by the number of the class. ``named`` are the stand-ins that test code itself has
    read from a module, ``objects`` the classes themselves, ``proxies`` those of objects and functions by number
    (``members`` those of enumerations), ``modules`` the modules by name, ``shared`` what both sides hold.
    ``is_linked`` is true after the classes that the suite has bound were looked up. ``generators`` are random
    generators of the test, by id(), with their last state; ``kept`` keeps them alive. ``own`` are objects of the
    test that the student's code has got, and ``own_objects`` what stands for them, by number. ``files`` are those
    of the test that the worker has, with size and time of the last change. ``spaces`` hold what the classes of a
    test see in the worker, by its file; ``defining`` are the classes and functions that are being sent. ``modes``
    are those of numpy and torch that the worker has. ``torch_objects`` are models and optimizers of the test by
    id(), with what they were made of, and ``sent_classes`` classes of the test.
    """

    run: CaseRun
    generation: int
    modes: Any
    classes: dict[int, type] = field(default_factory=dict)
    objects: dict[type, StudentObject] = field(default_factory=dict)
    named: set[type] = field(default_factory=set)
    proxies: weakref.WeakValueDictionary[int, Any] = field(default_factory=weakref.WeakValueDictionary)
    modules: dict[str, StudentObject] = field(default_factory=dict)
    shared: SharedHere = field(default_factory=lambda: SharedHere())
    is_linked: bool = False
    generators: dict[int, tuple[StudentObject, str]] = field(default_factory=dict)
    kept: list[Any] = field(default_factory=list)
    own: dict[int, Any] = field(default_factory=dict)
    own_objects: dict[int, StudentObject] = field(default_factory=dict)
    files: dict[str, tuple[int, int]] = field(default_factory=dict)
    spaces: dict[str, StudentObject] = field(default_factory=dict)
    defining: list[Any] = field(default_factory=list)
    members: dict[int, Any] = field(default_factory=dict)
    torch_objects: dict[int, tuple[Any, Any, StudentObject]] = field(default_factory=dict)
    sent_classes: dict[type, StudentObject] = field(default_factory=dict)
