"""One small assignment for every grader: sigmoid, sigmoid_prime, bce, bce_backward; eight tests, and submissions.

60 % of the submissions are right, in 81 combinations of formulas, and 40 % are wrong in one function.
"""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import Any

SLUG = "01-four"
HEADS = {
    "sigmoid": 'def sigmoid(z):\n    """Return 1 / (1 + exp(-z)), elementwise."""\n',
    "sigmoid_prime": 'def sigmoid_prime(z):\n    """Return the slope of the sigmoid at z."""\n',
    "bce": 'def bce(p, y):\n    """Return the mean binary cross-entropy."""\n',
    "bce_backward": 'def bce_backward(p, y):\n    """Return the gradient of bce with respect to p."""\n',
}
NAMES = list(HEADS)
RIGHT = {
    "sigmoid": (
        "return 1.0 / (1.0 + np.exp(-z))",
        "e = np.exp(-z)\nreturn 1.0 / (e + 1.0)",
        "return np.exp(z) / (1.0 + np.exp(z))",
    ),
    "sigmoid_prime": (
        "s = sigmoid(z)\nreturn s * (1.0 - s)",
        "s = sigmoid(z)\nreturn s - s * s",
        "return sigmoid(z) * sigmoid(-z)",
    ),
    "bce": (
        "return -np.mean(y * np.log(p) + (1.0 - y) * np.log(1.0 - p))",
        "return np.mean(-y * np.log(p) - (1.0 - y) * np.log(1.0 - p))",
        "return -np.sum(y * np.log(p) + (1.0 - y) * np.log(1.0 - p)) / y.size",
    ),
    "bce_backward": (
        "return (p - y) / (p * (1.0 - p)) / p.size",
        "return (-y / p + (1.0 - y) / (1.0 - p)) / p.size",
        "return (p - y) / (p - p * p) / y.size",
    ),
}
WRONG = {
    "sigmoid": ("return 1.0 / (1.0 + np.exp(z))", "return np.tanh(z)"),
    "sigmoid_prime": ("return sigmoid(z)", "s = sigmoid(z)\nreturn s * (1.0 + s)"),
    "bce": (
        "return np.mean(y * np.log(p) + (1.0 - y) * np.log(1.0 - p))",
        "return -np.sum(y * np.log(p) + (1.0 - y) * np.log(1.0 - p))",
    ),
    "bce_backward": ("return (p - y) / (p * (1.0 - p))", "raise NotImplementedError"),
}

# The tests of each function, as plain statements. The first one is visible, the second one hidden.
TESTS = {
    "sigmoid": (
        "got = sigmoid(np.array([0.0, 4.0, -2.0]))\n"
        "np.testing.assert_allclose(got, [0.5, 0.98201379, 0.11920292], rtol=1e-6)",
        "rng = np.random.default_rng(1)\n"
        "for shape in [(7, 3), (11,), (2, 3, 5)]:\n"
        "    z = rng.uniform(-8, 8, size=shape)\n"
        "    np.testing.assert_allclose(sigmoid(z), 1.0 / (1.0 + np.exp(-z)), rtol=1e-6)",
    ),
    "sigmoid_prime": (
        "np.testing.assert_allclose(sigmoid_prime(np.array([0.0, np.log(3.0)])), [0.25, 0.1875], rtol=1e-6)",
        "rng = np.random.default_rng(2)\n"
        "f = lambda t: 1.0 / (1.0 + np.exp(-t))\n"
        "z, h = rng.uniform(-4, 4, size=(7, 3)), 1e-5\n"
        "np.testing.assert_allclose(sigmoid_prime(z), (f(z + h) - f(z - h)) / (2 * h), rtol=1e-5)",
    ),
    "bce": (
        "got = bce(np.array([0.8, 0.5]), np.array([1.0, 0.0]))\n"
        "np.testing.assert_allclose(got, (np.log(1.25) + np.log(2.0)) / 2, rtol=1e-6)",
        "rng = np.random.default_rng(3)\n"
        "for shape in [(7, 1), (11,), (5, 3)]:\n"
        "    p, y = rng.uniform(0.1, 0.9, size=shape), (rng.uniform(size=shape) > 0.5).astype(float)\n"
        "    want = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))\n"
        "    np.testing.assert_allclose(bce(p, y), want, rtol=1e-6)",
    ),
    "bce_backward": (
        "got = bce_backward(np.array([0.8, 0.5]), np.array([1.0, 0.0]))\n"
        "np.testing.assert_allclose(got, [-0.625, 1.0], rtol=1e-6)",
        "rng = np.random.default_rng(4)\n"
        "for shape in [(7, 1), (4, 4)]:\n"
        "    p, y = rng.uniform(0.1, 0.9, size=shape), (rng.uniform(size=shape) > 0.5).astype(float)\n"
        "    f = lambda q: -np.mean(y * np.log(q) + (1 - y) * np.log(1 - q))\n"
        "    got, want, h = bce_backward(p, y), np.zeros(shape), 1e-6\n"
        "    for i in np.ndindex(*shape):\n"
        "        up, down = p.copy(), p.copy()\n"
        "        up[i] += h\n"
        "        down[i] -= h\n"
        "        want[i] = (f(up) - f(down)) / (2 * h)\n"
        "    np.testing.assert_allclose(got, want, rtol=1e-4)",
    ),
}

# The same tests in our vocabulary.
VISIBLE = """
import numpy as np

from autograder import assert_close, task


@task("sigmoid", points=2)
def test_sigmoid_points(student):
    assert_close(student.sigmoid(np.array([0.0, 4.0, -2.0])), np.array([0.5, 0.98201379, 0.11920292]), rtol=1e-6)


@task("sigmoid_prime", points=2)
def test_sigmoid_prime_points(student):
    assert_close(student.sigmoid_prime(np.array([0.0, np.log(3.0)])), np.array([0.25, 0.1875]), rtol=1e-6)


@task("bce", points=2)
def test_bce_points(student):
    assert_close(student.bce(np.array([0.8, 0.5]), np.array([1.0, 0.0])), (np.log(1.25) + np.log(2.0)) / 2, rtol=1e-6)


@task("bce_backward", points=2)
def test_bce_backward_points(student):
    assert_close(student.bce_backward(np.array([0.8, 0.5]), np.array([1.0, 0.0])), np.array([-0.625, 1.0]), rtol=1e-6)
"""
HIDDEN = """
from autograder import assert_gradient, assert_matches, task


def pair(rng, shape):
    return rng.uniform(0.1, 0.9, size=shape), (rng.uniform(size=shape) > 0.5).astype(float)


@task("sigmoid", points=3)
def test_sigmoid_matches(student, reference, rng):
    shapes = [(7, 3), (11,), (2, 3, 5)]
    assert_matches(student.sigmoid, reference.sigmoid, [(rng.uniform(-8, 8, size=shape),) for shape in shapes])


@task("sigmoid_prime", points=3)
def test_sigmoid_prime_slope(student, reference, rng):
    assert_gradient(student.sigmoid_prime, of=reference.sigmoid, at=rng.uniform(-4, 4, size=(7, 3)))


@task("bce", points=3)
def test_bce_matches(student, reference, rng):
    pairs = [pair(rng, shape) for shape in [(7, 1), (11,), (5, 3)]]
    assert_matches(student.bce, reference.bce, pairs, rtol=1e-6)


@task("bce_backward", points=3)
def test_bce_backward_slope(student, reference, rng):
    for shape in [(7, 1), (4, 4)]:
        p, y = pair(rng, shape)
        assert_gradient(student.bce_backward, of=lambda at, y=y: reference.bce(at, y), at=p, given=(p, y))
"""
TOML = 'title = "Four functions"\npoints = 20\nmodules = ["hw"]\nallowed_imports = ["numpy"]\n' + "".join(
    f'\n[[task]]\nid = "{name}"\ntitle = "{name}"\npoints = 5\n' for name in NAMES
)


def bodies(number: int) -> dict[str, str]:
    """Return the bodies of the functions of a submission."""
    chosen = {name: RIGHT[name][number // 3**place % 3] for place, name in enumerate(NAMES)}
    if number % 5 >= 3:
        name = NAMES[number // 5 % 4]
        chosen[name] = WRONG[name][number % 2]
    return chosen


def function(name: str, body: str) -> str:
    return HEADS[name] + textwrap.indent(body, "    ") + "\n"


def source(number: int) -> str:
    """Return the module of a submission."""
    functions = (function(name, body) for name, body in bodies(number).items())
    return "\n\n".join([f"# student {number}\nimport numpy as np\n", *functions])


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def make_ours(root: Path, count: int) -> Path:
    """Write a course, and ``count`` submissions; return the folder of these."""
    assignment, solution = root / "assignments" / SLUG, root / "solutions" / SLUG
    _write(assignment / "assignment.toml", TOML)
    _write(assignment / "README.md", "# Four functions\n")
    _write(assignment / "test_visible.py", VISIBLE)
    stubs = (function(name, "raise NotImplementedError") for name in NAMES)
    _write(assignment / "hw.py", "\n\n".join(["import numpy as np\n", *stubs]))
    _write(solution / "hw.py", "\n\n".join(["import numpy as np\n", *(function(n, RIGHT[n][0]) for n in NAMES)]))
    _write(solution / "test_hidden.py", HIDDEN)
    for number in range(count):
        _write(root / "class" / f"s{number:05}" / "hw.py", source(number))
    return root / "class"


def make_pytest(folder: Path) -> None:
    """Write a plain test file next to which a submission can be put."""
    tests = [
        f"def test_{name}_{place}():\n{textwrap.indent(code, '    ')}\n"
        for name, both in TESTS.items()
        for place, code in enumerate(both)
    ]
    _write(folder / "test_hw.py", "\n\n".join(["import numpy as np\nfrom hw import *\n", *tests]))


def _notebook(cells: list[dict[str, Any]]) -> str:
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": kernel, "cells": cells})


def _cell(name: str, code: str, **metadata: Any) -> dict[str, Any]:
    empty = {"cell_type": "code", "outputs": [], "execution_count": None}
    return {**empty, "id": name.replace("_", "-"), "metadata": metadata, "source": code}


def make_otter(folder: Path, count: int) -> None:
    """Write the tests of an otter assignment, and notebooks."""
    for number, (name, both) in enumerate(TESTS.items(), 1):
        head = f'from otter.test_files import test_case\nOK_FORMAT = False\nname = "q{number}"\npoints = 2\n'
        tests = [
            f"@test_case(points=1, hidden={bool(place)})\ndef test_{place}({name}):\n"
            f"    import numpy as np\n{textwrap.indent(code, '    ')}\n"
            for place, code in enumerate(both)
        ]
        _write(folder / "tests" / f"q{number}.py", "\n\n".join([head, *tests]))
    _write(folder / "requirements.txt", "numpy\n")
    for number in range(count):
        cells = [_cell("imports", "import numpy as np")]
        cells += [_cell(name, function(name, body)) for name, body in bodies(number).items()]
        _write(folder / "class" / f"s{number:02}" / "hw.ipynb", _notebook(cells))


def _nbgrader(name: str, code: str, **flags: Any) -> dict[str, Any]:
    role = {"schema_version": 3, "grade": False, "solution": False, "locked": False, "task": False, "grade_id": name}
    return _cell(name, code, nbgrader={**role, **flags})


def make_nbgrader(course: Path) -> None:
    """Write the source of an nbgrader course."""
    cells = [_nbgrader("imports", "import numpy as np", locked=True)]
    for name, both in TESTS.items():
        solution = f"### BEGIN SOLUTION\n{RIGHT[name][0]}\n### END SOLUTION"
        cells.append(_nbgrader(name, function(name, solution), solution=True))
        for place, code in enumerate(both):
            code = f"### BEGIN HIDDEN TESTS\n{code}\n### END HIDDEN TESTS" if place else code
            cells.append(_nbgrader(f"test_{name}_{place}", code, grade=True, locked=True, points=1))
    _write(course / "source" / "hw" / "hw.ipynb", _notebook(cells))
    _write(course / "nbgrader_config.py", "c = get_config()\nc.CourseDirectory.course_id = 'dl'\n")


def hand_in_nbgrader(course: Path, count: int) -> None:
    """Write submissions into the released notebook."""
    released = (course / "release" / "hw" / "hw.ipynb").read_text(encoding="utf-8")
    for number in range(count):
        notebook = json.loads(released)
        for cell in notebook["cells"]:
            name = cell["metadata"].get("nbgrader", {}).get("grade_id")
            if name in HEADS:
                cell["source"] = f"# student {number}\n{function(name, bodies(number)[name])}"
        _write(course / "submitted" / f"s{number:02}" / "hw" / "hw.ipynb", json.dumps(notebook))
