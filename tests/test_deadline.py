"""Opening any submission ends, even if a reader meets a text that it is too slow for."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import tiny_course

from autograder.course import deadline, notebook, submission
from autograder.errors import SubmissionRejected
from autograder.messages import say


def endless(source: bytes) -> None:
    while True:
        pass


def quadratic(source: bytes) -> None:
    re.search("a*b", "a" * 200_000)


@pytest.mark.slow
@pytest.mark.parametrize("read", [endless, quadratic])
def test_a_reader_that_takes_too_long_refuses_the_submission(
    read: Callable[[bytes], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadline, "OPEN_S", 0.1)
    monkeypatch.setattr(notebook, "read_script", read)
    path = tiny_course.write(tmp_path / "tiny.py", "x = 1\n")
    with pytest.raises(SubmissionRejected) as caught:
        submission.open(path, tiny_course.make(tmp_path / "course").load())
    assert str(caught.value).startswith(say("submission.slow"))


def test_nothing_is_left_of_the_deadline() -> None:
    before = signal.getsignal(signal.SIGVTALRM)
    with deadline.reading():
        assert signal.getitimer(signal.ITIMER_VIRTUAL)[0] > 0
    assert signal.getsignal(signal.SIGVTALRM) is before
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)


def in_thread(work: Callable[[], None]) -> BaseException | None:
    """Call ``work`` in another thread, as Dask does, and return what it raises."""
    errors: list[BaseException] = []

    def keep() -> None:
        try:
            work()
        except BaseException as exc:
            errors.append(exc)

    thread = threading.Thread(target=keep, daemon=True)
    thread.start()
    thread.join(timeout=60)
    assert not thread.is_alive(), "the thread still computes"
    return errors[0] if errors else None


def test_another_thread_has_the_deadline_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadline, "OPEN_S", 0.1)

    def read() -> None:
        with deadline.reading():
            endless(b"")

    raised = in_thread(read)
    assert isinstance(raised, SubmissionRejected) and str(raised).startswith(say("submission.slow"))
    assert isinstance(in_thread(read), SubmissionRejected)


@pytest.mark.slow
def test_another_thread_that_is_quick_keeps_nothing_of_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadline, "OPEN_S", 0.05)

    def read() -> None:
        with deadline.reading():
            pass
        until = time.thread_time() + 5 * deadline.LOOK_S
        while time.thread_time() < until:
            pass

    assert in_thread(read) is None


TRACED = """
import sys, threading
from autograder.course import deadline

def quick():
    with deadline.reading():
        pass

def late():
    deadline._take(deadline.SlowToRead)

thread = threading.Thread(target={work})
thread.start()
thread.join()
sys.settrace(lambda *arguments: None)
quick()
print("goes on")
"""


@pytest.mark.parametrize("work", ["quick", "late"])
def test_a_process_that_is_traced_goes_on_after_a_deadline(work: str) -> None:
    """If Python still waits to raise an error in another thread, the next call of a traced process hangs."""
    command = [sys.executable, "-c", TRACED.format(work=work)]
    assert subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout == "goes on\n"


@pytest.mark.parametrize("filling", [" ", "\n", "\t", " \n", "\\\n"])
@pytest.mark.parametrize("tail", ["$", "%", "!", "?", "def", "'''"])
def test_a_notebook_of_blanks_takes_no_time_with_the_square_of_its_length(
    filling: str, tail: str, tmp_path: Path
) -> None:
    cells = ["import numpy as np\n", filling * (240_000 // len(filling)) + tail]
    document = {"nbformat": 4, "cells": [{"cell_type": "code", "source": cell} for cell in cells]}
    path = tiny_course.write(tmp_path / "tiny.ipynb", json.dumps(document).encode())
    started = time.process_time()
    submission.open(path, tiny_course.make(tmp_path / "course").load())
    assert time.process_time() - started < 10
