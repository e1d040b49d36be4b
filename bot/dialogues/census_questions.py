"""The questions about one's own data: short, each can be skipped, and nothing is kept before the last one is answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bot import census_drafts as drafts
from bot import words
from bot.booking_cards import shortened
from bot.census_phrases import CensusPhrases
from bot.dialogues import census_held as held
from bot.dialogues import guidance, welcome
from bot.drafts import number_in
from bot.turns import Answer, Turn
from centre import areas, calendars, census, census_consents, census_reminders, people
from centre.census import Entry
from centre.census_consents import BY_FAMILY, Given
from centre.census_records import record_of
from centre.messages import Choice
from centre.people import KINDS, RELATIONS, Person

ABROAD = ("prospective", "abroad")
"""Whom a country, a contract and a passport concern now."""


def go_on(turn: Turn) -> Answer:
    """Ask for the first thing that is missing; after the last one, keep it."""
    draft = drafts.draft_of(turn)
    if draft is None or not draft.agreed:
        return held.begin(turn)
    for asks in (_ask_where, _ask_who, _ask_name, _ask_age, _ask_kind, _ask_sex, _ask_abroad, _ask_remind):
        if answer := asks(turn, draft):
            return answer
    return _keep(turn, draft)


def _ask_where(turn: Turn, draft: drafts.Draft) -> Answer | None:
    """The village, once: its desk keeps the register."""
    if turn.conversation.village_id or draft.asked_where:
        return None
    draft.asked_where = True
    drafts.keep(turn, draft)
    return welcome.choose_village(turn)


def _ask_who(turn: Turn, draft: drafts.Draft) -> Answer | None:
    if draft.relation or draft.person_id:
        return None
    say, known = CensusPhrases(turn.say.language), people.behind(turn.session, turn.conversation)
    free = [each for each in known if record_of(turn.session, each.person.id) is None]
    rows = [Choice(f"data:who:{each.person.id}", shortened(each.person.name)) for each in free[: held.SHOWN]]
    if not any(each.relation == "self" for each in known):
        rows.append(Choice("data:who:self", say.label_myself()))
    rows += [Choice(f"data:who:{each}", say.label_relation(each)) for each in ("child", "spouse", "parent", "other")]
    return Answer(say.whose(), tuple(rows), drafts.STEP)


def _ask_name(turn: Turn, draft: drafts.Draft) -> Answer | None:
    if draft.told.get("name"):
        return None
    say = CensusPhrases(turn.say.language)
    return Answer(say.what_name(), (guidance.menu_choice(say),), drafts.NAME)


def _ask_age(turn: Turn, draft: drafts.Draft) -> Answer | None:
    if not drafts.is_open(draft, "age"):
        return None
    return Answer(CensusPhrases(turn.say.language).how_old(draft.told["name"]), (skip(turn),), drafts.AGE)


def _ask_kind(turn: Turn, draft: drafts.Draft) -> Answer | None:
    if not drafts.is_open(draft, "kind") or drafts.is_child(draft):
        return None
    say = CensusPhrases(turn.say.language)
    rows = tuple(Choice(f"data:kind:{each}", say.label_kind(each)) for each in KINDS)
    return Answer(say.which_kind(draft.told["name"]), (*rows, skip(turn)), drafts.STEP)


def _ask_sex(turn: Turn, draft: drafts.Draft) -> Answer | None:
    if not drafts.is_open(draft, "sex"):
        return None
    say = CensusPhrases(turn.say.language)
    rows = tuple(Choice(f"data:sex:{each}", say.label_sex(each)) for each in ("f", "m"))
    return Answer(say.which_sex(draft.told["name"]), (*rows, skip(turn)), drafts.STEP)


def _ask_abroad(turn: Turn, draft: drafts.Draft) -> Answer | None:
    """Country, contract, passport: of those whom they concern."""
    if draft.told.get("kind") not in ABROAD or drafts.is_child(draft):
        return None
    say = CensusPhrases(turn.say.language)
    questions = {"country": say.which_country, "contract": say.contract_until, "passport": say.passport_until}
    if draft.told["kind"] == "prospective":
        del questions["contract"]
    for what, ask in questions.items():
        if drafts.is_open(draft, what):
            return Answer(ask(), (skip(turn),), f"census:{what}")
    return None


def _ask_remind(turn: Turn, draft: drafts.Draft) -> Answer | None:
    if not drafts.is_open(draft, "remind") or not (draft.told.get("contract") or draft.told.get("passport")):
        return None
    say = CensusPhrases(turn.say.language)
    yes, no = (f"data:remind:{each}" for each in (words.YES, words.NO))
    return Answer(say.may_remind(), (Choice(yes, say.label_yes()), Choice(no, say.label_no())), drafts.STEP)


def who_chosen(turn: Turn, more: str) -> Answer:
    """Whose data it is: somebody we know from a booking, or their place in the family."""
    draft = drafts.draft_of(turn)
    if draft is None or not draft.agreed:
        return held.begin(turn)
    known = people.named(turn.session, turn.conversation, number_in(more))
    if known and record_of(turn.session, known.person.id) is None:
        draft.person_id, draft.relation = known.person.id, known.relation
        draft.told["name"] = known.person.name
        draft.told |= {"kind": known.person.kind} if known.person.kind else {}
        if known.person.birth_year:
            draft.told["age"] = str(turn.now.year - known.person.birth_year)
    else:
        draft.relation = more if more in RELATIONS else "other"
    drafts.keep(turn, draft)
    return _wait_for_parent(turn, draft) or go_on(turn)


def tell(turn: Turn, what: str, told: str) -> Answer:
    """An answer; one that cannot be ours (an old button) leaves the question open."""
    draft = drafts.draft_of(turn)
    if draft is None or not draft.agreed or not told:
        return go_on(turn)
    draft.told[what] = told
    draft.asked.append(what)
    drafts.keep(turn, draft)
    return _wait_for_parent(turn, draft) or go_on(turn)


def _wait_for_parent(turn: Turn, draft: drafts.Draft) -> Answer | None:
    """Under eighteen a parent agrees and tells, whether the age was told now or is known from a booking."""
    if not drafts.is_child(draft) or draft.relation == "child":
        return None
    drafts.let_go(turn)
    say = CensusPhrases(turn.say.language)
    return Answer(say.parent_tells(), (guidance.menu_choice(say), guidance.person_choice(say)))


def skipped(turn: Turn) -> Answer:
    """Not told: the question that is open is asked no more."""
    draft = drafts.draft_of(turn)
    if draft is None or not draft.agreed:
        return held.begin(turn)
    first = ((_ask_age, "age"), (_ask_kind, "kind"), (_ask_sex, "sex"))
    what = next((name for asks, name in first if asks(turn, draft)), "")
    if not what and (abroad := _ask_abroad(turn, draft)):
        what = str(abroad.next_step).partition(":")[2]
    draft.asked.append(what or "remind")
    drafts.keep(turn, draft)
    return go_on(turn)


def once_more(turn: Turn, step: str) -> Answer:
    """The same question again, saying how it can be answered."""
    say = CensusPhrases(turn.say.language)
    unreadable = {drafts.NAME: say.name_invalid, drafts.AGE: say.age_invalid, drafts.COUNTRY: say.country_unknown}
    way_out = guidance.menu_choice(say) if step == drafts.NAME else skip(turn)
    return Answer(unreadable.get(step, say.date_invalid)(), (way_out,), step)


def skip(turn: Turn) -> Choice:
    """The button by which a question is left unanswered."""
    return Choice("data:skip", turn.say.label_skip())


def _keep(turn: Turn, draft: drafts.Draft) -> Answer:
    """Everything was asked: now it is kept, with the consent that was given here."""
    say, session = CensusPhrases(turn.say.language), turn.session
    village = areas.get(session, turn.conversation.village_id) if turn.conversation.village_id else None
    today = calendars.local(turn.now, areas.zone_of(village)).date()
    person = held.behind(turn, draft.person_id)
    may_remind = draft.told.get("remind") == words.YES
    given = Given("chat", today, may_remind, drafts.is_child(draft), turn.conversation.id)
    drafts.let_go(turn)
    if person and (record := record_of(session, person.id, to_change=True)):
        before = census.entry_of(person, record)
        census_consents.note(session, person.id, given, BY_FAMILY, turn.now, today, is_child=drafts.is_child(draft))
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


def _near(turn: Turn, person: Person, draft: drafts.Draft, today: date) -> list[str]:
    """What we would have reminded of before now, had we known the date that was just told."""
    named = [what for what in ("passport", "contract") if draft.told.get(what)]
    near = census_reminders.told_now(turn.session, person, turn.conversation.id, named, turn.now, today)
    say = CensusPhrases(turn.say.language)
    return [say.own_date(each.what, person.name, say.day(each.on)) for each in near]


def _known_already(person: Person | None, draft: drafts.Draft) -> Entry:
    if person is None:
        return Entry(draft.told["name"])
    return Entry(person.name, kind=person.kind, birth_year=person.birth_year, phone=person.phone or "")


def _entry(draft: drafts.Draft, before: Entry, today: date) -> Entry:
    """What was told, over what was known; of a child no more than may be kept."""
    told = draft.told
    if drafts.is_child(draft):
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


def _day_of(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None
