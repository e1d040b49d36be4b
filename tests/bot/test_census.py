"""`data saya`: Sari agrees, tells, sees, corrects and takes back; a parent tells of a child; the desk's are the desk's."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from bot.census_reading import age_in, country_in, month_in, name_in
from bot.turns import Guide
from centre import calendars, census_consents, census_reminders, erasure_receipts, people
from centre.areas import Village
from centre.census import Entry
from centre.census_consents import VERSION, Given
from centre.census_records import CensusRecord
from centre.census_requests import DataRequest, words_of
from centre.conversations import Conversation
from centre.db import Database
from centre.notices import Notice
from centre.people import Person
from tests.bot.chatting import Chat
from tests.centre.counted_in import ROHANI, registered


@pytest.fixture
def sari(village_chat: Chat) -> Chat:
    village_chat.say("/start HJK347")
    return village_chat


def said(parts: list) -> str:
    return "\n".join(part.text for part in parts)


def record(chat: Chat) -> tuple[Person, CensusRecord]:
    with chat.database.reading() as session:
        [found] = session.execute(select(Person, CensusRecord).join(CensusRecord)).all()
        return found[0], found[1]


def name_of(chat: Chat) -> str:
    with chat.database.reading() as session:
        return session.scalars(select(Person)).one().name


def count(chat: Chat, table: type) -> int:
    with chat.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def tell_all(chat: Chat) -> str:
    chat.say("pendataan")
    chat.say("setuju")
    chat.tap("data:who:self")
    chat.say("Sari Utami")
    chat.say("31")
    chat.tap("data:kind:abroad")
    chat.tap("data:sex:f")
    chat.say("Hong Kong")
    chat.say("3-2027")
    chat.say("31 Desember 2028")
    return said(chat.tap("data:remind:yes"))


def test_consent_comes_before_any_question(sari: Chat) -> None:
    text = said(sari.say("PENDATAAN"))
    for part in ("Nomor KTP, KK, dan paspor tidak disimpan", "3 tahun", "3×24 jam", "Tidak setuju tidak mengurangi"):
        assert part in text, part
    assert "tidak ada yang didata" in said(sari.say("tidak setuju"))
    assert count(sari, Person) == 0


def test_everything_told_is_kept_with_the_consent(sari: Chat) -> None:
    assert "Data Sari Utami disimpan" in tell_all(sari)
    person, known = record(sari)
    assert (name_of(sari), person.kind, person.birth_year) == ("Sari Utami", "abroad", 1995)
    assert (known.sex, known.destination, known.source) == ("f", "hk", "chat")
    assert (known.contract_ends_on, known.passport_ends_on) == (date(2027, 3, 31), date(2028, 12, 31))
    with sari.database.reading() as session:
        [consent] = census_consents.standing(session, [person.id])
        assert (consent.version, consent.how, consent.may_remind) == (VERSION, "chat", True)
        assert consent.conversation_id == sari.conversation().id
    shown = said(sari.say("data saya"))
    for part in ("Sari Utami", "Hong", "31 Desember 2028", "Anda mau diingatkan"):
        assert part in shown, part


@pytest.mark.parametrize("remind", ["yes", "no"])
def test_what_is_near_already_is_said_at_once_and_not_again(sari: Chat, remind: str) -> None:
    for text in ("pendataan", "setuju"):
        sari.say(text)
    sari.tap("data:who:self")
    sari.say("Sari Utami")
    sari.say("31")
    sari.tap("data:kind:abroad")
    sari.tap("data:sex:f")
    sari.say("Hong Kong")
    today = calendars.local(sari.now, "Asia/Makassar").date()
    contract, passport = today + timedelta(days=40), today + timedelta(days=175)
    sari.say(f"{contract:%d/%m/%Y}")
    sari.say(f"{passport:%d/%m/%Y}")
    text = said(sari.tap(f"data:remind:{remind}"))
    assert "Data Sari Utami disimpan" in text
    assert ("kontrak kerja Sari Utami sampai" in text, "paspor Sari Utami berlaku" in text) == (remind == "yes",) * 2
    with sari.database.transaction() as session:
        census_reminders.plan(session, sari.now)
        assert session.scalars(select(Notice).where(Notice.state == "due")).all() == [], "said already"
        census_reminders.plan(session, sari.now + timedelta(days=12))
        due = session.scalars(select(Notice.key).where(Notice.state == "due")).all()
        assert [key.split(":")[2:4] for key in due] == ([["contract", "30"]] if remind == "yes" else [])


def test_every_question_but_the_name_can_be_skipped(sari: Chat) -> None:
    for text in ("pendataan", "setuju"):
        sari.say(text)
    sari.tap("data:who:self")
    sari.say("Sari")
    for _ in range(3):
        last = sari.say("lewati")
    assert "Data Sari disimpan" in said(last)
    person, known = record(sari)
    assert (person.kind, person.birth_year, known.sex) == (None, None, None)


def test_nothing_is_kept_before_the_last_answer(sari: Chat) -> None:
    for text in ("pendataan", "setuju"):
        sari.say(text)
    sari.tap("data:who:self")
    sari.say("Sari")
    sari.say("batal")
    assert count(sari, Person) == 0
    sari.tap("data:sex:f")
    assert count(sari, Person) == 0, "an old button tells nobody anything"


def test_what_cannot_be_read_is_asked_once_more_and_a_question_is_answered(sari: Chat) -> None:
    for text in ("pendataan", "setuju"):
        sari.say(text)
    sari.tap("data:who:self")
    assert "belum terbaca sebagai nama" in said(sari.say("5203071234567890"))
    sari.say("Sari")
    assert "belum terbaca sebagai umur" in said(sari.say("tua"))
    sari.say("1995")
    sari.tap("data:kind:abroad")
    sari.tap("data:sex:f")
    assert "belum kami kenal" in said(sari.say("atlantis"))
    sari.say("taiwan")
    answered = said(sari.say("gaji saya dipotong majikan"))
    assert "Kontrak kerjanya sampai kapan" in answered, "the open question comes back after the answer"
    assert "belum terbaca sebagai bulan" in said(sari.say("besok"))


def test_under_eighteen_a_parent_tells(sari: Chat) -> None:
    for text in ("pendataan", "setuju"):
        sari.say(text)
    sari.tap("data:who:self")
    sari.say("Dewi")
    assert "orang tua atau walinya" in said(sari.say("15"))
    assert count(sari, Person) == 0
    sari.say("pendataan")
    sari.say("setuju")
    sari.tap("data:who:child")
    sari.say("Dewi")
    sari.say("15")
    sari.tap("data:sex:f")
    person, known = record(sari)
    assert (person.kind, person.birth_year, known.destination) == ("family", 2011, None)
    with sari.database.reading() as session:
        assert census_consents.standing(session, [person.id])[0].by_guardian


@pytest.mark.parametrize("relation", ["self", "sibling"])
def test_a_child_known_from_a_booking_does_not_agree_for_itself(sari: Chat, relation: str) -> None:
    sari.say("halo")
    conversation_id = sari.conversation().id
    with sari.database.transaction() as session:
        dewi = people.add(session, "Dewi", sari.now, birth_year=2011)
        people.tie(session, dewi, session.get_one(Conversation, conversation_id), relation, sari.now)
    for text in ("pendataan", "setuju"):
        sari.say(text)
    assert "orang tua atau walinya" in said(sari.tap(f"data:who:{dewi.id}"))
    sari.tap("data:sex:f")
    assert count(sari, CensusRecord) == 0


def test_hapus_erases_what_was_told_here(sari: Chat) -> None:
    tell_all(sari)
    sari.say("hapus")
    text = said(sari.say("ya"))
    assert "meja desa" not in text
    assert (count(sari, Person), count(sari, CensusRecord)) == (0, 0)


def test_taken_back_the_record_goes(sari: Chat) -> None:
    tell_all(sari)
    sari.say("data saya")
    assert "Tarik persetujuan untuk data Sari Utami" in said(sari.say("tarik persetujuan"))
    told = said(sari.say("ya"))
    assert "Sudah ditarik" in told
    with sari.database.reading() as session:
        receipt = erasure_receipts.of_code(session, told.split("HPS-")[1][:11])
        assert receipt is not None
        assert receipt.erased == "register"
    assert (count(sari, Person), count(sari, CensusRecord)) == (1, 0)


def test_put_right_in_the_chat_what_is_skipped_stays(sari: Chat) -> None:
    tell_all(sari)
    sari.say("data saya")
    sari.say("betulkan data")
    for text in ("lewati", "lewati"):
        sari.say(text)
    person, known = record(sari)
    sari.say("lewati")
    person, known = record(sari)
    assert (person.birth_year, person.kind, known.destination) == (1995, "abroad", "hk")


# What the desk holds


def on_paper(chat: Chat, name: str, relation: str, entry: Entry = ROHANI) -> int:
    """Somebody behind this telephone who signed at the desk."""
    conversation_id = chat.conversation().id
    with chat.database.transaction() as session:
        village = session.scalars(select(Village).where(Village.link_code == "HJK347")).one()
        conversation = session.get_one(Conversation, conversation_id)
        person = people.add(session, name, chat.now, village_id=village.id)
        people.tie(session, person, conversation, relation, chat.now)
        given_ = Given("paper", date(2026, 11, 20))
        registered(session, village, replace(entry, name=name, since=None), given_, person)
        return person.id


def test_what_the_desk_holds_is_shown_and_corrected_by_the_desk(sari: Chat) -> None:
    number = on_paper(sari, "Sari Utami", "self")
    shown = said(sari.say("data saya"))
    assert "Paspor berlaku sampai 15 Juni 2027" in shown
    assert "meja desa" in shown
    sari.say("betulkan data")
    assert "diteruskan ke petugas desa" in said(sari.say("Nama saya Sari Utari"))
    with sari.database.reading() as session:
        request = session.scalars(select(DataRequest)).one()
        assert (request.person_id, request.wish, request.how) == (number, "correct", "chat")
        assert words_of(session, request) == "Nama saya Sari Utari"
    sari.say("data saya")
    sari.say("tarik persetujuan")
    assert "3×24 jam" in said(sari.say("ya"))
    with sari.database.reading() as session:
        assert set(session.scalars(select(DataRequest.wish))) == {"correct", "stop"}
    sari.say("hapus")
    assert "meja desa dihapus oleh petugas" in said(sari.say("ya"))


@pytest.mark.parametrize(("relation", "use"), [("spouse", "own"), ("self", "unsafe")])
def test_nobody_sees_anothers_data_nor_ones_own_on_an_unsafe_telephone(sari: Chat, relation: str, use: str) -> None:
    number = on_paper(sari, "Budi Santoso", relation, replace(ROHANI, phone_use=use))
    shown = said(sari.say("data saya"))
    assert "2027" not in shown
    assert "Hanya Budi Santoso sendiri" in shown
    for code in (f"data:out:{number}", f"data:out-yes:{number}", f"data:fix:{number}", f"data:show:{number}"):
        sari.tap(code)
    sari.say("tidak")
    assert count(sari, DataRequest) == 0
    assert count(sari, CensusRecord) == 1


@pytest.mark.parametrize(
    "code", ["data:who:999", "data:show:abc", "data:out-yes:", "data:kind:raja", "data:", "data:skip", "data:remind:x"]
)
def test_forged_buttons_lead_to_the_beginning(sari: Chat, code: str) -> None:
    assert "Pendataan desa" in said(sari.tap(code))
    assert count(sari, Person) == 0


def test_sasak_is_asked_in_sasak(village_database: Database, guide: Guide) -> None:
    chat = Chat(village_database, guide)
    chat.say("0")
    chat.tap("lang:sas")
    assert "saq tesimpen aran" in said(chat.say("pendataan tiang"))


# Reading


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("3-2027", "2027-03-31"),
        ("02/2028", "2028-02-29"),
        ("31-12-2027", "2027-12-31"),
        ("Desember 2027", "2027-12-31"),
        ("1 mei 2027", "2027-05-01"),
        ("13-2027", None),
        ("31-2-2027", None),
        ("besok", None),
        ("2027", None),
    ],
)
def test_months_are_read_as_people_write_them(text: str, day: str | None) -> None:
    assert month_in(text) == day


@pytest.mark.parametrize(
    ("text", "age"),
    [("31", "31"), ("31 tahun", "31"), ("umur 31 thn", "31"), ("1995", "31"), ("200", None), ("x", None)],
)
def test_ages_and_years_are_read(text: str, age: str | None) -> None:
    assert age_in(text, 2026) == age


@settings(max_examples=200)
@given(st.text(max_size=40))
def test_nothing_that_is_written_breaks_the_reading(text: str) -> None:
    day, age = month_in(text), age_in(text, 2026)
    assert day is None or date.fromisoformat(day)
    assert age is None or 0 <= int(age) <= 110
    assert name_in(text) is None or name_in(text) == name_in(name_in(text) or "")
    assert country_in(text) != "id"
