"""Inaq Rohani tells of her problem: each question answered, skipped, in a photo, left for later, or cut short by danger."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.catalogues import catalogue
from bot.dialogues.case_questions import LISTED, SAFETY, _questions
from bot.phrases import NOTICE_VERSION, Phrases
from bot.turns import Guide
from centre import areas, case_records, cases, conversations, inbox, outbox
from centre.case_records import Case
from centre.case_safety import hide
from centre.conversations import Conversation
from centre.db import Database
from centre.inbox import Received
from centre.messages import Choice, Incoming, Part
from centre.staff import Role, StaffMember
from content import languages
from processes import telling
from processes.answering import answer
from tests.bot.chatting import NOW, Chat
from tests.centre.alerted import staff_member

KORLEKO = "52.03.17.2006"
DANGER = "tolong saya dipukul majikan"
MAY_BE_DANGER = "saya takut sama majikan"
CODES = [language.code for language in languages.OFFERED]


class Family(Chat):
    """Somebody with a telephone, and what became of what they said."""

    open_question: str | None = None

    def meets(self, village: str = "HJK347") -> Family:
        """They have been welcomed, and came by the link of their village (or by none)."""
        with self.database.transaction() as session:
            here = session.get_one(Conversation, conversations.of_sender(session, self.sender, self.now))
            here.notice_version, here.notice_at = NOTICE_VERSION, self.now
            found = areas.by_link_code(session, village)
            here.village_id = found.id if found else None
        return self

    def reports(self, category: str = "pay") -> list[Part]:
        self.say("lapor")
        return self.tap(f"trouble:{category}")

    def case(self) -> Case:
        """The newest case of all."""
        with self.database.reading() as session:
            return session.scalars(select(Case).order_by(Case.id.desc())).first()  # type: ignore[return-value]

    def how_many(self) -> int:
        with self.database.reading() as session:
            return len(session.scalars(select(Case.id)).all())

    def arrived(self) -> list[Part]:
        """What was queued, as it stands in the outbox: how it travels is told elsewhere, and takes longer."""
        with self.database.transaction() as session:
            here = conversations.of_sender(session, self.sender, self.now)
            rows = outbox.said(session, here, self._read)
            parts = [outbox.part_of(session, row) for row in rows if row.state == outbox.State.OPEN]
            for row in rows:
                row.state = outbox.State.SENT
            self._read = max([self._read, *(row.id for row in rows)])
            conversation = session.get_one(Conversation, here)
            self.offered = [Choice(*row) for row in conversation.offered]
            is_asked = conversation.step == "case-question"
            self.open_question = conversation.memory.get("case_asks") if is_asked else None
        return parts

    def asked(self) -> str | None:
        """Which question of ours is open."""
        return self.open_question

    def thread(self) -> list[tuple[str, str, str]]:
        """(kind, detail, words) of what the family said."""
        with self.database.reading() as session:
            entries = case_records.thread(session, self.case().id)
            kept = [entry for entry in entries if entry.kind in ("words", "answer")]
            return [(entry.kind, entry.detail, case_records.words_of(session, entry)) for entry in kept]

    def facts(self) -> dict[str, str]:
        with self.database.reading() as session:
            return case_records.facts_of(session, self.case())

    def held_by_wayan(self) -> None:
        with self.database.transaction() as session:
            if session.get(StaffMember, "Wayan") is None:
                staff_member(session, "Wayan", (Role.PETUGAS, KORLEKO))
            cases.take(session, case_records.hold(session, self.case().id), "Wayan", self.now)
        telling.tell_families(self.database, lambda: self.now)
        self.arrived()

    def sends_photo(self, caption: str = "") -> list[Part]:
        """A photo as the platforms bring it, with a file behind it."""
        self.now += timedelta(minutes=1)
        with self.database.transaction() as session:
            key = f"{self.name}:photo:{next(self._numbers)}"
            incoming = Incoming("media", caption)
            received = Received(self.channel, key, self.sender, incoming, media=f"file{key}")
            inbox.receive(session, [received], self.now)
        with self.database.transaction() as session:
            claimed = inbox.claim(session, self.now)
            assert claimed
            answer(session, *claimed, self.guide, self.now)
        return self.arrived()


@pytest.fixture
def rohani(village_database: Database, guide: Guide) -> Family:
    return Family(village_database, guide).meets()


def text_of(parts: list[Part]) -> str:
    return "\n".join(part.text for part in parts)


def answered(family: Family, question: str) -> None:
    """Whatever is open, in words that fit it."""
    words = {"safe": "ya", "sharing": "suami saya", "hours": "2", "cover": "mangga", "name": "Inaq Rohani"}
    family.say(words.get(question, f"jawaban soal {question}"))


def skipped(family: Family, question: str) -> None:
    family.tap("case-name:none" if question == "name" else "case-skip")


def walk(family: Family, act: Callable[[Family, str], object]) -> list[str]:
    """Do the same with every question until none is asked; gives those that were."""
    asked = []
    while question := family.asked():
        asked.append(question)
        assert len(asked) < 20, f"asked again and again: {asked}"
        act(family, question)
    return asked


# Every category, every question


@pytest.mark.parametrize("category", LISTED)
def test_every_question_answered_in_words(rohani: Family, category: str) -> None:
    opened = rohani.reports(category)
    assert case_records.shown(rohani.case().code) in text_of(opened)
    asked = walk(rohani, answered)
    assert asked == [*_questions()[category], *SAFETY]
    own = [question for question in asked if question not in SAFETY]
    assert [(detail, words) for _, detail, words in rohani.thread() if detail in own] == [
        (question, f"jawaban soal {question}") for question in own
    ]
    assert rohani.facts() == {"sharing": "suami saya", "cover": "mangga", "name": "Inaq Rohani"}
    case = rohani.case()
    assert (case.category, case.is_safe, case.safe_hours, case.area) == (category, True, "morning", KORLEKO)
    kept_apart = {"suami saya", "mangga", "Inaq Rohani"}
    assert not kept_apart & {words for _, _, words in rohani.thread()}, "who somebody is stands apart from the case"


@pytest.mark.parametrize("category", LISTED)
def test_every_question_skipped(rohani: Family, category: str) -> None:
    rohani.reports(category)
    assert walk(rohani, skipped) == [*_questions()[category], *SAFETY]
    case = rohani.case()
    assert (case.is_safe, case.is_anonymous, rohani.facts()) == (None, True, {}), "not answered is not safe"


@pytest.mark.parametrize("category", LISTED)
def test_every_own_question_answered_with_a_photo(rohani: Family, category: str) -> None:
    rohani.reports(category)
    own = _questions()[category]
    asked = walk(
        rohani, lambda family, question: family.sends_photo() if question in own else skipped(family, question)
    )
    assert asked == [*own, *SAFETY]
    with rohani.database.reading() as session:
        thread = case_records.thread(session, rohani.case().id)
        assert [entry.detail for entry in thread if entry.file_id] == own


@pytest.mark.parametrize("question", SAFETY)
def test_a_photo_where_a_word_is_asked_for_is_kept_and_the_question_comes_again(rohani: Family, question: str) -> None:
    rohani.reports("other")
    while rohani.asked() != question:
        skipped(rohani, rohani.asked() or "")
    rohani.sends_photo("ini suratnya")
    assert rohani.asked() == question
    assert ("answer", "story", "ini suratnya") in rohani.thread()


@pytest.mark.parametrize("category", LISTED)
def test_enough_for_now_leaves_only_whether_it_is_safe(rohani: Family, category: str) -> None:
    rohani.reports(category)
    answered(rohani, rohani.asked() or "")
    rohani.tap("case-enough")
    assert rohani.asked() == ("safe" if category else None)
    rohani.tap("case-safe:no")
    assert rohani.asked() == "cover"
    done = rohani.tap("case-skip")
    assert rohani.asked() is None
    assert "PIN" in text_of(done)
    assert rohani.case().is_discreet


def test_more_to_tell_where_it_is_asked_whether_it_is_safe(rohani: Family) -> None:
    rohani.reports("other")
    rohani.tap("case-skip")
    rohani.say("majikannya bernama Haji Latif")
    assert rohani.asked() == "safe"
    assert ("words", "", "majikannya bernama Haji Latif") in rohani.thread()
    assert rohani.case().is_safe is None


@pytest.mark.parametrize("word", ["ya", "menu", "a", "x" * 40, "satu dua tiga empat", "petugas"])
def test_a_cover_word_that_would_be_said_by_chance_is_refused(rohani: Family, word: str) -> None:
    rohani.reports("other")
    while rohani.asked() != "cover":
        skipped(rohani, rohani.asked() or "")
    rohani.say(word)
    assert rohani.case().cover_lookup is None


def test_what_was_said_before_is_not_asked_again(rohani: Family) -> None:
    """She said in passing that her daughter is in Malaysia, and came by the link of her village."""
    rohani.say("saya bekerja di malaysia")
    rohani.reports("pay")
    asked = walk(rohani, skipped)
    assert "where" not in asked
    assert ("answer", "where", "MY") in rohani.thread()


@pytest.mark.parametrize("said", ["Korleko", "desa korleko"])
def test_the_village_is_asked_on_the_way_where_it_is_not_known(
    village_database: Database, guide: Guide, said: str
) -> None:
    family = Family(village_database, guide).meets(village="")
    family.reports("pay")
    asked_for = family.say("anak saya tidak digaji")
    assert "desa" in text_of(asked_for).casefold()
    family.say(said)
    assert family.case().area == KORLEKO
    assert walk(family, skipped)[0] == "where"


def test_the_village_skipped_is_not_asked_again(village_database: Database, guide: Guide) -> None:
    family = Family(village_database, guide).meets(village="")
    family.reports("pay")
    family.say("anak saya tidak digaji")
    family.tap("skip")
    assert walk(family, skipped)[0] == "where"
    assert family.case().area is None


# First contact, several telephones, languages


@pytest.mark.parametrize("first", ["saya mau lapor", "petugas", "lapor"])
def test_on_first_contact_a_problem_can_be_told_at_once(village_database: Database, guide: Guide, first: str) -> None:
    family = Family(village_database, guide)
    welcomed = family.say(first)
    assert "Selamat datang" in welcomed[-1].text, "after the answer they are told who answers and what is kept"
    family.say("ijazah saya ditahan PT")
    assert family.how_many() == 1
    assert ("answer", "story", "ijazah saya ditahan PT") in family.thread()


@pytest.mark.parametrize("confirmed", [True, False])
def test_a_doubt_at_the_first_word_of_the_story_does_not_lose_it(rohani: Family, confirmed: bool) -> None:
    rohani.say("lapor")
    asked = rohani.say(MAY_BE_DANGER)
    assert [choice.code for choice in asked[-1].choices] == ["danger:yes", "danger:no"]
    rohani.tap("danger:yes" if confirmed else "danger:no")
    assert rohani.case().is_urgent is confirmed
    assert MAY_BE_DANGER in {words for _, _, words in rohani.thread()}


def test_two_telephones_two_cases_and_neither_hears_of_the_other(
    village_database: Database, guide: Guide, rohani: Family
) -> None:
    sari = Family(village_database, guide, name="628123450002").meets()
    rohani.reports("pay")
    first = rohani.case()
    sari.reports("documents")
    second = sari.case()
    assert first.id != second.id
    rohani.say("gajinya ditahan")
    with rohani.database.reading() as session:
        words = [case_records.words_of(session, entry) for entry in case_records.thread(session, second.id)]
    assert "gajinya ditahan" not in words
    assert case_records.shown(second.code) not in text_of(rohani.say("kasus saya"))


@pytest.mark.parametrize("language", CODES)
def test_every_language_comes_to_the_end(village_database: Database, guide: Guide, language: str) -> None:
    """The same questions in the same order, each skipped by the label that stands there."""
    family = Family(village_database, guide).meets()
    family.tap(f"lang:{language}")
    family.reports()
    say = Phrases(language)
    asked = []
    while question := family.asked():
        asked.append(question)
        label = family.offered[0].label if question == "name" else say.label_skip()
        done = family.say(label)
    assert asked == [*_questions()["pay"], *SAFETY]
    case = family.case()
    assert case_records.shown(case.code) in text_of(done)
    with family.database.reading() as session:
        assert case_records.pin_of(session, case) in text_of(done)
    assert case.language == language


@pytest.mark.parametrize("language", CODES)
def test_reporting_is_a_word_in_every_language(village_database: Database, guide: Guide, language: str) -> None:
    family = Family(village_database, guide).meets()
    family.tap(f"lang:{language}")
    known = catalogue(language).pgettext(
        "kata", "lapor|laporkan masalah|lapor masalah|mau lapor|saya mau lapor|pengaduan|mengadu|buat laporan"
    )
    for word in known.split("|"):
        offered = family.say(word)
        assert [choice.code for part in offered for choice in part.choices][:1] == ["trouble:pay"], word


# Danger on the way


def steps(category: str) -> Iterator[str]:
    yield from (*_questions()[category], *SAFETY)


def numbers(family: Family) -> set[str]:
    return {contact.number for contact in family.guide.library.contacts.values()}


@pytest.mark.parametrize("category", ["deception", "sickness"])
def test_danger_at_each_question_is_answered_first_and_its_words_are_kept(
    village_database: Database, guide: Guide, category: str
) -> None:
    for number, question in enumerate(steps(category)):
        family = Family(village_database, guide, name=f"62812{number:05}").meets()
        family.reports(category)
        while family.asked() != question:
            skipped(family, family.asked() or "")
        said = family.say(DANGER)
        assert any(known in said[0].text for known in numbers(family)), question
        case = family.case()
        assert (case.is_urgent, case.is_restricted) == (True, True), question
        assert DANGER in {words for _, _, words in family.thread()}, question
        assert family.how_many() == number + 1, "the same case, not another"


@pytest.mark.parametrize("confirmed", [True, False])
def test_a_doubtful_danger_is_asked_about_and_stands_in_the_case(rohani: Family, confirmed: bool) -> None:
    rohani.reports("pay")
    asked = rohani.say(MAY_BE_DANGER)
    assert [choice.code for choice in asked[-1].choices] == ["danger:yes", "danger:no"]
    assert MAY_BE_DANGER in {words for _, _, words in rohani.thread()}
    rohani.tap("danger:yes" if confirmed else "danger:no")
    assert rohani.case().is_urgent is confirmed
    if not confirmed:
        assert rohani.asked() == "where", "the story is told: on to what is asked next"


def test_in_danger_with_no_case_one_is_opened_that_the_village_does_not_see(rohani: Family) -> None:
    said = rohani.say(DANGER)
    case = rohani.case()
    assert case_records.shown(case.code) in text_of(said)
    assert (case.is_urgent, case.is_restricted, case.category) == (True, True, "violence")
    assert ("answer", "story", DANGER) in rohani.thread()


# While it is held


def test_menu_brings_the_bot_back_and_petugas_the_desk(rohani: Family) -> None:
    rohani.reports("pay")
    rohani.tap("case-enough")
    walk(rohani, skipped)
    rohani.held_by_wayan()
    assert rohani.say("anak saya takut") == []
    assert "PETUGAS" in text_of(rohani.say("menu"))
    assert rohani.say("gaji saya dipotong, boleh?"), "the bot answers"
    assert "gaji saya dipotong, boleh?" not in {words for _, _, words in rohani.thread()}
    rohani.say("petugas")
    assert rohani.say("ada kontraknya") == []
    assert ("words", "", "ada kontraknya") in rohani.thread()


@pytest.mark.parametrize("said", ["0", "1", "12", "4 bulan", "ya", "tidak", "daftar", "batal", "lapor"])
def test_to_a_colleague_who_holds_it_numbers_and_commands_are_words(rohani: Family, said: str) -> None:
    rohani.reports("pay")
    rohani.tap("case-enough")
    walk(rohani, skipped)
    rohani.held_by_wayan()
    assert rohani.say(said) == []
    assert ("words", "", said) in rohani.thread()


def test_ones_own_bookings_are_listed_whoever_holds_the_case(rohani: Family) -> None:
    rohani.reports("pay")
    rohani.tap("case-enough")
    walk(rohani, skipped)
    rohani.held_by_wayan()
    assert rohani.say("janji saya")
    assert ("words", "", "janji saya") not in rohani.thread()


@pytest.mark.parametrize("said", ["janji saya", "menu", "besok saya kabari lagi"])
def test_a_doubt_that_is_passed_over_is_asked_about_again(rohani: Family, said: str) -> None:
    rohani.reports("pay")
    rohani.tap("case-enough")
    walk(rohani, skipped)
    rohani.say(MAY_BE_DANGER)
    asked = rohani.say(said)
    assert [choice.code for choice in asked[-1].choices] == ["danger:yes", "danger:no"]
    rohani.say("ya")
    assert rohani.case().is_urgent


def test_questions_begun_in_javanese_stay_so_after_a_sentence_in_indonesian(rohani: Family) -> None:
    rohani.say("kepriye carane nggawe paspor")
    rohani.say("lapor")
    rohani.say("suami saya sudah empat bulan tidak digaji oleh majikannya")
    with rohani.database.transaction() as session:
        here = session.get_one(Conversation, conversations.of_sender(session, rohani.sender, rohani.now))
        assert here.memory["heard"] == "jv"


@pytest.mark.parametrize("how", ["all", "keep", "no"])
def test_forgetting_with_an_open_case(rohani: Family, how: str) -> None:
    rohani.reports("pay")
    rohani.say("anak saya tidak digaji")
    asked = rohani.say("hapus")
    assert case_records.shown(rohani.case().code) in text_of(asked), "what a case is kept for is said"
    told = text_of(rohani.tap(f"forget:{how}"))
    assert ("HPS-" in told) == (how != "no"), "a receipt for what went"
    case = rohani.case()
    assert case.is_open == (how != "all")
    assert (case.erased_at is None) == (how != "all")
    words = {words for _, _, words in rohani.thread()}
    assert ("anak saya tidak digaji" in words) == (how != "all")
    if how == "keep":
        rohani.say("masih di sini")
        assert ("words", "", "masih di sini") in rohani.thread()


# From another telephone


@pytest.fixture
def reported(rohani: Family) -> tuple[Family, str, str]:
    """(Rohani, code, PIN) of a case with a story."""
    rohani.reports("pay")
    rohani.say("anak saya tidak digaji")
    rohani.tap("case-enough")
    walk(rohani, skipped)
    with rohani.database.reading() as session:
        return rohani, case_records.shown(rohani.case().code), case_records.pin_of(session, rohani.case())


def other_phone(family: Family) -> Family:
    other = Family(family.database, family.guide, name="628123459999").meets("HJK349")
    other.now = family.now
    return other


def wrong(pin: str) -> str:
    return f"{(int(pin) + 1) % 10**6:06}"


@pytest.mark.parametrize("at_once", [True, False])
def test_code_and_pin_tell_where_it_stands_and_nothing_of_what_was_said(
    reported: tuple[Family, str, str], at_once: bool
) -> None:
    rohani, code, pin = reported
    other = other_phone(rohani)
    if at_once:
        shown = other.say(f"{code} {pin}")
    else:
        assert "PIN" in text_of(other.say(code.lower().replace("-", " ")))
        shown = other.say(pin)
    assert "Yang membaca" in text_of(shown)
    assert "tidak digaji" not in text_of(shown)
    [here] = [choice.code for part in shown for choice in part.choices]
    other.tap(here)
    other.say("saya pakai HP ini sekarang")
    assert ("words", "", "saya pakai HP ini sekarang") in rohani.thread()
    rohani.now = other.now
    assert rohani.say("halo") != [], "the old telephone is the bot's again"
    assert ("words", "", "halo") not in rohani.thread()


def test_wrong_pins_are_counted_and_the_right_one_too_late_opens_nothing(reported: tuple[Family, str, str]) -> None:
    rohani, code, pin = reported
    other = other_phone(rohani)
    for _ in range(5):
        assert "tidak cocok" in text_of(other.say(f"{code} {wrong(pin)}"))
    assert "terlalu banyak" in text_of(other.say(f"{code} {pin}"))
    other.now += timedelta(minutes=61)
    assert "Yang membaca" in text_of(other.say(f"{code} {pin}"))


def test_a_code_that_was_never_given_out_answers_like_a_wrong_pin(reported: tuple[Family, str, str]) -> None:
    rohani, code, pin = reported
    other = other_phone(rohani)
    invented = "347-KMTR" if code != "347-KMTR" else "349-KMTR"
    assert text_of(other.say(f"{invented} {pin}")) == text_of(other.say(f"{code} {wrong(pin)}"))


def test_the_button_to_go_on_here_opens_nothing_without_the_pin(reported: tuple[Family, str, str]) -> None:
    rohani, code, _ = reported
    other = other_phone(rohani)
    other.tap(f"case-here:{code.replace('-', '')}")
    with rohani.database.reading() as session:
        moved_to = session.get_one(Case, rohani.case().id).conversation_id
    assert moved_to == rohani.conversation().id


# Danger within two seconds, in every state


def nothing_told(family: Family) -> None:
    """No case at all."""


def at_a_question(family: Family) -> None:
    family.reports("pay")


def at_the_list(family: Family) -> None:
    family.say("lapor")


def at_the_pin(family: Family) -> None:
    family.say("347-KMTR")


def waiting(family: Family) -> None:
    family.reports("pay")
    family.tap("case-enough")
    walk(family, skipped)


def held(family: Family) -> None:
    waiting(family)
    family.held_by_wayan()


def with_a_long_thread(family: Family) -> None:
    held(family)
    with family.database.transaction() as session:
        case = case_records.hold(session, family.case().id)
        for number in range(300):
            cases.add_words(session, case, f"kata ke-{number} " * 50, f"long{number}", family.now)


def hidden(family: Family) -> None:
    held(family)
    with family.database.transaction() as session:
        hide(session, case_records.hold(session, family.case().id), family.now)


def with_the_bot(family: Family) -> None:
    held(family)
    family.say("menu")


def stopped(family: Family) -> None:
    held(family)
    family.say("berhenti")


def being_forgotten(family: Family) -> None:
    waiting(family)
    family.say("hapus")


def closed(family: Family) -> None:
    waiting(family)
    with family.database.transaction() as session:
        case = case_records.hold(session, family.case().id)
        case.state, case.closed_at, case.due_at, case.awaits = "closed", family.now, None, "family"


STATES = (
    at_a_question,
    at_the_list,
    at_the_pin,
    waiting,
    held,
    with_a_long_thread,
    hidden,
    with_the_bot,
    stopped,
    being_forgotten,
    closed,
)
IN_DANGER = (
    DANGER,
    "majikan nggebugi aku ning Taiwan",
    "help my boss hit me",
    "🆘",
    DANGER + " " + "dan saya tidak tahu harus bagaimana " * 100,
)


def seconds(family: Family, text: str) -> float:
    """How long the answer to a cry for help takes; the numbers to call must be in its first words."""
    started = time.perf_counter()
    said = family.say(text)
    took = time.perf_counter() - started
    assert said, text
    assert any(number in said[0].text for number in numbers(family)), text
    return took


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_danger_is_answered_within_two_seconds_in_every_state(
    village_database: Database, guide: Guide, state: Callable[[Family], None]
) -> None:
    """And hardly later than to somebody who has no case: what a case adds must not grow with it."""
    calm = [Family(village_database, guide, name=f"62812888{number}").meets() for number in range(3)]
    usual = min(seconds(each, DANGER) for each in calm)
    family = Family(village_database, guide, now=NOW + timedelta(hours=1)).meets()
    state(family)
    took = [seconds(family, text) for text in IN_DANGER]
    assert max(took) < 2
    assert min(took) < max(10 * usual, 0.5)


@pytest.mark.parametrize("language", CODES)
def test_and_in_every_language(village_database: Database, guide: Guide, language: str) -> None:
    family = Family(village_database, guide).meets()
    family.tap(f"lang:{language}")
    held(family)
    assert seconds(family, DANGER) < 2


def test_a_conversation_without_a_case_is_asked_for_none(village_database: Database, guide: Guide) -> None:
    family = Family(village_database, guide).meets()
    family.say("gaji saya dipotong, boleh?")
    assert family.conversation().has_case is False
