"""Where others read along: a cry for help is answered and heard of, its words are kept nowhere, and no reply goes there."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from bot.short_messages import REST, fitted
from bot.turns import Guide
from centre import case_records, cases, sms_parts
from centre.case_records import Case, CaseEntry, Sending
from centre.db import Database
from centre.inbox import InboxEvent, opened
from centre.messages import Choice, Outgoing, numbered
from tests.bot import at_the_desk
from tests.bot.chatting import Chat

CRY = "tolong anak saya dikurung majikan, dia bekerja di rumah Abdullah"
EXPOSED = ("fonnte", "waha", "sms")
everywhere = pytest.mark.parametrize("channel", [*EXPOSED, "telegram"])


def chat_on(channel: str, database: Database, guide: Guide) -> Chat:
    chat = Chat(database, guide, channel, name="6281234500001")
    chat.say("Desa HJK347")
    return chat


def kept(database: Database, words: str) -> tuple[bool, bool]:
    """Do these words lie in the inbox, or in a case?"""
    with database.reading() as session:
        inbox = [event for event in session.scalars(select(InboxEvent)) if event.sealed_payload is not None]
        in_inbox = any(words in str(opened(session, event)) for event in inbox)
        entries = session.scalars(select(CaseEntry).where(CaseEntry.sealed_text.is_not(None))).all()
        return in_inbox, any(words in case_records.words_of(session, entry) for entry in entries)


def the_case(database: Database) -> Case | None:
    with database.reading() as session:
        found = session.scalars(select(Case)).first()
        if found:
            session.expunge(found)
        return found


@everywhere
def test_a_cry_for_help_is_answered_and_heard_of_without_its_words(
    village_database: Database, guide: Guide, channel: str
) -> None:
    chat = chat_on(channel, village_database, guide)
    said = " ".join(part.text for part in chat.say(CRY))
    assert "KP2MI 0800-0000" in said, "the card goes out on every channel"
    case = the_case(village_database)
    assert case
    assert (case.is_urgent, case.is_restricted) == (True, True)
    chat.say("majikannya bernama Abdullah")
    assert kept(village_database, "Abdullah") == ((False, False) if channel in EXPOSED else (True, True))
    with village_database.reading() as session:
        noted = session.scalars(select(CaseEntry).where(CaseEntry.detail == "withheld")).all()
        assert len(noted) == (1 if channel in EXPOSED else 0)


@everywhere
def test_a_doubtful_word_is_asked_about_and_not_kept(village_database: Database, guide: Guide, channel: str) -> None:
    chat = chat_on(channel, village_database, guide)
    chat.say("saya takut sama majikan, namanya Abdullah")
    assert kept(village_database, "Abdullah")[0] == (channel not in EXPOSED)


@everywhere
def test_violence_chosen_from_the_list_opens_no_case(village_database: Database, guide: Guide, channel: str) -> None:
    chat = chat_on(channel, village_database, guide)
    chat.say("lapor")
    chat.say("kekerasan")
    assert bool(the_case(village_database)) == (channel not in EXPOSED)


@everywhere
def test_what_goes_around_the_village_is_not_told_here(village_database: Database, guide: Guide, channel: str) -> None:
    chat = chat_on(channel, village_database, guide)
    chat.say("jangan ke desa saya, kepala desa Pak Badrun yang memberangkatkan")
    assert kept(village_database, "Badrun") == ((False, False) if channel in EXPOSED else (True, True))


@pytest.mark.parametrize("channel", EXPOSED)
def test_an_ordinary_case_is_answered_until_it_becomes_a_sensitive_one(
    village_database: Database, guide: Guide, channel: str
) -> None:
    chat = chat_on(channel, village_database, guide)
    at_the_desk.do(village_database, "Bu Rina bekerja di 52.03", chat.now)
    heard = [part.text for said in ("lapor", "1", "belum dibayar 4 bulan", "2") for part in chat.say(said)]
    assert "PIN" not in " ".join(heard)
    assert kept(village_database, "belum dibayar 4 bulan")[1]
    case = the_case(village_database)
    assert case
    with village_database.transaction() as session:
        seen = session.get_one(Case, case.id)
        cases.change_category(session, seen, case_records.BOT, "violence", chat.now, is_urgent=True)
    for deed in ("Bu Rina ambil", "Bu Rina jawab: Kami hubungi KBRI tentang suami Ibu."):
        at_the_desk.do(village_database, deed, chat.now)
        at_the_desk.write_first(village_database, chat.now)
    assert chat.arrived() == []
    with village_database.reading() as session:
        (reply,) = session.scalars(select(CaseEntry).where(CaseEntry.kind == "reply"))
        assert (reply.sending, reply.why_not) == (Sending.NOT_TOLD, "exposed")


@pytest.mark.parametrize("channel", EXPOSED)
def test_a_case_of_another_channel_is_not_shown_to_who_has_its_pin(
    village_database: Database, guide: Guide, channel: str
) -> None:
    chat_on("telegram", village_database, guide).say(CRY)
    with village_database.reading() as session:
        case = session.scalars(select(Case)).one()
        code, pin = case_records.shown(case.code), case_records.pin_of(session, case)
    chat = Chat(village_database, guide, channel, name="6281299900001")
    said = " ".join(part.text for part in chat.say(f"{code} {pin}"))
    assert "terbaca orang lain" in said
    assert "petugas khusus" not in said


# Short messages

words_of_people = st.lists(
    st.sampled_from(["Gaji", "adalah", "hak", "“pekerja”.", "Catat—bulannya!", "ꦲꦏ꧀ꦱꦫ", "\n\n", "€"])
)


@given(st.lists(st.tuples(words_of_people, st.integers(0, 9)), min_size=1, max_size=3))
def test_asking_for_more_brings_all_of_it_three_parts_at_a_time(said: list[tuple[list[str], int]]) -> None:
    replies = tuple(
        Outgoing(" ".join(words), tuple(Choice(f"c{n}", f"Pilihan {n}") for n in range(count))) for words, count in said
    )
    conversation = Remembering()
    whole, got = replies, ""
    for _ in range(60):
        (one,) = fitted(conversation, whole)  # type: ignore[arg-type]
        assert sms_parts.count(one.text) <= 3
        rest = conversation.memory.get(REST)
        got += one.text.removesuffix("Balas LAGI untuk lanjutannya.")
        if not rest:
            break
        whole = (Outgoing(str(rest)),)
    wanted = sms_parts.plain("\n\n".join(numbered(each) for each in replies))
    if len(wanted) < 1500:
        assert "".join(got.split()) == "".join(wanted.split())


@dataclass
class Remembering:
    """All of a conversation that matters here."""

    channel: str = "sms"
    language: str | None = None
    memory: dict[str, object] = field(default_factory=dict)
