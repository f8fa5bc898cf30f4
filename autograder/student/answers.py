"""The values in the worker's replies to one case: decoded, with every field checked, and bounded all together."""

from __future__ import annotations

from typing import Any

from ..guest import wire
from ..workers.worker import Frame
from .callbacks import Callbacks
from .connection import Connection
from .details import Details
from .faults import RemoteError
from .objects import ObjectTable, StudentObject

MAX_ANSWERS = 4  # times as much as one answer may have: all answers of a case and all arguments of its callbacks

Decoded = tuple[Any, list[tuple[int, Any]], list[int]]  # result, changed nodes with their new content, aliased nodes


class Answers:
    """Reads the replies to one case. ``details`` are those of the last reply; None: replies come without."""

    def __init__(self, connection: Connection, objects: ObjectTable, callbacks: Callbacks) -> None:
        self.details: Details | None = None
        self._connection = connection
        self._objects = objects
        self._callbacks = callbacks
        self._counted = 0  # bytes of all answers, counted as in one answer

    def decode(self, frame: Frame, mutable: list[Any]) -> Decoded:
        """Return result, changed nodes and aliased nodes of a VALUE frame.

        ``mutable`` are the nodes of the arguments; a changed one may contain another one, by its number.

        Raises:
            WorkerLost: anything is malformed, or the answers of the case are too large together.
        """
        arguments: list[Any] = []
        if self.details is not None:
            self.details = Details()

        def incoming(tag: str, content: Any) -> Any:
            if tag == "a":
                return arguments[_index(content, len(arguments))]
            return self.incoming(tag, content)

        nodes = len(mutable)
        try:
            decoder = wire.Decoder(frame.body, incoming, max_body=self._max_body)
            if self.details is not None:
                arguments += mutable
            result = decoder.value(frame.header["v"])
            graphs = list(decoder.graphs)
            arguments[:] = mutable  # without details, only a changed argument may contain one
            changes = [(_index(i, nodes), decoder.value(tree)) for i, tree in frame.header["w"]]
            if self.details is not None:
                self.details = Details.read(frame.header, decoder, mutable=mutable, results=graphs)
            self.count(decoder.counted)
            return result, changes, [_index(i, nodes) for i in frame.header["al"]]
        except MemoryError:
            raise self._connection.violation("a reply that does not fit into memory") from None
        except wire.WireError as exc:
            raise self._connection.violation(str(exc)) from None
        except (LookupError, TypeError, ValueError):
            raise self._connection.violation("a reply of another form") from None

    def error(self, frame: Frame) -> RemoteError:
        """Return the error of an ERROR frame, and read its details.

        Raises:
            WorkerLost: as for :meth:`decode`.
        """
        error = self._connection.error(frame)
        if self.details is None:
            return error
        try:
            decoder = wire.Decoder(frame.body, self.incoming, max_body=self._max_body)
            self.details = Details.read(frame.header, decoder, error=error)
            self.count(decoder.counted)
        except MemoryError:
            raise self._connection.violation("a reply that does not fit into memory") from None
        except (wire.WireError, LookupError, TypeError, ValueError) as exc:
            raise self._connection.violation(f"details of another form: {exc}") from None
        return error

    def incoming(self, tag: str, content: Any) -> StudentObject:
        """Return the object that stands in a reply; WireError for what only the trusted side may send."""
        if tag != "h":
            raise wire.WireError("a value that only the trusted side may send")
        return self._objects.decode(content)

    def count(self, size: int) -> None:
        """Add to the size of all answers of the case; WorkerLost if they are too large together."""
        self._counted += size
        if self._counted + self._callbacks.received > MAX_ANSWERS * self._max_body:
            raise self._connection.too_large()

    @property
    def _max_body(self) -> int:
        return self._connection.spec.limits.result_mib << 20


def _index(value: Any, size: int) -> int:
    if type(value) is not int or not 0 <= value < size:
        raise wire.WireError("a change of an argument that was not sent")
    return value
