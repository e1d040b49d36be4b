"""What a person may decide about the conversation itself: stop, start again, erase; and asking for a person."""

from __future__ import annotations

from bot.booking_phrases import BookingPhrases
from bot.case_phrases import CasePhrases
from bot.census_phrases import CensusPhrases
from bot.dialogues import guidance
from bot.phrases import Phrases
from bot.privacy_phrases import PrivacyPhrases
from bot.turns import Answer, Guide, Turn
from centre import areas, bookings, calendars, case_records, case_replies, census, erasure_receipts, people, retention
from centre.areas import Village
from centre.case_records import Case
from centre.messages import Choice

FORGET = "forget"
ALSO_HELPFUL = ("kp2mi", "kp2mi-wa", "kemlu")
"""Whom we name beside the village's own desk (codes of `content/contacts.yaml`)."""


def stop(turn: Turn) -> Answer:
    """`berhenti`: nothing more is sent unasked."""
    turn.conversation.stopped_at = turn.conversation.stopped_at or turn.now
    has_some = bookings.of_conversation(turn.session, turn.conversation.id, turn.now)
    also = f" {BookingPhrases(turn.say.language).stopped_bookings()}" if has_some else ""
    return Answer(f"{turn.say.stopped()}{also}", (_start_choice(turn),))


def is_stopped(turn: Turn) -> Answer:
    """Somebody who said `berhenti` writes again: the way back, and a person."""
    return Answer(turn.say.is_stopped(), (_start_choice(turn), guidance.person_choice(turn.say)))


def start(turn: Turn) -> Answer:
    """`mulai`: back again."""
    return start_with(turn, guidance.menu(turn.say, turn.guide))


def start_with(turn: Turn, following: Answer) -> Answer:
    """The same by a link that leads to `following`; only who had said `berhenti` is welcomed back."""
    was_stopped = turn.conversation.stopped_at is not None
    turn.conversation.stopped_at = None
    case = case_records.open_in(turn.session, turn.conversation.id) if turn.conversation.has_case else None
    if case:
        case_replies.say_at_last(turn.session, case, turn.now)
    text = f"{turn.say.started_again()}\n\n{following.text}" if was_stopped else following.text
    return Answer(text, following.choices, following.next_step)


def confirm_forget(turn: Turn) -> Answer:
    """`hapus`: one confirmation before everything goes."""
    yes = Choice("forget:yes", turn.say.label_yes_forget())
    no = Choice("forget:no", turn.say.label_no())
    case = case_records.open_in(turn.session, turn.conversation.id) if turn.conversation.has_case else None
    if case:
        return _confirm_with_case(turn, case)
    open_bookings = len(bookings.of_conversation(turn.session, turn.conversation.id, turn.now))
    also = f" {BookingPhrases(turn.say.language).forget_bookings(open_bookings)}" if open_bookings else ""
    return Answer(f"{turn.say.confirm_forget()}{also}", (yes, no), next_step=FORGET)


def forget(turn: Turn, word: str) -> Answer:
    """Erase everything held about this conversation (UU PDP 27/2022 art. 43), or nothing."""
    if word not in ("yes", "all", "keep") or turn.conversation.step != FORGET:
        return not_forgotten(turn) if word == "no" else confirm_forget(turn)
    case = case_records.open_in(turn.session, turn.conversation.id) if turn.conversation.has_case else None
    if case and word == "keep":
        retention.forget(turn.session, turn.conversation, turn.now, keep_case=True)
        kept = CasePhrases(turn.say.language).kept_case(case_records.shown(case.code))
        return Answer(f"{kept}\n{_receipt(turn)}")
    if case and word == "yes":
        return confirm_forget(turn)  # a button from before there was a case
    own = [known.person.id for known in people.behind(turn.session, turn.conversation) if known.relation == "self"]
    is_at_desk = bool(census.kept_by_desk(turn.session, own))
    retention.forget(turn.session, turn.conversation, turn.now)
    also = f" {CensusPhrases(turn.say.language).desk_was_asked()}" if is_at_desk else ""
    return Answer(f"{turn.say.forgotten(turn.conversation.channel)}{also}\n{_receipt(turn)}")


def _receipt(turn: Turn) -> str:
    code = erasure_receipts.make(turn.session, "conversation", turn.conversation.id, turn.now)
    return PrivacyPhrases(turn.say.language).receipt(code)


def _confirm_with_case(turn: Turn, case: Case) -> Answer:
    """What a case is kept for, and the choice: everything, or all but the case."""
    say = CasePhrases(turn.say.language)
    choices = (
        Choice("forget:all", say.label_forget_all(), say.title_forget_all()),
        Choice("forget:keep", say.label_keep_case(), say.title_keep_case()),
        Choice("forget:no", turn.say.label_no()),
    )
    return Answer(say.forget_with_case(case_records.shown(case.code)), choices, next_step=FORGET)


def not_forgotten(turn: Turn) -> Answer:
    """The person thought better of it."""
    return Answer(turn.say.not_forgotten(), (guidance.menu_choice(turn.say), guidance.person_choice(turn.say)))


def person(turn: Turn) -> Answer:
    """Where a human can be reached: the village's desk as far as it is filled in, and who else helps."""
    say = turn.say
    village = areas.get(turn.session, turn.conversation.village_id) if turn.conversation.village_id else None
    text = "\n\n".join((_desk(say, village, _week(turn, village)), others(say, turn.guide)))
    ask_village = () if village else (Choice("villages", say.label_village()),)
    return Answer(text, (*ask_village, guidance.menu_choice(say)))


def desk_unknown(say: Phrases, guide: Guide) -> str:
    """The same for somebody whose village is not known."""
    return "\n\n".join((_desk(say, None), others(say, guide)))


def others(say: Phrases, guide: Guide) -> str:
    """Who else helps, beside the desk."""
    known = guide.library.contacts
    rows = [f"- {guidance.contact_line(say, known[code])}" for code in ALSO_HELPFUL if code in known]
    return "\n".join((say.other_contacts(), *rows))


def _desk(say: Phrases, village: Village | None, week: str = "") -> str:
    if village is None:
        return say.person(say.centre_unnamed())
    known = (
        say.address(village.address) if village.address else "",
        say.opening_hours(hours) if (hours := village.hours or week) else "",
        say.contact(village.contacts) if village.contacts else "",
    )
    details = [line for line in known if line] or [say.not_filled_in()]
    return "\n".join((say.person(say.centre_named(village.name)), *details))


def _week(turn: Turn, village: Village | None) -> str:
    """The hours kept at the desk, day by day, where nobody wrote them down in words."""
    say = BookingPhrases(turn.say.language)
    hours = calendars.hours_of(turn.session, village.id) if village else ()
    return "; ".join(f"{say.weekday(each.weekday)} {each.opens:%H.%M}–{each.closes:%H.%M}" for each in hours)


def _start_choice(turn: Turn) -> Choice:
    return Choice("start", turn.say.label_start())
