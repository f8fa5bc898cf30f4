"""Merging the stores of shards: all of them or nothing, and never twice."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from stores import Urls
from test_store import KEY, SLUG, new, values
from tiny_course import write

from autograder.batch import database, history, schema
from autograder.batch.merge import merge, open_shard
from autograder.batch.store import Store
from autograder.errors import AutograderError, UsageError

SEED = 7


@pytest.fixture
def store(urls: Urls, tmp_path: Path) -> Iterator[Store]:
    """The store of a course: two people handed in the same, a third something else; nothing is graded."""
    with Store(urls(tmp_path), "c1") as opened:
        opened.seed(SLUG, str(SEED))
        opened.add(SLUG, [new("s-a", "1"), new("s-b", "1"), new("s-c", "2")])
        yield opened


def shard(path: Path, *sha256s: str, course: str = "c1", seed: int = SEED) -> Path:
    """Write the store of a shard with these reports."""
    with open_shard(f"sqlite:///{path}", course, SLUG, seed) as opened:
        for sha256 in sha256s:
            opened.save(KEY, None, values(sha256))
    return path


def state(store: Store) -> object:
    logs = [store.events(person) for person in ("s-a", "s-b", "s-c")]
    return logs, store.complete(KEY, ["1", "2", "3"]), store.last_event()


def test_reports_become_those_of_the_people_who_handed_in(store: Store, tmp_path: Path) -> None:
    files = [shard(tmp_path / "1.sqlite", "1"), shard(tmp_path / "2.sqlite", "2", "3")]
    assert merge(store, files) == [1, 2]
    found = store.complete(KEY, ["1", "2", "3"])
    assert [store.document(found[sha256].id) for sha256 in "123"] == [f"report of {sha256}" for sha256 in "123"]
    merged = [[event[2:] for event in store.events(person) if event[2] == "merged"] for person in ("s-a", "s-b", "s-c")]
    entry = "{}, 9 of 20 points; graded 2026-03-02T10:00:00+00:00"
    assert merged == [[("merged", SLUG, entry.format("1"))], [], [("merged", SLUG, entry.format("2"))]]


def test_what_the_cases_of_a_shard_depend_on_is_taken(store: Store, tmp_path: Path) -> None:
    file = shard(tmp_path / "1.sqlite", "1")
    with open_shard(f"sqlite:///{file}", "c1", SLUG, SEED) as opened, opened.transaction() as connection:
        connection.execute(schema.assignments.update().values(cases='{"slope": "d"}'))
        here = {"course": "c1", "digest": "e1", "versions": '{"numpy": "2.4"}'}
        connection.execute(schema.environments.insert().values(here))
    for _ in range(2):
        merge(store, [file])
        assert history.case_digests(store, SLUG) == {KEY.assignment: {"slope": "d"}}
        assert history.versions_of(store, "e1") == {"numpy": "2.4"}


def test_merging_twice_changes_nothing(store: Store, tmp_path: Path) -> None:
    file = shard(tmp_path / "1.sqlite", "1")
    with open_shard(f"sqlite:///{file}", "c1", SLUG, SEED) as opened:
        opened.save(KEY, None, values("2", complete=False, document="failed"))
    assert merge(store, [file, file]) == [2, 0]
    before = state(store)
    assert merge(store, [file]) == [0]
    assert state(store) == before


def test_a_report_that_was_discarded_stays_discarded(store: Store, tmp_path: Path) -> None:
    file = shard(tmp_path / "1.sqlite", "1")
    merge(store, [file])
    store.discard([store.complete(KEY, ["1"])["1"].id], SLUG, "case-drift")
    assert merge(store, [file]) == [0]
    assert store.complete(KEY, ["1"]) == {}


def test_a_report_that_the_store_has_already_stays(store: Store, tmp_path: Path) -> None:
    own = store.save(KEY, "s-a", values("1", summary="own", document="own"))
    assert merge(store, [shard(tmp_path / "1.sqlite", "1")]) == [0]
    assert store.complete(KEY, ["1"]) == {"1": own}


# --- files that cannot be merged


def another_course(path: Path) -> None:
    shard(path, "2", course="c2")


def another_seed(path: Path) -> None:
    shard(path, "2", seed=8)


def whole_class(path: Path) -> None:
    with Store(f"sqlite:///{path}", "c1") as opened:
        opened.seed(SLUG, str(SEED))
        opened.add(SLUG, [new("s-a", "1")])


def of_version(number: int) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        shard(path, "2")
        with sqlite3.connect(path) as connection:
            connection.execute("UPDATE schema_version SET version = ?", [number])
        connection.close()

    return make


def no_store(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE other (id INTEGER)")
    connection.close()


def text(path: Path) -> None:
    write(path, "no database at all\n" * 1000)


def damaged_inside(path: Path) -> None:
    """Damage the last report only: the file opens, and reading fails in the middle."""
    shard(path, "2", *(f"{number:02}" for number in range(60)))
    size = path.stat().st_size
    with path.open("r+b") as file:
        for start in range(4096 * 16, size, 4096):
            file.seek(start)
            file.write(b"\xff" * 2048)


REFUSED: dict[str, tuple[Callable[[Path], None], str]] = {
    "another course": (another_course, r"2\.sqlite is the store of another course"),
    "another seed": (another_seed, r"2\.sqlite was graded with another seed of 01-tiny than that of the store"),
    "a whole class": (whole_class, r"2\.sqlite is the store of a whole class and not that of a shard"),
    "newer": (of_version(99), r"2\.sqlite was written by a newer version of autograder \(tables 99, this one reads"),
    "older": (of_version(1), r"2\.sqlite was written by an older version of autograder\. Run its job again"),
    "missing": (lambda path: None, r"2\.sqlite does not exist\. Its job has failed, or is not finished"),
    "a folder": (lambda path: path.mkdir(), r"2\.sqlite does not exist"),
    "another database": (no_store, r"2\.sqlite is not the store of a shard"),
    "empty": (lambda path: path.touch(), r"2\.sqlite is not the store of a shard"),
    "text": (text, r"2\.sqlite cannot be used \(file is not a database\)\. Run its job again"),
    "damaged": (damaged_inside, r"2\.sqlite cannot be used \(database disk image is malformed\)\. Run its job again"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_nothing_is_merged_if_one_file_cannot_be(store: Store, tmp_path: Path, name: str) -> None:
    make, message = REFUSED[name]
    files = [shard(tmp_path / "1.sqlite", "1"), tmp_path / "2.sqlite"]
    make(files[1])
    before = state(store)
    with pytest.raises(AutograderError, match=message):
        merge(store, files)
    assert state(store) == before


@pytest.mark.parametrize("name", ["postgresql://kim@host/grades", "sqlite:///shards/1.sqlite"])
def test_an_address_is_no_file(store: Store, name: str) -> None:
    with pytest.raises(UsageError, match=r"Only the stores of shards can be merged\. Name their files"):
        merge(store, [Path(name)])


def test_a_locked_store_is_named_and_nothing_is_merged(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "WAIT_S", 0)
    files = [shard(tmp_path / "1.sqlite", "1"), shard(tmp_path / "2.sqlite", "2")]
    other = sqlite3.connect(files[1])
    other.execute("PRAGMA locking_mode=EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    before = state(store)
    try:
        with pytest.raises(AutograderError, match=r"2\.sqlite cannot be used \(database is locked\).*Wait"):
            merge(store, files)
    finally:
        other.close()
    assert state(store) == before
    assert merge(store, files) == [1, 1]


def test_a_job_that_still_writes_is_merged_as_far_as_it_is(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "1.sqlite"
    with open_shard(f"sqlite:///{file}", "c1", SLUG, SEED) as writing:
        writing.save(KEY, None, values("1"))
        with writing.transaction() as connection:
            for table in (schema.official, schema.reports):
                connection.execute(table.delete())
            assert merge(store, [file]) == [1]
        writing.save(KEY, None, values("2"))
        assert merge(store, [file]) == [1]


# --- the store of a shard


def test_a_shard_goes_on_in_its_own_store(tmp_path: Path) -> None:
    shard(tmp_path / "1.sqlite", "1")
    with open_shard(f"sqlite:///{tmp_path}/1.sqlite", "c1", SLUG, SEED) as opened:
        assert set(opened.complete(KEY, ["1"])) == {"1"}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (another_course, "is the store of another course"),
        (another_seed, "was graded with the seed of another plan"),
        (whole_class, "is the store of a whole class"),
    ],
)
def test_a_shard_does_not_write_into_a_store_of_something_else(
    tmp_path: Path, make: Callable[[Path], None], message: str
) -> None:
    path = tmp_path / "1.sqlite"
    make(path)
    before = path.read_bytes()
    with pytest.raises(UsageError, match=message):
        open_shard(f"sqlite:///{path}", "c1", SLUG, SEED)
    assert path.read_bytes() == before


def test_the_store_of_a_shard_is_a_file() -> None:
    with pytest.raises(UsageError, match=r"is a file of its own\. Write --store sqlite:///FILE"):
        open_shard("postgresql://kim@host/grades", "c1", SLUG, SEED)
