"""A bounded piece of ``make fuzz``, and that the fuzzer would say so if anything broke."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from pathlib import Path

import fuzz_wire
import pytest
from fuzz_wire import Mutator, fuzz, read

FRAMES = 20_000  # twice what reaches every border, see below; make fuzz reads a million
SCRIPT = Path(__file__).with_name("fuzz_wire.py")


@pytest.mark.slow
def test_mutated_frames_are_values_or_wire_errors() -> None:
    """In a process of its own, so that its peak of memory is that of the decoder."""
    command = [sys.executable, str(SCRIPT), "--frames", str(FRAMES), "--seed", "1"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    assert f"{FRAMES:,} frames, seed 1" in done.stdout and "peak memory" in done.stdout


def test_mutation_reaches_every_border() -> None:
    met = fuzz(10_000, 2)
    borders = (
        "value", "cut", "a header is not JSON: RecursionError", "a frame announces more bytes than are allowed",
        "an array outside the frame", "a shape that does not fit its bytes", "a shape of too many axes",
        "a negative size", "a value is too deep or has too many parts", "a value without a tag",
        "an integer is not written in at most 20 digits", "a float that is no hexadecimal float",
        "a value that only the trusted side may send", "a packed list of an unknown kind", "there is no frame of kind ",
    )  # fmt: skip
    assert [border for border in borders if not met[border]] == []
    assert met["value"] < 5_000  # most frames are really broken


def test_a_seed_names_its_frames() -> None:
    first, again, other = Mutator(3), Mutator(3), Mutator(4)
    frames = [first.frame() for _ in range(50)]
    assert frames == [again.frame() for _ in range(50)]
    assert frames != [other.frame() for _ in range(50)]


def test_any_other_exception_ends_the_run_with_the_frame() -> None:
    def reader(frame: bytes) -> str:
        if read(frame) == "a negative size":
            raise IndexError("off by one")
        return read(frame)

    with pytest.raises(AssertionError, match=r"frame \d+ of seed 0: IndexError: off by one\n[0-9a-f]+$"):
        fuzz(5_000, 0, reader=reader)


def test_memory_that_grows_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    peaks = itertools.chain([100.0], itertools.repeat(100.0 + fuzz_wire.GROWTH_MIB))
    monkeypatch.setattr(fuzz_wire, "peak_mib", lambda: next(peaks))
    with pytest.raises(AssertionError, match="memory grew by 256 MiB"):
        fuzz(1, 0)
