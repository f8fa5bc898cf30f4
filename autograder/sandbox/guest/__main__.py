"""The worker's side of the wall: load one submission, then serve calls, one at a time, until killed.

Runs in a process forked for one submission (``sandbox/zygote.py``). Only the standard library, numpy or torch and the
files of this folder are imported; the student's modules arrive over the socket and live in memory alone.
"""

from __future__ import annotations

import builtins
import contextlib
import importlib.abc
import importlib.machinery
import importlib.util
import linecache
import os
import random
import socket
import sys
from collections.abc import Callable, Sequence
from types import CodeType, ModuleType, TracebackType
from typing import Any

import numpy as np

from . import wire
from .recipes import RECIPES

MAX_TYPE, MAX_TEXT = 80, 2000  # characters of an error's type and text
MAX_TO_WORKER = 2**33  # bytes of one frame from the trusted side, which is trusted


class Submission(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """The student's modules, importable from memory, so that one file may import another."""

    def __init__(self, sources: dict[str, tuple[str, bytes]]) -> None:
        self.sources = sources  # module name -> (file name, source)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname not in self.sources:
            return None
        return importlib.util.spec_from_loader(fullname, self, origin=self.sources[fullname][0])

    def exec_module(self, module: ModuleType) -> None:
        file, source = self.sources[module.__name__]
        module.__file__ = file
        text = source.decode("utf-8")  # UnicodeDecodeError is told apart by the trusted side
        # pytest, inspect and tracebacks find the lines here; there is no such file to read.
        linecache.cache[file] = (len(source), None, text.splitlines(keepends=True), file)
        code: CodeType = compile(text, file, "exec", dont_inherit=True)
        exec(code, module.__dict__)

    @property
    def files(self) -> set[str]:
        return {file for file, _ in self.sources.values()}


class Guest:
    """Serves one connection. ``objects`` are what the trusted side holds handles to."""

    def __init__(self, connection: socket.socket, *, max_result: int, max_handles: int) -> None:
        self._connection = connection
        self._max_result = max_result
        self._max_handles = max_handles
        self._objects: dict[int, Any] = {}
        self._ids: dict[int, int] = {}  # id() of a held object -> its handle, so that one object has one handle
        self._next = 1
        self._files: set[str] = set()
        self._module: ModuleType | None = None

    def serve(self) -> None:
        while True:
            self.step()

    def step(self) -> None:
        """Receive one request and answer it."""
        kind, header, body = self._receive()
        if kind is wire.Kind.LOAD:
            self._load(header, body)
        elif kind is wire.Kind.CALL:
            if header["seed"] is not None:
                reseed(header["seed"])
            for handle in header["drop"]:
                self._ids.pop(id(self._objects.pop(handle, None)), None)
            decoder = wire.Decoder(body, self._resolve)
            for number, call in enumerate(header["calls"], header["id"]):
                if not self._call(number, call, decoder):
                    break  # the case sees the exception of this call, as it would in a loop of its own
        elif kind is wire.Kind.GET:
            self._get(header)

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
                os._exit(0)  # the trusted side is gone, so nobody waits for an answer
            view = view[got:]
        return data

    def _send(self, kind: wire.Kind, header: dict[str, Any], buffers: list[bytes | memoryview]) -> None:
        flush_output()  # what was printed during a call reaches the pipe before the answer reaches the socket
        self._connection.sendall(b"".join(wire.pack(kind, header, buffers)))

    # --- requests

    def _load(self, header: dict[str, Any], body: bytearray) -> None:
        view = memoryview(body)
        sources = {name: (file, bytes(view[offset : offset + size])) for name, file, offset, size in header["modules"]}
        submission = Submission(sources)
        self._files = submission.files
        sys.meta_path.insert(0, submission)
        try:
            if any(b"torchvision" in source for _, source in sources.values()):
                self._tolerate_torchvision()
            self._module = importlib.import_module(header["main"])
        except BaseException as exc:
            self._send(wire.Kind.LOADFAIL, self._error(exc), [])
            return
        names = {
            name: "callable" if callable(value) else "data"
            for name, value in vars(self._module).items()
            if not name.startswith("_") and not isinstance(value, ModuleType)
        }
        self._send(wire.Kind.HELLO, {"names": [[n, k] for n, k in names.items()][:1000]}, [])

    @staticmethod
    def _tolerate_torchvision() -> None:
        from .torchvision_import import import_torchvision

        with contextlib.suppress(ImportError):  # not installed: the student's own import says so, at its line
            import_torchvision()

    def _get(self, header: dict[str, Any]) -> None:
        try:
            owner = self._module if header["h"] is None else self._objects[header["h"]]
            value = getattr(owner, header["name"])
            self._reply(header["id"], value, keep=False, arguments=[], before=[])
        except BaseException as exc:
            self._fail(header["id"], exc)

    def _call(self, number: int, call: dict[str, Any], decoder: wire.Decoder) -> bool:
        """Make one call and answer it; False when it raised."""
        try:
            first = len(decoder.mutable)
            arguments = [decoder.value(tree) for tree in call["a"]]
            named = {name: decoder.value(tree) for name, tree in call["k"]}
            mutable = decoder.mutable[first:]
            before = [_snapshot(node) for node in mutable]
            function = self._function(call)
            result = function(*arguments, **named)
            self._reply(number, result, keep=bool(call["keep"]), arguments=mutable, before=before)
            return True
        except BaseException as exc:
            self._fail(number, exc)
            return False

    def _function(self, call: dict[str, Any]) -> Callable[..., Any]:
        target: Any = self._module if call["h"] is None else self._objects[call["h"]]
        if call["r"] is not None:
            return RECIPES[call["r"]]
        found: Callable[..., Any] = target if call["f"] is None else getattr(target, call["f"])
        return found

    def _resolve(self, tag: str, content: Any) -> Any:
        """Turn a handle, a callable or a recipe of the trusted side into the real thing."""
        if tag == "h":
            return self._objects[content]
        if tag == "c":
            return lambda *args, **kwargs: self._call_back(content, args, kwargs)
        name, arguments = content
        return RECIPES[name](*arguments)

    def _call_back(self, callback: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Ask the trusted side for the value of its function; arguments and result are plain data."""
        encoder = wire.Encoder(lambda value: None, max_body=self._max_result)
        header = {
            "cb": callback,
            "a": [encoder.tree(arg) for arg in args],
            "k": [[name, encoder.tree(arg)] for name, arg in kwargs.items()],
        }
        self._send(wire.Kind.CB, header, encoder.buffers)
        kind, answer, body = self._receive()
        assert kind is wire.Kind.CBVALUE
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return wire.Decoder(body).value(answer["v"])

    # --- replies

    def _reply(self, number: int, result: Any, *, keep: bool, arguments: list[Any], before: list[Any]) -> None:
        encoder = wire.Encoder(self._handle, max_body=self._max_result)
        tree = self._handle(result) if keep else encoder.tree(result)
        produced = list(encoder.mutable)
        changed = [
            [i, encoder.tree(node)]
            for i, (node, old) in enumerate(zip(arguments, before, strict=True))
            if not _same(old, _snapshot(node))
        ]
        aliases = [i for i, node in enumerate(arguments) if any(_share(node, made) for made in produced)]
        header = {"id": number, "v": tree, "w": changed, "al": aliases}
        self._send(wire.Kind.VALUE, header, encoder.buffers)

    def _handle(self, value: Any) -> wire.Tree:
        name = type(value).__name__[:MAX_TYPE]
        known = self._ids.get(id(value))
        if known is None:
            if len(self._objects) >= self._max_handles:
                raise wire.Unsendable(f"more than {self._max_handles} objects are held at once")
            known, self._next = self._next, self._next + 1
            self._objects[known] = value
            self._ids[id(value)] = known
        return {"h": [known, name], "call": callable(value)}

    def _fail(self, number: int, exc: BaseException) -> None:
        self._send(wire.Kind.ERROR, {"id": number, **self._error(exc)}, [])

    def _error(self, exc: BaseException) -> dict[str, Any]:
        """Describe an exception in plain, short text, formatted here: ``str(exc)`` is the student's code as well."""
        if isinstance(exc, wire.Unsendable):
            return {"type": "ReturnTypeError", "bases": [], "text": str(exc)[:MAX_TEXT], "lines": [], "own": False}
        try:
            text = str(exc)[:MAX_TEXT]
        except BaseException as broken:
            text = f"(its text cannot be shown: {type(broken).__name__})"
        bases = [base.__name__ for base in type(exc).__mro__ if getattr(builtins, base.__name__, None) is base]
        lines = self._student_lines(exc)
        return {
            "type": str(type(exc).__name__)[:MAX_TYPE].encode("utf-8", "replace").decode(),
            "bases": bases,
            "text": text.encode("utf-8", "replace").decode(),
            "lines": lines,
            "own": exc.__traceback__ is not None and bool(self._frames(exc.__traceback__)),
        }

    def _student_lines(self, exc: BaseException) -> list[list[Any]]:
        """The innermost five of the student's own lines: [file, line, function, source]."""
        if isinstance(exc, SyntaxError) and exc.filename in self._files:
            text = (exc.text or "").strip()[:200].encode("utf-8", "replace").decode()
            return [[exc.filename, exc.lineno or 0, "", text]]
        frames = self._frames(exc.__traceback__)
        return [
            [file, line, function[:MAX_TYPE], linecache.getline(file, line).strip()[:200]]
            for file, line, function in frames[-5:]
        ]

    def _frames(self, traceback: TracebackType | None) -> list[tuple[str, int, str]]:
        found = []
        while traceback is not None:
            code = traceback.tb_frame.f_code
            if code.co_filename in self._files:
                found.append((code.co_filename, traceback.tb_lineno, code.co_name))
            traceback = traceback.tb_next
        return found


def reseed(seed: int) -> None:
    """Seed every global generator, so that a case gives the same result whatever ran before it."""
    random.seed(seed)
    np.random.seed(seed)
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.manual_seed(seed)


def flush_output() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(BaseException):  # the student may have put anything in its place
            stream.flush()


def _snapshot(node: Any) -> Any:
    """What tells whether a mutable node was changed: the bytes of an array, the identities inside a container."""
    if isinstance(node, np.ndarray):
        return (node.shape, node.tobytes())
    if isinstance(node, dict):
        return [(key, id(item)) for key, item in node.items()]
    if isinstance(node, list):
        return [id(item) if not isinstance(item, (int, float)) else item for item in node]
    torch = sys.modules["torch"]
    return (tuple(node.shape), node.detach().clone().contiguous().reshape(-1).view(torch.uint8))


def _same(old: Any, new: Any) -> bool:
    if isinstance(old, tuple) and not isinstance(old[1], bytes):
        return old[0] == new[0] and bool((old[1] == new[1]).all())  # bytes, so that nan equals nan
    return bool(old == new)


def _share(argument: Any, made: Any) -> bool:
    """Whether an argument and a part of the result are, or share the memory of, the same thing."""
    if argument is made:
        return True
    if isinstance(argument, np.ndarray) and isinstance(made, np.ndarray):
        return bool(np.may_share_memory(argument, made))
    torch = sys.modules.get("torch")
    if torch is None or not isinstance(argument, torch.Tensor) or not isinstance(made, torch.Tensor):
        return False
    return bool(argument.untyped_storage().data_ptr() == made.untyped_storage().data_ptr() and argument.numel())


def serve(fd: int, *, max_result: int, max_handles: int) -> None:
    """Serve the connection on ``fd``; never returns but by :func:`os._exit`."""
    Guest(socket.socket(fileno=fd), max_result=max_result, max_handles=max_handles).serve()


def rehearse() -> None:
    """Load a small module and call it once, all in this process, so that forked workers find every step warm."""
    ours, theirs = socket.socketpair()
    source = b"import numpy as np\ndef f(x):\n    return {'y': -x}\n"
    guest = Guest(theirs, max_result=1 << 20, max_handles=8)
    finders = list(sys.meta_path)
    try:
        load = {"main": "rehearsal", "modules": [["rehearsal", "rehearsal.py", 0, len(source)]]}
        ours.sendall(b"".join(wire.pack(wire.Kind.LOAD, load, [source])))
        guest.step()
        for name in ("f", "missing"):
            encoder = wire.Encoder(lambda value: None, max_body=1 << 20)
            call = {"h": None, "r": None, "f": name, "a": [encoder.tree(np.ones((2, 2)))], "k": [], "keep": False}
            header = {"id": 1, "seed": 0, "drop": [], "calls": [call]}
            ours.sendall(b"".join(wire.pack(wire.Kind.CALL, header, encoder.buffers)))
            guest.step()
    finally:
        sys.meta_path[:] = finders
        sys.modules.pop("rehearsal", None)
        linecache.clearcache()
        ours.close()
        theirs.close()
