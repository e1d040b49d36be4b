"""Cases in a staff member's own chat: taken, read and answered there, as far as a case is ordinary.

What is restricted, discreet or goes around the village is opened at the desk alone. What is not about a case is the staff
member's own, and is answered as anybody's. Every look and deed stands in the audit, as at the desk.
"""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timedelta

from bot import staff_case_words as say
from bot import words
from bot.staff_alerts import TAKE, may_be_handled_in_chat, take_choice
from bot.turns import Answer, Turn, remember
from centre import audit, case_desk, case_records, cases, staff_channels
from centre.case_records import CODE, Case, CaseEntry, code_in
from centre.case_rules import WORDS_LIMIT, AlreadyTaken, IsClosed, NothingSaid, NotYours, TooLong
from centre.case_scopes import scope_of_member
from centre.desk import NotHere
from centre.messages import Choice, Incoming, readable
from centre.privacy import CannotOpen
from centre.staff import StaffMember

IN_HAND = timedelta(minutes=15)
"""So long after the last word about a case, what is written without its code goes to its family."""
STILL_MEANT = timedelta(hours=12)
"""So long it may still be meant for them: then it is said that it did not go."""
SHOWN_ENTRIES, SHOWN_LETTERS = 8, 600
"""How much of what the family said is read in a chat; the whole thread is at the desk."""
KEPT_APART = {"safe", "sharing", "hours", "cover", "name"}
"""Questions whose answers stay at the desk: they say who somebody is, and how they are safe."""

_ADDRESSED = re.compile(rf"(?P<code>{CODE.pattern})\s*:(?P<words>.*)", re.IGNORECASE | re.DOTALL)
_TAKEN_UP = re.compile(rf"(?:ambil|buka)\s+(?P<code>{CODE.pattern})\W*", re.IGNORECASE)


def heard(turn: Turn, incoming: Incoming) -> Answer | None:
    """What a staff member does with a case in their own chat; None for everybody else, and where it is about none."""
    member = _member(turn) if _may_be_about_a_case(turn, incoming) else None
    if member is None:
        return None
    if incoming.kind == "tap":
        return _tapped(turn, member, incoming.code)
    text = readable(incoming.text)
    if incoming.kind != "text":
        return _file_sent(turn)
    if addressed := _ADDRESSED.fullmatch(text):
        return _reply(turn, member, addressed["code"], addressed["words"])
    if taken_up := _TAKEN_UP.fullmatch(text):
        return _take(turn, member, taken_up["code"])
    return _code_alone(turn, member, text) or _written_on(turn, member, text)


def _may_be_about_a_case(turn: Turn, incoming: Incoming) -> bool:
    """Seen without asking the database, which nearly no message of a family need wait for: what staff write about a case
    names its code, is one of our two buttons, or comes while a case is in hand."""
    if _in_hand(turn):
        return True
    if incoming.kind == "tap":
        return incoming.code.partition(":")[0] in (TAKE, say.DONE)
    return incoming.kind == "text" and CODE.search(readable(incoming.text)) is not None


def _member(turn: Turn) -> StaffMember | None:
    if turn.conversation.channel != staff_channels.CHANNEL:
        return None
    return staff_channels.staff_behind(turn.session, turn.conversation.id)


def _tapped(turn: Turn, member: StaffMember, tapped: str) -> Answer | None:
    name, _, code = tapped.partition(":")
    if name == TAKE:
        return _take(turn, member, code)
    in_hand = _in_hand(turn)
    remember(turn.conversation, staff_case=None)
    if name == say.DONE:
        return _said(turn, say.put_down(in_hand[0]) if in_hand else say.not_found())
    return None


def _take(turn: Turn, member: StaffMember, code: str) -> Answer:
    """Make it theirs, or open what is theirs already, and read what the family said."""
    case = _case(turn, member, code)
    if case is None:
        return _said(turn, say.not_found())
    if not may_be_handled_in_chat(case):
        return _said(turn, say.for_the_desk(case, turn.guide.home))
    is_new = case.holder_id != member.id
    try:
        cases.take(turn.session, case, member.id, turn.now)
    except AlreadyTaken:
        return _said(turn, say.held_by_another(case))
    except IsClosed:
        return _said(turn, say.is_closed(case, turn.guide.home))
    if is_new:
        audit.record(turn.session, member.id, "case_taken", turn.now, case.about)
    audit.record(turn.session, member.id, "case_read", turn.now, case.about)
    _put_in_hand(turn, case)
    return _said(turn, say.opened(case, _family_said(turn, case)), say.done_choice())


def _reply(turn: Turn, member: StaffMember, code: str, typed: str) -> Answer:
    """Words for the family of this very code, by the rules of the desk; what did not go is said so."""
    case = _case(turn, member, code)
    if case is None:
        return _said(turn, say.not_found())
    if not may_be_handled_in_chat(case):
        remember(turn.conversation, staff_case=None)
        return _said(turn, say.for_the_desk(case, turn.guide.home))
    try:
        # A message is answered once, in one transaction with what comes of it: the key need only differ from others.
        cases.reply(turn.session, case, member.id, typed, uuid.uuid4().hex, turn.now)
    except NotYours:
        remember(turn.conversation, staff_case=None)
        is_free = case.holder_id is None
        return _said(turn, say.take_first(case), take_choice(case)) if is_free else _not_theirs(turn, case)
    except IsClosed:
        remember(turn.conversation, staff_case=None)
        return _said(turn, say.is_closed(case, turn.guide.home))
    except NothingSaid:
        return _said(turn, say.nothing_said(case.code))
    except TooLong:
        return _said(turn, say.too_long(WORDS_LIMIT))
    audit.record(turn.session, member.id, "case_replied", turn.now, case.about)
    _put_in_hand(turn, case)
    return _said(turn, say.sent(case), say.done_choice())


def _not_theirs(turn: Turn, case: Case) -> Answer:
    return _said(turn, say.held_by_another(case))


def _code_alone(turn: Turn, member: StaffMember, text: str) -> Answer | None:
    """A code and nothing else: it is not taken by being looked at. One that is not for them may be their own family's."""
    case = _case(turn, member, text) if code_in(text) else None
    if case is None:
        return None
    if case.holder_id is None and case.is_open and may_be_handled_in_chat(case):
        return _said(turn, say.waits(case), take_choice(case))
    return _take(turn, member, case.code)


def _written_on(turn: Turn, member: StaffMember, text: str) -> Answer | None:
    """Words without a code: for the family of the case in hand. A word that works everywhere puts the case down."""
    in_hand = _in_hand(turn)
    if in_hand is None:
        return None
    code, since = in_hand
    if words.plain(text) == "selesai":
        remember(turn.conversation, staff_case=None)
        return _said(turn, say.put_down(code))
    if words.command_in(text) or turn.now - since > STILL_MEANT:
        remember(turn.conversation, staff_case=None)
        return None
    if turn.now - since > IN_HAND:
        remember(turn.conversation, staff_case=None)
        return _said(turn, say.not_sent(code), Choice(f"{TAKE}:{code}", "Buka"))
    return _reply(turn, member, code, text)


def _file_sent(turn: Turn) -> Answer | None:
    in_hand = _in_hand(turn)
    if in_hand is None or turn.now - in_hand[1] > IN_HAND:
        return None
    return _said(turn, say.files_at_the_desk(in_hand[0], turn.guide.home), say.done_choice())


def _case(turn: Turn, member: StaffMember, typed: str) -> Case | None:
    """The case, held; None where there is none that they may know of. Nobody is staff to what they write here themself."""
    try:
        case = case_desk.case(turn.session, scope_of_member(member), typed, to_change=True)
    except NotHere:
        return None
    return None if case.conversation_id == turn.conversation.id else case


def _family_said(turn: Turn, case: Case) -> list[str]:
    """What the family said last, oldest first."""
    told = [
        entry
        for entry in case_records.thread(turn.session, case.id)
        if entry.kind in ("words", "answer") and entry.detail not in KEPT_APART and (entry.sealed_text or entry.file_id)
    ]
    return [_line(turn, entry) for entry in told[-SHOWN_ENTRIES:]]


def _line(turn: Turn, entry: CaseEntry) -> str:
    try:
        told = readable(case_records.words_of(turn.session, entry))
    except CannotOpen:
        told = say.unreadable()
    cut = told if len(told) <= SHOWN_LETTERS else f"{told[:SHOWN_LETTERS].rstrip()}…"
    return say.line(entry.detail, cut, entry.file_id is not None)


def _in_hand(turn: Turn) -> tuple[str, datetime] | None:
    kept = turn.conversation.memory.get("staff_case")
    return (kept["code"], datetime.fromisoformat(kept["at"])) if kept else None


def _put_in_hand(turn: Turn, case: Case) -> None:
    remember(turn.conversation, staff_case={"code": case.code, "at": turn.now.isoformat()})


def _said(turn: Turn, text: str, *choices: Choice) -> Answer:
    """Said beside whatever of their own stands open in this chat."""
    return Answer(text, choices, turn.conversation.step)
