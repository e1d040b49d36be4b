"""`balai backup` and `balai restore`: the house into an archive and back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from processes.command_line import the_database
from processes.settings import read_settings

if TYPE_CHECKING:
    from processes.backing_up import Made
    from processes.restoring import Restored


class ToByItself(click.Group):
    """`balai backup FOLDER` is `balai backup to FOLDER`."""

    otherwise = "to"
    without = "a folder, a file (FILE.age), or "

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        first = next((word for word in args if not word.startswith("-")), None)
        if first is not None and first not in self.commands:
            args = [self.otherwise, *args]
        return super().parse_args(context, args)


@click.group(cls=ToByItself)
def backup() -> None:
    """Back up: `balai backup FOLDER` (or FILE.age), while Balai runs."""


@backup.command("to")
@click.argument("target", type=click.Path(path_type=Path))
@click.option(
    "--keep", type=click.IntRange(1), help="Of the archives in a folder, the newest so many [BALAI_BACKUPS_KEEP]."
)
@click.option("--if-due", is_flag=True, hidden=True)
def back_up(target: Path, keep: int | None, if_due: bool) -> None:
    """Back up into TARGET: a folder for one archive after the other, or a file (FILE.age) for everything in one.

    Without saying `to`, too: `balai backup TARGET`.
    """
    from processes import backing_up
    from processes.wiring import clock

    settings = read_settings()
    wanted = keep or settings.backups_keep
    made = backing_up.back_up(settings, the_database(), target.absolute(), wanted, clock, if_due=if_due)
    if made:
        _tell_made(made)


@backup.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--keys", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="balai-keys.age, if elsewhere."
)
def check(file: Path, keys: Path | None) -> None:
    """Read the archive FILE to its end, and balai-keys.age beside it, and say what it is; exit code 2 when one of them is
    damaged, cut, for another key, or missing."""
    from processes import backing_up

    said = backing_up.check(read_settings(), file.absolute(), keys)
    click.echo(
        f"{file.name}: whole; {said['database']}, shape {said['revision']}, Balai {said['balai']}, "
        f"taken {said['taken_at']}, {said['bytes']} bytes{'; its keys too' if said.get('apart') else ''}"
    )


@backup.command("key")
def key() -> None:
    """Make a key for BALAI_BACKUP_KEY. Its public half, which can seal and not open, is said on standard error."""
    from processes import archives

    made = archives.new_key()
    click.echo(made)
    click.echo(f"public half: {archives.key_of(made).public}", err=True)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--keys", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="balai-keys.age, if elsewhere."
)
@click.option("--replace", is_flag=True, help="Put it in the place of the house that is here.")
@click.option(
    "--lost-keys", is_flag=True, help="Restore although an old field key, or the newest balai-keys.age, is gone."
)
def restore(file: Path, keys: Path | None, replace: bool, lost_keys: bool) -> None:
    """Restore the archive FILE into this house, which must stand still; then start Balai."""
    from processes import restoring
    from processes.wiring import clock

    settings = read_settings()
    _tell_restored(restoring.restore(settings, file.absolute(), keys, clock, replace=replace, lost_keys=lost_keys))


def _tell_made(made: Made) -> None:
    click.echo(str(made.path))
    removed = f", {made.removed} older removed" if made.removed else ""
    keys = f"; {made.keys.name}: send it along, and keep only its newest copy" if made.keys else ""
    click.echo(f"backup: {made.size} bytes, {made.files} kept files{removed}{keys}", err=True)


def _tell_restored(restored: Restored) -> None:
    click.echo(f"restored: the house as it was at {restored.taken_at:%Y-%m-%d %H:%M} UTC")
    click.echo(f"lost: what came in since then, {_in_words(restored.lost)}")
    missing = f", {restored.files_missing} missing" if restored.files_missing else ""
    click.echo(f"kept files: {restored.files} there{missing}", err=True)
    if restored.cleared:
        click.echo(f"cleared: {restored.cleared} rows of people who were erased since", err=True)


def _in_words(span: timedelta) -> str:
    hours, minutes = divmod(max(0, int(span.total_seconds())) // 60, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
