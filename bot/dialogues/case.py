"""A problem that a human must answer: opened, and from then on held by staff until it is closed.

While it is held the bot keeps silent, but for danger, `menu`, `bahasa`, `berhenti`, `hapus`, `janji saya` and what is the
case's own. Everything else the family writes goes to staff. Whoever types MENU has the bot back until they type PETUGAS, or
staff write.
Nothing here repeats a person's words. The questions stand in `bot.dialogues.case_questions`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot import words
from bot.dialogues import case_at_hand as at_hand
from bot.dialogues import case_cover as cover
from bot.dialogues import case_questions as questions
from bot.dialogues import case_standing as standing
from bot.dialogues import danger, read_along, settings, welcome
from bot.turns import Answer, Turn, remember, under
from bot.understanding import Understood, has_letters
from centre import areas, case_alerts, case_records, case_referrals, case_replies, cases, inbox
from centre.case_records import CATEGORIES, Case, Category
from centre.case_rules import REPLY_KEPT_OPEN
from content.danger import Danger

SHORT_FOR = {
    "jgn": "jangan",
    "jngn": "jangan",
    "sy": "saya",
    "sya": "saya",
    "ds": "desa",
    "lwt": "lewat",
    "ktr": "kantor",
}
PAUSE = timedelta(minutes=2)
"""Who writes again within it is not told each time that it was passed on."""
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
        words.MINE,
        words.NO_NEWS,
    }
)
"""What the bot still hears itself while a case is open."""
UNTIL_TAKEN = (words.CANCEL,)
"""And this, until a colleague has taken it."""


def person(turn: Turn, _rest: str = "") -> Answer:
    """A person is asked for: where the desk is and who else helps, and what is wrong."""
    case = at_hand.of(turn)
    if read_along.case_refused(turn):
        return read_along.not_here(turn)
    if case:
        return under(settings.others(turn.say, turn.guide), questions.begin(turn))
    return under(settings.person(turn).text, questions.begin(turn))


def not_helped_again(turn: Turn) -> Answer:
    """An answer did not help for the second time: a person will."""
    return under(at_hand.say(turn).no_help_twice(), questions.begin(turn))


def category_chosen(turn: Turn, rest: str) -> Answer:
    """A kind of problem out of the list: it is a case from now on."""
    if at_hand.of(turn) or rest not in CATEGORIES:
        return questions.begin(turn)
    if read_along.refuses(turn, rest):
        return read_along.not_here(turn)
    return _first(turn, at_hand.open_new(turn, rest))


def typed(turn: Turn, text: str, understood: Understood) -> Answer | None:
    """What was typed at an open step of ours; None where it is not for it, or is a question the bot can answer first."""
    if refused := read_along.answered(turn, text, understood):
        return refused
    if turn.conversation.step == at_hand.PIN:
        return standing.pin_typed(turn, text)
    if turn.conversation.step == at_hand.STEP and has_letters(text) and not danger.is_question(text, understood):
        category = OF_ARTICLE.get(understood.slug or "", "other")
        if read_along.refuses(turn, category):
            return read_along.not_here(turn)
        case = at_hand.of(turn) or at_hand.open_new(turn, category)
        cases.answer(turn.session, case, "story", text, turn.key, turn.now)
        return _first(turn, case)
    known = at_hand.of(turn)
    if known and (placed := _placed(turn, known, text, understood)):
        cases.add_words(turn.session, known, text, turn.key, turn.now)
        return placed
    if turn.conversation.step == at_hand.QUESTION and known:
        return questions.answered(turn, known, text)
    if turn.conversation.step == welcome.VILLAGE and known and questions.is_under_way(turn):
        return welcome.village_typed(turn, text) or _not_a_village(turn, known, text)
    return standing.code_typed(turn, text)


def _not_a_village(turn: Turn, case: Case, text: str) -> Answer:
    """Somebody who is asked for the village goes on with what happened."""
    cases.add_words(turn.session, case, text, turn.key, turn.now)
    return questions.go_on_with(turn, at_hand.say(turn).noted())


def sent(turn: Turn, caption: str) -> Answer | None:
    """A photo or a voice note at an open step of ours: it is the answer."""
    if turn.conversation.step == welcome.VILLAGE and questions.is_under_way(turn) and (open_one := at_hand.of(turn)):
        cases.add_words(turn.session, open_one, caption, turn.key, turn.now, file_id=at_hand.file_with(turn, open_one))
        return questions.go_on_with(turn, at_hand.say(turn).noted())
    if turn.conversation.step not in (at_hand.STEP, at_hand.QUESTION):
        return None
    case = at_hand.of(turn) or at_hand.open_new(turn, "other")
    question = questions.asked(turn) or "story"
    question = question if question not in questions.SAFETY else "story"
    cases.answer(turn.session, case, question, caption, turn.key, turn.now, file_id=at_hand.file_with(turn, case))
    if turn.conversation.step == at_hand.STEP:
        return _first(turn, case)
    return questions.go_on_with(turn, at_hand.say(turn).noted())


def alarmed(turn: Turn, seen: Danger, text: str, card: Answer) -> Answer:
    """Danger was answered with its card: it is a case as well, and whoever is on duty is woken."""
    case = at_hand.of(turn)
    category = OF_DANGER.get(seen.kind, "other")
    is_child = seen.kind == "child"
    if read_along.refuses(turn, category, is_child=is_child) or read_along.case_refused(turn):
        text = ""
    if case is None:
        case = at_hand.open_new(turn, category, is_urgent=True, is_child=is_child)
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
    if read_along.case_refused(turn):
        return read_along.alarmed(turn, case, card)
    return under(card.text, replace(card, text=_told_staff(turn, case)))


# While it is held


def in_hand(turn: Turn) -> Case | None:
    """The case, where staff hold the talk: the bot keeps silent."""
    if turn.conversation.step in (at_hand.STEP, at_hand.QUESTION, at_hand.PIN, welcome.VILLAGE):
        return None
    case = None if read_along.case_refused(turn) else at_hand.of(turn)
    return case if case and not turn.conversation.memory.get("with_bot") else None


def is_left_to_staff(turn: Turn, seen: Danger | None) -> bool:
    """A doubtful danger in words to a colleague who is talking with them now: they read it, and the bot asks nothing."""
    held = in_hand(turn) if seen and seen.level == "ask" else None
    return held is not None and case_records.is_staff_there(turn.session, held, turn.now - REPLY_KEPT_OPEN)


def note_doubt(turn: Turn, text: str, step: str | None) -> None:
    """What made us ask whether there is danger stands in the open case too; without one it is found again by its message.

    `step`: what was open before.
    """
    kept_step = step if step in (at_hand.STEP, at_hand.QUESTION) else None
    remember(turn.conversation, doubt=turn.event_id or None, doubt_step=kept_step)
    if read_along.is_exposed(turn):
        turn.is_unkept = True
        return
    case = at_hand.of(turn)
    question = turn.conversation.memory.get("case_asks") if step == at_hand.QUESTION else None
    if case and question and question not in questions.SAFETY:
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
    if step == at_hand.QUESTION and at_hand.of(turn):
        return questions.go_on(turn)
    if step != at_hand.STEP or at_hand.of(turn) or not story:
        return None
    case = at_hand.open_new(turn, "other")
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
    if opened := standing.code_typed(turn, text):
        return [opened]  # a PIN is no word of the case
    cases.add_words(turn.session, case, text, turn.key, turn.now, file_id=at_hand.file_with(turn, case))
    if placed := _placed(turn, case, text, understood):
        return [placed]
    if turn.conversation.stopped_at:
        return [settings.is_stopped(turn)]
    if news := cover.asked_to_read(turn):
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
        at_hand.note_place(turn, case)
        return [placed]
    if turn.conversation.step == danger.STEP:
        return [Answer(_acknowledged(turn, case))]  # whether there is danger is asked again, before anything else
    if questions.next_question(turn, case):
        return [questions.go_on_with(turn, _acknowledged(turn, case))]
    return [Answer(_acknowledged(turn, case))] if _may_repeat(turn) else []


def _placed(turn: Turn, case: Case, text: str, understood: Understood) -> Answer | None:
    """In danger the country is listened for beside whatever else is said, in any step: with it, who can act there."""
    if not danger.waits_for_place(turn):
        return None
    placed = danger.place_told(turn, text, understood, lambda _: None)
    if danger.waits_for_place(turn):
        return None
    at_hand.note_place(turn, case)
    return placed


def _village_told(turn: Turn, case: Case, text: str) -> Answer | None:
    """The name of a village, where we do not know theirs."""
    if turn.conversation.village_id or case.home_code:
        return None
    turn.go_on = questions.go_on
    return welcome.village_surely(turn, text)


def _place_asked(turn: Turn) -> Answer | None:
    """In danger nothing is asked before the country is known: it decides who can act."""
    if not danger.waits_for_place(turn):
        return None
    return under(at_hand.say(turn).passed_on(), danger.ask_place(turn))


def left_for_bot(turn: Turn, menu: Answer) -> Answer:
    """MENU while staff hold the talk: the bot answers until PETUGAS is typed."""
    if at_hand.of(turn) is None or at_hand.is_hidden(turn) or read_along.case_refused(turn):
        return menu
    remember(turn.conversation, with_bot=True)
    return under(at_hand.say(turn).with_the_bot(), menu)


def around(turn: Turn, _rest: str = "") -> Answer:
    """ "Jangan ke desa saya": not through the village, now or when there will be a case."""
    case = at_hand.of(turn)
    if read_along.is_exposed(turn):
        if case:
            cases.go_around(turn.session, case_records.hold(turn.session, case.id), turn.now)
        return read_along.not_here(turn)
    if case is None:
        remember(turn.conversation, around=True)
        return Answer(at_hand.say(turn).goes_around_next(), questions.categories(turn), at_hand.STEP)
    cases.go_around(turn.session, case_records.hold(turn.session, case.id), turn.now)
    return under(at_hand.say(turn).goes_around(), questions.go_on(turn))


def around_in(turn: Turn, text: str) -> Answer | None:
    """The same wish within a longer message, which is also what happened."""
    said = f" {' '.join(SHORT_FOR.get(word, word) for word in words.plain(text).split())} "
    if words.command_in(text) or not any(f" {phrase} " in said for phrase in words.longer_for(words.AROUND)):
        return None
    case = at_hand.of(turn)
    if read_along.is_exposed(turn):
        return around(turn)
    if case:
        cases.add_words(turn.session, case, text, turn.key, turn.now)
        return around(turn)
    remember(turn.conversation, around=True)
    case = at_hand.open_new(turn, "other")
    cases.answer(turn.session, case, "story", text, turn.key, turn.now)
    return _first(turn, case)


def follow_village(turn: Turn) -> None:
    """They put their village right ("desa …"): an open case hears of it."""
    case = at_hand.of(turn) if turn.conversation.village_id else None
    village = areas.get(turn.session, turn.conversation.village_id) if case and turn.conversation.village_id else None
    if case and village and case.home_code not in (None, village.code):
        cases.put_right(turn.session, case, village, turn.now)


def consented(turn: Turn, rest: str) -> Answer:
    """The answer to "may we pass it on?" (`rest`: yes or no, and which referral)."""
    yes, _, number = rest.partition(".")
    case = at_hand.of(turn)
    referral = case_referrals.asked(turn.session, case, int(number)) if case and number.isdecimal() else None
    if referral is None or not case_referrals.consented(turn.session, referral, yes == "yes", turn.now):
        return standing.status(turn)
    return Answer(at_hand.say(turn).consent_noted() if yes == "yes" else at_hand.say(turn).refusal_noted())


def _first(turn: Turn, case: Case) -> Answer:
    """It is noted, with its number, and the first question."""
    lines = [at_hand.say(turn).opened(case_records.shown(case.code))]
    if case.is_urgent:
        lines.append(at_hand.say(turn).urgent_now() if cases.has_somebody(turn.session, case) else "")
    if not case.is_restricted and not case.bypasses_village:
        lines.append(at_hand.say(turn).around_the_village())
    return questions.go_on_with(turn, " ".join(line for line in lines if line))


def _told_staff(turn: Turn, case: Case) -> str:
    code = case_records.shown(case.code)
    say = at_hand.say(turn)
    told = say.officer_told(code) if cases.has_somebody(turn.session, case) else say.kept_for_officer(code)
    return told if case.is_restricted or case.bypasses_village else f"{told} {say.around_the_village()}"


def _acknowledged(turn: Turn, case: Case) -> str:
    return at_hand.say(turn).noted() if case.is_discreet else at_hand.say(turn).passed_on()


def _may_repeat(turn: Turn) -> bool:
    """Not after each of five messages in a row."""
    is_later = turn.now - turn.conversation.last_incoming_at > PAUSE
    was_said = turn.conversation.memory.get("case_acked")
    remember(turn.conversation, case_acked=True)
    return is_later or not was_said
