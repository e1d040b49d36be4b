"""How long we keep what people told us, and erasing it when they ask (UU PDP 27/2022 art. 42-44).

How long is settled in `centre.retention_rules`, one row a rule; here stands what each of them clears. A conversation stays
beyond its time while a booking is still to come, something has still to be told, new dates are waited for, or somebody of the
register is to be reminded there. Somebody who asks to be forgotten is forgotten at once; only their address stays
for a moment, so that they can read that it was done.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from centre import (
    answers,
    bookings,
    case_keeping,
    case_records,
    case_replies,
    cases,
    census,
    census_consents,
    census_imports,
    census_merging,
    census_requests,
    code_tries,
    conversation_consents,
    conversations,
    data_keys,
    erasure_receipts,
    inbox,
    interests,
    kept_files,
    kept_forms,
    mails,
    news_consents,
    notices,
    open_questions,
    outbox,
    people,
    second_factors,
    sign_ins,
    staff,
    staff_channels,
    take_downs,
)
from centre.booking_records import OPEN, Booking, State
from centre.booking_rules import hold_person
from centre.case_records import Case
from centre.case_records import State as CaseState
from centre.conversations import Conversation, Identifier, Sender
from centre.inbox import InboxEvent
from centre.interests import Interest
from centre.notices import Notice
from centre.outbox import OutboxMessage
from centre.people import Person, PersonAddress
from centre.retention_rules import DEFAULTS, Keep
from centre.row_by_row import RowByRow, Skipped, none_of
from centre.slots import Slot
from centre.staff_channels import StaffChannel

FAREWELL = timedelta(minutes=15)
"""How long an erased conversation keeps its address."""
IDLE = timedelta(days=90)
"""A conversation without a case is kept as long after its last message."""
AT_ONCE = 500


def forget(session: Session, conversation: Conversation, now: datetime, *, keep_case: bool = False) -> None:
    """Erase all that is held about a person: this conversation, and those that turned out to be theirs.

    Their cases are closed and erased too, unless they want the open one kept: then its staff go on answering here.
    """
    joined = session.scalars(select(Conversation).where(Conversation.joined_to == conversation.id)).all()
    for each in (conversation, *joined):
        kept = case_records.open_in(session, each.id) if keep_case else None
        if kept:
            case_replies.say_again(session, kept, now)
        conversation_consents.erase(session, each.id)
        census_requests.erase_of_conversation(session, each.id, census_consents.BY_FAMILY, now)
        staff_channels.unlink_conversation(session, each.id, now)
        _erase_people(session, each, now)
        for erase_all, _erase_needless in _HELD:
            erase_all(session, each.id)
        cases.forget(session, each.id, now, but=kept)
        conversations.forget(session, each, now)
        if kept:
            each.closing_at = None


def leave(session: Session, sender: Sender, now: datetime) -> None:
    """Somebody left in haste (the web chat's exit): all is erased, and their old key opens nothing any more."""
    conversation_id = conversations.known(session, sender)
    # Held first, as a worker does who may be answering in it just now: see `inbox.claim`.
    held = {"key_share": True}
    conversation = session.get(Conversation, conversation_id, with_for_update=held) if conversation_id else None
    if conversation is None:
        return
    session.execute(delete(Identifier).where(Identifier.conversation_id == conversation.id))
    inbox.erase_words(session, conversation.id, waiting_too=True)
    cases.leave(session, conversation.id, now)
    forget(session, conversation, now)


def keep_nothing(session: Session, conversation: Conversation) -> None:
    """Somebody does not agree, or not any more: what is not needed to bring an answer goes at once (art. 9, 40).

    Their bookings, cases and their record in the register go on: each of these was agreed to by itself, and has its own end.
    """
    conversation.village_id, conversation.memory = None, {}
    for _erase_all, erase_needless in _HELD:
        erase_needless(session, conversation.id)
    data_keys.renew(session, "conversation", conversation.id)


def forget_old(session: Session, now: datetime, keep: Keep = DEFAULTS) -> dict[str, int]:
    """Keep the promises of time; gives how many of each rule went. Some rules take a few hundred at once: ask again."""
    return {rule: clear(session, rule, now, keep) for rule in CLEARING}


def clear(session: Session, rule: str, now: datetime, keep: Keep = DEFAULTS, skipped: Skipped | None = None) -> int:
    """The same for one rule. Rows that fail are added to `skipped` and left out from then on; without it, they are raised."""
    kept = keep.get(rule, NO_TIME)
    return sum(
        each.clear(session, now, kept, skipped) if isinstance(each, RowByRow) else each(session, now, kept)
        for each in CLEARING[rule]
    )


def erase_person(session: Session, person: Person, by: str, now: datetime) -> None:
    """Somebody asked at the desk to be erased: their places fall free, and nothing of them stays but the counts.

    `by`: staff id."""
    for booking in _held_places(session, [person]):
        _release(session, booking, bookings.FAMILY, now)
    notices.void_where(session, Notice.person_id == person.id)
    _erase(session, person, by, now)


def sweep(session: Session, now: datetime, kept: timedelta = IDLE) -> int:
    """Remove a page of the conversations that were erased or left alone long enough; gives how many."""
    return _SWEEPING.clear(session, now, kept)


def _over(
    session: Session, now: datetime, kept: timedelta, but: Collection[int], *also: ColumnElement[bool]
) -> Sequence[int]:
    """The numbers of conversations that were erased or left alone long enough, `but` these.

    One that still waits for an answer, or has one on its way, stays until that is done. The rows are held first and
    looked at then, so that nobody can write in between and be lost.
    """
    may_go = (*also, *_nothing_under_way(), or_(Conversation.closing_at.is_not(None), ~_is_awaited(now)))
    held = session.scalars(
        select(Conversation.id)
        .where(or_(Conversation.closing_at < now - FAREWELL, Conversation.last_incoming_at < now - kept), *may_go)
        .where(none_of(Conversation.id, but))
        .order_by(Conversation.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    return session.scalars(select(Conversation.id).where(Conversation.id.in_(held), *may_go)).all()


def _declined_over(session: Session, now: datetime, kept: timedelta, but: Collection[int]) -> Sequence[int]:
    """Of who agreed to nothing, what it took to bring the answer."""
    return _over(session, now, kept, but, Conversation.declined_at.is_not(None))


def _remove(session: Session, going: Sequence[int], _now: datetime) -> int:
    _leave_to_staff(session, going)
    reasons = update(Notice).where(Notice.conversation_id.in_(going)).values(sealed_reason=None)
    session.execute(reasons.execution_options(synchronize_session=False))
    gone = delete(Conversation).where(Conversation.id.in_(going))
    session.execute(gone.execution_options(synchronize_session=False))
    data_keys.destroy(session, "conversation", going)
    return len(going)


def _leave_to_staff(session: Session, conversation_ids: Sequence[int]) -> None:
    """What staff have still to look at outlives the conversation: it is nobody's from now on, and sealed so."""
    waits = (
        InboxEvent.conversation_id.in_(conversation_ids),
        InboxEvent.for_staff,
        InboxEvent.sealed_payload.is_not(None),
    )
    for event in session.scalars(select(InboxEvent).where(*waits)):
        event.conversation_id = None
        data_keys.seal_anew(session, event)
    session.flush()


def _nothing_under_way() -> Sequence[ColumnElement[bool]]:
    """Neither a question that waits, nor an answer on its way, nor something to be deleted from the telephone."""
    waits = exists().where(InboxEvent.conversation_id == Conversation.id, InboxEvent.state == inbox.State.OPEN)
    on_its_way = exists().where(
        OutboxMessage.conversation_id == Conversation.id, OutboxMessage.state.in_(outbox.UNDER_WAY)
    )
    to_take_down = exists().where(OutboxMessage.conversation_id == Conversation.id, take_downs.is_under_way())
    return ~waits, ~on_its_way, ~to_take_down


def _is_awaited(now: datetime) -> ColumnElement[bool]:
    """A place is to come, something must be told, new dates are waited for, staff are reached here, or a case is open."""
    booked = exists().where(Booking.conversation_id == Conversation.id, Booking.slot_id == Slot.id)
    due = exists().where(Notice.conversation_id == Conversation.id, Notice.state == notices.State.DUE)
    has_case = exists().where(Case.conversation_id == Conversation.id, Case.state != CaseState.CLOSED)
    wished = exists().where(Interest.conversation_id == Conversation.id, interests.is_open(now))
    linked = exists().where(StaffChannel.conversation_id == Conversation.id, staff_channels.is_open())
    reminded = exists().where(PersonAddress.conversation_id == Conversation.id, census.is_to_remind())
    return or_(booked.where(Booking.state.in_(OPEN), Slot.ends_at > now), due, wished, linked, has_case, reminded)


def _erase_people(session: Session, conversation: Conversation, now: datetime) -> None:
    """Everybody known through this telephone alone goes, with their bookings; their seats fall free.

    Who is known on another telephone too keeps their place, and hears of it there. Who is in the register because they
    agreed at the desk or on paper stays in it: the desk is asked to erase them, against the legal clock.
    """
    behind = people.only_behind(session, conversation)
    by_desk = census.kept_by_desk(session, [person.id for person in behind])
    gone = [person for person in behind if person.id not in by_desk]
    _end_consents(session, conversation, gone, now)
    for booking in _held_places(session, gone, Booking.conversation_id == conversation.id):
        elsewhere = None if booking.person in gone else _other_telephone(session, booking)
        if booking.person in gone or (_is_to_come(booking, now) and elsewhere is None):
            _release(session, booking, bookings.FAMILY, now)
        else:
            _go_on(session, booking, elsewhere)
    notices.erase(session, conversation.id)  # not before the slots are held, as for everybody who makes notices void
    for person in gone:
        _erase(session, person, census_consents.BY_FAMILY, now)
    people.leave(session, conversation)


def _end_consents(session: Session, conversation: Conversation, gone: Sequence[Person], now: datetime) -> None:
    """What was agreed in this conversation stands no more; what was agreed at the desk, the desk is asked about."""
    for known in people.behind(session, conversation):
        person = known.person
        if person in gone or not census_consents.standing(session, [person.id]):
            continue
        stays = census.take_back(session, person, census_consents.BY_FAMILY, now, conversation_id=conversation.id)
        if stays and known.relation == "self":
            by = census_consents.BY_FAMILY
            census_requests.ask(session, person.id, person.village_id, "erase", "chat", by, now)


def _go_on(session: Session, booking: Booking, elsewhere: int | None) -> None:
    """The place stays, and is told of elsewhere; what is over is told of nowhere."""
    booking.conversation_id = elsewhere
    if elsewhere:
        notices.readdress(session, Notice.booking_id == booking.id, elsewhere)


def _other_telephone(session: Session, booking: Booking) -> int | None:
    """Where else the person of this booking is reached: on their own telephone first, of several on the one known longest."""
    return session.scalar(
        select(Conversation.id)
        .join(PersonAddress, PersonAddress.conversation_id == Conversation.id)
        .where(PersonAddress.person_id == booking.person_id, Conversation.id != booking.conversation_id)
        .where(Conversation.closing_at.is_(None), Conversation.joined_to.is_(None))
        .order_by(PersonAddress.relation != "self", Conversation.id)
        .limit(1)
    )


def _old_people(now: datetime, kept: timedelta) -> Select[int]:
    """Those whose last booking is a year old, or who never booked and were noted then.

    Whether their telephone is still in use does not matter: what was kept for the place is kept no longer than that.
    """
    recent = select(Booking.person_id).join(Slot, Slot.id == Booking.slot_id)
    recent = recent.where(Slot.ends_at > now - kept, Booking.person_id.is_not(None))
    old = select(Person.id).where(Person.created_at < now - kept, Person.id.not_in(recent), ~census.is_kept())
    return old.where(Person.merged_into.is_(None))  # these go with whom they were found to be


def _people_over(session: Session, now: datetime, kept: timedelta, but: Collection[int]) -> Sequence[int]:
    old = _old_people(now, kept)
    seen = session.scalars(old.where(none_of(Person.id, but)).order_by(Person.id).limit(AT_ONCE)).all()
    for number in seen:
        hold_person(session, number)
    # Looked at again now that they are held: somebody may have booked for them just before.
    return session.scalars(old.where(Person.id.in_(seen)).order_by(Person.id)).all()


def _forget_people(session: Session, person_ids: Sequence[int], now: datetime) -> int:
    gone = session.scalars(select(Person).where(Person.id.in_(person_ids)).order_by(Person.id)).all()
    for booking in _held_places(session, gone):
        _release(session, booking, bookings.TIME, now)
    for person in gone:
        _erase(session, person, bookings.TIME, now)
    return len(gone)


def _erase(session: Session, person: Person, by: str, now: datetime) -> None:
    census_requests.erase(session, people.as_one(session, person.id), by, now)
    people.erase(session, person)


def _held_places(session: Session, gone: Sequence[Person], *also: ColumnElement[bool]) -> Iterator[Booking]:
    """What these people booked and what `also` names, each held: first everybody concerned, then one slot after the other,
    as whoever books does."""
    wanted = or_(Booking.person_id.in_([person.id for person in gone]), *also)
    concerned = set(session.scalars(select(Booking.person_id).where(wanted))) | {person.id for person in gone}
    for number in sorted(filter(None, concerned)):
        hold_person(session, number)  # or somebody books for them at this very moment
    for booking_id in session.scalars(select(Booking.id).where(wanted).order_by(Booking.slot_id, Booking.id)).all():
        yield bookings.hold(session, booking_id)


def _release(session: Session, booking: Booking, by: str, now: datetime) -> None:
    """The place, held, of somebody who is forgotten falls free, and nothing of them stays but the count.

    What is over stays in the count as it was.
    """
    if _is_to_come(booking, now):
        bookings.give_back(session, booking, State.CANCELLED, by, now)
    notices.void(session, [booking.id])
    booking.sealed_answers, booking.person, booking.conversation_id = None, None, None
    session.flush()


def _is_to_come(booking: Booking, now: datetime) -> bool:
    return booking.is_open and now < booking.slot.ends_at


def _forget_files(session: Session, now: datetime, kept: timedelta) -> int:
    return len(kept_files.forget_old(session, now, kept))


def _forget_names_of_messages(session: Session, now: datetime, _kept: timedelta) -> int:
    """As long as a platform would delete a message by its name; they go with their messages at the latest."""
    take_downs.forget_old(session, now)
    return 0


def _forget_chat_codes(session: Session, now: datetime, _kept: timedelta) -> int:
    return second_factors.forget_old(session, now)


Erase = Callable[[Session, int], object]
_HELD: Sequence[tuple[Erase, Erase]] = (
    (inbox.erase_words, inbox.erase_answered),
    (outbox.erase_words, outbox.erase_said),
    (kept_files.erase_of, kept_files.erase_answered),
    *((erase, erase) for erase in (answers.erase, open_questions.erase, interests.erase, news_consents.erase)),
)
"""What is held of a conversation itself: how all of it goes (`forget`), and how what is not needed to bring an answer goes
(`keep_nothing`). Bookings, cases and the register were agreed to by themselves."""

NO_TIME = timedelta(0)
"""Of a rule that has no time for all: each row has its own."""
_SWEEPING = RowByRow(_over, _remove)

CLEARING: Mapping[str, Sequence[Callable[[Session, datetime, timedelta], int] | RowByRow]] = {
    "payload": (inbox.forget_old, _forget_files),
    "marks": (inbox.forget_marks,),
    "replies": (outbox.forget_old, _forget_names_of_messages),
    "tries": (code_tries.forget_old,),
    "wishes": (interests.forget_old,),
    "questions": (open_questions.forget_old,),
    "cases": (RowByRow(cases.over, cases.erase_each),),
    "sensitive_cases": (RowByRow(case_keeping.over, cases.erase_each),),
    "census": (RowByRow(census.over, census.forget_each),),
    "requests": (census_requests.forget_old,),
    "uploads": (census_imports.forget_old,),
    "merges": (census_merging.forget_old,),
    "bookings": (RowByRow(_people_over, _forget_people),),
    "notices": (notices.forget_old,),
    "conversation": (_SWEEPING,),
    "declined": (RowByRow(_declined_over, _remove),),
    "receipts": (erasure_receipts.forget_old,),
    "addresses": (staff.forget_old, sign_ins.forget_old, _forget_chat_codes),
    "links": (staff_channels.forget_old,),
    "drafts": (kept_forms.forget_old,),
    "mails": (mails.forget_old,),
}
"""What each rule of `centre.retention_rules` clears, in this order."""
