"""Keeping a case from whoever else holds the telephone: a cover word that hides the talk, news that waits until it is safe to
read, and how to leave no trace."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot import case_notices, words
from bot.dialogues import case_at_hand as at_hand
from bot.dialogues import case_questions as questions
from bot.gateway_phrases import GatewayPhrases
from bot.turns import Answer, Turn, remember
from centre import case_replies, case_rules, case_safety, outbox
from centre.case_records import Case
from centre.messages import LIMITS

LATER = timedelta(hours=1)
"""So long after "later" it is not asked again whether this is a good moment."""


def covered(turn: Turn, text: str) -> Answer | None:
    """The cover word, said or said again; or anything at all while it hides the case. None for everybody else."""
    case = at_hand.of(turn)
    if case is None or not text:
        return _shown_after_all(turn, text)
    if case_safety.is_cover_word(turn.session, case, text):
        return _show(turn, case) if case.hidden_at else _hide(turn, case)
    return Answer(at_hand.say(turn).weather()) if case.hidden_at else None


def is_covering(turn: Turn) -> bool:
    """Does the cover word hide the case, so that buttons and pictures too lead to the weather?"""
    return at_hand.is_hidden(turn)


def cover(turn: Turn) -> Answer:
    """The weather."""
    return Answer(at_hand.say(turn).weather())


def _shown_after_all(turn: Turn, text: str) -> Answer | None:
    """It was closed while it was hidden: the cover word still brings what waits."""
    case = case_safety.latest_of(turn.session, turn.conversation.id) if turn.conversation.has_case and text else None
    is_said = case and case.hidden_at and case_safety.is_cover_word(turn.session, case, text)
    return _show(turn, case) if case and is_said else None


def asked_to_read(turn: Turn) -> Answer | None:
    """Is there news that nobody else should see, also of a case that was closed meanwhile? Then it is asked first whether
    this is a good moment. Where it is safe the news goes now."""
    waiting = case_replies.with_news(turn.session, turn.conversation.id) if turn.conversation.has_case else ()
    waiting = [case for case in waiting if not case_rules.is_not_for(case, turn.conversation.channel)]
    if all(case.is_safe for case in waiting):
        _let_go(turn, waiting)
        return None
    if _put_off(turn):
        return None
    say = at_hand.say(turn)
    return Answer(say.safe_to_read(), case_notices.reading_choices(say))


def read(turn: Turn, rest: str) -> Answer:
    """Yes: what waits is said now (`bot.case_notices` words it, the worker queues it)."""
    if rest != "yes":
        remember(turn.conversation, news_later=turn.now.isoformat())
        return Answer(at_hand.say(turn).later())
    _let_go(turn, case_replies.with_news(turn.session, turn.conversation.id))
    return Answer(at_hand.say(turn).shown_again())


def _put_off(turn: Turn) -> bool:
    """Did they say "later" not long ago?"""
    said = turn.conversation.memory.get("news_later")
    return said is not None and turn.now - datetime.fromisoformat(said) < LATER


def _let_go(turn: Turn, waiting: Iterable[Case]) -> None:
    for case in waiting:
        case_replies.unseal(turn.session, case, turn.now)


def wipe(turn: Turn, _rest: str = "") -> Answer:
    """How to delete the talk on the telephone; what we can take back we take back."""
    case = at_hand.of(turn)
    if case:
        case_safety.set_discreet(turn.session, case, turn.now)
    _take_down(turn)
    if LIMITS[turn.conversation.channel].in_sms:
        return Answer(GatewayPhrases(turn.say.language).wipe_short_messages())
    return Answer(at_hand.say(turn).wipe(turn.conversation.channel))


def code_meant(turn: Turn, text: str) -> str | None:
    """The answer to "safe to read now?", in whatever plain words."""
    asked = any(str(code).startswith("case-read:") for code, _, _ in turn.conversation.offered)
    consent = questions.consent_in(text) if asked else None
    return None if consent is None else "case-read:yes" if consent == words.YES else "case-read:later"


def _hide(turn: Turn, case: Case) -> Answer:
    case_safety.hide(turn.session, case, turn.now)
    _take_down(turn)
    return Answer(at_hand.say(turn).weather())


def _take_down(turn: Turn) -> None:
    """What stands on the telephone goes as far as we can take it back; what staff said and was not out yet, they hear of."""
    dropped = outbox.take_down(turn.session, turn.conversation, turn.now)
    case_replies.taken_down(turn.session, dropped)


def _show(turn: Turn, case: Case) -> Answer:
    """Only the right person knows the word: what waits goes now."""
    case_safety.show(turn.session, case, turn.now)
    case_replies.unseal(turn.session, case, turn.now)
    case_replies.say_at_last(turn.session, case, turn.now)
    return Answer(at_hand.say(turn).shown_again())
