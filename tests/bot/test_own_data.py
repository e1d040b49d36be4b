"""Sari's data in the chat: told in her language after the answer, agreed to or not, shown, taken along, objected to, erased."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.dialogues import welcome
from bot.gateway_phrases import GatewayPhrases
from bot.phrases import NOTICE_VERSION, Phrases
from bot.privacy_phrases import PrivacyPhrases
from bot.turns import Guide, Turn
from centre import census_requests, conversation_consents, erasure_receipts, outbox, sms_parts
from centre.answers import GivenAnswer
from centre.census_requests import DataRequest
from centre.conversations import Conversation
from centre.db import Database
from centre.inbox import InboxEvent
from centre.messages import Part
from centre.notices import Notice
from centre.people import Person
from processes import noticing
from tests.bot.chatting import Chat
from tests.centre.booked import WAYAN

QUESTION = "gaji saya belum dibayar"


def said(parts: list[Part]) -> str:
    return "\n".join(part.text for part in parts)


def count(chat: Chat, table: type, *which: object) -> int:
    with chat.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table).where(*which)) or 0  # type: ignore[arg-type]


def consents(chat: Chat) -> list[tuple[str, str, str, str]]:
    with chat.database.reading() as session:
        rows = conversation_consents.of(session, chat.conversation().id)
        return [(row.said, row.version, row.language, row.channel) for row in rows]


def test_the_answer_comes_first_and_the_notice_after_it(new_chat: Chat) -> None:
    texts = [part.text for part in new_chat.say(QUESTION)]
    [notice] = [number for number, text in enumerate(texts) if "JANGAN SIMPAN" in text]
    assert notice > 0, "the answer stands before it"
    assert "Selamat datang" in texts[notice]


@pytest.fixture
def new_chat(village_database: Database, guide: Guide) -> Chat:
    """Somebody who writes for the first time."""
    return Chat(village_database, guide)


@pytest.mark.parametrize(
    ("question", "notice"),
    [("how much does a passport cost", "DO NOT KEEP"), ("gajiku durung dibayar majikan", "AJA DISIMPEN")],
)
def test_the_notice_speaks_the_language_that_was_heard(new_chat: Chat, question: str, notice: str) -> None:
    assert notice in said(new_chat.say(question))
    language = {"DO NOT KEEP": "en", "AJA DISIMPEN": "jv"}[notice]
    assert consents(new_chat) == [("shown", NOTICE_VERSION, language, new_chat.sender.channel)]


def test_the_notice_leads_to_the_page_that_tells_everything(database: Database, guide: Guide) -> None:
    guide = replace(guide, home="https://balai.example")
    chat = Chat(database, guide, "whatsapp", name="628")
    assert "https://balai.example/privasi" in said(chat.say("halo"))
    english = Chat(database, guide, "whatsapp", name="629")
    assert "https://balai.example/privacy" in said(english.say("how much does a passport cost"))


@pytest.mark.parametrize("language", ["id", "jv", "su", "sas", "en"])
def test_by_short_message_the_way_there_fits_into_the_welcome(database: Database, guide: Guide, language: str) -> None:
    told = short_welcome(Chat(database, guide, "sms"), language, "https://balai.lomboktimurkab.example.id")
    page = "/privacy" if language == "en" else "/privasi"
    assert told.endswith(f"https://balai.lomboktimurkab.example.id{page}")
    assert sms_parts.count(sms_parts.plain(told)) <= welcome.SHORT_PARTS


@pytest.mark.parametrize("home", ["", f"https://{'balai.' * 30}example.id"])
def test_by_short_message_a_way_that_leads_nowhere_or_costs_a_part_more_is_left_out(
    database: Database, guide: Guide, home: str
) -> None:
    assert short_welcome(Chat(database, guide, "sms"), "id", home) == GatewayPhrases("id").short_welcome()


def short_welcome(chat: Chat, language: str, home: str) -> str:
    """What somebody who speaks this language reads of us by short message."""
    chat.say("halo")
    number = chat.conversation().id
    with chat.database.transaction() as session:
        here = session.get_one(Conversation, number)
        return welcome.welcome(Turn(session, here, replace(chat.guide, home=home), chat.now, Phrases(language))).text


def test_what_was_shown_and_what_was_said_to_it_can_be_proved(village_chat: Chat) -> None:
    village_chat.say("halo")
    assert "dicatat" in said(village_chat.say("setuju"))
    assert [row[0] for row in consents(village_chat)] == ["shown", "agreed"]
    with village_chat.database.reading() as session:
        shown, agreed = conversation_consents.of(session, village_chat.conversation().id)
        assert shown.words == agreed.words == conversation_consents.mark_of(PrivacyPhrases("id").privacy(""))
        assert agreed.at == village_chat.now


def test_who_knew_an_older_wording_is_told_that_it_changed(village_chat: Chat) -> None:
    village_chat.say("halo")
    number = village_chat.conversation().id
    with village_chat.database.transaction() as session:
        session.get_one(Conversation, number).notice_version = "2026-01"
    again = said(village_chat.say(QUESTION))
    assert "berubah" in again
    assert "Selamat datang" not in again
    assert [row[0] for row in consents(village_chat)] == ["shown", "shown"]
    assert "JANGAN SIMPAN" not in said(village_chat.say(QUESTION))


def test_who_declines_is_answered_and_nothing_of_it_stays(village_chat: Chat) -> None:
    village_chat.say("/start HJK347")
    village_chat.say(QUESTION)
    assert "sudah dihapus" in said(village_chat.say("jangan simpan"))
    here = village_chat.conversation()
    assert (here.village_id, here.declined_at) == (None, village_chat.now)
    assert count(village_chat, InboxEvent, InboxEvent.sealed_payload.is_not(None)) == 0
    answered = count(village_chat, GivenAnswer)
    first = said(village_chat.say(QUESTION))
    assert len(first) > 100, "information goes on"
    assert count(village_chat, InboxEvent, InboxEvent.sealed_payload.is_not(None)) == 0
    assert count(village_chat, GivenAnswer) == answered


def test_danger_is_answered_and_opens_a_case_whatever_was_declined(village_chat: Chat) -> None:
    village_chat.say("halo")
    village_chat.say("jangan simpan")
    assert "110" in said(village_chat.say("tolong saya dipukul majikan sekarang"))


@pytest.mark.parametrize("wish", ["daftar", "lapor", "petugas", "kabar", "mau ikut pelatihan"])
def test_what_must_be_kept_to_be_done_asks_once_more(village_chat: Chat, wish: str) -> None:
    village_chat.say("halo")
    village_chat.say("jangan simpan")
    asked = said(village_chat.say(wish))
    assert "Setuju disimpan untuk ini?" in asked
    assert count(village_chat, Person) == 0
    assert village_chat.conversation().declined_at
    village_chat.say("setuju")
    assert village_chat.conversation().declined_at is None
    assert [row[0] for row in consents(village_chat)] == ["shown", "declined", "agreed"]


def test_anybody_sees_what_is_held_and_takes_it_along(village_chat: Chat) -> None:
    village_chat.say("/start HJK347")
    village_chat.say(QUESTION)
    shown = village_chat.say("data saya")
    assert "Desa: Korleko" in said(shown)
    assert "Pesan Anda: 5" in said(shown)
    labels = [choice.label for part in shown for choice in part.choices]
    for label in ("Ambil salinan", "Jangan simpan", "Hapus semua", "Keberatan", "Pendataan desa"):
        assert label in labels, label
    copy = said(village_chat.tap("own:copy"))
    assert f"Anda: {QUESTION}" in copy
    assert "Balai: " in copy


def test_a_copy_tells_nothing_of_a_case(village_chat: Chat) -> None:
    village_chat.say("halo")
    village_chat.say("tolong saya dipukul majikan sekarang")
    copy = said(village_chat.tap("own:copy"))
    assert "dipukul" not in copy
    assert "KASUS SAYA" in copy


def test_an_objection_goes_to_the_desk_and_its_answer_comes_back(village_chat: Chat) -> None:
    village_chat.say("/start HJK347")
    assert "3×24 jam" in said(village_chat.say("keberatan"))
    village_chat.say("keberatan")
    here = village_chat.conversation()
    with village_chat.database.transaction() as session:
        [request] = session.scalars(select(DataRequest)).all()
        assert (request.wish, request.conversation_id, request.village_id) == ("object", here.id, here.village_id)
        assert request.due_at == request.asked_at + timedelta(hours=72)
        census_requests.answer(session, request, WAYAN, village_chat.now, refused_because="Kasus Anda masih berjalan.")
        [notice] = session.scalars(select(Notice)).all()
        notice.due_at = village_chat.now
    assert noticing.tell_due(village_chat.database, "", lambda: village_chat.now + timedelta(minutes=5)) == 1
    with village_chat.database.reading() as session:
        told = outbox.part_of(session, outbox.said(session, here.id)[-1])
    assert "Kasus Anda masih berjalan." in told.text


def test_who_is_forgotten_leaves_no_trace_in_consents_and_requests_and_has_a_receipt(village_chat: Chat) -> None:
    village_chat.say("halo")
    village_chat.say("setuju")
    village_chat.say("keberatan")
    village_chat.say("hapus")
    gone = said(village_chat.tap("forget:yes"))
    code = gone.split("HPS-")[1][:11]
    with village_chat.database.reading() as session:
        receipt = erasure_receipts.of_code(session, f"hps-{code.lower()}")
        assert receipt is not None
        assert (receipt.erased, receipt.at) == ("conversation", village_chat.now)
        assert conversation_consents.of(session, village_chat.conversation().id) == []
        [request] = session.scalars(select(DataRequest)).all()
        assert (request.conversation_id, request.state) == (None, "done")


def test_who_looks_right_after_hapus_finds_nothing_but_what_they_just_sent(village_chat: Chat) -> None:
    village_chat.say(QUESTION)
    village_chat.say("hapus")
    village_chat.say("ya")
    assert "Pesan Anda: hanya yang baru saja Anda kirim; jawaban kami: 1" in said(village_chat.say("data saya"))


@pytest.mark.parametrize(
    ("channel", "shown"),
    [("web", "Dari layar ini"), ("telegram", "Pesan di HP Anda"), ("sms", "Pesan di HP Anda")],
)
def test_what_hapus_says_is_left_is_true_of_the_channel(village_chat: Chat, channel: str, shown: str) -> None:
    rohani = Chat(village_chat.database, village_chat.guide, channel, name="628123450009")
    rohani.say("halo")
    rohani.say("hapus")
    told = said(rohani.say("ya"))
    assert shown in told
    assert ("Pesan di HP" in told) == (channel != "web")
    assert "Tanda terima penghapusan: HPS-" in told
