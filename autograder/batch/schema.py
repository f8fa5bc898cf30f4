"""The tables of the store, in SQLAlchemy Core, and the steps from one version of them to the next.

People are pseudonyms here. Names and the names of uploads are in the file of identities (``identities.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    select,
    text,
)

VERSION: Final = 4
OFFICIAL_SINCE: Final = 4  # the version that began to write which report counts

metadata = MetaData()

# One row: the version of the tables.
schema_version = Table("schema_version", metadata, Column("version", Integer, nullable=False))

# The id is drawn with the key of the pseudonyms, so that a course may be moved and renamed.
courses = Table(
    "courses",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("created_at", String(40), nullable=False),
    Column("keep_until", String(10)),  # a date: after it, everything personal can be erased
)

assignments = Table(
    "assignments",
    metadata,
    Column("course", ForeignKey("courses.id"), primary_key=True),
    Column("slug", String(100), primary_key=True),
    Column("digest", String(64), primary_key=True),
    Column("first_graded_at", String(40), nullable=False),
    Column("cases", Text),  # the digest of each case, as JSON; None for a version that an older framework graded
)

# What was installed where reports were made, by the digest that their keys have.
environments = Table(
    "environments",
    metadata,
    Column("course", ForeignKey("courses.id"), primary_key=True),
    Column("digest", String(64), primary_key=True),
    Column("versions", Text, nullable=False),  # as JSON
)

# The seed of the official runs of an assignment: drawn once, so that every run draws the same inputs.
seeds = Table(
    "seeds",
    metadata,
    Column("course", ForeignKey("courses.id"), primary_key=True),
    Column("slug", String(100), primary_key=True),
    Column("seed", Text, nullable=False),
    Column("drawn_at", String(40), nullable=False),
)

people = Table(
    "people",
    metadata,
    Column("course", ForeignKey("courses.id"), primary_key=True),
    Column("person", String(40), primary_key=True),
    Column("since", String(40), nullable=False),
)

submissions = Table(
    "submissions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("course", ForeignKey("courses.id"), nullable=False),
    Column("slug", String(100), nullable=False),
    Column("person", String(40), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("received_at", String(40)),
    Column("imported_at", String(40), nullable=False),
    Column("source", Text, nullable=False),  # the format of the class; folders and files may name a person
    Column("late", Boolean),  # what the other system says; null if it does not tell
    Column("lms_attempt", String(40)),  # the number or the time that it gives this attempt
    UniqueConstraint("course", "slug", "person", "attempt"),
)

# Every report that was ever made. What a report depends on is its key; a complete report of a key is made once.
KEY: Final = ("course", "slug", "sha256", "assignment", "version", "environment", "seed", "device", "language")
reports = Table(
    "reports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("course", ForeignKey("courses.id"), nullable=False),
    Column("slug", String(100), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("assignment", String(64), nullable=False),  # digest
    Column("version", String(40), nullable=False),
    Column("environment", String(64), nullable=False),  # digest
    Column("seed", String(64), nullable=False),  # digest of the seed
    Column("device", String(20), nullable=False),
    Column("language", String(8), nullable=False),
    Column("level", String(20), nullable=False),
    Column("graded_at", String(40), nullable=False),
    Column("complete", Boolean, nullable=False),  # false after a grader error: no grade, and pending again
    Column("earned", Float, nullable=False),
    Column("possible", Float, nullable=False),
    Column("summary", Text, nullable=False),  # a row of the class, as JSON
    Column("document", Text, nullable=False),  # the report, as JSON, without a person
)
Index("reports_of_a_submission", reports.c.course, reports.c.slug, reports.c.sha256)
Index("one_complete_report", *(reports.c[name] for name in KEY), unique=True,
      sqlite_where=reports.c.complete, postgresql_where=reports.c.complete)  # fmt: skip

# Which report of a submission counts under a key, and since when. Rows are added and never changed; the last one of a
# submission holds. A regrade that leaves a grade as it is names the older report under the key of the new version.
official = Table(
    "official",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("course", ForeignKey("courses.id"), nullable=False),
    Column("slug", String(100), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("assignment", String(64), nullable=False),
    Column("version", String(40), nullable=False),
    Column("environment", String(64), nullable=False),
    Column("seed", String(64), nullable=False),
    Column("device", String(20), nullable=False),
    Column("language", String(8), nullable=False),
    Column("report", ForeignKey("reports.id"), nullable=False),
    Column("at", String(40), nullable=False),
)
Index("official_of_a_submission", official.c.course, official.c.slug, official.c.sha256)

# What regrade --preview made: reports that do not count, one for each key. --apply moves them to the reports.
shadows = Table(
    "shadows",
    metadata,
    *(Column(name, reports.c[name].type, primary_key=True) for name in KEY),
    *(
        Column(column.name, column.type, nullable=False)
        for column in reports.columns
        if column.name not in KEY and column.name != "id"
    ),
)

publications = Table(
    "publications",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("course", ForeignKey("courses.id"), nullable=False),
    Column("slug", String(100), nullable=False),
    Column("person", String(40), nullable=False),
    Column("report", ForeignKey("reports.id"), nullable=False),
    Column("target", Text, nullable=False),
    Column("at", String(40), nullable=False),
    Column("points", Float),  # after all decisions and rules
    Column("actor", Text),
)

# What people decided about points. Rows are added and never changed. A comment has neither points nor set_to.
adjustments = Table(
    "adjustments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("course", ForeignKey("courses.id"), nullable=False),
    Column("slug", String(100), nullable=False),
    Column("person", String(40), nullable=False),
    Column("task", String(100), nullable=False),  # "" for the whole assignment
    Column("points", Float),
    Column("set_to", Float),
    Column("reason", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("at", String(40), nullable=False),
)

# Who did what, when and why. Rows are added and never changed; only ``privacy erase`` takes a person out of them.
log = Table(
    "log",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("course", ForeignKey("courses.id"), nullable=False),
    Column("at", String(40), nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", String(20), nullable=False),
    Column("slug", String(100), nullable=False),
    Column("person", String(40)),
    Column("detail", Text, nullable=False),
)
Index("log_of_a_person", log.c.course, log.c.person)


def _to_2(connection: Connection) -> None:
    connection.execute(text("ALTER TABLE courses ADD COLUMN keep_until VARCHAR(10)"))


def _to_3(connection: Connection) -> None:
    adjustments.create(connection)


def _to_4(connection: Connection) -> None:
    for column in ("late BOOLEAN", "lms_attempt VARCHAR(40)"):
        connection.execute(text(f"ALTER TABLE submissions ADD COLUMN {column}"))
    for column in ("points FLOAT", "actor TEXT"):
        connection.execute(text(f"ALTER TABLE publications ADD COLUMN {column}"))
    connection.execute(text("ALTER TABLE assignments ADD COLUMN cases TEXT"))
    for table in (environments, official, shadows):
        table.create(connection)
    count_all_reports(connection)


def count_all_reports(connection: Connection, course: str | None = None) -> None:
    """Write that the complete reports of an older version count since they were made, in one course or in all."""
    columns = [*(reports.c[name] for name in KEY), reports.c.id, reports.c.graded_at]
    query = select(*columns).where(reports.c.complete).order_by(reports.c.id)
    if course is not None:
        query = query.where(reports.c.course == course)
    connection.execute(official.insert().from_select([*KEY, "report", "at"], query))


STEPS: Final[Mapping[int, Callable[[Connection], None]]] = {2: _to_2, 3: _to_3, 4: _to_4}
"""What brings the tables of the version before to each version."""
