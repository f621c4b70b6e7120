"""A PostgreSQL server for tests: made in a folder of its own from the programs that are installed, thrown away after."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import needs

DEBIAN = Path("/usr/lib/postgresql")
MISSING = "NO POSTGRESQL ON THIS MACHINE: install Debian's package postgresql, or put initdb and pg_ctl on PATH"
PASSWORD = "open-sesame"
ACCESS = "local all postgres trust\nlocal all all scram-sha-256\n"  # the tests' own commands; teachers with a password
SETTINGS = "listen_addresses = ''\nunix_socket_directories = '{}'\nfsync = off\n"


@dataclass(frozen=True)
class Server:
    """A server that is reached by the socket in its folder."""

    programs: Path
    folder: Path

    def database(self, name: str) -> str:
        """A new, empty database; the address of it for its owner, who has a password."""
        self.do(f"CREATE DATABASE {name} OWNER teacher")
        return self.address(name)

    def address(self, name: str, password: str = PASSWORD) -> str:
        """The address of a database, as it stands in `nbgrader_config.py`."""
        return f"postgresql://teacher:{password}@/{name}?host={self.folder}"

    def do(self, sql: str, database: str = "postgres") -> None:
        """Have the server's administrator do something."""
        address = ["--host", str(self.folder), "--username", "postgres", "--dbname", database]
        self._run("psql", "--quiet", "--no-psqlrc", *address, "--command", sql)

    def make(self) -> None:
        """Write the server's files."""
        if account := _account():
            os.chown(self.folder, account["user"], account["group"])
        self._run("initdb", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync", "data")
        (self.folder / "data" / "pg_hba.conf").write_text(ACCESS, "utf-8")
        with (self.folder / "data" / "postgresql.conf").open("a") as settings:
            settings.write(SETTINGS.format(self.folder))

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._run("pg_ctl", "start", "--wait", "--pgdata=data", "--log=log")

    def stop(self) -> None:
        """Stop it without saving anything."""
        self._run("pg_ctl", "stop", "--mode=immediate", "--pgdata=data")

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), *arguments]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=120, **_account())
        assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"


@contextmanager
def running() -> Iterator[Server]:
    """A server that is there until the tests are done, however they end."""
    programs = demand()
    with tempfile.TemporaryDirectory(prefix="postgresql-") as place:
        server = Server(programs, Path(place))
        server.make()
        try:
            server.start()
            server.do(f"CREATE ROLE teacher LOGIN PASSWORD '{PASSWORD}'")
            yield server
        finally:
            server.stop()


def demand() -> Path:
    """The folder of PostgreSQL's programs; without one the test is skipped, but where CI runs it fails."""
    return needs.demand(find(), MISSING)


def find() -> Path | None:
    """The folder of the newest PostgreSQL of this machine."""
    folders = [path.parent for path in DEBIAN.glob("*/bin/initdb")]
    if folders:
        return max(folders, key=lambda folder: [int(part) for part in folder.parent.name.split(".")])
    initdb = shutil.which("initdb")
    return Path(initdb).resolve().parent if initdb else None


def _account() -> dict[str, Any]:
    """PostgreSQL refuses to be run by root, who has the account `postgres` for it."""
    if os.geteuid() != 0:
        return {}
    account = pwd.getpwnam("postgres")
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
