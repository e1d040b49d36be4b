"""`balai keys`: what stands under which key, and sealing anew what stands under an older one, while everything runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from processes.command_line import Refused, the_database

if TYPE_CHECKING:
    from collections.abc import Sequence

    from centre.db import Database
    from centre.key_rotation import Standing


@click.group()
def keys() -> None:
    """The keys that seal what people told us: what needs which, and changing them."""


@keys.command("status")
def show_status() -> None:
    """Show what stands under which key, and which keys may go from the settings."""
    _tell(the_database())


@keys.command("rotate")
def rotate_keys() -> None:
    """Seal anew what stands under an older key, while everything runs; ended at any point, it goes on when run again."""
    from processes.rotating import rotate

    database = the_database()
    if others := _sealing_otherwise(database):
        raise Refused(
            f"still sealing with another key: {', '.join(others)}; restart with the same BALAI_FIELD_KEYS as here, "
            "and try again a minute later"
        )
    click.echo(f"sealed anew: {rotate(database)}")
    _tell(database)


def _tell(database: Database) -> None:
    """One line for each key, then what to do."""
    from processes.rotating import standing

    found, known = standing(database), database.vault.headers
    for number, header in enumerate(known, start=1):
        click.echo(f"{_name(number, header)}: {_told(found, header)}")
    for header in sorted(found.headers - set(known)):
        click.echo(f"key {header[1:].hex()}, not in the settings: {_told(found, header)}, closed until it is put back")
    click.echo(f"keys of their own: {sum(found.keys.values())}, for {found.own} fields")
    if found.left:
        click.echo(f"to be sealed anew: {found.left} rows; run `balai keys rotate`")
    if others := _sealing_otherwise(database):
        click.echo(f"still sealing with another key, to be restarted: {', '.join(others)}")
        return
    free = [number for number, header in enumerate(known, start=1) if _may_go(database, found, header)]
    for number in free:
        click.echo(f"may go from the settings: {_name(number, known[number - 1])}")


def _sealing_otherwise(database: Database) -> Sequence[str]:
    """Processes that were not restarted since the keys were changed."""
    from centre import heartbeats
    from processes.wiring import clock

    with database.reading() as session:
        return heartbeats.sealing_otherwise(session, clock())


def _may_go(database: Database, found: Standing, header: bytes) -> bool:
    """Nothing needs it any more. The secret key stays: it signs, and makes fingerprints."""
    return header not in found.headers and header != database.vault.newest and len(header) > 1


def _name(number: int, header: bytes) -> str:
    if len(header) == 1:
        return "the secret key"
    return f"field key {number} ({header[1:].hex()}){', which seals now' if number == 1 else ''}"


def _told(found: Standing, header: bytes) -> str:
    told = f"{found.keys[header]} keys of their own, {found.fields[header]} fields"
    return told + (f" ({found.short_lived[header]} of them gone within hours)" if found.short_lived[header] else "")
