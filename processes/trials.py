"""A short conversation on trial for the desk: the engine that answers families, on what is published or with one draft.

`python -m processes.trials` answers line after line on its standard input and ends when nobody asks any more, because a
finder is too large to stay in the web process (docs/decisions/0007). Each trial happens in a transaction that is rolled back:
nothing of it is stored, and nothing is sent.
"""

from __future__ import annotations

import os
import secrets
import selectors
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import IO

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.trials import Reply, Told, Trial
from bot import threads
from bot.conversation import respond
from bot.dialogues import booking
from bot.phrases import NOTICE_VERSION, Phrases
from bot.turns import Guide, Turn, language_of
from bot.understanding import Understood, understand
from centre import conversations
from centre.areas import Village
from centre.conversations import Conversation, Sender
from centre.db import Database
from centre.messages import Incoming, Outgoing
from content import articles, candidates, draft_records, drafts, library
from content import contacts as contact_book
from content.draft_records import ArticleDraft
from processes import guide, wiring
from processes.settings import Settings, read_settings

CHANNEL = "terminal"
IDLE = 180.0
"""Seconds without a question after which the process gives its memory back."""

_trials = TypeAdapter(Trial)
_told = TypeAdapter(Told)


class _Over(Exception):
    """The trial is over: everything is rolled back."""


def told(database: Database, known: Guide, data: Path, trial: Trial) -> Told:
    """What the bot would say to these messages, one after the other."""
    answered: Told | None = None
    with suppress(_Over), database.transaction() as session:
        tried, learnt = _with_draft(session, known, data, trial.draft_id)
        conversation = _conversation(session, trial)
        replies: list[tuple[Reply, ...]] = []
        for number, text in enumerate(trial.messages):
            if number == len(trial.messages) - 1:
                answered = _understood(session, conversation, text, tried)
            response = respond(session, conversation, Incoming("text", text), tried, wiring.clock())
            session.flush()
            replies.append(tuple(_reply(each) for each in response.replies))
        assert answered, "there is a last message"
        answered = replace(answered, replies=tuple(replies), learnt_draft=learnt)
        raise _Over
    assert answered
    return answered


def _conversation(session: Session, trial: Trial) -> Conversation:
    """Somebody of the village who was welcomed before, and whom nobody knows."""
    now = wiring.clock()
    number = conversations.of_sender(session, Sender(CHANNEL, (("trial", secrets.token_hex(8)),)), now)
    conversation = session.get_one(Conversation, number)
    village = session.scalar(select(Village.id).where(Village.code == trial.village)) if trial.village else None
    conversation.village_id, conversation.language = village, trial.language or None
    conversation.notice_version, conversation.notice_at = NOTICE_VERSION, now
    return conversation


def _with_draft(session: Session, known: Guide, data: Path, draft_id: int | None) -> tuple[Guide, bool]:
    """The guide with the draft's article in it, and whether its finder knows that: only the gate builds one."""
    draft = session.get(ArticleDraft, draft_id) if draft_id else None
    if draft is None or draft.state not in draft_records.OPEN:
        return known, True
    wanted = candidates.stand_in(articles.export(session), drafts.candidate(session, draft))
    as_it_would_be = library.from_database(session, contact_book.read(), wanted)
    finder = guide.judged_before(as_it_would_be, data)
    return replace(known, library=as_it_would_be, finder=finder or known.finder), finder is not None


def _understood(session: Session, conversation: Conversation, text: str, known: Guide) -> Told:
    turn = Turn(session, conversation, known, wiring.clock(), Phrases(language_of(conversation)))
    read = understand(text, conversation.language, known, threads.of(turn))
    wish = booking.wish_of(turn, text)
    return Told(
        replies=(),
        kind=read.kind,
        language=read.language,
        confidence=read.confidence,
        slug=read.slug,
        choices=read.choices,
        because=read.because,
        runners_up=tuple((label, round(share, 4)) for label, share in read.runners_up),
        gloss=read.gloss,
        danger=_danger(read),
        wish=", ".join(sorted(wish.words)) if wish else "",
        places=read.countries,
        jobs=read.jobs,
    )


def _danger(read: Understood) -> str:
    return f"{read.danger.kind}, {read.danger.level}" if read.danger else ""


def _reply(said: Outgoing) -> Reply:
    rows = ((str(number), choice.title or choice.label) for number, choice in enumerate(said.choices, said.first))
    return Reply(said.text, tuple(rows))


def serve(settings: Settings, asked: IO[bytes], answers: IO[bytes]) -> None:
    """Answer each line until there is none for a while."""
    database = wiring.database(settings)
    known: Guide | None = None
    while _comes(asked):
        line = asked.readline()
        if not line:
            break
        known = guide.at_hand(database, settings.data, settings.public_url, known)
        answers.write(_told.dump_json(told(database, known, settings.data, _trials.validate_json(line))) + b"\n")
        answers.flush()
    database.engine.dispose()


def _comes(asked: IO[bytes]) -> bool:
    with selectors.DefaultSelector() as waiting:
        waiting.register(asked, selectors.EVENT_READ)
        return bool(waiting.select(IDLE))


if __name__ == "__main__":
    wiring.log_to_stderr()
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as out:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whoever prints must not speak between our lines
        serve(read_settings(), os.fdopen(sys.stdin.fileno(), "rb", 0), out)
