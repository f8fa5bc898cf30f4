"""Bring the tables of a store to the version that this framework reads and writes."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, func, inspect, select
from sqlalchemy.engine import URL

from ..errors import AutograderError
from . import schema
from .database import copy_file, error_of


def migrate(connection: Connection, url: URL, path: Path | None) -> None:
    """Create the tables, or bring older ones to this version; a copy of the file at ``path`` is made before.

    Raises:
        AutograderError: ``store`` if a newer version of the framework wrote them.
    """
    if not inspect(connection).has_table(schema.schema_version.name):
        schema.metadata.create_all(connection)
        connection.execute(schema.schema_version.insert().values(version=schema.VERSION))
        return
    version = connection.execute(select(func.max(schema.schema_version.c.version))).scalar_one()
    if version > schema.VERSION:
        raise newer(url, version)
    if version == schema.VERSION:
        return
    if path is not None:
        copy_file(path, path.with_name(f"{path.name}.before-{schema.VERSION}"))
    for number in range(version + 1, schema.VERSION + 1):
        schema.STEPS[number](connection)
    connection.execute(schema.schema_version.update().values(version=schema.VERSION))


def newer(url: URL, version: int) -> AutograderError:
    """Return the error that names a store of a newer version of the framework."""
    numbers = f"tables {version}, this one reads {schema.VERSION}"
    return error_of(url, f"was written by a newer version of autograder ({numbers})", "Install that version.")
