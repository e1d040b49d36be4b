"""What a family is asked once there is a case: what happened, then whether it is safe to write, and under which name.

One question at a time, each can be skipped; an answer may come in whatever words.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

from bot import wishes, words
from bot.dialogues import case_at_hand as at_hand
from bot.dialogues import case_standing as standing
from bot.dialogues import read_along, welcome
from bot.turns import Answer, Turn, remember, under
from centre import areas, case_records, case_safety, cases
from centre.case_records import CATEGORIES, HOURS, Case, Category
from centre.messages import LIMITS, Choice
from content.danger import look as danger_in

_HOLDERS = """
    hanya cuma cuman mung doang aja saja sendiri dewek piyambak nyalira only just me myself my mine
    saya aku ku kula abdi kuring tiang i sy gue
    suami istri bojo salaki pamajikan suaminya ibu bapak emak mama inaq amaq ayah anak anaknya kakak adik keluarga teman
    mertua nenek kakek paman bibi husband wife mother father
    yang sing nu saq who juga ugo oge too kadang sometimes bareng dan sareng and dengan with semua
    pegang megang dipegang nyekel nyepeng punya bawa pakai pake holds has uses hp hape handphone telepon ponsel phone ini niki
    ieu pagi siang sore malam jam kapan sembarang anytime
"""
HOLDERS = frozenset(_HOLDERS.split())
"""Words of which plain answers are made to who holds the telephone, and when."""
REFUSING = wishes.NO | {"usah", "perlu", "susah", "skip", "lewat", "lewati", "lewatin", "nanti"}
"""No cover word wanted: nothing that somebody writes in passing may hide the talk later."""
NAME_WORDS = 3
CONSENT_WORDS = 5
SAFE = frozenset({"aman", "boleh", "silakan", "silahkan", "bisa", "safe", "sure", "oke", "ok"})
UNSAFE = frozenset({"jangan", "kurang", "bahaya", "takut", "unsafe", "nanti", "later", "ojo", "ulah", "ndaq"})
SAFETY = ("safe", "sharing", "hours", "cover", "name")
"""Asked for every problem, after its own questions."""
LISTED: tuple[Category, ...] = tuple(each for each in CATEGORIES if each != "trafficking")
"""What a family may choose; staff tell trafficking from violence."""


def begin(turn: Turn, _rest: str = "") -> Answer:
    """`petugas`, "laporkan masalah": what is wrong? Who has an open case is told where it stands, and writes on."""
    case = at_hand.of(turn)
    if read_along.case_refused(turn):
        return read_along.not_here(turn)
    if case:
        remember(turn.conversation, with_bot=None)
        return go_on(turn) if next_question(turn, case) else standing.where_it_stands(turn, case, may_write=True)
    return Answer(at_hand.say(turn).what_is_wrong(), categories(turn), at_hand.STEP)


def is_plain_answer(turn: Turn, text: str) -> bool:
    """Is this nothing but who holds the telephone, an hour, a word or a name, where one of them was asked for?"""
    said = wishes.words_in(text)
    if asked(turn) in ("sharing", "hours"):
        return bool(said) and HOLDERS.issuperset(said)
    return asked(turn) in ("cover", "name") and 0 < len(said) <= NAME_WORDS and danger_in(text) is None


def is_listed(turn: Turn, text: str) -> bool:
    """Is this a problem by its name, typed from our list?"""
    said = words.plain(text)
    names = {words.plain(name) for code in LISTED for name in at_hand.say(turn).category(code)}
    return turn.conversation.step == at_hand.STEP and said in names


def is_under_way(turn: Turn) -> bool:
    """Is one of our questions open, so that what is asked on the way (the village) leads back to it?"""
    is_open = turn.conversation.step in (at_hand.STEP, at_hand.QUESTION)
    return is_open or bool(turn.conversation.memory.get("case_village"))


def go_on(turn: Turn) -> Answer:
    """The next question, or where the case stands when all are answered."""
    case = at_hand.of(turn)
    if case is None or read_along.case_refused(turn):
        return begin(turn)
    remember(turn.conversation, case_village=None)
    _place(turn, case)
    question = next_question(turn, case)
    if question is None:
        return standing.finished(turn, case)
    if question == "village":
        remember(turn.conversation, case_village=True)
        cases.answer(turn.session, case, "village", "", None, turn.now)
        return welcome.choose_village(turn)
    remember(turn.conversation, case_asks=question)
    return Answer(at_hand.say(turn).question(question), _ways_to_answer(turn, case, question), at_hand.QUESTION)


def skipped(turn: Turn, _rest: str) -> Answer:
    """Not this question."""
    case, question = at_hand.of(turn), asked(turn)
    if case is None or question is None:
        return begin(turn)
    cases.answer(turn.session, case, question, "", turn.key, turn.now)
    return go_on(turn)


def enough(turn: Turn, _rest: str) -> Answer:
    """No more questions about what happened: only whether it is safe to write, and where it stands."""
    case = at_hand.of(turn)
    if case is None:
        return begin(turn)
    known = case_records.answered(turn.session, case)
    for question in (*_questions()[case.category], "name"):
        if question not in known:
            cases.answer(turn.session, case, question, "", None, turn.now)
    return go_on(turn)


def safe(turn: Turn, rest: str) -> Answer:
    """May we write first?"""
    case = at_hand.of(turn)
    if case is None:
        return begin(turn)
    case_safety.set_safe(turn.session, case, rest == "yes", turn.now)
    cases.answer(turn.session, case, "safe", rest, turn.key, turn.now)
    return go_on(turn) if rest == "yes" else go_on_with(turn, at_hand.say(turn).not_safe_noted())


def hours(turn: Turn, rest: str) -> Answer:
    """When the telephone is in the right hands."""
    case = at_hand.of(turn)
    chosen = next((each for each in HOURS if each == rest), None)
    if case is None or chosen is None:
        return begin(turn)
    case_safety.set_hours(turn.session, case, chosen, turn.now)
    cases.answer(turn.session, case, "hours", rest, turn.key, turn.now)
    return go_on(turn)


def shares(turn: Turn, _rest: str) -> Answer:
    """Nobody else holds this telephone."""
    case = at_hand.of(turn)
    if case is None:
        return begin(turn)
    return answered(turn, case, at_hand.say(turn).label_only_me())


def nameless(turn: Turn, _rest: str) -> Answer:
    """An anonymous report."""
    case = at_hand.of(turn)
    if case is None:
        return begin(turn)
    case_safety.set_anonymous(turn.session, case, turn.now)
    cases.answer(turn.session, case, "name", "", turn.key, turn.now)
    return go_on(turn)


def categories(turn: Turn) -> tuple[Choice, ...]:
    """The kinds of problems, to choose from."""
    say = at_hand.say(turn)
    return tuple(Choice(f"trouble:{code}", *say.category(code)) for code in LISTED)


def go_on_with(turn: Turn, sentence: str) -> Answer:
    """A sentence, and under it the next question."""
    return under(sentence, go_on(turn))


def answered(turn: Turn, case: Case, text: str) -> Answer:
    """The answer to the question that is open, in whatever words."""
    question = asked(turn)
    if question is None:
        return go_on(turn)
    consent = consent_in(text)
    if question == "safe" and consent:
        return safe(turn, consent)
    if question in ("safe", "hours"):  # they have more to tell first
        cases.add_words(turn.session, case, text, turn.key, turn.now)
        return go_on_with(turn, at_hand.say(turn).noted())
    if question == "cover":
        return _cover_typed(turn, case, text)
    if question in ("sharing", "name"):  # who somebody is stands apart from the case
        _keep_who(turn, case, question, text)
        return _noted(turn, case, question, "")
    return _noted(turn, case, question, text)


def consent_in(text: str) -> str | None:
    """`yes` or `no` to "is it safe?": also "aman", "boleh", "kurang aman kak"."""
    if plain := words.consent_in(text):
        return plain
    said = set(wishes.words_in(text))
    if not said or len(said) > CONSENT_WORDS or not said & (wishes.YES | wishes.NO | SAFE | UNSAFE):
        return None
    if not said <= wishes.YES | wishes.NO | wishes.EITHER | wishes.BESIDE | SAFE | UNSAFE:
        return None
    return words.NO if said & (wishes.NO | UNSAFE) else words.YES


def wants_number(turn: Turn) -> bool:
    """Is a question open that a number answers ("how much did you pay?")? Where no buttons are shown, numbers are choices."""
    has_buttons = LIMITS[turn.conversation.channel].buttons > 0
    question = asked(turn)
    return has_buttons and question is not None and question not in SAFETY


def _noted(turn: Turn, case: Case, question: str, text: str) -> Answer:
    cases.answer(turn.session, case, question, text, turn.key, turn.now)
    return go_on(turn)


def _keep_who(turn: Turn, case: Case, question: str, text: str) -> None:
    if question == "sharing":
        case_safety.set_sharing(turn.session, case, text, turn.now)
    else:
        case_records.keep_facts(turn.session, case, name=text.strip()[:100])


def _cover_typed(turn: Turn, case: Case, text: str) -> Answer:
    said = wishes.words_in(text)
    if words.consent_in(text) == words.NO or not REFUSING.isdisjoint(said):
        return skipped(turn, "")
    try:
        is_common = len(said) != 1 or said[0] in wishes.EITHER | wishes.BESIDE
        if is_common or words.command_in(text) or words.consent_in(text) or danger_in(text):
            raise case_safety.CoverWordInvalid
        case_safety.set_cover_word(turn.session, case, text, turn.now)
    except case_safety.CoverWordInvalid:
        return Answer(at_hand.say(turn).cover_invalid(), (_skip(turn),), at_hand.QUESTION)
    cases.answer(turn.session, case, "cover", "", turn.key, turn.now)
    return go_on_with(turn, at_hand.say(turn).cover_kept())


def next_question(turn: Turn, case: Case) -> str | None:
    """The first that has not been answered, skipped, or answered by what is known already."""
    known = case_records.answered(turn.session, case)
    if turn.conversation.village_id or case.home_code:
        known.add("village")
    if case.is_safe is False:
        known |= {"sharing", "hours"}
    own = _questions()[case.category]
    return next((each for each in (*own[:1], "village", *own[1:], *SAFETY) if each not in known), None)


@cache
def _questions() -> dict[str, list[str]]:
    found: dict[str, list[str]] = yaml.safe_load(
        (Path(__file__).parent.parent / "case_questions.yaml").read_text(encoding="utf-8")
    )
    return found


def _ways_to_answer(turn: Turn, case: Case, question: str) -> tuple[Choice, ...]:
    say, skip = at_hand.say(turn), _skip(turn)
    if question == "safe":
        return Choice("case-safe:yes", say.label_safe()), Choice("case-safe:no", say.label_not_safe()), skip
    if question == "hours":
        return (*(Choice(f"case-hours:{code}", say.hours(code)) for code in HOURS), skip)
    if question == "sharing":
        return Choice("case-share:me", say.label_only_me()), skip
    if question == "name":
        return (Choice("case-name:none", say.label_no_name()),)
    is_first = question == _questions()[case.category][0]
    goes_round = (Choice("around", say.label_around()),) if is_first and not case.bypasses_village else ()
    return (skip, Choice("case-enough", say.label_enough()), *goes_round)


def _place(turn: Turn, case: Case) -> None:
    """The village was told on the way."""
    village = areas.get(turn.session, turn.conversation.village_id) if turn.conversation.village_id else None
    if village and case.home_code is None:
        cases.place(turn.session, case, village, turn.now)


def asked(turn: Turn) -> str | None:
    """The question that is open."""
    return turn.conversation.memory.get("case_asks") if turn.conversation.step == at_hand.QUESTION else None


def _skip(turn: Turn) -> Choice:
    return Choice("case-skip", turn.say.label_skip())
