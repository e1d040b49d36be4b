"""The offer check: a family pastes or describes an offer of work, and hears which warning signs stand in it and why.

What an offer shows is `content.offers`; the company is looked up in the dated list of `centre.agencies`. The pasted text is not
kept here and not repeated: only the table's own wording of a sign, the list's own name of a company, and amounts are shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot import check_reading
from bot.check_cards import next_step, row_line, say_of, sign_line
from bot.check_phrases import CheckPhrases
from bot.dialogues import guidance
from bot.turns import Answer, Turn
from bot.understanding import Understood
from centre import agencies
from centre.agencies import Agency, Named, Status
from content import offers
from content.amounts import Amount, written
from content.offers import Offer
from content.warning_signs import Outcome, row_of

STEP = "offer"
COMPANIES_SHOWN = 2
SHORTEST = 3
"""Words from which something can be an offer at all."""
LONGEST_QUESTION = 10
"""A message of no more words that asks for an article is a question, also where an offer is waited for."""


def begin(turn: Turn, _rest: str = "") -> Answer:
    """Ask for the offer."""
    return Answer(say_of(turn).paste_offer(), (guidance.menu_choice(turn.say),), next_step=STEP)


def typed(turn: Turn, text: str, understood: Understood) -> Answer | None:
    """An offer that was asked for, brought with "cek lowongan", or plainly pasted; None for everything else."""
    meant = check_reading.offer_meant(text)
    if meant is not None:
        return check(turn, meant) if meant else begin(turn)
    if turn.conversation.step == STEP and not _is_question(text, understood):
        return check(turn, text)
    return check(turn, text) if offers.is_advertisement(text) else None


def is_advertisement(text: str) -> bool:
    """Is this plainly pasted, whosever words they are: never a tale of what happened to its sender?"""
    return offers.is_advertisement(text)


def is_offer(turn: Turn, text: str) -> bool:
    """Is this so much of an offer, where one is waited for, that a faint doubt about danger need not be asked?"""
    is_awaited = turn.conversation.step == STEP or check_reading.offer_meant(text) is not None
    return is_awaited and len(offers.kinds_of_marks(text)) > 1


def check(turn: Turn, text: str) -> Answer:
    """What stands in an offer, and the next safe step."""
    if len(text.split()) < SHORTEST:
        return Answer(say_of(turn).offer_unreadable(), (guidance.menu_choice(turn.say),), next_step=STEP)
    offer, companies = offers.read(text), agencies.named_in(turn.session, text)[:COMPANIES_SHOWN]
    outcome: Outcome = "signs" if _has_none_in_force(turn, companies) else offer.outcome
    say = say_of(turn)
    parts = (_signs(turn, offer, outcome), *_noted(turn, offer), _companies(turn, companies), next_step(turn, outcome))
    choices = (guidance.person_choice(turn.say), guidance.interview_choice(say), guidance.menu_choice(turn.say))
    return Answer("\n\n".join(part for part in parts if part), choices)


def _is_question(text: str, understood: Understood) -> bool:
    """Something asked on the way: short, and there is an answer to it or nothing that an offer has."""
    if understood.kind in ("person", "chitchat"):
        return True
    is_short = len(text.split()) <= LONGEST_QUESTION
    return is_short and understood.kind == "answer" and not offers.read(text).signs


def _signs(turn: Turn, offer: Offer, outcome: Outcome) -> str:
    say = say_of(turn)
    lines = (sign_line(say, row_of(seen.code), turn.now.date(), seen.wording) for seen in offer.signs)
    return "\n".join((say.outcome(outcome), *lines))


def _noted(turn: Turn, offer: Offer) -> Iterator[str]:
    """What is on record of the country and of what is asked for, and what the offer does not tell."""
    say, today = say_of(turn), turn.now.date()
    if offer.destinations:
        yield "\n".join((say.destination(), *(row_line(say, row, today) for row in offer.destinations)))
    if offer.charge.charged != "nothing":
        asked = say.charge(offer.charge.charged, _listed(offer.charge.asked))
        yield "\n".join((asked, *(row_line(say, row, today) for row in offer.charge.rows)))
    if offer.missing:
        yield say.missing(list(offer.missing))


def _listed(asked: Sequence[Amount]) -> str:
    """ "Rp 4.500.000, MYR 500"."""
    signs = {"IDR": "Rp", "TWD": "NT$", "HKD": "HK$", "SGD": "S$", "MYR": "RM"}
    return ", ".join(f"{signs.get(each.currency, each.currency)} {written(each.number)}" for each in asked)


def _companies(turn: Turn, companies: Sequence[Named]) -> str:
    """What the list says of the companies that the offer names."""
    if not companies:
        return ""
    say = say_of(turn)
    if not companies[0].lookup.has_list:
        return say.no_list()
    old = [say.list_is_old()] if companies[0].lookup.is_old(turn.now.date()) else []
    return "\n".join(dict.fromkeys((*(_company(turn, say, named) for named in companies), *old)))


def _company(turn: Turn, say: CheckPhrases, named: Named) -> str:
    lookup = named.lookup
    assert lookup.dated, "a list has its date"
    if lookup.exact:
        name = lookup.exact[0].name
        is_good = not _is_out_of_force(turn, lookup.exact)
        return say.on_the_list(name, lookup.dated) if is_good else say.out_of_force(name, lookup.dated)
    if lookup.near:
        return say.alike(", ".join(each.name for each in lookup.near), lookup.dated)
    return say.not_on_the_list(lookup.dated)


def _has_none_in_force(turn: Turn, companies: Sequence[Named]) -> bool:
    """Does the offer name a company whose licence is not in force?"""
    return any(named.lookup.exact and _is_out_of_force(turn, named.lookup.exact) for named in companies)


def _is_out_of_force(turn: Turn, found: Sequence[Agency]) -> bool:
    return all(agency.standing(turn.now.date()) is not Status.ACTIVE for agency in found)
