"""The calls of one frame, from the request to what became of them, and how messages write them."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from ..messages import say
from .call import HELPER, RecordedCall, Request, in_words
from .log import Description
from .source import ModuleSources


@dataclass(slots=True)
class Pending:
    """The calls of one frame: those whose replies are still to be read, and what became of the others."""

    generation: int  # of the worker that was asked
    number: int  # of the first call in ``todo``
    todo: deque[tuple[Request, list[Any]]]
    done: deque[Done] = field(default_factory=deque)


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a call. ``printed`` is where its output begins and ends; the end is None if the worker is gone."""

    request: Request
    describe: Description
    finished: RecordedCall | BaseException
    printed: tuple[int, int | None]


class Wording:
    """Writes calls as the student would, with the names of the parameters that the stub gives them."""

    def __init__(self, source: ModuleSources) -> None:
        self._source = source

    def describe(self, request: Request) -> str:
        """Return a call with its arguments."""
        return self.in_words(request.label, request.args, request.kwargs, self.names_of(request))

    def in_words(self, label: str, args: tuple[Any, ...], kwargs: dict[str, Any], names: tuple[str, ...]) -> str:
        """Return a call of ``label``; ``names`` are those of the positional arguments."""
        shown = say("call.helper") if label == HELPER or label.startswith("recipes.") else label
        return in_words(shown, args, kwargs, names)

    def names_of(self, request: Request) -> tuple[str, ...]:
        """Return the names of the positional arguments of a call, as far as they are known."""
        return request.names or self._source.parameters.get(request.label, ())
