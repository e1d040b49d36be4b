"""What the village's register keeps of who is behind a telephone, shown to those alone who may see it.

Nobody sees another's record that the desk keeps, whoever holds the telephone.
"""

from __future__ import annotations

from bot import census_drafts as drafts
from bot.booking_cards import shortened
from bot.census_phrases import CensusPhrases
from bot.dialogues import guidance
from bot.drafts import number_in
from bot.turns import Answer, Turn
from centre import census_consents, people
from centre.census_records import CensusRecord, record_of
from centre.messages import Choice
from centre.people import Known, Person
from content import places

SHOWN = 6


def begin(turn: Turn) -> Answer:
    """What is held of them; who is not held is asked for consent."""
    drafts.let_go(turn)
    held = _held(turn)
    if not held:
        return begin_new(turn, "")
    if len(held) == 1:
        return _show(turn, held[0])
    say = CensusPhrases(turn.say.language)
    rows = [Choice(f"data:show:{each.person.id}", shortened(each.person.name)) for each in held[:SHOWN]]
    return Answer(say.whose(), (*rows, Choice("data:new", say.label_add()), guidance.menu_choice(say)), drafts.STEP)


def begin_new(turn: Turn, _more: str) -> Answer:
    """Consent, before anything is told."""
    drafts.let_go(turn)
    say = CensusPhrases(turn.say.language)
    choices = (Choice("data:yes", say.label_agree()), Choice("data:no", say.label_disagree()))
    return Answer(f"{say.consent()}\n\n{say.consent_rights()}", choices, drafts.STEP)


def show_chosen(turn: Turn, more: str) -> Answer:
    """The one of several who was chosen."""
    found = next((each for each in _held(turn) if each.person.id == number_in(more)), None)
    return _show(turn, found) if found else begin(turn)


def _show(turn: Turn, known: Known) -> Answer:
    say, person = CensusPhrases(turn.say.language), known.person
    record = record_of(turn.session, person.id)
    more = (Choice("data:new", say.label_add()), guidance.menu_choice(say))
    if record is None or not _may_see(turn, known, record):
        return Answer(say.only_themselves(person.name), more, drafts.STEP)
    lines = [say.held(person.name), *_lines(turn, person, record)]
    if not agreed_here(turn, person):
        lines += ["", say.more_at_desk()]
    choices = (
        Choice(f"data:fix:{person.id}", say.label_correct()),
        Choice(f"data:out:{person.id}", say.label_withdraw()),
    )
    return Answer("\n".join(lines), (*choices, *more), drafts.STEP)


def _lines(turn: Turn, person: Person, record: CensusRecord) -> list[str]:
    say = CensusPhrases(turn.say.language)
    dates = (
        (record.contract_ends_on, say.contract_line),
        (record.passport_ends_on, say.passport_line),
        (record.visa_ends_on, say.visa_line),
    )
    lines = [say.status_line(say.label_kind(person.kind))] if person.kind else []
    lines += [say.born_line(person.birth_year)] if person.birth_year else []
    lines += [say.country_line(places.name_of(record.destination).title())] if record.destination else []
    lines += [line(say.day(on)) for on, line in dates if on]
    lines += [say.reminded()] if census_consents.may_remind(turn.session, person.id) else []
    return [f"- {line}" for line in lines]


def has_somebody(turn: Turn) -> bool:
    """Is anybody behind this telephone in the register?"""
    return bool(_held(turn))


def _held(turn: Turn) -> list[Known]:
    """Who behind this telephone is in the register."""
    known = people.behind(turn.session, turn.conversation)
    return [each for each in known if record_of(turn.session, each.person.id)]


def mine(turn: Turn, more: str) -> Known | None:
    """Somebody of the register whose data may be changed from here; the number may come from an old or a forged button."""
    known = people.named(turn.session, turn.conversation, number_in(more))
    record = record_of(turn.session, known.person.id) if known else None
    return known if known and record and _may_see(turn, known, record) else None


def _may_see(turn: Turn, known: Known, record: CensusRecord) -> bool:
    """One's own, or what was told in this very conversation; nothing where the telephone is not safe."""
    return agreed_here(turn, known.person) or (known.relation == "self" and record.phone_use != "unsafe")


def agreed_here(turn: Turn, person: Person) -> bool:
    """Was their consent given in this very conversation?"""
    standing = census_consents.standing(turn.session, [person.id])
    return any(each.conversation_id == turn.conversation.id for each in standing)


def behind(turn: Turn, person_id: int | None) -> Person | None:
    """The person a draft is about, if they are still behind this telephone."""
    known = people.named(turn.session, turn.conversation, person_id) if person_id else None
    return known.person if known else None
