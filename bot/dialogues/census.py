"""`data saya`: what the village's register keeps of whoever writes, told with consent, shown, put right and taken back.

Consent comes first, then short questions that can each be skipped; nothing is kept before the last one is answered. What was
agreed in this conversation is changed here at once; what was agreed at the desk or on paper the desk is asked about, against
the legal clock (`centre.census_requests`). Nobody sees another's record that the desk keeps, whoever holds the telephone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date, timedelta
from typing import Any

from bot import words
from bot.booking_cards import shortened
from bot.census_phrases import CensusPhrases
from bot.census_reading import age_in, country_in, month_in, name_in
from bot.dialogues import guidance, welcome
from bot.drafts import number_in
from bot.turns import Answer, Turn, remember
from bot.understanding import Understood
from centre import areas, calendars, census, census_consents, census_reminders, census_requests, people
from centre.census import Entry
from centre.census_consents import BY_FAMILY, Given
from centre.census_records import CensusRecord, record_of
from centre.messages import Choice
from centre.people import KINDS, RELATIONS, Known, Person
from content import places

MEMORY = "census"
STALE = timedelta(hours=24)
STEP, NAME, AGE = "census", "census:name", "census:age"
COUNTRY, CONTRACT, PASSPORT, WRONG = "census:country", "census:contract", "census:passport", "census:wrong"
STEPS = (STEP, NAME, AGE, COUNTRY, CONTRACT, PASSPORT, WRONG)
ABROAD = ("prospective", "abroad")
"""Whom a country, a contract and a passport concern now."""
SHOWN = 6
USUAL_ZONE = "Asia/Jakarta"


@dataclass
class Draft:
    """What was told so far; it stands sealed in the conversation for a day, and in no record."""

    agreed: bool = False
    relation: str = ""
    person_id: int | None = None
    told: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """Questions that were answered or skipped."""
    asked_where: bool = False
    at: float = 0.0


def act(turn: Turn, rest: str) -> Answer:
    """`data saya`, and every button of it ("data:who:self")."""
    what, _, more = rest.partition(":")
    deeds: dict[str, Callable[[Turn, str], Answer]] = {
        "new": _begin_new,
        "yes": _agreed,
        "no": _not_agreed,
        "who": _who_chosen,
        "kind": lambda turn, more: _tell(turn, "kind", more if more in KINDS else ""),
        "sex": lambda turn, more: _tell(turn, "sex", more if more in ("f", "m") else ""),
        "remind": lambda turn, more: _tell(turn, "remind", more if more in (words.YES, words.NO) else ""),
        "skip": lambda turn, _more: _skipped(turn),
        "show": _show_chosen,
        "fix": _put_right,
        "out": _ask_withdraw,
        "out-yes": _withdraw,
    }
    return deeds[what](turn, more) if what in deeds else _begin(turn)


def is_under_way(turn: Turn) -> bool:
    """Has somebody agreed and not finished telling?"""
    draft = _draft(turn)
    return draft is not None and draft.agreed


def let_go(turn: Turn) -> None:
    """Forget what was told so far."""
    remember(turn.conversation, **{MEMORY: None})


def wants_number(turn: Turn) -> bool:
    """Is a number now an age, and not the number of a choice?"""
    return turn.conversation.step == AGE


def is_answer(turn: Turn, text: str) -> bool:
    """Is it a name, where one was asked for?"""
    return turn.conversation.step == NAME and name_in(text) is not None


def typed(turn: Turn, text: str, understood: Understood) -> Answer | None:
    """What was written at an open question; None where it is surely a question of its own."""
    step = turn.conversation.step
    if step == WRONG:
        return _what_is_wrong(turn, text)
    reads = {NAME: name_in, AGE: lambda text: age_in(text, turn.now.year), COUNTRY: country_in}
    reads |= dict.fromkeys((CONTRACT, PASSPORT), month_in)
    if step not in reads or not is_under_way(turn):
        return None
    is_question = understood.kind == "person" or (understood.kind in ("answer", "choices") and len(text.split()) > 3)
    told = reads[step](text)
    if told is not None and not (is_question and step == NAME):
        return _tell(turn, step.partition(":")[2], told)
    if is_question or understood.kind == "answer":
        return None
    return _once_more(turn, step)


def go_on(turn: Turn) -> Answer:
    """Ask for the first thing that is missing; after the last one, keep it."""
    draft = _draft(turn)
    if draft is None or not draft.agreed:
        return _begin(turn)
    for asks in (_ask_where, _ask_who, _ask_name, _ask_age, _ask_kind, _ask_sex, _ask_abroad, _ask_remind):
        if answer := asks(turn, draft):
            return answer
    return _keep(turn, draft)


def ask_wrong(turn: Turn) -> Answer:
    """What should be put right, once more."""
    return Answer(_say(turn).what_is_wrong(), (_skip(turn),), WRONG)


# Agreeing, and whose data


def _begin(turn: Turn) -> Answer:
    let_go(turn)
    held = _held(turn)
    if not held:
        return _begin_new(turn, "")
    if len(held) == 1:
        return _show(turn, held[0])
    say = _say(turn)
    rows = [Choice(f"data:show:{each.person.id}", shortened(each.person.name)) for each in held[:SHOWN]]
    return Answer(say.whose(), (*rows, Choice("data:new", say.label_add()), guidance.menu_choice(say)), STEP)


def _begin_new(turn: Turn, _more: str) -> Answer:
    let_go(turn)
    say = _say(turn)
    choices = (Choice("data:yes", say.label_agree()), Choice("data:no", say.label_disagree()))
    return Answer(f"{say.consent()}\n\n{say.consent_rights()}", choices, STEP)


def _agreed(turn: Turn, _more: str) -> Answer:
    _remember(turn, Draft(agreed=True))
    return go_on(turn)


def _not_agreed(turn: Turn, _more: str) -> Answer:
    let_go(turn)
    say = _say(turn)
    return Answer(say.not_agreed(), (guidance.menu_choice(say), guidance.person_choice(say)))


def _ask_where(turn: Turn, draft: Draft) -> Answer | None:
    """The village, once: its desk keeps the register."""
    if turn.conversation.village_id or draft.asked_where:
        return None
    draft.asked_where = True
    _remember(turn, draft)
    return welcome.choose_village(turn)


def _ask_who(turn: Turn, draft: Draft) -> Answer | None:
    if draft.relation or draft.person_id:
        return None
    say, known = _say(turn), people.behind(turn.session, turn.conversation)
    free = [each for each in known if record_of(turn.session, each.person.id) is None]
    rows = [Choice(f"data:who:{each.person.id}", shortened(each.person.name)) for each in free[:SHOWN]]
    if not any(each.relation == "self" for each in known):
        rows.append(Choice("data:who:self", say.label_myself()))
    rows += [Choice(f"data:who:{each}", say.label_relation(each)) for each in ("child", "spouse", "parent", "other")]
    return Answer(say.whose(), tuple(rows), STEP)


def _who_chosen(turn: Turn, more: str) -> Answer:
    draft = _draft(turn)
    if draft is None or not draft.agreed:
        return _begin(turn)
    known = people.named(turn.session, turn.conversation, number_in(more))
    if known and record_of(turn.session, known.person.id) is None:
        draft.person_id, draft.relation = known.person.id, known.relation
        draft.told["name"] = known.person.name
        draft.told |= {"kind": known.person.kind} if known.person.kind else {}
        if known.person.birth_year:
            draft.told["age"] = str(turn.now.year - known.person.birth_year)
    else:
        draft.relation = more if more in RELATIONS else "other"
    _remember(turn, draft)
    return _wait_for_parent(turn, draft) or go_on(turn)


# The questions


def _ask_name(turn: Turn, draft: Draft) -> Answer | None:
    if draft.told.get("name"):
        return None
    say = _say(turn)
    return Answer(say.what_name(), (guidance.menu_choice(say),), NAME)


def _ask_age(turn: Turn, draft: Draft) -> Answer | None:
    if not _is_open(draft, "age"):
        return None
    return Answer(_say(turn).how_old(draft.told["name"]), (_skip(turn),), AGE)


def _ask_kind(turn: Turn, draft: Draft) -> Answer | None:
    if not _is_open(draft, "kind") or _is_child(draft):
        return None
    say = _say(turn)
    rows = tuple(Choice(f"data:kind:{each}", say.label_kind(each)) for each in KINDS)
    return Answer(say.which_kind(draft.told["name"]), (*rows, _skip(turn)), STEP)


def _ask_sex(turn: Turn, draft: Draft) -> Answer | None:
    if not _is_open(draft, "sex"):
        return None
    say = _say(turn)
    rows = tuple(Choice(f"data:sex:{each}", say.label_sex(each)) for each in ("f", "m"))
    return Answer(say.which_sex(draft.told["name"]), (*rows, _skip(turn)), STEP)


def _ask_abroad(turn: Turn, draft: Draft) -> Answer | None:
    """Country, contract, passport: of those whom they concern."""
    if draft.told.get("kind") not in ABROAD or _is_child(draft):
        return None
    say = _say(turn)
    questions = {"country": say.which_country, "contract": say.contract_until, "passport": say.passport_until}
    if draft.told["kind"] == "prospective":
        del questions["contract"]
    for what, ask in questions.items():
        if _is_open(draft, what):
            return Answer(ask(), (_skip(turn),), f"census:{what}")
    return None


def _ask_remind(turn: Turn, draft: Draft) -> Answer | None:
    if not _is_open(draft, "remind") or not (draft.told.get("contract") or draft.told.get("passport")):
        return None
    say = _say(turn)
    yes, no = (f"data:remind:{each}" for each in (words.YES, words.NO))
    return Answer(say.may_remind(), (Choice(yes, say.label_yes()), Choice(no, say.label_no())), STEP)


def _tell(turn: Turn, what: str, told: str) -> Answer:
    """An answer; one that cannot be ours (an old button) leaves the question open."""
    draft = _draft(turn)
    if draft is None or not draft.agreed or not told:
        return go_on(turn)
    draft.told[what] = told
    draft.asked.append(what)
    _remember(turn, draft)
    return _wait_for_parent(turn, draft) or go_on(turn)


def _wait_for_parent(turn: Turn, draft: Draft) -> Answer | None:
    """Under eighteen a parent agrees and tells, whether the age was told now or is known from a booking."""
    if not _is_child(draft) or draft.relation == "child":
        return None
    let_go(turn)
    say = _say(turn)
    return Answer(say.parent_tells(), (guidance.menu_choice(say), guidance.person_choice(say)))


def _skipped(turn: Turn) -> Answer:
    """Not told: the question that is open is asked no more."""
    draft = _draft(turn)
    if draft is None or not draft.agreed:
        return _begin(turn)
    first = (
        (_ask_age, "age"),
        (_ask_kind, "kind"),
        (_ask_sex, "sex"),
    )
    what = next((name for asks, name in first if asks(turn, draft)), "")
    if not what and (abroad := _ask_abroad(turn, draft)):
        what = str(abroad.next_step).partition(":")[2]
    draft.asked.append(what or "remind")
    _remember(turn, draft)
    return go_on(turn)


def _once_more(turn: Turn, step: str) -> Answer:
    say = _say(turn)
    text = {NAME: say.name_invalid, AGE: say.age_invalid, COUNTRY: say.country_unknown}.get(step, say.date_invalid)()
    return Answer(text, (_skip(turn),) if step != NAME else (guidance.menu_choice(say),), step)


def _keep(turn: Turn, draft: Draft) -> Answer:
    """Everything was asked: now it is kept, with the consent that was given here."""
    say, session = _say(turn), turn.session
    village = areas.get(session, turn.conversation.village_id) if turn.conversation.village_id else None
    today = calendars.local(turn.now, village.time_zone if village else USUAL_ZONE).date()
    person = _behind(turn, draft.person_id)
    may_remind = draft.told.get("remind") == words.YES
    given = Given("chat", today, may_remind, _is_child(draft), turn.conversation.id)
    let_go(turn)
    if person and (record := record_of(session, person.id, to_change=True)):
        before = census.entry_of(person, record)
        census_consents.note(session, person.id, given, BY_FAMILY, turn.now, today, is_child=_is_child(draft))
        census.correct(session, person, _entry(draft, before, today), BY_FAMILY, turn.now, today)
    else:
        entry = _entry(draft, _known_already(person, draft), today)
        record = census.enter(
            session,
            entry,
            given,
            BY_FAMILY,
            turn.now,
            today,
            source="chat",
            village_id=turn.conversation.village_id,
            person=person,
        )
        person = session.get_one(Person, record.person_id)
        people.tie(session, person, turn.conversation, draft.relation or "other", turn.now)
    text = "\n\n".join((say.saved(person.name), *_near(turn, person, draft, today)))
    return Answer(text, (Choice(words.CENSUS, say.label_my_data()), guidance.menu_choice(say)))


def _near(turn: Turn, person: Person, draft: Draft, today: date) -> list[str]:
    """What we would have reminded of before now, had we known the date that was just told."""
    named = [what for what in ("passport", "contract") if draft.told.get(what)]
    near = census_reminders.told_now(turn.session, person, turn.conversation.id, named, turn.now, today)
    say = _say(turn)
    return [say.own_date(each.what, person.name, say.day(each.on)) for each in near]


def _known_already(person: Person | None, draft: Draft) -> Entry:
    if person is None:
        return Entry(draft.told["name"])
    return Entry(person.name, kind=person.kind, birth_year=person.birth_year, phone=person.phone or "")


def _entry(draft: Draft, before: Entry, today: date) -> Entry:
    """What was told, over what was known; of a child no more than may be kept."""
    told = draft.told
    if _is_child(draft):
        return Entry(told["name"], "family", sex=told.get("sex"), birth_year=today.year - int(told["age"]))
    entry = replace(
        before,
        name=told["name"],
        kind=told.get("kind") or before.kind,
        sex=told.get("sex") or before.sex,
        destination=told.get("country") or before.destination,
        contract_ends_on=_day_of(told.get("contract")) or before.contract_ends_on,
        passport_ends_on=_day_of(told.get("passport")) or before.passport_ends_on,
    )
    if "age" in draft.asked and told.get("age") and not before.facts.get("birth_date"):
        entry = replace(entry, birth_year=today.year - int(told["age"]))
    return entry


# What is held


def _show_chosen(turn: Turn, more: str) -> Answer:
    found = next((each for each in _held(turn) if each.person.id == number_in(more)), None)
    return _show(turn, found) if found else _begin(turn)


def _show(turn: Turn, known: Known) -> Answer:
    say, person = _say(turn), known.person
    record = record_of(turn.session, person.id)
    more = (Choice("data:new", say.label_add()), guidance.menu_choice(say))
    if record is None or not _may_see(turn, known, record):
        return Answer(say.only_themselves(person.name), more, STEP)
    lines = [say.held(person.name), *_lines(turn, person, record)]
    if not _agreed_here(turn, person):
        lines += ["", say.more_at_desk()]
    choices = (
        Choice(f"data:fix:{person.id}", say.label_correct()),
        Choice(f"data:out:{person.id}", say.label_withdraw()),
    )
    return Answer("\n".join(lines), (*choices, *more), STEP)


def _lines(turn: Turn, person: Person, record: CensusRecord) -> list[str]:
    say = _say(turn)
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


def _put_right(turn: Turn, more: str) -> Answer:
    """What was agreed here is asked anew; for what the desk keeps, the desk is asked."""
    known = _mine(turn, more)
    if known is None:
        return _begin(turn)
    person = known.person
    if not _agreed_here(turn, person):
        _remember(turn, Draft(person_id=person.id))
        return ask_wrong(turn)
    draft = Draft(agreed=True, relation=known.relation, person_id=person.id, asked_where=True)
    draft.told["name"] = person.name
    _remember(turn, draft)
    return go_on(turn)


def _what_is_wrong(turn: Turn, text: str) -> Answer | None:
    draft = _draft(turn)
    person = _behind(turn, draft.person_id) if draft else None
    let_go(turn)
    if person is None:
        return None
    return _ask_desk(turn, person, "correct", text)


def _ask_withdraw(turn: Turn, more: str) -> Answer:
    known = _mine(turn, more)
    if known is None:
        return _begin(turn)
    say = _say(turn)
    yes = Choice(f"data:out-yes:{known.person.id}", say.label_yes())
    return Answer(say.really_withdraw(known.person.name), (yes, Choice(words.CENSUS, say.label_no())), STEP)


def _withdraw(turn: Turn, more: str) -> Answer:
    """At once for what was agreed here; what also rests on a consent at the desk, the desk ends."""
    known = _mine(turn, more)
    if known is None:
        return _begin(turn)
    say, person = _say(turn), known.person
    name = person.name
    if census.take_back(turn.session, person, BY_FAMILY, turn.now, conversation_id=turn.conversation.id):
        return _ask_desk(turn, person, "stop", "")
    return Answer(say.withdrawn(name), (guidance.menu_choice(say), guidance.person_choice(say)))


def _ask_desk(turn: Turn, person: Person, wish: census_requests.Wish, text: str) -> Answer:
    say = _say(turn)
    census_requests.ask(turn.session, person.id, person.village_id, wish, "chat", BY_FAMILY, turn.now, words=text)
    return Answer(say.asked_desk(), (guidance.menu_choice(say), guidance.person_choice(say)))


def _held(turn: Turn) -> list[Known]:
    """Who behind this telephone is in the register."""
    known = people.behind(turn.session, turn.conversation)
    return [each for each in known if record_of(turn.session, each.person.id)]


def _mine(turn: Turn, more: str) -> Known | None:
    """Somebody of the register whose data may be changed from here; the number may come from an old or a forged button."""
    known = people.named(turn.session, turn.conversation, number_in(more))
    record = record_of(turn.session, known.person.id) if known else None
    return known if known and record and _may_see(turn, known, record) else None


def _may_see(turn: Turn, known: Known, record: CensusRecord) -> bool:
    """One's own, or what was told in this very conversation; nothing where the telephone is not safe."""
    return _agreed_here(turn, known.person) or (known.relation == "self" and record.phone_use != "unsafe")


def _agreed_here(turn: Turn, person: Person) -> bool:
    standing = census_consents.standing(turn.session, [person.id])
    return any(each.conversation_id == turn.conversation.id for each in standing)


def _behind(turn: Turn, person_id: int | None) -> Person | None:
    known = people.named(turn.session, turn.conversation, person_id) if person_id else None
    return known.person if known else None


# What was told so far


def _day_of(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None


def _is_child(draft: Draft) -> bool:
    age = draft.told.get("age")
    return age is not None and int(age) < people.OF_AGE


def _is_open(draft: Draft, what: str) -> bool:
    """Neither answered nor skipped; what was known before is not asked, unless it is being put right."""
    return what not in draft.asked and not draft.told.get(what)


def _skip(turn: Turn) -> Choice:
    return Choice("data:skip", turn.say.label_skip())


def _say(turn: Turn) -> CensusPhrases:
    return CensusPhrases(turn.say.language)


def _draft(turn: Turn) -> Draft | None:
    kept: dict[str, Any] | None = turn.conversation.memory.get(MEMORY)
    if kept is None or turn.now.timestamp() - kept["at"] > STALE.total_seconds():
        return None
    known = {each.name for each in fields(Draft)}
    return Draft(**{name: value for name, value in kept.items() if name in known})


def _remember(turn: Turn, draft: Draft) -> None:
    draft.at = turn.now.timestamp()
    remember(turn.conversation, **{MEMORY: asdict(draft)})
