"""What every command of `balai` shares: the database of its settings, and errors that are one line and exit code 2."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from processes.settings import SettingsInvalid, read_settings

if TYPE_CHECKING:
    from centre.db import Database

PROBLEMS_SHOWN = 20
"""Of a file with more mistakes, the first: the same one stands in every row."""


class Refused(click.ClickException):
    """What was asked for cannot be done; the message says why in one line."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        click.echo(f"balai: {self.format_message()}", err=True)


class OneLine(click.Group):
    """A group whose every error is one line on standard error and exit code 2."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().main(*args, **{**kwargs, "standalone_mode": False})
        except click.exceptions.Abort:
            sys.exit(130)
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(_which(error.ctx) or error.format_message(), err=True)
            sys.exit(2)
        except click.ClickException as error:
            click.echo(f"balai: {' '.join(error.format_message().split())}", err=True)
            sys.exit(2)
        except SettingsInvalid as error:
            click.echo(f"balai: {error}", err=True)
            sys.exit(2)
        except BrokenPipeError:
            sys.exit(1)
        except Exception as error:  # noqa: BLE001 - the last line of defence: no traceback for an operator
            if os.environ.get("BALAI_DEBUG"):
                raise
            click.echo(f"balai: {_in_one_line(error)}", err=True)
            sys.exit(2)


@contextmanager
def for_us_alone() -> Iterator[None]:
    """What is made meanwhile, in every process started too, nobody but our own account may read: data folder, database,
    keys, backups."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def the_database() -> Database:
    """The one that the settings name."""
    from processes import wiring

    return wiring.database(read_settings())


def _which(context: click.Context | None) -> str:
    """`balai keys` alone: what could stand behind it. Nothing for `balai` itself, which shows its help."""
    if context is None or context.parent is None or not isinstance(context.command, click.Group):
        return ""
    name = context.info_name
    words = [word for word in context.command.list_commands(context) if not context.command.commands[word].hidden]
    otherwise = getattr(context.command, "without", "")
    return f"balai: {name}: say {otherwise}{', '.join(words)} (balai {name} --help)"


def _in_one_line(error: Exception) -> str:
    """The kind of error and its first line; what stands in SQL or messages of people is left out."""
    from sqlalchemy.exc import SQLAlchemyError

    if isinstance(error, SQLAlchemyError):
        reason = str(getattr(error, "orig", "") or type(error).__name__).splitlines()[0]
        if "no such table" in reason or type(getattr(error, "orig", None)).__name__ == "UndefinedTable":
            return "the database has no tables yet: run `balai db upgrade` first"
        return f"database: {reason}"
    return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no reason given'}"
