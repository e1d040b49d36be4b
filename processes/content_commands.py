"""`balai content`: guidance as files, judged, taken in and written out."""

from __future__ import annotations

from pathlib import Path

import click

from processes.command_line import PROBLEMS_SHOWN, Refused, the_database


@click.group()
def content() -> None:
    """Guidance: load it into the database, check it, write it out."""


@content.command("load")
@click.argument("source", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--language", default="", help="Of a file of translations or sentences, e.g. jv.")
@click.option("--staff", "login", default="", help="In whose name a file comes back; somebody else looks at it then.")
def load_content(source: Path | None, language: str, login: str) -> None:
    """Load guidance from a folder of files; what staff have edited is kept.

    SOURCE may also be a file that was exported and comes back: .xlsx or .xlf (translations), .po (the bot's sentences) or
    .zip (the folder). Its texts become drafts, its sentences wait at the desk, both for a second person. Errors are shown
    by row, and then nothing is stored.
    """
    if source and source.is_file():
        _bring(source, language, login)
        return
    if language or login:
        raise click.UsageError("--language and --staff belong to a file, not to a folder")
    from processes.preparing import load_guidance

    loaded = load_guidance(the_database(), source)
    counts = f"{len(loaded.new)} new, {len(loaded.updated)} updated, {len(loaded.unchanged)} unchanged"
    click.echo(f"guidance: {counts}, {len(loaded.kept_edited)} kept as staff edited them", err=True)


@content.command("check")
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--facts", type=click.Path(exists=True, file_okay=False, path_type=Path), help="The fact pack.")
def check_content(folder: Path | None, facts: Path | None) -> None:
    """Check guidance files: file, line and remedy of every problem."""
    from content import contacts, files, table_files, tables
    from processes.guide import GUIDANCE
    from processes.wiring import clock

    at_hand = GUIDANCE.parents[2] / "shared" / "facts"
    facts = facts or (at_hand if at_hand.is_dir() else None)
    problems = files.check(folder or GUIDANCE, contacts.read(), facts)
    for problem in problems:
        click.echo(str(problem))
    if problems:
        raise Refused(f"{len(problems)} problems in the guidance")
    dated = table_files.read_all((folder or GUIDANCE).parent / files.TABLES)
    for table, row in tables.overdue(dated, clock().date()):
        remedy = "read its sources again, then set checked and review_due"
        click.echo(f"{table.path}: {row.code} was due on {row.review_due}; {remedy}", err=True)
    for late in files.behind(folder or GUIDANCE):
        click.echo(str(late), err=True)
    click.echo("guidance: nothing to mend", err=True)


@content.command("export")
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--language", default="", help="Of a file of translations or sentences, e.g. jv.")
def export_content(target: Path, language: str) -> None:
    """Write the published guidance as files into the folder TARGET.

    TARGET may also be a file, for whoever works elsewhere: .xlsx or .xlf (articles for translators into a language), .po
    (the bot's sentences in a language) or .zip (the folder).
    """
    if target.suffix and not target.is_dir():
        _export_file(target, language)
        return
    from content import articles, files

    with the_database().reading() as session:
        guidance = articles.export(session)
    files.write(guidance, target)
    click.echo(f"guidance: {len(guidance.articles)} articles written to {target}", err=True)


def _export_file(file: Path, language: str) -> None:
    from processes import exchanging
    from processes.wiring import clock

    _check_kind(file)
    try:
        exchanging.write(the_database(), file, language, clock())
    except exchanging.LanguageMissing as error:
        raise click.BadParameter(f"{language!r} is not one of {error}", param_hint="--language") from error
    click.echo(f"guidance: written to {file}", err=True)


def _bring(file: Path, language: str, login: str) -> None:
    from centre.staff import NoSuchStaff
    from processes import exchanging
    from processes.wiring import clock

    _check_kind(file)
    if not login:
        raise click.UsageError("give --staff LOGIN: in whose name the file comes back")
    try:
        brought = exchanging.bring(the_database(), file, language, login, clock())
    except exchanging.LanguageMissing as error:
        raise click.BadParameter(f"{language!r} is not one of {error}", param_hint="--language") from error
    except exchanging.TooLarge as error:
        raise Refused(f"{error} has more than 10 MB; send only what changed") from error
    except exchanging.NotForThem as error:
        raise Refused(f"{error} may not bring this back; an editor, or a reviewer of the language, may") from error
    except NoSuchStaff as error:
        raise Refused(str(error)) from error
    for problem in brought.problems[:PROBLEMS_SHOWN]:
        click.echo(str(problem))
    if brought.problems:
        raise Refused(f"{len(brought.problems)} problems in {file.name}, nothing was stored")
    is_phrases = file.suffix.lower() == ".po"
    waiting = f"{brought.sentences} sentences wait" if is_phrases else f"{brought.drafts} drafts wait"
    counts = f"{brought.unchanged} unchanged, {brought.left} left as a draft of them is open or the article comes first"
    click.echo(f"guidance: {waiting} at the desk for a second person, {counts}", err=True)


def _check_kind(file: Path) -> None:
    from processes.exchanging import KINDS

    if file.suffix.lower() not in KINDS:
        raise Refused(f"{file.name} is none of {' '.join(KINDS)}")
