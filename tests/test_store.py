"""The store: what is pending, the seed that is kept, history, and each way in which it cannot be used."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from stores import Urls

from autograder.batch import database, schema
from autograder.batch import store as stores
from autograder.batch.attempts import Attempts
from autograder.batch.identities import Identities
from autograder.batch.receipts import NewSubmission
from autograder.batch.store import ReportKey, Store
from autograder.errors import AutograderError, UsageError
from autograder.model import Level

SLUG = "01-tiny"
KEY = ReportKey(SLUG, "d1", "0.1", "e1", "s1", "cpu", "en")


@pytest.fixture
def store(urls: Urls, tmp_path: Path) -> Iterator[Store]:
    with Store(urls(tmp_path), "c1") as opened:
        yield opened


def new(person: str, sha256: str) -> NewSubmission:
    return NewSubmission(person, sha256, None, "folder")


def values(sha256: str, **others: Any) -> dict[str, Any]:
    return {
        "sha256": sha256, "level": "full", "graded_at": "2026-03-02T10:00:00+00:00", "complete": True, "earned": 9.0,
        "possible": 20.0, "summary": f"row of {sha256}", "document": f"report of {sha256}",
    } | others  # fmt: skip


@pytest.mark.slow
def test_the_same_bytes_again_are_no_new_attempt(store: Store) -> None:
    assert store.add(SLUG, [new("s-a", "1"), new("s-b", "2")]) == {"s-a": 1, "s-b": 1}
    assert store.add(SLUG, [new("s-a", "1"), new("s-b", "3")]) == {"s-a": 1, "s-b": 2}
    assert store.add(SLUG, [new("s-b", "2")]) == {"s-b": 3}
    assert store.latest() == {SLUG: {"s-a": "1", "s-b": "2"}}
    assert [event[2:] for event in store.events("s-b")] == [
        ("imported", SLUG, "attempt 1, 2"),
        ("imported", SLUG, "attempt 2, 3"),
        ("imported", SLUG, "attempt 3, 2"),
    ]


def test_a_report_counts_for_its_key_only(store: Store) -> None:
    store.save(KEY, "s-a", values("1"))
    assert store.complete(KEY, ["1", "2"])["1"].summary == "row of 1"
    for name in ("assignment", "version", "environment", "seed", "device", "language"):
        assert store.complete(replace(KEY, **{name: "other"}), ["1"]) == {}
    store.save(replace(KEY, assignment="d2"), "s-a", values("1"))
    assert store.events("s-a")[1][4] == "1, 9 of 20 points; changed: assignment"
    assert store.complete(KEY, ["1"])["1"].id != store.complete(replace(KEY, assignment="d2"), ["1"])["1"].id


def test_reports_of_two_levels_are_counted_apart(store: Store) -> None:
    store.add(SLUG, [new("s-a", "1"), new("s-b", "2")])
    container = replace(KEY, environment="of a container")

    def levels() -> dict[str, int]:
        return Attempts(store, Identities(Path("unused")), SLUG, KEY.assignment).levels()

    store.save(KEY, "s-a", values("1"))
    assert store.kept_level(SLUG) is Level.FULL
    store.save(container, "s-b", values("2", level="container"))
    assert store.kept_level(SLUG) is Level.CONTAINER
    assert levels() == {"full": 1, "container": 1}
    store.save(container, "s-a", values("1", level="container"))
    assert levels() == {"container": 2}


def test_a_report_that_failed_is_history_and_pending_again(store: Store) -> None:
    store.save(KEY, "s-a", values("1", complete=False, earned=0.0))
    assert store.complete(KEY, ["1"]) == {}
    store.save(KEY, "s-a", values("1"))
    assert set(store.complete(KEY, ["1"])) == {"1"}
    assert "the last report was incomplete" in store.events("s-a")[1][4]


def test_a_complete_report_of_a_key_is_kept_once(store: Store) -> None:
    first = store.save(KEY, "s-a", values("1"))
    second = store.save(KEY, "s-b", values("1", summary="another"))
    assert second == first
    assert store.document(first.id) == "report of 1"


def test_a_submission_that_timed_out_is_known_whatever_became_of_its_report(store: Store) -> None:
    slow, said = '{"attention":["retried","timed-out"]}', r'{"hint":"\"timed-out\"","attention":[]}'
    store.save(KEY, "s-a", values("1", summary=slow, complete=False))
    store.save(replace(KEY, assignment="d0"), "s-b", values("2", summary=slow))
    store.save(KEY, "s-c", values("3", summary=said))
    assert store.timed_out(SLUG, ["1", "2", "3", "4"]) == {"1", "2"}
    assert store.timed_out("02-other", ["1", "2"]) == set()


def test_discarded_reports_are_pending_again(store: Store) -> None:
    made = store.save(KEY, "s-a", values("1"))
    store.discard([made.id], SLUG, "case-drift")
    assert store.complete(KEY, ["1"]) == {}
    assert store.document(made.id) == "report of 1"


def test_the_seed_is_drawn_once_and_kept_as_text(store: Store) -> None:
    assert store.seed(SLUG, "340282366920938463463374607431768211455") == "340282366920938463463374607431768211455"
    assert store.seed(SLUG, "7") == "340282366920938463463374607431768211455"
    assert store.seed("02-other", "7", wanted="9") == "9"
    with pytest.raises(UsageError, match="The seed of the official runs of 02-other was drawn on"):
        store.seed("02-other", "7", wanted="8")


def test_many_submissions_are_found_in_one_call(store: Store) -> None:
    for number in range(3):
        store.save(KEY, "s-a", values(str(number)))
    assert len(store.complete(KEY, [str(number) for number in range(3 * stores.MANY)])) == 3


def test_an_unknown_time_is_added_and_a_known_one_stays(store: Store) -> None:
    first, second = "2026-10-24T09:59:00+00:00", "2026-10-25T09:59:00+00:00"
    known = (first, True)
    for received, late, expected in ((None, None, (None, None)), (first, True, known), (second, False, known)):
        store.add(SLUG, [replace(new("s-a", "1"), received_at=received, late=late)])
        last = store.last(SLUG)["s-a"]
        assert (last.attempt, last.received_at, last.late) == (1, *expected)
    assert store.events("s-a")[-1][-1] == f"attempt 1, received {first}, late there"


def test_the_report_that_was_named_last_counts(store: Store) -> None:
    first = store.save(KEY, "s-a", values("1"))
    new_key = replace(KEY, assignment="d2")
    own = {"course": "c1", **asdict(new_key), "sha256": "1"}
    with store.transaction() as connection:
        store.count(connection, own, first.id)  # the older report counts for the new version, too
    assert store.complete(new_key, ["1"]) == {"1": first}
    second = store.save(new_key, "s-a", values("1", summary="second"))
    assert store.complete(new_key, ["1"]) == {"1": second} and store.complete(KEY, ["1"]) == {"1": first}


def test_two_courses_share_a_database(urls: Urls, tmp_path: Path) -> None:
    url = urls(tmp_path)
    with Store(url, "c1") as one, Store(url, "c2") as two:
        one.add(SLUG, [new("s-a", "1")])
        one.save(KEY, "s-a", values("1"))
        assert two.latest() == {} and two.complete(KEY, ["1"]) == {} and two.events("s-a") == []


# --- versions


VERSION_1 = (
    "DROP TABLE adjustments",
    *(f"ALTER TABLE submissions DROP COLUMN {name}" for name in ("late", "lms_attempt")),
    *(f"ALTER TABLE publications DROP COLUMN {name}" for name in ("points", "actor")),
    "DROP TABLE official",
    "DROP TABLE shadows",
    "DROP TABLE environments",
    "ALTER TABLE assignments DROP COLUMN cases",
    "ALTER TABLE courses DROP COLUMN keep_until",
    "UPDATE schema_version SET version = 1",
)


def older(path: Path) -> None:
    """Make a store of version 1, with a submission in it."""
    with Store(f"sqlite:///{path}", "c1") as store:
        store.add(SLUG, [new("s-a", "1")])
        store.save(KEY, "s-a", values("1"))
        store.save(KEY, "s-a", values("2", complete=False))
    with sqlite3.connect(path) as connection:
        for statement in VERSION_1:
            connection.execute(statement)
    connection.close()


def columns(path: Path, table: str) -> list[str]:
    with sqlite3.connect(path) as connection:
        found = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    connection.close()
    return found


def test_an_older_store_is_backed_up_and_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    older(path)
    assert "keep_until" not in columns(path, "courses")
    with Store(f"sqlite:///{path}", "c1") as store:
        assert store.latest() == {SLUG: {"s-a": "1"}}
        assert store.decisions(SLUG) == []
        assert set(store.complete(KEY, ["1", "2"])) == {"1"}  # what counted goes on counting
    assert "keep_until" in columns(path, "courses")
    backup = path.with_name("store.sqlite.before-4")
    assert "keep_until" not in columns(backup, "courses")
    assert backup.stat().st_mode & 0o777 == 0o600


def test_a_step_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "store.sqlite"
    older(path)

    def fails(connection: Any) -> None:
        schema._to_2(connection)
        raise RuntimeError("half way")

    monkeypatch.setattr(schema, "STEPS", {**schema.STEPS, 2: fails})
    with pytest.raises(RuntimeError):
        Store(f"sqlite:///{path}", "c1")
    assert "keep_until" not in columns(path, "courses")


def test_a_store_that_cannot_be_backed_up_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    older(path)
    path.with_name("store.sqlite.before-4").mkdir()
    with pytest.raises(AutograderError, match=r"store\.sqlite\.before-4 cannot be written.*Make room") as caught:
        Store(f"sqlite:///{path}", "c1")
    assert caught.value.slug == "store"
    assert "keep_until" not in columns(path, "courses")


def test_a_newer_store_is_refused(urls: Urls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = urls(tmp_path)
    with monkeypatch.context() as newer:
        newer.setattr(schema, "VERSION", 99)
        Store(url, "c1").close()
    with pytest.raises(AutograderError, match=r"newer version of autograder \(tables 99, this one reads 4\)") as caught:
        Store(url, "c1")
    assert caught.value.slug == "store"


# --- a store that cannot be used


def damaged(path: Path) -> None:
    path.write_bytes(b"not a database at all" * 1000)


def locked(path: Path) -> sqlite3.Connection:
    Store(f"sqlite:///{path}", "c1").close()
    connection = sqlite3.connect(path)
    connection.execute("BEGIN EXCLUSIVE")
    return connection


def test_a_locked_store_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "WAIT_S", 0)
    path = tmp_path / "store.sqlite"
    other = locked(path)
    try:
        with pytest.raises(AutograderError, match=r"locked\). Another program writes into it. Wait"):
            Store(f"sqlite:///{path}", "c1")
    finally:
        other.close()


def test_a_damaged_store_is_named(tmp_path: Path) -> None:
    damaged(tmp_path / "store.sqlite")
    with pytest.raises(AutograderError, match=r"Move it away, .* then restore a backup: autograder store restore FILE"):
        Store(f"sqlite:///{tmp_path / 'store.sqlite'}", "c1")


def test_a_full_disk_is_named_and_nothing_is_half_stored(store: Store) -> None:
    if store.path is None:
        pytest.skip("the limit is one of SQLite")
    from sqlalchemy import event

    @event.listens_for(store._engine, "begin")
    def limit(connection: Any) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 1}")

    with pytest.raises(AutograderError, match="Make room on the disk"):
        store.save(KEY, "s-a", values("1", document="x" * 100_000))
    event.remove(store._engine, "begin", limit)
    assert store.complete(KEY, ["1"]) == {}
    assert store.events("s-a") == []


def test_a_quota_is_named(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    program = f"from autograder.batch.store import Store\nStore('sqlite:///{path}', 'c1')"
    command = ["/bin/sh", "-c", 'ulimit -f 8; exec "$@"', "sh", sys.executable, "-B", "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Make room on the disk, or in your quota, then run this again" in done.stderr


def test_a_network_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mountinfo"
    lines = ["1 0 0:1 / / rw - ext4 /dev/sda rw", f"2 1 0:2 / {tmp_path}/a\\040b rw shared:1 - nfs4 server:/a rw"]
    mounts.write_text("\n".join(lines), encoding="utf-8")
    assert database.file_system(tmp_path / "a b" / "deep" / "store.sqlite", mounts) == "nfs4"
    assert database.file_system(tmp_path / "store.sqlite", mounts) == "ext4"
    monkeypatch.setattr(database, "file_system", lambda path: "nfs4")
    with pytest.raises(AutograderError, match=r"on a network file system \(nfs4\)"):
        Store(f"sqlite:///{tmp_path / 'new' / 'store.sqlite'}", "c1")
    assert not (tmp_path / "new").exists()


WRONG = ["store.sqlite", "mysql://host/db", "sqlite://", "sqlite:///:memory:"]


@pytest.mark.parametrize("url", WRONG)
def test_a_wrong_address_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match=r"Write sqlite:///FILE or postgresql://"):
        Store(url, "c1")


def test_a_password_is_never_shown() -> None:
    with pytest.raises(AutograderError) as caught:
        Store("postgresql://kim:secret@127.0.0.1:1/db", "c1")
    assert "secret" not in str(caught.value)
    assert "Check the address, and that the database runs" in str(caught.value)


def test_the_store_is_for_its_owner_only(tmp_path: Path) -> None:
    Store(f"sqlite:///{tmp_path / 'new' / 'store.sqlite'}", "c1").close()
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "new" / "store.sqlite").stat().st_mode & 0o777 == 0o600
