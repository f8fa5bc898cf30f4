"""Sentences: every id that the code says is there and is given exactly its placeholders; none is there for nothing."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from autograder.messages import ENGLISH, say

ROOT = Path(__file__).parents[1]
TEMPLATES = sorted((ROOT / "templates").glob("*.j2"))
SOURCES = sorted((ROOT / "autograder").rglob("*.py"))


@dataclass(frozen=True)
class Said:
    """One place that says something: a pattern of its id ("" when a variable holds it) and the names it passes."""

    where: str
    pattern: str
    given: frozenset[str]


def placeholders(id: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in string.Formatter().parse(ENGLISH[id]) if name is not None)


FILLED = "([a-z_.-]+)"  # a part that is filled in may hold several words: state.{state}, {id}-hidden


def branches(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.IfExp):
        yield from branches(node.body)
        yield from branches(node.orelse)
    else:
        yield node


def id_pattern(node: ast.expr) -> str:
    """A regular expression for the ids that an expression can mean; "" for a variable."""
    match node:
        case ast.Constant(value=str(text)):
            return re.escape(text)
        case ast.JoinedStr(values=values):
            return "".join(re.escape(str(v.value)) if isinstance(v, ast.Constant) else FILLED for v in values)
    return ""


def said_in_python(path: Path) -> Iterator[Said]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
            given = frozenset(keyword.arg or "**" for keyword in node.keywords)
            patterns = [id_pattern(branch) for branch in branches(node.args[0])]
            # of several ids that are written out one is meant, and together they need what is passed
            if any(patterns):
                yield Said(f"{path.relative_to(ROOT)}:{node.lineno}", "|".join(filter(None, patterns)), given)
            if not all(patterns):
                yield Said(f"{path.relative_to(ROOT)}:{node.lineno}", "", given)


def said_in_template(path: Path) -> Iterator[Said]:
    tree = Environment().parse(path.read_text(encoding="utf-8"))
    for node in tree.find_all(nodes.Call):
        if isinstance(node.node, nodes.Name) and node.node.name == "say":
            given = frozenset(keyword.key for keyword in node.kwargs)
            yield Said(f"{path.relative_to(ROOT)}:{node.lineno}", template_pattern(node.args[0]), given)


def template_pattern(node: nodes.Expr) -> str:
    if isinstance(node, nodes.Const):
        return re.escape(node.value)
    if isinstance(node, nodes.CondExpr) and node.expr2 is not None:
        return f"{template_pattern(node.expr1)}|{template_pattern(node.expr2)}"
    if isinstance(node, nodes.Concat):
        return "".join(re.escape(part.value) if isinstance(part, nodes.Const) else FILLED for part in node.nodes)
    return ""


def ids_held(path: Path) -> set[str]:
    """The ids that stand in a file as plain text, for a variable to hold."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and node.value in ENGLISH}


PYTHON = {path: list(said_in_python(path)) for path in SOURCES}
SAID = [said for found in PYTHON.values() for said in found] + [s for path in TEMPLATES for s in said_in_template(path)]
NAMED = [said for said in SAID if said.pattern]
WORDS = {
    node.value
    for path in SOURCES
    if path.name != "messages.py"
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    if isinstance(node, ast.Constant) and isinstance(node.value, str)
}


def meant(said: Said) -> list[str]:
    return [id for id in ENGLISH if re.fullmatch(said.pattern, id)]


def test_the_search_finds_what_is_said() -> None:
    assert len(NAMED) > 100
    assert {Path(said.where.partition(":")[0]).parts[0] for said in NAMED} == {"autograder", "templates"}


def test_every_sentence_that_is_said_is_there() -> None:
    assert [said for said in NAMED if not meant(said)] == []


def is_served(said: Said) -> bool:
    """Whether what is passed is what the sentence needs; of an id that is put together, what one of them needs."""
    wanted = [placeholders(id) for id in meant(said)]
    if "**" in said.given:
        return any(said.given - {"**"} <= names for names in wanted)
    if len(wanted) == 1:
        return wanted[0] == said.given
    return said.given <= frozenset().union(*wanted) and any(names <= said.given for names in wanted)


def test_every_sentence_is_given_exactly_its_placeholders() -> None:
    assert [(said, meant(said)) for said in NAMED if not is_served(said)] == []


def test_a_sentence_that_a_variable_names_is_given_its_placeholders() -> None:
    wrong = []
    for path, found in PYTHON.items():
        variables = [said for said in found if not said.pattern]
        direct = {id for said in found if said.pattern for id in meant(said)}
        for id in ids_held(path) - direct if variables else set():
            if placeholders(id) not in {said.given for said in variables}:
                wrong.append((str(path.relative_to(ROOT)), id, sorted(placeholders(id))))
    assert wrong == []


def is_used(id: str, said: Said) -> bool:
    """Whether this place can mean ``id``: what is filled in must be a word that stands somewhere in the code."""
    found = re.fullmatch(said.pattern, id)
    return found is not None and all(word in WORDS for word in found.groups() if word is not None)


def test_no_sentence_is_there_for_nothing() -> None:
    used = {id for id in ENGLISH for said in NAMED if is_used(id, said)}
    held = {id for path, found in PYTHON.items() if any(not said.pattern for said in found) for id in ids_held(path)}
    assert sorted(set(ENGLISH) - used - held) == []


@pytest.mark.parametrize("id", ENGLISH)
def test_a_sentence_can_be_translated(id: str) -> None:
    assert re.fullmatch(r"[a-z]+\.[a-z0-9_-]+", id)
    assert ENGLISH[id] == ENGLISH[id].strip() != ""
    for _, name, specification, conversion in string.Formatter().parse(ENGLISH[id]):
        assert name is None or (name.isidentifier() and not specification and not conversion)


def test_say_fills_in_and_refuses_what_does_not_fit() -> None:
    assert say("report.points", earned="7.5", possible="10") == "7.5 of 10 points"
    assert say("label.got") == "got"
    with pytest.raises(KeyError):
        say("no.such-sentence")
    with pytest.raises(KeyError):
        say("report.points", earned="7.5")


def test_braces_in_what_is_filled_in_stay_as_they_are() -> None:
    assert say("report.points", earned="{possible}", possible="{0}") == "{possible} of {0} points"
