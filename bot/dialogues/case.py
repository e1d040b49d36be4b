"""A problem that a human must answer: opened, a few questions asked, and from then on held by staff until it is closed.

While it is held the bot keeps silent, but for danger, `menu`, `bahasa`, `berhenti`, `hapus` and what is the case's own.
Everything else the family writes goes to staff. Whoever types MENU has the bot back until they type PETUGAS, or staff write.
Nothing here repeats a person's words.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import yaml

from bot import wishes, words
from bot.case_phrases import CasePhrases
from bot.dialogues import danger, guidance, settings, welcome
from bot.turns import Answer, Turn, remember, under
from bot.understanding import Understood, has_letters
from centre import (
    areas,
    case_alerts,
    case_records,
    case_referrals,
    case_replies,
    case_rules,
    case_safety,
    cases,
    inbox,
    kept_files,
    outbox,
)
from centre.case_records import CATEGORIES, HOURS, Case, Category
from centre.case_rules import REPLY_KEPT_OPEN, AnotherIsOpen
from centre.messages import LIMITS, Choice
from centre.staff import StaffMember
from content.danger import Danger
from content.danger import look as danger_in

STEP, QUESTION, PIN = "case", "case-question", "case-pin"
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
SHORT_FOR = {
    "jgn": "jangan",
    "jngn": "jangan",
    "sy": "saya",
    "sya": "saya",
    "ds": "desa",
    "lwt": "lewat",
    "ktr": "kantor",
}
NAME_WORDS = 3
CONSENT_WORDS = 5
SAFE = frozenset({"aman", "boleh", "silakan", "silahkan", "bisa", "safe", "sure", "oke", "ok"})
UNSAFE = frozenset({"jangan", "kurang", "bahaya", "takut", "unsafe", "nanti", "later", "ojo", "ulah", "ndaq"})
LATER = timedelta(hours=1)
"""So long after "later" it is not asked again whether this is a good moment."""
PAUSE = timedelta(minutes=2)
"""Who writes again within it is not told each time that it was passed on."""
SAFETY = ("safe", "sharing", "hours", "cover", "name")
"""Asked for every problem, after its own questions."""
LISTED: tuple[Category, ...] = tuple(each for each in CATEGORIES if each != "trafficking")
"""What a family may choose; staff tell trafficking from violence."""
OF_DANGER: dict[str, Category] = {
    "violence": "violence",
    "sexual": "violence",
    "confinement": "trafficking",
    "scam": "trafficking",
    "child": "violence",
    "medical": "sickness",
    "lost": "contact_lost",
}
"""What kind of case a danger opens; any other is urgent, of no kind of its own."""
OF_ARTICLE: dict[str, Category] = {
    "gaji-tidak-dibayar": "pay",
    "potongan-gaji-dan-overcharging": "pay",
    "keluarga-hilang-kontak": "contact_lost",
    "kekerasan-dan-pelecehan": "violence",
    "dokumen-ditahan": "documents",
    "keluarga-ditipu": "deception",
    "lowongan-palsu-medsos": "deception",
    "calo-dan-petugas-lapangan": "deception",
    "sakit-dan-kecelakaan-kerja": "sickness",
    "meninggal-di-luar-negeri": "death",
    "ditangkap-atau-ditahan": "detention",
    "tanpa-paspor-atau-overstay": "go_home",
}
"""What kind of problem somebody tells of whose words sound like this guidance; staff put it right."""
HEARD_WORDS = frozenset(
    {
        words.MENU,
        words.LANGUAGES,
        words.STOP,
        words.START,
        words.FORGET,
        words.PERSON,
        words.CASE,
        words.AROUND,
        words.NO_NEWS,
    }
)
"""What the bot still hears itself while a case is open."""
UNTIL_TAKEN = (words.CANCEL,)
"""And this, until a colleague has taken it."""


# Opening


def begin(turn: Turn, _rest: str = "") -> Answer:
    """`petugas`, "laporkan masalah": what is wrong? Who has an open case is told where it stands, and writes on."""
    case = of(turn)
    if case:
        remember(turn.conversation, with_bot=None)
        return go_on(turn) if _next_question(turn, case) else _status(turn, case, may_write=True)
    return Answer(_say(turn).what_is_wrong(), _categories(turn), STEP)


def person(turn: Turn, _rest: str = "") -> Answer:
    """A person is asked for: where the desk is and who else helps, and what is wrong."""
    case = of(turn)
    if case:
        return under(settings.others(turn.say, turn.guide), begin(turn))
    return under(settings.person(turn).text, begin(turn))


def not_helped_again(turn: Turn) -> Answer:
    """An answer did not help for the second time: a person will."""
    return under(_say(turn).no_help_twice(), begin(turn))


def category_chosen(turn: Turn, rest: str) -> Answer:
    """A kind of problem out of the list: it is a case from now on."""
    if of(turn) or rest not in CATEGORIES:
        return begin(turn)
    return _first(turn, _open(turn, rest))


def typed(turn: Turn, text: str, understood: Understood) -> Answer | None:
    """What was typed at an open step of ours; None where it is not for it, or is a question the bot can answer first."""
    if turn.conversation.step == PIN:
        return _pin_typed(turn, text)
    if turn.conversation.step == STEP and has_letters(text) and not danger.is_question(text, understood):
        case = of(turn) or _open(turn, OF_ARTICLE.get(understood.slug or "", "other"))
        cases.answer(turn.session, case, "story", text, turn.key, turn.now)
        return _first(turn, case)
    known = of(turn)
    if known and (placed := _placed(turn, known, text, understood)):
        cases.add_words(turn.session, known, text, turn.key, turn.now)
        return placed
    if turn.conversation.step == QUESTION and known:
        return _answered(turn, known, text)
    if turn.conversation.step == welcome.VILLAGE and known and is_under_way(turn):
        return welcome.village_typed(turn, text) or _not_a_village(turn, known, text)
    return code_typed(turn, text)


def _not_a_village(turn: Turn, case: Case, text: str) -> Answer:
    """Somebody who is asked for the village goes on with what happened."""
    cases.add_words(turn.session, case, text, turn.key, turn.now)
    return _go_on_with(turn, _say(turn).noted())


def sent(turn: Turn, caption: str) -> Answer | None:
    """A photo or a voice note at an open step of ours: it is the answer."""
    if turn.conversation.step == welcome.VILLAGE and is_under_way(turn) and (open_one := of(turn)):
        cases.add_words(turn.session, open_one, caption, turn.key, turn.now, file_id=_file(turn, open_one))
        return _go_on_with(turn, _say(turn).noted())
    if turn.conversation.step not in (STEP, QUESTION):
        return None
    case = of(turn) or _open(turn, "other")
    question = _asked(turn) or "story"
    question = question if question not in SAFETY else "story"
    cases.answer(turn.session, case, question, caption, turn.key, turn.now, file_id=_file(turn, case))
    return _first(turn, case) if turn.conversation.step == STEP else _go_on_with(turn, _say(turn).noted())


def alarmed(turn: Turn, seen: Danger, text: str, card: Answer) -> Answer:
    """Danger was answered with its card: it is a case as well, and whoever is on duty is woken."""
    case = of(turn)
    category = OF_DANGER.get(seen.kind, "other")
    is_child = seen.kind == "child"
    if case is None:
        case = _open(turn, category, is_urgent=True, is_child=is_child)
        if text:
            cases.answer(turn.session, case, "story", text, turn.key, turn.now)
    else:
        cases.raise_alarm(turn.session, case, category, turn.now, is_child=is_child)
        if text:
            cases.add_words(turn.session, case, text, turn.key, turn.now)
        if case.holder_id:
            case_alerts.tell(turn.session, case, [case.holder_id], "words", turn.now)
    if case.hidden_at:
        return card
    return under(card.text, replace(card, text=_told_staff(turn, case)))


# While it is held


def of(turn: Turn) -> Case | None:
    """The open case of this conversation."""
    if not turn.conversation.has_case:
        return None
    return case_records.open_in(turn.session, turn.conversation.id)


def in_hand(turn: Turn) -> Case | None:
    """The case, where staff hold the talk: the bot keeps silent."""
    if turn.conversation.step in (STEP, QUESTION, PIN, welcome.VILLAGE):
        return None
    case = of(turn)
    return case if case and not turn.conversation.memory.get("with_bot") else None


def is_left_to_staff(turn: Turn, seen: Danger | None) -> bool:
    """A doubtful danger in words to a colleague who is talking with them now: they read it, and the bot asks nothing."""
    held = in_hand(turn) if seen and seen.level == "ask" else None
    return held is not None and case_records.is_staff_there(turn.session, held, turn.now - REPLY_KEPT_OPEN)


def note_doubt(turn: Turn, text: str, step: str | None) -> None:
    """What made us ask whether there is danger stands in the open case too; without one it is found again by its message.

    `step`: what was open before.
    """
    remember(turn.conversation, doubt=turn.event_id or None, doubt_step=step if step in (STEP, QUESTION) else None)
    case = of(turn)
    question = turn.conversation.memory.get("case_asks") if step == QUESTION else None
    if case and question and question not in SAFETY:
        cases.answer(turn.session, case, question, text, turn.key, turn.now)
    elif case:
        cases.add_words(turn.session, case, text, turn.key, turn.now)


def doubted(turn: Turn) -> str:
    """The words that made us ask; empty when they are gone."""
    return inbox.words_of(turn.session, int(turn.conversation.memory.get("doubt") or 0))


def after_doubt(turn: Turn) -> Answer | None:
    """No danger after all: on with what was being told; None where nothing was."""
    step, story = turn.conversation.memory.get("doubt_step"), doubted(turn)
    remember(turn.conversation, doubt=None, doubt_step=None)
    if step == QUESTION and of(turn):
        return go_on(turn)
    if step != STEP or of(turn) or not story:
        return None
    case = _open(turn, "other")
    cases.answer(turn.session, case, "story", story, turn.key, turn.now)
    return _first(turn, case)


def is_for_staff(case: Case, text: str) -> bool:
    """A command that the bot leaves alone while a case is open, and to a colleague a lone 0, which answers "how often?"."""
    command = words.command_in(text)
    if command is None:
        return False
    if case.holder_id is None:
        return command not in HEARD_WORDS and command not in UNTIL_TAKEN
    return command not in HEARD_WORDS or text.strip() == "0"


def heard(turn: Turn, case: Case, text: str, understood: Understood) -> list[Answer] | None:
    """What the family wrote goes to staff. None: nobody has taken the case yet, and it is a question the bot can answer too.

    Until it is taken they are told that it was passed on, once in a while, and the next question is asked.
    """
    if opened := code_typed(turn, text):
        return [opened]  # a PIN is no word of the case
    cases.add_words(turn.session, case, text, turn.key, turn.now, file_id=_file(turn, case))
    if placed := _placed(turn, case, text, understood):
        return [placed]
    if turn.conversation.stopped_at:
        return [settings.is_stopped(turn)]
    if news := asked_to_read(turn):
        return [news]
    if case.is_safe:
        case_replies.unseal(turn.session, case, turn.now)
    case_replies.say_at_last(turn.session, case, turn.now)
    if case.holder_id:
        return []
    if understood.kind == "chitchat" or danger.is_question(text, understood):
        return None
    if village := _village_told(turn, case, text):
        return [village]
    if placed := danger.place_told(turn, text, understood, _place_asked):
        _note_place(turn, case)
        return [placed]
    if _next_question(turn, case):
        return [_go_on_with(turn, _acknowledged(turn, case))]
    return [Answer(_acknowledged(turn, case))] if _may_repeat(turn) else []


def _placed(turn: Turn, case: Case, text: str, understood: Understood) -> Answer | None:
    """In danger the country is listened for beside whatever else is said, in any step: with it, who can act there."""
    if not danger.waits_for_place(turn):
        return None
    placed = danger.place_told(turn, text, understood, lambda _: None)
    if danger.waits_for_place(turn):
        return None
    _note_place(turn, case)
    return placed


def _village_told(turn: Turn, case: Case, text: str) -> Answer | None:
    """The name of a village, where we do not know theirs."""
    if turn.conversation.village_id or case.home_code:
        return None
    turn.go_on = go_on
    return welcome.village_surely(turn, text)


def _place_asked(turn: Turn) -> Answer | None:
    """In danger nothing is asked before the country is known: it decides who can act."""
    if not danger.waits_for_place(turn):
        return None
    return under(_say(turn).passed_on(), danger.ask_place(turn))


def left_for_bot(turn: Turn, menu: Answer) -> Answer:
    """MENU while staff hold the talk: the bot answers until PETUGAS is typed."""
    if of(turn) is None or _is_hidden(turn):
        return menu
    remember(turn.conversation, with_bot=True)
    return under(_say(turn).with_the_bot(), menu)


def covered(turn: Turn, text: str) -> Answer | None:
    """The cover word, said or said again; or anything at all while it hides the case. None for everybody else."""
    case = of(turn)
    if case is None or not text:
        return _shown_after_all(turn, text)
    if case_safety.is_cover_word(turn.session, case, text):
        return _show(turn, case) if case.hidden_at else _hide(turn, case)
    return Answer(_say(turn).weather()) if case.hidden_at else None


def is_covering(turn: Turn) -> bool:
    """Does the cover word hide the case, so that buttons and pictures too lead to the weather?"""
    return _is_hidden(turn)


def cover(turn: Turn) -> Answer:
    """The weather."""
    return Answer(_say(turn).weather())


def _shown_after_all(turn: Turn, text: str) -> Answer | None:
    """It was closed while it was hidden: the cover word still brings what waits."""
    case = case_safety.latest_of(turn.session, turn.conversation.id) if turn.conversation.has_case and text else None
    is_said = case and case.hidden_at and case_safety.is_cover_word(turn.session, case, text)
    return _show(turn, case) if case and is_said else None


def around(turn: Turn, _rest: str = "") -> Answer:
    """ "Jangan ke desa saya": not through the village, now or when there will be a case."""
    case = of(turn)
    if case is None:
        remember(turn.conversation, around=True)
        return Answer(_say(turn).goes_around_next(), _categories(turn), STEP)
    cases.go_around(turn.session, case_records.hold(turn.session, case.id), turn.now)
    return under(_say(turn).goes_around(), go_on(turn))


def around_in(turn: Turn, text: str) -> Answer | None:
    """The same wish within a longer message, which is also what happened."""
    said = f" {' '.join(SHORT_FOR.get(word, word) for word in words.plain(text).split())} "
    if words.command_in(text) or not any(f" {phrase} " in said for phrase in _around_phrases()):
        return None
    case = of(turn)
    if case:
        cases.add_words(turn.session, case, text, turn.key, turn.now)
        return around(turn)
    remember(turn.conversation, around=True)
    case = _open(turn, "other")
    cases.answer(turn.session, case, "story", text, turn.key, turn.now)
    return _first(turn, case)


def _around_phrases() -> tuple[str, ...]:
    return tuple(phrase for phrase, command in words.table().items() if command == words.AROUND and " " in phrase)


# Questions


def is_plain_answer(turn: Turn, text: str) -> bool:
    """Is this nothing but who holds the telephone, an hour, a word or a name, where one of them was asked for?"""
    said = wishes.words_in(text)
    if _asked(turn) in ("sharing", "hours"):
        return bool(said) and HOLDERS.issuperset(said)
    return _asked(turn) in ("cover", "name") and 0 < len(said) <= NAME_WORDS and danger_in(text) is None


def is_listed(turn: Turn, text: str) -> bool:
    """Is this a problem by its name, typed from our list?"""
    typed = words.plain(text)
    names = {words.plain(name) for code in LISTED for name in _say(turn).category(code)}
    return turn.conversation.step == STEP and typed in names


def is_under_way(turn: Turn) -> bool:
    """Is one of our questions open, so that what is asked on the way (the village) leads back to it?"""
    return turn.conversation.step in (STEP, QUESTION) or bool(turn.conversation.memory.get("case_village"))


def go_on(turn: Turn) -> Answer:
    """The next question, or where the case stands when all are answered."""
    case = of(turn)
    if case is None:
        return begin(turn)
    remember(turn.conversation, case_village=None)
    _place(turn, case)
    question = _next_question(turn, case)
    if question is None:
        return _finished(turn, case)
    if question == "village":
        remember(turn.conversation, case_village=True)
        cases.answer(turn.session, case, "village", "", None, turn.now)
        return welcome.choose_village(turn)
    remember(turn.conversation, case_asks=question)
    return Answer(_say(turn).question(question), _ways_to_answer(turn, case, question), QUESTION)


def skipped(turn: Turn, _rest: str) -> Answer:
    """Not this question."""
    case, question = of(turn), _asked(turn)
    if case is None or question is None:
        return begin(turn)
    cases.answer(turn.session, case, question, "", turn.key, turn.now)
    return go_on(turn)


def enough(turn: Turn, _rest: str) -> Answer:
    """No more questions about what happened: only whether it is safe to write, and where it stands."""
    case = of(turn)
    if case is None:
        return begin(turn)
    known = case_records.answered(turn.session, case)
    for question in (*_questions()[case.category], "name"):
        if question not in known:
            cases.answer(turn.session, case, question, "", None, turn.now)
    return go_on(turn)


def safe(turn: Turn, rest: str) -> Answer:
    """May we write first?"""
    case = of(turn)
    if case is None:
        return begin(turn)
    case_safety.set_safe(turn.session, case, rest == "yes", turn.now)
    cases.answer(turn.session, case, "safe", rest, turn.key, turn.now)
    return go_on(turn) if rest == "yes" else _go_on_with(turn, _say(turn).not_safe_noted())


def hours(turn: Turn, rest: str) -> Answer:
    """When the telephone is in the right hands."""
    case = of(turn)
    chosen = next((each for each in HOURS if each == rest), None)
    if case is None or chosen is None:
        return begin(turn)
    case_safety.set_hours(turn.session, case, chosen, turn.now)
    cases.answer(turn.session, case, "hours", rest, turn.key, turn.now)
    return go_on(turn)


def shares(turn: Turn, _rest: str) -> Answer:
    """Nobody else holds this telephone."""
    case = of(turn)
    if case is None:
        return begin(turn)
    return _answered(turn, case, _say(turn).label_only_me())


def nameless(turn: Turn, _rest: str) -> Answer:
    """An anonymous report."""
    case = of(turn)
    if case is None:
        return begin(turn)
    case_safety.set_anonymous(turn.session, case, turn.now)
    cases.answer(turn.session, case, "name", "", turn.key, turn.now)
    return go_on(turn)


# Where it stands, also from another telephone


def status(turn: Turn, _rest: str = "") -> Answer:
    """`kasus saya`: who has it, and until when an answer is due."""
    case = of(turn) or case_safety.latest_of(turn.session, turn.conversation.id)
    if case is None:
        return Answer(_say(turn).none_open(), (guidance.person_choice(turn.say), guidance.menu_choice(turn.say)))
    return _status(turn, case, may_write=case.is_open)


def code_typed(turn: Turn, text: str) -> Answer | None:
    """A case's code, alone or with its PIN after it; None for anything else."""
    first, _, last = text.strip().rpartition(" ")
    if last.isdecimal() and len(last) == 6 and case_records.code_in(first):
        return _opened_by(turn, first, last)
    code = case_records.code_in(text)
    if code is None:
        return None
    remember(turn.conversation, case_code=code)
    return Answer(_say(turn).ask_pin(), next_step=PIN)


def move_here(turn: Turn, rest: str) -> Answer:
    """Who knew the PIN goes on from this telephone (`rest`: the code)."""
    case = case_records.by_code(turn.session, rest)
    if case is None or turn.conversation.memory.get("case_opened") != case.code:
        return status(turn)
    try:
        cases.move_here(turn.session, case, turn.conversation, turn.now)
    except AnotherIsOpen:
        return Answer(_say(turn).another_is_open())
    return Answer(_say(turn).moved_here())


# News that waits until it is safe to read


def asked_to_read(turn: Turn) -> Answer | None:
    """Is there news that nobody else should see, also of a case that was closed meanwhile? Then it is asked first whether
    this is a good moment. Where it is safe the news goes now."""
    waiting = case_replies.with_news(turn.session, turn.conversation.id) if turn.conversation.has_case else ()
    if all(case.is_safe for case in waiting):
        _let_go(turn, waiting)
        return None
    if _put_off(turn):
        return None
    yes, later = Choice("case-read:yes", turn.say.label_yes()), Choice("case-read:later", _say(turn).label_later())
    return Answer(_say(turn).safe_to_read(), (yes, later))


def read(turn: Turn, rest: str) -> Answer:
    """Yes: what waits is said now (`bot.case_notices` words it, the worker queues it)."""
    if rest != "yes":
        remember(turn.conversation, news_later=turn.now.isoformat())
        return Answer(_say(turn).later())
    _let_go(turn, case_replies.with_news(turn.session, turn.conversation.id))
    return Answer(_say(turn).shown_again())


def _put_off(turn: Turn) -> bool:
    """Did they say "later" not long ago?"""
    said = turn.conversation.memory.get("news_later")
    return said is not None and turn.now - datetime.fromisoformat(said) < LATER


def _let_go(turn: Turn, waiting: Iterable[Case]) -> None:
    for case in waiting:
        case_replies.unseal(turn.session, case, turn.now)


def follow_village(turn: Turn) -> None:
    """They put their village right ("desa …"): an open case hears of it."""
    case = of(turn) if turn.conversation.village_id else None
    village = areas.get(turn.session, turn.conversation.village_id) if case and turn.conversation.village_id else None
    if case and village and case.home_code not in (None, village.code):
        cases.put_right(turn.session, case, village, turn.now)


def consented(turn: Turn, rest: str) -> Answer:
    """The answer to "may we pass it on?" (`rest`: yes or no, and which referral)."""
    yes, _, number = rest.partition(".")
    case = of(turn)
    referral = case_referrals.asked(turn.session, case, int(number)) if case and number.isdecimal() else None
    if referral is None or not case_referrals.consented(turn.session, referral, yes == "yes", turn.now):
        return status(turn)
    return Answer(_say(turn).consent_noted() if yes == "yes" else _say(turn).refusal_noted())


def wipe(turn: Turn, _rest: str = "") -> Answer:
    """How to delete the talk on the telephone; what we can take back we take back."""
    case = of(turn)
    if case:
        case_safety.set_discreet(turn.session, case, turn.now)
    _take_down(turn)
    return Answer(_say(turn).wipe(turn.conversation.channel))


def _say(turn: Turn) -> CasePhrases:
    return CasePhrases(turn.say.language)


def _categories(turn: Turn) -> tuple[Choice, ...]:
    say = _say(turn)
    return tuple(Choice(f"trouble:{code}", *say.category(code)) for code in LISTED)


def _open(turn: Turn, category: Category, *, is_urgent: bool = False, is_child: bool = False) -> Case:
    case = cases.open_case(
        turn.session,
        turn.conversation,
        category,
        turn.now,
        language=turn.say.language,
        is_urgent=is_urgent,
        is_child=is_child,
        around=bool(turn.conversation.memory.get("around")),
    )
    remember(turn.conversation, around=None, with_bot=None, case_asks=None)
    _note_place(turn, case)
    return case


def _first(turn: Turn, case: Case) -> Answer:
    """It is noted, with its number, and the first question."""
    lines = [_say(turn).opened(case_records.shown(case.code))]
    if case.is_urgent:
        lines.append(_say(turn).urgent_now() if cases.has_somebody(turn.session, case) else "")
    if not case.is_restricted and not case.bypasses_village:
        lines.append(_say(turn).around_the_village())
    return _go_on_with(turn, " ".join(line for line in lines if line))


def _told_staff(turn: Turn, case: Case) -> str:
    code = case_records.shown(case.code)
    say = _say(turn)
    told = say.officer_told(code) if cases.has_somebody(turn.session, case) else say.kept_for_officer(code)
    return told if case.is_restricted or case.bypasses_village else f"{told} {say.around_the_village()}"


def _go_on_with(turn: Turn, sentence: str) -> Answer:
    return under(sentence, go_on(turn))


def _answered(turn: Turn, case: Case, text: str) -> Answer:
    """The answer to the question that is open, in whatever words."""
    question = _asked(turn)
    if question is None:
        return go_on(turn)
    consent = consent_in(text)
    if question == "safe" and consent:
        return safe(turn, consent)
    if question in ("safe", "hours"):  # they have more to tell first
        cases.add_words(turn.session, case, text, turn.key, turn.now)
        return _go_on_with(turn, _say(turn).noted())
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


def code_meant(turn: Turn, text: str) -> str | None:
    """The answer to "safe to read now?", in whatever plain words."""
    asked = any(str(code).startswith("case-read:") for code, _, _ in turn.conversation.offered)
    consent = consent_in(text) if asked else None
    return None if consent is None else "case-read:yes" if consent == words.YES else "case-read:later"


def wants_number(turn: Turn) -> bool:
    """Is a question open that a number answers ("how much did you pay?")? Where no buttons are shown, numbers are choices."""
    has_buttons = LIMITS[turn.conversation.channel].buttons > 0
    question = _asked(turn)
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
        return Answer(_say(turn).cover_invalid(), (_skip(turn),), QUESTION)
    cases.answer(turn.session, case, "cover", "", turn.key, turn.now)
    return _go_on_with(turn, _say(turn).cover_kept())


def _next_question(turn: Turn, case: Case) -> str | None:
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
    say, skip = _say(turn), _skip(turn)
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


def _finished(turn: Turn, case: Case) -> Answer:
    """All is asked: number and PIN, who has it, until when; for a telephone that is not safe, how to leave no trace."""
    say = _say(turn)
    lines = [
        say.summary(case_records.shown(case.code), case_records.pin_of(turn.session, case)),
        *_standing(turn, case),
    ]
    wipes = (Choice("case-wipe", say.label_wipe()),) if not case.is_safe else ()
    return Answer("\n".join(lines), wipes)


def _status(turn: Turn, case: Case, *, may_write: bool) -> Answer:
    lines = [_say(turn).opened(case_records.shown(case.code)), *_standing(turn, case)]
    shown = lines if may_write else lines[:-1] if case.is_open else lines
    return Answer("\n".join(shown), ())


def _standing(turn: Turn, case: Case) -> list[str]:
    """Who has it, until when an answer is due, and what to do now."""
    say = _say(turn)
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
    say = _say(turn)
    holder = turn.session.get(StaffMember, case.holder_id) if case.holder_id else None
    if holder:
        return say.held_by(holder.name)
    if case.is_restricted:
        return say.specialists()
    if case.bypasses_village:
        return say.regency_only()
    village = case_rules.home_of(turn.session, case)
    return say.desk_of(village.name) if village else say.coordinators()


def _place(turn: Turn, case: Case) -> None:
    """The village was told on the way."""
    village = areas.get(turn.session, turn.conversation.village_id) if turn.conversation.village_id else None
    if village and case.home_code is None:
        cases.place(turn.session, case, village, turn.now)


def _opened_by(turn: Turn, code: str, pin: str) -> Answer:
    try:
        case = case_safety.by_code_and_pin(turn.session, turn.conversation, code, pin, turn.now)
    except case_safety.CodeTriedTooOften:
        return Answer(_say(turn).pin_tomorrow(), (guidance.person_choice(turn.say),))
    except case_safety.TooManyTries:
        return Answer(_say(turn).pin_later())
    if case is None:
        return Answer(_say(turn).pin_wrong())
    remember(turn.conversation, case_code=None, case_opened=case.code)
    shown = _status(turn, case, may_write=False)
    if not case.is_open or case.conversation_id == turn.conversation.id:
        return shown
    return Answer(shown.text, (Choice(f"case-here:{case.code}", _say(turn).label_here()),))


def _pin_typed(turn: Turn, text: str) -> Answer | None:
    code = turn.conversation.memory.get("case_code")
    digits = "".join(char for char in text if char.isdecimal())
    return _opened_by(turn, str(code), digits) if code and digits else None


def _hide(turn: Turn, case: Case) -> Answer:
    case_safety.hide(turn.session, case, turn.now)
    _take_down(turn)
    return Answer(_say(turn).weather())


def _take_down(turn: Turn) -> None:
    """What stands on the telephone goes as far as we can take it back; what staff said and was not out yet, they hear of."""
    dropped = outbox.take_down(turn.session, turn.conversation, turn.now)
    case_replies.taken_down(turn.session, dropped)


def _show(turn: Turn, case: Case) -> Answer:
    """Only the right person knows the word: what waits goes now."""
    case_safety.show(turn.session, case, turn.now)
    case_replies.unseal(turn.session, case, turn.now)
    case_replies.say_at_last(turn.session, case, turn.now)
    return Answer(_say(turn).shown_again())


def _is_hidden(turn: Turn) -> bool:
    case = of(turn)
    return case is not None and case.hidden_at is not None


def _acknowledged(turn: Turn, case: Case) -> str:
    return _say(turn).noted() if case.is_discreet else _say(turn).passed_on()


def _may_repeat(turn: Turn) -> bool:
    """Not after each of five messages in a row."""
    is_later = turn.now - turn.conversation.last_incoming_at > PAUSE
    was_said = turn.conversation.memory.get("case_acked")
    remember(turn.conversation, case_acked=True)
    return is_later or not was_said


def _file(turn: Turn, case: Case) -> int | None:
    """The photo or voice note that came with this message: the case's own from now on."""
    file = kept_files.of_event(turn.session, turn.event_id)
    if file is None:
        return None
    kept_files.attach(file, case.id)
    turn.is_kept = True
    return file.id


def _known_country(turn: Turn) -> str:
    place = turn.conversation.memory.get("place") or {}
    return str(turn.conversation.memory.get("country") or place.get("country") or "")


def _note_place(turn: Turn, case: Case) -> None:
    """Where it is, as far as they have said in passing, is not asked again."""
    country = _known_country(turn)
    if country and "where" not in case_records.answered(turn.session, case):
        cases.answer(turn.session, case, "where", country.upper(), None, turn.now)


def _asked(turn: Turn) -> str | None:
    return turn.conversation.memory.get("case_asks") if turn.conversation.step == QUESTION else None


def _skip(turn: Turn) -> Choice:
    return Choice("case-skip", turn.say.label_skip())
