"""The wire: frames of a JSON header and a body of raw buffers, sent by the trusted side and by the worker.

A frame, little-endian: magic (4 bytes) | kind u8 | header length u32 | body length u64 | header (JSON, UTF-8) | body.

Values in a header are trees (``trees.py``). A tree tags everything but null, true and false::

    {"i": "-12"}  {"f": "0x1.8p+1"}  {"s": "text"}  {"l": [...]}  {"u": [...]}  {"d": [[key, tree], ...]}
    {"n": [dtype, shape, offset, length]}       numpy array; with "sub": "scalar" a numpy scalar
    {"T": [dtype, shape, offset, length]}       torch tensor; "rg": requires_grad, "leaf": is_leaf
    {"p": [dtype, "l" | "u", offset, length]}   list or tuple of plain floats or ints, packed; "sub": "scalar" as above
    {"u": [...], "sub": name, "names": [...]}    a named tuple; in requests and replies with details alone, as "g" of a
        tensor, its gradient: [dtype, shape, offset, length], and "of": the number of a result of autograd
    {"y": [offset, length]}                     bytes, in a reply with details
    {"h": [id, type name, methods]}  {"c": id}  {"r": [name, tree of arguments]}    handle, callable, recipe
    {"h": [id, type name, methods, id of its class, sort]}    handle in a reply with details; sort as in ``detail.py``
    {"a": n}                                    the argument's own mutable node n, inside one that was changed, and in a
        result with details

``"sub"`` names the type if a subclass was sent as its base type. Nothing is ever pickled, evaluated or imported.
The decoder faces a hostile peer: it checks every limit before it allocates anything, and whatever is wrong raises one
exception, :class:`WireError`. The encoder also runs in the worker; there it is a convenience, never a source of trust.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from enum import IntEnum
from typing import Any, NoReturn

from .decoder import Decoder
from .encoder import Encoder
from .trees import Tree, Unsendable, WireError, integer

__all__ = [
    "HEAD",
    "MAGIC",
    "MAX_CALLBACK",
    "MAX_HEADER",
    "Decoder",
    "Encoder",
    "Kind",
    "Tree",
    "Unsendable",
    "WireError",
    "pack",
    "unpack_head",
    "unpack_header",
]

MAGIC = b"AGW1"
HEAD = struct.Struct("<4sBIQ")
MAX_HEADER = 256 * 1024  # bytes
MAX_CALLBACK = 1 << 24  # bytes of the body of a CB frame; all of a case count together with the answers


class Kind(IntEnum):
    """The kind of a frame, below 64 to the worker and above from it; behind each, the fields of its header.

    An error is {type, bases: its builtin base classes, text, lines: [[file, line, function, source], ...], skipped:
    how many lines are left out between the first three and the last five, shapes: [[name, shape], ...] of arrays in the
    last line, own: false if the call raised it before any code of the submission ran, as with a wrong number of
    arguments, through: the packages below the student's last line, newer: the name of the newer syntax that an older
    Python cannot read, or ""}. VALUE and ERROR have out: the bytes that the call printed, if it printed.

    A CALL or GET with also: true asks for replies with details. VALUE and ERROR then have also: [[tree, tree], [[id,
    tree], ...]], the text that was printed to stdout and to stderr as arrays of bytes, or [], and the values that both
    sides hold (``shared.py``) and that have changed; and warns: [[[class, ...], text], ...], the warnings of the call,
    with their classes from the nearest on as "module:name". VALUE has ref: id of the result, parts: [[index, id], ...]
    of its items, kept: [[node, id], ...] of arguments, if both sides hold them from now on, and graphs: [[tree of a
    handle, [node, ...], [id, ...]], ...], for each result of autograd its graph and the arguments that may be in it.
    ERROR has exc: tree of the handle of the exception, and args: tree of the list of its arguments, if they can be
    sent. A CB may name objects, and before its CBVALUE other calls may come.
    """

    # main, seed, modules: [[name, file, offset, length], ...], notebooks: [name, ...], limits: [cell_s, load_s], skip:
    # [[module, first, last], ...] numbers of top-level statements, careful: whether to send AT before each statement,
    # packages: [name, ...] that the submission can import, or null for all; held: whether the cells of the notebook
    # ``main`` wait for RUN; if there are other files, files: [[length of the name, length], ...], whose names and
    # contents follow the modules in the body
    LOAD = 1
    CALL = 2  # id: of the first call, seed, drop: [handle, ...], calls: [{h, r, f, a, k, keep}, ...]
    GET = 3  # id, seed, drop, h: handle or null for the module, name
    # v: tree, or error: text; with details also type: of the builtin exception, and text: its own; graphs: [[cb, [node,
    # ...]], ...], for each result of autograd the function that takes its gradient, and the arguments in its graph
    CBVALUE = 4
    RUN = 5  # cell: the number of a cell of a held notebook; the answer is HELLO, about this cell alone, or LOADFAIL
    # names: [[name, "callable" | "data"], ...], incidents: [[module, statement, line, kind, type, text], ...], skip
    HELLO = 65
    LOADFAIL = 66  # the fields of an error
    VALUE = (
        67  # id, v: tree, w: [[node, tree], ...] changed, al: [node, ...] arguments that share memory with the result
    )
    ERROR = 68  # id and the fields of an error
    CB = 69  # cb: id of the callable, a: [tree, ...], k: [[name, tree], ...]
    AT = 70  # module, statement, line: of the statement that the worker is about to run


def pack(kind: Kind, header: dict[str, Any], buffers: list[bytes | memoryview]) -> list[bytes | memoryview]:
    """Return the pieces of one frame, ready for ``sendmsg`` or ``b"".join``.

    Raises:
        Unsendable: the header is too long.
    """
    text = _ENCODER.encode(header).encode()
    if len(text) > MAX_HEADER:
        raise Unsendable(f"it describes itself in {len(text)} bytes; {MAX_HEADER} are the most. Use one array")
    return [HEAD.pack(MAGIC, kind, len(text), sum(len(b) for b in buffers)), text, *buffers]


def unpack_head(head: bytes, *, max_body: int) -> tuple[Kind, int, int]:
    """Return kind, header length and body length of a frame from its first ``HEAD.size`` bytes.

    Raises:
        WireError: the magic bytes or the kind are wrong, or a length is too large.
    """
    magic, kind, header, body = HEAD.unpack(head)
    if magic != MAGIC:
        raise WireError("a frame does not begin with the magic bytes")
    if header > MAX_HEADER or body > (min(max_body, MAX_CALLBACK) if kind == Kind.CB else max_body):
        raise WireError("a frame announces more bytes than are allowed")
    try:
        return Kind(kind), header, body
    except ValueError:
        raise WireError(f"there is no frame of kind {kind}") from None


def unpack_header(text: bytes) -> dict[str, Any]:
    """Return the header of a frame.

    Bare numbers are integers of at most 20 digits (sizes, ids); floats and constants occur only inside a tag, as text.

    Raises:
        WireError: the text is not a JSON object of this kind, or a key occurs twice.
    """
    try:
        header = _DECODER.decode(text.decode("utf-8"))
    except (ValueError, RecursionError) as exc:
        raise WireError(f"a header is not JSON: {type(exc).__name__}") from None
    if not isinstance(header, dict):
        raise WireError("a header is not an object")
    return header


def _refuse(what: str) -> Callable[[str], NoReturn]:
    def refuse(text: str) -> NoReturn:
        raise WireError(f"{what} outside a tag")

    return refuse


def _bare_integer(text: str) -> int:
    # The JSON scanner has found an integer; only its length remains to be checked.
    return int(text) if len(text) <= 20 else integer(text)


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise WireError("a header names a key twice")
    return result


# Built once: that takes longer than a small header.
_ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False)
_DECODER = json.JSONDecoder(
    parse_constant=_refuse("a constant"),
    parse_float=_refuse("a float"),
    parse_int=_bare_integer,
    object_pairs_hook=_no_duplicates,
)
