"""``autograder.show``: text, SVG and notebooks; a sentence for what cannot be drawn, and never a traceback."""

from __future__ import annotations

import builtins
import io
import subprocess
import sys
import unicodedata
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from autograder import show
from autograder.messages import use_language
from autograder.show import svg, text, values
from autograder.show.pictures import Curves, Image, Plane, Series, levels, shrunk

EYE = np.eye(4)
ODD: dict[str, Any] = {
    "none": None,
    "text": "abc",
    "texts": ["a", "b"],
    "empty": [],
    "ragged": [[1, 2], [3]],
    "nan": np.full((3, 3), np.nan),
    "some nan": [1.0, np.nan, np.inf, -np.inf],
    "huge": np.arange(1_000_000.0),
    "huge image": np.ones((3000, 2000)),
    "enormous numbers": [1e308, -1e308],
    "tiny numbers": [1e-300, 2e-300],
    "constant": np.zeros((5, 5)),
    "one number": 3,
    "colours": np.arange(75.0).reshape(5, 5, 3),
    "channels first": np.arange(105).reshape(3, 5, 7),
    "opacity": np.ones((5, 5, 4)),
    "five axes": np.ones((2, 2, 2, 2, 2)),
    "truth": np.array([[True, False], [False, True]]),
    "with a gradient": torch.ones(3, 3, requires_grad=True) * 2,
    "losses": [torch.tensor(2.0, requires_grad=True), torch.tensor(1.0)],
    "bfloat16": torch.ones(2, 2, dtype=torch.bfloat16),
    "sparse": torch.eye(3).to_sparse(),
    "float8": torch.eye(3).to(torch.float8_e4m3fn),
    "no data": torch.empty(3, 3, device="meta"),
    "numbers as objects": np.array([[1.0, 2], [3, 4]], dtype=object),
    "very large whole numbers": [[10**30, 1], [2, 3]],
    "fractions": [Fraction(1, 2), Decimal("1.5"), 2],
    "complex": np.ones(3, complex),
    "a dict": {"a": [1, 2], "b": [2, 1]},
    "a dict of anything": {"a": None, 3: "x"},
    "an object": object(),
    "objects": np.array([None, {}], dtype=object),
    "dates": np.array(["2026-01-01"], "datetime64[D]"),
    "a generator": (i * i for i in range(4)),
    "a set": {1, 2},
    "a function": len,
    "Korean": ["손글씨", 3],
}
CALLS: dict[str, Callable[[Any], None]] = {
    "image": show.image,
    "images": show.images,
    "curve": show.curve,
    "curve log": lambda value: show.curve(value, log=True),
    "curve xy": lambda value: show.curve(value, value),
    "plane f": lambda value: show.plane(value),
    "plane answer": lambda value: show.plane(lambda points: value),
    "plane points": lambda value: show.plane(lambda points: points[:, 0], value, value),
    "plane box": lambda value: show.plane(lambda points: points[:, 0], box=value),
    "bars": show.bars,
    "table": show.table,
}


@pytest.mark.slow
@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("call", CALLS)
def test_any_value_gives_a_picture_or_a_sentence(call: str, odd: str, capsys: pytest.CaptureFixture[str]) -> None:
    CALLS[call](ODD[odd])
    printed = capsys.readouterr().out
    assert printed.strip() or "nan" not in odd
    assert "could not draw" not in printed or odd == "no data"
    assert max(map(columns, printed.splitlines() or [""])) <= 79 or printed.startswith("show.")


def columns(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in line)


@pytest.mark.slow
@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("call", ["image", "images", "curve", "bars", "table"])
def test_any_value_gives_a_file_or_a_sentence(
    call: str, odd: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "a.svg"
    getattr(show, call)(ODD[odd], to=target)
    printed = capsys.readouterr().out
    assert target.exists() == ("Saved" in printed) and ("could not draw" not in printed or odd == "no data")
    if target.exists():
        ElementTree.fromstring(target.read_text(encoding="utf-8"))
        assert target.stat().st_size < 300_000
    assert [path.name for path in tmp_path.iterdir()] == ["a.svg"][: target.exists()]


# --- sentences


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: show.image(None), "show.image: this is NoneType. Give numbers: an array, a tensor or a list."),
        (lambda: show.image([[1, 2], [3]]), "show.image: the rows have different lengths (2, 1). Make them"),
        (lambda: show.image([[[1], [2, 3]], [[4], [5]]]), "the rows have different lengths (1, 2). Make them"),
        (lambda: show.image(np.array([["a", "b"]])), "show.image: this is ndarray (str_). Give numbers:"),
        (lambda: show.images(np.ones((2, 1, 1)), columns=-1), "██   ██"),
        (lambda: show.table([[1]], title=3), "3\n1"),  # type: ignore[arg-type]
        (lambda: show.image(np.ones((2, 3, 4, 5))), "show.image: the shape is (2, 3, 4, 5). An image has the shape"),
        (lambda: show.curve([1, 2], [1]), "show.curve: x has 2 numbers and y has 1. Give one y for each x."),
        (lambda: show.curve([0, -1], log=True), "show.curve: there is no finite number to draw; with log=True"),
        (lambda: show.plane(lambda p: 1 / 0), "called with an array of shape (3600, 2) and raised ZeroDivisionError"),
        (lambda: show.plane(lambda p: p[:5]), "your function returned the shape (5, 2) for 3600 points."),
        (lambda: show.bars([1, 2], ["a"]), "show.bars: the labels are 1, and the bars 2. Give one for each bar."),
        (lambda: show.bars([1.0, np.nan]), "1 of 2 numbers is nan or infinite and is not drawn."),
        (lambda: show.images(np.ones((99, 2, 2))), "The first 64 of 99 are shown."),
        (lambda: show.image(EYE, to="a.png"), "a.png: pictures are SVG files. End the name with .svg."),
        (lambda: show.image(EYE, to="/nowhere/a.svg"), "/nowhere/a.svg cannot be written (No such file or directory)."),
    ],
)
def test_the_sentence_says_what_to_give(
    call: Callable[[], None], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    call()
    assert said in capsys.readouterr().out


def test_an_error_of_our_own_is_a_sentence_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(values, "image_of", lambda *args: 1 / 0)
    show.image(EYE)
    assert capsys.readouterr().out == "show.image could not draw this (ZeroDivisionError: division by zero).\n"


def test_the_language_is_that_of_the_environment(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTOGRADER_LANG", "ko")
    show.image(None)
    monkeypatch.delenv("AUTOGRADER_LANG")
    with use_language("ko"):
        show.image(None)
    first, second = capsys.readouterr().out.splitlines()
    assert first == second and first.startswith("show.image: 받은 값의 종류: NoneType.")


# --- text


def test_an_image_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    show.image(np.array([[0, 64, 255], [255, 0, 128]], np.uint8), "title")
    assert capsys.readouterr().out == "title\n  ░░██\n██  ▒▒\n"


def test_the_sign_of_weights_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    show.image([[-1.0, -0.5, 0.0, 0.5, 1.0]])
    assert capsys.readouterr().out == "==--  ++##\n"


def test_few_whole_numbers_have_their_own_scale(capsys: pytest.CaptureFixture[str]) -> None:
    """Bytes do not: a dark image is dark."""
    show.image([[0, 1, 2]])
    show.image(np.array([[0, 1, 2]], np.uint8))
    assert capsys.readouterr().out == "  ▒▒██\n\n"


def test_a_cost_that_explodes_has_its_true_size(capsys: pytest.CaptureFixture[str]) -> None:
    show.curve([1e250, 1.0], log=True)
    assert capsys.readouterr().out.startswith("1e+250 │")


@pytest.mark.parametrize("odd", ["sparse", "float8", "numbers as objects", "very large whole numbers"])
def test_numbers_of_every_kind_are_drawn(odd: str, capsys: pytest.CaptureFixture[str]) -> None:
    show.image(ODD[odd])
    assert "██" in capsys.readouterr().out


def test_a_long_curve_keeps_its_peaks_and_counts_what_it_leaves_out(capsys: pytest.CaptureFixture[str]) -> None:
    costs = np.linspace(5.0, 1.0, 100_001)
    costs[77_777], costs[50_000:50_003] = 9.0, np.nan
    show.curve(costs)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("9 │") and lines[14].startswith("1 │")
    assert lines[-1] == "3 of 100001 numbers are nan or infinite and are not drawn."


def test_a_very_large_image_is_drawn_with_its_shape(capsys: pytest.CaptureFixture[str]) -> None:
    show.image(np.zeros((6000, 3000), np.uint8))
    lines = capsys.readouterr().out.splitlines()
    assert values.image_of(np.zeros((6000, 3000), np.uint8)).pixels.shape == (2000, 1000)
    assert len(lines) <= 79


def test_bars_with_long_names_keep_their_lengths_and_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    show.bars({"가" * 24: 1.0, "나": 0.5, "다": -1.234e-300})
    lines = capsys.readouterr().out.splitlines()
    assert max(map(columns, lines)) <= 79
    assert [line.count("█") for line in lines[:2]] == [17, 8]
    assert [line.split()[-1] for line in lines] == ["1", "0.5", "-1.234e-300"]


def test_a_table_that_is_too_wide_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    show.table(np.arange(100).reshape(2, 50) + 1000)
    show.table([["a" * 24] * 5], ["b"] * 5)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("1010  1011  ..") and lines[2] == "The first 20 of 50 columns are shown."
    assert lines[3].split() == ["b", "b", ".."] and lines[5].endswith("a  ..")
    assert max(map(columns, lines)) <= 79


def test_a_flat_row_of_weights_is_a_square(capsys: pytest.CaptureFixture[str]) -> None:
    show.image([1, 0, 0, 1])
    assert capsys.readouterr().out == "██\n  ██\n"


def test_a_curve_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    show.curve({"falls": [100, 10, 1]}, log=True)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("100 │ *") and lines[14].startswith("  1 │") and lines[14].endswith("*")
    assert lines[7][4:].strip(" │*") == "" and "*" in lines[7][39:45]  # 10 is in the middle
    assert lines[-1] == "* falls"


def test_bars_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    show.bars({"a": 1.0, "b": 0.25, "c": 0})
    lines = capsys.readouterr().out.splitlines()
    assert [line.count("█") for line in lines] == [40, 10, 0]
    assert [line.split()[-1] for line in lines] == ["1", "0.25", "0"]


def test_a_plane_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    show.plane(lambda p: (p[:, 0] > 0.5).astype(int), [[0, 0], [1, 1]], [0, 1])
    lines = capsys.readouterr().out.splitlines()
    area = [line.partition("│")[2] for line in lines[:20]]
    assert all(row.ljust(60)[:30].strip(" 0") == "" and row[30:].strip("░1") == "" for row in area)
    assert sum(row.count("0") for row in area) == sum(row.count("1") for row in area) == 1
    assert area.index(next(row for row in area if "1" in row)) < area.index(next(row for row in area if "0" in row))


def test_a_table_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    show.table({"epoch": [0, 100], "cost": np.array([4.666667, 0.012043]), "이름": ["a", "bb"]})
    assert capsys.readouterr().out == (
        "epoch     cost  이름\n────────────────────\n    0    4.667  a\n  100  0.01204  bb\n"
    )


def test_a_model_of_torch_gets_a_tensor(capsys: pytest.CaptureFixture[str]) -> None:
    model = torch.nn.Linear(2, 3, dtype=torch.float64)
    show.plane(model)
    assert "'" in capsys.readouterr().out.splitlines()[-1]


@pytest.mark.parametrize("encoding", ["cp1252", "cp437", "ascii", "cp949"])
def test_a_stream_that_cannot_encode_blocks_gets_ascii(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding))
    show.image([[0, 1]], "숫자")
    show.curve([1, 2])
    sys.stdout.flush()
    printed = raw.getvalue().decode(encoding)
    assert ("##" in printed and "| *" in printed) or encoding in ("cp437", "cp949")
    assert printed.startswith("숫자" if encoding == "cp949" else "??")


def test_a_pipe_of_another_code_page(tmp_path: Path) -> None:
    program = "from autograder import show; show.image([[0, 1]], '손'); show.bars([1])"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, env={"PYTHONIOENCODING": "cp1252"}, check=True, timeout=60
    )
    assert done.stdout.decode("cp1252").split() == ["?", "##", "0", "|" + "#" * 40, "1"]


def test_torch_is_not_imported() -> None:
    program = "from autograder import show; import sys; show.image([[1]]); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "False"


# --- notebooks


def test_a_notebook_gets_svg_and_text(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    import IPython.display

    displayed: list[dict[str, str]] = []
    monkeypatch.setattr(IPython.display, "display", lambda data, raw: displayed.append(data))
    shell = type("Shell", (), {"kernel": None})()
    monkeypatch.setattr(builtins, "get_ipython", lambda: shell, raising=False)
    show.image([[0, 1]])
    assert capsys.readouterr().out == ""
    [data] = displayed
    assert data["text/plain"] == "  ██" and data["image/svg+xml"].startswith("<svg")


# --- SVG


def test_a_drawing_needs_nothing_from_elsewhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "a.svg"
    show.images(np.arange(48.0).reshape(3, 4, 4) - 20, titles=["<a>", "&", '"'], title="한글", to=target)
    drawn = target.read_text(encoding="utf-8")
    root = ElementTree.fromstring(drawn)
    assert root.attrib["aria-label"] == "한글"
    assert {each.tag.partition("}")[2] for each in root.iter()} <= {"svg", "rect", "g", "path", "text", "circle"}
    assert drawn.count("http") == 1  # the name of the format
    assert 'fill="#fff"/>' in drawn.splitlines()[1]  # a ground of its own: dark pages do not hide the lines


def test_letters_that_xml_does_not_have_are_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "a.svg"
    show.bars([1.0], ["\x00\x1b"], title="two\nlines\x08", to=target)
    assert ElementTree.fromstring(target.read_text(encoding="utf-8")).attrib["aria-label"] == "two lines "


def test_the_last_digits_do_not_change_a_drawing() -> None:
    rng = np.random.default_rng(3)
    pixels = rng.normal(size=(20, 20))
    noise = pixels * (1 + 1e-12 * rng.normal(size=(20, 20)))
    assert svg.render(Image(pixels, -3.0, 3.0)) == svg.render(Image(noise, -3.0, 3.0))
    x = np.linspace(0, 1, 50)
    curves = [Curves((Series(x, np.sin(9 * x) * (1 + change)),)) for change in (0.0, 1e-12)]
    assert svg.render(curves[0]) == svg.render(curves[1])


def test_a_plane_has_its_highest_row_on_top() -> None:
    values = np.array([[0.0, 0.0], [1.0, 1.0]])
    plane = Plane(values, 0.0, 1.0, (0, 1, 0, 1), np.empty((0, 2)), ())
    assert '<path stroke="#f5b06e" d="M0 0.5h2"/>' in svg.render(plane)
    assert text.render(plane).splitlines()[0].endswith("░░")


def test_levels_and_blocks() -> None:
    assert levels(np.array([0.0, 0.24, 0.26, 1.0, np.nan]), 0.0, 1.0, 4).tolist() == [0, 0, 1, 3, -1]
    assert shrunk(np.arange(16.0).reshape(4, 4), 2, 2).tolist() == [[2.5, 4.5], [10.5, 12.5]]
    assert shrunk(np.ones((5, 3)), 2, 2).tolist() == [[1.0, 1.0], [1.0, 1.0]]


# --- one's own digit

ROW = " " * 10 + "####" + "\n"


def digit(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "mine.txt"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_a_digit_is_read(tmp_path: Path) -> None:
    image = show.read_digit(digit(tmp_path, "\n\n" + ROW * 3 + "\n" * 40))
    assert image.dtype == np.uint8 and image.shape == (28, 28)
    assert image.sum() == 12 * 255 and (image[2:5, 10:14] == 255).all()


@pytest.mark.parametrize("content", ["﻿" + ROW, ROW.replace("\n", "\r\n"), ROW.replace("\n", " " * 30 + "\n")])
def test_what_an_editor_adds_does_not_matter(tmp_path: Path, content: str) -> None:
    assert show.read_digit(digit(tmp_path, content)).sum() == 4 * 255


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (ROW + "   x\n", "mine.txt, line 2, column 4: this is 'x'. Use # for ink and a space for paper."),
        (ROW + "\t#\n", "mine.txt, line 2, column 1: this is a tab. Use spaces for paper."),
        ("#" * 30, "mine.txt, line 1, column 29: a row has at most 28 characters, and this one has 30."),
        (ROW * 29, "mine.txt, line 29: an image has 28 rows, and this file has 29."),
        (" \n\n", "mine.txt has no ink. Draw a digit with the character #."),
        (b"\xff\xfe#", "mine.txt is not UTF-8 text."),
    ],
)
def test_a_wrong_digit_is_refused_with_its_place(tmp_path: Path, content: str | bytes, said: str) -> None:
    with pytest.raises(ValueError) as error:
        show.read_digit(digit(tmp_path, content))
    assert said in str(error.value)


def test_a_folder_is_no_digit(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=rf"{tmp_path.name} cannot be read \(.*\)\. Give the path of a text file\."):
        show.read_digit(tmp_path)


def test_a_missing_digit_names_the_folder(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"none\.txt was not found in .*Save your digit there"):
        show.read_digit(tmp_path / "none.txt")
