"""Two arrays side by side: all entries of small ones, the window around the worst entry of large ones."""

from __future__ import annotations

import numpy as np

from autograder.checks.compare import compare
from autograder.checks.entries import MAX_ENTRIES, entries
from autograder.model import Entries


def shown(got: np.ndarray, want: np.ndarray) -> Entries:
    found = entries(got, want, got == want)
    assert found is not None
    return found


def test_a_small_array_is_shown_whole_with_its_wrong_entries() -> None:
    found = shown(np.array([0.1, 2.0, -3.0]), np.array([0.1, 3.0, -3.0]))
    assert found == Entries((("0.1", "2", "-3"),), (("0.1", "3", "-3"),), ((False, True, False),))


def test_rows_stay_rows() -> None:
    found = shown(np.eye(2), np.ones((2, 2)))
    assert found.got == (("1", "0"), ("0", "1"))
    assert found.wrong == ((False, True), (True, False))
    assert found.place == ""


def test_entries_that_differ_are_written_differently() -> None:
    found = shown(np.array([1.0, 1.00000001]), np.array([1.0, 1.0]))
    assert found.got == (("1", "1.00000001"),)
    assert found.want == (("1", "1"),)


def test_of_a_large_array_the_window_around_the_worst_entry_is_shown() -> None:
    got = np.zeros((3, 20, 30))
    got[1, 0, 0], got[2, 11, 17] = 1.0, -9.0
    found = shown(got, np.zeros((3, 20, 30)))
    assert found.place == "[2, 9:13, 14:20]"
    assert found.got[2][3] == "-9"
    assert sum(map(sum, found.wrong)) == 1


def test_a_window_stays_inside_the_array() -> None:
    want = np.zeros(100)
    for index, place in ((0, "[0:12]"), (99, "[88:100]")):
        got = want.copy()
        got[index] = 1.0
        assert shown(got, want).place == place


def test_a_window_has_no_more_entries_than_a_person_reads() -> None:
    for shape in ((500,), (1, 500), (500, 1), (2, 500), (9, 9), (2, 3, 4, 5)):
        found = shown(np.zeros(shape), np.ones(shape))
        assert sum(map(len, found.got)) <= MAX_ENTRIES


def test_nan_is_the_worst_entry() -> None:
    got = np.zeros(100)
    got[5], got[60] = 1e300, np.nan
    assert shown(got, np.zeros(100)).place == "[54:66]"


def test_the_worst_entry_is_one_that_counts_as_wrong() -> None:
    got, want = np.zeros(100), np.zeros(100)
    got[5], want[5], got[60] = 1e9 + 1, 1e9, 0.5
    ok = np.isclose(got, want, rtol=1e-6)
    found = entries(got, want, ok)
    assert found is not None and found.place == "[54:66]"


def test_unsigned_numbers_do_not_wrap_around() -> None:
    got, want = np.zeros(100, np.uint8), np.zeros(100, np.uint8)
    want[5], got[60] = 1, 9  # 0 - 1 is 255
    assert shown(got, want).place == "[54:66]"


def test_an_axis_that_is_shown_whole_is_a_colon() -> None:
    assert shown(np.zeros((50, 3)), np.ones((50, 3))).place == "[0:4, :]"
    assert shown(np.zeros(MAX_ENTRIES), np.ones(MAX_ENTRIES)).place == ""
    assert shown(np.zeros(MAX_ENTRIES + 1), np.ones(MAX_ENTRIES + 1)).place == "[0:12]"


def test_entries_that_are_not_numbers_are_shown() -> None:
    assert shown(np.array(["dog", "x" * 90]), np.array(["cat", "b"])).got == (("'dog'", "'" + "x" * 18 + "…"),)
    assert shown(np.array([True, False]), np.array([True, True])).got == (("True", "False"),)


def test_a_single_number_has_no_entries() -> None:
    assert entries(np.array(1.0), np.array(2.0), np.array(False)) is None
    mismatch = compare(1.0, 2.0)
    assert mismatch is not None and mismatch.entries is None


def test_a_list_of_floats_is_shown_like_an_array() -> None:
    mismatch = compare([1.0, 2.0, 3.0], [1.0, 2.5, 3.5])
    assert mismatch is not None and mismatch.entries is not None
    assert mismatch.entries.wrong == ((False, True, True),)
