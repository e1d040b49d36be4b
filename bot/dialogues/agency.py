"""Is this recruiter on the list of those with a licence? The answer names the list's date and where to check, and never "aman".

A name that is merely alike is asked about, not answered: a false recruiter chooses a name like that of a true one.
"""

from __future__ import annotations

import re

from bot import agency_asking
from bot.agency_asking import Asked
from bot.agency_phrases import AgencyPhrases
from bot.dialogues import guidance
from bot.turns import Answer, Turn
from bot.understanding import Understood
from centre import agencies
from centre.agencies import Agency, Lookup, Named, Status
from centre.messages import LABEL_LIMIT, TITLE_LIMIT, Choice

STEP = "agency"
CHECK = "cek"
NONE = "no"
OFFICIAL = "siskop2mi"
"""The ministry's own list (code of `content/contacts.yaml`)."""
HOW_TO = "cek-p3mi-dan-lowongan"
"""The article on how to check oneself."""
LEGAL_FORM = re.compile(r"^PT\b\.?\s*", re.IGNORECASE)
NAME_WORDS, NAME_LETTERS = 7, 60
"""What may be a company's name at our question, and how much of one is said again."""


def begin(turn: Turn, rest: str = "") -> Answer:
    """`cek`: which company? With a number (`rest`: an agency of our list), what the list says of it."""
    if rest:
        return _chosen(turn, rest)
    say = _say(turn)
    if agencies.newest(turn.session) is None:
        return Answer(_paragraphs(say.no_list_to_ask(), _how_to_check(turn)), _ways_on(turn))
    return Answer(say.which_agency(), (guidance.menu_choice(say),), next_step=STEP)


def heard(turn: Turn, text: str, understood: Understood) -> Answer | None:
    """The answer to a message that asks about a recruiter by name, or names one at our question; None for all others."""
    asked = agency_asking.asked_in(text)
    if asked and (said := _asked(turn, asked)):
        return said
    return _name_typed(turn, text, understood) if turn.conversation.step == STEP else None


def _asked(turn: Turn, asked: Asked) -> Answer | None:
    if not asked.about:
        return begin(turn)
    named = agencies.named_in(turn.session, asked.about, surely=True)
    sure = [each for each in named if asked.is_told or _is_surely_name(each)]
    return _answer(turn, sure[0]) if sure else None


def _name_typed(turn: Turn, text: str, understood: Understood) -> Answer | None:
    """The name we asked for. A question is one all the same, unless it names a company of the list."""
    if named := agencies.named_in(turn.session, text, surely=True):
        return _answer(turn, named[0])
    if "?" in text or len(text.split()) > NAME_WORDS:
        return None
    found = agencies.look_up(turn.session, text)
    is_question = understood.kind in ("answer", "person", "chitchat") and not found.exact
    return None if is_question else _answer(turn, Named(text, found))


def _is_surely_name(named: Named) -> bool:
    """Nothing but small letters that no list knows may be any word after "PT"."""
    is_known = named.lookup.exact or named.lookup.near
    return bool(is_known) or len(named.written.split()) > 1 or named.written[:1].isupper()


def _chosen(turn: Turn, rest: str) -> Answer:
    """One of the names that we offered, perhaps a while ago: what the newest list says of it now."""
    if rest == NONE:
        return _not_listed(turn, None, agencies.look_up(turn.session, ""))
    number = rest.partition(":")[0]
    agency = agencies.get(turn.session, int(number) if number.isdecimal() else 0)
    if agency is None:
        return begin(turn)
    found = agencies.look_up(turn.session, agency.name)
    return _listed(turn, found) if found.exact else _answer(turn, Named(agency.name, found))


def _answer(turn: Turn, named: Named) -> Answer:
    found = named.lookup
    if not found.has_list:
        return Answer(_paragraphs(_say(turn).no_list(), _how_to_check(turn)), _ways_on(turn))
    if found.exact:
        return _listed(turn, found)
    return _which(turn, found) if found.near else _not_listed(turn, named.written, found)


def _listed(turn: Turn, found: Lookup) -> Answer:
    """On the list under this name: as what, until when, according to which list, and what that does not prove."""
    say, today = _say(turn), turn.now.date()
    is_active = all(agency.standing(today) is Status.ACTIVE for agency in found.exact)
    meaning = f"{say.no_proof()} {say.do_not_pay()}" if is_active else f"{say.do_not_pay()} {say.ask_office()}"
    text = _paragraphs(
        *(_entry(turn, agency, found) for agency in found.exact),
        _worth(turn, found),
        f"{meaning}\n{say.check_there(_official(turn))}",
        say.alike_too() if found.near else "",
    )
    return Answer(text, (*(_choice(agency) for agency in found.near), *_ways_on(turn)))


def _which(turn: Turn, found: Lookup) -> Answer:
    """Only alike: nothing is said of anybody before the person has chosen."""
    say = _say(turn)
    assert found.dated is not None
    none = Choice(f"{CHECK}:{NONE}", say.label_none())
    if len(found.near) == 1:
        asked = say.do_you_mean_this(found.near[0].name, found.dated)
        yes = Choice(f"{CHECK}:{found.near[0].id}:yes", *_labels(found.near[0]))
        return Answer(asked, (yes, none, guidance.menu_choice(say)), next_step=STEP)
    choices = (*(_choice(agency) for agency in found.near), none, guidance.menu_choice(say))
    return Answer(say.do_you_mean(found.dated), choices, next_step=STEP)


def _not_listed(turn: Turn, written: str | None, found: Lookup) -> Answer:
    """Not on the list, which does not prove anything either. The next message may be another name."""
    say = _say(turn)
    if found.dated is None:
        return begin(turn)
    name = f"“{shortened(written)}”" if written else say.that_name()
    text = _paragraphs(
        f"{say.not_listed(name, found.dated)} {say.not_listed_meaning()}",
        f"{say.do_not_pay()} {say.ask_office()}\n{say.check_there(_official(turn))}",
        _worth(turn, found),
        say.write_again(),
    )
    return Answer(text, _ways_on(turn), next_step=STEP)


def _check_choice(turn: Turn) -> Choice:
    """To the check of another name."""
    return Choice(CHECK, _say(turn).label_check_another(), _say(turn).title_check())


def shortened(written: str) -> str:
    """A name as it was typed, cut where it is longer than a name."""
    return written if len(written) <= NAME_LETTERS else f"{written[: NAME_LETTERS - 1].rstrip()}…"


def _entry(turn: Turn, agency: Agency, found: Lookup) -> str:
    """What the list says of one licence, a line each."""
    say = _say(turn)
    assert found.dated is not None
    standing = agency.standing(turn.now.date())
    is_active = standing is Status.ACTIVE
    first = say.listed(agency.name, found.dated)
    lines = [first if is_active else say.listed_otherwise(agency.name, standing, found.dated)]
    lines += [say.licence_line(agency.licence)] if agency.licence else []
    if agency.valid_until and standing is Status.EXPIRED:
        lines.append(say.was_valid_until(agency.valid_until))
    elif is_active:
        lines.append(say.valid_until(agency.valid_until) if agency.valid_until else say.no_end_given())
    where = ", ".join(part for part in (agency.city, agency.province) if part)
    return "\n".join([*lines, *([say.seat(where)] if where else [])])


def _worth(turn: Turn, found: Lookup) -> str:
    """How far to trust the list: whose it is, and whether it is old."""
    say = _say(turn)
    old = f" {say.is_old()}" if found.is_old(turn.now.date()) else ""
    return f"{say.from_source(found.source)}{old}"


def _how_to_check(turn: Turn) -> str:
    say = _say(turn)
    return _paragraphs(say.how_to_check(_official(turn)), say.do_not_pay())


def _official(turn: Turn) -> str:
    return guidance.contact_named(turn.say, turn.guide, OFFICIAL)


def _ways_on(turn: Turn) -> tuple[Choice, ...]:
    say = _say(turn)
    article = turn.guide.library.article(HOW_TO, say.language)
    how = (Choice(f"art:{HOW_TO}", article.label[:LABEL_LIMIT], article.title),) if article else ()
    offer = Choice("offer", say.label_offer())
    return (offer, _check_choice(turn), *how, guidance.person_choice(say), guidance.menu_choice(say))


def _choice(agency: Agency) -> Choice:
    return Choice(f"{CHECK}:{agency.id}", *_labels(agency))


def _labels(agency: Agency) -> tuple[str, str]:
    """A button's label, with as much of the name as goes in, and the whole name, told apart from others by the city."""
    full = f"{agency.name}, {agency.city}" if agency.city else agency.name
    return LEGAL_FORM.sub("", agency.name)[:LABEL_LIMIT].rstrip(), full[:TITLE_LIMIT].rstrip()


def _say(turn: Turn) -> AgencyPhrases:
    return AgencyPhrases(turn.say.language)


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)
