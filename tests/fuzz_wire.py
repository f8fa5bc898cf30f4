"""Throw mutated frames at what the trusted side reads from a worker: all it may ever do is refuse them.

    python tests/fuzz_wire.py [--frames 1000000] [--seed 0]

Every frame of a small corpus is taken apart, changed and put together again: in its bits, in its lengths, in its JSON.
Then it is read as the supervisor and the handle read it. Anything but a value or a WireError ends the run with the
frame in hexadecimal, and so does memory that grows by more than GROWTH_MIB.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from autograder.guest import trees, wire
from autograder.guest.wire import Decoder, Encoder, Kind, WireError

GROWTH_MIB = 256  # 16 times what a reply may hold (Limits.result_mib): no frame of a few kilobytes comes near it
MAX_BODY = 256 * 1024 * 1024
LONGEST = 4096  # of the lists and strings that mutation repeats, so that no frame grows from step to step

# What a hostile peer would try: the borders of every cap, and what is no plain value at all.
NUMBERS = [0, -1, 1, 7, 8, 15, 16, 17, 255, 256, 4095, 4096, 4097, 2**20, 2**31, 2**32, 2**40, 2**40 + 1, 2**63, 2**64]
NUMBERS += [10**19, 10**20, 10**30, -(2**63)]
TEXTS = ["", "0", "-", "+1", "1_0", "٣", "9" * 21, "0x1p0", "nan", "-inf", "0x1p9999", "\ud800", "\x00", "é" * 40]
TEXTS += [*trees.DTYPES, "bf16", "O", "U4", "datetime64[s]", "l", "u", "scalar", "complex"]
TAGS = ["i", "f", "s", "l", "u", "d", "n", "T", "p", "h", "c", "r", "a", "sub", "rg", "leaf", "x", ""]
ODD = [None, True, False, 0.5, float("nan"), [], {}, [[]], [{}], {"": 0}]


def corpus() -> list[bytes]:
    """Frames that a worker may well send: values of every tag, errors, a list of names, a callback."""
    values: list[Any] = [
        None, True, 0, -(2**63), 2**64 - 1, 0.1, float("nan"), "text", "", [], (), {}, [1, 2.5, "x", None, (True,)],
        {"w": np.ones((2, 3)), 3: {"deep": [np.float32(1), 2j]}}, list(range(40)), tuple(map(float, range(20))),
        np.zeros((0, 5)), np.array(7), *(np.ones((2, 2), dtype) for dtype in trees.DTYPES.values()),
        torch.ones(3, requires_grad=True), torch.ones(2, 2).bfloat16(), torch.arange(4), np.float32(1),
        [[[[[[[["deep"]]]]]]]], object(),
    ]  # fmt: skip
    frames = []
    for value in values:
        encoder = Encoder(lambda other: {"h": [1, type(other).__name__], "call": False}, max_body=MAX_BODY)
        header = {"id": 1, "v": encoder.tree(value), "w": [[0, encoder.tree(value)]], "al": [0]}
        frames.append(b"".join(wire.pack(Kind.VALUE, header, encoder.buffers)))
    error = {
        "type": "ValueError", "bases": ["ValueError", "Exception"], "text": "no", "own": True,
        "lines": [["answer.py", 3, "f", "raise ValueError('no')"]],
    }  # fmt: skip
    frames.append(b"".join(wire.pack(Kind.ERROR, {"id": 1, **error}, [])))
    frames.append(b"".join(wire.pack(Kind.LOADFAIL, error, [])))
    frames.append(b"".join(wire.pack(Kind.HELLO, {"names": [["f", "callable"], ["N", "data"]]}, [])))
    encoder = Encoder(lambda other: None, max_body=MAX_BODY)
    called = {"cb": 1, "a": [encoder.tree(np.ones(3))], "k": [["lr", encoder.tree(0.1)]]}
    frames.append(b"".join(wire.pack(Kind.CB, called, encoder.buffers)))
    return frames


# --- reading, as the trusted side does


def read(frame: bytes) -> str:
    """Return what became of a frame: "value", "cut" (the trusted side would wait for more) or WireError's sentence."""
    size = wire.HEAD.size
    if len(frame) < size:
        return "cut"
    try:
        _, header_size, body_size = wire.unpack_head(frame[:size], max_body=MAX_BODY)
        if len(frame) < size + header_size + body_size:
            return "cut"
        header = wire.unpack_header(frame[size : size + header_size])
        decoder = Decoder(frame[size + header_size : size + header_size + body_size], handle)
        for tree in trees_of(header):
            decoder.value(tree)
    except WireError as refused:
        return str(refused).rstrip("0123456789")  # "there is no frame of kind 7"
    return "value"


def handle(tag: str, content: Any) -> Any:
    """Build what only the handle can build; like there, a handle is two checked fields and all else is refused."""
    if tag == "h" and isinstance(content, list) and len(content) == 2 and type(content[0]) is int:
        return content[0]
    raise WireError("a value that only the trusted side may send")


def trees_of(header: dict[str, Any]) -> list[Any]:
    """Everything in a header that the trusted side decodes, whatever its form."""
    found = [header.get("v")]
    for key in ("a", "k", "w"):
        part = header.get(key)
        for item in part if isinstance(part, list) else []:
            found.append(item[1] if isinstance(item, list) and len(item) == 2 else item)
    return found


# --- mutation


class Mutator:
    """Makes a new frame of an old one; the same seed makes the same frames."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.frames = corpus()
        self._parts = [(frame[:17], *split(frame)) for frame in self.frames]

    def frame(self) -> bytes:
        rng = self.rng
        draw = rng.random()
        if draw < 0.15:
            return self._bytes(rng.choice(self.frames))
        head, text, body = rng.choice(self._parts)
        if draw < 0.25:
            text = self._bytes(text)
        elif draw < 0.26:
            text = b'{"v":' + rng.choice((b"[", b'{"l":[', b'{"":')) * rng.randrange(1, 20_000)
        else:
            header = json.loads(text)
            for _ in range(rng.choice((1, 1, 2, 4))):
                header = self._json(header, 0)
            text = json.dumps(header).encode("utf-8", "surrogatepass")
        if rng.random() < 0.2:
            body = self._bytes(body)
        lengths = [len(text), len(body)]
        if rng.random() < 0.02:
            lengths[rng.randrange(2)] = abs(rng.choice(NUMBERS)) % 2**32
        return wire.HEAD.pack(head[:4], head[4], *lengths) + text + body

    def _bytes(self, data: bytes) -> bytes:
        rng = self.rng
        made = bytearray(data)
        for _ in range(rng.choice((1, 1, 2, 8))):
            at = rng.randrange(len(made) + 1)
            match rng.randrange(5):
                case 0 if at < len(made):
                    made[at] ^= 1 << rng.randrange(8)
                case 1 if at < len(made):
                    made[at] = rng.choice(b'\x00\xff{}[]",:0-e')
                case 2:
                    del made[at : at + rng.randrange(1, 16)]
                case 3:
                    made[at:at] = rng.randbytes(rng.randrange(1, 16))
                case _ if len(made) < LONGEST:
                    made[at:at] = made[at : at + rng.randrange(1, 64)] * rng.randrange(1, 4)
        return bytes(made)

    def _json(self, node: Any, depth: int) -> Any:
        """Change one place: walk down at random, then replace, drop, double or nest what stands there."""
        rng = self.rng
        if isinstance(node, dict) and node and (not depth or rng.random() < 0.8):
            # At the top mostly into what is decoded: the other fields are checked elsewhere.
            keys = [key for key in ("v", "w", "a", "k") if key in node and not depth and rng.random() < 0.9]
            return self._entry(dict(node), rng.choice(keys or list(node)), depth)
        if isinstance(node, list) and node and rng.random() < 0.8:
            made = list(node)
            at = rng.randrange(len(made))
            match rng.randrange(8):
                case 0:
                    del made[at]
                case 1 if len(made) * 64 <= LONGEST:
                    made[at : at + 1] = [made[at]] * rng.choice((2, 3, 64))
                case _:
                    made[at] = self._json(made[at], depth + 1)
            return made
        return self._leaf(node)

    def _entry(self, made: dict[str, Any], key: str, depth: int) -> dict[str, Any]:
        rng = self.rng
        match rng.randrange(8):
            case 0:
                del made[key]
            case 1:
                made[rng.choice(TAGS)] = made.pop(key)
            case 2:
                made = {rng.choice(TAGS): rng.choice(NUMBERS), **made}  # the first key is the tag
            case _:
                made[key] = self._json(made[key], depth + 1)
        return made

    def _leaf(self, node: Any) -> Any:
        rng = self.rng
        match rng.randrange(8):
            case 0 | 1:
                return rng.choice(NUMBERS)
            case 2:
                return str(rng.choice(NUMBERS))
            case 3:
                return rng.choice(TEXTS)
            case 4:
                return rng.choice(ODD)
            case 5:
                return {rng.choice(TAGS): node}
            case 6:
                deep, kind = rng.choice((1, 2, 20, 60)), rng.randrange(3)
                for _ in range(deep):
                    node = ([node], {"l": [node]}, {"d": [["k", node]]})[kind]
                return node
            case _:
                return node + rng.choice((-1, 1)) if type(node) is int else [node]


def split(frame: bytes) -> tuple[bytes, bytes]:
    _, header, _ = wire.unpack_head(frame[: wire.HEAD.size], max_body=MAX_BODY)
    return frame[wire.HEAD.size : wire.HEAD.size + header], frame[wire.HEAD.size + header :]


# --- the run


def peak_mib() -> float:
    """The most memory that this process ever held."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def fuzz(frames: int, seed: int, *, reader: Callable[[bytes], str] = read) -> Counter[str]:
    """Read this many mutated frames; return how often each outcome was met. AssertionError names the frame that broke.

    Each outcome comes from ``reader``, so that a test can put a broken one in its place.
    """
    mutator = Mutator(seed)
    for frame in mutator.frames:
        assert reader(frame) == "value", frame.hex()  # a corpus that is refused would test nothing
    before = peak_mib()
    met: Counter[str] = Counter()
    for number in range(frames):
        frame = mutator.frame()
        try:
            met[reader(frame)] += 1
        except Exception as exc:
            raise AssertionError(f"frame {number} of seed {seed}: {type(exc).__name__}: {exc}\n{frame.hex()}") from exc
    grown = peak_mib() - before
    assert grown < GROWTH_MIB, f"memory grew by {grown:.0f} MiB"
    return met


def main() -> None:
    """Fuzz and print figures."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    arguments.add_argument("--frames", type=int, default=1_000_000)
    arguments.add_argument("--seed", type=int, default=0)
    options = arguments.parse_args()
    started, cpu = time.monotonic(), time.process_time()
    met = fuzz(options.frames, options.seed)
    seconds, cpu = time.monotonic() - started, time.process_time() - cpu
    for outcome, count in met.most_common():
        print(f"{count:>10,}  {outcome}")
    print(f"{options.frames:,} frames, seed {options.seed}, {options.frames / seconds:,.0f} frames/s", end="")
    print(f" ({options.frames / cpu:,.0f} per CPU second), peak memory {peak_mib():.0f} MiB")


if __name__ == "__main__":
    main()
