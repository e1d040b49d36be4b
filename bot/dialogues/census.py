"""`data saya`: what the village's register keeps of whoever writes, told with consent, shown, put right and taken back.

Consent comes first, then the questions (`bot.dialogues.census_questions`). What was agreed in this conversation is changed here
at once; what was agreed at the desk or on paper the desk is asked about, against the legal clock (`centre.census_requests`).
"""

from __future__ import annotations

from collections.abc import Callable

from bot import census_drafts as drafts
from bot import words
from bot.census_phrases import CensusPhrases
from bot.census_reading import age_in, country_in, month_in, name_in
from bot.dialogues import census_held as held
from bot.dialogues import census_questions as questions
from bot.dialogues import guidance
from bot.privacy_phrases import PrivacyPhrases
from bot.turns import Answer, Turn
from bot.understanding import Understood
from centre import census, census_requests, erasure_receipts
from centre.census_consents import BY_FAMILY
from centre.messages import Choice
from centre.people import KINDS, Person


def act(turn: Turn, rest: str) -> Answer:
    """`data saya`, and every button of it ("data:who:self")."""
    what, _, more = rest.partition(":")
    deeds: dict[str, Callable[[Turn, str], Answer]] = {
        "new": held.begin_new,
        "yes": _agreed,
        "no": _not_agreed,
        "who": questions.who_chosen,
        "kind": lambda turn, more: questions.tell(turn, "kind", more if more in KINDS else ""),
        "sex": lambda turn, more: questions.tell(turn, "sex", more if more in ("f", "m") else ""),
        "remind": lambda turn, more: questions.tell(turn, "remind", more if more in (words.YES, words.NO) else ""),
        "skip": lambda turn, _more: questions.skipped(turn),
        "show": held.show_chosen,
        "fix": _put_right,
        "out": _ask_withdraw,
        "out-yes": _withdraw,
    }
    return deeds[what](turn, more) if what in deeds else held.begin(turn)


def knows_somebody(turn: Turn) -> bool:
    """Is anybody behind this telephone in the register?"""
    return held.has_somebody(turn)


def is_under_way(turn: Turn) -> bool:
    """Has somebody agreed and not finished telling?"""
    draft = drafts.draft_of(turn)
    return draft is not None and draft.agreed


def wants_number(turn: Turn) -> bool:
    """Is a number now an age, and not the number of a choice?"""
    return turn.conversation.step == drafts.AGE


def is_answer(turn: Turn, text: str) -> bool:
    """Is it a name, where one was asked for?"""
    return turn.conversation.step == drafts.NAME and name_in(text) is not None


def typed(turn: Turn, text: str, understood: Understood) -> Answer | None:
    """What was written at an open question; None where it is surely a question of its own."""
    step = turn.conversation.step
    if step == drafts.WRONG:
        return _what_is_wrong(turn, text)
    reads = {drafts.NAME: name_in, drafts.AGE: lambda text: age_in(text, turn.now.year), drafts.COUNTRY: country_in}
    reads |= dict.fromkeys((drafts.CONTRACT, drafts.PASSPORT), month_in)
    if step not in reads or not is_under_way(turn):
        return None
    is_question = understood.kind == "person" or (understood.kind in ("answer", "choices") and len(text.split()) > 3)
    told = reads[step](text)
    if told is not None and not (is_question and step == drafts.NAME):
        return questions.tell(turn, step.partition(":")[2], told)
    if is_question or understood.kind == "answer":
        return None
    return questions.once_more(turn, step)


def ask_wrong(turn: Turn) -> Answer:
    """What should be put right, once more."""
    return Answer(CensusPhrases(turn.say.language).what_is_wrong(), (questions.skip(turn),), drafts.WRONG)


# Agreeing, and whose data


def _agreed(turn: Turn, _more: str) -> Answer:
    drafts.keep(turn, drafts.Draft(agreed=True))
    return questions.go_on(turn)


def _not_agreed(turn: Turn, _more: str) -> Answer:
    drafts.let_go(turn)
    say = CensusPhrases(turn.say.language)
    return Answer(say.not_agreed(), (guidance.menu_choice(say), guidance.person_choice(say)))


def _put_right(turn: Turn, more: str) -> Answer:
    """What was agreed here is asked anew; for what the desk keeps, the desk is asked."""
    known = held.mine(turn, more)
    if known is None:
        return held.begin(turn)
    person = known.person
    if not held.agreed_here(turn, person):
        drafts.keep(turn, drafts.Draft(person_id=person.id))
        return ask_wrong(turn)
    draft = drafts.Draft(agreed=True, relation=known.relation, person_id=person.id, asked_where=True)
    draft.told["name"] = person.name
    drafts.keep(turn, draft)
    return questions.go_on(turn)


def _what_is_wrong(turn: Turn, text: str) -> Answer | None:
    draft = drafts.draft_of(turn)
    person = held.behind(turn, draft.person_id) if draft else None
    drafts.let_go(turn)
    if person is None:
        return None
    return _ask_desk(turn, person, "correct", text)


def _ask_withdraw(turn: Turn, more: str) -> Answer:
    known = held.mine(turn, more)
    if known is None:
        return held.begin(turn)
    say = CensusPhrases(turn.say.language)
    yes = Choice(f"data:out-yes:{known.person.id}", say.label_yes())
    return Answer(say.really_withdraw(known.person.name), (yes, Choice(words.CENSUS, say.label_no())), drafts.STEP)


def _withdraw(turn: Turn, more: str) -> Answer:
    """At once for what was agreed here; what also rests on a consent at the desk, the desk ends."""
    known = held.mine(turn, more)
    if known is None:
        return held.begin(turn)
    say, person = CensusPhrases(turn.say.language), known.person
    name = person.name
    if census.take_back(turn.session, person, BY_FAMILY, turn.now, conversation_id=turn.conversation.id):
        return _ask_desk(turn, person, "stop", "")
    code = erasure_receipts.make(turn.session, "register", person.id, turn.now)
    told = f"{say.withdrawn(name)}\n{PrivacyPhrases(say.language).receipt(code)}"
    return Answer(told, (guidance.menu_choice(say), guidance.person_choice(say)))


def _ask_desk(turn: Turn, person: Person, wish: census_requests.Wish, text: str) -> Answer:
    say = CensusPhrases(turn.say.language)
    census_requests.ask(turn.session, person.id, person.village_id, wish, "chat", BY_FAMILY, turn.now, words=text)
    return Answer(say.asked_desk(), (guidance.menu_choice(say), guidance.person_choice(say)))
