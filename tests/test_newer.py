"""Work that another system holds and that was not graded: named by the times of its table, or by a fresh export."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import lms
import lms_samples
import pytest
import tiny_course
from lms_samples import Student

from autograder.course import submission
from autograder.exchange import imports, newer, plain_folder
from autograder.exchange.grades import Grade
from autograder.exchange.template import parse
from autograder.exchange.writers import System, writer

KIM, LEE, PARK = CLASS = (Student(1, "Min", "Kim"), Student(2, "Seo", "Lee"), Student(3, "Jiho", "Park"))
FIRST, SECOND = "x = 1\n", "x = 2\n"


@dataclass(frozen=True)
class There:
    """A system: its table, and the entries of an export with the file of each student."""

    table: bytes
    entries: Callable[[Mapping[Student, str]], Mapping[str, str]]


def gradescope(people: Mapping[Student, str]) -> dict[str, str]:
    described = "".join(
        f"submission_{each.number}:\n  :submitters:\n  - :name: {each.first} {each.last}\n    :email: {each.email}\n"
        for each in people
    )
    files = {f"submission_{each.number}/tiny.py": text for each, text in people.items()}
    return {"submission_metadata.yml": described} | files


STAMP = "2026-11-21-05-13-58"
SCORES = lms_samples.table(
    [
        ["First Name", "Last Name", "SID", "Email", "Total Score", "Max Points", "Submission Time"],
        *([each.first, each.last, "", each.email, "", "20.0", "2026-11-21 14:13:58 +0900"] for each in CLASS),
    ]
).encode()
CLASSROOM = lms_samples.table(
    [
        ["username", "first_name", "last_name", "email", "section", "score", "max_score", "datetime", "submission_tag"],
        *([each.login, each.first, each.last, each.email, "", "", "20", "2026-11-21T05:13:58Z", ""] for each in CLASS),
    ]
).encode()
SYSTEMS = {
    System.CANVAS: There(
        lms_samples.canvas(CLASS),
        lambda people: {f"{p.last}{p.first}_{p.id}_9{p.id}_tiny.py".lower(): text for p, text in people.items()},
    ),
    System.MOODLE: There(
        lms_samples.moodle(CLASS),
        lambda people: {
            f"{p.first} {p.last}_{40 + p.number}_assignsubmission_file/tiny.py": text for p, text in people.items()
        },
    ),
    System.BLACKBOARD: There(
        lms_samples.blackboard(CLASS),
        lambda people: {f"HW1_{p.login}_attempt_{STAMP}_tiny.py": text for p, text in people.items()},
    ),
    System.BRIGHTSPACE: There(
        lms_samples.brightspace(CLASS),
        lambda people: {
            f"N{p.number:06}-7 - {p.first} {p.last} - Sep 24, 2026 926 PM/tiny.py".replace("N", ""): text
            for p, text in people.items()
        },
    ),
    System.GRADESCOPE: There(SCORES, gradescope),
    System.CLASSROOM50: There(
        CLASSROOM, lambda people: {f"dl-tiny-{p.login}/tiny.py": text for p, text in people.items()}
    ),
}


def exported(folder: Path, system: System, people: Mapping[Student, str]) -> Path:
    return lms.archive(folder / f"{len(list(folder.iterdir()))}.zip", SYSTEMS[system].entries(people))


def format_of(system: System) -> str:
    return "git_clones" if system is System.CLASSROOM50 else system.value


def graded(export: Path, system: System, table: Path, folder: Path) -> list[Grade]:
    """Return grades of the files of an export, as a batch has them."""
    with imports.opened(export) as source:
        found = imports.read(source, format=format_of(system), roster_file=table, mapping=None)
        assert not found.matched.unclear, found.report
        entries = plain_folder.write_uploads(found.matched, source, folder)
    return [Grade(each.student, 12.5, 20.0, sha256=submission.digest(each.path)) for each in entries]


@pytest.mark.parametrize("system", SYSTEMS)
def test_changed_and_new_files_of_a_fresh_export_are_named(system: System, tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_bytes(SYSTEMS[system].table)
    assignment = tiny_course.make(tmp_path / "course").load()
    first = exported(tmp_path, system, {KIM: FIRST, LEE: FIRST})
    grades = graded(first, system, table, tmp_path / "uploads")
    template = parse(table.read_bytes(), table.name)
    rows = writer(system).fill(template, grades).rows

    def sentences(export: Path) -> list[str]:
        return newer.by_files(
            export, format=format_of(system), table=table, template=template, rows=rows, assignment=assignment
        )

    _, lee = (each.student for each in grades)
    assert sentences(first) == []
    assert sentences(exported(tmp_path, system, {KIM: FIRST})) == []
    changed = exported(tmp_path, system, {KIM: FIRST, LEE: SECOND, PARK: FIRST})
    [files, new] = sentences(changed)
    remedy = f"Import {changed.name}, and run batch before you upload these grades."
    assert files == f"The files of {lee} in {changed.name} are not those that were graded. {remedy}"
    assert new.endswith(f" handed in according to {changed.name}, and no grade is written. {remedy}")


@pytest.mark.parametrize("system", [System.GRADESCOPE, System.CLASSROOM50])
@pytest.mark.parametrize(
    ("received", "is_newer"),
    [
        ("2026-11-21T05:13:58.900000+00:00", False),
        ("2026-11-21T14:13:58+09:00", False),
        ("2026-11-21T05:13:57+00:00", True),
        (None, False),
    ],
)
def test_a_table_with_times_tells_by_itself(system: System, received: str | None, is_newer: bool) -> None:
    template = parse(SYSTEMS[system].table, "table.csv")
    grades = [replace(lms_samples.grade(each.email), received_at=received) for each in (KIM, LEE)]
    filled = writer(system).fill(template, grades)
    names = f"{KIM.email}, {LEE.email}"
    assert any(each.startswith(f"{names} have newer files in ") for each in filled.warnings) == is_newer
    column = template.column("Total Score" if system is System.GRADESCOPE else "score")
    assert [row[column] for row in lms_samples.cells(filled.data)[1:]] == ["12.5", "12.5", ""]
