"""CONTRIBUTING: its table is that of the house, and its recipes work in a copy of the package."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sysconfig
import venv
from pathlib import Path

import pytest
import tiny_course
from test_floors import FLOORS, MODULES

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


class Copy:
    """A copy of the package and its templates, which a recipe may change, with an interpreter that imports it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("autograder", "templates"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        # A zygote ignores PYTHONPATH, so the copy has to be installed somewhere.
        venv.create(folder / "venv", symlinks=True)
        site = next((folder / "venv").glob("lib/python*/site-packages"))
        (site / "copy.pth").write_text(f"{folder}\n{sysconfig.get_path('purelib')}\n", encoding="utf-8")

    def add(self, where: str, *, below: str, lines: str, times: int = 1) -> None:
        """Add ``lines`` below each line that contains ``below``, in the one file of ``where`` that has such a line."""
        pattern = re.compile(rf"^.*{re.escape(below)}.*\n", re.MULTILINE)
        place = self.folder / where
        files = [place] if place.is_file() else [path for path in sorted(place.rglob("*")) if path.is_file()]
        found = [path for path in files if pattern.search(path.read_text(encoding="utf-8"))]
        assert len(found) == 1, f"{below!r} is in {found}"
        text, count = pattern.subn(lambda match: match[0] + lines, found[0].read_text(encoding="utf-8"))
        assert count == times
        found[0].write_text(text, encoding="utf-8")

    def python(self, *arguments: str) -> str:
        """Run Python with the copy in the place of the package; return what it prints."""
        environment = {**os.environ, "PYTHONUTF8": "1", "COLUMNS": "80", "NO_COLOR": "1", "TERM": "xterm"}
        done = subprocess.run(
            [self.folder / "venv/bin/python", *arguments],
            cwd=self.folder, env=environment, capture_output=True, text=True, encoding="utf-8", check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path)


# --- the house


def test_the_table_of_the_house_is_that_of_the_floors() -> None:
    rows = re.findall(r"^\| (\d+) \| `(\w+)(?:/|\.py)` \|", PAGE, re.MULTILINE)
    floors = {room: int(floor) for floor, room in rows}
    assert len(floors) == len(rows)
    assert floors == {room: FLOORS[room] for room in {name.partition(".")[0] for name in MODULES} - {"", "__main__"}}


def test_the_table_goes_from_the_top_to_the_ground() -> None:
    floors = [int(floor) for floor in re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)]
    assert floors == sorted(floors, reverse=True)


# --- the recipes


def test_a_test_follows_the_recipes() -> None:
    recipes = PAGE.split("\n## Recipes\n")[1].split("\n## ")[0]
    assert re.findall(r"^### (.+)$", recipes, re.MULTILINE) == [
        "A report field",
        "A sentence",
        "A command",
        "A layer",
        "An exchange format",
    ]


REPORT = """
from pathlib import Path
from autograder.grading import rubric
from autograder.model import *
from autograder.reports.document import schema, to_json

cases = [Case("adds", "add", "It adds", 1.0, visible=True)]
lines = rubric.graded(cases, [Outcome("adds", Verdict.FAILED, effort="three calls")])
report = Report(
    "01-sum", "Sums", (Task("add", "Add", 1.0),), SubmissionInfo("kim", "0" * 64), rubric.score(lines), lines,
    SandboxInfo(complete=True), GraderInfo("0", 0, "cpu"),
)
Path("kim.json").write_text(to_json(report, audience=Audience.STAFF), encoding="utf-8")
print(schema()["$defs"]["GradedCase"]["properties"]["effort"]["type"])
"""


def test_a_report_field(copy: Copy) -> None:
    copy.add("autograder/model.py", below="    measure: Measure | None = None", lines='    effort: str = ""\n', times=2)
    copy.add("autograder/grading/rubric.py", below="measure=outcome.measure", lines="        effort=outcome.effort,\n")
    copy.add("autograder/messages/en.py", below='"label.measured"', lines='    "label.effort": "effort",\n')
    shown = '        (say("label.effort"), case.effort),\n'
    copy.add("autograder/reports", below='(say("label.measured")', lines=shown)
    on_page = (
        '{% endif %}\n\n{% if case.effort %}\n<dt>{{ say("label.effort") }}</dt>\n<dd>{{ case.effort | short }}</dd>\n'
    )
    copy.add("templates/report.html.j2", below="<dd>{{ shown.measured | short }}</dd>", lines=on_page)

    assert copy.python("-c", REPORT) == "string\n"
    printed = copy.python("-m", "autograder", "report", "kim.json", "--html", "pages")
    page = next((copy.folder / "pages").glob("*.html")).read_text(encoding="utf-8")
    assert re.search(r"effort +three calls", printed)
    assert re.search(r"<dt>effort</dt>\s*<dd>three calls</dd>", page)


def test_a_sentence(copy: Copy) -> None:
    copy.add("autograder/messages/en.py", below='"verdict.passed"', lines='    "greeting.hello": "Hello, {name}!",\n')
    copy.add(
        "autograder/messages/ko.py", below='"verdict.passed"', lines='    "greeting.hello": "안녕하십니까, {name}!",\n'
    )
    said = """
from autograder.messages import say, use_language
print(say("greeting.hello", name="Kim"))
with use_language("ko"):
    print(say("greeting.hello", name="Kim"))
"""
    assert copy.python("-c", said) == "Hello, Kim!\n안녕하십니까, Kim!\n"


COMMAND = """
import click

@click.command()
@click.argument("name")
def hello(*, name: str) -> None:
    \"\"\"Greet a person.\"\"\"
    print(f"Hello, {name}!")
"""


def test_a_command(copy: Copy) -> None:
    (copy.folder / "autograder" / "commands" / "hello.py").write_text(COMMAND, encoding="utf-8")
    line = '    "hello": Command("hello", "Greet a person."),\n'
    copy.add("autograder/commands/main.py", below="COMMANDS = {", lines=line)
    assert copy.python("-m", "autograder", "hello", "Kim") == "Hello, Kim!\n"
    assert "Greet a person." in copy.python("-m", "autograder", "--help")


@pytest.mark.slow
def test_a_layer(copy: Copy) -> None:
    attempt = "def file_mode():\n    return os.umask(0o777)\n\n"
    layer = '    Layer("own file mode", lambda probes: probes.student.file_mode() == 0o077, LINUX),\n'
    copy.add("autograder/student/attempts.py", below="import os, sys", lines=attempt)
    copy.add("autograder/student/selftest.py", below="LAYERS = (", lines=layer)
    copy.add("autograder/wall/jail.py", below="        neutral_surroundings(box)", lines="        os.umask(0o077)\n")
    assert "yes  sandbox: own file mode" in copy.python("-m", "autograder", "doctor")


FORMAT = """
import json
from pathlib import Path

from .formats import Entry


def recognises(source):
    return (source / "class.json").is_file()


def entries(source):
    listed = json.loads((source / "class.json").read_text(encoding="utf-8"))
    return [Entry(name, source / path) for name, path in sorted(listed.items())]


def write_grades(rows, path):
    points = {row.student: row.score.earned for row in rows}
    Path(path).with_suffix(".json").write_text(json.dumps(points), encoding="utf-8")
"""


@pytest.mark.slow
def test_an_exchange_format(copy: Copy, tmp_path: Path) -> None:
    """A class in a format of its own is graded by the command, and its grades are written in that format."""
    tiny_course.make(copy.folder)
    (copy.folder / "autograder" / "exchange" / "dummy.py").write_text(FORMAT, encoding="utf-8")
    copy.add("autograder/exchange/formats.py", below="NAMES = (", lines='NAMES = ("dummy", *NAMES)\n')
    uploads = tmp_path / "uploads"
    tiny_course.write(uploads / "a" / "tiny.py", tiny_course.SOLUTION)
    tiny_course.write(uploads / "class.json", '{"kim": "a"}')
    copy.python("-m", "autograder", "batch", tiny_course.SLUG, str(uploads), "--out", "graded")
    assert (copy.folder / "graded" / "staff" / "grades.json").read_text(encoding="utf-8") == '{"kim": 20.0}'
