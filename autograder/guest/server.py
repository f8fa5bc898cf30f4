"""The worker's side of the wire: load one submission, then serve calls, one at a time, until killed."""

from __future__ import annotations

import builtins
import contextlib
import functools
import mmap
import os
import socket
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from types import FunctionType, MappingProxyType, ModuleType
from typing import Any

import numpy as np

from . import exceptions, output, wire
from .changes import Node, share_memory
from .detail import DETAILED, MADE, contents, is_member_class, sort_of
from .exceptions import MAX_TYPE, mro, type_name
from .graphs import MAX_GRAPHS, Graph, graph_inputs, joined
from .held import Held, KeptValues, kept_arguments
from .loading import import_main, install, numbers_to_skip
from .modes import reset_modes
from .output import take_count
from .process import flush_output, limit_cpu, reseed
from .recipes import OPERATIONS, RECIPES
from .runner import Runner
from .shared import is_shareable, merge
from .standins import Absent, Silent
from .timer import Limits
from .trees import replaced, tensor_type
from .warned import recorded

MAX_TO_WORKER = 2**33  # bytes of one frame from the trusted side, which is trusted
RESERVE = 1 << 22  # bytes of address space, given back when a MemoryError has to be described
JOINED = 1 << 20  # bytes: a smaller frame is sent in one piece; to join a larger one would take its memory twice
MAX_NAMES = 1000  # public names of a submission
MAX_METHODS = 32  # public methods of a class


def _reserved() -> mmap.mmap:
    """Return memory of this process alone: with a GPU only such memory counts against its bound."""
    if sys.platform == "win32":
        return mmap.mmap(-1, RESERVE)
    return mmap.mmap(-1, RESERVE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)


class Guest:
    """Serves one connection; ``_held`` are the objects that the trusted side has handles to."""

    def __init__(self, connection: socket.socket, *, max_result: int, max_handles: int) -> None:
        self._connection = connection
        self._max_result = max_result
        self._held = Held(max_handles)
        self._kept = KeptValues(self._held)
        self._reserve: mmap.mmap | None = _reserved()
        self._files: set[str] = set()
        self._modules: set[str] = set()
        self._module: ModuleType | None = None
        self._runner: Runner | None = None
        self._passed: list[tuple[int, Any]] = []  # tensors that both sides hold, of the arguments of this call
        self._warned: list[list[Any]] = []  # the warnings of the current call
        self._is_detailed = False  # whether the current request asks for what ``detail.py`` adds

    def serve(self) -> None:
        while True:
            self.step()

    def step(self) -> None:
        """Receive one request and answer it."""
        self._answer(*self._receive())

    def _answer(self, kind: wire.Kind, header: dict[str, Any], body: bytearray) -> None:
        if kind is wire.Kind.LOAD:
            self._load(header, body)
        elif kind is wire.Kind.CALL:
            self._begin(header)
            decoder = wire.Decoder(body, self._resolve)
            if self._is_detailed:
                decoder.sources = {}
            for number, call in enumerate(header["calls"], header["id"]):
                if not self._call(number, call, decoder):
                    break  # the case gets the exception of this call, as it would in a loop
        elif kind is wire.Kind.GET:
            self._begin(header)
            self._get(header)
        elif kind is wire.Kind.RUN:
            self._run_cell(header)

    def _begin(self, header: dict[str, Any]) -> None:
        """Prepare a request. A seed starts a new case, which can use no earlier object."""
        if header["seed"] is not None:
            reseed(header["seed"])
            reset_modes()
            self._held.clear()
            self._kept = KeptValues(self._held)
        self._drop(header["drop"])
        self._is_detailed = "also" in header
        if self._is_detailed:
            output.keep()

    # --- frames

    def _receive(self) -> tuple[wire.Kind, dict[str, Any], bytearray]:
        head = self._exactly(wire.HEAD.size)
        kind, header, body = wire.unpack_head(bytes(head), max_body=MAX_TO_WORKER)
        return kind, wire.unpack_header(bytes(self._exactly(header))), self._exactly(body)

    def _exactly(self, size: int) -> bytearray:
        data = bytearray(size)
        view = memoryview(data)
        while view:
            got = self._connection.recv_into(view)
            if got == 0:
                os._exit(0)  # the trusted side is gone
            view = view[got:]
        return data

    def _send(self, kind: wire.Kind, header: dict[str, Any], buffers: list[bytes | memoryview]) -> None:
        flush_output()  # the output of a call must reach the pipe before the answer reaches the socket
        printed = take_count() if kind is not wire.Kind.CB else 0
        if printed and kind in (wire.Kind.VALUE, wire.Kind.ERROR):
            header = {**header, "out": printed}
        pieces = wire.pack(kind, header, buffers)
        for piece in [b"".join(pieces)] if sum(map(len, pieces)) < JOINED else pieces:
            self._connection.sendall(piece)

    # --- requests

    def _load(self, header: dict[str, Any], body: bytearray) -> None:
        cell_s, load_s, cpu_s = map(float, header.get("limits", (0, 0, 0)))
        runner = self._runner = Runner(
            limits=Limits(cell_s, load_s) if load_s else None,
            skip=numbers_to_skip(header),
            at=self._at if header.get("careful") else None,
        )
        if header.get("held"):
            runner.hold(header["main"])
        importer = install(header, body, runner)
        self._files, self._modules = importer.files, importer.modules
        try:
            reseed(header["seed"])
            self._module = import_main(header["main"], importer, runner)
            if cpu_s:
                limit_cpu(cpu_s)
            hello = {"names": self._names(), "incidents": runner.incidents, "skip": runner.skipped}
            self._send(wire.Kind.HELLO, hello, [])
        except BaseException as exc:
            self._send(wire.Kind.LOADFAIL, self._error(exc), [])

    def _run_cell(self, header: dict[str, Any]) -> None:
        """Run one cell of a held notebook, and answer with what happened in it and the names that there are now."""
        assert self._runner is not None
        try:
            self._runner.incidents.clear()
            self._runner.run_cell(header["cell"])
            hello = {"names": self._names(), "incidents": self._runner.incidents, "skip": []}
            self._send(wire.Kind.HELLO, hello, [])
        except BaseException as exc:
            self._send(wire.Kind.LOADFAIL, self._error(exc), [])

    def _at(self, module: str, statement: int, line: int) -> None:
        self._send(wire.Kind.AT, {"module": module, "statement": statement, "line": line}, [])

    def _names(self) -> list[list[str]]:
        """Return the public names of the submission, and whether each is callable."""
        return [
            [name, "callable" if callable(value) else "data"]
            for name, value in list(vars(self._module).items())
            if isinstance(name, str) and not name.startswith("_") and not isinstance(value, ModuleType | Silent)
        ][:MAX_NAMES]

    def _get(self, header: dict[str, Any]) -> None:
        try:
            owner = self._module if header["h"] is None else self._held.objects[header["h"]]
            value = getattr(owner, header["name"])
            is_kept = self._is_detailed and is_shareable(value)
            self._reply(header["id"], value, keep=False, nodes=[], is_kept=is_kept)
        except BaseException as exc:
            self._fail(header["id"], exc)

    def _drop(self, handles: list[int]) -> None:
        for handle in handles:
            self._held.drop(handle)
            self._kept.drop(handle)

    def _call(self, number: int, call: dict[str, Any], decoder: wire.Decoder) -> bool:
        """Make one call and answer it; return False if it raised."""
        outer, self._passed = self._passed, []
        try:
            first = len(decoder.mutable)
            arguments = [decoder.value(tree) for tree in call["a"]]
            named = {name: decoder.value(tree) for name, tree in call["k"]}
            sent = zip(decoder.mutable[first:], decoder.sent[first:], strict=True)
            nodes = [Node(value, data, with_gradient=self._is_detailed) for value, data in sent]
            del sent  # it holds the last value
            if call["r"] == "merge":  # an operation on what both sides hold
                result = merge(self._held.objects[call["h"]], *arguments)
                self._kept.agree(call["h"])
            else:
                with recorded(is_on=self._is_detailed) as warned:
                    try:
                        result = self._function(call)(*arguments, **named)
                    finally:
                        self._warned = warned
            # More references than here: the submission has kept it.
            is_kept = self._is_detailed and is_shareable(result) and sys.getrefcount(result) > 2
            is_kept = is_kept and not any(result is node.value for node in nodes)
            kept = kept_arguments(nodes, [*map(id, arguments), *map(id, named.values())]) if self._is_detailed else []
            sources = {i - first: source for i, source in (decoder.sources or {}).items() if i >= first}
            self._reply(
                number, result, keep=bool(call["keep"]), nodes=nodes, is_kept=is_kept, kept=kept, sources=sources
            )
            return True
        except BaseException as exc:
            self._fail(number, exc)
            return False
        finally:
            self._passed = outer

    def _function(self, call: dict[str, Any]) -> Callable[..., Any]:
        target: Any = self._module if call["h"] is None else self._held.objects[call["h"]]
        if call["r"] is not None:
            if call["h"] is None:
                return RECIPES.get(call["r"]) or MADE[call["r"]]
            return functools.partial(OPERATIONS.get(call["r"]) or DETAILED[call["r"]], target)
        function: Callable[..., Any] = target if call["f"] is None else getattr(target, call["f"])
        return function

    def _resolve(self, tag: str, content: Any) -> Any:
        """Return the object of a handle, a function that calls back, or what a recipe builds."""
        if tag == "h":
            value = self._held.objects[content]
            return self._passed_on(content, value) if content in self._kept.values else value
        if tag == "c":
            return lambda *args, **kwargs: self._call_back(content, args, kwargs)
        name, arguments = content
        return (RECIPES.get(name) or MADE[name])(*arguments)

    def _passed_on(self, number: int, value: Any) -> Any:
        """Return what a call gets for a value that both sides hold; the gradient of a tensor goes on to the test."""
        tensor: Any = tensor_type()
        if tensor is None or not isinstance(value, tensor) or not value.requires_grad:
            return value
        source = value if value.is_leaf else value.detach().requires_grad_(True)
        self._passed.append((number, source))
        return value if value.is_leaf else source.clone()

    def _call_back(self, callback: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call a function on the trusted side; arguments and result are plain data.

        With details they may be objects, too, and the function may make calls of its own before it returns.
        """
        is_detailed = self._is_detailed
        other = self._handle if is_detailed else _refuse
        encoder = wire.Encoder(other, max_body=min(self._max_result, wire.MAX_CALLBACK))
        encoder.is_special = self._is_special if is_detailed else None
        header = {
            "cb": callback,
            "a": [encoder.tree(arg) for arg in args],
            "k": [[name, encoder.tree(arg)] for name, arg in kwargs.items()],
        }
        self._send(wire.Kind.CB, header, encoder.buffers)
        kind, answer, body = self._receive()
        while is_detailed and kind is not wire.Kind.CBVALUE:
            self._answer(kind, answer, body)
            self._is_detailed = is_detailed
            output.keep()  # the reply to the inner call took what was printed before
            kind, answer, body = self._receive()
        assert kind is wire.Kind.CBVALUE
        if "error" in answer:
            if "type" in answer:
                raise getattr(builtins, answer["type"], RuntimeError)(answer["text"])
            raise RuntimeError(answer["error"])
        decoder = wire.Decoder(body, self._resolve if is_detailed else None)
        result = decoder.value(answer["v"])
        return self._joined(result, decoder.graphs, answer.get("graphs", ()), encoder.mutable)

    def _joined(self, result: Any, results: list[tuple[int, Any]], graphs: Sequence[Any], sent: list[Any]) -> Any:
        """Return what a function of the test has returned; the graphs of its tensors are on the trusted side."""
        found = {}
        for number, tensor in results:
            callback, nodes = graphs[number]
            inputs = [sent[node] for node in nodes]
            found[id(tensor)] = joined(tensor, functools.partial(self._differentiate, callback), inputs)
        return replaced(result, found) if found else result

    def _differentiate(self, callback: int, gradient: Any) -> Any:
        return self._call_back(callback, (gradient,), {})

    # --- replies

    def _reply(
        self,
        number: int,
        result: Any,
        *,
        keep: bool,
        nodes: list[Node],
        is_kept: bool = False,
        kept: Sequence[int] = (),
        sources: Mapping[int, Any] = MappingProxyType({}),
    ) -> None:
        encoder = wire.Encoder(self._handle, max_body=self._max_result)
        encoder.is_special = self._is_special if self._is_detailed else None
        issued = self._held.next
        try:
            is_shared = is_kept and self._kept.has(result)
            if self._is_detailed:  # an argument that is returned is the test's own object
                same = [i for i, node in enumerate(nodes) if node.has_same_form()]
                same = [i for i in same if i not in sources or not nodes[i].changed()]  # it has another graph then
                encoder.known = {id(nodes[i].value): i for i in same}
            if keep or is_shared:
                tree = self._handle(result)
            elif id(result) in encoder.known:
                tree = {"a": encoder.known[id(result)]}
            else:
                tree = encoder.tree(result)
            parts, graphs = list(encoder.mutable), list(encoder.graphs)
            encoder.known = {id(node.value): i for i, node in enumerate(nodes)}
            changed = [[i, encoder.tree(node.value)] for i, node in enumerate(nodes) if node.changed()]
            aliases = [i for i, node in enumerate(nodes) if any(share_memory(node.value, part) for part in parts)]
            header = {"id": number, "v": tree, "w": changed, "al": aliases}
            if self._is_detailed:
                header |= self._also(encoder) | self._warnings()
                header |= self._kept.arguments(nodes, kept) | self._graphs(graphs, nodes, sources)
                header |= (
                    {} if keep or is_shared else self._kept.result(result) if is_kept else self._kept.parts(result)
                )
            self._send(wire.Kind.VALUE, header, encoder.buffers)
        except BaseException:
            self._drop(list(range(issued, self._held.next)))  # the trusted side does not know these handles
            raise

    def _warnings(self) -> dict[str, Any]:
        """Return the field of a reply with the warnings of its call."""
        warned, self._warned = self._warned, []
        return {"warns": warned} if warned else {}

    def _is_special(self, value: Any, depth: int) -> bool:
        return self._kept.is_special(value, depth) or (
            is_member_class(type(value)) and type.__dict__["__module__"].__get__(type(value)) in self._modules
        )

    def _also(self, encoder: wire.Encoder) -> dict[str, Any]:
        """Return what a reply with details adds: the text that the call printed to stdout and to stderr."""
        flush_output()
        printed = output.take_kept()
        encoder.known = {}
        texts = [encoder.tree(np.frombuffer(text, np.uint8)) for text in printed] if any(printed) else []
        return {"also": [texts, self._kept.changes(encoder)]}

    def _graphs(self, results: list[Any], nodes: list[Node], sources: Mapping[int, Any]) -> dict[str, Any]:
        """Return the field of a reply that gives the trusted side the graphs of results of autograd."""
        if not results or self._held.is_full():
            return {}
        inputs, numbers = graph_inputs([node.value for node in nodes], sources), [number for number, _ in self._passed]
        leaves = [*inputs.values(), *(source for _, source in self._passed)]
        made = [Graph(result, leaves) for result in results[:MAX_GRAPHS]]
        return {"graphs": [[self._handle(graph), list(inputs), numbers] for graph in made]}

    def _handle(self, value: Any) -> wire.Tree:
        if isinstance(value, Absent):
            value._use()
        name = type_name(type(value))
        handle = self._held.number_of(value)
        methods: list[str] = []
        if not handle:
            methods = self._methods(type(value))
            handle = self._held.hold(value)
        content: list[Any] = [handle, name, methods]
        if self._is_detailed:
            kind = type(value)
            sort = "shared" if handle in self._kept.values else sort_of(value)
            content += [self._held.number_of(kind) or self._held.hold(kind) if sort == "object" else 0, sort]
        return {"h": content, "call": callable(value)}

    def _methods(self, kind: type) -> list[str]:
        """Return the public methods of a class of the submission, so that the trusted side need not request each."""
        names = [
            name
            for base in mro(kind)
            if type.__dict__["__module__"].__get__(base) in self._modules
            for name, value in type.__dict__["__dict__"].__get__(base).items()
            if type(value) is FunctionType and isinstance(name, str) and not name.startswith("_")
        ]
        return [name[:MAX_TYPE].encode("utf-8", "replace").decode() for name in names[:MAX_METHODS]]

    def _fail(self, number: int, exc: BaseException) -> None:
        if isinstance(exc, MemoryError):
            if self._reserve is not None:
                self._reserve.close()
                self._reserve = None
            traceback.clear_frames(exc.__traceback__)  # their variables fill most of the memory
        header = {"id": number, **self._error(exc)}
        buffers: list[bytes | memoryview] = []
        if self._is_detailed:
            header |= self._exception(exc, buffers)
            header |= self._warnings()
        self._send(wire.Kind.ERROR, header, buffers)
        if self._reserve is None:
            with contextlib.suppress(OSError):
                self._reserve = _reserved()

    def _exception(self, exc: BaseException, buffers: list[bytes | memoryview]) -> dict[str, Any]:
        """Return the fields that a reply with details adds to an error: the exception itself and its arguments."""
        if isinstance(exc, MemoryError) or type(exc) is wire.Unsendable:
            output.take_kept()
            return {}
        exc.__traceback__ = None  # the trusted side may keep the exception, and nobody needs its frames
        issued = self._held.next
        try:
            encoder = wire.Encoder(self._handle, max_body=self._max_result)
            fields = {"exc": self._handle(exc)}
            try:
                fields["args"] = encoder.tree(contents(exc))
            except wire.Unsendable:
                encoder = wire.Encoder(self._handle, max_body=self._max_result)
            fields |= self._also(encoder)
            buffers += encoder.buffers
            return fields
        except wire.Unsendable:
            self._drop(list(range(issued, self._held.next)))
            return {}

    def _error(self, exc: BaseException) -> dict[str, Any]:
        if type(exc) is wire.Unsendable:
            text = str(exc)[: exceptions.MAX_TEXT]
            return {"type": "ReturnTypeError", "bases": [], "text": text, "lines": [], "own": False}
        return exceptions.describe(exc, self._files)


def _refuse(value: Any) -> None:
    """Encode nothing but plain data."""
