"""Foreign text: nothing invisible survives, nothing endless, nothing that could name another path."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from autograder.reports.printable import clip, file_stem, printable
from autograder.reports.terminal import shortened

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\x1b[31m", r"\x1b[31m"),
        ("a\rb", r"a\x0db"),
        ("\x07\x7f\x9b", r"\x07\x7f\x9b"),
        ("\u202eabc\u2066", r"\u202eabc\u2066"),
        ("\u2028", r"\u2028"),
        ("\udc80", r"\udc80"),
        ("\U000e0041", r"\U000e0041"),
        ("한글 café\n\tx", "한글 café\n\tx"),
        ("a\r\nb", "a\nb"),
    ],
)
def test_controls_are_shown_and_letters_stay(raw, shown):
    assert printable(raw) == shown


@given(ANY_TEXT)
def test_nothing_that_acts_on_a_terminal_survives(text):
    shown = printable(text)
    assert not {unicodedata.category(sign) for sign in shown if sign not in "\n\t"} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert printable(shown) == shown


@given(st.text("ab\n", max_size=120), st.integers(2, 20), st.integers(2, 8))
def test_clip_keeps_both_ends_and_counts_what_it_leaves_out(text, characters, lines):
    shown = clip(text, characters=characters, lines=lines)
    if len(text) <= characters and text.count("\n") < lines:
        assert shown == text
        return
    head, rest = shown.split("\n… ")
    count, tail = re.split(" characters? left out …\n", rest)
    assert text.startswith(head) and text.endswith(tail)
    assert len(head) + int(count) + len(tail) == len(text)
    assert len(head) + len(tail) <= characters
    assert head.count("\n") + tail.count("\n") < lines


def test_clip_says_large_counts_readably():
    assert clip("x" * 5_000_000) == "x" * 2000 + "\n… 4,996,000 characters left out …\n" + "x" * 2000


@pytest.mark.parametrize(
    ("text", "columns", "shown"),
    [
        ("one two three", 13, "one two three"),
        ("one two three", 12, "one two…"),
        ("one two, three", 9, "one two…"),
        ("one two three", 8, "one two…"),
        ("one two three", 7, "one…"),
        ("onetwothree", 7, "onetwo…"),
        ("가나 다라 마바", 14, "가나 다라 마바"),
        ("가나 다라 마바", 13, "가나 다라…"),
        ("가나다라마바", 8, "가나다…"),
        ("", 5, ""),
    ],
)
def test_a_long_sentence_is_cut_at_a_word(text, columns, shown):
    assert shortened(text, columns=columns) == shown


@given(st.text("ab 가나,", max_size=60), st.integers(4, 40))
def test_what_is_left_of_a_sentence_is_its_beginning_and_fits(text, columns):
    shown = shortened(text, columns=columns)
    assert cell_len(shown) <= columns
    assert shown == text or (shown.endswith("…") and text.startswith(shown[:-1]))


def test_a_plain_name_stays_as_it_is():
    assert file_stem("05-logistic", "student07") == "05-logistic-student07"


@pytest.mark.parametrize(
    "name",
    ["박지호", "Müller, Jürgen", "O'Neill", "Kim Minjun 2", "Иванова_Анна", "山田太郎", "محمد", "अनिल", "a.b-c"],
)
def test_a_name_in_any_script_stays_as_it_is(name):
    assert file_stem("05-logistic", name) == f"05-logistic-{name}"


def test_a_name_is_written_in_one_normal_form():
    assert file_stem(unicodedata.normalize("NFD", "박지호")) == "박지호"


@pytest.mark.parametrize(
    ("name", "start"),
    [("a/b", "a-b--"), ("..", ""), ("", ""), ("CON:", "CON--"), (".hidden", "hidden--"), ("kim.", "kim--"),
     ("kim ", "kim--"),
     ("a\u202eb", "a-b--"), ("a\nb", "a-b--"), ("\udc80x", "x--"), ("\u3164", ""), ("김\ufe0f", "김--"),
     ("🙂 Kim", "Kim--"),
     ("a--0123456789ab", "a-0123456789ab--"), ("a*b?c", "a-b-c--"), ("Kim (2)", "Kim -2--"),
     ("가" * 100, "가" * 33 + "--")],
)  # fmt: skip
def test_what_is_unsafe_in_a_name_is_replaced_and_a_digest_tells_it_apart(name, start):
    stem = file_stem(name)
    assert re.fullmatch(re.escape(start) + "[0-9a-f]{12}", stem)


@given(ANY_TEXT)
def test_a_file_name_has_only_safe_signs(name):
    stem = file_stem("05-logistic", name)
    assert all(unicodedata.category(sign)[0] in "LMN" or sign in " ',-._" for sign in stem)
    assert ".." not in stem and not stem.startswith((".", "-")) and not stem.endswith((".", " "))
    assert len(f"{stem}.html".encode()) <= 255


@given(ANY_TEXT, ANY_TEXT)
def test_different_names_give_different_files(one, other):
    same = unicodedata.normalize("NFC", one) == unicodedata.normalize("NFC", other)
    assert file_stem(one) != file_stem(other) or same
    assert file_stem(one, unique=True) != file_stem(other, unique=True) or one == other


@pytest.mark.parametrize("pair", [("a/b", "a_b"), ("김민준", "이서연"), ("a ", "a"), ("a" * 170, "a" * 171)])
def test_names_that_look_alike_give_different_files(pair):
    assert file_stem(pair[0]) != file_stem(pair[1])
