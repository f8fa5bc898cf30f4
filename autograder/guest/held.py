"""What a worker keeps for the trusted side: objects by number, and among them the values that both sides hold."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from . import wire
from .changes import Node
from .shared import Shared, is_shareable
from .trees import is_odd

# References to a value that nobody has kept. A part of a result: the list, two of the encoder, and the count itself. An
# argument: the decoder, its node, the list of arguments, and the count itself.
PART_REFS = 4
NODE_REFS = 4
MAX_PARTS = 16  # of a result


class Held:
    """The objects that the trusted side has handles to, by number; an object has only one."""

    def __init__(self, most: int) -> None:
        self.objects: dict[int, Any] = {}
        self.next = 1
        self._numbers: dict[int, int] = {}  # by id()
        self._most = most

    def clear(self) -> None:
        """Forget all objects and begin to count again."""
        self.objects.clear()
        self._numbers.clear()
        self.next = 1

    def number_of(self, value: Any) -> int:
        """Return the number of an object; 0 if it has none."""
        return self._numbers.get(id(value), 0)

    def is_full(self) -> bool:
        """Return whether no more objects may be kept."""
        return len(self.objects) >= self._most

    def hold(self, value: Any) -> int:
        """Keep an object and return its new number.

        Raises:
            wire.Unsendable: there are too many.
        """
        if self.is_full():
            raise wire.Unsendable(f"more than {self._most} objects are held at once")
        number, self.next = self.next, self.next + 1
        self.objects[number] = value
        self._numbers[id(value)] = number
        return number

    def drop(self, number: int) -> None:
        """Forget an object."""
        if number in self.objects:
            self._numbers.pop(id(self.objects.pop(number)), None)


class KeptValues(Shared):
    """The values that both sides hold, because the submission has kept what was sent or what it returned."""

    def __init__(self, held: Held) -> None:
        super().__init__()
        self._held = held

    def has(self, value: Any) -> bool:
        """Return whether both sides hold a value already."""
        return self._held.number_of(value) in self.values

    def is_special(self, value: Any, depth: int) -> bool:
        """Return whether a value is sent as a handle: because it has no tree, or because both sides hold it already."""
        return is_odd(value) or (depth > 0 and self.has(value))

    def changes(self, encoder: wire.Encoder) -> list[list[Any]]:
        """Return number and tree of each value that has changed on this side."""
        found = []
        for number in self.changed():
            try:
                found.append([number, encoder.tree(self.values[number])])
                self.agree(number)
            except wire.Unsendable:  # it holds something new that cannot travel
                self.drop(number)
        return found

    def result(self, value: Any) -> dict[str, Any]:
        """Share a result and return the fields of a reply that tell so."""
        number = self._share(value)
        return {"ref": number} if number else {}

    def arguments(self, nodes: Sequence[Node], kept: Sequence[int]) -> dict[str, Any]:
        """Share arguments and return the fields of a reply that tell so; ``kept`` are the numbers of their nodes."""
        numbers = [[i, number] for i in kept if (number := self._share(nodes[i].value))]
        return {"kept": numbers} if numbers else {}

    def parts(self, result: Any) -> dict[str, Any]:
        """Share those items of a new list or tuple that the submission has kept, and return the fields that tell so."""
        if type(result) not in (list, tuple) or len(result) > MAX_PARTS:
            return {}
        kept = [i for i in range(len(result)) if is_shareable(result[i]) and sys.getrefcount(result[i]) > PART_REFS]
        numbers = [[i, number] for i in kept if not self.has(result[i]) and (number := self._share(result[i]))]
        return {"parts": numbers} if numbers else {}

    def _share(self, value: Any) -> int:
        """Share a value with the trusted side and return its number; 0 if there is no room."""
        if not self.has_room(value) or self._held.is_full():
            return 0
        number = self._held.number_of(value) or self._held.hold(value)
        self.add(number, value)
        return number


def kept_arguments(nodes: Sequence[Node], arguments: Sequence[int]) -> list[int]:
    """Return the numbers of the nodes that the submission has kept; ``arguments`` are the id() of whole arguments.

    A part of an argument has one reference more, from the node of the list or dict that contains it.
    """
    return [
        i
        for i, node in enumerate(nodes)
        if is_shareable(node.value) and sys.getrefcount(node.value) > NODE_REFS + (id(node.value) not in arguments)
    ]
