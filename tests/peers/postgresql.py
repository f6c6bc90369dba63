"""A PostgreSQL server of its own for a run of tests."""

import contextlib
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.peers.process import free_port, until

BINARIES = Path("/usr/lib/postgresql/15/bin")


def as_postgres() -> list[str]:
    """PostgreSQL refuses to run as root."""
    return ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """Run a server on loopback and yield its SQLAlchemy URL; skip where none is installed."""
    if not BINARIES.is_dir():
        pytest.skip("PostgreSQL is not installed")
    folder = Path("/tmp") / f"quantrac-pg-{free_port()}"
    folder.mkdir()
    if os.getuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    data, port = folder / "data", free_port()
    initdb = [str(BINARIES / "initdb"), "-D", str(data), "-A", "trust", "-U", "quantrac", "-N"]
    subprocess.run([*as_postgres(), *initdb], check=True, capture_output=True)
    log = (folder / "log").open("wb")
    server = subprocess.Popen(
        [
            *as_postgres(),
            str(BINARIES / "postgres"),
            *("-D", str(data), "-p", str(port), "-k", str(folder), "-c", "fsync=off"),
            *("-c", "listen_addresses=127.0.0.1"),
        ],
        stdout=log,
        stderr=log,
    )
    ready = [str(BINARIES / "pg_isready"), "-h", "127.0.0.1", "-p", str(port)]
    try:
        until(lambda: subprocess.run(ready, capture_output=True, check=False).returncode == 0)
        yield f"postgresql+psycopg://quantrac@127.0.0.1:{port}/postgres"
    finally:
        stop = [str(BINARIES / "pg_ctl"), "stop", "-D", str(data), "-m", "immediate"]
        subprocess.run([*as_postgres(), *stop], check=False, capture_output=True)
        server.wait(20)
        log.close()
        shutil.rmtree(folder, ignore_errors=True)
