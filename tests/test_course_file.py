"""course.toml: what is read, and that an error never lets a date be ignored."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from autograder.course import course_file
from autograder.errors import AutograderError

WHOLE = """
timezone = "Asia/Seoul"

[due]
"05-logistic" = 2026-10-12T18:00
"06-softmax" = 2026-10-19 18:00:00  # with seconds, and with an offset below
"07-data" = 2026-10-19T18:00:00+02:00

[extensions."05-logistic"]
alice = 2026-10-19T18:00
bob = 2026-10-14T18:00
"""


def read(folder: Path, text: str) -> course_file.Course:
    (folder / "course.toml").write_text(text, encoding="utf-8")
    return course_file.read(folder)


def test_times_are_those_of_the_time_zone(tmp_path: Path) -> None:
    found = read(tmp_path, WHOLE)
    assert found.due["05-logistic"] == datetime(2026, 10, 12, 9, 0, tzinfo=UTC)
    assert found.due["07-data"] == datetime(2026, 10, 19, 16, 0, tzinfo=UTC)
    assert found.shown(found.due["05-logistic"]) == "2026-10-12 18:00 (Asia/Seoul)"
    assert found.shown(found.due["07-data"]) == "2026-10-20 01:00 (Asia/Seoul)"


def test_the_last_one_is_the_last_extension(tmp_path: Path) -> None:
    found = read(tmp_path, WHOLE)
    assert found.last("05-logistic") == (datetime(2026, 10, 19, 9, 0, tzinfo=UTC), "alice")
    assert found.last("06-softmax") == (datetime(2026, 10, 19, 9, 0, tzinfo=UTC), "")
    assert found.last("08-activations-and-depth") is None


def test_the_file_is_optional(tmp_path: Path) -> None:
    assert course_file.read(tmp_path) == course_file.Course()
    assert course_file.read(tmp_path).last("05-logistic") is None


def test_the_index_of_pytorch_needs_no_time_zone(tmp_path: Path) -> None:
    assert read(tmp_path, 'torch_index = "https://example.org/cpu"\n').torch_index == "https://example.org/cpu"


def test_times_are_kept_in_utc(tmp_path: Path) -> None:
    """Python subtracts two times of one zone by their clock, which is wrong across a clock change."""
    text = "[due]\na = 2026-10-24T18:00\n[extensions.a]\nbob = 2026-10-25T18:00"
    found = read(tmp_path, f'timezone = "Europe/Berlin"\n{text}')
    assert found.extensions["a"]["bob"] - found.due["a"] == timedelta(hours=25)
    assert found.late("a", "alice", "2026-10-25T18:00:00+01:00") == "25:00"
    assert found.shown(found.extensions["a"]["bob"]) == "2026-10-25 18:00 (Europe/Berlin)"


@pytest.mark.parametrize(
    ("zone", "time", "problem"),
    [
        ("Europe/Berlin", "2026-03-29T02:30", "does not exist in Europe/Berlin, because the clock is set forward; "
         "write another time, such as 2026-03-29T03:30."),
        ("America/New_York", "2026-03-08T02:00", "does not exist in America/New_York, because the clock is set "
         "forward; write another time, such as 2026-03-08T03:00."),
        ("Europe/Berlin", "2026-10-25T02:30", "exists twice in Europe/Berlin, because the clock is set back; write "
         "2026-10-25T02:30+02:00 or 2026-10-25T02:30+01:00."),
        ("America/New_York", "2026-11-01T01:00", "exists twice in America/New_York, because the clock is set back; "
         "write 2026-11-01T01:00-04:00 or 2026-11-01T01:00-05:00."),
    ],
)  # fmt: skip
def test_a_time_that_a_clock_change_leaves_out_or_repeats_is_refused(
    tmp_path: Path, zone: str, time: str, problem: str
) -> None:
    text = f'timezone = "{zone}"\n[due]\n05-a = 2026-01-01T18:00\n[extensions.05-a]\nbob = {time}\n'
    with pytest.raises(AutograderError) as error:
        read(tmp_path, text)
    assert error.value.message == f"course.toml, extensions.05-a.bob: {time} {problem}"
    for exact in ("2026-10-25T02:30+01:00", "2026-11-01T02:00", "2026-10-25T03:00"):
        assert read(tmp_path, text.replace(time, exact)).extensions["05-a"]["bob"].utcoffset() == timedelta(0)
    assert read(tmp_path, text.replace(zone, "Asia/Seoul")).timezone == "Asia/Seoul"


ZONE = 'timezone = "Asia/Seoul"\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('torch_indx = "https://example.org"', "course.toml: the key torch_indx is unknown; did you mean torch_index?"),
        ("torch_index = 7", "course.toml, torch_index: this is 7; write the URL of a package index, in quotes."),
        ('torch_index = "cpu"', "course.toml, torch_index: this is 'cpu'; write the URL"),
        ('[due]\n"a" = 2026-10-12T18:00', "course.toml: timezone is missing; write for example timezone"),
        ('timezone = "Seoul"', "course.toml, timezone: 'Seoul' is not a time zone; write a name such as"),
        ('timezone = "Asia"', "course.toml, timezone: 'Asia' is not a time zone"),
        ('timezone = "/etc/passwd"', "course.toml, timezone: '/etc/passwd' is not a time zone"),
        (ZONE + "dua = 1", "course.toml: the key dua is unknown; did you mean due?"),
        (ZONE + "colour = 1", "course.toml: the key colour is unknown; write one of torch_index, timezone, due, "),
        (ZONE + "due = 1", "course.toml, due: this is 1; write a table, headed by its name in brackets."),
        (ZONE + '[due]\n"05-a" = "Friday"', "course.toml, due.05-a: this is 'Friday'; write a date and a time without"),
        (ZONE + '[due]\n"05-a" = 2026-10-12', "course.toml, due.05-a: this is 2026-10-12; write a date and a time"),
        (ZONE + '[due]\n"05-a" = 2026-10-32T18:00', "course.toml: this is not valid TOML (Expected"),
        (
            ZONE + '[due]\n05-a = 2026-10-12T18:00\n[extensions.05-b]\nbob = 2026-10-13T18:00',
            'course.toml: [extensions."05-b"]: 05-b has no date in [due]; did you mean 05-a?',
        ),
        (
            ZONE + '[due]\n05-a = 2026-10-12T18:00\n[extensions.05-a]\nbob = 2026-10-12T17:59',
            'course.toml: [extensions."05-a"] bob: this is before the date in [due]; write a later one.',
        ),
    ],
)  # fmt: skip
def test_a_wrong_file_is_an_error_with_key_and_remedy(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(AutograderError) as error:
        read(tmp_path, text)
    assert error.value.slug == "course-file"
    assert error.value.message.startswith(message)


def test_all_errors_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(AutograderError) as error:
        read(tmp_path, 'colour = 1\ntimezone = "Seoul"\n[due]\n"05-a" = 1\n')
    assert [line.partition(" is ")[0] for line in error.value.message.splitlines()] == [
        "course.toml, timezone: 'Seoul'", "course.toml, due.05-a: this", "course.toml: the key colour",
    ]  # fmt: skip


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    (tmp_path / "course.toml").write_bytes('timezone = "Asia/Seoul" # 서울'.encode("cp949"))
    with pytest.raises(AutograderError, match=r"course\.toml: this is not UTF-8 text; save the file as UTF-8\."):
        course_file.read(tmp_path)
