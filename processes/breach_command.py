"""`balai breach`: whom a breach may concern, as a sealed file, and that file opened again on the server that has the keys."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import click

from processes.command_line import Refused, the_database

WHEN = click.DateTime(formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"])


@click.command("breach")
@click.option("--from", "since", type=WHEN, help="Since when, in UTC: 2026-11-20 or 2026-11-20T07:30.")
@click.option("--to", "until", type=WHEN, help="Until when, in UTC.")
@click.option("--account", default="", metavar="LOGIN", help="Only what this account opened or took along.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Where the sealed list goes.")
@click.option(
    "--open", "sealed", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Show such a list."
)
def breach(since: datetime | None, until: datetime | None, account: str, out: Path | None, sealed: Path | None) -> None:
    """Whom a breach between two times may concern: codes and ways to reach them, sealed (UU PDP art. 46)."""
    if sealed:
        click.echo(_opened(sealed), nl=False)
        return
    if since is None or until is None:
        raise Refused("say --from and --to, or --open FILE")
    _list(since.replace(tzinfo=UTC), until.replace(tzinfo=UTC), account, out)


def _opened(sealed: Path) -> str:
    from centre import audit, breaches
    from centre.privacy import CannotOpen

    database = the_database()
    try:
        with database.transaction() as session:
            table = breaches.open_table(session, sealed.read_bytes())
            audit.record(session, audit.COMMAND_LINE, "breach_listed", _now(), "breach:file")
    except CannotOpen as error:
        raise Refused(f"{sealed} cannot be opened with the keys of this house") from error
    return table


def _list(since: datetime, until: datetime, account: str, out: Path | None) -> None:
    from sqlalchemy import select

    from centre import audit, breaches
    from centre.staff import StaffMember

    if until < since:
        raise Refused("--to is before --from")
    with the_database().transaction() as session:
        member = session.scalar(select(StaffMember.id).where(StaffMember.login == account)) if account else None
        if account and member is None:
            raise Refused(f"nobody is called {account}")
        found = breaches.concerned(session, since, until, member)
        data = breaches.sealed_table(session, found) if out else b""
        audit.record(session, audit.COMMAND_LINE, "breach_listed", _now(), "breach:command")
    for kind, number in sorted(Counter(each.kind for each in found).items()):
        click.echo(f"{kind}\t{number}")
    if out:
        out.write_bytes(data)
        out.chmod(0o600)
        click.echo(f"written sealed to {out}; balai breach --open {out} shows it", err=True)


def _now() -> datetime:
    from processes.wiring import clock

    return clock()
