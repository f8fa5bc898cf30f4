"""The worker's own side, without a wall: frames in and out of a guest in this process."""

from __future__ import annotations

import linecache
import os
import random
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from autograder.guest import __main__ as guest
from autograder.guest import exceptions, process, server, wire
from autograder.guest.changes import Node, share_memory
from autograder.guest.importer import decode_source
from autograder.guest.wire import Kind

GUEST = Path(guest.__file__).parent


class Peer:
    """Both ends of a connection: ``guest`` serves one, the test speaks at the other."""

    def __init__(self) -> None:
        self.ours, theirs = socket.socketpair()
        self.ours.settimeout(20)
        self.guest = server.Guest(theirs, max_result=1 << 20, max_handles=4)

    def ask(self, kind: Kind, header: dict[str, Any], buffers: list[bytes | memoryview] | None = None) -> None:
        self.ours.sendall(b"".join(wire.pack(kind, header, buffers or [])))

    def reply(self) -> tuple[Kind, dict[str, Any]]:
        kind, header, body = wire.unpack_head(self._exactly(wire.HEAD.size), max_body=1 << 20)
        found = wire.unpack_header(self._exactly(header))
        found["body"] = self._exactly(body)
        return kind, found

    def _exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            data += self.ours.recv(size - len(data))
        return data

    def load(self, source: str | bytes) -> tuple[Kind, dict[str, Any]]:
        data = source if isinstance(source, bytes) else source.encode()
        self.ask(
            Kind.LOAD,
            {"main": "handed_in", "modules": [["handed_in", "handed_in.py", 0, len(data)]], "seed": 0},
            [data],
        )
        self.guest.step()
        return self.reply()

    def call(self, *names: str, args: tuple[Any, ...] = (), drop: tuple[int, ...] = ()) -> list[dict[str, Any]]:
        encoder = wire.Encoder(lambda value: None, max_body=1 << 20)
        trees = [encoder.tree(arg) for arg in args]
        calls = [{"h": None, "r": None, "f": name, "a": trees, "k": [], "keep": False} for name in names]
        self.ask(Kind.CALL, {"id": 1, "seed": None, "drop": list(drop), "calls": calls}, encoder.buffers)
        self.guest.step()
        replies = []
        while len(replies) < len(names) and (not replies or replies[-1]["kind"] is Kind.VALUE):
            kind, header = self.reply()
            replies.append({**header, "kind": kind})
        return replies


@pytest.fixture
def peer() -> Iterator[Peer]:
    finders, made = list(sys.meta_path), Peer()
    yield made
    sys.meta_path[:] = finders
    sys.modules.pop("handed_in", None)
    linecache.cache.pop("handed_in.py", None)
    made.ours.close()
    made.guest._connection.close()


def test_the_folder_needs_nothing_of_ours() -> None:
    """A worker's view of the files may hold this folder and nothing else of the framework."""
    script = (
        f"import sys; sys.path.insert(0, {str(GUEST.parent)!r}); sys.modules['autograder'] = None\n"
        "import guest.__main__ as g; g.warm_up(); print(sorted(n for n in sys.modules if 'autograder' in n))\n"
    )
    done = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, timeout=60)
    assert done.stdout == "['autograder']\n", done.stderr


def test_names_are_told_once_with_their_kind(peer: Peer) -> None:
    kind, header = peer.load("import math\nfrom math import pi, sin\n_x = 1\nclass A: pass\ndef f(): pass\nx = [f]\n")
    assert kind is Kind.HELLO
    assert header["names"] == [["pi", "data"], ["sin", "callable"], ["A", "callable"], ["f", "callable"], ["x", "data"]]


def test_names_that_do_not_fit_a_frame_are_a_failed_load(peer: Peer) -> None:
    kind, header = peer.load("globals().update({'x' * 2000 + str(n): 0 for n in range(900)})\n")
    assert kind is Kind.LOADFAIL and header["type"] == "ReturnTypeError"


def test_a_failed_load_is_told_with_the_line(peer: Peer) -> None:
    kind, header = peer.load("x = 1\ny = x.(\n")
    assert kind is Kind.LOADFAIL
    assert (header["type"], header["bases"][0]) == ("SyntaxError", "SyntaxError")
    assert header["lines"] == [["handed_in.py", 2, "", "y = x.("]]


def test_a_statement_that_fails_is_told_with_the_names(peer: Peer) -> None:
    kind, header = peer.load("x = 1\ny = x.no_such\nz = 2\n")
    assert kind is Kind.HELLO and [name for name, _ in header["names"]] == ["x", "z"]
    text = "'int' object has no attribute 'no_such'"
    assert header["incidents"] == [["handed_in", 1, 2, "raised", "AttributeError", text, []]] and header["skip"] == []


def test_calls_of_one_frame_are_answered_in_order_until_one_raises(peer: Peer) -> None:
    peer.load("N = []\ndef f():\n    N.append(0)\n    return len(N)\ndef bad(): raise KeyError('k')\n")
    replies = peer.call("f", "f", "bad", "f")
    assert [(r["kind"], r["id"]) for r in replies] == [(Kind.VALUE, 1), (Kind.VALUE, 2), (Kind.ERROR, 3)]
    assert peer.call("f")[0]["v"] == {"i": "3"}


def test_a_reply_carries_changes_and_aliases_by_number(peer: Peer) -> None:
    peer.load("def f(d, x):\n    d['W'] += 1\n    d['v'] = d['W']\n    return x\n")
    (reply,) = peer.call("f", args=({"W": np.zeros(2)}, np.ones(2)))
    assert reply["al"] == [2]
    (zero, changed), (one, array) = reply["w"]
    assert (zero, one) == (0, 1) and changed == {"d": [["W", {"a": 1}], ["v", {"a": 1}]]}
    assert wire.Decoder(reply["body"]).value(array).tolist() == [1.0, 1.0]


def test_an_unknown_handle_is_an_error_and_an_unknown_drop_is_nothing(peer: Peer) -> None:
    peer.load("def f(x): return object()\n")
    peer.ask(Kind.CALL, {"id": 1, "seed": None, "drop": [99], "calls": [
        {"h": None, "r": None, "f": "f", "a": [{"h": 99}], "k": [], "keep": False}]})  # fmt: skip
    peer.guest.step()
    assert peer.reply()[0] is Kind.ERROR
    (reply,) = peer.call("f", args=(1,))
    assert reply["v"] == {"h": [1, "object", []], "call": False}
    assert peer.call("f", args=(1,), drop=(1,))[0]["v"]["h"] == [2, "object", []]
    assert list(peer.guest._held.objects) == [2]


def test_a_large_result_is_sent_whole(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[bytes] = []
    monkeypatch.setattr(peer.guest, "_connection", SimpleNamespace(sendall=lambda data: sent.append(bytes(data))))
    data = [bytes([n]) * (1 << 20) for n in range(3)]
    peer.guest._send(Kind.VALUE, {"id": 1}, list(data))
    assert b"".join(sent) == b"".join(wire.pack(Kind.VALUE, {"id": 1}, list(data)))
    assert len(sent) == 5  # joined, it would be held twice


def test_the_end_of_the_connection_is_the_end_of_the_worker(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    class Ended(BaseException):
        pass

    def leave(status: int) -> None:
        assert status == 0
        raise Ended

    monkeypatch.setattr(os, "_exit", leave)
    peer.ours.close()
    with pytest.raises(Ended):
        peer.guest.step()


def test_warming_up_leaves_no_trace() -> None:
    np.random.seed(0)  # numpy imports its generators when they are first used
    finders, modules = list(sys.meta_path), set(sys.modules)
    guest.warm_up()
    assert sys.meta_path == finders and set(sys.modules) == modules and linecache.cache == {}


def test_seeds_reach_every_generator() -> None:
    def drawn() -> tuple[float, float, float]:
        return random.random(), float(np.random.rand()), float(torch.rand(1))

    torch = pytest.importorskip("torch")
    process.reseed(3)
    first = drawn()
    assert drawn() != first
    process.reseed(3)
    assert drawn() == first


@pytest.mark.parametrize("damage", [None, ValueError])
def test_streams_that_cannot_be_flushed_are_left_alone(damage: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[str] = []

    class Broken:
        def flush(self) -> None:
            flushed.append("out")
            raise SystemExit

    monkeypatch.setattr(sys, "stdout", Broken())
    monkeypatch.setattr(sys, "stderr", damage)
    process.flush_output()
    assert flushed == ["out"]


# --- what is said of exceptions


class Stubborn(type):
    """A metaclass that lies about the names and bases of its classes."""

    __name__ = property(lambda cls: 1 / 0)  # type: ignore[assignment]
    __mro__ = property(lambda cls: (ValueError,))  # type: ignore[assignment]


class Odd(KeyError, metaclass=Stubborn):
    pass


def test_names_and_bases_are_those_of_the_interpreter() -> None:
    assert exceptions.type_name(Odd) == "Odd"
    assert [exceptions.type_name(base) for base in exceptions.builtin_bases(Odd)] == [
        "KeyError",
        "LookupError",
        "Exception",
        "BaseException",
        "object",
    ]
    fake = type("ValueError", (Exception,), {})  # the name alone makes no ValueError
    assert ValueError not in exceptions.builtin_bases(fake)
    assert fake not in exceptions.builtin_bases(fake)
    assert len(exceptions.type_name(type("x" * 500, (), {}))) == exceptions.MAX_TYPE


# --- what tells a changed argument


def node(value: Any) -> Node:
    encoder = wire.Encoder(lambda value: None, max_body=1 << 22)
    tree = encoder.tree(value)
    decoder = wire.Decoder(b"".join(encoder.buffers))
    decoder.value(tree)
    return Node(decoder.mutable[0], decoder.sent[0])


@pytest.mark.parametrize(
    "value",
    [
        np.arange(6.0),
        np.array(3.0),
        np.zeros((0, 3)),
        np.array([np.nan, -0.0]),
        np.array([True, False]),
        np.ones(300_000),
    ],
    ids=["floats", "0-d", "empty", "nan", "bool", "large"],
)
def test_an_array_is_changed_when_a_byte_is(value: np.ndarray) -> None:
    made = node(value)
    assert not made.changed()
    if value.size:
        made.value.reshape(-1)[-1] = 0 if value.reshape(-1)[-1] else 1
        assert made.changed()


def test_minus_zero_and_another_shape_or_dtype_are_changes() -> None:
    made = node(np.zeros(4))
    made.value[0] = -0.0
    assert made.changed()
    made = node(np.zeros(4))
    made.value.shape = (2, 2)
    assert made.changed()
    made = node(np.zeros(4))
    made.value.dtype = np.int64
    assert made.changed()


def test_a_container_is_changed_when_it_holds_another_thing() -> None:
    for change, expected in (
        (lambda d: None, False),
        (lambda d: d.update(a=1), False),
        (lambda d: d.update(a=1.0), True),
        (lambda d: d.update(t=(1,)), True),  # equal, but another tuple
        (lambda d: d.update(new=None), True),
        (lambda d: d.pop("a"), True),
        (lambda d: d.update(a=d.pop("a")), True),  # the order
    ):
        made = node({"a": 1, "t": (1,)})
        change(made.value)
        assert made.changed() is expected
    made = node([1, 2.0, "x"])
    made.value.reverse()
    assert made.changed()
    made.value.reverse()
    assert not made.changed()


def test_a_tensor_is_changed_when_a_byte_is() -> None:
    torch = pytest.importorskip("torch")
    for value in (
        torch.ones(3),
        torch.ones(3, dtype=torch.bfloat16),
        torch.tensor(True),
        torch.ones(2, requires_grad=True),
    ):
        made = node(value)
        assert not made.changed()
        with torch.no_grad():
            made.value.zero_()
        assert made.changed()


def test_memory_is_shared_or_not() -> None:
    torch = pytest.importorskip("torch")
    x, t = np.zeros(4), torch.zeros(4)
    d: dict[str, int] = {}
    assert share_memory(x, x[1:]) and share_memory(t, t[1:]) and share_memory(d, d)
    assert not share_memory(x, x.copy()) and not share_memory(t, t.clone()) and not share_memory(d, {})
    assert not share_memory(x, t) and not share_memory(torch.zeros(0), torch.zeros(0))


# --- source text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("é\r\nx".encode(), "é\nx"),
        (b"\xef\xbb\xbfx", "x"),
        (b"# -*- coding: latin-1 -*-\n\xe9", "# -*- coding: latin-1 -*-\né"),
        (b"# coding: no-such\n", "# coding: no-such\n"),
    ],
)
def test_source_is_read_as_python_reads_a_file(source: bytes, text: str) -> None:
    assert decode_source(source) == text


@pytest.mark.parametrize("source", [b"\xe9", b"x\ny\nz\n\xe9", b"# coding: no-such\n\xe9"])
def test_other_bytes_are_no_text(source: bytes) -> None:
    with pytest.raises(UnicodeDecodeError):
        decode_source(source)


def test_a_handle_names_the_public_methods_of_the_submissions_own_classes(peer: Peer) -> None:
    peer.load(
        "import collections\n"
        "class Base:\n    def fit(self): return 1\n    def _hidden(self): return 2\n"
        "class Model(Base, collections.OrderedDict):\n    def predict(self): return 3\n    size = 4\n"
        "def f(): return Model\n"
        "def g():\n    m = Base()\n    m.W = 5\n    return m\n"
    )
    assert peer.call("g")[0]["v"]["h"] == [1, "Base", ["fit"]]
    assert peer.call("f")[0]["v"]["h"][1:] == ["type", []]
