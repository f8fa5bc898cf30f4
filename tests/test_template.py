"""Templates: every byte stays, except those of the cells that are written; damaged ones are refused."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.errors import UsageError
from autograder.exchange.template import number, parse

TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=6)
MARKS = {"utf-8": b"", "utf-8-sig": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}


@st.composite
def tables(draw: st.DrawFn) -> tuple[bytes, list[list[str]]]:
    """A table in any dialect, and the texts of its cells."""
    delimiter = draw(st.sampled_from(",;\t"))
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    encoding = draw(st.sampled_from(list(MARKS)))
    width = draw(st.integers(2, 5))
    texts = [[f"column {index}" for index in range(width)]]
    texts += draw(st.lists(st.lists(TEXTS, min_size=width, max_size=width), min_size=1, max_size=5))
    lines = []
    for row in texts:
        quoted = [draw(st.booleans()) or any(sign in text for sign in ',;\t"\r\n') for text in row]
        cells = ('"' + text.replace('"', '""') + '"' if q else text for q, text in zip(quoted, row, strict=True))
        lines.append(delimiter.join(cells))
    text = end.join(lines) + (end if draw(st.booleans()) else "")
    return MARKS[encoding] + text.encode(encoding.removesuffix("-sig")), texts


@settings(max_examples=200)
@given(tables())
def test_writing_nothing_gives_the_same_bytes(made: tuple[bytes, list[list[str]]]) -> None:
    data, texts = made
    table = parse(data, "t.csv", utf16=True)
    assert [row.values for row in table.rows] == texts
    assert table.filled({}) == data
    everything = {(row, column): text for row, cells in enumerate(texts) for column, text in enumerate(cells)}
    assert table.filled(everything) == data


@pytest.mark.slow
@settings(max_examples=200)
@given(tables(), st.data())
def test_writing_cells_changes_only_these_cells(made: tuple[bytes, list[list[str]]], data: st.DataObject) -> None:
    before = parse(made[0], "t.csv", utf16=True)
    width = len(before.header)
    places = st.tuples(st.integers(1, len(before.rows) - 1), st.integers(0, width - 1))
    changes = data.draw(st.dictionaries(places, TEXTS, min_size=1))
    after = parse(before.filled(changes), "t.csv", utf16=True)
    assert (after.mark, after.encoding, after.delimiter) == (before.mark, before.encoding, before.delimiter)
    for index, (old, new) in enumerate(zip(before.rows, after.rows, strict=True)):
        assert old.end == new.end
        for column in range(width):
            if (index, column) in changes:
                assert new.value(column) == changes[index, column]
                assert new.raw[column].startswith('"') or not old.raw[column].startswith('"')
            else:
                assert new.raw[column] == old.raw[column]


def test_rows_and_columns_can_be_left_out() -> None:
    table = parse(b'a,b,"c"\r\n1,"2",3\r\n4,5,6', "t.csv")
    assert table.filled({(2, 2): "x,y"}, rows=[0, 2], columns=[0, 2]) == b'a,"c"\r\n4,"x,y"'


def test_a_cell_that_does_not_change_keeps_its_spelling() -> None:
    data = b'a,b\n5" disk,2\n'
    assert parse(data, "t.csv").filled({(1, 0): '5" disk'}) == data


def test_a_delimiter_inside_titles_and_names_is_no_delimiter() -> None:
    assert parse(b"Student;ID;HW, a, b, c, d (5)\nKim, A;1;\n", "t.csv").delimiter == ";"
    assert parse(b"Student,ID,HW; a; b; c (5)\nKim; A,1,\n", "t.csv").delimiter == ","


DAMAGED = {
    "cp1252": ("Name,ID\nMüller,1\nKim,2\n".encode("cp1252"), "line 2: the text is not UTF-8"),
    "UTF-16": (codecs.BOM_UTF16_LE + "a,b\n".encode("utf-16-le"), "line 1: the file is UTF-16"),
    "UTF-16 without a mark": ("a,b\n".encode("utf-16-le"), "line 1: the file is not a table of text"),
    "a quote that is not closed": (b'a,b\n1,2\n"x,3\n4,5\n', "line 3: a quote in this row is not closed"),
    "a quote inside a cell": (b'a,b\n1,"x"y\n', "line 2: a quote in this row is not closed or not doubled"),
    "nothing": (b"\xef\xbb\xbf\n", "t.csv is empty"),
    "one column": (b"a\n1\n", "line 1: the header has one column"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_table_is_refused_with_line_and_remedy(name: str) -> None:
    data, sentence = DAMAGED[name]
    with pytest.raises(UsageError) as caught:
        parse(data, "t.csv")
    assert caught.value.message.startswith("t.csv") and sentence in caught.value.message
    assert "again" in caught.value.message or "as the other system exports it" in caught.value.message


def test_a_row_without_the_cell_is_refused() -> None:
    with pytest.raises(UsageError, match="line 3: the row has too few cells"):
        parse(b"a,b,c\n1,2,3\n4,5\n", "t.csv").filled({(2, 2): "6"})


MARKS_OF_NUMBERS = [
    (b"a,b\n1,80.50\n", "."),
    (b'a,b\n1,"80,50"\n', ","),
    (b"a;b\n1;80,50\n", ","),
    (b"a;b\n1;80.50\n", "."),
    (b"a,b\n1,80\n", "."),
    (b"a;b\n1;80\n", ""),
    (b"a,b\n1,Needs Marking(75.00)\n", "."),
]


@pytest.mark.parametrize(("data", "mark"), MARKS_OF_NUMBERS)
def test_the_decimal_mark_is_that_of_the_numbers(data: bytes, mark: str) -> None:
    assert parse(data, "t.csv").decimal_mark([1]) == mark


def test_two_decimal_marks_are_refused() -> None:
    with pytest.raises(UsageError, match=r't.csv, line 3, column "b": .* decimal comma, and the one in line 2'):
        parse(b"a;b\n1;80.50\n2;80,50\n", "t.csv").decimal_mark([1])


@pytest.mark.parametrize(
    ("text", "value"), [("20.00", 20), (" 12,5 ", 12.5), ("", None), ("EX", None), ("1,234.5", None)]
)
def test_a_number_has_one_mark(text: str, value: float | None) -> None:
    assert number(text) == value
