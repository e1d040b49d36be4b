"""An announcement as it reads: whose news it is, the words of staff, and how to hear no more."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot import templates, words
from bot.news_phrases import NewsPhrases
from bot.turns import language_of
from centre import announcement_people, areas, notices
from centre.announcements import Announcement
from centre.conversations import Conversation
from centre.messages import Outgoing, Template
from centre.notices import Notice
from content import languages


def word(session: Session, notice: Notice, conversation: Conversation, now: datetime) -> Outgoing | None:
    """What to say; None where it is not to be said after all, which is noted at the notice."""
    why = announcement_people.why_not(session, notice, conversation, now)
    if why:
        notices.leave_untold(notice, why, now)
        return None
    announcement = session.get_one(Announcement, notice.announcement_id)
    chain = languages.fallback_chain(language_of(conversation))
    village = areas.get(session, conversation.village_id or 0)
    said = (*announcement.text_for(chain), village.name if village else "")
    return Outgoing(around(*said), template=template(*said) if announcement.goes_by_template else None)


def template(language: str, text: str, village: str) -> Template | None:
    """The same in the words that WhatsApp lets through later than a day after the person wrote."""
    return templates.template_for("announced", language, {"village": village, "text": text}, [words.NO_NEWS])


def as_template(language: str, text: str, village: str) -> str:
    """How that reads."""
    filled = template(language, text, village)
    return templates.as_read(filled) if filled else ""


def around(language: str, text: str, village: str) -> str:
    """The words of staff in one language, with what stands around them."""
    say = NewsPhrases(language)
    centre = say.centre_named(village) if village else say.centre_unnamed()
    return f"{say.heading(centre)}\n\n{text}\n\n{say.way_out()}"
