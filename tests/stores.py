"""Stores for tests: in a SQLite file, and in a PostgreSQL cluster that lives as long as the tests.

PostgreSQL refuses to run as root, so root starts it as the user ``nobody``. Without PostgreSQL on this machine, its
tests are skipped.
"""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Urls = Callable[[Path], str]
"""Returns the URL of a new store."""

_numbers = itertools.count(1)


def binaries() -> Path | None:
    """Return the folder of PostgreSQL's programs: Debian keeps them out of PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    on_path = shutil.which("initdb")
    return found[0].parent if found else Path(on_path).parent if on_path else None


@pytest.fixture(scope="session")
def cluster() -> Iterator[str]:
    """Start a private PostgreSQL cluster, on a socket of its own, and yield the start of its URLs."""
    programs = binaries()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (Debian: postgresql)")
    user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # a socket's path must be short
    try:
        folder.chmod(0o777)
        data = folder / "data"
        run = {"check": True, "cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "timeout": 120}
        subprocess.run([*user, programs / "initdb", "-D", data, "-U", "tests", "-A", "trust", "-N"], **run)  # type: ignore[call-overload]
        options = f"-k {folder} -c listen_addresses= -c fsync=off -c shared_buffers=16MB"
        control = [*user, programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log"]
        subprocess.run([*control, "-o", options, "start"], **run)  # type: ignore[call-overload]
        try:
            yield f"postgresql://tests@/{{name}}?host={folder}"
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], **run)  # type: ignore[call-overload]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def urls(request: pytest.FixtureRequest) -> Urls:
    """Each test runs on both kinds of store."""
    if request.param == "sqlite":
        return lambda folder: f"sqlite:///{folder / f'store{next(_numbers)}.sqlite'}"
    pytest.importorskip("psycopg")
    address = request.getfixturevalue("cluster")

    def create(folder: Path) -> str:
        import psycopg

        name = f"tests{os.getpid()}_{next(_numbers)}"
        with psycopg.connect(address.format(name="postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
        return str(address.format(name=name))

    return create
