"""`balai breach`: whom a breach may concern, as a sealed file, and that file opened again on the server that has the keys."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from processes.command_line import Refused, the_database


class Since(click.DateTime):
    """A moment, or the beginning of a day; in UTC."""

    def __init__(self) -> None:
        super().__init__(formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"])

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return super().convert(value, param, ctx).replace(tzinfo=UTC)


class Until(Since):
    """A moment, or the end of a day: it is meant whole, as on the desk's page."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        found = super().convert(value, param, ctx)
        return found + timedelta(days=1) if len(str(value)) == len("2026-11-20") else found


@click.command("breach")
@click.option("--from", "since", type=Since(), help="Since when, in UTC: 2026-11-20 or 2026-11-20T07:30.")
@click.option("--to", "until", type=Until(), help="Until when, in UTC; a day counts to its end.")
@click.option("--account", default="", metavar="LOGIN", help="Only what this account opened or took along.")
@click.option("--out", type=click.Path(path_type=Path), help="Where the sealed list goes: a new file.")
@click.option(
    "--open", "sealed", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Show such a list."
)
def breach(since: datetime | None, until: datetime | None, account: str, out: Path | None, sealed: Path | None) -> None:
    """Whom a breach between two times may concern: codes and ways to reach them, sealed (UU PDP art. 46)."""
    if sealed:
        from processes.breach_listing import opened

        click.echo(opened(the_database(), sealed), nl=False)
        return
    if since is None or until is None:
        raise Refused("say --from and --to, or --open FILE")
    if until < since:
        raise Refused("--to is before --from")
    if out and out.exists():
        raise Refused(f"{out} is there already, and may be all that is left of an earlier list: give another name")
    _list(since, until, account, out)


def _list(since: datetime, until: datetime, account: str, out: Path | None) -> None:
    from processes.breach_listing import listed

    found = listed(the_database(), since, until, account, is_sealed=out is not None)
    for kind, number in sorted(found.counts.items()):
        click.echo(f"{kind}\t{number}")
    if out:
        _write(out, found.data)
        click.echo(f"written sealed to {out}; balai breach --open {out} shows it", err=True)
        if found.unreached:
            click.echo(f"without an address: {found.unreached}, docs/operating.md says what to do", err=True)


def _write(path: Path, data: bytes) -> None:
    """Never over another list."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
