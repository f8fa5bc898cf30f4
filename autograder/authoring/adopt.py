"""Turn a folder with a pytest suite and a student's module into an assignment, without changing a byte of the tests."""

from __future__ import annotations

import ast
import json
import math
import re
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..course import assignment as assignments
from ..course import folders, stubs, suite
from ..course.assignment import Assignment, file_of, import_name
from ..course.folders import TOML
from ..course.suite import Suite, SuiteTest
from ..errors import AssignmentError, CaseError, UsageError
from ..wall.limits import Limits
from ..workers.supervisor import Supervisor
from . import suite_points, suite_trial
from .found_suite import FoundSuite, find
from .release import write_new
from .scaffold import New
from .suite_points import PointsRule
from .suite_trial import Trial

_GENEROUS = {
    "call_s": 120.0, "submission_s": 1200.0, "cpu_s": 1200.0, "load_s": 120.0, "cell_s": 120.0, "memory_mib": 4096,
}  # fmt: skip
ROOM = 10.0  # times the solution's time is what a student's code gets


@dataclass(frozen=True, slots=True)
class Adopted:
    """A new assignment, the suite it consists of, and the run of its tests on the solution.

    ``notes`` are sentences for its author.
    """

    new: New
    suite: Suite
    trial: Trial
    notes: Sequence[str]


def adopt(
    path: Path, slug: str, *, module: str | None, rule: PointsRule | None, solution: Path | None, supervisor: Supervisor
) -> Adopted:
    """Make an assignment of the suite in ``path``, in memory.

    ``solution`` is a file or folder with the right answer, if it is not in ``path``.

    Raises:
        UsageError: the folder is no suite, or the solution cannot be imported.
        CaseError: no test passes on the solution. The message says why, for each test.
    """
    found = find(path, module)
    sources = _solution(solution, found) if solution else dict(found.modules)
    found, trial, data = _tried(found, slug, sources, supervisor)
    if trial.unloadable:
        raise UsageError(f"{solution or path}: the solution cannot be imported. {trial.unloadable}")
    if not trial.adopted:
        reasons = [f"{path}: no test passes on the solution, so nothing was written.", *map(str, trial.refused)]
        raise CaseError("\n".join(reasons), slug="adopt-none")
    tests, titles = suite_points.assigned(trial.adopted, sources, rule)
    is_hidden = any(not test.visible for test in tests) or any(name.endswith(".ipynb") for name in found.tests)
    stub = {name: _stub(name, sources, found, slug) for name in sources}
    adopted = Suite(Path(suite.FOLDER), tuple(tests), tuple(found.paths), tuple(found.support))
    visible, hidden = _files(slug, found, sources, adopted, titles, trial, stub, is_hidden)
    notes = tuple(each for each in stub.values() if isinstance(each, str))
    if data:
        notes += (f"The solution opens {', '.join(data)}. So all submissions can read {_them(data)}.",)
    return Adopted(New(slug, visible, hidden, ()), adopted, trial, notes)


def _tried(
    found: FoundSuite, slug: str, sources: Mapping[str, bytes], supervisor: Supervisor
) -> tuple[FoundSuite, Trial, list[str]]:
    """Run the tests on the solution, again if it opens files of the suite; return these, too."""
    data: list[str] = []
    while True:
        with tempfile.TemporaryDirectory(prefix="autograder-adopt-") as folder:
            trial = suite_trial.run(_Draft(Path(folder), slug, found, sources).load(), supervisor)
        opened = suite_trial.opened_files(trial, set(found.files) - set(found.support) - set(found.tests))
        if not opened:
            return found, trial, data
        data += opened
        found = replace(found, support={**found.support, **{name: found.files[name] for name in opened}})


def _them(names: Sequence[str]) -> str:
    return "it" if len(names) == 1 else "them"


def next_slug(path: Path, root: Path) -> str:
    """Return a free number and the name of the folder, such as "15-homework"."""
    numbers = [
        int(match[0])
        for folder in (root / "assignments", folders.solutions_of(root))
        for each in folder.glob("[0-9]*")
        if (match := re.match(r"\d+", each.name))
    ]
    words = [word for word in re.split(r"[^a-z0-9]+", path.resolve().name.lower()) if word]
    name = "-".join(word if word[0].isalpha() else f"n{word}" for word in words) or "suite"
    return f"{max(numbers, default=0) + 1:02}-{name}"


def load(adopted: Adopted, root: Path) -> Assignment:
    """Write an adopted assignment into an empty folder ``root``, and read it as a course would."""
    slug = adopted.new.slug
    write_new(adopted.new.assignment, root / "assignments" / slug)
    write_new(adopted.new.solution, root / "solutions" / slug)
    return assignments.load(slug, root=root, solutions=root / "solutions")


# --- the draft


class _Draft:
    """The suite with all its tests in one task, to find out which of them pass on the solution."""

    def __init__(self, root: Path, slug: str, found: FoundSuite, sources: Mapping[str, bytes]) -> None:
        self._root = root
        self._slug = slug
        self._found = found
        self._sources = sources

    def load(self) -> Assignment:
        every = {f"{suite.FOLDER}/{name}": data for name, data in self._found.files.items()}
        folder = self._root / "assignments" / self._slug
        write_new(every | _support(self._found), folder)
        solution = self._root / "solutions" / self._slug
        write_new(_module_files(self._sources), solution)
        text = _toml(self._slug, self._sources, {"suite": "All tests"}, {"suite": 1.0}, "visible", _GENEROUS)
        (folder / TOML).write_text(text, encoding="utf-8")
        placeholder = Suite(Path(), (SuiteTest(self._found.tests[0], "suite", 1.0),))
        (folder / suite.TABLE).write_text(suite.to_toml(placeholder), encoding="utf-8")
        draft = assignments.load(self._slug, root=self._root, solutions=solution.parent)
        files = tuple(self._found.tests)
        whole = Suite(folder / suite.FOLDER, (), tuple(self._found.paths), tuple(self._found.support), files)
        return replace(draft, suite=whole)


def _solution(path: Path, found: FoundSuite) -> dict[str, bytes]:
    """Read the right answer for each module of the student's."""
    sources = {}
    for name in found.modules:
        places = [path] if path.is_file() else [path / file_of(name), path / file_of(name).rpartition("/")[2]]
        file = next((each for each in places if each.is_file()), None)
        if file is None or (path.is_file() and len(found.modules) > 1):
            raise UsageError(f"{path} has no {file_of(name)}. Name the folder with the solution of every module.")
        sources[name] = file.read_bytes()
    return sources


# --- the files


def _files(
    slug: str, found: FoundSuite, sources: Mapping[str, bytes], adopted: Suite, titles: Mapping[str, str], trial: Trial,
    stub: Mapping[str, bytes | str], is_hidden: bool,
) -> tuple[dict[str, bytes], dict[str, bytes]]:  # fmt: skip
    """Return the files of both folders."""
    totals = {id: _sum(test.points for test in adopted.tests if test.task == id) for id in titles}
    kind = "hidden" if is_hidden else "visible"
    toml = _toml(slug, sources, titles, totals, kind, _limits(trial))
    visible = {TOML: toml.encode(), "README.md": _readme(slug, found, titles, totals)} | _support(found)
    visible |= {file_of(name): made for name, made in stub.items() if isinstance(made, bytes)}
    hidden = _module_files(sources)
    whole = {f"{suite.FOLDER}/{name}": data for name, data in found.files.items()}
    whole[suite.TABLE] = suite.to_toml(adopted).encode()
    (hidden if is_hidden else visible).update(whole)
    return visible, hidden


def _module_files(sources: Mapping[str, bytes]) -> dict[str, bytes]:
    return {file_of(name): data for name, data in sources.items()}


def _support(found: FoundSuite) -> dict[str, bytes]:
    return dict(found.support)


def _stub(name: str, sources: Mapping[str, bytes], found: FoundSuite, slug: str) -> bytes | str:
    """Return what students start from: the solution without its marked answers, or the file in the suite's folder.

    If there is neither, return a sentence for the author.
    """
    file = file_of(name)
    try:
        text = sources[name].decode()
        if made := stubs.adopted_stub(text, slug, path=file):
            return made.encode()
        problem = f"{file}: no answer is marked."
    except UnicodeDecodeError as exc:
        raise UsageError(f"{file} is not UTF-8 text; save it again as UTF-8.") from exc
    except AssignmentError as exc:  # as in notebooks whose marked cells are no functions
        problem = exc.message
    if found.modules[name] != sources[name] or not text.strip():
        return found.modules[name]
    return (
        f"{problem} So students have no stub. Put ### BEGIN SOLUTION and ### END SOLUTION around the answers in "
        f"solutions/{slug}/{file} and run autograder stubs {slug}, or write assignments/{slug}/{file}."
    )


def _readme(slug: str, found: FoundSuite, titles: Mapping[str, str], totals: Mapping[str, float]) -> bytes:
    if "README.md" in found.files:
        return found.files["README.md"]
    rows = [f"| {titles[id]} | {total:g} |" for id, total in totals.items()]
    return "\n".join([f"# {_title(slug)}", "", "| task | points |", "| --- | --- |", *rows, ""]).encode()


def _toml(
    slug: str, sources: Mapping[str, bytes], titles: Mapping[str, str], points: Mapping[str, float], kind: str,
    limits: Mapping[str, float],
) -> str:  # fmt: skip
    modules = ", ".join(map(_quoted, sorted(sources, key=lambda name: name.endswith(".__init__"))))
    packages = ", ".join(map(_quoted, _packages(sources)))
    lines = [f"title = {_quoted(_title(slug))}", f"points = {_sum(points.values())!r}", f"modules = [{modules}]"]
    lines += [f"allowed_imports = [{packages}]", f'suite = "{kind}"  # the tests in suite/, with suite.toml']
    for id, total in points.items():
        lines += ["", "[[task]]", f"id = {_quoted(id)}", f"title = {_quoted(titles[id])}", f"points = {total!r}"]
    if limits:
        lines += ["", "[limits]", *(f"{key} = {value!r}" for key, value in limits.items())]
    return "\n".join(lines) + "\n"


def _limits(trial: Trial) -> dict[str, float]:
    """Return limits with room above what the solution needs, where that is more than the default allows."""
    default = Limits()
    slowest = max((test.seconds for test in trial.adopted), default=0.0)
    cpu_s = math.fsum(test.seconds * test.sets for test in trial.adopted)
    wall_s = math.fsum(test.wall_s for test in trial.adopted)
    needed = {"call_s": slowest, "submission_s": wall_s, "cpu_s": cpu_s}
    limits = {name: float(math.ceil(seconds * ROOM)) for name, seconds in needed.items()}
    return {name: seconds for name, seconds in limits.items() if seconds > getattr(default, name)}


def _packages(sources: Mapping[str, bytes]) -> list[str]:
    """Return the packages that the student's modules import, without the standard library and themselves."""
    own = {import_name(name).partition(".")[0] for name in sources}
    found: set[str] = set()
    for data in sources.values():
        try:
            tree = ast.parse(data)
        except (SyntaxError, ValueError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                found.add(node.module.partition(".")[0])
    return sorted(found - own - set(sys.stdlib_module_names))


def _sum(points: Iterable[float]) -> float:
    return round(math.fsum(points), suite_points.DECIMALS)


def _title(slug: str) -> str:
    return slug.partition("-")[2].replace("-", " ").capitalize()


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
