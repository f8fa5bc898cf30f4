"""Moodle: the numbers of an export and those of the worksheet, in every layout."""

from __future__ import annotations

import tempfile
from pathlib import Path

import lms
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from lms import FILES, NAMES, archive, by_entry, match, people_of, worksheet

from autograder.errors import UsageError
from autograder.exchange.matching import How

CLASS = {41: "student01 Synthetic", 17: "student_02 Synthetic", 28: "student03 Øvé 学生, Jr."}
LAYOUTS = {
    "folders": "{who}_{number}_assignsubmission_file/{file}",
    "before 4.1": "{who}_{number}_assignsubmission_file_/{file}",
    "flat": "{who}_{number}_assignsubmission_file_{file}",
}


@pytest.mark.slow
@given(
    names=st.lists(NAMES, min_size=1, max_size=5),
    numbers=st.lists(st.integers(1, 99_999), min_size=5, max_size=5, unique=True),
    file=FILES,
    layout=st.sampled_from(sorted(LAYOUTS)),
)
def test_a_name_of_any_kind_goes_to_the_number_of_the_worksheet(
    names: list[str], numbers: list[int], file: str, layout: str
) -> None:
    people = dict(zip(numbers, names, strict=False))
    assume(all(lms.moodle_name(name).strip() for name in names))
    with tempfile.TemporaryDirectory() as folder:
        entries = {
            LAYOUTS[layout].format(who=lms.moodle_name(name), number=number, file=file): number
            for number, name in people.items()
        }
        export = archive(Path(folder, "x.zip"), dict.fromkeys(entries, "x = 1"))
        found = match(export, worksheet(Path(folder, "w.csv"), people, late=numbers[:1]))
        assert {each.record.entries[0]: people_of(each) for each in found.matches} == {
            entry: [f"p{number}@example.org"] for entry, number in entries.items()
        }
        for each in found.matches:
            assert [*each.record.files] == [file]
            assert each.record.late is (entries[each.record.entries[0]] == numbers[0])


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout(layout: str, tmp_path: Path) -> None:
    entries = [
        LAYOUTS[layout].format(who="student01 Synthetic", number=41, file="hw1.py"),
        LAYOUTS[layout].format(who="student01 Synthetic", number=41, file="hw 2.py"),
        LAYOUTS[layout].format(who="student 02 Synthetic", number=17, file="hw1.py"),
    ]
    found = match(archive(tmp_path / "x.zip", dict.fromkeys(entries, "")), worksheet(tmp_path / "w.csv", CLASS))
    assert [(each.person.key, [*each.files]) for each in found.submissions] == [
        ("p41@example.org", ["hw1.py", "hw 2.py"]), ("p17@example.org", ["hw1.py"])
    ]  # fmt: skip
    assert [person.key for person in found.without] == ["p28@example.org"]


def test_folders_inside_a_submission_and_a_text_beside_the_files(tmp_path: Path) -> None:
    head = "student01 Synthetic_41_assignsubmission_"
    entries = [f"{head}file/src/a.py", f"{head}file/onlinetext.html", f"{head}onlinetext/onlinetext.html"]
    found = match(archive(tmp_path / "x.zip", dict.fromkeys(entries, "")), worksheet(tmp_path / "w.csv", CLASS))
    [submission] = found.submissions
    assert dict(submission.files) == {"src/a.py": entries[0], "onlinetext.html": entries[1], entries[2]: entries[2]}


def test_the_worksheet_of_another_assignment_is_noticed(tmp_path: Path) -> None:
    export = archive(tmp_path / "x.zip", {"student01 Synthetic_17_assignsubmission_file/hw1.py": ""})
    [unclear] = match(export, worksheet(tmp_path / "w.csv", CLASS)).unclear
    assert unclear.how is How.AMBIGUOUS
    assert unclear.reason == (
        "participant 17 is student_02 Synthetic in the worksheet; use the worksheet of this assignment"
    )


def test_another_roster_is_refused(tmp_path: Path) -> None:
    export = archive(tmp_path / "x.zip", {"student01 Synthetic_41_assignsubmission_file/hw1.py": ""})
    roster = lms.sheet(tmp_path / "r.csv", ["name", "email"], ["student01 Synthetic", "s@example.org"])
    with pytest.raises(UsageError, match=r"r\.csv is not a grading worksheet of Moodle"):
        match(export, roster)


def test_a_blind_assignment_stays_blind(tmp_path: Path) -> None:
    rows = [
        ("참가자 203", "채점을 위해 제출됨 - 1일 지각", "", "50.00", "예", "-", ""),
        ("참가자 119", "제출 안 됨", "", "50.00", "예", "-", ""),
    ]
    roster = lms.sheet(tmp_path / "w.csv", [f"머리 {at}" for at in range(7)], *rows)
    export = archive(tmp_path / "x.zip", {"참가자_203_assignsubmission_file/a.py": ""})
    [found] = match(export, roster).matches
    assert people_of(found) == ["참가자 203"]
    assert found.record.late is None  # the status is prose of another language


def team_sheet(path: Path, groups: list[str]) -> Path:
    rows = [
        (
            f"Participant {at}",
            f"Student {at}",
            f"s{at}@example.org",
            lms.ON_TIME,
            group,
            "90",
            "100.00",
            "Yes",
            "-",
            "-",
            "",
        )
        for at, group in enumerate(groups, 50)
    ]
    return lms.sheet(path, [f"Titel {at}" for at in range(11)], *rows)  # titles are in the language of the teacher


def test_a_team_counts_for_its_members_by_the_name_of_the_group(tmp_path: Path) -> None:
    entries = ["Crew B2_50_assignsubmission_file/a.py", "Default group_assignsubmission_file/b.py"]
    roster = team_sheet(tmp_path / "w.csv", ["Default group", "Crew_B/2", "Crew_B/2"])
    found = match(archive(tmp_path / "x.zip", dict.fromkeys(entries, "")), roster)
    assert [(each.person.key, [*each.files]) for each in found.submissions] == [
        ("s50@example.org", ["b.py"]), ("s51@example.org", ["a.py"]), ("s52@example.org", ["a.py"])
    ]  # fmt: skip


def test_groups_that_moodle_writes_alike_are_refused(tmp_path: Path) -> None:
    export = archive(tmp_path / "x.zip", {"Crew B2_8_assignsubmission_file/a.py": ""})
    [unclear] = match(export, team_sheet(tmp_path / "w.csv", ["Crew_B/2", "Crew B2"])).unclear
    assert unclear.reason == "these groups have the same name in the export: Crew_B/2, Crew B2"
    [unknown] = match(export, team_sheet(tmp_path / "w.csv", ["Crew 1", "Crew 2"])).unclear
    assert (unknown.how, unknown.reason) == (How.UNMATCHED, "the roster has no group Crew B2")
    mapping = lms.sheet(tmp_path / "m.csv", ["entry", "person"], ["Crew B2_8", "crew 1"])
    [settled] = match(export, team_sheet(tmp_path / "w.csv", ["Crew 1", "Crew 2"]), mapping=mapping).submissions
    assert settled.person.key == "s50@example.org"


def test_a_name_that_begins_with_a_dot_is_no_hidden_file(tmp_path: Path) -> None:
    people = {7: ". Suharto", 8: ".", 9: "Kim"}
    entries = [f"{lms.moodle_name(name)}_{number}_assignsubmission_file/hw1.py" for number, name in people.items()]
    apple = ["._Kim_9_assignsubmission_file", "Kim_9_assignsubmission_file/._hw1.py", ".DS_Store", "._.DS_Store"]
    for above in ("", "DL101-HW1-170/"):
        export = archive(tmp_path / "x.zip", {f"{above}{entry}": "" for entry in (*entries, *apple)})
        found = match(export, worksheet(tmp_path / "w.csv", people))
        assert [each.person.name for each in found.submissions] == [". Suharto", ".", "Kim"]
        assert not found.unclear and len(found.ignored) == len(apple)


def test_a_number_that_the_worksheet_lacks_is_unmatched(tmp_path: Path) -> None:
    export = archive(tmp_path / "x.zip", {"student01 Synthetic_99_assignsubmission_file/hw1.py": "", "x.txt": ""})
    found = by_entry(match(export, worksheet(tmp_path / "w.csv", CLASS), format="moodle"))
    assert found["student01 Synthetic_99"].reason == "not in the roster: 99"
    assert found["x.txt"].reason == "this is not a name that Moodle gives"
