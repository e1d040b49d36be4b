"""What is noted about each answer, and one message answered in one transaction whatever happens on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import select

from bot.dialogues import guidance
from bot.phrases import Phrases
from bot.turns import Guide
from centre import conversations, inbox, outbox
from centre.answers import GivenAnswer
from centre.conversations import Conversation
from centre.db import Database
from centre.inbox import InboxEvent, Received
from centre.messages import Incoming
from centre.outbox import OutboxMessage
from content.finding import Finder
from processes.answering import answer_next
from tests.bot.chatting import NOW, Chat, settle_villages


@pytest.fixture
def chat(village_database: Database, guide: Guide) -> Chat:
    return Chat(village_database, guide)


def given(database: Database) -> list[tuple[str, str | None, bool | None]]:
    with database.reading() as session:
        return [
            (row.kind, row.slug, row.helped) for row in session.scalars(select(GivenAnswer).order_by(GivenAnswer.id))
        ]


def test_each_question_leaves_a_trace_without_words(chat: Chat) -> None:
    for text in (
        "cara cek agen resmi",
        "gajiku",
        "resep sayur lodeh",
        "makasih",
        "mau bicara dengan petugas",
    ):
        chat.say(text)
    chat.say("tolong saya dipukul majikan")
    kinds = [kind for kind, _, _ in given(chat.database)]
    assert kinds == ["answer", "choices", "none", "chitchat", "person", "danger"]


def test_commands_numbers_and_villages_are_no_questions(chat: Chat) -> None:
    for text in ("halo", "6", "Korleko", "0", "petugas", "hapus", "tidak"):
        chat.say(text)
    assert given(chat.database) == []


def test_sari_says_that_it_helped_and_that_it_did_not(chat: Chat) -> None:
    chat.say("cara cek agen resmi")
    chat.tap("yes:cek-izin-agen")
    chat.say("cara cek agen resmi")
    chat.say("belum membantu")
    assert given(chat.database) == [("answer", "cek-izin-agen", True), ("answer", "cek-izin-agen", False)]


def test_rating_what_was_never_answered_is_thanked_for_and_not_noted(chat: Chat) -> None:
    chat.say("halo")
    assert chat.tap("yes:gaji-tidak-dibayar")[-1].text
    assert given(chat.database) == []


def test_an_article_that_is_gone_is_not_noted_as_answered(chat: Chat) -> None:
    chat.tap("art:" + "x" * 59)
    assert given(chat.database) == []


@pytest.mark.parametrize(
    "code",
    ["", "\x00", "art:\x00", "menu:" + "9" * 5000, "x" * 5000, "yes:" + "x" * 60, "village:" + "9" * 50],
)
def test_forged_buttons_are_harmless_on_both_databases(database: Database, guide: Guide, code: str) -> None:
    with database.transaction() as session:
        settle_villages(session)
    assert Chat(database, guide, "web").tap(code)


def test_what_an_article_tells_about_itself(guide: Guide) -> None:
    say, today = Phrases("id"), NOW.date()
    checked = guidance.article(say, guide, "gaji-dipotong", today).text
    assert "Terakhir diperiksa petugas 3 November 2026." in checked
    assert "Hal ini sering berubah" in guidance.article(say, guide, "siapa-bayar-biaya", today).text
    assert "belum diperiksa petugas" in guidance.article(say, guide, "siapa-bayar-biaya", today).text


def test_an_article_is_stale_from_the_day_after_its_review_was_due(guide: Guide) -> None:
    due = date(2027, 2, 21)
    on_the_day, after = (
        guidance.article(Phrases("id"), guide, "siapa-bayar-biaya", due + timedelta(days=days)).text for days in (0, 1)
    )
    assert "harus diperiksa lagi" not in on_the_day
    assert "harus diperiksa lagi sejak 21 Februari 2027" in after


def test_fact_marks_and_placeholders_are_never_shown(guide: Guide) -> None:
    for slug in guide.library.slugs:
        text = guidance.article(Phrases("jv"), guide, slug, NOW.date()).text
        assert "{{" not in text
        assert "[UJI" not in text


# One transaction


class Breaks(Finder):
    """A finder that fails on one message."""

    def find_in(self, message):  # type: ignore[no-untyped-def]
        if "pecah" in message.text:
            raise ZeroDivisionError(message.text)
        return super().find_in(message)


def arrive(database: Database, chat: Chat, *texts: str) -> None:
    with database.transaction() as session:
        inbox.receive(session, [Received("telegram", text, chat.sender, Incoming("text", text)) for text in texts], NOW)


def rows(database: Database) -> list[str]:
    with database.reading() as session:
        return [
            outbox.part_of(session, row).text
            for row in session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
        ]


@pytest.mark.parametrize("careful", [False, True])
def test_what_cannot_be_answered_is_set_aside_and_the_person_is_told(
    database: Database, guide: Guide, careful: bool
) -> None:
    """Five tries, nothing half done in between, one sentence to the person, and the next message is answered."""
    finder = Breaks(**{name: getattr(guide.finder, name) for name in guide.finder.__dataclass_fields__})
    breaking = replace(guide, finder=finder)
    minutes = count()

    def clock() -> datetime:
        return NOW + timedelta(minutes=next(minutes))

    chat = Chat(database, breaking)
    arrive(database, chat, "pecah", "cara cek agen resmi")
    for _ in range(inbox.STRIKES):
        assert answer_next(database, breaking, clock, careful=careful)
    assert rows(database) == [Phrases("id").set_aside()]
    with database.reading() as session:
        event = session.scalars(select(InboxEvent).order_by(InboxEvent.id).limit(1)).one()
        assert (event.state, event.attempts, event.problem) == (
            "set_aside",
            inbox.STRIKES,
            "ZeroDivisionError",
        )
        assert session.scalars(select(GivenAnswer)).all() == []
        assert session.get_one(Conversation, conversations.of_sender(session, chat.sender, NOW)).notice_version is None
    assert answer_next(database, breaking, clock, careful=careful)
    assert any("Agen resmi punya izin" in text for text in rows(database))
    assert not answer_next(database, breaking, clock, careful=careful)


def test_blocking_and_coming_back(chat: Chat) -> None:
    chat.say("halo")
    with chat.database.transaction() as session:
        inbox.receive(session, [Received("telegram", "block", chat.sender, blocked=True)], chat.now)
    answer_next(chat.database, chat.guide, lambda: chat.now)
    assert chat.conversation().blocked_at == chat.now
    assert chat.say("halo"), "who writes has unblocked us"
    assert chat.conversation().blocked_at is None


def test_a_picture_is_kept_for_staff(chat: Chat) -> None:
    chat.send(Incoming("media", "ini paspor saya"))
    with chat.database.reading() as session:
        event = session.scalars(select(InboxEvent)).one()
        assert (event.for_staff, event.problem, event.state) == (True, "media", "done")
