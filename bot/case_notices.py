"""What staff say to a family, and what we say of their case, worded as it goes out.

`centre.case_replies` decides when. A discreet case gets neutral words; where it is not safe, only that there is news.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.case_phrases import CasePhrases
from bot.templates import news_template
from bot.turns import language_of, remember
from centre import case_alerts, case_ratings, case_records
from centre.case_replies import Ready
from centre.conversations import Conversation
from centre.messages import LIMITS, Choice, Outgoing
from centre.staff import StaffMember


def word(session: Session, ready: Ready) -> Outgoing | None:
    """What to say; None where it is better not said at all."""
    say = CasePhrases(language_of(ready.conversation))
    if ready.entry.kind == "reply":
        name = _name(session, ready.entry.by)
        who = f"{name}:" if ready.case.is_discreet else say.officer_writes(name)
        return Outgoing(f"{who}\n{case_records.words_of(session, ready.entry)}")
    return _told(session, say, ready)


def hint(conversation: Conversation) -> Outgoing:
    """That there is news, and nothing more; on WhatsApp by a template that was approved beforehand.

    A page that is opened is read at once, by whoever opens it: there it is asked whether this is a good moment.
    """
    say = CasePhrases(language_of(conversation))
    if LIMITS[conversation.channel].pulled:
        return Outgoing(say.safe_to_read(), reading_choices(say))
    return Outgoing(say.news(), template=news_template(say.language))


def reading_choices(say: CasePhrases) -> tuple[Choice, Choice]:
    """Read what waits now, or later."""
    return Choice("case-read:yes", say.label_yes()), Choice("case-read:later", say.label_later())


def take_the_floor(conversation: Conversation) -> None:
    """Staff speak, or have news: no open step, no list and no bot stands between them and the family. A "ya" to it must not
    answer what was asked long before."""
    conversation.step, conversation.offered = None, []
    remember(conversation, with_bot=None, again=None)


def _told(session: Session, say: CasePhrases, ready: Ready) -> Outgoing | None:
    code = case_records.shown(ready.case.code)
    what, _, number = ready.entry.detail.partition(":")
    if what == "consent":
        choices = (Choice(f"consent:yes.{number}", say.label_yes()), Choice(f"consent:no.{number}", say.label_no()))
        return Outgoing(say.ask_consent(), choices)
    if ready.case.is_discreet:
        return Outgoing(say.ends_neutrally()) if ready.entry.detail == "closed" else None
    if what == "closed" and case_ratings.may_be_asked(ready.case):
        return Outgoing(f"{say.closed(code)}\n\n{say.ask_rating()}", _ratings(say, ready.case.id))
    texts = {
        "taken": say.taken(_name(session, ready.case.holder_id or "")),
        "late": say.late() if case_alerts.was_heard(session, ready.case) else say.late_alone(),
        "closed": say.closed(code),
        "reopened": say.reopened(code),
    }
    return Outgoing(texts[what]) if what in texts else None


def _ratings(say: CasePhrases, case_id: int) -> tuple[Choice, ...]:
    return tuple(Choice(f"rated:{case_id}:{word}", say.label_rating(word)) for word in case_ratings.RATINGS)


def _name(session: Session, staff_id: str) -> str:
    member = session.get(StaffMember, staff_id)
    return member.name if member else ""
