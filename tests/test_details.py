"""What a reply with details adds: whatever a hostile worker writes there is a value or a violation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import Connect
from fuzz_wire import Mutator, split

from autograder.guest import wire
from autograder.guest.shared import MAX_SHARED, Shared, merge, snapshot
from autograder.guest.wire import Decoder, Encoder, Kind, WireError
from autograder.student.details import Details
from autograder.student.faults import RemoteError
from autograder.student.module import Modules
from autograder.student.objects import StudentObject
from autograder.student.source import ModuleSources

ERROR = {"type": "ValueError", "bases": ["ValueError"], "text": "no", "own": True, "lines": []}


def frame(kind: Kind, **header: Any) -> bytes:
    encoder = Encoder(lambda other: None, max_body=1 << 20)
    texts = [encoder.tree(np.frombuffer(text, np.uint8)) for text in (b"out", b"err")]
    fields = {"id": 1, "also": [texts, [[3, encoder.tree({"w": np.ones(2)})]]], **header}
    if kind is Kind.ERROR:
        fields |= {**ERROR, "exc": {"h": [7, "Odd", [], 8, "object"]}, "args": encoder.tree(["text", 3])}
    return b"".join(wire.pack(kind, fields, encoder.buffers))


VALUE = frame(Kind.VALUE, v=None, w=[], al=[], ref=4, kept=[[0, 5]])


def read(data: bytes) -> Details | str:
    """Read a frame as ``CaseRun`` does; return the details, or "refused"."""
    size = wire.HEAD.size
    try:
        kind, header_size, body_size = wire.unpack_head(data[:size], max_body=1 << 20)
        header = wire.unpack_header(data[size : size + header_size])
        decoder = Decoder(data[size + header_size : size + header_size + body_size], _handle, max_body=1 << 20)
        error = RemoteError.read(header, ModuleSources("answer", {})) if kind is Kind.ERROR else None
        return Details.read(header, decoder, error=error, mutable=[np.zeros(2)])
    except (WireError, KeyError, TypeError, ValueError):
        return "refused"


def _handle(tag: str, content: Any) -> Any:
    if tag != "h" or not isinstance(content, list) or len(content) != 5:
        raise WireError("a value that only the trusted side may send")
    return StudentObject()


def test_details_are_read() -> None:
    found = read(VALUE)
    assert isinstance(found, Details)
    assert (found.out, found.err, found.ref) == ("out", "err", 4)
    assert found.changed[0][1]["w"].tolist() == [1, 1]
    assert found.kept[0][1] == 5
    raised = read(frame(Kind.ERROR))
    assert isinstance(raised, Details)
    assert raised.arguments == ("text", 3)
    assert isinstance(raised.exception, StudentObject)


@pytest.mark.parametrize("seed", range(4))
def test_mutated_details_are_read_or_refused(seed: int) -> None:
    mutator = Mutator(seed)
    mutator.frames = [VALUE, frame(Kind.ERROR)]
    mutator._parts = [(data[:17], *split(data)) for data in mutator.frames]
    met = {type(read(data)) for data in (mutator.frame() for _ in range(1500)) if len(data) >= wire.HEAD.size}
    assert met == {Details, str}


@pytest.mark.parametrize(
    "fields",
    [
        {"kept": [[1, 5]]},
        {"kept": [[-1, 5]]},
        {"kept": [[0, 2**40]]},
        {"kept": 3},
        {"ref": "4"},
        {"ref": True},
        {"also": [[None, None], []]},
        {"also": [[], [[1]]]},
        {"also": 5},
    ],
)
def test_details_of_another_form_are_refused(fields: dict[str, Any]) -> None:
    assert read(frame(Kind.VALUE, **{"v": None, "w": [], "al": [], **fields})) == "refused"


def test_an_object_of_another_form_ends_the_worker(connect: Connect) -> None:
    source = """
        import gc
        def attack(content):
            for thing in gc.get_objects():
                if type(thing).__name__ == "Guest":
                    type(thing)._handle = lambda self, value: {"h": content}
            return object()
    """
    submission = connect(source)
    modules = Modules(submission.student)
    for content in ([1, "x", [], -1, "object"], [1, "x", [], 2, "prophet"], [1, "x", [], True, "object"], [1]):
        with pytest.raises(BaseException) as caught:
            modules["answer"].attack(content)
        assert getattr(caught.value, "verdict").value == "crashed"  # noqa: B009


# --- values on both sides


def test_a_snapshot_tells_every_change_in_place() -> None:
    value: dict[str, Any] = {"w": np.ones(2), "l": [1, [2.0]], "s": "x"}
    before = snapshot(value)
    assert snapshot(value) == before
    for change in (
        lambda: value["w"].__setitem__(0, np.nan),
        lambda: value["l"][1].append(3),
        lambda: value.update(s="y"),
        lambda: value.update(w=np.ones(2)),
        lambda: value.pop("s"),
    ):
        change()
        assert snapshot(value) != before
        before = snapshot(value)


def test_a_merge_keeps_the_arrays_and_lists_that_are_there() -> None:
    inner, weights = [1, 2], np.zeros(2)
    value = {"w": weights, "l": inner, "gone": 1}
    merge(value, {"w": np.ones(2), "l": [5], "new": 3})
    assert value == {"w": weights, "l": inner, "new": 3}
    assert weights.tolist() == [1, 1]
    assert inner == [5]
    assert merge(weights, np.ones(3)).shape == (3,)
    assert merge([1], {"a": 1}) == {"a": 1}


def test_only_so_many_values_are_shared() -> None:
    shared = Shared()
    for number in range(MAX_SHARED):
        assert shared.has_room([])
        shared.add(number, [])
    assert not shared.has_room([])
    assert not Shared().has_room(np.zeros(1 << 22))
