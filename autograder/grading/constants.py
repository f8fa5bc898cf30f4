"""Keeps what the cases of all submissions share as it was: constants, parameters, the results of fixtures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from ..values import is_tensor

MAX_COPIED = 2**20  # bytes of an array that is copied after each case; a data set is read-only


class Constants:
    """Arrays, tensors and containers that outlive a case, and their content before the first one.

    An argument that the student's code changes in place is changed for the case too, as by a local call. If it is a
    constant of the case file, the next submission would find it changed. An array is therefore read-only, so that the
    change is reported; if ``writable``, because the cases are an adopted suite, a small array is copied instead.
    """

    def __init__(self, namespaces: Sequence[Mapping[str, Any]] = (), *, writable: bool = False) -> None:
        self._writable = writable
        self._arrays: list[tuple[Any, Any]] = []
        self._containers: list[tuple[Any, Any]] = []
        self._tensors: list[tuple[Any, Any, int]] = []
        self._seen: set[int] = set()
        self._by_fixture: dict[object, Constants] = {}
        for namespace in namespaces:
            for name, value in namespace.items():
                if not name.startswith("__"):
                    self._keep(value)

    def keep_fixture(self, fixture: object, value: Any) -> None:
        """Keep what a fixture of a class, module or session returned; it replaces what the fixture returned before."""
        self._by_fixture[fixture] = Constants([{"value": value}], writable=self._writable)

    def _keep(self, value: Any) -> None:
        if id(value) in self._seen:
            return
        self._seen.add(id(value))
        if isinstance(value, np.ndarray) and self._writable and value.nbytes <= MAX_COPIED and value.flags.writeable:
            self._arrays.append((value, value.copy()))
        elif isinstance(value, np.ndarray):
            value.setflags(write=False)  # a change in place is then reported, and not written into it
        elif isinstance(value, (dict, list)):
            self._containers.append((value, value.copy()))
        elif is_tensor(value):
            self._tensors.append((value, value.detach().clone(), value._version))
        if isinstance(value, (dict, list, tuple)):
            for item in value.values() if isinstance(value, dict) else value:
                self._keep(item)

    def restore(self) -> None:
        """Put back what the last case let a submission change."""
        for array, entries in self._arrays:
            array[...] = entries
        for container, before in self._containers:
            if isinstance(container, list):
                container[:] = before
            else:
                container.clear()
                container.update(before)
        for i, (tensor, before, version) in enumerate(self._tensors):
            if tensor._version != version:
                tensor.detach().copy_(before)
                self._tensors[i] = (tensor, before, tensor._version)
        for constants in self._by_fixture.values():
            constants.restore()


def namespaces(items: Sequence[pytest.Item], reference: Any) -> Iterator[Mapping[str, Any]]:
    """Yield everything that outlives a case: of its file, its class, its parameters, and of the solution's module."""
    for item in items:
        if isinstance(item, pytest.Function):
            yield vars(item.module)
            yield from (vars(cls) for cls in (item.cls.__mro__[:-1] if item.cls else ()))
            yield item.callspec.params if hasattr(item, "callspec") else {}
    if reference is not None:
        yield vars(reference)
