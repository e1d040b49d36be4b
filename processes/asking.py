"""`balai ask`: the same understanding and words as in a conversation, with no state but the published guidance."""

from __future__ import annotations

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from bot.dialogues import danger, guidance, settings
from bot.phrases import Phrases
from bot.turns import Guide, offered
from bot.understanding import Understood
from content import contacts as contact_book
from content import library
from processes import wiring
from processes.guide import finder_for, from_files
from processes.settings import Settings


def guide_for(settings_: Settings) -> Guide:
    """What is published in the database of these settings; what the files say where there is none yet."""
    if settings_.is_sqlite and not settings_.database_url and not (settings_.data / "balai.db").exists():
        return from_files(settings_.data)
    with wiring.database(settings_).reading() as session:
        known = library.from_database(session, contact_book.read()) if _has_guidance(session) else None
    if known is None or not known.slugs:
        return from_files(settings_.data)
    return Guide(known, finder_for(known, settings_.data, from_files=False))


def _has_guidance(session: Session) -> bool:
    return inspect(session.connection()).has_table("articles")


def said(guide: Guide, understood: Understood) -> str:
    """The words that would go out for an understood message."""
    say = Phrases(offered(understood.language))
    if understood.danger:
        contacts = guide.library.contacts
        words = danger.card if understood.danger.level == "act" else danger.question
        return words(say, contacts, understood.danger, None)
    if understood.kind == "person":
        return settings.desk_unknown(say, guide)
    return guidance.reply(say, guide, understood, wiring.clock().date()).text
