"""`balai chat`: a conversation in the terminal, through inbox, engine and outbox like any other."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

import click

from centre import inbox
from processes import wiring
from processes.answering import answer
from processes.guide import GuideKeeper
from processes.preparing import prepare
from processes.settings import Settings
from webhooks import console

PROMPT = "> "
GREETING = "Balai. Tulis pertanyaan, lalu Enter. Ctrl-D untuk selesai."


def chat(settings: Settings) -> None:
    """Talk until the end of input. A message is answered here, or by a running worker if that is faster."""
    prepare(settings, lambda words: click.echo(words, err=True))
    database = wiring.database(settings)
    keeper = GuideKeeper(database, settings.data, settings.public_url)

    def answer_here(conversation_id: int) -> None:
        claimed = True
        while claimed:
            with database.transaction() as session:
                found = inbox.claim_one(session, conversation_id)
                claimed = found is not None
                if found:
                    answer(session, *found, keeper.guide, wiring.clock())

    click.echo(GREETING, err=True)
    console.talk(database, wiring.clock, answer_here, lines=_typed(), write=lambda text: click.echo(text))
    keeper.close()


def _typed() -> Iterable[str]:
    """What is typed, with a prompt where somebody sits at the keyboard."""
    if not sys.stdin.isatty():
        return sys.stdin
    return _asked()


def _asked() -> Iterator[str]:
    while True:
        try:
            yield input(PROMPT)
        except EOFError:
            return
