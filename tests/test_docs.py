"""The docs: links resolve, examples run, nothing that the code offers is left out, nothing names one machine."""

from __future__ import annotations

import ast
import inspect
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import lms_samples
import numpy as np
import pytest
import test_audit
import tiny_course
from conftest import submitted
from quotes import Output, find_outputs, missing_lines, remove_quotes, update_quotes
from test_export import row as class_row
from test_export import run_folder

import autograder
from autograder.authoring import kit
from autograder.commands.main import COMMANDS, load
from autograder.course import course_file, course_schema, stubs
from autograder.guest import wire
from autograder.messages import catalogue, say
from autograder.model import Verdict
from autograder.student import frame_numbers, selftest
from autograder.wall.limits import Limits
from autograder.workers.clock import Clock
from autograder.workers.supervisor import Supervisor
from autograder.workers.worker import Frame, Raw, Worker

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
HOW_TO = sorted((DOCS / "how-to").glob("*.md"))
SKIPPED_FOLDERS = {".venv", ".git", ".hypothesis", ".pytest_cache", "report", "build", "dist"}

FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def markdown_files() -> list[Path]:
    found = (path for path in ROOT.rglob("*.md") if not SKIPPED_FOLDERS & set(path.relative_to(ROOT).parts))
    return sorted(found)


def without_code(text: str) -> str:
    return re.sub(r"`[^`\n]*`", "", FENCE.sub("", text))


def anchor(heading: str) -> str:
    """The address that a heading gets on GitHub."""
    kept = re.sub(r"[^\w\- ]", "", heading.replace("`", "").strip().lower())
    return kept.replace(" ", "-")


def anchors(text: str) -> set[str]:
    return {anchor(heading) for heading in re.findall(r"^#+ (.*)$", FENCE.sub("", text), re.MULTILINE)}


def broken_links(path: Path) -> Iterator[str]:
    for target in LINK.findall(without_code(path.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, fragment = target.partition("#")
        found = (path.parent / file).resolve() if file else path
        if not found.exists() or (fragment and fragment not in anchors(found.read_text(encoding="utf-8"))):
            yield target


@pytest.mark.parametrize("path", markdown_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_relative_links_resolve(path: Path) -> None:
    assert list(broken_links(path)) == []


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A `b`: c\n[x](#a-b-c) [y](page.md#no) [z](none.md) `[w](no.md)`\n", encoding="utf-8")
    assert list(broken_links(page)) == ["page.md#no", "none.md"]


def test_readme_is_short_and_shows_code_at_once() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 80
    assert next(i for i, line in enumerate(lines, 1) if line.startswith("```")) <= 30


@pytest.mark.parametrize("reader", ["Student", "Author", "Office"])
def test_each_reader_finds_the_first_command_on_the_first_screen(reader: str) -> None:
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = [row for line in page.splitlines() for row in textwrap.wrap(line, 80) or [""]]
    screen = " ".join(rows[:40])
    found = re.search(rf"- \*\*{reader}\*\*[^`]*`make ([a-z]+)[^`]*`", screen)
    assert found is not None
    assert f"| `make {found[1]}" in (DOCS / "reference" / "commands.md").read_text(encoding="utf-8")


# The name on the public index belongs to another project.
BARE_NAME = re.compile(
    r"(?:pip|pipx|uv|conda)(?: \w+)? (?:install|add|run)(?: -\S+| \w+\.txt)* [\"']?autograder(?![\w.-])", re.I
)


def test_nothing_tells_anyone_to_install_by_the_bare_name() -> None:
    allowed = {"docs/explanation/decisions.md"}  # which says why
    names = {name for name, text in tracked_text() for match in BARE_NAME.finditer(text)}
    assert names - {"tests/test_docs.py"} == allowed


@pytest.mark.parametrize("line", ["pip install autograder", "pip install -U -c constraints.txt 'autograder[torch]'"])
def test_an_installation_by_the_bare_name_is_found(line: str) -> None:
    assert BARE_NAME.search(line)
    assert not BARE_NAME.search("pip install autograder-dl") and not BARE_NAME.search("pip install autograder.whl")


# --- examples


def blocks(path: Path) -> Iterator[tuple[str, str]]:
    """The code blocks of a page: what stands behind the backticks, and the code."""
    for match in FENCE.finditer(path.read_text(encoding="utf-8")):
        yield match["info"].strip(), match["body"]


def write_files(path: Path, folder: Path) -> None:
    """Write the blocks that name a file."""
    for info, body in blocks(path):
        if named := re.fullmatch(r"\w+ file=(\S+)", info):
            target = folder / named[1]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(body, encoding="utf-8")


def run_block(body: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-W", "error", "-c", body]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.slow
@pytest.mark.parametrize("path", HOW_TO, ids=lambda path: path.stem)
def test_examples_run_in_order(path: Path, tmp_path: Path) -> None:
    """Every page starts in an empty folder; two of them continue the assignment of the page on cases."""
    if path.stem in ("known-mistakes-and-alternatives", "audit-an-assignment"):
        write_files(DOCS / "how-to" / "write-a-case.md", tmp_path)
    write_files(path, tmp_path)
    for info, body in blocks(path):
        if info.startswith("python"):
            ast.parse(body)
        if info == "python runnable":
            done = run_block(body, tmp_path)
            assert done.returncode == 0, done.stdout + done.stderr


def test_the_pages_that_promise_examples_have_them() -> None:
    runnable = {path.stem for path in HOW_TO if any(info == "python runnable" for info, _ in blocks(path))}
    assert {"write-a-case", "known-mistakes-and-alternatives", "debug-a-lost-worker", "use-mnist"} <= runnable


def printed_commands(path: Path) -> Iterator[str]:
    """The commands of ours in the code blocks of a page, and those between backticks in its text."""
    page = path.read_text(encoding="utf-8")
    lines = [line for _, body in blocks(path) for line in body.splitlines()]
    for line in lines + re.findall(r"`([^`\n]+)`", FENCE.sub("", page)):
        command = re.match(r"(?:\.venv[/\\](?:bin|Scripts)[/\\])?autograder ([a-z].*)", line)
        if command and "[OPTIONS]" not in line:
            yield re.split(r" [|#>] | +# ", command[1] + " ")[0].strip()


COMMAND_LINES = sorted({line for path in markdown_files() for line in printed_commands(path)} - {"COMMAND --help"})


@pytest.mark.parametrize("line", COMMAND_LINES)
def test_a_printed_command_has_arguments_that_exist(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("AUTOGRADER_SOLUTIONS", "AUTOGRADER_DATA"):
        monkeypatch.setenv(variable, "")  # an option of the line sets it: it is taken back after the test
    name, *arguments = shlex.split(line)
    if arguments and f"{name} {arguments[0]}" in COMMANDS:
        name, *arguments = f"{name} {arguments[0]}", *arguments[1:]
    assert name in COMMANDS
    if "--" not in line and not arguments:
        return  # the name of the command alone
    wrong_on_purpose = ("--ofical",)
    try:
        load(name).make_context(name, [*arguments], resilient_parsing=False)
    except click.NoSuchOption as exc:
        assert exc.option_name in wrong_on_purpose
    except click.MissingParameter:
        pass  # a text that shows one option
    except click.BadOptionUsage as exc:
        assert "requires an argument" in exc.message


RUNNABLE = [path for path in HOW_TO if any(info == "sh runnable" for info, _ in blocks(path))]


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course in a git repository: a small assignment under the name that the pages use, a class, a graded class."""
    made = tiny_course.make(tmp_path / "made", solution=test_audit.solved())
    stubs.write(made.load())
    folder = tmp_path / "course"
    for part, source in (("assignments", made.folder), ("solutions", made.solution)):
        shutil.copytree(source, folder / part / "05-logistic")
    (folder / "solutions" / "05-logistic" / "alternatives" / "added.py").unlink()
    shutil.copy(ROOT / "constraints.txt", folder)
    for student in ("kim", "lee", "park"):
        tiny_course.write(folder / "uploads" / student / "tiny.py", f"{tiny_course.SOLUTION}# {student}\n")
    run_folder(folder / "graded", [class_row("student01"), class_row("student02")])
    (folder / "gradebook.csv").write_bytes(lms_samples.canvas())
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("path", RUNNABLE, ids=lambda path: path.stem)
def test_the_commands_of_a_page_run_in_order(path: Path, course: Path) -> None:
    write_files(path, course)
    script = ["git init --quiet", "git add .", "git -c user.name=a -c user.email=a@example.org commit --quiet -m one"]
    script += [line for info, body in blocks(path) if info == "sh runnable" for line in body.splitlines()]
    own = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    for line in script:
        done = subprocess.run(["bash", "-c", line], cwd=course, env=own, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"


def test_the_pages_whose_commands_run() -> None:
    assert [path.stem for path in RUNNABLE] == [
        "adopt-a-pytest-suite", "blackboard-brightspace", "canvas", "export-grades", "extensions", "git-clones",
        "gradescope-autograder", "gradescope", "moodle", "prairielearn-autolab", "regrade", "release",
        "several-machines",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["canvas", "moodle"])
def test_a_page_shows_the_report_of_its_import(name: str, tmp_path: Path) -> None:
    page = DOCS / "how-to" / f"{name}.md"
    write_files(page, tmp_path)
    [report] = [body for info, body in blocks(page) if info == "text"]
    [command] = [line for line in printed_commands(page) if line.endswith("--dry-run")]
    arguments = [sys.executable, "-m", "autograder", *shlex.split(command), "--root", str(ROOT)]
    done = subprocess.run(arguments, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == (5 if "Ambiguous" in report else 0)
    assert missing_lines(report.splitlines(), done.stdout) == []


def test_the_frames_of_the_journey_are_those_of_a_real_call(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[list[bytes | memoryview]] = []
    received: list[Frame] = []
    send, read = Worker.send, Worker.read

    def recorded_send(self: Worker, pieces: list[bytes | memoryview], clock: Clock) -> None:
        sent.append(pieces)
        send(self, pieces, clock)

    def recorded_read(self: Worker, raw: Raw) -> Frame:
        received.append(read(self, raw))
        return received[-1]

    monkeypatch.setattr(Worker, "send", recorded_send)
    monkeypatch.setattr(Worker, "read", recorded_read)
    monkeypatch.setattr(frame_numbers, "_first_number", lambda seed, case: 3883753989)
    module = (ROOT / "examples/class/student03/logistic.py").read_bytes()
    submission = submitted({"logistic": module}, supervisor)
    try:
        student = submission.begin("bce_gradient_by_hand")
        student.bce_backward(np.array([0.8, 0.5]), np.array([1.0, 0.0]))
        with pytest.raises(ValueError):
            student.bce_backward(np.zeros(2), np.zeros(3))
    finally:
        submission.close()

    load, call, _ = sent
    hello, value, error = (json.dumps(frame.header, separators=(",", ":")) for frame in received)
    journey = (DOCS / "explanation" / "journey.md").read_text(encoding="utf-8").splitlines()
    parts = [call[0], b"".join(call[2:]), received[1].body]
    headers = [bytes(load[1]).decode(), hello, bytes(call[1]).decode(), value, error]
    for line in (*headers, *(bytes(part).hex(" ") for part in parts)):
        assert line in journey
    assert bytes(call[0])[4] == wire.Kind.CALL


# --- completeness


@pytest.mark.slow
def test_every_command_and_option_is_in_the_reference() -> None:
    script = DOCS / "reference" / "make_reference.py"
    generated = subprocess.run(
        [sys.executable, "-c", f"import runpy; print(runpy.run_path({str(script)!r})['page'](), end='')"],
        capture_output=True, text=True, encoding="utf-8", env={**os.environ, "PYTHONUTF8": "1"}, check=True,
    ).stdout  # fmt: skip
    page = (DOCS / "reference" / "commands.md").read_text(encoding="utf-8")
    assert page == generated, "run .venv/bin/python docs/reference/make_reference.py"
    for command in ("grade", "batch", "report", "audit", "doctor"):
        printed = subprocess.run(
            [sys.executable, "-m", "autograder", command, "--help"],
            capture_output=True, text=True, encoding="utf-8",
            env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1", "TERM": "xterm"}, check=True,
        ).stdout  # fmt: skip
        section = page.split(f"## autograder {command}\n")[1].split("\n## ")[0]
        for option in set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", printed)) - {"--help"}:
            assert f"`{option}`" in section


def test_every_make_target_is_in_the_reference() -> None:
    targets = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    page = (DOCS / "reference" / "commands.md").read_text(encoding="utf-8")
    assert [target for target in targets if target != "help" and f"`make {target}`" not in page] == []


def test_every_name_for_case_authors_is_in_the_vocabulary() -> None:
    page = (DOCS / "how-to" / "write-a-case.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)[(`]", page, re.MULTILINE)
    assert set(autograder.__all__) - set(rows) == set()
    made = inspect.getmembers(autograder.recipes, inspect.isfunction)
    recipes = [name for name, function in made if function.__module__ == autograder.recipes.__name__]
    assert len(recipes) >= 7
    assert [name for name in recipes if f"| `recipes.{name}(" not in page] == []


def test_every_limit_of_an_assignment_is_in_the_reference() -> None:
    from autograder.course.assignment_file import KEYS, LIMIT_KEYS, TASK_KEYS

    page = (DOCS / "reference" / "assignment.toml.md").read_text(encoding="utf-8")
    for key in (*KEYS, *TASK_KEYS):
        assert key == "limits" or f"| `{key}` |" in page or f"| `[[{key}]]` |" in page
    defaults = Limits()
    for key in LIMIT_KEYS:
        assert f"| `{key}` | {getattr(defaults, key)} |" in page


def test_every_key_of_a_course_is_in_the_reference(tmp_path: Path) -> None:
    page = (DOCS / "reference" / "course.toml.md").read_text(encoding="utf-8")
    assert [key for key in course_schema.KEYS if f"| `{key}` |" not in page] == []
    [(_, example)] = blocks(DOCS / "reference" / "course.toml.md")
    (tmp_path / "course.toml").write_text(example, encoding="utf-8")
    assert course_file.read(tmp_path).last("05-logistic") is not None


def test_the_size_that_a_release_names_was_measured() -> None:
    page = (DOCS / "reference" / "performance.md").read_text(encoding="utf-8")
    [measured] = re.findall(r"^\| numpy only \([\w-]+\) \|.*\| (\d+) \| [\d.]+ \|$", page, re.MULTILINE)
    assert int(measured) == kit.MEGABYTES


def test_every_field_of_a_report_is_in_the_reference() -> None:
    page = (DOCS / "reference" / "report.md").read_text(encoding="utf-8")
    schema = json.loads((DOCS / "reference" / "report.schema.json").read_text(encoding="utf-8"))
    fields = set(schema["properties"]) | {
        key for part in schema["$defs"].values() for key in part.get("properties", ())
    }
    assert {key for key in fields if not re.search(rf"`(\w+\.)?{key}[`.]", page)} == set()
    assert {verdict for verdict in Verdict if f"`{verdict.value}`" not in page} == set()


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = project["project"]["dependencies"] + project["project"]["optional-dependencies"]["dev"]
    wanted += project["build-system"]["requires"]
    page = (DOCS / "explanation" / "decisions.md").read_text(encoding="utf-8")
    names = {re.match(r"[\w-]+", requirement)[0] for requirement in wanted}  # type: ignore[index]
    assert {name for name in names if f"| {name} |" not in page and f"**{name}**" not in page} == set()


def test_every_layer_is_explained_with_tests_that_exist() -> None:
    page = (DOCS / "explanation" / "security.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    for layer in selftest.LAYERS:
        assert any(layer.name in row.split("|")[1] for row in rows), layer
    for file, test in re.findall(r"`(tests/\w+\.py)(?:::(\w+))?`", page):
        source = (ROOT / file).read_text(encoding="utf-8")
        assert not test or f"def {test}(" in source, f"{file}::{test}"


# --- quotes: see quotes.py


def pages_of_ours() -> list[Path]:
    """The pages that quote messages; the hand-outs do not."""
    return [path for path in markdown_files() if path.relative_to(ROOT).parts[0] not in ("assignments", "tests")]


OUTPUTS = [
    pytest.param(output, id=f"{path.stem}: {output.command}")
    for path in pages_of_ours()
    for output in find_outputs(path.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("path", pages_of_ours(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_page_quotes_messages_by_their_ids(path: Path) -> None:
    """``UPDATE_GOLD=1 pytest tests/test_docs.py -k quotes`` rewrites the quotes."""
    page = path.read_text(encoding="utf-8")
    if os.environ.get("UPDATE_GOLD"):
        path.write_text(update_quotes(page), encoding="utf-8", newline="\n")
    assert path.read_text(encoding="utf-8") == update_quotes(page)


@pytest.mark.parametrize("path", pages_of_ours(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_page_quotes_no_message_without_its_id(path: Path) -> None:
    rest = " ".join(remove_quotes(path.read_text(encoding="utf-8")).replace("\n>", "\n").split())
    parts = {part.strip() for sentence in catalogue("en").values() for part in re.split(r"\{[^}]*\}", sentence)}
    assert [part for part in parts if len(part) >= 30 and part in rest] == []


@pytest.mark.parametrize("path", pages_of_ours(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_comment_of_a_quote_has_its_quote(path: Path) -> None:
    rest = remove_quotes(path.read_text(encoding="utf-8"))
    assert re.findall(r"<!-- (?:say|run):.*", rest) == []


@pytest.mark.slow
@pytest.mark.parametrize("output", OUTPUTS)
def test_a_page_quotes_what_a_command_prints(output: Output, tmp_path: Path) -> None:
    program, *arguments = shlex.split(output.command)
    assert program == "autograder"
    pages = ["--html", str(tmp_path)] if arguments[0] == "grade" and "--html" not in arguments else []
    environment = {name: value for name, value in os.environ.items() if name != "AUTOGRADER_LANG"}
    environment |= {"PYTHONUTF8": "1", "COLUMNS": "80", "NO_COLOR": "1", "TERM": "xterm"}
    done = subprocess.run(
        [sys.executable, "-m", "autograder", *arguments, *pages],
        cwd=ROOT, env=environment, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    if output.whole:
        assert output.lines == (" ".join(done.stderr.removeprefix("autograder: ").split()),)
    else:
        assert missing_lines(output.lines, done.stdout) == []


def test_quotes_are_found_and_renewed() -> None:
    page = """
<!-- say: student.no-name-but file=a.py name=f found=g -->
> a.py has no f.
> Rename g.

| <!-- say: worker.exit call="f(x)" --> old | next | and "free" |
says <!-- say: verdict.passed -->"old", and <!-- say: report.of possible=3 -->"/ 3
points"
"""
    assert (
        update_quotes(page)
        == f"""
<!-- say: student.no-name-but file=a.py name=f found=g -->
> {say("student.no-name-but", file="a.py", name="f", found="g")}

| <!-- say: worker.exit call="f(x)" --> {say("worker.exit", call="f(x)", status="…")} | next | and "free" |
says <!-- say: verdict.passed -->"{say("verdict.passed")}", and <!-- say: report.of possible=3 -->"/ 3
points"
"""
    )
    assert update_quotes(update_quotes(page)) == update_quotes(page)
    assert "old" not in remove_quotes(page) and "free" in remove_quotes(page)
    with pytest.raises(KeyError):
        update_quotes("<!-- say: no.such-id -->\n> text\n")


def test_quoted_output_is_compared_in_order() -> None:
    page = "<!-- run: autograder grade x -->\n```\none\n  ... more\n\ntwo\n```\n<!-- run: y -->\n> three\n> four\n"
    lines, whole = find_outputs(page)
    assert lines == Output("autograder grade x", ("one", "  ... more", "", "two"), whole=False)
    assert whole == Output("y", ("three four",), whole=True)
    assert missing_lines(lines.lines, "zero\none \nbetween\ntwo\n") == []
    assert missing_lines(lines.lines, "two\none\n") == ["two"]


def test_a_slug_on_a_page_is_one_of_an_error() -> None:
    slugs = set(re.findall(r"^## (.+)$", (DOCS / "messages.md").read_text(encoding="utf-8"), re.MULTILINE))
    found = {
        slug for path in pages_of_ours() for slug in re.findall(r"`\[([a-z-]+)\]`", path.read_text(encoding="utf-8"))
    }
    tables = {"limits", "late", "groups", "policy", "excused", "weights"}  # of assignment.toml and course.toml
    assert found - slugs == tables


def test_a_file_that_a_page_names_exists() -> None:
    folders = "autograder|benchmarks|docs|examples|solutions|templates|tests"
    named = {
        (path.name, name)
        for path in pages_of_ours()
        for name in re.findall(rf"`((?:{folders})/[\w./-]+)[:`]", path.read_text(encoding="utf-8"))
    }
    assert len(named) > 30
    examples = ("90-mse", "01-sum", "01-smoothing")  # the assignments that the pages build
    assert {
        each for each in named if not (ROOT / each[1]).exists() and not any(slug in each[1] for slug in examples)
    } == set()


# --- nothing local


def tracked_text() -> Iterator[tuple[str, str]]:
    try:
        names = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=True
        ).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):
        names = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if not SKIPPED_FOLDERS & set(path.parts)]
    for name in names:
        if (ROOT / name).is_file() and not name.endswith(".npz"):
            yield name, (ROOT / name).read_text(encoding="utf-8", errors="replace")


# Put together from pieces, so that this file does not hold what it looks for. System places such as /proc and /dev are
# part of the code's subject; a home, a scratch folder or a workplace is somebody's machine.
HOMES = "|".join(["root", "home", "Users", "work", "opt", "mnt", "farm"])
LOCAL = re.compile(rf"(?<![\w.~/-])/(?:{HOMES})/\w|\bfile:" + "///")
INDEX = re.compile("py" + r"pi\.org|python" + r"hosted\.org|download\.py" + r"torch\.org|--(?:extra-)?index" + "-url")


@pytest.mark.parametrize("pattern", [LOCAL, INDEX], ids=["absolute path", "package index"])
def test_no_file_names_this_machine_or_an_index(pattern: re.Pattern[str]) -> None:
    found = [f"{name}: {match[0]}" for name, text in tracked_text() for match in pattern.finditer(text)]
    assert found == []


def test_what_is_looked_for_would_be_found() -> None:
    assert LOCAL.search("see " + "/home" + "/kim/x") and not LOCAL.search("reads /proc/self/statm")
    assert INDEX.search("https://py" + "pi.org/simple")
