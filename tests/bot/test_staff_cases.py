"""Wayan, the officer of Korleko, takes and answers cases in his own Telegram; Inaq Rohani's family writes in another chat."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event, select

from bot.turns import Guide
from centre import case_records, cases
from centre.areas import Village
from centre.audit import AuditEntry
from centre.case_records import Case, Category, shown
from centre.db import Database
from centre.messages import Incoming
from centre.staff import Role
from centre.staff_channels import StaffChannel
from tests.bot.chatting import NOW, Chat
from tests.centre.alerted import chat as telephone
from tests.centre.alerted import staff_member

KORLEKO = "52.03.17.2006"
WORDS = "Suami saya di Ipoh, gajinya empat bulan tidak dibayar."


@pytest.fixture
def wayan(village_database: Database, guide: Guide) -> Chat:
    """He has linked his chat, and has been welcomed in it as anybody."""
    return _linked(village_database, guide, "Wayan", "628111", (Role.PETUGAS, KORLEKO))


def _linked(database: Database, guide: Guide, name: str, number: str, *roles: tuple[Role, str]) -> Chat:
    chat = Chat(database, guide, name=number)
    for _ in range(2):
        chat.say("0")
    conversation_id = chat.conversation().id
    with database.transaction() as session:
        staff_member(session, name, *roles)
        session.add(StaffChannel(staff_id=name, conversation_id=conversation_id, linked_at=NOW))
    return chat


def opened(database: Database, category: Category = "pay", number: str = "628222") -> Case:
    with database.transaction() as session:
        case = cases.open_case(session, telephone(session, number, NOW, KORLEKO), category, NOW, language="id")
        cases.add_words(session, case, WORDS, f"w{number}", NOW)
        cases.answer(session, case, "where", "Malaysia", f"a{number}", NOW)
        cases.answer(session, case, "name", "Inaq Rohani", f"n{number}", NOW)
        return case


def change(database: Database, case: Case, **facts: object) -> None:
    with database.transaction() as session:
        for name, value in facts.items():
            setattr(session.get_one(Case, case.id), name, value)


def replies(database: Database, case: Case) -> list[tuple[str, str]]:
    """(who, words) of every reply in the thread."""
    with database.reading() as session:
        thread = case_records.thread(session, case.id)
        return [(entry.by, case_records.words_of(session, entry)) for entry in thread if entry.kind == "reply"]


def deeds(database: Database, case: Case) -> list[tuple[str, str]]:
    with database.reading() as session:
        rows = session.scalars(select(AuditEntry).where(AuditEntry.about == case.about).order_by(AuditEntry.id))
        return [(row.staff_id, row.deed) for row in rows]


def now(database: Database, case: Case) -> Case:
    with database.reading() as session:
        return session.get_one(Case, case.id)


def test_taken_read_and_answered(wayan: Chat) -> None:
    """One tap takes it and shows what the family said; what he writes goes to them, each word once, until he is done."""
    case = opened(wayan.database)
    [shown_words] = wayan.tap(f"st-take:{case.code}")
    assert WORDS in shown_words.text
    assert "Di mana: Malaysia" in shown_words.text
    assert "Inaq Rohani" not in shown_words.text, "who somebody is stays at the desk"
    assert f"DIKIRIM KE KELUARGA {shown(case.code)}" in shown_words.text
    assert now(wayan.database, case).holder_id == "Wayan"

    for words in ("Selamat siang, Bu.", "Siapa nama majikannya?"):
        [sent] = wayan.say(words)
        assert shown(case.code) in sent.text
    [done] = wayan.say("Selesai")
    assert "tetap Anda pegang" in done.text

    assert replies(wayan.database, case) == [("Wayan", "Selamat siang, Bu."), ("Wayan", "Siapa nama majikannya?")]
    assert deeds(wayan.database, case) == [
        ("Wayan", "case_taken"),
        ("Wayan", "case_read"),
        ("Wayan", "case_replied"),
        ("Wayan", "case_replied"),
    ]
    assert now(wayan.database, case).awaits == "family"


def test_the_same_words_twice_are_two_replies(wayan: Chat) -> None:
    case = opened(wayan.database)
    wayan.tap(f"st-take:{case.code}")
    wayan.say("Ya")
    wayan.say("Ya")
    assert replies(wayan.database, case) == [("Wayan", "Ya"), ("Wayan", "Ya")]


@pytest.mark.parametrize("how", ["{code}: Baik, Bu.", "{plain}:Baik, Bu.", "{lower} : Baik, Bu."])
def test_a_reply_with_the_code_before_it(wayan: Chat, how: str) -> None:
    case = opened(wayan.database)
    wayan.say(f"ambil {shown(case.code)}")
    wayan.say("selesai")
    wayan.say(how.format(code=shown(case.code), plain=case.code, lower=shown(case.code).lower()))
    assert replies(wayan.database, case) == [("Wayan", "Baik, Bu.")]


def test_the_code_decides_to_whom_it_goes(wayan: Chat) -> None:
    """He has one family in hand and writes to another by its code: from then on that one is in hand, and he is told so."""
    first, second = opened(wayan.database), opened(wayan.database, number="628333")
    wayan.tap(f"st-take:{first.code}")
    wayan.tap(f"st-take:{second.code}")
    wayan.say(f"{shown(first.code)}: Untuk yang pertama.")
    [sent] = wayan.say("Ini juga.")
    assert shown(first.code) in sent.text
    assert replies(wayan.database, first) == [("Wayan", "Untuk yang pertama."), ("Wayan", "Ini juga.")]
    assert replies(wayan.database, second) == []


def test_long_after_it_goes_to_nobody_unasked(wayan: Chat) -> None:
    """Twenty minutes later it may be his own question: it is said that it did not go. What follows is his own again."""
    case = opened(wayan.database)
    wayan.tap(f"st-take:{case.code}")
    wayan.now += timedelta(minutes=20)
    [said] = wayan.say("Berapa biaya paspor?")
    assert "BELUM dikirim" in said.text
    assert "BELUM dikirim" not in wayan.say("Berapa biaya paspor?")[0].text
    assert replies(wayan.database, case) == []


@pytest.mark.parametrize("word", ["menu", "0", "bahasa", "janji saya"])
def test_a_word_that_works_everywhere_puts_the_case_down(wayan: Chat, word: str) -> None:
    case = opened(wayan.database)
    wayan.tap(f"st-take:{case.code}")
    wayan.say(word)
    wayan.say("Gaji saya dipotong, boleh?")
    assert replies(wayan.database, case) == []


def test_his_own_button_puts_the_case_down(wayan: Chat) -> None:
    case = opened(wayan.database)
    wayan.tap(f"st-take:{case.code}")
    wayan.tap("menu")
    wayan.say("1")
    assert replies(wayan.database, case) == []


def test_without_a_case_he_is_answered_as_anybody(wayan: Chat, village_chat: Chat) -> None:
    asked = "Gaji saya dipotong, boleh?"
    assert [part.text for part in wayan.say(asked)] == [part.text for part in village_chat.say(asked)]


def test_before_he_takes_it_nothing_is_read_or_sent(wayan: Chat) -> None:
    case = opened(wayan.database)
    [by_code] = wayan.say(shown(case.code))
    assert [choice.code for choice in by_code.choices] == [f"st-take:{case.code}"]
    [refused] = wayan.say(f"{shown(case.code)}: Halo, Bu.")
    assert "Belum dikirim" in refused.text
    assert WORDS not in by_code.text + refused.text
    assert replies(wayan.database, case) == []
    assert deeds(wayan.database, case) == []
    assert now(wayan.database, case).holder_id is None


@pytest.mark.parametrize(
    "facts",
    [{"is_restricted": True}, {"bypasses_village": True, "area": "52.03"}, {"is_discreet": True}, {"hidden_at": NOW}],
)
def test_sensitive_cases_are_opened_at_the_desk_alone(
    village_database: Database, guide: Guide, facts: dict[str, object]
) -> None:
    """The coordinator may know of them, but neither words nor taking go through Telegram."""
    ratna = _linked(village_database, guide, "Ratna", "628444", (Role.COORDINATOR, "52.03"))
    case = opened(village_database)
    change(village_database, case, **facts)
    for said in (
        ratna.tap(f"st-take:{case.code}"),
        ratna.say(shown(case.code)),
        ratna.say(f"ambil {case.code}"),
        ratna.say(f"{case.code}: Halo, Bu."),
    ):
        [part] = said
        assert "tidak dibuka di Telegram" in part.text
        assert WORDS not in part.text
    assert now(village_database, case).holder_id is None
    assert replies(village_database, case) == []


def test_it_becomes_discreet_while_he_has_it_in_hand(wayan: Chat) -> None:
    case = opened(wayan.database)
    wayan.tap(f"st-take:{case.code}")
    change(wayan.database, case, is_discreet=True)
    [said] = wayan.say("Bu?")
    assert "tidak dibuka di Telegram" in said.text
    assert replies(wayan.database, case) == []


@pytest.mark.parametrize("facts", [{"bypasses_village": True, "area": "52.03"}, {"is_restricted": True}])
def test_for_him_it_is_not_there(wayan: Chat, facts: dict[str, object]) -> None:
    """A case that goes around his village answers him exactly as a code that was never given out."""
    case = opened(wayan.database)
    change(wayan.database, case, **facts)
    for before, after in (("ambil ", ""), ("", ": Halo")):
        [real] = wayan.say(f"{before}{case.code}{after}")
        [invented] = wayan.say(f"{before}347KMTR{after}")
        assert real.text == invented.text
    assert wayan.tap(f"st-take:{case.code}")[0].text == wayan.tap("st-take:347KMTR")[0].text
    assert deeds(wayan.database, case) == []


def test_somebody_was_faster(wayan: Chat, guide: Guide) -> None:
    made = _linked(wayan.database, guide, "Made", "628555", (Role.PETUGAS, KORLEKO))
    case = opened(wayan.database)
    wayan.tap(f"st-take:{case.code}")
    [said] = made.tap(f"st-take:{case.code}")
    assert "dipegang petugas lain" in said.text
    assert WORDS not in said.text
    [refused] = made.say(f"{case.code}: Halo")
    assert "dipegang petugas lain" in refused.text
    assert replies(wayan.database, case) == []


def test_a_closed_case(wayan: Chat) -> None:
    case = opened(wayan.database)
    wayan.tap(f"st-take:{case.code}")
    change(wayan.database, case, state="closed")
    [said] = wayan.say("Bu?")
    assert "sudah ditutup" in said.text
    assert replies(wayan.database, case) == []


@pytest.mark.parametrize(("words", "refusal"), [("", "Belum ada isinya"), ("a" * 4001, "terlalu panjang")])
def test_what_cannot_go_is_said_so(wayan: Chat, words: str, refusal: str) -> None:
    case = opened(wayan.database)
    wayan.tap(f"st-take:{case.code}")
    [said] = wayan.say(f"{case.code}: {words}")
    assert refusal in said.text
    assert replies(wayan.database, case) == []


def test_a_photo_is_sent_from_the_desk(wayan: Chat) -> None:
    case = opened(wayan.database)
    wayan.tap(f"st-take:{case.code}")
    [said] = wayan.send(Incoming("media"))
    assert "lewat komputer" in said.text
    assert replies(wayan.database, case) == []


def test_nobody_is_staff_to_their_own_case(wayan: Chat) -> None:
    """Wayan's own chat has a case as well: he cannot take what he wrote himself."""
    own = wayan.conversation()
    with wayan.database.transaction() as session:
        conversation = session.merge(own)
        conversation.village_id = session.scalars(select(Village.id).where(Village.code == KORLEKO)).one()
        case = cases.open_case(session, conversation, "pay", NOW, language="id")
    [said] = wayan.tap(f"st-take:{case.code}")
    assert "tidak ada untuk Anda" in said.text
    assert now(wayan.database, case).holder_id is None


def test_unlinked_or_a_stranger_the_codes_open_nothing(wayan: Chat, village_chat: Chat) -> None:
    case = opened(wayan.database)
    with wayan.database.transaction() as session:
        for link in session.scalars(select(StaffChannel)):
            link.ended_at = NOW
    for chat in (wayan, village_chat):
        said = " ".join(part.text for part in [*chat.tap(f"st-take:{case.code}"), *chat.say(f"{case.code}: Halo")])
        assert WORDS not in said
    assert now(wayan.database, case).holder_id is None
    assert replies(wayan.database, case) == []


def test_who_is_no_colleague_is_not_looked_for_among_them(
    wayan: Chat, village_chat: Chat, village_database: Database
) -> None:
    """Every message of a family comes this way: none of theirs waits for a question about staff."""
    case = opened(village_database)
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "staff_channels" in statement:
            asked.append(statement)

    event.listen(village_database.engine, "before_cursor_execute", note)
    try:
        for said in ("gaji saya dipotong, boleh?", "menu", "ambil", "halo bu, nomor saya 0812 3456 7890"):
            village_chat.say(said)
            wayan.say(said)
        village_chat.tap("menu")
        assert asked == []
        wayan.say(f"ambil {shown(case.code)}")
        assert asked, "the words that are about a case are looked at"
    finally:
        event.remove(village_database.engine, "before_cursor_execute", note)
    assert now(village_database, case).holder_id == "Wayan"
