"""From a case to the family: when words may go, when they wait sealed, and what became of them.

Whoever wrote a moment ago is answered at once. Later, words go only where the family said that it is safe, at the hours they
gave; else they wait sealed and the family hears, neutrally, that there is news. So it is on WhatsApp when the person's last
message is more than 24 hours old: an approved template says so, and the words go when they write. The lock is that of the
conversation, as for everybody who says something in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal

from sqlalchemy import and_, bindparam, exists, func, or_, select, update
from sqlalchemy.orm import Session

from centre import calendars, case_alerts, case_records, case_rules, conversations, outbox
from centre.case_records import CAUSE, HINT, Case, CaseEntry, Sending
from centre.case_rules import REPLY_KEPT_OPEN
from centre.conversations import Conversation
from centre.db import connection_of
from centre.messages import LIMITS
from centre.outbox import OutboxMessage

HINT_EVERY = timedelta(hours=20)
"""That there is news is said no oftener, however much news there is."""
HIDDEN_WAIT = timedelta(minutes=5)
"""After the cover word we look again now and then; the word itself lets words go at once."""
HOURS_OF_DAY = {"morning": (time(6), time(11)), "midday": (time(11), time(16)), "evening": (time(16), time(20))}

AWAY = ("stopped", "blocked", "no_address", "taken_down", "exposed")
"""Why words could not go, where they can when the family is back."""
REDO = timedelta(hours=4)
"""Until when staff should have found another way."""

Way = Literal["say", "hint", "hold"]


@dataclass(frozen=True)
class Ready:
    """Words to be put on their way now: said, or only that there is news."""

    entry: CaseEntry
    case: Case
    conversation: Conversation
    way: Way


def due(session: Session, now: datetime, limit: int = 50) -> list[int]:
    """The numbers of the entries that may go: a look without a lock."""
    return [row.id for row in connection_of(session).execute(_DUE, {"now": now, "most": limit})]


def take(session: Session, entry_id: int, now: datetime) -> Ready | None:
    """The entry with its conversation held and what may be done with it now; None when it cannot go, or not yet."""
    seen = session.get(CaseEntry, entry_id, populate_existing=True)
    case = case_records.get(session, seen.case_id) if seen else None
    conversation = _held_of(session, case) if case else None
    entry = session.get(CaseEntry, entry_id, with_for_update=True, populate_existing=True)
    if entry is None or case is None or not _is_to_go(entry):
        return None
    if why := _why_not(case, conversation):
        _not_told(session, case, entry, why, now)
        return None
    if conversation is None:
        return None  # somebody answers in it just now
    way, when = _way(session, case, conversation, entry, now)
    if way == "hold":
        entry.next_at = when
        return None
    if entry.sending == Sending.SEALED:
        return _hint_again(entry, case, conversation, way, now)
    before = _unsaid_before(session, entry)
    if way == "say" and Sending.WAITING in {each.sending for each in before}:
        _first(before, entry, now)
        return None
    return Ready(entry, case, conversation, "hint" if before else way)


def sent(ready: Ready, now: datetime) -> None:
    """Its words are in the outbox. The first of staff are the case's first answer: sealed, they were none yet."""
    ready.entry.sending, ready.entry.next_at = Sending.QUEUED, None
    if ready.entry.kind == "reply":
        ready.case.first_reply_at = ready.case.first_reply_at or now


def sealed(session: Session, entry: CaseEntry, hint_at: datetime | None) -> None:
    """Its words wait for the family; what came before it unsaid waits with it, in order.

    `hint_at`: when the family hears that there is news; None: they hear it now, of all that is sealed.
    """
    entry.sending, entry.next_at = Sending.SEALED, hint_at
    if hint_at is None:
        entry.is_hinted = True
        told = update(CaseEntry).where(CaseEntry.case_id == entry.case_id, CaseEntry.sending == Sending.SEALED)
        session.execute(told.values(is_hinted=True, next_at=None))
    session.flush()


def sealed_in(session: Session, case: Case) -> Sequence[CaseEntry]:
    """What waits for the family to write, oldest first: whoever answers in the conversation says it now."""
    waiting = select(CaseEntry).where(
        CaseEntry.case_id == case.id, CaseEntry.sending.in_((Sending.SEALED, Sending.WAITING))
    )
    return session.scalars(waiting.order_by(CaseEntry.id)).all()


def unheard(session: Session, cases: Sequence[Case], now: datetime) -> set[int]:
    """In which of these cases it would be the family's turn, but what staff said lies here still: sealed, or held for its
    hour. A moment between form and worker is no wait."""
    answered = [case.id for case in cases if case.is_open and case.awaits == "family"]
    if not answered:
        return set()
    is_held = or_(
        CaseEntry.sending == Sending.SEALED, and_(CaseEntry.sending == Sending.WAITING, CaseEntry.next_at > now)
    )
    held = select(CaseEntry.case_id).where(CaseEntry.case_id.in_(answered), CaseEntry.kind == "reply", is_held)
    return set(session.scalars(held))


def with_news(session: Session, conversation_id: int) -> Sequence[Case]:
    """The cases of this conversation, open or closed, of which something waits for the family; not those that are hidden."""
    sealed = exists().where(CaseEntry.case_id == Case.id, CaseEntry.sending == Sending.SEALED)
    own = select(Case).where(Case.conversation_id == conversation_id, Case.hidden_at.is_(None), sealed)
    return session.scalars(own.order_by(Case.id)).all()


def unseal(session: Session, case: Case, now: datetime) -> None:
    """The family writes, and it is safe to read: what waits goes now, in its order."""
    for entry in sealed_in(session, case):
        entry.sending, entry.next_at = Sending.WAITING, now
    session.flush()


def taken_down(session: Session, causes: Sequence[str]) -> None:
    """These words were on their way when the family wanted no trace on the telephone: staff may say them again."""
    numbers = [int(cause.removeprefix(CAUSE)) for cause in causes if cause.startswith(CAUSE)]
    session.execute(
        update(CaseEntry).where(CaseEntry.id.in_(numbers)).values(sending=Sending.NOT_TOLD, why_not="taken_down")
    )


def hint_waits_until(session: Session, conversation: Conversation, now: datetime) -> datetime | None:
    """When the family may be told again that there is news; None for now.

    Only what they have not answered counts: whoever wrote after the last hint is told of the next news.
    """
    hinted = (
        select(func.max(OutboxMessage.created_at))
        .where(OutboxMessage.conversation_id == conversation.id, OutboxMessage.cause.startswith(HINT))
        .where(OutboxMessage.created_at > now - HINT_EVERY)
        .where(OutboxMessage.created_at >= conversation.last_incoming_at)
    )
    last = session.scalar(hinted)
    return last + HINT_EVERY if last else None


def say_again(session: Session, case: Case, now: datetime) -> None:
    """The case leaves its conversation: what has not gone out there goes out where the family is now."""
    queued = session.scalars(
        select(CaseEntry)
        .where(CaseEntry.case_id == case.id, CaseEntry.sending == Sending.QUEUED)
        .order_by(CaseEntry.id)
    ).all()
    unsent = outbox.not_gone_out(session, case.conversation_id, [entry.cause for entry in queued])
    outbox.take_back(session, [*unsent, *(entry.hint_cause for entry in case_records.thread(session, case.id))])
    for entry in queued:
        if entry.cause in unsent:
            entry.sending, entry.next_at = Sending.WAITING, now
    session.flush()


def say_at_last(session: Session, case: Case, now: datetime) -> None:
    """The family is back (MULAI, unblocked, by PIN, after the cover word): what staff said meanwhile goes now, in its order."""
    session.execute(
        update(CaseEntry)
        .where(CaseEntry.case_id == case.id, CaseEntry.kind == "reply", CaseEntry.sending == Sending.NOT_TOLD)
        .where(CaseEntry.why_not.in_(AWAY), CaseEntry.sealed_text.is_not(None))
        .values(sending=Sending.WAITING, why_not=None, next_at=now)
        .execution_options(synchronize_session="fetch")
    )


def _not_told(session: Session, case: Case, entry: CaseEntry, why: str, now: datetime) -> None:
    """It cannot go: the answer is owed again, and its holder hears of it."""
    entry.sending, entry.why_not = Sending.NOT_TOLD, why
    if entry.kind != "reply" or not case.is_open:
        return
    case.awaits, case.due_at = "staff", case.due_at or now + REDO
    if case.holder_id:
        case_alerts.tell(session, case, [case.holder_id], "not_told", now)


def give_up(session: Session, entry_id: int, why: str) -> None:
    """It cannot be worded, for a reason that lies with us: staff see it."""
    entry = session.get(CaseEntry, entry_id, with_for_update=True, populate_existing=True)
    if entry and entry.sending == Sending.WAITING:
        entry.sending, entry.why_not = Sending.NOT_TOLD, why


def parts_sent(session: Session, entries: Sequence[CaseEntry]) -> dict[int, list[OutboxMessage]]:
    """What became of the words of these entries: their outbox rows by entry, in order."""
    causes = {cause: entry.id for entry in entries for cause in (entry.cause, entry.hint_cause)}
    found: dict[int, list[OutboxMessage]] = {entry.id: [] for entry in entries}
    for row in session.scalars(
        select(OutboxMessage).where(OutboxMessage.cause.in_(list(causes))).order_by(OutboxMessage.id)
    ):
        found[causes[row.cause]].append(row)
    return found


def is_there(conversation: Conversation, now: datetime) -> bool:
    """Did they write so lately that they still hold the telephone?"""
    return now - conversation.last_incoming_at < REPLY_KEPT_OPEN


def _way(
    session: Session, case: Case, conversation: Conversation, entry: CaseEntry, now: datetime
) -> tuple[Way, datetime]:
    """Say it, only say that there is news, or hold it until when."""
    if case.hidden_at:
        return "hold", now + HIDDEN_WAIT
    if is_there(conversation, now):
        return "say", now
    is_neutral = not case.is_safe or case.is_discreet
    if LIMITS[conversation.channel].pulled:  # nobody is woken, but whoever opens the page may not be the family
        return ("hint" if is_neutral else "say"), now
    window = LIMITS[conversation.channel].window
    is_shut = window is not None and now - conversation.last_incoming_at >= window
    safe_from = _safe_from(case, case_rules.zone_of(session, case), now)
    if safe_from > now:
        return "hold", safe_from
    return ("hint" if is_shut or is_neutral else "say"), now


def _is_to_go(entry: CaseEntry) -> bool:
    """Its words are to go, or that there is news has not been told yet."""
    return entry.sending == Sending.WAITING or (entry.sending == Sending.SEALED and entry.next_at is not None)


def _hint_again(entry: CaseEntry, case: Case, conversation: Conversation, way: Way, now: datetime) -> Ready | None:
    """Sealed, and not told of: now, unless they are there and were asked when they wrote."""
    if way == "say":
        entry.next_at = now + REPLY_KEPT_OPEN
        return None
    return Ready(entry, case, conversation, "hint")


def _safe_from(case: Case, zone: str, now: datetime) -> datetime:
    """The next moment within the hours the family gave, and not at night unless it is urgent and safe."""
    if case.is_urgent and case.is_safe and case.safe_hours == "any":
        return now
    opens, closes = HOURS_OF_DAY.get(case.safe_hours, (calendars.QUIET_UNTIL, calendars.QUIET_FROM))
    there = calendars.local(now, zone)
    if opens <= there.time() < closes:
        return now
    day = there.date() if there.time() < opens else there.date() + timedelta(days=1)
    return calendars.moment(day, opens, zone)


def _why_not(case: Case, conversation: Conversation | None) -> str | None:
    if case.conversation_id is None:
        return "no_address"
    if conversation and case_rules.is_not_for(case, conversation.channel):
        return "exposed"
    return conversations.why_silent(conversation) if conversation else None


def _unsaid_before(session: Session, entry: CaseEntry) -> Sequence[CaseEntry]:
    """What was to be said in this case before this and has not been yet."""
    earlier = select(CaseEntry).where(
        CaseEntry.case_id == entry.case_id,
        CaseEntry.id < entry.id,
        CaseEntry.sending.in_((Sending.SEALED, Sending.WAITING)),
    )
    return session.scalars(earlier.order_by(CaseEntry.id)).all()


def _first(before: Sequence[CaseEntry], entry: CaseEntry, now: datetime) -> None:
    """What waited for its hour, or was passed over a moment ago, goes first now that words may go; this one follows it."""
    for each in (*before, entry):
        if each.sending == Sending.WAITING:
            each.next_at = now


def _held_of(session: Session, case: Case) -> Conversation | None:
    """Its conversation, held, and the case as it is then: it may have been hidden, or moved to another, a moment ago."""
    held = conversations.hold_if_free(session, case.conversation_id) if case.conversation_id else None
    session.refresh(case)
    return held if held and held.id == case.conversation_id else None


_DUE = (
    select(CaseEntry.id)
    .where(CaseEntry.sending.in_((Sending.WAITING, Sending.SEALED)))
    .where(CaseEntry.next_at <= bindparam("now"))
    .order_by(CaseEntry.id)
    .limit(bindparam("most"))
)
