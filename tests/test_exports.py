"""Blackboard, Brightspace, Gradescope, git clones, a plain folder and a table: whose each entry is."""

from __future__ import annotations

import tempfile
from pathlib import Path

import lms
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from lms import FILES, NAMES, archive, by_entry, match, people_of
from tiny_course import write

from autograder.errors import UsageError
from autograder.exchange import formats, imports
from autograder.exchange.matching import UNCLEAR, How

LOGINS = st.lists(
    st.from_regex(r"[a-z0-9]{1,3}([_-][a-z0-9]{1,2})?", fullmatch=True), min_size=1, max_size=5, unique=True
)
STAMP = "2026-11-21-05-13-58"


# --- Blackboard


def receipt(user: str, name: str, files: dict[str, str], *, zone: str = "UTC") -> str:
    listed = "".join(f"\tOriginal filename: {original}\n\tFilename: {entry}\n\n" for entry, original in files.items())
    return (
        f"Name: {name} ({user})\nAssignment: HW1\nDate Submitted: Saturday, November 21, 2026 5:13:58 AM {zone}\n"
        f"Current Mark: Needs Marking\n\nSubmission Field:\nNothing.\n\nComments:\nNone.\n\nFiles:\n{listed}"
    )


@given(
    logins=LOGINS,
    names=st.lists(NAMES, min_size=5, max_size=5),
    file=FILES,
    item=st.sampled_from(["HW1", "a_b", "hw_1"]),
)
def test_blackboard_gives_each_attempt_to_the_user_of_its_receipt(
    logins: list[str], names: list[str], file: str, item: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        files: dict[str, str | bytes] = {}
        for login, name in zip(logins, names, strict=False):
            stem = f"{item}_{login}_attempt_{STAMP}"
            files[f"{stem}_{file}"] = "x = 1"
            files[f"{stem}.txt"] = receipt(login, name, {f"{stem}_{file}": file})
        roster = lms.sheet(Path(folder, "r.csv"), ["Username"], *[[login] for login in logins])
        found = by_entry(match(archive(Path(folder, "x.zip"), files), roster, format="blackboard"))
        for login in logins:
            each = found[f"{item}_{login}_attempt_{STAMP}"]
            assert people_of(each) == [login]
            assert [*each.record.files] == [file]


def test_blackboard_takes_the_last_attempt_and_names_the_others(tmp_path: Path) -> None:
    stems = [f"HW1_kim_attempt_2026-11-{day}-05-13-58" for day in (20, 22, 21)]
    files = {f"{stem}_hw1.py": "" for stem in stems} | {f"{stem}.txt": receipt("kim", "Kim", {}) for stem in stems}
    found = match(archive(tmp_path / "x.zip", files), lms.sheet(tmp_path / "r.csv", ["login"], ["kim"]))
    [submission] = found.submissions
    assert [each.record.entry for each in submission.matches] == [stems[1]]
    assert [each.how for each in found.matches] == [How.OLDER, How.LOGIN, How.OLDER]
    assert [each.matches[0].record.entry for each in found.earlier] == [stems[0], stems[2]]


def test_two_submissions_of_one_earlier_moment_are_refused(tmp_path: Path) -> None:
    rows = [
        [f"{name}.py", "kim", time] for name, time in (("a", "2026-11-20"), ("b", "2026-11-20"), ("c", "2026-11-21"))
    ]
    for name, _, _ in rows:
        Path(tmp_path, name).write_text("x = 1", encoding="utf-8")
    stamped = [[name, who, f"{day}T10:00+00:00"] for name, who, day in rows]
    table = lms.sheet(tmp_path / "class.csv", ["file", "login", "received at"], *stamped)
    found = match(table, lms.sheet(tmp_path / "r.csv", ["login"], ["kim"]))
    assert [each.record.entry for each in found.unclear] == ["a.py", "b.py"] and not found.earlier


def test_blackboard_tells_a_time_only_if_its_zone_is_certain(tmp_path: Path) -> None:
    stem = f"HW1_kim_attempt_{STAMP}"
    roster = lms.sheet(tmp_path / "r.csv", ["login"], ["kim"])
    for zone, time in (("UTC", "2026-11-21T05:13:58+00:00"), ("BST", None)):
        files = {f"{stem}_a.py": "", f"{stem}.txt": receipt("kim", "Kim", {}, zone=zone)}
        [found] = match(archive(tmp_path / "x.zip", files), roster).matches
        assert found.record.received_at == time


def test_blackboard_a_file_that_was_downloaded_before_and_a_receipt_of_another(tmp_path: Path) -> None:
    stem = f"HW1_kim_attempt_{STAMP}"
    again = f"{stem}_HW1_lee_attempt_2026-01-01-00-00-00_a.py"
    roster = lms.sheet(tmp_path / "r.csv", ["login"], ["kim"], ["lee"])
    [found] = match(archive(tmp_path / "x.zip", {again: ""}), roster).matches
    assert people_of(found) == ["kim"]
    [unclear] = match(
        archive(tmp_path / "y.zip", {again: "", f"{stem}.txt": receipt("lee", "Lee", {})}), roster
    ).unclear
    assert unclear.reason == "the receipt is that of lee, the name is not"


def test_blackboard_without_a_receipt_a_name_with_two_ends_is_refused(tmp_path: Path) -> None:
    export = archive(tmp_path / "x.zip", {f"HW1_a_kim_attempt_{STAMP}_a.py": ""})
    [unclear] = match(export, lms.sheet(tmp_path / "r.csv", ["login"], ["a_kim"], ["kim"])).unclear
    assert unclear.reason == "it may belong to a_kim, kim"


# --- Brightspace


@given(names=st.lists(NAMES, min_size=1, max_size=5, unique_by=lms.bare_name), file=FILES, by_id=st.booleans())
def test_brightspace_by_id_or_by_a_name_that_one_person_has(names: list[str], file: str, by_id: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        people = {str(397_000 + at): name for at, name in enumerate(names)}
        entries = {f"{id}-25573 - {name.replace('/', '')} - Nov 21, 2026 926 PM": id for id, name in people.items()}
        export = archive(Path(folder, "x.zip"), {f"{entry}/{file}": "" for entry in entries} | {"index.html": ""})
        rows = [(id if by_id else f"N{id}", name) for id, name in people.items()]
        roster = lms.sheet(Path(folder, "r.csv"), ["OrgDefinedId", "Name"], *[(f"#{id}", name) for id, name in rows])
        found = match(export, roster, format="brightspace")
        assert found.ignored == ("index.html",)
        for each in found.matches:
            id = entries[each.record.entry]
            if each.how in UNCLEAR:
                assert not by_id and not lms.bare_name(people[id])  # a name without letters tells nothing
            else:
                assert people_of(each) == [id if by_id else f"N{id}"]
                assert [*each.record.files] == [file]


def test_brightspace_the_last_minute_counts_and_equal_minutes_are_refused(tmp_path: Path) -> None:
    heads = [
        f"39-25 - Ann Kim - Nov {day}, 2026 {time}" for day, time in ((21, "1159 AM"), (21, "126 PM"), (20, "926 PM"))
    ]
    roster = lms.sheet(tmp_path / "r.csv", ["Username", "First Name", "Last Name"], ["#ann", "Ann", "Kim"])
    found = match(archive(tmp_path / "x.zip", {f"{head}/a.py": "" for head in heads}), roster)
    assert [each.record.entry for each in found.submissions[0].matches] == [heads[1]]
    same = [heads[0], heads[0].replace("39-25", "39-26")]
    assert len(match(archive(tmp_path / "y.zip", {f"{head}/a.py": "" for head in same}), roster).unclear) == 2
    old = {f"{head} - a.py": "" for head in heads[:2]}  # older exports
    assert not match(archive(tmp_path / "z.zip", old), roster).unclear
    for when in ("novembre {}, 2026 926 PM", "{} novembre 2026 21 h 26", "2026-11-{}"):
        names = {f"39-25 - Ann Kim - {when.format(day)}/a.py": "" for day in (20, 21)}
        assert len(match(archive(tmp_path / "f.zip", names), roster).unclear) == 2
        [first, _] = names
        assert not match(archive(tmp_path / "g.zip", {first: ""}), roster).unclear


def test_brightspace_an_id_and_a_name_of_different_people_are_refused(tmp_path: Path) -> None:
    export = archive(tmp_path / "x.zip", {"39-25 - Ann Kim - Nov 21, 2026 926 PM/a.py": ""})
    roster = lms.sheet(tmp_path / "r.csv", ["id", "name"], ["39", "Bob Lee"], ["40", "Ann Kim"])
    [unclear] = match(export, roster).unclear
    assert unclear.reason == "id and name belong to different people: 39 (Bob Lee) in line 2, 40 (Ann Kim) in line 3"


# --- Gradescope


def gradescope(path: Path, submissions: dict[str, list[dict[str, str]]], *, file: str = "hw1.py") -> Path:
    described = {
        name: {":submitters": people, ":created_at": "AT", ":results": {"tests": []}}
        for name, people in submissions.items()
    }
    text = yaml.safe_dump(described, allow_unicode=True).replace(": AT", ": 2026-11-21 05:13:58.123456000 Z")
    files = {f"assignment_91_export/{name}/{file}": "x = 1" for name in submissions}
    return archive(path, {"assignment_91_export/submission_metadata.yml": text.encode(), **files})


@given(names=st.lists(NAMES, min_size=1, max_size=5), file=FILES)
def test_gradescope_by_id_or_e_mail(names: list[str], file: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        people = {f"N{at}": name for at, name in enumerate(names)}
        submissions = {
            f"submission_{at}": [{":name": name} | ({":sid": id} if at % 2 else {":email": f"{id}@example.org"})]
            for at, (id, name) in enumerate(people.items())
        }
        rows = [(name, id, f"{id}@EXAMPLE.org") for id, name in people.items()]
        roster = lms.sheet(Path(folder, "r.csv"), ["Name", "SID", "Email"], *rows)
        found = match(gradescope(Path(folder, "x.zip"), submissions, file=file), roster)
        assert {each.record.entry: people_of(each) for each in found.matches} == {
            f"submission_{at}": [f"N{at}"] for at in range(len(names))
        }
        assert {each.record.received_at for each in found.matches} == {"2026-11-21T05:13:58.123456+00:00"}


def test_gradescope_several_submitters_are_a_group(tmp_path: Path) -> None:
    export = gradescope(
        tmp_path / "x.zip",
        {"submission_1": [{":sid": "a"}, {":sid": "b"}], "submission_2": [{":sid": "c"}, {":sid": "?"}]},
    )
    found = match(export, lms.sheet(tmp_path / "r.csv", ["SID"], ["a"], ["b"], ["c"]))
    assert [each.person.key for each in found.submissions] == ["a", "b"]
    [unclear] = found.unclear
    assert unclear.reason == "not in the roster: ?"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("submission_1: [", "is not valid YAML"),
        ("a: &x 1\nsubmission_1: *x", "has references"),
        ("submission_1: !!python/object/apply:os.getcwd []", "is not valid YAML"),
        ("[" * 5000, "is not valid YAML"),
    ],
)
def test_gradescope_a_description_that_cannot_be_read(text: str, problem: str, tmp_path: Path) -> None:
    export = archive(tmp_path / "x.zip", {"submission_metadata.yml": text, "submission_1/a.py": ""})
    with pytest.raises(UsageError, match=problem):
        match(export, lms.sheet(tmp_path / "r.csv", ["SID"], ["a"]))


def test_gradescope_a_pdf_belongs_to_its_submission(tmp_path: Path) -> None:
    described = "submission_1:\n  :submitters:\n  - :sid: a\n2.pdf:\n  :submitters:\n  - :sid: b\n"
    files = {"submission_metadata.yml": described, "submission_1/a.py": "", "1.pdf": "", "2.pdf": ""}
    export = archive(tmp_path / "x.zip", {f"assignment_9_export/{name}": text for name, text in files.items()})
    found = match(export, lms.sheet(tmp_path / "r.csv", ["SID"], ["a"], ["b"]))
    assert not found.unclear
    assert {each.person.key: set(each.files) for each in found.submissions} == {"a": {"a.py", "1.pdf"}, "b": {"2.pdf"}}


def test_gradescope_what_is_not_described_is_unmatched(tmp_path: Path) -> None:
    export = archive(tmp_path / "x.zip", {"submission_metadata.yml": "- 1", "submission_1/a.py": "", "2.txt": ""})
    found = match(export, lms.sheet(tmp_path / "r.csv", ["SID"], ["a"]))
    assert [each.how for each in found.matches] == [How.UNMATCHED] * 2


# --- git clones


@pytest.mark.slow
@given(logins=LOGINS, prefix=st.sampled_from(["hw1-", "dl-101-hw-1-", ""]))
def test_a_clone_goes_to_its_account_or_to_nobody(logins: list[str], prefix: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for login in logins:
            write(Path(folder, "clones", f"{prefix}{login.upper()}", "src", "a.py"), "x = 1")
            write(Path(folder, "clones", f"{prefix}{login.upper()}", ".git", "HEAD"), "ref")
        rows = [[login, f"{login}@example.org"] for login in logins]
        roster = lms.sheet(Path(folder, "r.csv"), ["username", "email"], *rows)
        found = match(Path(folder, "clones"), roster)
        assert set(found.ignored) == {f"{prefix}{login.upper()}/.git" for login in logins}
        for each in found.matches:
            login = each.record.entry.lower().removeprefix(prefix)
            if each.how in UNCLEAR:
                assert any(login != other and login.endswith(f"-{other}") for other in logins)
            else:
                assert people_of(each) == [login]
                assert [*each.record.files] == ["src/a.py"]


def test_the_beginning_of_all_clones_decides_between_two_accounts(tmp_path: Path) -> None:
    for name in ("hw1-kim", "hw1-min-kim"):
        write(tmp_path / "clones" / name / "a.py", "x = 1")
    roster = lms.sheet(tmp_path / "r.csv", ["username", "github_username"], ["u1", "kim"], ["u2", "min-kim"])
    found = match(tmp_path / "clones", roster, format="git_clones")
    assert {each.record.entry: people_of(each) for each in found.matches} == {"hw1-kim": ["u1"], "hw1-min-kim": ["u2"]}
    [unclear] = match(archive(tmp_path / "x.zip", {"hw1-min-kim/a.py": ""}), roster, format="git_clones").unclear
    assert unclear.reason == "it may belong to kim, min-kim"


def test_an_account_is_the_whole_end_of_a_name(tmp_path: Path) -> None:
    export = archive(tmp_path / "x.zip", {"hw1-minkim/a.py": "", "hw1-lee/a.py": ""})
    found = by_entry(match(export, lms.sheet(tmp_path / "r.csv", ["username"], ["kim"], ["lee"]), format="git_clones"))
    assert found["hw1-minkim"].how is How.UNMATCHED
    assert people_of(found["hw1-lee"]) == ["lee"]


# --- a plain folder


@given(names=st.lists(NAMES, min_size=1, max_size=5, unique_by=lms.bare_name))
def test_a_folder_by_any_id_or_by_a_name_that_one_person_has(names: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        people = {f"N{at}": name for at, name in enumerate(names)}
        roster = lms.sheet(Path(folder, "r.csv"), ["id", "name"], *people.items())
        entries = {
            f"{name}/a.py": id for id, name in people.items() if not name.startswith(".") and lms.bare_name(name)
        }
        if entries:
            found = match(
                archive(Path(folder, "x.zip"), {"class/nobody-at-all.txt": "", **{f"class/{e}": "" for e in entries}}),
                roster,
                format="folder",
            )
            assert {e.record.entries[0]: people_of(e) for e in found.matches if e.how not in UNCLEAR} == {
                f"class/{entry}": [id] for entry, id in entries.items()
            }


def test_a_folder_with_files_folders_and_two_entries_of_one_person(tmp_path: Path) -> None:
    for name in ("kim.py", "n2/src/a.py", "lee@example.org.zip", ".DS_Store", "Lee/b.py"):
        write(tmp_path / "uploads" / name, "x = 1")
    rows = [["n1", "kim", "k@example.org", "Kim"], ["n2", "", "", ""], ["n3", "", "lee@example.org", "Lee"]]
    roster = lms.sheet(tmp_path / "r.csv", ["id", "login", "email", "name"], *rows)
    found = match(tmp_path / "uploads", roster)
    assert [(each.person.key, dict(each.files)) for each in found.submissions] == [
        ("n1", {"kim.py": "kim.py"}), ("n2", {"src/a.py": "n2/src/a.py"})
    ]  # fmt: skip
    assert {each.record.entry for each in found.unclear} == {"Lee", "lee@example.org.zip"}
    assert found.unclear[0].reason.startswith("n3 (Lee) has several submissions:")
    assert found.ignored == (".DS_Store",)


# --- a table


def test_a_table_names_files_people_times_and_attempts(tmp_path: Path) -> None:
    for name in ("a.py", "b/x.py", "b/y.py", "c.py", "other.py"):
        write(tmp_path / name, "x = 1")
    table = lms.sheet(
        tmp_path / "submissions.csv",
        ["file", "email", "received_at", "late", "attempt"],
        ["a.py", "kim@example.org", "2026-10-12T18:00+09:00", "no", "9"],
        ["c.py", "kim@example.org", "2026-10-12T19:00+09:00", "yes", "10"],
        ["b", "lee@example.org", "", "", ""],
        encoding="utf-16", delimiter="\t",
    )  # fmt: skip
    roster = lms.sheet(tmp_path / "r.csv", ["id", "email"], ["1", "kim@example.org"], ["2", "lee@example.org"])
    found = match(table, roster)
    assert [(each.person.key, [*each.files]) for each in found.submissions] == [
        ("1", ["c.py"]),
        ("2", ["x.py", "y.py"]),
    ]
    assert [(each.record.received_at, each.record.late) for each in found.matches] == [
        ("2026-10-12T18:00:00+09:00", False), ("2026-10-12T19:00:00+09:00", True), (None, None)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (["../a.py", "1", "", ""], "line 2: write a path inside the folder of t.csv"),
        (["C:\\a.py", "1", "", ""], "line 2: write a path inside"),
        (["none.py", "1", "", ""], "line 2: none.py does not exist, or is empty"),
        (["a.py", "1", "yesterday", ""], 'line 2: "yesterday" is not a time with an offset'),
        (["a.py", "1", "2026-10-12T18:00", ""], "is not a time with an offset"),
        (["a.py", "1", "", "maybe"], 'line 2: late is "maybe"; write yes or no'),
    ],
)
def test_a_row_that_cannot_be_used_is_named(row: list[str], problem: str, tmp_path: Path) -> None:
    write(tmp_path / "a.py", "x = 1")
    table = lms.sheet(tmp_path / "t.csv", ["path", "id", "submitted at", "late"], row)
    with pytest.raises(UsageError, match=problem.replace("(", r"\(")):
        match(table, lms.sheet(tmp_path / "r.csv", ["id"], ["1"]))


# --- which format it is

_IN_THE_WORKSHEET = ["Participant 41", "Kim Min", "k@example.org", lms.ON_TIME, "", "100.00", "Yes", "-", "-", ""]


@pytest.mark.parametrize(
    ("name", "entries"),
    [
        ("canvas", ["kimmin_1001_90001_hw1.py", "lee_LATE_1002_text.html"]),
        ("canvas", ["anon_Ab3_90001_hw1.py"]),
        ("moodle", ["Kim Min_41_assignsubmission_file/hw1.py", "Lee_42_assignsubmission_file_1_2_x.py"]),
        ("blackboard", [f"HW1_kim_attempt_{STAMP}.txt", f"HW1_kim_attempt_{STAMP}_1_2_a.py"]),
        ("brightspace", ["39-25 - Ann Kim - Nov 21, 2026 926 PM/a_1_2_b.py", "index.html"]),
        (
            "brightspace",
            ["39-25 - Ann Kim - 21 novembre 2026 21 h 26/a.py", "40-25 - Bo Lee - 2026. 11. 21. 오후 926/b"],
        ),
        ("gradescope", ["assignment_91_export/submission_metadata.yml", "assignment_91_export/submission_1/a.py"]),
        ("folder", ["kim/hw1.py", "lee.py"]),
    ],
)
def test_the_names_tell_the_format(name: str, entries: list[str], tmp_path: Path) -> None:
    with imports.opened(archive(tmp_path / "x.zip", dict.fromkeys(entries, ""))) as source:
        assert formats.reader_of(source)[0] == name


PACKED_AGAIN = [
    ("canvas", "kimmin_1001_90001_hw1.py", ["id", "name"], ["1001", "Kim, Min"]),
    ("moodle", "Kim Min_41_assignsubmission_file/hw1.py", lms.WORKSHEET, _IN_THE_WORKSHEET),
    ("moodle", "Kim Min_41_assignsubmission_file_hw1.py", lms.WORKSHEET, _IN_THE_WORKSHEET),
    ("blackboard", f"HW1_kim_attempt_{STAMP}_hw1.py", ["login", "name"], ["kim", "Kim Min"]),
    ("brightspace", "39-25 - Min Kim - Nov 21, 2026 926 PM/hw1.py", ["id", "name"], ["9", "Min Kim"]),
]


@pytest.mark.parametrize("chosen", ["auto", ""])
@pytest.mark.parametrize(("name", "entry", "header", "row"), PACKED_AGAIN, ids=[each[0] for each in PACKED_AGAIN])
def test_a_folder_around_all_entries_does_not_count(
    name: str, entry: str, header: list[str], row: list[str], chosen: str, tmp_path: Path
) -> None:
    roster = lms.sheet(tmp_path / "r.csv", header, row)
    for place in (f"submissions/{entry}", entry):
        export = archive(tmp_path / "x.zip", {place: "x = 1", "__MACOSX/._x": "", "submissions/.DS_Store": ""})
        found = match(export, roster, format=chosen or name)
        [handed] = found.submissions
        assert not found.unclear and "hw1.py" in handed.files


def test_an_unpacked_export_is_the_same(tmp_path: Path) -> None:
    write(tmp_path / "unpacked" / "kim_1001_90001_hw1.py", "x = 1")
    found = match(tmp_path / "unpacked", lms.gradebook(tmp_path / "r.csv", {1001: "Kim"}))
    assert [each.person.key for each in found.submissions] == ["1001"]
