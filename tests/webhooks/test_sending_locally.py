"""What each answer of Fonnte, WAHA and the SMS telephone, or their silence, means for one message."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from centre import contact_points, conversations, incidents, outbox
from centre.conversations import Conversation, Sender
from centre.db import Database
from centre.incidents import Kind
from centre.messages import LIMITS, Choice, Outgoing, Part, fit
from centre.outbox import Delivery, Outcome
from tests.gateways import LOST, Fault, Gateways
from tests.local_gateways import FONNTE_TOKEN, SMS_SECRET, WAHA_KEY
from tests.webhooks.door import NOW
from webhooks.channel import Channel, Watched
from webhooks.fonnte import Fonnte
from webhooks.gateways import unhurried
from webhooks.sms import PLATFORM, Sms
from webhooks.waha import Waha

SARI = "6281234567890"
FIVE = timedelta(minutes=5)
SLOW = unhurried(3)


@pytest.fixture(scope="module")
def running() -> Iterator[Gateways]:
    with Gateways() as gateways:
        yield gateways


@pytest.fixture
def gateways(running: Gateways) -> Gateways:
    running.calls.clear()
    running.violations.clear()
    running._faults.clear()
    return running


async def at_once(_seconds: float) -> None:
    """Nobody waits for somebody to type."""


def channel_to(name: str, address: str) -> Channel:
    made: dict[str, Channel] = {
        "fonnte": Fonnte(FONNTE_TOKEN, "s", lambda: NOW, SLOW, f"{address}/fonnte"),
        "waha": Waha(f"{address}/waha", WAHA_KEY, "k", "default", SLOW, at_once),
        "sms": Sms("+6281200000003", SMS_SECRET, lambda: NOW, f"{address}/phone"),
    }
    return made[name]


def send(name: str, address: str, words: str = "Halo, ini Balai.", to: str = SARI) -> Outcome:
    async def once() -> Outcome:
        channel = channel_to(name, address)
        outcome = await channel.send(Delivery(41, Sender(name, (("phone", to),)), Part(words)))
        await channel.close()
        return outcome

    return asyncio.run(once())


def link(name: str, address: str) -> str | None:
    async def once() -> str | None:
        channel = channel_to(name, address)
        found = await channel.open()
        await channel.close()
        return found

    return asyncio.run(once())


@pytest.mark.parametrize("name", ["fonnte", "waha", "sms"])
def test_sari_reads_it(gateways: Gateways, name: str) -> None:
    outcome = send(name, gateways.address)
    assert outcome.kind == "sent"
    assert outcome.provider_id
    assert gateways.arrived() == ["Halo, ini Balai."]
    assert gateways.violations == []


def test_each_tells_how_it_is_opened(gateways: Gateways) -> None:
    assert link("fonnte", gateways.address) == "https://wa.me/6281200000001"
    assert link("waha", gateways.address) == "https://wa.me/6281200000002"
    assert link("sms", gateways.address) == "sms:+6281200000003"
    assert link("fonnte", "http://127.0.0.1:1") is None
    assert link("waha", "http://127.0.0.1:1") is None


@pytest.mark.parametrize(
    ("name", "body", "trouble"),
    [
        ("fonnte", {}, None),
        ("fonnte", {"status": True, "device_status": "disconnect"}, "disconnected"),
        ("waha", {"name": "default", "status": "FAILED"}, "failed"),
        ("waha", {"name": "default", "status": "STARTING"}, "nothing"),
        ("waha", {}, None),
    ],
)
def test_each_is_asked_how_our_number_stands(
    gateways: Gateways, name: str, body: dict[str, Any], trouble: str | None
) -> None:
    async def once() -> list[incidents.Sign]:
        channel = channel_to(name, gateways.address)
        assert isinstance(channel, Watched)
        found = await channel.look(NOW)
        await channel.close()
        return found

    if body:
        gateways.fail(Fault(200, body))
    signs = asyncio.run(once())
    if trouble == "nothing":
        assert signs == []
    else:
        assert [(sign.subject, sign.is_well, sign.detail) for sign in signs] == [(name, trouble is None, trouble or "")]


def test_waha_seems_to_type_first(gateways: Gateways) -> None:
    send("waha", gateways.address)
    assert [call.method for call in gateways.calls] == ["typing", "waha"]


@pytest.mark.parametrize("name", ["fonnte", "waha", "sms"])
def test_choices_are_numbers(gateways: Gateways, name: str) -> None:
    asked = Outgoing("Lanjut?", (Choice("y", "Ya"), Choice("n", "Tidak")))
    (part,) = fit(asked, LIMITS[name])
    assert part == Part("Lanjut?\n\n1. Ya\n2. Tidak")
    assert send(name, gateways.address, part.text).kind == "sent"
    assert gateways.violations == []


REASONS = [
    ("request invalid on disconnected device", Outcome("throttled", "", FIVE, "disconnected", whole_channel=True)),
    ("token invalid", Outcome("throttled", "", timedelta(minutes=1), "token", whole_channel=True)),
    ("unknown user", Outcome("throttled", "", timedelta(minutes=1), "token", whole_channel=True)),
    ("insufficient quota", Outcome("throttled", "", timedelta(hours=1), "quota", whole_channel=True)),
    ("target invalid", Outcome("permanent", error="no_address")),
    ("input invalid", Outcome("permanent", error="refused")),
    ("request timeout", Outcome("ambiguous", error="timeout")),
]


@pytest.mark.parametrize(("reason", "expected"), REASONS)
def test_fonnte_says_why_not(gateways: Gateways, reason: str, expected: Outcome) -> None:
    gateways.fail(Fault(200, {"status": False, "reason": reason, "requestid": 331477110}), method="fonnte")
    assert send("fonnte", gateways.address) == expected


def test_an_answer_of_fonntes_that_says_nothing_is_in_doubt(gateways: Gateways) -> None:
    for body in ("OK", {}, {"status": "maybe"}, "[" * 9999):
        gateways.fail(Fault(200, body), method="fonnte")
        assert send("fonnte", gateways.address).kind == "ambiguous"


WORKING = {
    "error": "Session status is not as expected",
    "session": "default",
    "status": "FAILED",
    "expected": ["WORKING"],
}


@pytest.mark.parametrize(
    ("status", "body", "kind", "error"),
    [
        (422, WORKING, "throttled", "disconnected"),
        (404, {"message": "Session not found"}, "throttled", "disconnected"),
        (422, {"message": "chatId is wrong"}, "permanent", "http_422"),
        (401, {}, "throttled", "token"),
        (500, {}, "ambiguous", "http_500"),
    ],
)
def test_waha_says_why_not(gateways: Gateways, status: int, body: Any, kind: str, error: str) -> None:
    gateways.fail(Fault(status, body), method="waha")
    outcome = send("waha", gateways.address)
    assert (outcome.kind, outcome.error) == (kind, error)


@pytest.mark.parametrize("name", ["fonnte", "waha", "sms"])
@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (LOST, "ambiguous"),
        (Fault(502, "bad gateway"), "ambiguous"),
        (Fault(429, "", {"Retry-After": "90"}), "throttled"),
        (Fault(302, "", {"Location": "http://127.0.0.1:1/"}), "permanent"),
    ],
)
def test_faults_on_the_way(gateways: Gateways, name: str, fault: Fault, kind: str) -> None:
    gateways.fail(fault, method=name)
    outcome = send(name, gateways.address)
    assert outcome.kind == kind
    if kind == "throttled":
        assert outcome.wait == timedelta(seconds=90)


@pytest.mark.parametrize("name", ["fonnte", "waha", "sms"])
def test_one_that_is_off_spends_nobodys_try(name: str) -> None:
    outcome = send(name, "http://127.0.0.1:1")
    assert (outcome.kind, outcome.error, outcome.whole_channel) == ("throttled", "unreachable", True)


@pytest.mark.parametrize("name", ["fonnte", "waha", "sms"])
def test_nobody_is_written_to_without_a_number(gateways: Gateways, name: str) -> None:
    assert send(name, gateways.address, to="").error == "no_address"
    assert gateways.calls == []


# Pace and alarm


def queued(database: Database, channel: str, people: int) -> None:
    with database.transaction() as session:
        for number in range(people):
            sender = Sender(channel, (("phone", f"62812345678{number:02}"),))
            conversation = session.get_one(Conversation, conversations.of_sender(session, sender, NOW))
            outbox.queue(session, conversation, f"event:{number}", [Outgoing("Halo.")], NOW)


@pytest.mark.parametrize(("channel", "pace", "most"), [("fonnte", SLOW, 21), ("waha", SLOW, 21), ("sms", PLATFORM, 13)])
def test_a_minute_sees_no_more_than_somebody_would_type(
    sqlite_database: Database, channel: str, pace: contact_points.Pace, most: int
) -> None:
    queued(sqlite_database, channel, 40)
    moments = []
    for second in range(61):
        now = NOW + timedelta(seconds=second)
        with sqlite_database.transaction() as session:
            moments += [second for _ in outbox.claim(session, channel, pace, now)]
    assert most - 1 <= len(moments) <= most
    if channel != "sms":
        assert all(later - earlier >= 3 for earlier, later in zip(moments, moments[1:], strict=False))


def refuse(database: Database, times: int, error: str, kind: Any = "permanent") -> bool:
    """Is an incident open after so many refusals?"""
    for _ in range(times):
        with database.transaction() as session:
            (delivery,) = outbox.claim(session, "fonnte", unhurried(1), clock(database), 1)
        with database.transaction() as session:
            outbox.record(session, delivery.id, Outcome(kind, error=error), NOW, 1.0)
    with database.reading() as session:
        return incidents.standing(session, Kind.GATEWAY_BANNED, "fonnte")


def clock(database: Database) -> Any:
    """Each call a second after the one before."""
    with database.reading() as session:
        point = session.get(contact_points.ContactPoint, "fonnte")
        return (point.free_at if point and point.free_at else NOW) + timedelta(seconds=1)


def test_refusals_in_a_row_are_an_alarm_and_one_that_arrives_ends_it(database: Database) -> None:
    queued(database, "fonnte", 10)
    assert not refuse(database, 2, "refused")
    assert not refuse(database, 1, "", "sent")
    assert not refuse(database, 2, "refused")
    assert not refuse(database, 1, "no_address"), "one wrong number says nothing about ours"
    assert refuse(database, 1, "refused")


def test_a_disconnected_device_is_one_at_once(sqlite_database: Database) -> None:
    queued(sqlite_database, "fonnte", 1)
    assert refuse(sqlite_database, 1, "disconnected", "throttled")
