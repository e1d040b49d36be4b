"""Inaq Rohani does not read: what she asks for is spoken to her, on each channel as it plays voices."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from centre import conversations, outbox, sounds
from centre.conversations import Conversation, Sender
from centre.db import Database
from centre.messages import LIMITS, Choice, Outgoing, Part, Spoken, fit
from centre.outbox import Delivery, Outcome
from tests.gateways import Fault, Gateways, whatsapp_error
from tests.sounds import m4a, ogg_opus
from tests.webhooks.door import APP_SECRET, PHONE_ID
from tests.webhooks.test_webchat import NOW, serve
from webhooks import console
from webhooks.telegram import Telegram
from webhooks.whatsapp import WhatsApp

TOKEN, GRAPH_TOKEN = "123456:canary-of-the-bot", "canary-of-the-graph"
KEPT = {7: ogg_opus(), 8: m4a()}
VOICE = Part("Rekaman suara: Biaya", style="spoken", spoken=Spoken(7, "ogg"))
SOUND = Part("Rekaman suara: Biaya", style="spoken", spoken=Spoken(8, "mp4"))
GONE = Part("Rekaman suara: Biaya", style="spoken", spoken=Spoken(9, "ogg"))
ROHANI = Sender("telegram", (("chat", "77"),))
WAYAN = Sender("whatsapp", (("phone", "6281234567"),))


@pytest.fixture
def gateways() -> Iterator[Gateways]:
    with Gateways(telegram_token=TOKEN, whatsapp_token=GRAPH_TOKEN) as running:
        yield running


def sent(gateways: Gateways, channel: Telegram | WhatsApp, sender: Sender, *parts: Part) -> list[Outcome]:
    async def all_of_them() -> list[Outcome]:
        outcomes = [await channel.send(Delivery(41 + number, sender, part)) for number, part in enumerate(parts)]
        await channel.close()
        return outcomes

    outcomes = asyncio.run(all_of_them())
    assert gateways.violations == []
    return outcomes


def by_telegram(gateways: Gateways, *parts: Part) -> list[Outcome]:
    return sent(gateways, Telegram(TOKEN, "secret", api=gateways.address, sounds=KEPT.get), ROHANI, *parts)


def by_whatsapp(gateways: Gateways, *parts: Part) -> list[Outcome]:
    channel = WhatsApp(PHONE_ID, GRAPH_TOKEN, APP_SECRET, api=gateways.address, sounds=KEPT.get)
    return sent(gateways, channel, WAYAN, *parts)


def test_what_is_spoken_goes_before_what_may_be_chosen() -> None:
    said = Outgoing("Jelas?", (Choice("menu", "Menu"),), spoken=Spoken(7, "ogg"), spoken_title="Rekaman suara: Biaya")
    heard, after = fit(said, LIMITS["whatsapp"])
    assert heard == VOICE
    assert (after.style, after.spoken) == ("buttons", None)
    assert Part.from_json(heard.to_json()) == heard


def test_telegram_gets_a_voice_message_and_the_bytes_only_once(gateways: Gateways) -> None:
    outcomes = by_telegram(gateways, VOICE, VOICE)
    assert [outcome.kind for outcome in outcomes] == ["sent", "sent"]
    first, again = (call for call in gateways.calls if call.method == "sendVoice")
    assert first.data["caption"] == "Rekaman suara: Biaya"
    assert first.data["voice"].encode("latin-1") == KEPT[7]
    assert again.data["voice"] == "file-1"


def test_an_m4a_is_a_sound_file_on_telegram(gateways: Gateways) -> None:
    by_telegram(gateways, SOUND)
    assert [call.method for call in gateways.calls] == ["sendAudio"]
    assert gateways.calls[0].data["title"] == "Rekaman suara: Biaya"


def test_whatsapp_gets_the_file_first_and_then_its_number(gateways: Gateways) -> None:
    assert [outcome.kind for outcome in by_whatsapp(gateways, SOUND, SOUND)] == ["sent", "sent"]
    upload, message, again = gateways.calls
    assert (upload.method, upload.data["type"]) == ("upload", "audio/mp4")
    assert upload.data["file"].encode("latin-1") == KEPT[8]
    assert message.data["type"] == "audio"
    assert message.data["audio"] == again.data["audio"] == {"id": "71"}


def test_a_file_that_meta_dropped_is_brought_again(gateways: Gateways) -> None:
    async def twice() -> list[Outcome]:
        channel = WhatsApp(PHONE_ID, GRAPH_TOKEN, APP_SECRET, api=gateways.address, sounds=KEPT.get)
        first = await channel.send(Delivery(41, WAYAN, VOICE))
        gateways.fail(whatsapp_error(400, 100), method="messages")
        lost = await channel.send(Delivery(42, WAYAN, VOICE))
        found = await channel.send(Delivery(42, WAYAN, VOICE))
        await channel.close()
        return [first, lost, found]

    assert [outcome.kind for outcome in asyncio.run(twice())] == ["sent", "temporary", "sent"]
    assert [call.method for call in gateways.calls] == ["upload", "messages", "messages", "upload", "messages"]


def test_a_refused_upload_is_an_outcome_too(gateways: Gateways) -> None:
    gateways.fail(Fault(500, "{}"), method="upload")
    gateways.fail(Fault(401, {"error": {"code": 190, "message": "no"}}), method="upload")
    first, second = by_whatsapp(gateways, VOICE, VOICE)
    assert first.kind in ("ambiguous", "temporary")
    assert (second.kind, second.whole_channel) == ("throttled", True)
    assert gateways.arrived() == []


@pytest.mark.parametrize("send", [by_telegram, by_whatsapp])
def test_what_was_taken_away_is_not_sent_and_nothing_else_in_its_place(gateways: Gateways, send) -> None:
    assert send(gateways, GONE) == [Outcome("permanent", error="sound_gone")]
    assert gateways.calls == []


# The web page and the terminal


def said_to(database: Database, sender: Sender) -> int:
    """A recording that was published, said in a conversation; gives the number of its sound."""
    with database.transaction() as session:
        sound = sounds.lay_down(session, "ogg", KEPT[7], NOW)
        sound.is_public = True
        conversation = session.get_one(Conversation, conversations.of_sender(session, sender, NOW))
        spoken = Outgoing("Jelas?", spoken=sound.spoken, spoken_title="Rekaman suara: Biaya")
        outbox.queue(session, conversation, "event:1", [spoken], NOW)
        return sound.id


def test_the_page_has_a_player_that_fetches_nothing_before_it_is_pressed(database: Database) -> None:
    browser = serve(database)
    browser.get("/")
    token = browser.get_cookie("balai")
    assert token
    number = said_to(database, Sender("web", (("browser", token.value),)))
    page = browser.get("/")
    assert f'<audio controls preload="none" src="/suara/{number}"' in page.text
    assert "media-src 'self'" in page.headers["Content-Security-Policy"]
    reply = browser.get("/chat/replies?after=0").get_json()["replies"][0]
    assert (reply["lead"], reply["sound"]) == ("Rekaman suara: Biaya", f"/suara/{number}")
    answer = browser.get(f"/suara/{number}")
    assert (answer.mimetype, answer.data) == ("audio/ogg", KEPT[7])
    piece = browser.get(f"/suara/{number}", headers={"Range": "bytes=0-3"})
    assert (piece.status_code, piece.data) == (206, b"OggS")


def test_what_nobody_has_listened_to_is_not_heard_outside(database: Database) -> None:
    with database.transaction() as session:
        number = sounds.lay_down(session, "ogg", KEPT[7], NOW).id
    browser = serve(database)
    assert browser.get(f"/suara/{number}").status_code == 404
    assert browser.get(f"/suara/{number + 1}").status_code == 404
    assert browser.get(f"/suara/{2**70}").status_code == 404


def test_the_terminal_says_where_it_can_be_heard(sqlite_database: Database) -> None:
    lines: list[str] = []

    def answer(_conversation: int) -> None:
        said_to(sqlite_database, Sender("terminal", (("terminal", "rohani"),)))

    console.talk(sqlite_database, lambda: NOW, answer, lines=["dengar"], write=lines.append, name="rohani")
    assert lines == [f"Rekaman suara: Biaya\n{console.ONLY_HEARD}\n", "Jelas?\n"]
