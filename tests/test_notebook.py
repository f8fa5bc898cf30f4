"""What a notebook's cells become, and that no bytes whatever do anything but be read or be refused."""

from __future__ import annotations

import ast
import contextlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.course import notebook
from autograder.errors import SubmissionRejected


def code(source: str | list[str]) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "outputs": [], "metadata": {}, "execution_count": 1}


def ipynb(*cells: str | dict[str, Any]) -> bytes:
    made = [code(cell) if isinstance(cell, str) else cell for cell in cells]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": made}).encode()


def source_of(*cells: str | dict[str, Any]) -> str:
    return notebook.source_of(ipynb(*cells)).decode()


def test_keeps_definitions_in_order_and_says_which_cell() -> None:
    got = source_of(
        "import numpy as np",
        {"cell_type": "markdown", "source": "def not_code(): ..."},
        "def f(x):\n    # twice\n    return 2 * x",
        {"cell_type": "raw", "source": "x = 1"},
        "@np.vectorize\nclass A:\n    y = 1\n",
    )
    assert got == (
        "# cell 1\nimport numpy as np\n"
        "# cell 2\ndef f(x):\n    # twice\n    return 2 * x\n"
        "# cell 3\n@np.vectorize\nclass A:\n    y = 1\n\n"
    )


@pytest.mark.parametrize(
    "statement",
    [
        "import os.path",
        "from math import pi",
        "async def f(): ...",
        "x = 1",
        "x = y = [i for i in range(3)]",
        "a, (b, *c) = 1, (2, 3)",
        "x: int = 3",
        "x += 1",
        "f = lambda x: (\n  x\n)",
        'text = """a\n\n%b\nprint(1)"""',
    ],
)
def test_kept(statement: str) -> None:
    assert source_of(statement) == f"# cell 1\n{statement}\n"


@pytest.mark.parametrize(
    "statement",
    [
        "print(1)",
        '"""words"""',
        "for i in range(10**9):\n    x = i",
        "while True: pass",
        "if True:\n    def f(): ...",
        "with open('x') as f: text = f.read()",
        "try:\n    import torch\nexcept ImportError:\n    torch = None",
        "x[0] = 1",
        "np.random.seed = 1",
        "a, b.c = 1, 2",
        "del x",
        "assert False",
        "raise SystemExit",
        "# only a comment",
        "return 3",
        "",
    ],
)
def test_left_out(statement: str) -> None:
    assert source_of(statement) == ""


def test_lines_keep_their_place_in_the_cell() -> None:
    got = source_of("print(0)", "x = 1\nprint(x)\nfor i in range(3):\n    print(i)\ny = (2,\n     3)")
    assert got == "# cell 2\nx = 1\n\n\n\ny = (2,\n     3)\n"


def test_statements_beside_each_other_are_told_apart() -> None:
    assert source_of("print(0); é = 'ü'; print(é); z = 2;") == "# cell 1\né = 'ü'; z = 2\n"
    assert source_of("x = (1,\n2); print(x); y = 3") == "# cell 1\nx = (1,\n2); y = 3\n"


@pytest.mark.parametrize(
    "magic",
    ["%matplotlib inline", "!pip install torch", "?np.dot", "np.dot?", "np.dot??", "  %time f()", "files = !ls *.py",
     "%%time\n", "t = %timeit -o f()"],
)  # fmt: skip
def test_magics_are_taken_out(magic: str) -> None:
    blank = "\n" * magic.count("\n")
    assert source_of(f"{magic}\ndef f(): ...\nf()") == f"# cell 1\n{blank}\ndef f(): ...\n\n"


def test_a_cell_of_another_language_is_left_out_even_if_it_looks_like_a_class() -> None:
    assert source_of("%%javascript\nclass A { }") == ""
    assert source_of("%%bash\nx=1") == ""
    assert source_of("%%writefile logistic.py\nx = 1") == "# cell 1\n\nx = 1\n"


def test_python_that_begins_like_a_magic_is_python() -> None:
    assert source_of("x = (17\n% 5)\ny = '''\n!important\n'''") == "# cell 1\nx = (17\n% 5)\ny = '''\n!important\n'''\n"


def test_a_broken_definition_is_kept_whole_so_that_its_error_is_seen() -> None:
    got = source_of("x = 1", "print('hello')\ndef f(x:\n    return x")
    assert got == "# cell 1\nx = 1\n# cell 2\nprint('hello')\ndef f(x:\n    return x\n"
    with pytest.raises(SyntaxError) as caught:
        ast.parse(got)
    assert caught.value.lineno is not None
    assert notebook.cell_of(got.encode(), caught.value.lineno) == (2, 2)


def test_a_broken_cell_without_a_definition_is_left_out() -> None:
    assert source_of("print('hello'", "x = 1") == "# cell 2\nx = 1\n"


def test_text_that_the_parser_cannot_take_is_a_broken_cell() -> None:
    assert source_of("x = \0", "y = " + "-" * 100_000 + "1", "z" + ".z" * 50_000) == ""
    assert "def f" in source_of("def f(): return '\0'")


def test_future_imports_move_to_the_start_once() -> None:
    future = "from __future__ import annotations"
    got = source_of("x = 1", "from __future__ import (\n    annotations,  # why\n)\ny = 2", future)
    assert got == "from __future__ import annotations\n# cell 1\nx = 1\n# cell 2\n\n\n\ny = 2\n"


def test_warnings_about_the_students_text_are_not_ours() -> None:
    assert source_of(r"pattern = '\d'") == "# cell 1\npattern = '\\d'\n"


def test_all_line_ends_count_as_python_counts_them() -> None:
    assert source_of("x = 1\r\nprint(x)\ry = '\x0b\u2028'") == "# cell 1\nx = 1\n\ny = '\x0b\u2028'\n"


def test_half_a_surrogate_pair_does_no_harm() -> None:
    assert source_of("x = '\ud800'") == "# cell 1\nx = '?'\n"


def test_the_source_may_be_a_list_of_lines() -> None:
    assert source_of(code(["x = 1\n", "y = 2"])) == "# cell 1\nx = 1\ny = 2\n"


def test_format_3_is_read_as_well() -> None:
    cells = [{"cell_type": "code", "language": "python", "input": ["x = 1\n", "y = 2"], "outputs": []}]
    document = {"nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": cells}, {"cells": cells}]}
    assert notebook.source_of(json.dumps(document).encode()) == b"# cell 1\nx = 1\ny = 2\n# cell 2\nx = 1\ny = 2\n"


def test_outputs_are_not_read() -> None:
    cell = {**code("x = 1"), "outputs": [{"output_type": "stream", "text": "def f(): ..."}]}
    assert source_of(cell) == "# cell 1\nx = 1\n"


def test_lines_are_placed_in_their_cells() -> None:
    future = "from __future__ import annotations"
    source = source_of(f"{future}\nx = 1", "print(1)", "def f():\n    return 1\n").encode()
    placed = [notebook.cell_of(source, line) for line in range(1, 7)]
    assert placed == [None, None, (1, 1), (1, 2), None, (3, 1)]


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"\xff\xfe",
        b"{",
        b"[]",
        b"3",
        b"null",
        b"{}",
        b'{"cells": 3}',
        b'{"worksheets": [3]}',
        b'{"cells": [{"cell_type": "code", "source": 3}]}',
        b'{"cells": [{"cell_type": "code", "source": ["x", 3]}]}',
        b"[" * 200_000,
        b'{"cells": ' + b"9" * 5_000 + b"}",
    ],
)
def test_damaged_notebooks_are_refused(damaged: bytes) -> None:
    with pytest.raises(SubmissionRejected, match=r"The notebook is damaged\. Open"):
        notebook.source_of(damaged)


def test_sizes_are_capped() -> None:
    with pytest.raises(SubmissionRejected, match="larger than 10 MB"):
        notebook.source_of(b" " * (notebook.NOTEBOOK_BYTES + 1))
    line = "x = 1\n" * 10_000
    with pytest.raises(SubmissionRejected, match="more than 256 KB of code"):
        notebook.source_of(ipynb(*[line] * 5))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["cells", "cell_type", "source"]), inner),
    max_leaves=10,
)
LINES = st.sampled_from(
    ["x = 1", "def f():", "    return 1", "%%time", "!ls", "x; y = 2; z", "'''", "(", "@d", "class A: ...", "\\", "é\0"]
)


@settings(deadline=None)
@given(st.binary())
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with contextlib.suppress(SubmissionRejected):
        assert isinstance(notebook.source_of(content), bytes)


@settings(deadline=None)
@given(JSON)
def test_any_document_is_read_or_refused(document: Any) -> None:
    with contextlib.suppress(SubmissionRejected):
        assert isinstance(notebook.source_of(json.dumps(document).encode()), bytes)


@settings(deadline=None)
@given(st.lists(st.lists(LINES | st.text(), max_size=6).map("\n".join), max_size=3))
def test_any_cells_are_read_and_what_parsed_still_parses(cells: list[str]) -> None:
    source = source_of(*cells)
    if all(parses(cell) for cell in cells):
        assert parses(source)


def parses(source: str) -> bool:
    try:
        ast.parse(source)
    except (SyntaxError, ValueError):
        return False
    return True
