"""Getting a whole database out into a backup, while everybody goes on working in it, and back in.

SQLite writes a fresh copy of itself (`VACUUM INTO`): one moment, and nothing of what was erased, which a copy of its pages
would still hold between the rows. PostgreSQL's own tools do the rest (`pg_dump`, `pg_restore`). Tables kept apart
(`APART`) are left empty in it.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from psycopg.conninfo import make_conninfo
from sqlalchemy import Engine, inspect, text

from centre.db import Database
from processes import archives
from processes.archives import Packing

APART = ("data_keys",)
"""Without these rows nothing that a person told opens; of them only the newest copy is kept (docs/decisions/0035)."""
SCRATCH = "backing-up.db"
BEFORE = "before_restore"
"""PostgreSQL: where what was there before waits until a restore has come to its end."""
JOBS = "2"


class ToolMissing(Exception):
    """PostgreSQL's own tool is not there, or older than the server; says which."""


def is_sqlite(database: Database) -> bool:
    return database.engine.dialect.name == "sqlite"


def tables_apart(database: Database) -> list[str]:
    """Those of `APART` that this database has."""
    return [name for name in APART if inspect(database.engine).has_table(name)]


def dump(database: Database, packing: Packing, scratch: Path) -> None:
    """Put the whole database into `packing`, as it is at one moment. `scratch`: a folder for SQLite's copy."""
    if is_sqlite(database):
        _dump_sqlite(_path(database.engine), packing, scratch / SCRATCH)
    else:
        _dump_postgresql(database.engine, packing)


def check_tools(database: Database, *names: str) -> None:
    """Raises `ToolMissing` unless PostgreSQL's tools are here, as new as the server. SQLite needs none."""
    if is_sqlite(database):
        return
    with database.engine.connect() as connection:
        server = int(connection.scalar(text("SHOW server_version_num")) or 0) // 10000
    for name in names:
        _check_tool(name, server)


# SQLite


def _dump_sqlite(source: Path, packing: Packing, copy: Path) -> None:
    try:
        _copy_sqlite(source, copy)
        with copy.open("rb") as whole:
            packing.stream(archives.DATABASE, whole)
    finally:
        copy.unlink(missing_ok=True)


def _copy_sqlite(source: Path, copy: Path) -> None:
    """A copy without the rows kept apart, and without a trace of them. Nobody waits meanwhile (write-ahead log)."""
    copy.unlink(missing_ok=True)
    os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(sqlite3.connect(source, isolation_level=None, timeout=30)) as live:
        live.execute("VACUUM INTO ?", (str(copy),))
    with closing(sqlite3.connect(copy, isolation_level=None)) as made:
        made.execute("PRAGMA journal_mode=MEMORY")
        made.execute("PRAGMA secure_delete=ON")
        there = {name for (name,) in made.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for table in there.intersection(APART):
            made.execute(f'DELETE FROM "{table}"')  # nosec B608  # noqa: S608  a name of ours


def _path(engine: Engine) -> Path:
    return Path(str(engine.url.database))


# PostgreSQL


def _dump_postgresql(engine: Engine, packing: Packing) -> None:
    """Stream what pg_dump says; it reads one snapshot and holds up nobody (documentation, pg_dump)."""
    left_out = [f"--exclude-table-data=public.{name}" for name in APART]
    wanted = ["--format=custom", "--compress=0", "--no-owner", "--no-privileges", "--schema=public", *left_out]
    with subprocess.Popen(  # noqa: S603 - PostgreSQL's own tool
        [_tool("pg_dump"), *wanted, _dbname(engine)],
        env=_environment(engine),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as dumping:
        assert dumping.stdout is not None
        assert dumping.stderr is not None
        packing.stream(archives.DATABASE, dumping.stdout)
        said = dumping.stderr.read().decode(errors="replace")
    if dumping.returncode:
        raise ToolMissing(_first_line("pg_dump", said))


@contextmanager
def refilled(engine: Engine, dumped: Path) -> Iterator[None]:
    """PostgreSQL with what was dumped in place of what it held; when the block fails, all is as it was."""
    _put_back(engine)
    with engine.begin() as connection:
        connection.execute(text(f"ALTER SCHEMA public RENAME TO {BEFORE}"))
        connection.execute(text("CREATE SCHEMA public AUTHORIZATION pg_database_owner"))
    try:
        _restore_postgresql(engine, dumped)
        yield
    except BaseException:
        _put_back(engine)
        raise
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text(f"DROP SCHEMA {BEFORE} CASCADE"))
    engine.dispose()


def _put_back(engine: Engine) -> None:
    """What a restore that did not end left behind goes, and what was before comes back."""
    engine.dispose()
    with engine.begin() as connection:
        if inspect(connection).has_schema(BEFORE):
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text("DROP SCHEMA IF EXISTS public CASCADE"))
            connection.execute(text(f"ALTER SCHEMA {BEFORE} RENAME TO public"))


def _restore_postgresql(engine: Engine, dumped: Path) -> None:
    wanted = ["--no-owner", "--no-privileges", "--schema=public", "--exit-on-error", f"--jobs={JOBS}"]
    ended = subprocess.run(  # noqa: S603 - PostgreSQL's own tool
        [_tool("pg_restore"), *wanted, f"--dbname={_dbname(engine)}", str(dumped)],
        env=_environment(engine),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if ended.returncode:
        raise ToolMissing(_first_line("pg_restore", ended.stderr.decode(errors="replace")))


def _check_tool(name: str, server: int) -> None:
    said = subprocess.run([_tool(name), "--version"], capture_output=True, check=False).stdout.decode()  # noqa: S603
    found = re.search(r"\) (\d+)", said)
    if not found:
        raise ToolMissing(f"{name} does not say its version")
    if int(found[1]) < server:
        raise ToolMissing(f"{name} {found[1]} is older than the server ({server}): install postgresql-client-{server}")


def _tool(name: str) -> str:
    found = shutil.which(name)
    if not found:
        raise ToolMissing(f"{name} is not installed: it comes with PostgreSQL (package postgresql-client)")
    return found


def _dbname(engine: Engine) -> str:
    """Where the server is, for `--dbname`; the password stays out of the list of processes."""
    url = engine.url
    asked = {name: value for name, value in url.query.items() if isinstance(value, str)}
    port = str(url.port) if url.port else None
    parts = {"host": url.host, "port": port, "user": url.username, "dbname": url.database} | asked
    return make_conninfo(**{name: value for name, value in parts.items() if value})


def _environment(engine: Engine) -> dict[str, str]:
    password = engine.url.password
    return {**os.environ, "PGCONNECT_TIMEOUT": "10"} | ({"PGPASSWORD": str(password)} if password else {})


def _first_line(tool: str, said: str) -> str:
    """Of many lines the one that names the reason; no rows of people stand in it."""
    lines = [line for line in said.splitlines() if "error:" in line]
    return lines[0][:300] if lines else f"{tool} failed"
