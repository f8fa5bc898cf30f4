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
from autograder.course.ipython import Command
from autograder.course.notebook import Unread
from autograder.errors import SubmissionRejected


def code(source: str | list[str]) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "outputs": [], "metadata": {}, "execution_count": 1}


def ipynb(*cells: str | dict[str, Any]) -> bytes:
    made = [code(cell) if isinstance(cell, str) else cell for cell in cells]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": made}).encode()


def source_of(*cells: str | dict[str, Any]) -> str:
    return notebook.read(ipynb(*cells)).source.decode()


def test_cells_keep_their_order_and_their_lines() -> None:
    got = source_of(
        "import numpy as np\nprint(np.pi)",
        {"cell_type": "markdown", "source": "def not_code(): ..."},
        "def f(x):\n    # twice\n    return 2 * x",
        {"cell_type": "raw", "source": "x = 1"},
        "",
        "for i in range(3):\n    print(i)\nx[0] = 1",
    )
    assert got == (
        "# cell 1\nimport numpy as np\nprint(np.pi)\n"
        "# cell 2\ndef f(x):\n    # twice\n    return 2 * x\n"
        "# cell 3\n\n"
        "# cell 4\nfor i in range(3):\n    print(i)\nx[0] = 1\n"
    )


def test_a_cell_of_another_language_is_left_out_and_named() -> None:
    code = notebook.read(ipynb("x = 1", "\n%%javascript\nclass A { }", "%%bash\nx=1"))
    assert code.source == b"# cell 1\nx = 1\n# cell 2\n\n\n\n# cell 3\n\n\n"
    assert code.commands == (Command(5, "%%javascript"), Command(8, "%%bash"))


def test_python_that_begins_like_a_magic_is_python() -> None:
    assert source_of("x = (17\n% 5)\ny = '''\n!important\n'''") == "# cell 1\nx = (17\n% 5)\ny = '''\n!important\n'''\n"


def test_commands_are_named_with_their_line_of_the_module() -> None:
    code = notebook.read(ipynb("x = 1", "if x:\n    !pip install torch\nfiles = !ls"))
    assert code.source == b"# cell 1\nx = 1\n# cell 2\nif x:\n    pass\nfiles = []\n"
    assert code.commands == (Command(5, "!pip install torch"), Command(6, "files = !ls"))


@pytest.mark.parametrize(
    ("cell", "kept", "line", "names"),
    [
        ("def f(): ...\nplot(:", "def f(): ...\n\n", 2, set()),
        ("for i in range(3):\n    print(f(i)\n\ndef g(): pass", "\n\n\ndef g(): pass\n", 2, set()),
        ("x = 1\n@d\n@e\ndef f(x:\n    return x\ny = 2", "x = 1\n\n\n\n\ny = 2\n", 4, {"f"}),
        ("class A:\n    def fit(self) return 1\n    def g(self): ...\nx = 1", "\n\n\nx = 1\n", 2, {"A", "fit", "g"}),
        ("if x:\n    y = 1\nelse\n    y = 2\nz = 3", "\n\n\n\nz = 3\n", 3, set()),
        ("async def f(:\n    pass", "\n\n", 1, {"f"}),
    ],
)
def test_a_statement_that_python_cannot_read_is_left_out_alone(
    cell: str, kept: str, line: int, names: set[str]
) -> None:
    code = notebook.read(ipynb("a = 0", cell))
    assert code.source.decode() == f"# cell 1\na = 0\n# cell 2\n{kept}"
    assert [(each.line - 3, each.names) for each in code.unread] == [(line, names)]


def test_a_cell_with_many_errors_is_left_out_whole() -> None:
    code = notebook.read(ipynb("x = 1\n" + "def f(:\n" * (notebook.MAX_ERRORS + 1) + "def g(): ...", "y = 1"))
    assert ast.unparse(ast.parse(code.source)) == "y = 1"
    assert code.unread == (Unread(8, "invalid syntax", frozenset({"f", "g"})),)


def test_text_that_the_parser_cannot_take_is_a_broken_cell() -> None:
    code = notebook.read(ipynb("x = \0", "y = " + "-" * 100_000 + "1", "z" + ".z" * 50_000, "def f(): return '\0'"))
    assert ast.parse(code.source).body == []
    assert [each.line for each in code.unread] == [2, 4, 6, 8] and code.unread[3].names == {"f"}


def test_a_cell_may_be_indented_as_a_whole() -> None:
    assert source_of("    x = 1\n    if x:\n        y = 2\n") == "# cell 1\nx = 1\nif x:\n    y = 2\n\n"


def test_future_imports_move_to_the_start_once() -> None:
    future = "from __future__ import annotations"
    got = source_of("x = 1", "from __future__ import (\n    annotations,  # why\n)\ny = 2", future)
    assert got == "from __future__ import annotations\n# cell 1\nx = 1\n# cell 2\n\n\n\ny = 2\n# cell 3\n\n"


@pytest.mark.parametrize(
    "line", ["from __future__ import annotations; y = 'ü'", "y = 'ü'; from __future__ import annotations"]
)
def test_a_statement_next_to_a_future_import_stays(line: str) -> None:
    assert ast.unparse(ast.parse(source_of(line))) == "from __future__ import annotations\ny = 'ü'"


def test_warnings_about_the_students_text_are_not_ours() -> None:
    assert source_of(r"pattern = '\d'") == "# cell 1\npattern = '\\d'\n"


def test_all_line_ends_count_as_python_counts_them() -> None:
    assert source_of("x = 1\r\nprint(x)\ry = '\x0b\u2028'") == "# cell 1\nx = 1\nprint(x)\ny = '\x0b\u2028'\n"


def test_half_a_surrogate_pair_does_no_harm() -> None:
    assert source_of("x = '\ud800'") == "# cell 1\nx = '?'\n"


def test_the_source_may_be_a_list_of_lines() -> None:
    assert source_of(code(["x = 1\n", "y = 2"])) == "# cell 1\nx = 1\ny = 2\n"


def test_format_3_is_read_as_well() -> None:
    cells = [{"cell_type": "code", "language": "python", "input": ["x = 1\n", "y = 2"], "outputs": []}]
    document = {"nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": cells}, {"cells": cells}]}
    assert notebook.read(json.dumps(document).encode()).source == b"# cell 1\nx = 1\ny = 2\n# cell 2\nx = 1\ny = 2\n"


def test_outputs_are_not_read() -> None:
    cell = {**code("x = 1"), "outputs": [{"output_type": "stream", "text": "def f(): ..."}]}
    assert source_of(cell) == "# cell 1\nx = 1\n"


def test_lines_are_placed_in_their_cells() -> None:
    future = "from __future__ import annotations"
    source = source_of(f"{future}\nx = 1", "print(1)", "def f():\n    return 1\n").encode()
    placed = [notebook.cell_of(source, line) for line in range(1, 7)]
    assert placed == [None, None, (1, 1), (1, 2), None, (2, 1)]


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
        notebook.read(damaged)


def test_sizes_are_capped() -> None:
    with pytest.raises(SubmissionRejected, match="larger than 10 MB"):
        notebook.read(b" " * (notebook.NOTEBOOK_BYTES + 1))
    line = "x = 1\n" * 10_000
    with pytest.raises(SubmissionRejected, match="more than 256 KB of code"):
        notebook.read(ipynb(*[line] * 5))


@pytest.mark.slow
@pytest.mark.parametrize(
    "filling", [" ", "\n", "\t", "\\\n", "(", "x,", "'", "'''\n", "!\\\n", "%time ", "{'", "@d\n", "x?"]
)
def test_no_text_takes_time_with_the_square_of_its_length(filling: str) -> None:
    """With a pattern that looks at a character again and again, this takes minutes or hours."""
    text = filling * (240_000 // len(filling)) + "$"
    code = notebook.read(ipynb("import numpy as np", text))
    assert code.source.startswith(b"# cell 1\nimport numpy as np\n# cell 2\n")


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
        assert notebook.read(content)


@settings(deadline=None)
@given(JSON)
def test_any_document_is_read_or_refused(document: Any) -> None:
    with contextlib.suppress(SubmissionRejected):
        assert notebook.read(json.dumps(document).encode())


@settings(deadline=None)
@given(st.lists(st.lists(LINES | st.text(), max_size=6).map("\n".join), max_size=3))
def test_any_cells_are_read_and_the_module_parses(cells: list[str]) -> None:
    assert parses(source_of(*cells))


def parses(source: str) -> bool:
    try:
        ast.parse(source)
    except (SyntaxError, ValueError):
        return False
    return True


# --- scripts


def test_a_script_keeps_its_bytes() -> None:
    source = "# -*- coding: cp949 -*-\r\nx = '한글' % ()\r\n%s".encode("cp949")
    assert notebook.read_script(source) == notebook.Code(source)


def test_a_saved_notebook_loses_the_commands_that_it_still_contains() -> None:
    code = notebook.read_script(b"\xef\xbb\xbf!pip install torch\r\nx = 1\r\nif x:\r\n    %matplotlib inline\r\n")
    assert code == notebook.Code(
        b"pass\nx = 1\nif x:\n    pass\n", (Command(1, "!pip install torch"), Command(4, "%matplotlib inline"))
    )


def test_a_script_with_another_error_is_left_to_python() -> None:
    source = b"!ls\ndef f(:\n"
    assert notebook.read_script(source) == notebook.Code(source)
