"""The command `balai`: every way to start, feed and ask the house. An error is one line and exit code 2.

Modules are imported where they are needed, so that each command loads only what it uses.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from processes.backup_commands import backup, restore
from processes.breach_command import breach
from processes.command_line import PROBLEMS_SHOWN, OneLine, Refused, for_us_alone, the_database
from processes.content_commands import content
from processes.key_commands import keys
from processes.settings import read_settings, settings_as_given

if TYPE_CHECKING:
    from bot.turns import Guide
    from bot.understanding import Understood


FOR_OTHERS = {"content", "add-language"}
"""Commands that write files which others read."""


@click.group(cls=OneLine, context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def main(context: click.Context) -> None:
    """Balai, the chat desk of village migration centres."""
    if context.invoked_subcommand not in FOR_OTHERS:
        context.with_resource(for_us_alone())
    if context.invoked_subcommand != "serve":  # it stays small, and logs nothing itself
        from processes.log_lines import log_to_stderr

        log_to_stderr()


# Running


@main.command()
def serve() -> None:
    """Start everything on this machine: what `make run` does."""
    from processes.serve import Family, check_port, only_one, prepare

    settings = read_settings()
    with only_one(settings):
        check_port(settings.port, patiently=True)
        prepare(settings)
        address = settings.public_url or f"http://localhost:{settings.port}"
        Family(greeting=f"Balai: {address}/  (petugas: {address}/admin)", port=settings.port).run()


@main.command()
@click.option(
    "--beside", is_flag=True, help="Share the port with a web process that runs already, to take over from it."
)
def web(beside: bool) -> None:
    """Serve webhooks, the web chat and the admin (Granian)."""
    from granian.constants import Interfaces
    from granian.server import Server

    from processes.serve import DRAIN_SECONDS, address, check_port

    settings = read_settings()
    _end_with_parent()
    check_port(settings.port, beside=beside)
    Server(
        "processes.starting:web",
        factory=True,
        address=address(),
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=3,
        log_level="warning",  # type: ignore[arg-type]
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=DRAIN_SECONDS,
    ).serve()


@main.command()
def worker() -> None:
    """Answer, deliver and keep the schedule. As many as you like on PostgreSQL, one on SQLite."""
    from processes.starting import quickly

    with quickly():
        from processes.worker import run

    settings = read_settings()
    _end_with_parent()
    run(settings)


@main.command()
def prepare() -> None:
    """Make everything ready that `serve` needs: database, guidance, villages, finder, first administrator."""
    from processes.preparing import prepare as make_ready

    make_ready(read_settings(), click.echo)


@main.command()
def chat() -> None:
    """Chat in the terminal, with the same engine as every channel."""
    from processes.terminal import chat as talk

    talk(read_settings())


# Asking


@main.command()
@click.argument("question", required=False)
@click.option("--lines", is_flag=True, help="Read a message a line from standard input, write a JSON object a line.")
@click.option("--language", help="The person's own choice of language, e.g. jv.")
def ask(question: str | None, lines: bool, language: str | None) -> None:
    """Show what would be answered to QUESTION, and why."""
    _check_language(language)
    if lines:
        guide = _guide()
        for understood, _text in _read_lines(guide, language):
            click.echo(json.dumps(_as_json(guide, understood), ensure_ascii=False).encode())  # UTF-8 in any locale
    elif question:
        guide = _guide()
        from bot.understanding import understand

        _explain(guide, understand(question, language, guide))
    else:
        raise click.UsageError("give a question in quotation marks, or --lines")


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--floor", "wanted", multiple=True, metavar="NAME=PERCENT", help="e.g. shown-local=88; may be repeated.")
@click.option("--floors", "usual", is_flag=True, help="Hold the project's own floors.")
@click.option("--ids", type=click.Choice(["all", "odd", "even"]), default="all", help="Only questions with such ids.")
@click.option("--json", "as_json", is_flag=True, help="Write the figures as one JSON object.")
def evaluate(files: tuple[Path, ...], wanted: tuple[str, ...], usual: bool, ids: str, as_json: bool) -> None:
    """Put the labelled questions of FILES to the guidance and print what became of them.

    Exit code 1 when a floor does not hold.
    """
    from rich.console import Console

    from bot import evaluation
    from processes import evaluating

    wished = dict(_floor(each) for each in wanted)
    floors = {**(evaluation.FLOORS if usual else {}), **wished}
    try:
        questions = evaluating.questions_in(files, ids)
    except evaluation.QuestionsInvalid as error:
        raise Refused(str(error)) from error
    outcomes = evaluating.ask(questions, _guide())
    if as_json:
        click.echo(json.dumps(evaluation.as_json(outcomes), ensure_ascii=False))
    else:
        console = Console()
        evaluating.show(outcomes, Console(width=max(console.width, 190)) if not console.is_terminal else console)
    missed = evaluation.below(outcomes, floors)
    missed += [f"{floor}: no question asks about it" for floor in evaluation.unasked(outcomes, wished)]
    for line in missed:
        click.echo(f"balai: below the floor: {line}", err=True)
    if missed:
        sys.exit(1)


def _floor(given: str) -> tuple[str, float]:
    """NAME=PERCENT as typed."""
    from bot import evaluation

    name, _, percent = given.partition("=")
    if not evaluation.is_floor(name):
        raise click.BadParameter(f"{name!r} is not one of {', '.join(evaluation.FIGURES)}", param_hint="--floor")
    try:
        return name, float(percent)
    except ValueError:
        raise click.BadParameter(f"{given!r} has no number; write {name}=95", param_hint="--floor") from None


# Years of running

main.add_command(backup)
main.add_command(restore)


# Guidance

main.add_command(content)
main.add_command(keys)
main.add_command(breach)


@main.command("add-language")
@click.argument("code")
def add_language(code: str) -> None:
    """Begin a catalogue for the language CODE (a row of content/languages.py)."""
    from processes.catalogues import begin

    click.echo(f"catalogue: {begin(code)} is ready to be translated", err=True)


# Setting up


@main.group()
def db() -> None:
    """The database."""


@db.command("upgrade")
def upgrade() -> None:
    """Bring the database to the shape this version expects."""
    from processes.migrating import upgrade as migrate

    migrate(the_database())


@main.group()
def telegram() -> None:
    """Telegram."""


@telegram.command("connect")
def connect() -> None:
    """Register our webhook address with Telegram."""
    from processes.connecting import connect_telegram

    click.echo(f"telegram: webhook registered at {connect_telegram(read_settings())}", err=True)


@main.group()
def whatsapp() -> None:
    """WhatsApp."""


@whatsapp.command("templates")
def show_templates() -> None:
    """Write the message templates as Meta takes them (JSON).

    With BALAI_WHATSAPP_ACCOUNT_ID also say, on standard error, which of them Meta has approved.
    """
    from bot import templates

    settings = settings_as_given()
    lines = []
    if settings.whatsapp_account_id:
        from processes.approving import ask_meta, in_words

        lines = [in_words(standing) for standing in ask_meta(settings)]
    written = json.dumps(templates.submissions(), ensure_ascii=False, indent=2)
    click.echo(written.encode())  # UTF-8 in any locale
    for line in lines:
        click.echo(line, err=True)


@main.group()
def staff() -> None:
    """Staff."""


@staff.command("add")
@click.argument("login")
@click.option("--name", required=True)
@click.option(
    "--role", required=True, help="helper (kader), petugas, coordinator, editor, reviewer, viewer, administrator, …"
)
@click.option("--area", default="", help="Official area code, e.g. 52.03; empty is everywhere.")
@click.option("--email", default="", help="Where mail reaches them: a code and a link, never what a case is about.")
def add_staff(login: str, name: str, role: str, area: str, email: str) -> None:
    """Add somebody; prints a password for the first sign-in."""
    from centre.staff import AreaInvalid, EmailInvalid, LoginInvalid, LoginTaken, Role
    from processes.preparing import add_staff as add

    if role not in list(Role):
        raise click.BadParameter(f"{role!r} is not one of {', '.join(Role)}", param_hint="--role")
    try:
        click.echo(add(the_database(), login, name, Role(role), area, email))
    except (LoginInvalid, LoginTaken, AreaInvalid, EmailInvalid) as error:
        raise Refused(f"{error}: {type(error).__doc__}") from error


@staff.command("reset")
@click.argument("login")
def reset_staff(login: str) -> None:
    """Give LOGIN another password for one sign-in, and have them set up a second factor anew; open sessions end."""
    from processes.preparing import reset_staff as reset

    click.echo(reset(the_database(), login))


@main.command()
def demo() -> None:
    """Fill a trial house: staff of each role, families, half a year of questions, dates and cases.

    Refused where families have already been: the demo never stands among real data.
    """
    from processes import demo as trial
    from processes.migrating import upgrade as migrate
    from processes.preparing import load_guidance
    from processes.wiring import clock

    database = the_database()
    migrate(database)
    load_guidance(database, None)
    try:
        made = trial.fill(database, clock())
    except trial.AlreadyThere as error:
        raise Refused("the demo is already here; for another one, begin with an empty BALAI_DATA") from error
    except trial.RealData as error:
        raise Refused("families have been here; the demo is only for an empty house") from error
    for login, role, password in made.passwords:
        click.echo(f"{login}\t{role}\t{password}")
    click.echo(
        f"demo: {made.people} people, {made.cases} cases, {made.dates} dates; each password is for one sign-in",
        err=True,
    )
    click.echo(
        "next: start Balai on the same BALAI_DATA (balai serve) and sign in at /admin with one of them", err=True
    )


@main.group()
def villages() -> None:
    """Villages and their centres."""


@villages.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_villages(file: Path) -> None:
    """Import villages from a CSV file; errors are shown by row, and then nothing is stored."""
    from centre.areas import VillagesInvalid
    from processes.preparing import import_villages as take_in

    try:
        taken = take_in(the_database(), file)
        click.echo(f"villages: {taken.new} new, {taken.changed} changed, {taken.unchanged} unchanged", err=True)
    except VillagesInvalid as error:
        for problem in error.problems:
            click.echo(str(problem))
        raise Refused(f"{len(error.problems)} problems in {file.name}, nothing was stored") from error


@villages.command("list")
def list_villages() -> None:
    """Every village with its area code, its link code and the links that open a chat with the village already set."""
    from processes.preparing import village_links

    for row in village_links(read_settings(), the_database()):
        click.echo("\t".join(row))


@main.group(invoke_without_command=True)
@click.pass_context
def agencies(context: click.Context) -> None:
    """Licensed recruiters (P3MI): the lists that are loaded, the one that counts first."""
    if context.invoked_subcommand is None:
        _show_agency_lists()


@agencies.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--date", "dated", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The list's own date.")
@click.option("--source", required=True, help="Whose list it is and where it was found; families read this.")
def import_agencies(file: Path, dated: datetime, source: str) -> None:
    """Import a list from a CSV or XLSX FILE; errors are shown by row, and then nothing is stored."""
    from centre import agencies as recruiters
    from processes.agency_files import AgenciesInvalid, read
    from processes.wiring import clock

    source = " ".join(source.split())
    if not 0 < len(source) <= recruiters.SOURCE_LIMIT:
        raise click.BadParameter(f"1 to {recruiters.SOURCE_LIMIT} characters", param_hint="--source")
    try:
        found = read(file)
        with the_database().transaction() as session:
            day = dated.date()
            made = recruiters.import_list(session, found.agencies, source=source, dated=day, now=clock())
    except AgenciesInvalid as error:
        if len(error.problems) == 1:
            raise Refused(f"{file.name}, {error}; nothing was stored") from error
        for problem in error.problems[:PROBLEMS_SHOWN]:
            click.echo(str(problem))
        raise Refused(f"{len(error.problems)} problems in {file.name}, nothing was stored") from error
    except recruiters.ListDateInFuture as error:
        raise Refused(f"{error} is still to come; --date is the date of the list itself") from error
    except recruiters.ListIsOlder as error:
        raise Refused(f"a list of {error} is loaded; if its date is wrong, `balai agencies drop` it first") from error
    unused = f"; columns not used: {', '.join(found.unused)}" if found.unused else ""
    click.echo(f"agencies: list {made.id} of {made.dated}, {made.rows} companies{unused}", err=True)


@agencies.command("drop")
@click.argument("number", type=click.IntRange(1, 2**63 - 1))
def drop_agencies(number: int) -> None:
    """Take back the list NUMBER, imported with a wrong date or from a wrong file; the one before counts again."""
    from centre import agencies as recruiters

    try:
        with the_database().transaction() as session:
            recruiters.drop(session, number)
    except recruiters.NoSuchList as error:
        raise Refused(f"there is no list {number}; `balai agencies` shows them") from error
    click.echo(f"agencies: list {number} is gone", err=True)


def _show_agency_lists() -> None:
    from centre import agencies as recruiters

    with the_database().reading() as session:
        for each in recruiters.lists(session):
            click.echo(f"{each.id}\t{each.dated}\t{each.rows}\t{each.source}")
        if recruiters.newest(session) is None:
            click.echo("agencies: no list is loaded; `balai agencies import FILE --date … --source …`", err=True)


def _guide() -> Guide:
    """What is published where there is a database, else what the files say."""
    from processes.asking import guide_for

    return guide_for(read_settings())


def _read_lines(guide: Guide, language: str | None) -> Iterator[tuple[Understood, str]]:
    """Standard input, a message a line, with a bar on standard error while it is long and somebody watches."""
    from rich.console import Console
    from rich.progress import track

    from bot.understanding import understand

    console = Console(stderr=True)
    # As bytes: only a line feed ends a message, and what is no UTF-8 is a bad letter, not the end of us.
    lines = (line.rstrip(b"\r\n").decode(errors="replace") for line in sys.stdin.buffer)
    shown = track(lines, "reading", console=console, transient=True) if console.is_terminal else lines
    for line in shown:
        yield understand(line, language, guide), line


def _as_json(guide: Guide, understood: Understood) -> dict[str, Any]:
    from processes.asking import said

    return {
        "kind": understood.kind,
        "level": understood.danger.level if understood.danger else None,
        "slug": understood.slug if understood.kind == "answer" else None,
        "choices": list(understood.choices),
        "confidence": round(understood.confidence, 4),
        "language": understood.language,
        "text": said(guide, understood),
    }


def _explain(guide: Guide, understood: Understood) -> None:
    from processes.asking import said

    click.echo(said(guide, understood))
    click.echo()
    level = f" ({understood.danger.level}, {understood.danger.kind})" if understood.danger else ""
    click.echo(f"kind: {understood.kind}{level}")
    click.echo(f"article: {understood.slug or ', '.join(understood.choices) or '-'}")
    click.echo(f"confidence: {understood.confidence:.2f}   language: {understood.language}")
    click.echo(f"decided by: {', '.join(understood.because) or '-'}")
    runners = ", ".join(f"{slug} {share:.2f}" for slug, share in understood.runners_up)
    click.echo(f"runners-up: {runners or '-'}")
    if understood.gloss:
        click.echo(f"read as: {understood.gloss}")


def _check_language(language: str | None) -> None:
    from content import languages

    if language is not None and language not in languages.CODES:
        raise click.BadParameter(f"{language!r} is not one of {', '.join(languages.CODES)}", param_hint="--language")


def _end_with_parent() -> None:
    """As a child of `serve`: end when it is gone, however it went, so that it can start again cleanly."""
    from processes.parents import end_with

    parent = os.environ.get("BALAI_PARENT")
    if not parent:
        return
    end_with(int(parent))


if __name__ == "__main__":
    main()
