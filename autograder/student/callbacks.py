"""Functions of a case that the submission may call: the worker asks for a value over the same connection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..guest import wire
from ..guest.graphs import Graph, graph_inputs
from ..guest.trees import is_odd
from ..workers.worker import Frame

MAX_BODY = 2**33  # bytes; the case is trusted


@dataclass(frozen=True, slots=True)
class Objects:
    """How objects of the submission travel in a callback with details."""

    incoming: Callable[[str, Any], Any]
    encode: Callable[[Any], wire.Tree | None]


class Callbacks:
    """The functions that one case has passed to the submission, by number.

    They stay until the case ends, because an object of the submission may keep one and call it later. With ``details``
    the student's code gets the builtin type of an exception, and objects may be arguments and results.
    """

    def __init__(self) -> None:
        self.depth = 0  # of the functions that are running now
        self.details: Objects | None = None
        self.received = 0  # bytes of all arguments, counted as in an answer
        self._granted: dict[int, Callable[..., Any]] = {}

    def grant(self, function: Callable[..., Any]) -> wire.Tree:
        """Return what stands for ``function`` among the arguments of a call."""
        number = len(self._granted) + 1
        self._granted[number] = function
        return {"c": number}

    def serve(self, frame: Frame) -> list[bytes | memoryview]:
        """Call the function that a CB frame names and return the frame of its answer.

        Raises:
            wire.WireError: no such function was passed, or the frame is malformed.
        """
        details = self.details
        decoder = wire.Decoder(frame.body, details.incoming if details else None, max_body=wire.MAX_CALLBACK)
        decoder.sources = {} if details else None
        try:
            function = self._granted[frame.header["cb"]]
            args = [decoder.value(tree) for tree in frame.header["a"]]
            kwargs = {str(name): decoder.value(tree) for name, tree in frame.header["k"]}
        except Exception:
            raise wire.WireError("a callback that was not granted or cannot be read") from None
        self.received += decoder.counted
        self.depth += 1
        try:
            encoder = wire.Encoder(details.encode if details else _refuse, max_body=MAX_BODY)
            encoder.is_special = is_odd if details else None
            tree = encoder.tree(function(*args, **kwargs))
            graphs = self._graphs(encoder.graphs, decoder)
            return wire.pack(wire.Kind.CBVALUE, {"v": tree, **graphs}, encoder.buffers)
        except Exception as exc:  # called with unusable arguments: the student's code gets an exception
            kind = {"type": builtin_of(exc), "text": _text_of(exc)[:500]} if details else {}
            return wire.pack(wire.Kind.CBVALUE, {"error": _reason(exc), **kind}, [])
        finally:
            self.depth -= 1

    def _graphs(self, results: list[Any], decoder: wire.Decoder) -> dict[str, Any]:
        """Return the field of an answer that lets the worker differentiate a result: a function for each graph."""
        if not results:
            return {}
        inputs = graph_inputs(decoder.mutable, decoder.sources or {})
        graphs = [Graph(result, list(inputs.values())) for result in results]
        return {"graphs": [[self.grant(graph.backward)["c"], list(inputs)] for graph in graphs]}


def _refuse(value: Any) -> None:
    """Encode nothing but plain data."""


def builtin_of(exc: Exception) -> str:
    """Return the name of the nearest builtin class of an exception."""
    return next(base.__name__ for base in type(exc).__mro__ if base.__module__ == "builtins")


def _text_of(exc: Exception) -> str:
    return exc.args[0] if len(exc.args) == 1 and isinstance(exc.args[0], str) else str(exc)


def _reason(exc: Exception) -> str:
    """Return what the student's code learns of an exception in a function of the case.

    The text of an assertion stays on the trusted side: it may hold the wanted value.
    """
    if isinstance(exc, wire.Unsendable):
        return f"the function given returned a value that cannot be sent: {exc}"[:500]
    text = "" if isinstance(exc, AssertionError) else f": {exc}"
    return f"the function given raised {type(exc).__name__}{text}"[:500]
