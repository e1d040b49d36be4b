"""Cases: opened by a family, owned by a human until closed. Every deed stands here, with who did it and when.

The order of locks: the conversation first (whoever answers in it holds it), then the case. What is said to the family is
entered here and put on its way by `centre.case_replies`; whom to alert, and when, stands in `centre.case_alerts`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from centre import (
    areas,
    audit,
    case_alerts,
    case_keeping,
    case_records,
    case_replies,
    case_rules,
    case_safety,
    data_keys,
    kept_files,
    open_questions,
    outbox,
    referral_records,
    staff_channels,
)
from centre.areas import Village
from centre.case_alerts import CaseAlert
from centre.case_alerts import State as AlertState
from centre.case_records import (
    BOT,
    FAMILY,
    AskedBy,
    Case,
    CaseConflict,
    CaseEntry,
    CaseIdentity,
    Category,
    Outcome,
    Sending,
    State,
    by_key,
    enter,
)
from centre.case_rules import (
    RULES,
    AlreadyTaken,
    AnotherIsOpen,
    IsClosed,
    IsErased,
    IsOpen,
    NeedsApproval,
    NobodyThere,
    NotYours,
    ReasonMissing,
    clean,
)
from centre.case_scopes import SUPERVISORS, others_who_may, scope_of_member
from centre.conversations import Conversation
from centre.row_by_row import none_of
from centre.staff import SignedIn, StaffMember


def open_case(
    session: Session,
    conversation: Conversation,
    category: Category,
    now: datetime,
    *,
    language: str,
    is_urgent: bool = False,
    is_child: bool = False,
    around: bool = False,
) -> Case:
    """Open a case for who writes here, and wake who must know. Raises `AnotherIsOpen`."""
    if case_records.open_in(session, conversation.id):
        raise AnotherIsOpen(conversation.id)
    village = _village(session, conversation)
    case = Case(
        code=case_records.new_code(session, conversation.id, now),
        conversation_id=conversation.id,
        category=category,
        is_urgent=is_urgent or RULES[category].is_urgent,
        is_restricted=is_child or RULES[category].is_restricted,
        is_child=is_child,
        home_code=village.code if village else None,
        area=_area(village, around),
        bypasses_village=around,
        language=language,
        opened_at=now,
        asked_at=now,
        changed_at=now,
    )
    case.due_at = case.promised_at = case_rules.due(session, category, case.is_urgent, village, now)
    session.add(case)
    conversation.has_case = True
    open_questions.erase(session, conversation.id)
    session.flush()
    case_records.note_conversation(session, case, conversation.id)
    enter(session, case, "change", FAMILY, now, detail="opened")
    case_alerts.plan(session, case, now)
    return case


# What the family does


def add_words(
    session: Session, case: Case, words: str, key: str | None, now: datetime, *, file_id: int | None = None
) -> CaseEntry | None:
    """The family wrote or sent something; None where this very message is in the thread already."""
    if key and by_key(session, key):
        return None
    case_records.hold_again(session, case)
    entry = enter(session, case, "words", FAMILY, now, words[: case_rules.WORDS_LIMIT], key=key, file_id=file_id)
    _staff_owe(session, case, now)
    return entry


def answer(
    session: Session,
    case: Case,
    question: str,
    words: str,
    key: str | None,
    now: datetime,
    *,
    file_id: int | None = None,
) -> None:
    """The family answered one of our questions, or skipped it (no words)."""
    case_records.hold_again(session, case)
    if key is None or by_key(session, key) is None:
        kept = words[: case_rules.WORDS_LIMIT]
        enter(session, case, "answer", FAMILY, now, kept, detail=question, key=key, file_id=file_id)
        case.changed_at = now


def place(session: Session, case: Case, village: Village, now: datetime) -> None:
    """Now we know the family's village: the case goes to its desk, or to its regency."""
    case_records.hold_again(session, case)
    case.home_code = village.code
    _belongs(session, case, _area(village, case.bypasses_village), FAMILY, "placed", now)


def put_right(session: Session, case: Case, village: Village, now: datetime) -> None:
    """The family names another village than before. Until somebody has taken the case it follows them, and where it goes
    around the village the one named first learns nothing either; then its holder reads of it and decides."""
    if not case.is_open or case.home_code in (None, village.code):
        return
    if case.holder_id:
        if not _is_noted(session, case, village):
            enter(session, case, "change", FAMILY, now, village.name, detail=f"village:{village.code}")
            case_alerts.tell(session, case, [case.holder_id], "words", now)
        if case.bypasses_village:
            case.earlier_code = village.code
        return
    case.earlier_code = case.earlier_code or case.home_code
    place(session, case, village, now)


def _is_noted(session: Session, case: Case, village: Village) -> bool:
    noted = select(CaseEntry.detail).where(CaseEntry.case_id == case.id, CaseEntry.detail.startswith("village:"))
    last = session.scalars(noted.order_by(CaseEntry.id.desc()).limit(1)).first()
    return last == f"village:{village.code}"


def go_around(session: Session, case: Case, now: datetime) -> None:
    """ "Jangan ke desa saya": from now on no account of the village may know of it."""
    case_records.hold_again(session, case)
    if case.bypasses_village:
        return
    case.bypasses_village = True
    case.holder_id, case.state = None, State.NEW
    regency = case.home_code[:5] if case.home_code else None
    _belongs(session, case, regency, FAMILY, "around", now)


def raise_alarm(session: Session, case: Case, category: Category, now: datetime, *, is_child: bool = False) -> None:
    """Danger was heard in an open case: it is urgent from now on, and those who must know are woken (again)."""
    case_records.hold_again(session, case)
    was, kind = (case.is_urgent, case.is_restricted), (case.category, case.is_child)
    case.is_urgent = True
    case.is_child = case.is_child or is_child
    if RULES[category].is_restricted or is_child:
        _restrict(case, category)
    is_other = (case.is_urgent, case.is_restricted) != was
    if not is_other and (case.category, case.is_child) == kind and case.state != State.NEW:
        return
    enter(session, case, "change", BOT, now, detail="danger")
    _staff_owe(session, case, now)
    if is_other:
        soon = case_rules.due(session, _category(case), True, case_rules.home_of(session, case), now)
        case.due_at = min(case.due_at or soon, soon)
        case_alerts.plan(session, case, now)
    elif case.state == State.NEW:  # who is told next, and when, must not be put off by a cry for help
        case_alerts.wake_again(session, case, now)


def note_withheld(session: Session, case: Case, now: datetime) -> None:
    """What the family wrote came by a channel on which others read along: staff read that it was not kept, once."""
    noted = select(CaseEntry.id).where(CaseEntry.case_id == case.id, CaseEntry.detail == "withheld")
    if session.execute(noted.limit(1)).first() is None:
        enter(session, case, "change", BOT, now, detail="withheld")


def move_here(session: Session, case: Case, conversation: Conversation, now: datetime) -> None:
    """Who knows the code and the PIN goes on from this telephone. Raises `AnotherIsOpen`."""
    case_records.hold_again(session, case)
    other = case_records.open_in(session, conversation.id)
    if other and other.id != case.id:
        raise AnotherIsOpen(conversation.id)
    if case.conversation_id != conversation.id:
        case_replies.say_again(session, case, now)
        case_safety.ask_again(session, case)
    case.conversation_id, conversation.has_case, case.is_beside = conversation.id, True, False
    case_records.note_conversation(session, case, conversation.id)
    enter(session, case, "change", FAMILY, now, detail="moved_here")


def withdraw(session: Session, case: Case, now: datetime) -> None:
    """The family wants it closed and erased (UU PDP 27/2022 art. 43): only that there was a case stays, for the count."""
    case_records.hold_again(session, case)
    if case.is_open:
        _close(session, case, FAMILY, "withdrawn", now)
    erase(session, case, now)


def erase_as_asked(session: Session, case: Case, by: SignedIn, how: AskedBy, now: datetime) -> None:
    """The family asked the desk for what they could have typed (UU PDP 27/2022 art. 8): a supervisor erases a restricted case
    that is closed. Raises `NeedsApproval`, `HasItsTime`, `IsGone` or `IsOpen`."""
    if not by.has_role(*SUPERVISORS):
        raise NeedsApproval(case.id)
    case_keeping.must_be_agreed(case)
    if case.is_open:
        raise IsOpen(case.id)
    erase(session, case, now)
    enter(session, case, "change", by.staff_id, now, detail=f"erased:{how}")


def erase(session: Session, case: Case, now: datetime) -> None:
    """Words, names and ways to reach somebody go; category, area and times stay for the figures."""
    entries = case_records.thread(session, case.id)
    outbox.erase_told(session, [cause for entry in entries for cause in (entry.cause, entry.hint_cause)])
    session.execute(update(CaseEntry).where(CaseEntry.case_id == case.id).values(sealed_text=None, why_not=None))
    session.execute(
        update(CaseEntry)
        .where(CaseEntry.case_id == case.id, CaseEntry.sending.in_((Sending.WAITING, Sending.SEALED)))
        .values(sending=Sending.NOT_TOLD, why_not="erased")
    )
    kept_files.erase_of_case(session, case.id)
    _take_down_at_staff(session, case, now)
    session.execute(delete(CaseIdentity).where(CaseIdentity.case_id == case.id))
    referral_records.erase(session, case.id, now)
    case.cover_lookup = case.conversation_id = None
    case.erased_at = now
    session.flush()
    data_keys.destroy(session, "case", [case.id])


def were_erased(session: Session, case_ids: Collection[int], now: datetime) -> None:
    """After a restore: these were erased since the copy was made. They are over, wake nobody and lead nowhere."""
    these = update(Case).where(Case.id.in_(case_ids), Case.erased_at.is_(None))
    values: dict[str, Any] = {"erased_at": now, "closed_at": func.coalesce(Case.closed_at, now), "state": State.CLOSED}
    values |= {"outcome": func.coalesce(Case.outcome, "withdrawn"), "awaits": "family"}
    values |= {"due_at": None, "conversation_id": None, "cover_lookup": None}
    session.execute(these.values(values).execution_options(synchronize_session="fetch"))
    unsent = update(CaseEntry).where(CaseEntry.case_id.in_(case_ids), CaseEntry.next_at.is_not(None))
    session.execute(unsent.values(next_at=None, sending=Sending.NOT_TOLD, why_not="erased"))
    alerts = update(CaseAlert).where(CaseAlert.case_id.in_(case_ids), CaseAlert.state == AlertState.DUE)
    session.execute(alerts.values(state=AlertState.VOID))


def _take_down_at_staff(session: Session, case: Case, now: datetime) -> None:
    """What staff read of it in their own chats goes too: from their telephones where the channel can, and from our copy."""
    read_by = set(audit.who_did(session, case.about, ("case_read", "case_taken", "case_replied")))
    for conversation in staff_channels.ever_of(session, read_by):
        if outbox.take_down_naming(session, conversation, case_records.shown(case.code), now):
            data_keys.renew(session, "conversation", conversation.id)


def forget(session: Session, conversation_id: int, now: datetime, *, but: Case | None = None) -> None:
    """Somebody asked to be forgotten: all their cases are closed and erased, `but` the one they want kept."""
    for case in session.scalars(select(Case).where(Case.conversation_id == conversation_id).with_for_update()).all():
        if but is None or case.id != but.id:
            withdraw(session, case, now)


def leave(session: Session, conversation_id: int, now: datetime) -> None:
    """Somebody left in haste: their case stays with its staff, and no browser leads to it but by code and PIN."""
    for case in session.scalars(select(Case).where(Case.conversation_id == conversation_id).with_for_update()).all():
        case.conversation_id = None
        enter(session, case, "change", FAMILY, now, detail="left")


def over(session: Session, now: datetime, kept: timedelta, but: Collection[int] = ()) -> Sequence[int]:
    """The numbers of ordinary cases that were closed two years ago, `but` these; a page of them, each held. Of what is
    restricted see `centre.case_keeping`."""
    old = select(Case.id).where(Case.closed_at < now - kept, Case.erased_at.is_(None), Case.is_restricted.is_(False))
    found = old.where(none_of(Case.id, but)).order_by(Case.id).limit(100)
    return session.scalars(found.with_for_update(skip_locked=True)).all()


def erase_each(session: Session, case_ids: Sequence[int], now: datetime) -> int:
    """Their time is over; gives how many went."""
    for case in session.scalars(select(Case).where(Case.id.in_(case_ids)).order_by(Case.id)).all():
        erase(session, case, now)
    return len(case_ids)


# What staff do


def take(session: Session, case: Case, staff_id: str, now: datetime) -> None:
    """Somebody makes it theirs. Raises `IsClosed`, or `AlreadyTaken` when another holds it."""
    _must_be_open(case)
    if case.holder_id == staff_id:
        return
    if case.holder_id and _may_know(session, case, case.holder_id):
        raise AlreadyTaken(case.id)
    _hold_by(session, case, staff_id, staff_id, "taken", now)
    _tell(session, case, "taken", now)


def pass_on(session: Session, case: Case, by: str, to: str, now: datetime, note: str = "") -> None:
    """Hand it to a colleague who may know of it. Raises `IsClosed`, `NotYours` or `NobodyThere`."""
    _must_hold(case, by)
    if to not in {member.id for member in others_who_may(session, case, by)}:
        raise NobodyThere(to)
    if note:
        enter(session, case, "note", by, now, clean(note))
    _hold_by(session, case, by, to, "passed_on", now)
    case_alerts.tell(session, case, [to], "passed", now)
    _tell(session, case, "taken", now)


def release(session: Session, case: Case, by: str, now: datetime) -> None:
    """Back into the queue. Raises `IsClosed` or `NotYours`."""
    _must_hold(case, by)
    case.holder_id, case.state = None, State.NEW
    _change(session, case, by, "released", now)
    case_alerts.plan(session, case, now)


def reply(
    session: Session, case: Case, staff_id: str, words: str, key: str, now: datetime, *, file_id: int | None = None
) -> CaseEntry:
    """Words for the family, on their way as soon as they may be; the same form sent twice is one reply.

    Raises `IsClosed`, `NotYours`, `NothingSaid` or `TooLong`.
    """
    if (again := by_key(session, f"reply:{key}")) is not None and again.case_id == case.id:
        return again
    _must_hold(case, staff_id)
    words = clean(words)
    entry = enter(
        session,
        case,
        "reply",
        staff_id,
        now,
        words,
        key=f"reply:{key}",
        file_id=file_id,
        sending=Sending.WAITING,
        next_at=now,
    )
    case.awaits, case.due_at, case.level, case.changed_at = "family", None, 0, now
    case_alerts.void(session, case)
    return entry


def note(session: Session, case: Case, staff_id: str, words: str, key: str, now: datetime) -> CaseEntry:
    """Words for colleagues only. Raises `NothingSaid` or `TooLong`."""
    if (again := by_key(session, f"note:{key}")) is not None and again.case_id == case.id:
        return again
    entry = enter(session, case, "note", staff_id, now, clean(words), key=f"note:{key}")
    case.changed_at = now
    return entry


def attach(session: Session, case: Case, staff_id: str, file_id: int, now: datetime) -> CaseEntry:
    """A paper or a picture for the file, seen by staff."""
    case.changed_at = now
    return enter(session, case, "note", staff_id, now, detail="file", file_id=file_id)


def await_family(session: Session, case: Case, staff_id: str, now: datetime) -> None:
    """It is the family's turn: nothing is owed until they write. Raises `IsClosed` or `NotYours`."""
    _must_hold(case, staff_id)
    case.awaits, case.due_at = "family", None
    _change(session, case, staff_id, "awaits_family", now)


def change_category(
    session: Session, case: Case, by: str, category: Category, now: datetime, *, is_urgent: bool, is_child: bool = False
) -> None:
    """Another kind of problem, or another urgency. What is restricted once stays so until a supervisor says otherwise.

    Who may no longer know of it loses hold of it. Raises `IsClosed`.
    """
    _must_be_open(case)
    was_urgent = case.is_urgent
    case.category, case.is_urgent = category, is_urgent or RULES[category].is_urgent
    case.is_child = case.is_child or is_child
    if RULES[category].is_restricted or is_child:
        _restrict(case, category)
    _change(session, case, by, f"category:{category}", now)
    if case.awaits == "staff":
        case.due_at = case_rules.due(session, category, case.is_urgent, case_rules.home_of(session, case), now)
    if case.is_urgent and not was_urgent and case.holder_id not in (None, by):
        case_alerts.tell(session, case, [case.holder_id], "urgent", now)
    if case.state == State.NEW or case.awaits == "staff":
        case_alerts.plan(session, case, now)


def link(session: Session, case: Case, other: Case, by: str, now: datetime) -> None:
    """Both are of one family: whoever may see both sees them together."""
    if case.id == other.id:
        return
    kept = min(case.family_id or case.id, other.family_id or other.id)
    for each in (case, other):
        if each.family_id and each.family_id != kept:
            session.execute(update(Case).where(Case.family_id == each.family_id).values(family_id=kept))
        each.family_id = kept
        enter(session, each, "change", by, now, detail="linked")


def declare_conflict(session: Session, case: Case, staff_id: str, now: datetime) -> None:
    """ "This concerns me or mine": they see it no more, and it goes to the next level."""
    session.add(CaseConflict(case_id=case.id, staff_id=staff_id, at=now))
    enter(session, case, "change", staff_id, now, detail="conflict")
    if case.holder_id in (None, staff_id):
        case.holder_id = None
        case.state = State.NEW if case.is_open else case.state
        case.changed_at = now
        if case.is_open:
            case_alerts.plan(session, case, now, above=True)


def close(session: Session, case: Case, by: SignedIn, outcome: Outcome, words: str, now: datetime) -> None:
    """Closed with its outcome and a note, or asked for, where a supervisor must agree (violence, trafficking, a child).

    Raises `IsClosed`, `NotYours` or `NothingSaid`.
    """
    _must_hold(case, by.staff_id)
    enter(session, case, "note", by.staff_id, now, clean(words), detail=f"outcome:{outcome}")
    if _needs_approval(case):
        case.state, case.outcome = State.TO_APPROVE, outcome
        _change(session, case, by.staff_id, "to_approve", now)
        case_alerts.plan(session, case, now)
        return
    _close(session, case, by.staff_id, outcome, now)
    _tell(session, case, "closed", now)


def approve(session: Session, case: Case, by: SignedIn, now: datetime) -> None:
    """A supervisor, not its holder, agrees to closing. Raises `NeedsApproval`, or `IsClosed` when nobody asked."""
    if case.state != State.TO_APPROVE:
        raise IsClosed(case.id)
    if not by.has_role(*SUPERVISORS) or by.staff_id == case.holder_id:
        raise NeedsApproval(case.id)
    enter(session, case, "change", by.staff_id, now, detail="approved")
    _close(session, case, by.staff_id, case.outcome or "solved", now)
    _tell(session, case, "closed", now)


def refuse_closing(session: Session, case: Case, by: SignedIn, words: str, now: datetime) -> None:
    """Not yet: its holder goes on. Raises `NeedsApproval` or `NothingSaid`."""
    if case.state != State.TO_APPROVE or not by.has_role(*SUPERVISORS):
        raise NeedsApproval(case.id)
    enter(session, case, "note", by.staff_id, now, clean(words))
    case.state, case.outcome = State.TAKEN, None
    _change(session, case, by.staff_id, "not_approved", now)


def reopen(session: Session, case: Case, by: str, now: datetime) -> None:
    """It was not over. Where the family has a newer one open this goes on beside it, or whoever may not know of the newer
    would learn of it here. Raises `IsOpen` or `IsErased`."""
    if case.is_open:
        raise IsOpen(case.id)
    if case.erased_at:
        raise IsErased(case.id)
    case.is_beside = bool(case.conversation_id and case_records.open_in(session, case.conversation_id))
    case.state, case.holder_id = State.TAKEN, by
    case.closed_at = case.outcome = None
    case.awaits, case.level = "staff", 0
    case.asked_at, case.due_at = (
        now,
        case_rules.due(session, _category(case), case.is_urgent, case_rules.home_of(session, case), now),
    )
    _change(session, case, by, "reopened", now)
    case_alerts.plan(session, case, now)
    _tell(session, case, "reopened", now)


def open_identity(session: Session, case: Case, by: str, reason: str, now: datetime) -> dict[str, str]:
    """Who the case is about, opened with a reason that stays in the thread. Raises `ReasonMissing`."""
    if len(reason.strip()) < 5:
        raise ReasonMissing
    enter(session, case, "change", by, now, clean(reason), detail="identity_opened")
    return case_records.facts_of(session, case)


def has_somebody(session: Session, case: Case) -> bool:
    """Is there anybody who may know of it and can be reached? Families are told so only then."""
    members = others_who_may(session, case, "")
    has_mail = any(member.sealed_email for member in members)
    return has_mail or bool(staff_channels.of_staff(session, [member.id for member in members]))


def told(session: Session, case: Case, what: str, now: datetime) -> None:
    """The family must hear how it goes ("late": nobody has answered yet)."""
    _tell(session, case, what, now)


def _tell(session: Session, case: Case, what: str, now: datetime) -> None:
    if case.conversation_id:
        enter(session, case, "told", BOT, now, detail=what, sending=Sending.WAITING, next_at=now)


def _staff_owe(session: Session, case: Case, now: datetime) -> None:
    """The family wrote: an answer is owed, since the first of their words that has none."""
    case.changed_at = now
    if case.state == State.TO_APPROVE:
        case.state, case.outcome = State.TAKEN, None
    if case.awaits == "family" or case.due_at is None:
        case.awaits, case.asked_at, case.level = "staff", now, 0
        case.due_at = case_rules.due(session, _category(case), case.is_urgent, case_rules.home_of(session, case), now)
        if case.state != State.NEW:
            case_alerts.plan(session, case, now)
    if case.holder_id:
        case_alerts.tell(session, case, [case.holder_id], "words", now)


def _belongs(session: Session, case: Case, area: str | None, by: str, what: str, now: datetime) -> None:
    """Its area is another from now on, and who may no longer know of it loses hold of it."""
    case.area = area
    if case.holder_id and not _may_know(session, case, case.holder_id):
        case.holder_id, case.state, case.outcome = None, State.NEW, None
    _change(session, case, by, what, now)
    if case.is_open and case.state == State.NEW:
        case_alerts.plan(session, case, now)


def _may_know(session: Session, case: Case, staff_id: str) -> bool:
    member = session.get(StaffMember, staff_id)
    conflicts = case_records.in_conflict(session, [case.id])
    return member is not None and scope_of_member(member).includes(case, conflicts)


def _restrict(case: Case, category: Category) -> None:
    """Kept from village accounts from now on. A petugas who holds it holds it no more."""
    if not case.is_restricted:
        case.is_restricted, case.holder_id, case.state = True, None, State.NEW
    if RULES[category].is_restricted:
        case.category = category


def _hold_by(session: Session, case: Case, by: str, to: str, what: str, now: datetime) -> None:
    case.holder_id, case.state = to, State.TAKEN
    case.taken_at = case.taken_at or now
    _change(session, case, by, what, now)
    case_alerts.plan(session, case, now)


def _close(session: Session, case: Case, by: str, outcome: str, now: datetime) -> None:
    case.state, case.outcome, case.closed_at = State.CLOSED, outcome, now
    case.due_at, case.awaits = None, "family"
    _change(session, case, by, "closed", now)
    case_keeping.let_lapse(session, case, now)
    case_alerts.void(session, case)
    if not case.is_restricted and not case.bypasses_village:  # what they add to such a one is for no village
        _let_in_front(session, case)


def _let_in_front(session: Session, closed: Case) -> None:
    """What went on beside the case that is closed now hears the family from now on: the newest, if there are several."""
    if closed.conversation_id is None or closed.is_beside:
        return
    session.flush()
    beside = select(Case).where(
        Case.conversation_id == closed.conversation_id, Case.state != State.CLOSED, Case.is_beside
    )
    following = session.scalars(beside.order_by(Case.id.desc()).limit(1)).first()
    if following:
        following.is_beside = False
        session.flush()


def _change(session: Session, case: Case, by: str, what: str, now: datetime) -> None:
    case.changed_at = now
    enter(session, case, "change", by, now, detail=what)


def _must_be_open(case: Case) -> None:
    if not case.is_open:
        raise IsClosed(case.id)


def _must_hold(case: Case, staff_id: str) -> None:
    _must_be_open(case)
    if case.holder_id != staff_id:
        raise NotYours(case.id)


def _needs_approval(case: Case) -> bool:
    return case.is_restricted or case.is_child or RULES[_category(case)].needs_approval


def _category(case: Case) -> Category:
    return case.category  # type: ignore[return-value]


def _area(village: Village | None, around: bool) -> str | None:
    if village is None:
        return None
    return village.regency_code if around else village.code


def _village(session: Session, conversation: Conversation) -> Village | None:
    return areas.get(session, conversation.village_id) if conversation.village_id else None
