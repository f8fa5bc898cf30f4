"""The real formgrader in a Jupyter server: what people write there, and its button for grading behind the wall."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbgrader_course as course
import pytest

from autograder.exchange import nbgrader_config

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.long]

START_S = 300  # a busy machine


@dataclass(frozen=True)
class Formgrader:
    """A running server, asked with its token."""

    port: int
    token: str

    def ask(self, path: str, data: Any = None, method: str = "GET") -> bytes:
        body = None if data is None else json.dumps(data).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", body, method=method)
        request.add_header("Authorization", f"token {self.token}")
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=START_S) as reply:
            found: bytes = reply.read()
            return found

    def read(self, path: str, data: Any = None, method: str = "GET") -> Any:
        return json.loads(self.ask(f"/formgrader/api/{path}", data, method))


@contextlib.contextmanager
def formgrader(root: Path) -> Iterator[Formgrader]:
    """Run a Jupyter server with nbgrader's extension on a course, on this machine only."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyter_server", "--no-browser", f"--port={port}", "--ip=127.0.0.1"]
    command += ["--allow-root", "--IdentityProvider.token=of-the-test", f"--ServerApp.root_dir={root}"]
    command += ["--ServerApp.jpserver_extensions=nbgrader=True"]
    private = {f"JUPYTER_{name}_DIR": str(root / f".{name}") for name in ("CONFIG", "DATA", "RUNTIME")}
    log = (root / "server.log").open("w")
    with log, subprocess.Popen(command, cwd=root, env={**os.environ, **private}, stdout=log, stderr=log) as process:
        try:
            found = Formgrader(port, "of-the-test")
            wait_for(found, process, root / "server.log")
            yield found
        finally:
            process.terminate()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()


def wait_for(server: Formgrader, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError):
            server.ask("/formgrader/api/status")
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.2)
    raise AssertionError(log.read_text())


def test_what_people_write_in_the_formgrader_stays_when_its_button_grades_again(tmp_path: Path) -> None:
    with course.programs_on_path():
        root = course.lab(tmp_path / "a course")
        course.submit(root, "ada", double="def double(x):\n    return x")
        block = nbgrader_config.block()
        lines = f"c.CourseDirectory.course_id = {course.COURSE!r}\nc.CourseDirectory.root = {str(root)!r}\n"
        (root / nbgrader_config.FILE).write_text(block + lines)
        with formgrader(root) as server:
            done = server.read("submission/lab/ada/autograde", {}, "POST")
            assert done["success"], done
            [notebook] = server.read("submitted_notebooks/lab/lab")
            page = server.ask(f"/formgrader/submissions/{notebook['id']}/?index=0").decode()
            assert "A hidden check failed." in page or "test_double, line" in page
            grades = {each["name"]: each for each in server.read(f"grades?submission_id={notebook['id']}")}
            assert grades["test_double"]["auto_score"] == 0
            comments = {each["name"]: each for each in server.read(f"comments?submission_id={notebook['id']}")}
            given = {"manual_score": 2.5, "extra_credit": 0.5}
            server.read(f"grade/{grades['test_double']['id']}", given, "PUT")
            server.read(f"grade/{grades['essay']['id']}", {"manual_score": 3, "extra_credit": None}, "PUT")
            server.read(f"comment/{comments['double']['id']}", {"manual_comment": "Nearly. 거의 다 왔습니다."}, "PUT")

            course.submit_again(root, "ada")
            assert server.read("submission/lab/ada/autograde", {}, "POST")["success"]
            again = {each["name"]: each for each in server.read(f"grades?submission_id={notebook['id']}")}
            assert (again["test_double"]["auto_score"], again["test_double"]["manual_score"]) == (5.0, 2.5)
            assert (again["test_double"]["extra_credit"], again["essay"]["manual_score"]) == (0.5, 3)
            comments = {each["name"]: each for each in server.read(f"comments?submission_id={notebook['id']}")}
            assert comments["double"]["manual_comment"] == "Nearly. 거의 다 왔습니다."
