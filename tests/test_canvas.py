"""Canvas: whose an entry is, for every name that a person, a group or a file can have."""

from __future__ import annotations

import tempfile
from pathlib import Path

import lms
from hypothesis import given
from hypothesis import strategies as st
from lms import FILES, NAMES, archive, by_entry, gradebook, match, people_of

from autograder.exchange.matching import UNCLEAR, How

CLASS = {1001: "Synth01, Student", 1002: "Synth02, Student", 1003: "O'Brien, 김 민준", 7: "Seven, Bob"}

STUDENTS = st.lists(st.tuples(NAMES, st.booleans(), FILES), min_size=1, max_size=5)
IDS = st.permutations([7, 1001, 1, 2, 5, 8, 314]).map(
    lambda ids: ids[:5]
)  # those in NAMES and FILES, so that they meet


@given(students=STUDENTS, ids=IDS, first=st.integers(1, 99_999))
def test_a_name_of_any_kind_goes_to_its_owner_or_to_nobody(
    students: list[tuple[str, bool, str]], ids: list[int], first: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        people = {id: name for id, (name, _, _) in zip(ids, students, strict=False)}
        entries = {
            f"{lms.canvas_name(name)}{'_LATE' if late else ''}_{id}_{first + at}_{file}": (id, late, file)
            for at, (id, (name, late, file)) in enumerate(zip(ids, students, strict=False))
        }
        export = archive(Path(folder, "x.zip"), dict.fromkeys(entries, "x = 1"))
        found = by_entry(match(export, gradebook(Path(folder, "r.csv"), people), format="canvas"))
        assert found.keys() == entries.keys()
        for entry, (id, late, file) in entries.items():
            numbers = {int(token) for token in entry.split("_") if token.isascii() and token.isdigit()}
            if found[entry].how in UNCLEAR:
                # another number in the name is the id of somebody; or an own id twice, in a name without letters
                assert len(numbers & people.keys()) > 1 or entry.split("_").count(str(id)) > 1, entry
            else:
                assert people_of(found[entry]) == [str(id)]
                assert [*found[entry].record.files] == [file]
                assert found[entry].record.late is late


def test_a_person_may_be_called_anon(tmp_path: Path) -> None:
    roster = gradebook(tmp_path / "r.csv", {7: "anon", 8: "Lee"})
    found = match(archive(tmp_path / "x.zip", {"anon_LATE_7_1_hw1.py": ""}), roster)
    [submission] = found.submissions
    assert (submission.person.key, [*submission.files]) == ("7", ["hw1.py"])
    assert submission.matches[0].record.late is True


def test_every_kind_of_entry(tmp_path: Path) -> None:
    entries = {
        "synth01student_1001_90001_hw1.py": (["1001"], "hw1.py", False),
        "synth02student_LATE_1002_90002_hw1-1.py": (["1002"], "hw1-1.py", True),
        "obrien김민준_1003_text.html": (["1003"], "text.html", False),
        "sevenbob_LATE_7_link.html": (["7"], "link.html", True),
    }
    found = by_entry(
        match(archive(tmp_path / "x.zip", dict.fromkeys(entries, "")), gradebook(tmp_path / "r.csv", CLASS))
    )
    assert {entry: (people_of(each), *each.record.files, each.record.late) for entry, each in found.items()} == entries
    assert not any(each.reason for each in found.values())


def test_files_of_one_person_are_one_submission(tmp_path: Path) -> None:
    entries = ["synth01student_1001_90001_a.py", "synth01student_1001_90002_b.py"]
    found = match(archive(tmp_path / "x.zip", dict.fromkeys(entries, "")), gradebook(tmp_path / "r.csv", CLASS))
    [submission] = found.submissions
    assert dict(submission.files) == {"a.py": entries[0], "b.py": entries[1]}
    assert len(found.without) == 3


def test_two_ways_to_split_a_name_are_refused_until_a_person_decides(tmp_path: Path) -> None:
    entry = "team_7_1001_90010_report.py"
    export = archive(tmp_path / "x.zip", {entry: ""})
    roster = gradebook(tmp_path / "r.csv", CLASS)
    [unclear] = match(export, roster).unclear
    assert unclear.how is How.AMBIGUOUS and unclear.reason == "it may belong to 7, 1001"
    for person, file in (("1001", "report.py"), ("7", "90010_report.py")):
        mapping = lms.sheet(tmp_path / "m.csv", ["entry", "person"], [entry, person])
        [submission] = match(export, roster, mapping=mapping).submissions
        assert submission.person.key == person and [*submission.files] == [file]


def test_the_name_decides_between_two_splits_of_one_person(tmp_path: Path) -> None:
    export = archive(tmp_path / "x.zip", {"kim_7_7_1_hw1.py": "", "lee_8_8_2_b.py": ""})
    found = by_entry(match(export, gradebook(tmp_path / "r.csv", {7: "Kim_7", 8: "Another Name"})))
    assert [*found["kim_7_7_1_hw1.py"].record.files] == ["hw1.py"]
    assert found["lee_8_8_2_b.py"].reason == "the name of the file may be 2_b.py, b.py; settle it to take the first"
    mapping = lms.sheet(tmp_path / "m.csv", ["entry", "person"], ["lee_8_8_2_b.py", "8"])
    [_, settled] = match(export, gradebook(tmp_path / "r.csv", {7: "Kim_7", 8: "Another"}), mapping=mapping).submissions
    assert [*settled.files] == ["2_b.py"]


def test_one_split_is_enough_if_only_one_id_is_in_the_roster(tmp_path: Path) -> None:
    export = archive(tmp_path / "x.zip", {"team_7_1001_90010_report.py": ""})
    [found] = match(export, gradebook(tmp_path / "r.csv", {1001: "Team_7"})).matches
    assert people_of(found) == ["1001"] and [*found.record.files] == ["report.py"]


def test_a_group_counts_for_every_member_and_a_foreign_name_is_refused(tmp_path: Path) -> None:
    header = [*lms.CANVAS[:5], "group_name"]
    rows = [
        ("Kim, A", 1, "", "kim", "s", "Team A!"),
        ("Lee, B", 2, "", "lee", "s", "Team A!"),
        ("Choi, C", 3, "", "c", "s", ""),
    ]
    roster = lms.sheet(tmp_path / "r.csv", header, *rows)
    export = archive(tmp_path / "x.zip", {"teama_1_90_a.py": "", "teama_1_91_b.py": "", "teamb_3_92_c.py": ""})
    found = match(export, roster)
    assert [(each.person.key, sorted(each.files)) for each in found.submissions] == [
        ("1", ["a.py", "b.py"]), ("2", ["a.py", "b.py"])
    ]  # fmt: skip
    assert [each.how for each in found.matches] == [How.GROUP, How.GROUP, How.AMBIGUOUS]
    assert 'the entry has the name "teamb"' in found.matches[2].reason
    mapping = lms.sheet(tmp_path / "m.csv", ["entry", "person"], ["teamb_3_92_c.py", "3"])
    assert [each.person.key for each in match(export, roster, mapping=mapping).submissions] == ["1", "2", "3"]


def test_an_anonymous_export_is_matched_by_anonymous_ids_only(tmp_path: Path) -> None:
    entries = ["anon_Ab3dE_90001_hw1.py", "LATE_anon_Zz9yX_90002_hw1-2.py", "anon_11111_text.html"]
    export = archive(tmp_path / "x.zip", dict.fromkeys(entries, ""))
    assert len(match(export, gradebook(tmp_path / "r.csv", CLASS)).unclear) == 3
    roster = lms.sheet(tmp_path / "r.csv", ["id"], ["Ab3dE"], ["Zz9yX"], ["11111"])
    found = by_entry(match(export, roster))
    assert [people_of(found[entry]) for entry in entries] == [["Ab3dE"], ["Zz9yX"], ["11111"]]
    assert [found[entry].record.late for entry in entries] == [False, True, False]


def test_a_named_entry_among_anonymous_ones_is_refused(tmp_path: Path) -> None:
    entries = ["anon_a_90001_x.py", "anon_b_90002_x.py", "synth01student_1001_90003_x.py"]
    export = archive(tmp_path / "x.zip", dict.fromkeys(entries, ""))
    found = match(export, lms.sheet(tmp_path / "r.csv", ["id"], ["a"], ["b"], ["1001"]))
    assert [each.record.entry for each in found.unclear] == [entries[2]]


def test_a_student_named_anon_in_a_named_export_is_no_problem(tmp_path: Path) -> None:
    entries = ["anon_5_90001_x.py", "synth01student_1001_90003_x.py", "synth02student_1002_90004_x.py"]
    export = archive(tmp_path / "x.zip", dict.fromkeys(entries, ""))
    found = match(export, gradebook(tmp_path / "r.csv", CLASS | {5: "Anon"}))
    assert sorted(each.person.key for each in found.submissions) == ["1001", "1002", "5"]


def test_a_roster_without_ids_of_canvas_matches_names_that_one_person_has(tmp_path: Path) -> None:
    entries = ["kim_7_1001_90_x.py", "leea_1002_91_x.py"]
    export = archive(tmp_path / "x.zip", dict.fromkeys(entries, ""))
    roster = lms.sheet(tmp_path / "r.csv", ["login", "name"], ["k", "Kim_7"], ["l1", "Lee, A"], ["l2", "LEE A"])
    found = by_entry(match(export, roster))
    assert people_of(found[entries[0]]) == ["k"] and found[entries[0]].how is How.NAME
    assert found[entries[1]].how is How.AMBIGUOUS
    assert "l1 (Lee, A) in line 3, l2 (LEE A) in line 4" in found[entries[1]].reason


def test_an_entry_of_another_kind_is_left_to_a_person(tmp_path: Path) -> None:
    entries = ["synth01student_1001_90001_x.py", "synth02student_1002_90002_x.py", "notes.txt"]
    export = archive(tmp_path / "x.zip", dict.fromkeys(entries, ""))
    roster = gradebook(tmp_path / "r.csv", CLASS)
    [unclear] = match(export, roster).unclear
    assert unclear.reason == "this is not a name that Canvas gives"
    assert not match(
        export, roster, mapping=lms.sheet(tmp_path / "m.csv", ["entry", "person"], ["notes.txt", ""])
    ).unclear


def test_two_files_of_one_name_are_not_chosen_between(tmp_path: Path) -> None:
    entries = ["synth01student_1001_90001_x.py", "synth01student_1001_90002_x.py"]
    export = archive(tmp_path / "x.zip", dict.fromkeys(entries, ""))
    found = match(export, gradebook(tmp_path / "r.csv", CLASS))
    assert [each.how for each in found.unclear] == [How.AMBIGUOUS] * 2
