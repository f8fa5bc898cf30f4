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
from itertools import chain
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
class SayCall:
    """A call of ``say``: a pattern of its id ("" if a variable contains it) and the parameters that it passes."""

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


FILLED = "([a-z_.-]+)"  # a value in an id may be several words: state.{state}, {id}-hidden


def branches(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.IfExp):
        yield from branches(node.body)
        yield from branches(node.orelse)
    else:
        yield node


def id_pattern(node: ast.expr) -> str:
    """Return a regular expression for the ids that an expression can be; "" for a variable."""
    match node:
        case ast.Constant(value=str(text)):
            return re.escape(text)
        case ast.JoinedStr(values=values):
            return "".join(re.escape(str(v.value)) if isinstance(v, ast.Constant) else FILLED for v in values)
    return ""


def say_calls_in_python(path: Path) -> Iterator[SayCall]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
            given = frozenset(keyword.arg or "**" for keyword in node.keywords)
            patterns = [id_pattern(branch) for branch in branches(node.args[0])]
            # a choice between several ids passes the parameters of all of them
            if any(patterns):
                yield SayCall(f"{path.relative_to(ROOT)}:{node.lineno}", "|".join(filter(None, patterns)), given)
            if not all(patterns):
                yield SayCall(f"{path.relative_to(ROOT)}:{node.lineno}", "", given)


def say_calls_in_template(path: Path) -> Iterator[SayCall]:
    tree = Environment().parse(path.read_text(encoding="utf-8"))
    for node in tree.find_all(nodes.Call):
        if isinstance(node.node, nodes.Name) and node.node.name == "say":
            given = frozenset(keyword.key for keyword in node.kwargs)
            yield SayCall(f"{path.relative_to(ROOT)}:{node.lineno}", template_pattern(node.args[0]), given)


def template_pattern(node: nodes.Expr) -> str:
    if isinstance(node, nodes.Const):
        return re.escape(node.value)
    if isinstance(node, nodes.CondExpr) and node.expr2 is not None:
        return f"{template_pattern(node.expr1)}|{template_pattern(node.expr2)}"
    if isinstance(node, nodes.Concat):
        return "".join(re.escape(part.value) if isinstance(part, nodes.Const) else FILLED for part in node.nodes)
    return ""


def ids_in(path: Path) -> set[str]:
    """Return the ids that a file contains as plain text, which a variable may contain."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and node.value in ENGLISH}


PYTHON = {path: list(say_calls_in_python(path)) for path in SOURCES}
SAY_CALLS = [*chain(*PYTHON.values()), *chain(*map(say_calls_in_template, TEMPLATES))]
WITH_ID = [call for call in SAY_CALLS if call.pattern]
WORDS = {
    node.value
    for path in SOURCES
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    if isinstance(node, ast.Constant) and isinstance(node.value, str)
}


def possible_ids(call: SayCall) -> list[str]:
    return [id for id in ENGLISH if re.fullmatch(call.pattern, id)]


def test_the_search_finds_the_calls() -> None:
    assert len(WITH_ID) > 100
    assert {Path(call.where.partition(":")[0]).parts[0] for call in WITH_ID} == {"autograder", "templates"}


def test_every_sentence_in_the_code_exists() -> None:
    assert [call for call in WITH_ID if not possible_ids(call)] == []


def passes_parameters(call: SayCall) -> bool:
    """Whether a call passes the parameters of its sentence, or of one of them if its id is composed."""
    wanted = [placeholders(id) for id in possible_ids(call)]
    if "**" in call.given:
        return any(call.given - {"**"} <= names for names in wanted)
    if len(wanted) == 1:
        return wanted[0] == call.given
    return call.given <= frozenset().union(*wanted) and any(names <= call.given for names in wanted)


def test_every_sentence_gets_exactly_its_parameters() -> None:
    assert [(call, possible_ids(call)) for call in WITH_ID if not passes_parameters(call)] == []


def test_a_sentence_that_a_variable_names_gets_its_parameters() -> None:
    wrong = []
    for path, found in PYTHON.items():
        variables = [call for call in found if not call.pattern]
        direct = {id for call in found if call.pattern for id in possible_ids(call)}
        for id in ids_in(path) - direct if variables else set():
            if placeholders(id) not in {call.given for call in variables}:
                wrong.append((str(path.relative_to(ROOT)), id, sorted(placeholders(id))))
    assert wrong == []


def is_used(id: str, call: SayCall) -> bool:
    """Whether a call can mean ``id``: a value in the id must be a word that is somewhere in the code."""
    found = re.fullmatch(call.pattern, id)
    return found is not None and all(word in WORDS for word in found.groups() if word is not None)


def test_every_sentence_is_used() -> None:
    used = {id for id in ENGLISH for call in WITH_ID if is_used(id, call)}
    held = {id for path, found in PYTHON.items() if any(not call.pattern for call in found) for id in ids_in(path)}
    assert sorted(set(ENGLISH) - used - held) == []


@pytest.mark.parametrize("id", ENGLISH)
def test_a_sentence_can_be_translated(id: str) -> None:
    assert re.fullmatch(r"[a-z]+\.[a-z0-9_-]+", id)
    assert ENGLISH[id] == ENGLISH[id].strip() != ""
    assert "!" not in re.findall(r"\{\w+(.)", ENGLISH[id])
    for name, specification in fields(ENGLISH[id]):
        assert name.isidentifier() and specification.count("|") == bool(specification)


def test_say_fills_in_parameters_and_refuses_a_wrong_id() -> None:
    assert say("report.points", earned="7.5", possible="10") == "7.5 of 10 points"
    assert say("label.got") == "got"
    with pytest.raises(KeyError):
        say("no.such-sentence")
    with pytest.raises(KeyError):
        say("report.points", earned="7.5")


@pytest.mark.parametrize(
    ("points", "sentence"),
    [("1", "1 point: late"), (1, "1 point: late"), ("-1", "-1 point: late"), ("+1", "+1 point: late")]
    + [(each, f"{each} points: late") for each in ("0", "2", "0.5", "-1.5", "11", "1,001")],
)
def test_a_number_chooses_singular_or_plural(points: object, sentence: str) -> None:
    assert say("report.adjustment", points=points, reason="late") == sentence


@pytest.mark.parametrize(
    ("wrong", "size", "sentence"),
    [(1, 1, "1 of 1 entry differs"), (1, 8, "1 of 8 entries differs"), (8, 8, "8 of 8 entries differ")],
)
def test_each_number_of_a_sentence_chooses_its_own_words(wrong: int, size: int, sentence: str) -> None:
    assert say("compare.share", wrong=wrong, size=size) == sentence


def test_a_form_may_contain_a_parameter() -> None:
    assert say("training.no-band", tried=1, following="0.92").startswith("Your run earns no band yet")
    assert say("training.no-band", tried=3, following="0.92").startswith("The best of 3 runs earns no band yet")


# A limit is never 1, and neither is the number of runs that have a best one.
NUMBERED = r"(?<!more than )(?<!best of )\{(count|wrong|size|all|tried|seconds|points|possible|examples)\} [a-z]+s\b"


@pytest.mark.parametrize("id", ENGLISH)
def test_no_plural_follows_any_number(id: str) -> None:
    assert re.search(NUMBERED, ENGLISH[id]) is None


def test_braces_in_a_parameter_stay() -> None:
    assert say("report.points", earned="{possible}", possible="{0}") == "{possible} of {0} points"


# --- differences


def prose(node: ast.AST) -> str:
    """Return the English words of an expression that are plain text, and not the id of a sentence or a key."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value if re.search("[A-Za-z]{2}", node.value) else ""
    if isinstance(node, ast.Subscript) or (isinstance(node, ast.Call) and ast.unparse(node.func) == "say"):
        return ""
    return " ".join(filter(None, (prose(child) for child in ast.iter_child_nodes(node))))


@pytest.mark.slow
def test_both_sides_of_a_difference_are_sentences() -> None:
    """A difference consists of values, names and sentences; an English word in it would appear in a Korean report."""
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

# The form of these particles depends on the sound before them: 은/는, 이/가, 을/를, 와/과, (으)로, (이)나, (이)라.
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
    """합니다체: a sentence ends in -니다, -십시오 or -니까; a fragment ends without a full stop."""
    text = re.sub(r"\([^()]*\)", "", KOREAN[id])
    # a full stop in "1.5" or after a value ends no sentence
    sentences = re.findall(r"[^.?!]*[가-힣][.?!](?=\s|$)", text)
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


def test_an_exception_ends_the_language() -> None:
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
