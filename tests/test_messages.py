"""Sentences: every id in the code exists and gets exactly its parameters; every sentence is used, in every language."""

from __future__ import annotations

import ast
import importlib
import re
import string
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from autograder import messages
from autograder.messages import catalogue, current_language, languages, say, translate, use_language
from autograder.reports import views

ROOT = Path(__file__).parents[1]
TEMPLATES = sorted((ROOT / "templates").glob("*.j2"))
CATALOGUES = {code: importlib.import_module(f"autograder.messages.{code}").SENTENCES for code in languages()}
ENGLISH, KOREAN = CATALOGUES["en"], CATALOGUES["ko"]
CATALOGUE_FILES = [ROOT / "autograder" / "messages" / f"{code}.py" for code in languages()]
SOURCES = sorted(path for path in (ROOT / "autograder").rglob("*.py") if path not in CATALOGUE_FILES)


@dataclass(frozen=True)
class Said:
    """One place that says something: a pattern of its id ("" when a variable holds it) and the names it passes."""

    where: str
    pattern: str
    given: frozenset[str]


def placeholders(id: str, sentences: Mapping[str, str] = ENGLISH) -> frozenset[str]:
    return frozenset(name for name, _ in fields(sentences[id]))


def fields(sentence: str) -> Iterator[tuple[str, str]]:
    """The name and the format of every parameter, those inside a format included."""
    for _, name, specification, _ in string.Formatter().parse(sentence):
        if name is not None:
            yield name, specification or ""
            yield from fields(specification or "")


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
    assert "!" not in re.findall(r"\{\w+(.)", ENGLISH[id])
    for name, specification in fields(ENGLISH[id]):
        assert name.isidentifier() and specification.count("|") == bool(specification)


def test_say_fills_in_and_refuses_what_does_not_fit() -> None:
    assert say("report.points", earned="7.5", possible="10") == "7.5 of 10 points"
    assert say("label.got") == "got"
    with pytest.raises(KeyError):
        say("no.such-sentence")
    with pytest.raises(KeyError):
        say("report.points", earned="7.5")


@pytest.mark.parametrize(
    ("points", "said"),
    [("1", "1 point: late"), (1, "1 point: late"), ("-1", "-1 point: late"), ("+1", "+1 point: late")]
    + [(each, f"{each} points: late") for each in ("0", "2", "0.5", "-1.5", "11", "1,001")],
)
def test_a_number_chooses_singular_or_plural(points: object, said: str) -> None:
    assert say("report.adjustment", points=points, reason="late") == said


@pytest.mark.parametrize(
    ("wrong", "size", "said"),
    [(1, 1, "1 of 1 entry differs"), (1, 8, "1 of 8 entries differs"), (8, 8, "8 of 8 entries differ")],
)
def test_two_numbers_of_a_sentence_choose_each_for_themselves(wrong: int, size: int, said: str) -> None:
    assert say("compare.share", wrong=wrong, size=size) == said


def test_a_form_may_hold_a_parameter() -> None:
    figures = {"accuracy": "0.9", "examples": 500, "low": "0.8", "high": "0.95", "following": "0.92"}
    assert say("training.no-band", tried=1, **figures).startswith("Your run reached accuracy 0.9 on 500 test examples")
    assert say("training.no-band", tried=3, **figures).startswith("The best of 3 runs reached")


# A limit is never 1, and neither is the number of runs that have a best one.
NUMBERED = r"(?<!more than )(?<!best of )\{(count|wrong|size|all|tried|seconds|points|possible|examples)\} [a-z]+s\b"


@pytest.mark.parametrize("id", ENGLISH)
def test_no_plural_stands_beside_any_number(id: str) -> None:
    assert re.search(NUMBERED, ENGLISH[id]) is None


def test_braces_in_what_is_filled_in_stay_as_they_are() -> None:
    assert say("report.points", earned="{possible}", possible="{0}") == "{possible} of {0} points"


# --- what comes back is named in sentences, too


def prose(node: ast.AST) -> str:
    """The English words that stand in an expression as plain text, and not as the id of a sentence or as a key."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value if re.search("[A-Za-z]{2}", node.value) else ""
    if isinstance(node, ast.Subscript) or (isinstance(node, ast.Call) and ast.unparse(node.func) == "say"):
        return ""
    return " ".join(filter(None, (prose(child) for child in ast.iter_child_nodes(node))))


def test_both_sides_of_a_difference_are_said() -> None:
    """A difference is made of values, names and sentences; an English word in it would stand in a Korean report."""
    found = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MAKERS:
                sides = [*node.args[1:3], *(each.value for each in node.keywords if each.arg in ("got", "want"))]
                found += [f"{path.name}:{node.lineno}: {text}" for side in sides if (text := prose(side))]
    assert found == []


MAKERS = ("Mismatch", "_refuse", "_found", "_over_budget")


def test_every_kind_of_difference_has_its_word() -> None:
    assert {f"kind.{kind}" for kind in views.KINDS} == {id for id in ENGLISH if id.startswith("kind.")}


# --- other languages


def other_languages(ids: Iterable[str]) -> list[tuple[str, str]]:
    return [(language, id) for language in languages() if language != "en" for id in ids]


@pytest.mark.parametrize("language", languages())
def test_every_language_has_the_sentences_of_english_in_their_order(language: str) -> None:
    assert list(CATALOGUES[language]) == list(ENGLISH)


@pytest.mark.parametrize(("language", "id"), other_languages(ENGLISH))
def test_a_translation_has_the_parameters_of_english(language: str, id: str) -> None:
    sentences = CATALOGUES[language]
    assert placeholders(id, sentences) == placeholders(id)
    assert sentences[id] == sentences[id].strip() != ""


# --- Korean

# In these places a form depends on the sound before it: 은/는, 이/가, 을/를, 와/과, (으)로, (이)나, (이)라.
PARTICLE = re.compile(r"\}[\"')\]»”’]*[은는이가을를와과으로나라]")
FORMAL = re.compile(r"(니다|십시오|니까)$")


@pytest.mark.parametrize("id", KOREAN)
def test_no_particle_follows_a_parameter(id: str) -> None:
    assert PARTICLE.search(KOREAN[id]) is None


def test_a_particle_behind_a_parameter_is_found() -> None:
    for wrong in ("{name}은 함수가 아닙니다.", "{name}을 고치십시오.", "{file}로 저장하십시오.", "'{a}'와 {b}"):
        assert PARTICLE.search(wrong)
    assert not PARTICLE.search("{name}: 형태가 다릅니다. {seconds}초, {file}에서, {count}개")


@pytest.mark.parametrize("id", KOREAN)
def test_korean_sentences_are_formal_throughout(id: str) -> None:
    """합니다체: what ends like a sentence ends in -니다, -십시오 or -니까; fragments end without a full stop."""
    text = re.sub(r"\([^()]*\)", "", KOREAN[id])
    sentences = re.findall(r"[^.?!]*[가-힣][.?!](?=\s|$)", text)  # a full stop in "1.5" or behind a value ends nothing
    assert [each for each in sentences if not FORMAL.search(each[:-1])] == []


# --- the current language


def test_the_current_language_is_english_unless_another_is_set() -> None:
    assert (current_language(), say("verdict.passed")) == ("en", "passed")
    with use_language("ko", {"The sigmoid": "시그모이드"}):
        assert (current_language(), say("verdict.passed"), translate("The sigmoid")) == ("ko", "통과", "시그모이드")
        with use_language("en"):
            assert (say("verdict.passed"), translate("The sigmoid")) == ("passed", "The sigmoid")
        assert translate("Its derivative") == "Its derivative"
    assert (current_language(), translate("The sigmoid")) == ("en", "The sigmoid")


def test_an_exception_ends_the_language_too() -> None:
    with pytest.raises(ZeroDivisionError), use_language("ko"):
        1 / 0  # noqa: B018
    assert current_language() == "en"


@pytest.mark.parametrize("language", ["fr", "__init__", "../ko", ""])
def test_an_unknown_language_is_refused(language: str) -> None:
    with pytest.raises(KeyError), use_language(language):
        pass


# --- a language is found, not listed

PARTIAL = """
SENTENCES = {
    "verdict.failed": "malsukcesis",
    "report.points": "{earned} el {possible} {possible:poento|poentoj}",
}
"""


@pytest.fixture
def esperanto(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A catalogue with two sentences, in a folder of its own."""
    (tmp_path / "eo.py").write_text(PARTIAL, encoding="utf-8")
    (tmp_path / "eo.toml").touch()
    monkeypatch.setattr(messages, "__path__", [*messages.__path__, str(tmp_path)])
    importlib.invalidate_caches()
    yield
    sys.modules.pop("autograder.messages.eo", None)
    catalogue.cache_clear()


def test_a_new_file_is_a_new_language(esperanto: None) -> None:
    assert languages() == ("en", "eo", "ko")
    with use_language("eo"):
        assert say("verdict.failed") == "malsukcesis"
        assert say("report.points", earned=0, possible=1) == "0 el 1 poento"


def test_a_sentence_without_a_translation_is_english(esperanto: None) -> None:
    with use_language("eo"):
        assert say("verdict.passed") == "passed"
        assert current_language() == "eo"


LOADED = """
import sys
from autograder.messages import languages, say, use_language
languages()
print(*(name for name in sys.modules if name.startswith("autograder.messages.")))
say("verdict.passed")
print(*(name for name in sys.modules if name.startswith("autograder.messages.")))
"""


def test_a_catalogue_is_loaded_on_first_use() -> None:
    printed = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, check=True, text=True).stdout
    assert printed.splitlines() == ["", "autograder.messages.en"]
