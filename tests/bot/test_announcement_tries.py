"""Wayan tries his announcement in chats of his own, whichever they are: as it reads there, to him alone, for nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from centre import announcement_tries, announcements, news_consents
from centre.announcements import Announcement, State, Wanted
from centre.areas import Village
from centre.code_tries import CodeTry
from centre.notices import Notice
from centre.staff import Scope
from tests.bot.chatting import Chat

EVERYWHERE = Scope(frozenset({""}), False)
TEXTS = {"id": "Sabtu ada pelatihan bengkel.", "sas": "Jelo Saptu araq pelatihan bengkel."}


def code(chat: Chat, language: str = "id", days: int = 0) -> str:
    """What the desk showed so many days ago."""
    with chat.database.transaction() as session:
        found = session.scalars(select(Announcement)).first()
        if found is None:
            village = session.scalars(select(Village.id).where(Village.name == "Korleko")).one()
            found = announcements.save(session, EVERYWHERE, None, Wanted(TEXTS, [village]), "wayan", chat.now)
        return announcement_tries.code_for(session, found, language, chat.now - timedelta(days=days))


@pytest.mark.parametrize("channel", ["telegram", "whatsapp", "web"])
def test_the_code_is_answered_with_the_announcement_as_it_reads_there(village_chat, channel):
    wayan = Chat(village_chat.database, village_chat.guide, channel, village_chat.now, name="628999")
    [said] = wayan.say(code(wayan))
    assert said.text.startswith("Kabar dari Pusat Layanan Migrasi Desa Korleko:\n\nSabtu ada pelatihan bengkel.")
    assert "BERHENTI KABAR" in said.text
    [sasak] = wayan.say(f"/start {code(wayan, 'sas')}")
    assert "Jelo Saptu araq pelatihan bengkel." in sasak.text
    with wayan.database.reading() as session:
        assert session.scalars(select(Notice)).all() == []
        assert session.scalars(select(Announcement.state)).all() == [State.DRAFT]
        assert news_consents.of(session, wayan.conversation().id) is None


def test_yesterdays_code_is_good_and_an_older_one_is_not(village_chat):
    assert "pelatihan bengkel" in village_chat.say(code(village_chat, days=1))[0].text
    assert "tidak berlaku" in village_chat.say(code(village_chat, days=2))[0].text


@pytest.mark.parametrize(
    "change", [lambda it: it[:-1] + ("0" if it[-1] != "0" else "1"), lambda it: it.replace("1id", "2id")]
)
def test_a_code_that_was_guessed_shows_nothing_and_is_counted(village_chat, change):
    for _ in range(6):
        [said] = village_chat.say(change(code(village_chat)))
        assert "tidak berlaku" in said.text
    with village_chat.database.reading() as session:
        assert len(session.scalars(select(CodeTry)).all()) == 5
    assert "tidak berlaku" in village_chat.say(code(village_chat))[0].text, "too many wrong ones came from here"


def test_an_open_question_stays_open(village_chat):
    village_chat.say("halo")
    village_chat.say("desa")
    step = village_chat.conversation().step
    village_chat.say(code(village_chat))
    assert village_chat.conversation().step == step is not None
