"""A right answer as a notebook out of Colab: one cell for each definition, and between them what people leave there."""

from __future__ import annotations

import ast
import json
from typing import Any

SETUP = [
    "!pip install -q torchinfo \\\n    wandb\n%matplotlib inline\n%load_ext autoreload\n%autoreload 2",
    "from google.colab import drive, files\ndrive.mount('/content/drive')\n%cd /content/drive/MyDrive/course",
    "import sys\nIN_COLAB = 'google.colab' in sys.modules\ntry:\n    import cupy as xp\nexcept ImportError:\n"
    "    import numpy as xp\nif IN_COLAB:\n    !nvidia-smi",
    "import matplotlib.pyplot as plt\nimport seaborn as sns\nfrom tqdm.notebook import tqdm, trange\n"
    "from IPython.display import HTML, display, clear_output\nimport no_such_package\nsns.set_theme()\n"
    "plt.rcParams['figure.figsize'] = (8, 3)\nCFG = {}\nCFG['seed'] = 0",
    "%%bash\nls -l\nexport A=1",
    '%%html\n<style>body { color: "red" }</style>',
]
SCRATCH = [
    "fig, (left, right) = plt.subplots(1, 2)\nleft.plot([1, 2])\nfor ax in (left, right):\n    ax.set_title(1)",
    "_, axes = plt.subplots(2, 3)\nfor ax, value in zip(axes.ravel(), range(6)):\n    ax.bar([value], [value])",
    "n, bins, patches = plt.hist([1, 2])\nline, = plt.plot([1])\ndisplay(HTML('<b>done</b>'))",
    "%time squares = [k * k for k in range(10)]\nfor k in tqdm(squares):\n    clear_output(wait=True)",
    "no_such_package.train(epochs=3)",
    "print(undefined_yet)",
    "plot(:",
    "for k in range(3):\n    print(squares[k]\n\ndef unfinished(x:\n    return x",
    "squares?",
    "files = !ls\nname = input('Your name: ')\nbreakpoint()",
    "1 / 0\nafter = 1",
    "import unittest\n\nclass TestMine(unittest.TestCase):\n    def test_one(self): ...\n\n"
    "unittest.main(argv=[''], exit=True)",
    "if __name__ == '__main__':\n    print('done')\n    sys.exit()",
]


def colab(source: bytes) -> bytes:
    """Return a notebook that defines what ``source`` defines. Each function also draws and shows its progress."""
    text = source.decode()
    lines = text.split("\n")
    statements = ast.parse(text).body
    cells = list(SETUP)
    for number, node in enumerate(statements):
        first = min([node.lineno, *(part.lineno for part in getattr(node, "decorator_list", []))])
        cell = lines[first - 1 : node.end_lineno]
        if isinstance(node, ast.FunctionDef):
            cell = _drawing(node, lines, first)
        cells += ["\n".join(cell), SCRATCH[number % len(SCRATCH)]]
    return notebook([*cells, *SCRATCH])


def _drawing(node: ast.FunctionDef, lines: list[str], first: int) -> list[str]:
    """Return the lines of a function with a drawing before its first statement after the docstring."""
    body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
    at, indent = body[0].lineno - 1, " " * body[0].col_offset
    drawing = [f"{indent}fig, ax = plt.subplots(); ax.plot([1]); [_ for _ in tqdm('ab', desc='x')]; display(fig)"]
    return [*lines[first - 1 : at], *drawing, *lines[at : node.end_lineno]]


def notebook(cells: list[str]) -> bytes:
    """Return cells as Colab writes them: the source as a list of lines, with metadata and outputs."""
    made: list[dict[str, Any]] = [{"cell_type": "markdown", "source": ["# My answer\n"], "metadata": {"id": "m"}}]
    for number, cell in enumerate(cells):
        made.append(
            {
                "cell_type": "code",
                "source": cell.splitlines(keepends=True),
                "metadata": {"id": f"c{number}", "colab": {"base_uri": "https://localhost:8080/"}},
                "execution_count": None,
                "outputs": [{"output_type": "stream", "name": "stdout", "text": ["def f(): ...\n"]}],
            }
        )
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}, "colab": {"provenance": []}}
    document = {"nbformat": 4, "nbformat_minor": 0, "metadata": kernel, "cells": made}
    return json.dumps(document, indent=1, ensure_ascii=False).encode()
