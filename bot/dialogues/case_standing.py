"""Where a case stands, told on its own telephone or, with its code and PIN, on another."""

from __future__ import annotations

from bot.dialogues import case_at_hand as at_hand
from bot.dialogues import guidance, read_along
from bot.turns import Answer, Turn, remember
from centre import case_alerts, case_records, case_rules, case_safety, cases
from centre.case_records import Case
from centre.case_rules import AnotherIsOpen
from centre.messages import Choice
from centre.staff import StaffMember


def status(turn: Turn, _rest: str = "") -> Answer:
    """`kasus saya`: who has it, and until when an answer is due."""
    case = at_hand.of(turn) or case_safety.latest_of(turn.session, turn.conversation.id)
    if case and case_rules.is_not_for(case, turn.conversation.channel):
        return read_along.not_here(turn)
    if case is None:
        return Answer(at_hand.say(turn).none_open(), (guidance.person_choice(turn.say), guidance.menu_choice(turn.say)))
    return where_it_stands(turn, case, may_write=case.is_open)


def code_typed(turn: Turn, text: str) -> Answer | None:
    """A case's code, alone or with its PIN after it; None for anything else."""
    first, _, last = text.strip().rpartition(" ")
    if last.isdecimal() and len(last) == 6 and case_records.code_in(first):
        return _opened_by(turn, first, last)
    code = case_records.code_in(text)
    if code is None:
        return None
    remember(turn.conversation, case_code=code)
    return Answer(at_hand.say(turn).ask_pin(), next_step=at_hand.PIN)


def move_here(turn: Turn, rest: str) -> Answer:
    """Who knew the PIN goes on from this telephone (`rest`: the code)."""
    case = case_records.by_code(turn.session, rest)
    if case is None or turn.conversation.memory.get("case_opened") != case.code:
        return status(turn)
    if case_rules.is_not_for(case, turn.conversation.channel):
        return read_along.not_here(turn)
    try:
        cases.move_here(turn.session, case, turn.conversation, turn.now)
    except AnotherIsOpen:
        return Answer(at_hand.say(turn).another_is_open())
    return Answer(at_hand.say(turn).moved_here())


def finished(turn: Turn, case: Case) -> Answer:
    """All is asked: number and PIN, who has it, until when; for a telephone that is not safe, how to leave no trace."""
    say = at_hand.say(turn)
    code, pin = case_records.shown(case.code), case_records.pin_of(turn.session, case)
    number = say.opened(code) if read_along.is_exposed(turn) else say.summary(code, pin)  # others would have the PIN
    lines = [number, *_standing(turn, case)]
    wipes = (Choice("case-wipe", say.label_wipe()),) if not case.is_safe else ()
    return Answer("\n".join(lines), wipes)


def where_it_stands(turn: Turn, case: Case, *, may_write: bool) -> Answer:
    """Its number, who has it, and until when an answer is due; whether to write on where that is possible here."""
    lines = [at_hand.say(turn).opened(case_records.shown(case.code)), *_standing(turn, case)]
    shown = lines if may_write else lines[:-1] if case.is_open else lines
    return Answer("\n".join(shown), ())


def _standing(turn: Turn, case: Case) -> list[str]:
    """Who has it, until when an answer is due, and what to do now."""
    say = at_hand.say(turn)
    if not case.is_open:
        return [say.is_closed()]
    lines = [say.who_reads(_who_reads(turn, case))]
    if case.awaits == "family":
        lines.append(say.your_turn())
    elif case.due_at and case.due_at < turn.now:
        lines.append(say.answer_late() if case_alerts.was_heard(turn.session, case) else say.late_alone())
    elif case.is_urgent and cases.has_somebody(turn.session, case):
        lines.append(say.urgent_now())
    elif case.due_at:
        lines.append(say.answer_due(case.due_at, case_rules.zone_of(turn.session, case)))
    return [*lines, say.write_here()]


def _who_reads(turn: Turn, case: Case) -> str:
    say = at_hand.say(turn)
    holder = turn.session.get(StaffMember, case.holder_id) if case.holder_id else None
    if holder:
        return say.held_by(holder.name)
    if case.is_restricted:
        return say.specialists()
    if case.bypasses_village:
        return say.regency_only()
    village = case_rules.home_of(turn.session, case)
    return say.desk_of(village.name) if village else say.coordinators()


def _opened_by(turn: Turn, code: str, pin: str) -> Answer:
    try:
        case = case_safety.by_code_and_pin(turn.session, turn.conversation, code, pin, turn.now)
    except case_safety.CodeTriedTooOften:
        return Answer(at_hand.say(turn).pin_tomorrow(), (guidance.person_choice(turn.say),))
    except case_safety.TooManyTries:
        return Answer(at_hand.say(turn).pin_later())
    if case is None:
        return Answer(at_hand.say(turn).pin_wrong())
    if case_rules.is_not_for(case, turn.conversation.channel):
        return read_along.not_here(turn)
    remember(turn.conversation, case_code=None, case_opened=case.code)
    shown = where_it_stands(turn, case, may_write=False)
    if not case.is_open or case.conversation_id == turn.conversation.id:
        return shown
    return Answer(shown.text, (Choice(f"case-here:{case.code}", at_hand.say(turn).label_here()),))


def pin_typed(turn: Turn, text: str) -> Answer | None:
    """The PIN of a code that was typed before."""
    code = turn.conversation.memory.get("case_code")
    digits = "".join(char for char in text if char.isdecimal())
    return _opened_by(turn, str(code), digits) if code and digits else None
