"""What a reply with details adds, with every field checked; ``guest/detail.py`` is the worker's side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..guest import wire
from ..guest.shared import MAX_SHARED
from ..guest.warned import MAX_CLASSES, MAX_TEXT, MAX_WARNINGS
from ..values import is_tensor
from .faults import RemoteError
from .objects import StudentObject
from .source import checked_text


@dataclass(frozen=True, slots=True)
class GraphBehind:
    """The graph in the worker behind a tensor that was the result of a call.

    ``inputs`` are tensors among the arguments that may be in it, and ``shared`` the numbers of those that both sides
    hold.
    """

    result: Any
    graph: StudentObject
    inputs: tuple[Any, ...]
    shared: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Details:
    """What a reply adds for test code that was written for a plain module.

    Attributes:
        out, err: the text that the call printed to stdout and to stderr.
        error: the error of the reply; None if the call returned.
        exception: the exception, which stays in the worker.
        arguments: those of the exception; None if they cannot be sent.
        changed: number and new content of values that both sides hold.
        ref: number of the result, if both sides hold it from now on, or 0.
        parts: index and number of its items, if both sides hold them from now on.
        kept: arguments that both sides hold from now on, and their numbers.
        graphs: those behind the results of autograd.
        warnings: the names of the classes of each warning, from the nearest on, and its text.
    """

    out: str = ""
    err: str = ""
    error: RemoteError | None = None
    exception: StudentObject | None = None
    arguments: tuple[Any, ...] | None = None
    changed: tuple[tuple[int, Any], ...] = ()
    ref: int = 0
    parts: tuple[tuple[int, int], ...] = ()
    kept: tuple[tuple[Any, int], ...] = ()
    graphs: tuple[GraphBehind, ...] = ()
    warnings: tuple[tuple[tuple[str, ...], str], ...] = ()

    @classmethod
    def read(
        cls,
        header: Mapping[str, Any],
        decoder: wire.Decoder,
        *,
        error: RemoteError | None = None,
        mutable: Sequence[Any] = (),
        results: Sequence[tuple[int, Any]] = (),
    ) -> Details:
        """Read the details of a VALUE or ERROR frame.

        Raises:
            wire.WireError, TypeError, ValueError: they are malformed.
        """
        texts, shared = header.get("also") or ((), ())
        printed = [_text(decoder.value(tree)) for tree in texts[:2]]
        changed = tuple((_number(number), decoder.value(tree)) for number, tree in shared[:MAX_SHARED])
        kept = [(_number(node), _number(number)) for node, number in header.get("kept", ())[:MAX_SHARED]]
        if any(node >= len(mutable) for node, _ in kept):
            raise wire.WireError("an argument that was not sent")
        out, err = printed if len(printed) == 2 else ("", "")
        exception = decoder.value(header["exc"]) if error is not None and "exc" in header else None
        if exception is not None and not isinstance(exception, StudentObject):
            raise wire.WireError("an exception that is not an object")
        arguments = decoder.value(header["args"]) if error is not None and "args" in header else None
        if arguments is not None and not isinstance(arguments, list):
            raise wire.WireError("arguments of an exception that are not a list")
        ref = _number(header.get("ref", 0))
        arguments = None if arguments is None else tuple(arguments)
        parts = tuple((_number(index), _number(number)) for index, number in header.get("parts", ())[:MAX_SHARED])
        graphs = tuple(_graphs(header.get("graphs", []), decoder, mutable, results))
        warned = tuple(
            (tuple(checked_text(name, 200) for name in names[:MAX_CLASSES]), checked_text(text, MAX_TEXT))
            for names, text in header.get("warns", ())[:MAX_WARNINGS]
        )
        kept_now = tuple((mutable[i], n) for i, n in kept)
        return cls(out, err, error, exception, arguments, changed, ref, parts, kept_now, graphs, warned)


def _graphs(
    described: Any, decoder: wire.Decoder, mutable: Sequence[Any], results: Sequence[tuple[int, Any]]
) -> Iterator[GraphBehind]:
    """Yield the graph behind each result of autograd."""
    if not isinstance(described, list):
        raise wire.WireError("graphs that are not a list")
    for number, result in results:
        if number >= len(described):
            continue
        tree, nodes, shared = described[number]
        graph = decoder.value(tree)
        inputs = [mutable[_number(node)] for node in nodes[: len(mutable)]]
        if not isinstance(graph, StudentObject) or not all(is_tensor(each) and each.requires_grad for each in inputs):
            raise wire.WireError("a graph of another form")
        yield GraphBehind(result, graph, tuple(inputs), tuple(map(_number, shared[:MAX_SHARED])))


def _number(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 2**31:
        raise wire.WireError("a number out of range")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, np.ndarray) or value.dtype != np.uint8 or value.ndim != 1:
        raise wire.WireError("printed text that is not an array of bytes")
    return value.tobytes().decode("utf-8", "replace")
