"""An assignment in Korean: its two tables, its two hand-outs, its reports. And a language that two files add."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from tiny_course import SOLUTION, VISIBLE, Course, handed_in, line, make, write

from autograder.course import assignment as assignments
from autograder.course import solution, translation
from autograder.course.assignment import Assignment
from autograder.course.submission import Refused
from autograder.errors import AssignmentError
from autograder.grading.options import RunOptions
from autograder.grading.session import grade_one
from autograder.messages import current_language, say
from autograder.model import Report
from autograder.workers.supervisor import Supervisor

ROOT = Path(__file__).parents[1]
COURSE = [assignments.load(path.parent, root=ROOT) for path in sorted(ROOT.glob("assignments/*/README.md"))]
every_assignment = pytest.mark.parametrize("assignment", COURSE, ids=[each.slug for each in COURSE])

# --- which sentences an assignment has

Sentence = tuple[str, ast.expr | None]  # the text, or the expression if it is not a literal


def sentences_of(cases: Path) -> Iterator[Sentence]:
    """Yield the docstrings of cases, hints, problems, names and measures in a file of cases."""
    for node in ast.walk(ast.parse(cases.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield (ast.get_docstring(node) or "").split("\n")[0], None
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            said = [each.value for each in node.keywords if each.arg in ("hint", "problem")]
            said += [each.value for each in node.keywords if each.arg == "name" and called.startswith("assert_")]
            said += node.args[1:2] if called == "require" else []
            if called == "measure":
                said += [*node.args[:1], *node.args[2:3]]
                said += [each.value for each in node.keywords if each.arg in ("name", "unit")]
            yield from map(_literal, said)
        if isinstance(node, ast.Assign) and re.search("hint", ast.unparse(node.targets[0]), re.IGNORECASE):
            yield _literal(node.value)


def _literal(node: ast.expr) -> Sentence:
    """Return a text; nothing for a variable, whose text is elsewhere; the node of a composed text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value, None
    return "", None if isinstance(node, ast.Name | ast.Attribute | ast.Subscript) else node


def needs_translation(text: str) -> bool:
    """Whether a text is a sentence or a phrase, and not a name in the code such as ``W``."""
    return bool(re.search("[A-Za-z]", text)) and not re.fullmatch(r"[A-Za-z_]\w?\d*", text)


def visible(assignment: Assignment) -> set[str]:
    """Return the sentences that students receive."""
    titles = [assignment.title, *(task.title for task in assignment.tasks)]
    return {*titles, *(text for text, _ in sentences_of(assignment.visible_cases))}


def hidden(assignment: Assignment) -> set[str]:
    """Return the sentences that no student receives."""
    assert assignment.hidden_cases is not None
    hints = [known.hint for known in solution.mistakes(assignment)]
    return {*hints, *(text for text, _ in sentences_of(assignment.hidden_cases))}


def table(folder: Path | None) -> dict[str, str]:
    assert folder is not None
    path = folder / "ko.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


@every_assignment
def test_every_sentence_of_an_assignment_has_a_translation(assignment: Assignment) -> None:
    there, here = table(assignment.solution), table(assignment.folder)
    assert sorted(text for text in visible(assignment) if needs_translation(text) and text not in here) == []
    lacking = {text for text in hidden(assignment) if needs_translation(text)} - here.keys() - there.keys()
    assert sorted(lacking) == []


@every_assignment
def test_no_translation_is_left_over(assignment: Assignment) -> None:
    """A line of the visible table for a sentence of a hidden case would reveal it, so it counts as left over, too."""
    assert sorted(table(assignment.folder).keys() - visible(assignment)) == []
    assert sorted(table(assignment.solution).keys() - hidden(assignment)) == []


@every_assignment
def test_every_sentence_is_a_literal(assignment: Assignment) -> None:
    assert assignment.hidden_cases is not None
    found = [
        f"{path.name}: {ast.unparse(node)}"
        for path in (assignment.visible_cases, assignment.hidden_cases)
        for _, node in sentences_of(path)
        if node is not None
    ]
    assert found == []


@every_assignment
def test_korean_lines_are_korean(assignment: Assignment) -> None:
    wrong = []
    for english, korean in {**table(assignment.folder), **table(assignment.solution)}.items():
        is_name = not re.search("[a-z]{3}", english)
        ends = re.sub(r"\([^()]*\)", "", korean)
        informal = [each for each in re.findall(r"([가-힣]+)[.?!](?:\s|$)", ends) if not FORMAL.search(each)]
        if informal or not (is_name or english == korean or re.search("[가-힣]", korean)):
            wrong.append((korean, informal))
    assert wrong == []


FORMAL = re.compile(r"(니다|십시오|니까)$")


def test_the_search_for_sentences_finds_them(tmp_path: Path) -> None:
    cases = write(
        tmp_path / "test_visible.py",
        '''
        SOME_HINT = "Fourth."

        @task("f", points=1, hint="First."
              " And more.")
        def test_f(student):
            """Second.

            Not this."""
            require(student.f(), "Third.", hint=SOME_HINT)
            assert_close(student.f(), 1, name="fifth:", hint=f"{1} is put together")
            measure("sixth", 1.0, "seventh")
            measure("sixth", 1.0, unit="eighth")
            nn.Module(name="not this")
        ''',
    )
    found = list(sentences_of(cases))
    assert {text for text, _ in found if text} == {
        "First. And more.", "Second.", "Third.", "Fourth.", "fifth:", "sixth", "seventh", "eighth",
    }  # fmt: skip
    assert [ast.unparse(node) for _, node in found if node is not None] == ["f'{1} is put together'"]
    assert needs_translation("costs") and not needs_translation("W") and not needs_translation("w1")


# --- hand-outs

FENCE = re.compile(r"^```[^\n]*\n.*?^```$", re.MULTILINE | re.DOTALL)


def form(text: str) -> tuple[list[str], list[int], list[int]]:
    """Return the code blocks, the levels of the headings, and the number of columns of every line of every table."""
    rest = FENCE.sub("", text)
    headings = [len(found) for found in re.findall(r"^(#+) ", rest, re.MULTILINE)]
    rows = [len(re.findall(r"(?<!\\)\|", row)) for row in re.findall(r"^\|.*$", rest, re.MULTILINE)]
    return list(map(untranslated, FENCE.findall(text))), headings, rows


def untranslated(block: str) -> str:
    """Return what both languages share of a code block: of one marked ``text`` its numbers, line by line; else all."""
    if not block.startswith("```text\n"):
        return block
    return "```text\n" + "\n".join(" ".join(re.findall(r"\d+", line)) for line in block.splitlines())


@every_assignment
def test_both_hand_outs_have_one_form(assignment: Assignment) -> None:
    english, korean = ((assignment.folder / name).read_text(encoding="utf-8") for name in ("README.md", "README.ko.md"))
    assert form(korean) == form(english)
    assert len(re.findall("[가-힣]", korean)) > 200


def test_a_hand_out_of_another_form_is_found() -> None:
    text = "# A\n\n```\nx = 1\n```\n\n| a | b |\n| --- | --- |\n"
    for other in (text.replace("x = 1", "x = 2"), text.replace("# A", "## A"), text.replace("| b |", "| b | c |")):
        assert form(other) != form(text)
    assert form(text.replace("# A", "# 가").replace("| a |", "| 나 |")) == form(text)


def test_only_a_block_marked_as_text_may_be_translated() -> None:
    text = "```text\nx = 1, the first\ny\n```\n"
    assert form(text.replace("the first", "첫째")) == form(text)
    for other in (text.replace("1", "2"), text.replace("y\n", ""), text.replace("text", "")):
        assert form(other) != form(text)
    code = text.replace("text", "python")
    assert form(code.replace("the first", "첫째")) != form(code)


@every_assignment
@pytest.mark.parametrize("name", ["README.md", "README.ko.md"])
def test_hand_outs_link_the_glossary(assignment: Assignment, name: str) -> None:
    assert "(../../docs/glossary.md#words-of-the-course)" in (assignment.folder / name).read_text(encoding="utf-8")


# One word for one thing: what the glossary calls otherwise, and what it calls it.
OTHER_WORDS = {
    "스텁": "뼈대 코드",
    "네트워크": "신경망",
    "걸음": "스텝",
    "유닛": "뉴런",
    "납작": "1차원",
    "돌려주": "반환하다",
    "돌려줍": "반환하다",
    "공개된 케이스": "공개 케이스",
    "부른 쪽": "호출한 쪽",
    "준비물": "필요한 것",
    "여러분의 과목에서 쓰는 채점기": "과목의 채점기",
    "수업의 채점기": "과목의 채점기",
    "강의의 채점기": "과목의 채점기",
    "one-hot": "원-핫",
    "초록": "통과",
    "루프": "반복문",
}


def other_words(text: str) -> list[str]:
    """Return the words that the glossary calls otherwise, and endings that are not formal."""
    prose = " ".join(re.sub("`[^`]*`", "", FENCE.sub("", text)).split())
    informal = re.findall(r"[가-힣]+(?:까요|어요|아요|세요)[.?]", prose)
    return [word for word in OTHER_WORDS if word in prose] + informal


@every_assignment
def test_a_korean_hand_out_has_one_word_for_one_thing(assignment: Assignment) -> None:
    page = (assignment.folder / "README.ko.md").read_text(encoding="utf-8")
    sentences = [*table(assignment.folder).values(), *table(assignment.solution).values()]
    assert other_words("\n".join([page, *sentences])) == []


def test_other_words_are_found() -> None:
    assert other_words("스텁에 적힌 대로 네트워크를\n훈련할까요?") == ["스텁", "네트워크", "훈련할까요?"]
    assert other_words("뼈대 코드에 적힌 `one-hot`\n```\n루프\n```\n신경망입니까?") == []


# --- the tables

KO = """
"A tiny assignment" = "작은 과제"
"The double" = "두 배"
"Twice two is four." = "2의 두 배는 4입니다."
"Add up all entries." = "모든 원소를 더하십시오."
"The sum is too large." = "합이 너무 큽니다."
"the sum of three:" = "세 수의 합:"
"""
KO_HIDDEN = """
"Any array is doubled." = "어떤 배열이든 두 배가 됩니다."
"Squaring is not doubling." = "제곱은 두 배가 아닙니다."
"""


def korean(root: Path, *, visible: str = VISIBLE) -> Course:
    course = make(root, visible=visible)
    write(course.folder / "ko.toml", KO)
    write(course.solution / "ko.toml", KO_HIDDEN)
    return course


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (
            '"A" = \n',
            "assignments/01-tiny/ko.toml is not valid TOML (Invalid value (at line 1, column 7)); write",
        ),
        (
            '"A" = "가"\nB c = "나"\n',
            "ko.toml is not valid TOML (Expected '=' after a key in a key/value pair (at",
        ),
        (
            '"A" = 3\n',
            'assignments/01-tiny/ko.toml: "A" has no translation; write "English sentence" = "translation", both in',
        ),
        ('"A" = ""\n', '"A" has no translation'),
        ('[table]\nA = "가"\n', '"table" has no translation'),
        (
            "\"A\" = '가'".encode("cp949"),
            "assignments/01-tiny/ko.toml is not UTF-8 text; save it as UTF-8.",
        ),
    ],
)
def test_a_wrong_table_is_an_error_with_its_file_and_a_remedy(
    tmp_path: Path, content: str | bytes, problem: str
) -> None:
    course = make(tmp_path)
    write(course.folder / "ko.toml", content)
    with pytest.raises(AssignmentError, match=re.escape(problem)):
        translation.texts(course.load(), "ko")


def test_both_tables_are_read_and_either_may_be_missing(tmp_path: Path) -> None:
    course = korean(tmp_path)
    found = translation.texts(course.load(), "ko")
    assert found["The double"] == "두 배" and found["Squaring is not doubling."] == "제곱은 두 배가 아닙니다."
    assert translation.texts(course.load(), "en") == {}
    assert translation.texts(make(tmp_path / "other", solution=None).load(), "ko") == {}


def test_a_changed_table_changes_the_digest(tmp_path: Path) -> None:
    course = korean(tmp_path)
    before = course.load().digest()
    write(course.folder / "ko.toml", KO.replace("작은", "아주 작은"))
    assert course.load().digest() != before


# --- grading


def assignment_language(language: str | None, course: Course, source: str, supervisor: Supervisor) -> Report:
    assignment = course.load()
    with translation.assignment_language(language, assignment):
        run = RunOptions(official=True, seed=5, device="cpu")
        return grade_one(assignment, handed_in(source), run=run, supervisor=supervisor)


WRONG = SOLUTION.replace("2 * x", "x**2").replace("float(np.sum(x))", "float(np.sum(x)) + 1")


def test_a_report_is_in_korean_throughout(tmp_path: Path, supervisor: Supervisor) -> None:
    report = assignment_language("ko", korean(tmp_path), WRONG, supervisor)
    assert (report.language, report.title) == ("ko", "작은 과제")
    assert [task.title for task in report.tasks] == ["두 배", "The total"]  # the second has no line in the table
    assert line(report, "double_of_two").title == "2의 두 배는 4입니다."
    assert line(report, "double_of_any[5]").title == "어떤 배열이든 두 배가 됩니다."
    assert line(report, "double_of_any[5]").hint == "제곱은 두 배가 아닙니다."
    assert line(report, "total_of_three").hint.endswith("모든 원소를 더하십시오.")
    assert line(report, "total_of_any").message == (
        "먼저 통과해야 하는 케이스를 통과하지 못해 실행하지 않았습니다: total_of_three. 그것부터 고치십시오."
    )
    assert current_language() == "en"


def test_a_report_is_in_english_by_default(tmp_path: Path, supervisor: Supervisor) -> None:
    report = assignment_language(None, korean(tmp_path), WRONG, supervisor)
    assert (report.language, report.title) == ("en", "A tiny assignment")
    assert line(report, "double_of_any[5]").hint == "Squaring is not doubling."


def test_an_assignment_may_have_a_language_of_its_own(tmp_path: Path, supervisor: Supervisor) -> None:
    course = korean(tmp_path)
    toml = (course.folder / "assignment.toml").read_text(encoding="utf-8")
    write(course.folder / "assignment.toml", 'language = "ko"\n' + toml)
    assert assignment_language(None, course, WRONG, supervisor).language == "ko"
    assert assignment_language("en", course, WRONG, supervisor).language == "en"


SAID = '''
@task("double", points=6)
def test_double_of_two(student):
    """Twice two is four."""
    require(student.double(np.array([2.0]))[0] < 0, "The sum is too large.", hint="Add up all entries.")


@task("total", points=3)
def test_total_of_three(student):
    """One, two and three are six."""
    assert_close(student.total(np.ones(3)), 9.0, name="the sum of three:")
'''


def test_problems_and_names_are_in_korean(tmp_path: Path, supervisor: Supervisor) -> None:
    course = korean(tmp_path, visible=SAID)
    assignment = course.load()
    with translation.assignment_language("ko", assignment):
        report = grade_one(
            assignments.load(course.folder, root=without_solution(course)),
            handed_in(SOLUTION),
            run=RunOptions(),
            supervisor=supervisor,
        )
    first, second = report.outcomes
    assert (first.message, first.hint) == ("합이 너무 큽니다.", "모든 원소를 더하십시오.")
    assert second.mismatch is not None and second.mismatch.where == "세 수의 합:"


def without_solution(course: Course) -> Path:
    """Cases that fail on the solution are for a course that has none, as a student's copy has."""
    course.solution.rename(course.root / "gone")
    return course.root


def test_a_refused_upload_is_reported_in_korean(tmp_path: Path, supervisor: Supervisor) -> None:
    assignment = korean(tmp_path).load()
    with translation.assignment_language("ko", assignment):
        upload = Refused("kim", say("submission.damaged"))
        report = grade_one(assignment, upload, run=RunOptions(), supervisor=supervisor)
    assert (report.language, report.title, report.tasks[0].title) == ("ko", "작은 과제", "두 배")
    assert report.notes[0].startswith("압축 파일이 손상되었거나")


# --- a language is found, not listed

ESPERANTO = """
SENTENCES = {
    "report.points-visible": "{earned} el {possible} {possible:poento|poentoj}",
    "verdict.failed": "malsukcesis",
    "label.total": "Sumo",
}
"""
EO = """
"The double" = "La duoblo"
"Twice two is four." = "Duoble du estas kvar."
"""


@pytest.mark.slow
def test_two_files_add_a_language(tmp_path: Path) -> None:
    """A catalogue and a table, written into a copy of the framework and an assignment: nothing else changes."""
    installed = tmp_path / "installed"
    for name in ("autograder", "templates"):
        shutil.copytree(ROOT / name, installed / name, ignore=shutil.ignore_patterns("__pycache__"))
    write(installed / "autograder" / "messages" / "eo.py", ESPERANTO)
    course = make(tmp_path / "course", solution=None)
    write(course.folder / "eo.toml", EO)
    path = write(tmp_path / "tiny.py", WRONG)

    command = [
        sys.executable,
        "-m",
        "autograder",
        "grade",
        "01-tiny",
        "--root",
        course.root,
        "--submission",
        path,
        "--html",
        "report",
    ]
    graded = subprocess.run([*command, "--lang", "eo"], cwd=installed, capture_output=True, text=True, encoding="utf-8")

    assert (graded.returncode, graded.stderr) == (0, "")
    assert "MALSUKCESIS  total_of_three\n" in graded.stdout
    assert "La duoblo" in graded.stdout
    assert "Sumo  6 el 9 poentoj" in graded.stdout
    assert "The total" in graded.stdout  # what nobody translated stays English
    assert '<html lang="eo">' in (installed / "report" / "01-tiny.html").read_text(encoding="utf-8")
