"""Lines that a newer Python reads are recognised; lines that no Python reads are not."""

from __future__ import annotations

import ast
import sys

import pytest

from autograder.guest import newer_syntax
from autograder.guest.newer_syntax import newer_feature
from autograder.messages import languages, say, use_language

NEWER = {
    'log = {}\nprint(f"loss {log["loss"]}")\n': "f-string",
    "x = f\"{'\\n'.join(a)}\"\n": "f-string",
    'x = f"{\n    a  # first\n}"\n': "f-string",
    'print("a" f"{d["k"]:.3f} %" f\'{d["k"]}\')\n': "f-string",
    'print(f"{x!r:>{w["a"]}} {x["a"] = } {{}}")\n': "f-string",
    'def f():\n    """type X = 1"""\n    return f"{f"{1}"}"\n': "f-string",
    'x = f"{a["b"] if a["b"] != 3 else 4}"\n': "f-string",
    'x = f"{(lambda y: y["a"])(z)}"\n': "f-string",
    "x = f'''{\na['''b''']}'''\n": "f-string",
    'x = f"\\N{DEGREE SIGN} {a["b"]:%Y-%m-%d}"\n': "f-string",
    'x = rf"\\d {a["b"]}"\n': "f-string",
    'print(f"{"{"}")\n': "f-string",
    'print(f"{d["a"]}")\nx = = 3\n': "f-string",  # the second line is wrong, the first is not
    "type X = int\n": "type-statement",
    "type X[T] = list[T]\n": "type-statement",
    "def f[T](x: T) -> T:\n    return x\n": "type-parameters",
    "class A:\n    async def f[T](self): pass\n": "type-parameters",
    "class A[T: int, *Ts, **P](B):\n    pass\n": "type-parameters",
    "class A[\n    T,\n]:\n    pass\n": "type-parameters",
    "def f[T = int](x): pass\n": "type-defaults",
    'x = t"a {b}"\n': "t-string",
    'x = t"a {b["x"]}"\n': "t-string",
    "try:\n    pass\nexcept ValueError, KeyError:\n    pass\n": "except",
    "try:\n    pass\nexcept* ValueError, np.linalg.LinAlgError:\n    pass\n": "except",
    "lazy import numpy as np\n": "lazy-import",
    "lazy from a import b\n": "lazy-import",
    "x = [*a for a in b]\n": "unpacking",
    "x = {**a for a in b}\n": "unpacking",
}
WRONG = [
    'f"{a b}"\n', 'f"{a["b}"\n', 'f"{}"\n', 'f"}"\n', 'f"{x!z}"\n', 'f"{*}"\n', 'f"{x["a"]}" +\n',
    'x = f"{d["a"]"\n', 'f"{lambda x: d["a"]}"\n', 'f"{x:{y:{z:{w}}}}"\n', "print(f'{x)\n",
    'for x in range(3) print(f"{d["a"]}")\n', 'def f():\nreturn f"{d["a"]}"\n', 'x = t "a"\n', 'print "x"\n',
    "type X = = 3\n", "type x y = 3\n", "type = 3\ntype X\n", "def f[](x): pass\n", "def f[1](x): pass\n",
    "def f[T](x)\n    pass\n", "def f[T, /](x): pass\n", "def f[*, T](x): pass\n", "def f[*T: int](x): pass\n",
    "class A[T]\n    pass\n", "def f(x)\n    pass\ntype X = int\n", "def f(x:\n    pass\n",
    "try:\n    pass\nexcept ValueError, e:\n    pass\n", "x = 1 +\n", "if x = 3: pass\n",
    'x = [1, 2\ny = 3\nprint(f"{x}")\n', 'x = "abc\n', "x = 'don't'\n", " x = 1\n", "else:\n",
    "x = [*a, *b for a in c]\n", "def f():\n    lazy import x\n", "import lazy numpy\n", "(" * 300 + "\n",
    "x = " + "(" * 5000 + "\n", 'x = f"{' * 200 + "\n",
]  # fmt: skip


def error_of(source: str) -> SyntaxError:
    with pytest.raises((SyntaxError, MemoryError)) as raised:
        ast.parse(source)
    return raised.value if isinstance(raised.value, SyntaxError) else SyntaxError("too deep", ("m.py", 1, 1, ""))


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python reads some of the lines")
@pytest.mark.parametrize("source", NEWER)
def test_a_line_of_a_newer_python_is_recognised(source: str) -> None:
    assert newer_feature(source, error_of(source)) == NEWER[source]


@pytest.mark.parametrize("source", WRONG)
def test_a_line_that_no_python_reads_is_not(source: str) -> None:
    assert newer_feature(source, error_of(source)) == ""


def test_a_feature_that_this_python_has_explains_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    source = "type X = int\n"
    monkeypatch.setattr(newer_syntax, "FEATURES", {**newer_syntax.FEATURES, "type-statement": sys.version_info[:2]})
    error = SyntaxError("invalid syntax", ("m.py", 1, 1, source))
    assert newer_feature(source, error) == ""


def test_a_vast_file_is_not_searched() -> None:
    source = "type X = int\n" + "#" * newer_syntax.MAX_SOURCE
    assert newer_feature(source, error_of("type X = int\n")) == ""


@pytest.mark.parametrize("language", languages())
def test_every_feature_has_a_sentence(language: str) -> None:
    with use_language(language):
        assert all(say(f"newer.{name}") for name in newer_syntax.FEATURES)
