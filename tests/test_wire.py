"""The wire: what honest values become, and what a hostile peer can make of it: a WireError, never anything else."""

from __future__ import annotations

import collections
import enum
import json
import math
import string
import struct
import tracemalloc
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from autograder.guest import trees, wire
from autograder.guest.wire import Decoder, Encoder, Kind, Unsendable, WireError

MAX_BODY = 1 << 20


def nothing_else(value: Any) -> None:
    return None


def frame_of(value: Any, other: Callable[[Any], Any] = nothing_else) -> bytes:
    encoder = Encoder(other, max_body=MAX_BODY)
    header = {"v": encoder.tree(value)}
    return b"".join(wire.pack(Kind.VALUE, header, encoder.buffers))


def value_of(frame: bytes) -> Any:
    """Decode as the supervisor and the handle do, with every cap in place."""
    size = wire.HEAD.size
    if len(frame) < size:
        raise WireError("half a head")
    _, header_size, body_size = wire.unpack_head(frame[:size], max_body=MAX_BODY)
    if len(frame) < size + header_size + body_size:
        raise WireError("half a frame")
    header = wire.unpack_header(frame[size : size + header_size])
    if "v" not in header:
        raise WireError("no value")
    return Decoder(frame[size + header_size : size + header_size + body_size]).value(header["v"])


def there_and_back(value: Any) -> Any:
    return value_of(frame_of(value))


def same(a: Any, b: Any) -> bool:
    """Equal in kind, type and every bit, so that nan equals nan and -0.0 does not equal 0.0."""
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, float):
        return isinstance(b, float) and struct.pack("<d", a) == struct.pack("<d", b)
    if isinstance(a, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, dict):
        return isinstance(b, dict) and list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    return type(a) is type(b) and bool(a == b)


# --- round trips

FINITE_OR_NOT = st.floats(allow_nan=False) | st.just(math.nan)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
INT64 = st.integers(-(2**63), 2**64 - 1)
ARRAYS = npst.arrays(
    st.sampled_from(list(trees.DTYPES.values())), npst.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)
)
PLAIN = st.none() | st.booleans() | INT64 | FINITE_OR_NOT | TEXT | ARRAYS
VALUES = st.recursive(
    PLAIN,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(TEXT | INT64, inner, max_size=4)
        | st.lists(FINITE_OR_NOT, min_size=16, max_size=20)
        | st.lists(st.integers(-(2**63), 2**63 - 1), min_size=16, max_size=20).map(tuple)
    ),
    max_leaves=12,
)


@given(VALUES)
def test_plain_data_come_back_bit_for_bit(value: Any) -> None:
    assert same(value, there_and_back(value))


@given(ARRAYS, st.data())
def test_strided_fortran_and_big_endian_arrays_come_back_dense(array: np.ndarray, data: st.DataObject) -> None:
    view = array[tuple(slice(None, None, data.draw(st.sampled_from([1, -1, 2]))) for _ in array.shape)]
    for made in (view, np.asfortranarray(array), array.T, array.astype(array.dtype.newbyteorder(">"))):
        back = there_and_back(made)
        assert back.dtype == array.dtype and back.flags.c_contiguous and back.flags.owndata
        assert back.tobytes() == made.astype(array.dtype).tobytes()


def test_every_dtype_is_known_by_name_whatever_c_calls_it() -> None:
    assert len(trees.DTYPES) == 14
    for code in ("byte", "short", "intc", "long", "longlong", "ulonglong", "half", "single", "double", "cdouble"):
        array = np.ones(2, dtype=code)
        assert same(there_and_back(array), array)


@pytest.mark.parametrize("dtype", list(trees.DTYPES))
def test_numpy_scalars_stay_numpy_scalars(dtype: str) -> None:
    scalar = trees.DTYPES[dtype].type(1)
    back = there_and_back(scalar)
    assert type(back) is type(scalar) and back == scalar


def test_a_complex_number_stays_one() -> None:
    assert same(there_and_back(1 - 2j), 1 - 2j)


def test_long_lists_of_numbers_travel_as_bytes() -> None:
    long = [0.5] * trees.PACK_FROM
    encoder = Encoder(nothing_else, max_body=MAX_BODY)
    assert "p" in encoder.tree(long)
    assert len(encoder.buffers[0]) == 8 * trees.PACK_FROM
    # A list that mixes floats and ints would change an int into a float.
    assert "l" in encoder.tree([1, *long])
    assert there_and_back([1, *long])[0].__class__ is int
    assert there_and_back([2**63] * 20) == [2**63] * 20
    assert there_and_back([True] * 20) == [True] * 20


@pytest.mark.parametrize("kind", [np.float64, np.float32])
@pytest.mark.parametrize("base", [list, tuple])
def test_long_lists_of_numpy_scalars_travel_as_bytes_and_stay_numpy_scalars(base: type, kind: type) -> None:
    """A cost for each of 10,001 steps, none of them made a plain float: an ordinary answer."""
    costs = base(kind(1 / n) for n in range(1, 10002))
    back = there_and_back(costs)
    assert type(back) is base and back == costs
    assert {type(cost) for cost in back} == {kind}
    with pytest.raises(Unsendable, match="Use an array"):
        Encoder(nothing_else, max_body=1 << 30).tree([kind(0)] * (trees.MAX_PACKED + 1))


class Point(NamedTuple):
    x: float
    y: float


class Colour(enum.IntEnum):
    RED = 3


class Loud(str):
    def __str__(self) -> str:
        raise AssertionError("a subclass's own hooks are never asked")

    __len__ = __iter__ = __eq__ = __hash__ = __getitem__ = __str__  # type: ignore[assignment]


class LoudFloat(float):
    def __float__(self) -> float:
        raise AssertionError("a subclass's own hooks are never asked")

    __eq__ = __repr__ = __add__ = hex = __float__  # type: ignore[assignment]


class LoudList(list):  # type: ignore[type-arg]
    def __iter__(self) -> Any:
        raise AssertionError("a subclass's own hooks are never asked")

    __len__ = __getitem__ = __eq__ = __iter__  # type: ignore[assignment]


class LoudDict(dict):  # type: ignore[type-arg]
    def items(self) -> Any:
        raise AssertionError("a subclass's own hooks are never asked")

    __len__ = __iter__ = keys = values = __getitem__ = items  # type: ignore[assignment]


class LoudArray(np.ndarray):
    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise AssertionError("a subclass's own hooks are never asked")

    tobytes = astype = __array_function__ = __getitem__ = __array__


@pytest.mark.parametrize(
    ("value", "base"),
    [
        (Point(1.0, 2.0), (1.0, 2.0)),
        (collections.OrderedDict(a=1), {"a": 1}),
        (collections.Counter("aab"), {"a": 2, "b": 1}),
        (Colour.RED, 3),
        (Loud("quiet"), "quiet"),
        (LoudFloat(0.5), 0.5),
        (LoudList([1, 2]), [1, 2]),
        (LoudDict(a=1), {"a": 1}),
        (np.array([[1.0, 2.0]]).view(np.matrix), np.array([[1.0, 2.0]])),
        (np.arange(3.0).view(LoudArray), np.arange(3.0)),
        (np.array([1.0, 2.0]).view(np.recarray), np.array([1.0, 2.0])),
    ],
    ids=lambda value: type(value).__name__,
)
def test_subclasses_travel_as_their_base_and_say_so(value: Any, base: Any) -> None:
    encoder = Encoder(nothing_else, max_body=MAX_BODY)
    assert encoder.tree(value)["sub"] == type(value).__name__
    assert same(there_and_back(value), base)


def test_lone_surrogates_are_replaced_by_the_sender() -> None:
    assert there_and_back("a\ud800b") == "a?b"
    assert there_and_back({"\udfff": 1}) == {"?": 1}


def test_both_sides_number_mutable_nodes_alike() -> None:
    value = ([1.0] * 20, {"W": np.ones(2), "n": [[], (np.zeros(1), np.float64(2.0))]}, (1.0,) * 20)
    encoder = Encoder(nothing_else, max_body=MAX_BODY)
    tree = encoder.tree(value)
    decoder = Decoder(b"".join(encoder.buffers))
    decoder.value(tree)
    assert len(encoder.mutable) == 6
    assert all(same(a, b) for a, b in zip(encoder.mutable, decoder.mutable, strict=True))


# --- refusals


def cyclic() -> list[Any]:
    value: list[Any] = []
    value.append(value)
    return value


def deep() -> Any:
    value: Any = 0
    for _ in range(20):
        value = (value,)
    return value


@pytest.mark.parametrize(
    ("value", "remedy"),
    [
        (np.ma.masked_array([1.0], mask=[True]), "filled"),
        (np.array([None]), "dtype is object"),
        (np.array(["a"]), "dtype is <U1"),
        (np.array(["2020-01-01"], dtype="M8[D]"), "dtype is datetime64"),
        (np.zeros(2, dtype=[("a", "f8")]), "dtype is"),
        (np.zeros((1,) * 9), "9 axes"),
        (np.longdouble(1), "dtype is float128"),
        (deep(), "nested more than 16 deep"),
        (cyclic(), "contains itself"),
        (2**64, "more than 64 bits"),
        ("x" * 70_000, "70000 bytes"),
        ([()] * 5000, "more than 4096 parts"),
        ({1.5: 0}, "key of type float"),
        ({True: 0}, "key of type bool"),
        ({n: 0 for n in range(300)}, "more than 256 keys"),
        (object(), "object is no array"),
        (np.broadcast_to(0.0, (10**6, 10**6)), "8,000,000,000,000 bytes; at most"),
    ],
)
def test_what_cannot_travel_is_refused_with_a_remedy(value: Any, remedy: str) -> None:
    with pytest.raises(Unsendable, match=remedy):
        frame_of(value)


def test_a_value_is_refused_before_it_is_made_dense() -> None:
    giant = np.broadcast_to(np.float64(0), (1 << 12, 1 << 12))
    tracemalloc.start()
    try:
        with pytest.raises(Unsendable, match="bytes; at most"):
            frame_of(giant)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < giant.nbytes / 100


def test_many_references_to_one_array_count_many_times() -> None:
    with pytest.raises(Unsendable, match="bytes; at most"):
        frame_of([np.zeros(MAX_BODY // 80)] * 11)


def test_a_header_that_is_too_long_is_refused() -> None:
    with pytest.raises(Unsendable, match="Use one array"):
        frame_of(["x" * 60_000] * 5)


def test_an_object_that_lies_about_its_class_is_no_plain_data() -> None:
    class Liar:
        __class__ = property(lambda self: dict)  # type: ignore[assignment]

    with pytest.raises(Unsendable, match="Liar is no array"):
        frame_of(Liar())


# --- a hostile peer

BODY = 64
LONG = type("Long", (str,), {"__repr__": lambda self: "LONG"})("x" * 90_000)
WILD_INT = st.sampled_from([0, 1, 7, 8, BODY, -1, 2**31, 2**40, 2**62, 2**63, 2**64, 10**19]) | st.integers(-9, 99)
JUNK = (
    st.none()
    | st.booleans()
    | WILD_INT
    | st.sampled_from(["", "nan", "-0", "1_0", "１", "0x1p99999", " inf", "f8", "bool", "l", "u", "\ud800", LONG])
    | st.text(string.printable, max_size=5)
)
PIECE = st.tuples(
    st.sampled_from([*trees.DTYPES, "bf16", "O", "U8", "f16", ""]) | JUNK,
    st.lists(WILD_INT, max_size=10) | st.sampled_from(["l", "u"]) | JUNK,
    WILD_INT,
    WILD_INT | st.just(BODY),
).map(list)


def tagged(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    pairs = st.lists(st.tuples(JUNK | inner, inner).map(list), max_size=4)
    content = inner | JUNK | PIECE | st.lists(inner, max_size=5) | pairs
    tags = st.sampled_from(["i", "f", "s", "l", "u", "d", "n", "T", "p", "h", "c", "r", "sub", "", "x"])
    extras = st.fixed_dictionaries(
        {}, optional={"sub": JUNK | st.sampled_from(["scalar", "complex"]), "rg": JUNK, "leaf": JUNK}
    )
    return st.builds(lambda tag, content, more: {tag: content, **more}, tags, content, extras)


TREES = st.recursive(JUNK | PIECE.map(lambda piece: {"n": piece}), tagged, max_leaves=10)


def bounded(value: Any, most: int) -> bool:
    """Whether the arrays inside ``value`` hold at most ``most`` bytes."""

    def size(part: Any) -> int:
        if isinstance(part, dict):
            return sum(size(item) for item in part.values())
        if isinstance(part, (list, tuple)):
            return sum(size(item) for item in part)
        return int(getattr(part, "nbytes", 0))

    return size(value) <= most


@given(TREES)
@example({"n": ["f8", [0, 2**40, 2**40], 0, 0]})
@example({"n": ["f8", [2**32, 2**32, 0], 0, 0]})
@example({"p": ["f8", "l", 0, 2**62]})
@example({"p": ["f8", "l", True, 8]})
@example({"l": [{"n": ["f8", [8], 0, BODY]}] * 2})
@example({"n": ["f8", [8], 8, BODY]})
@example({"n": ["f8", [-8], 0, -BODY]})
@example({"n": ["f8", [True, 8], 0, BODY]})
@example({"d": [["a", None], ["a", None]]})
@example({"d": [[{"i": "1"}, None], [{"i": "01"}, None]]})
@example({"T": ["i8", [8], 0, BODY], "rg": True, "leaf": True})
@example({"sub": "scalar", "n": ["f8", [], 0, 8]})
@example({})
@example([])
@example({"i": 5})
@example({"s": "\ud800"})
@example({"h": [1, "x"]})
@example({"l": None})
@example({"d": {"a": 1}})
def test_any_tree_is_a_value_within_the_frame_or_a_wire_error(tree: Any) -> None:
    try:
        value = Decoder(bytes(range(BODY))).value(tree)
    except WireError:
        return
    assert bounded(value, BODY)


@pytest.mark.parametrize(
    "tree",
    [
        {"n": ["f8", [True, 8], 0, BODY]},
        {"n": ["f8", [8], False, BODY]},
        {"n": ["f8", [2**40, 0], 0, 0]},
        {"n": ["f8", [0, 2**40, 2**40], 0, 0]},
        {"n": ["f8", [8], 8, BODY]},
        {"n": ["f8", [-8], 0, -BODY]},
        {"n": ["f8", [4], 0, BODY]},
        {"n": ["O", [8], 0, BODY]},
        {"n": ["f8", [1] * 9, 0, 8]},
        {"l": [{"n": ["f8", [8], 0, BODY]}] * 2},
        {"p": ["f4", "l", 0, BODY]},
        {"p": ["f8", "d", 0, BODY]},
        {"p": ["f8", "l", 0, 12]},
        {"p": ["i8", "l", 0, BODY], "sub": "scalar"},
        {"p": ["f4", "l", 0, 6], "sub": "scalar"},
        {"d": [["a", None], ["a", None]]},
        {"d": [[{"i": "1"}, None], [{"i": "01"}, None]]},
        {"d": [[{"f": "0x1p+0"}, None]]},
        {"d": [["a"]]},
        {"d": [[str(n), None] for n in range(257)]},
        {"s": "\ud800"},
        {"s": LONG},
        {"i": 5},
        {"i": "123456789012345678901"},
        {"f": 1},
        {"f": "0x1p99999"},
        {"l": None},
        {"u": "ab"},
        {"sub": "scalar", "n": ["f8", [], 0, 8]},
        {"l": [{"l": []}] * 5000},
        {},
        [],
        5,
        "text",
    ],
    ids=lambda tree: repr(tree)[:40],
)
def test_trees_that_are_no_values(tree: Any) -> None:
    with pytest.raises(WireError):
        Decoder(bytes(BODY)).value(tree)


def test_a_tree_that_is_too_deep_is_no_value() -> None:
    tree: Any = None
    for _ in range(trees.MAX_DEPTH + 2):
        tree = {"l": [tree]}
    with pytest.raises(WireError):
        Decoder(b"").value(tree)


VALID = {
    "W": np.arange(6.0).reshape(2, 3),
    "flags": np.array([True, False]),
    "n": [1, 2.5, "é", None, (True, -3)],
    7: [0.25] * 20,
    "z": np.float32(3),
    "c": 1j,
}


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 7)), min_size=1, max_size=3))
def test_flipped_bits_are_a_value_or_a_wire_error(flips: list[tuple[int, int]]) -> None:
    frame = bytearray(frame_of(VALID))
    for where, bit in flips:
        frame[where % len(frame)] ^= 1 << bit
    try:
        value = value_of(bytes(frame))
    except WireError:
        return
    assert bounded(value, len(frame))


@given(st.integers(0, 10**6), st.binary(max_size=8))
def test_cut_and_patched_frames_are_a_value_or_a_wire_error(where: int, patch: bytes) -> None:
    frame = frame_of(VALID)
    where %= len(frame)
    for made in (frame[:where], frame[:where] + patch + frame[where + len(patch) :]):
        try:
            value = value_of(made)
        except WireError:
            continue
        assert bounded(value, len(frame) + 8)


@given(st.binary(max_size=200))
def test_random_headers_are_objects_or_wire_errors(text: bytes) -> None:
    try:
        header = wire.unpack_header(text)
    except WireError:
        return
    assert isinstance(header, dict)


@pytest.mark.parametrize(
    "text",
    [
        b"[]",
        b"1",
        b"null",
        b'{"v":NaN}',
        b'{"v":Infinity}',
        b'{"v":-Infinity}',
        b'{"v":1.5}',
        b'{"v":1e3}',
        b'{"v":1,"v":2}',
        b'{"v":{"i":"1","i":"2"}}',
        b'{"v":123456789012345678901}',
        b'{"v":' + b"9" * 5000 + b"}",
        b'{"v":"\xff"}',
        b'{"v":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"v":' + b'{"l":' * 30_000,
        b'{"v":1} {}',
        b"\xef\xbb\xbf{}",
        b"",
    ],
    ids=lambda text: repr(text[:14]),
)
def test_headers_that_are_not_our_json(text: bytes) -> None:
    with pytest.raises(WireError):
        wire.unpack_header(text)


@pytest.mark.parametrize(
    "head",
    [
        wire.HEAD.pack(b"AGW2", Kind.VALUE, 2, 0),
        wire.HEAD.pack(wire.MAGIC, 0, 2, 0),
        wire.HEAD.pack(wire.MAGIC, 200, 2, 0),
        wire.HEAD.pack(wire.MAGIC, Kind.VALUE, wire.MAX_HEADER + 1, 0),
        wire.HEAD.pack(wire.MAGIC, Kind.VALUE, 2, MAX_BODY + 1),
        wire.HEAD.pack(wire.MAGIC, Kind.VALUE, 2, 2**60),
    ],
)
def test_heads_that_are_refused_before_anything_is_read(head: bytes) -> None:
    with pytest.raises(WireError):
        wire.unpack_head(head, max_body=MAX_BODY)


@pytest.mark.parametrize(
    ("tree", "factor"),
    [
        ({"l": [{"n": ["f8", [1 << 16], 0, 1 << 19]}, {"n": ["f8", [1 << 16], 1 << 19, 1 << 19]}]}, 2),
        ({"l": [{"n": ["f8", [1 << 17], 0, 1 << 20]}] * 50}, 3),
        ({"n": ["f8", [1 << 40, 1 << 40, 0], 0, 0]}, 1),
        ({"n": ["i1", [2**40], 0, 2**40]}, 1),
    ],
)
def test_decoding_allocates_no_more_than_the_frame_holds(tree: Any, factor: int) -> None:
    body = bytes(1 << 20)
    tracemalloc.start()
    try:
        try:
            value = Decoder(body).value(tree)
        except WireError:
            value = None
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert bounded(value, len(body))
    assert peak <= factor * len(body)


def test_packed_numbers_are_few_enough_to_become_objects() -> None:
    """A packed float of 8 bytes becomes an object of 32: without a cap, 256 MB would become a gigabyte."""
    count = trees.MAX_PACKED + 1
    body = bytes(8 * count)
    with pytest.raises(WireError):
        Decoder(body).value({"p": ["f8", "l", 0, 8 * count]})
    half = 8 * (count // 2)
    with pytest.raises(WireError):
        Decoder(body).value({"l": [{"p": ["f8", "l", 0, half]}, {"p": ["f8", "u", half, 8 * count - half]}]})
    with pytest.raises(Unsendable, match="Use an array"):
        Encoder(nothing_else, max_body=1 << 30).tree([0.0] * count)


def test_an_empty_array_with_vast_other_axes_is_refused_on_both_sides() -> None:
    """A case's ``got.sum(axis=0)`` would make it dense on the trusted side."""
    with pytest.raises(WireError):
        Decoder(b"").value({"n": ["f8", [0, 10**10], 0, 0]})
    with pytest.raises(Unsendable, match="vast"):
        frame_of(np.empty((0, 10**10)))
    assert there_and_back(np.empty((0, 28, 28))).shape == (0, 28, 28)


def test_a_boolean_is_true_or_false_whatever_byte_was_sent() -> None:
    """What numpy makes of other bytes is open, and two equal masks would differ in them."""
    mask = Decoder(bytes([0, 1, 2, 255])).value({"n": ["bool", [4], 0, 4]})
    assert mask.tobytes() == bytes([0, 1, 1, 1])


def test_decoded_arrays_own_writable_memory() -> None:
    body = bytearray(16)
    array = Decoder(body).value({"n": ["f8", [2], 0, 16]})
    array += 1
    assert array.flags.owndata and bytes(body) == bytes(16)


def test_only_the_trusted_side_grants_callables_and_recipes() -> None:
    for tree in ({"h": [1, "x"]}, {"c": 1}, {"r": ["generator", []]}):
        with pytest.raises(WireError, match="unknown tag"):
            Decoder(b"").value(tree)


@given(st.text(max_size=30))
def test_integers_are_plain_ascii_digits(text: str) -> None:
    assume(not (text.lstrip("-").isascii() and text.lstrip("-").isdigit() and text.count("-") <= 1))
    with pytest.raises(WireError):
        Decoder(b"").value({"i": text})


# --- torch


@pytest.fixture(scope="module")
def torch() -> Any:
    return pytest.importorskip("torch")


TORCH_DTYPES = ("bool", "uint8", "int8", "int16", "int32", "int64")
TORCH_DTYPES += ("float16", "bfloat16", "float32", "float64", "complex64", "complex128")


@pytest.mark.parametrize("dtype", TORCH_DTYPES)
def test_tensors_come_back_bit_for_bit(torch: Any, dtype: str) -> None:
    for shape in ((), (0, 3), (2, 3)):
        tensor = torch.arange(math.prod(shape)).reshape(shape).to(getattr(torch, dtype))
        back = there_and_back(tensor)
        assert type(back) is torch.Tensor and back.dtype == tensor.dtype and back.shape == tensor.shape
        assert torch.equal(back, tensor) and not back.requires_grad


def test_views_of_tensors_come_back_dense(torch: Any) -> None:
    base = torch.arange(6.0).reshape(2, 3)
    turned = torch.view_as_complex(torch.arange(6.0).reshape(3, 2)).conj()
    for view in (base.T, base[:, ::2], base.expand(4, 2, 3), turned, turned.imag, torch._neg_view(base)):
        back = there_and_back(view)
        assert torch.equal(back, view.resolve_conj().resolve_neg()) and back.is_contiguous()


def test_leaves_keep_requires_grad_and_results_arrive_as_data(torch: Any) -> None:
    leaf = torch.ones(2, requires_grad=True)
    assert there_and_back(leaf).requires_grad
    assert not there_and_back(leaf * 2).requires_grad
    assert type(there_and_back(torch.nn.Parameter(torch.ones(2)))) is torch.Tensor
    assert there_and_back(torch.nn.Parameter(torch.ones(2))).requires_grad


def test_hooks_of_a_tensor_subclass_are_never_asked(torch: Any) -> None:
    class Loud(torch.Tensor):  # type: ignore[name-defined,misc]
        @classmethod
        def __torch_function__(cls, *args: Any, **kwargs: Any) -> Any:
            raise AssertionError("a subclass's own hooks are never asked")

    assert torch.equal(there_and_back(torch.arange(3.0).as_subclass(Loud)), torch.arange(3.0))


def test_tensors_that_cannot_travel(torch: Any) -> None:
    refused = [
        (torch.eye(2).to_sparse(), "sparse"),
        (torch.empty(2, device="meta"), "meta"),
        (torch.zeros(1).expand(10**6, 10**6), "bytes; at most"),
        (torch.empty(0, 10**10), "vast"),
        (torch.zeros((1,) * 9), "9 axes"),
        (torch.zeros(2, dtype=torch.float8_e4m3fn), "float8"),
    ]
    for tensor, remedy in refused:
        with pytest.raises(Unsendable, match=remedy):
            frame_of(tensor)


def test_boolean_tensors_are_true_or_false(torch: Any) -> None:
    mask = Decoder(bytes([0, 1, 2, 255])).value({"T": ["bool", [4], 0, 4]})
    assert mask.numpy().tobytes() == bytes([0, 1, 1, 1])


def test_the_header_of_a_frame_is_json_that_anybody_can_read() -> None:
    frame = frame_of({"a": (1, 2.5)})
    header = json.loads(frame[wire.HEAD.size :])
    assert header == {"v": {"d": [["a", {"u": [{"i": "1"}, {"f": "0x1.4000000000000p+1"}]}]]}}
