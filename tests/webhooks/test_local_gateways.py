"""Fonnte, WAHA and the SMS telephone knock: what is theirs, what is a person's, and what is the same said twice."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from centre import conversations, incidents, outbox
from centre.conversations import Conversation, Sender
from centre.inbox import Received, Status
from centre.incidents import Incident, Kind
from centre.messages import Incoming, Outgoing, Part
from centre.outbox import Delivery, OutboxMessage
from tests.local_gateways import FONNTE_TOKEN, SMS_SECRET
from tests.webhooks.door import NOW
from tests.webhooks.local_door import (
    FONNTE_SECRET,
    OURS,
    PATHS,
    SARI,
    SAYS,
    SMS_SAYS,
    WAHA_HMAC,
    WAHA_SAYS,
    LocalDoor,
    on,
)
from webhooks import gateways
from webhooks.fonnte import Fonnte
from webhooks.gateways import unhurried
from webhooks.sms import Sms
from webhooks.waha import Waha


@pytest.fixture
def door(database: Any) -> LocalDoor:
    return on(database)


@pytest.fixture
def sqlite_door(sqlite_database: Any) -> LocalDoor:
    return on(sqlite_database)


def by_fonnte(**fields: Any) -> list[Received]:
    body = json.dumps({**SAYS, "secret": FONNTE_SECRET, **fields}).encode()
    return Fonnte(FONNTE_TOKEN, FONNTE_SECRET, lambda: NOW, unhurried(3)).split(body, {})


def by_waha(event: str = "message", **payload: Any) -> list[Received]:
    whole = {**WAHA_SAYS, "event": event, "payload": {**WAHA_SAYS["payload"], **payload}}  # type: ignore[dict-item]
    body = json.dumps(whole).encode()
    headers = {"X-Webhook-Hmac": hmac.new(WAHA_HMAC.encode(), body, hashlib.sha512).hexdigest()}
    return Waha("http://127.0.0.1:1", "key", WAHA_HMAC, "default", unhurried(3)).split(body, headers)


def by_sms(fields: dict[str, Any]) -> list[Received]:
    body = json.dumps(fields).encode()
    return Sms("+6281200000003", SMS_SECRET, lambda: NOW).split(body, {"X-Balai-Secret": SMS_SECRET})


# Who may knock


def test_each_brings_saris_question(door: LocalDoor) -> None:
    assert [door.fonnte(SAYS).status_code, door.waha(WAHA_SAYS).status_code, door.sms(SMS_SAYS).status_code] == [
        200
    ] * 3
    assert [(event.channel, event.kind) for event in door.kept()] == [
        ("fonnte", "message"),
        ("waha", "message"),
        ("sms", "message"),
    ]


def test_a_form_says_the_same_as_json(sqlite_door: LocalDoor) -> None:
    assert sqlite_door.fonnte_form(SAYS).status_code == 200
    assert sqlite_door.fonnte(SAYS).status_code == 200
    assert len(sqlite_door.kept()) == 1


@pytest.mark.parametrize("path", ["", "wrong", PATHS["sms"], PATHS["fonnte"][:-1], "pfad-mit-ü-äöü-äöüß"])
def test_without_the_secret_in_the_address_nobody_is_there(sqlite_door: LocalDoor, path: str) -> None:
    assert sqlite_door.fonnte(SAYS, path=path).status_code == 404
    assert sqlite_door.client.post("/webhooks/fonnte", json={**SAYS, "secret": FONNTE_SECRET}).status_code == 404
    assert sqlite_door.kept() == []


def test_forgeries_leave_nothing(sqlite_door: LocalDoor) -> None:
    door = sqlite_door
    changed = {**WAHA_SAYS, "session": "default", "payload": {**WAHA_SAYS["payload"], "body": "lain"}}  # type: ignore[dict-item]
    forged = [
        door.fonnte(SAYS, secret=""),
        door.fonnte(SAYS, secret="wrong"),
        door.fonnte({**SAYS, "token": "wrong"}, secret=""),
        door.fonnte({**SAYS, "secret": ["a", "list"]}, secret=""),
        door.waha(WAHA_SAYS, key="wrong"),
        door.waha(changed, signed_as=WAHA_SAYS),
        door.waha(json.dumps(WAHA_SAYS, indent=1).encode(), signed_as=WAHA_SAYS),
        door.client.post(f"/webhooks/waha/{PATHS['waha']}", json=WAHA_SAYS),
        door.sms(SMS_SAYS, secret=""),
        door.sms(SMS_SAYS, secret="wrong"),
        door.sms({**SMS_SAYS, "secret": "wrong"}, secret=""),
        door.client.post(f"/webhooks/sms/{PATHS['sms']}", data=b"[" * 100_000),
        door.client.post(f"/webhooks/fonnte/{PATHS['fonnte']}", data=b"\xff\xfe"),
        door.fetch(secret="wrong"),
    ]
    assert [answer.status_code for answer in forged] == [401] * len(forged)
    assert door.kept() == []


def test_a_form_of_a_thousand_fields_is_not_read(sqlite_door: LocalDoor) -> None:
    many = {f"f{number}": "x" * 2000 for number in range(1000)}
    assert sqlite_door.fonnte_form(many).status_code in (200, 401)
    assert sqlite_door.kept() == []


def test_a_channel_without_its_secrets_takes_nothing() -> None:
    body = json.dumps({**SAYS, "secret": ""}).encode()
    with pytest.raises(Exception, match="fonnte"):
        Fonnte("", "", lambda: NOW, unhurried(3)).split(body, {})
    with pytest.raises(Exception, match="sms"):
        Sms("1", "", lambda: NOW).split(b"{}", {"X-Signature": hmac.new(b"", b"{}", hashlib.sha256).hexdigest()})


# Who wrote, and what


def test_numbers_are_one_persons_however_they_are_written() -> None:
    for written in (SARI, f"+{SARI}", "081234567890", "+62 812-3456-7890", 6281234567890):
        assert gateways.number_in(written) == SARI
    for other in (
        "TELKOMSEL",
        "3636",
        "120363041234567890@g.us",
        "6281-1600000000@g.us",
        "",
        None,
        True,
        [SARI],
        "٠٨١٢٣٤٥٦٧٨٩",
    ):
        assert gateways.number_in(other) == ""


@pytest.mark.parametrize(
    "fields",
    [
        {"sender": OURS},
        {"sender": "120363041234567890@g.us", "member": SARI},
        {"member": SARI},
        {"isgroup": True},
        {"sender": "status@broadcast"},
        {"sender": None},
        {"sender": "3636"},
    ],
)
def test_fonntes_own_groups_and_services_are_passed_over(fields: dict[str, Any]) -> None:
    assert by_fonnte(**fields) == []


@pytest.mark.parametrize(
    "payload",
    [
        {"fromMe": True},
        {"from": "120363041234567890@g.us", "participant": f"{SARI}@c.us"},
        {"from": "status@broadcast"},
        {"from": "120363041234567890@newsletter"},
        {"from": ""},
        {"from": 17},
    ],
)
def test_wahas_own_groups_and_lists_are_passed_over(payload: dict[str, Any]) -> None:
    assert by_waha(**payload) == []
    assert by_waha("message.reaction", **payload) == []


def test_another_session_of_the_same_waha_is_not_ours(sqlite_door: LocalDoor) -> None:
    assert sqlite_door.waha({**WAHA_SAYS, "session": "toko"}).status_code == 200
    assert sqlite_door.kept() == []


def test_who_hides_their_number_is_answered_by_whatsapps_name_for_them() -> None:
    (event,) = by_waha(**{"from": "123456789012345@lid"})
    assert event.sender
    assert event.sender.identifiers == (("lid", "123456789012345"),)


def test_pictures_come_without_their_file() -> None:
    (picture,) = by_fonnte(url="https://elsewhere.example/x.jpg", extension="jpg", message="visa saya")
    assert (picture.message, picture.media) == (Incoming("media", "visa saya"), "")
    (unpassed,) = by_fonnte(message="non-text message")
    assert unpassed.message == Incoming("other")
    (seen,) = by_waha(hasMedia=True, body="", media={"url": "http://127.0.0.1/x"})
    assert (seen.message, seen.media) == (Incoming("media"), "")


def test_the_apps_envelope_and_signature_are_read() -> None:
    told = {
        "messageId": "a1",
        "message": "halo",
        "phoneNumber": "+6281234567890",
        "receivedAt": "2026-11-21T10:00:00+07:00",
    }
    body = json.dumps({"event": "sms:received", "payload": told, "deviceId": "d"}).encode()
    signature = hmac.new(SMS_SECRET.encode(), body + b"1741249702", hashlib.sha256).hexdigest()
    sms = Sms("+6281200000003", SMS_SECRET, lambda: NOW)
    (event,) = sms.split(body, {"X-Signature": signature, "X-Timestamp": "1741249702"})
    assert event.message == Incoming("text", "halo")
    with pytest.raises(Exception, match="sms"):
        sms.split(body, {"X-Signature": signature, "X-Timestamp": "1741249999"})


# The same said twice


def test_a_message_brought_three_times_is_kept_once_and_said_again_later_twice(door: LocalDoor) -> None:
    for _ in range(3):
        door.fonnte(SAYS)
        door.now += timedelta(seconds=3)
    assert len(door.kept()) == 1
    door.now += timedelta(minutes=1)
    door.fonnte(SAYS)
    assert len(door.kept()) == 2


def test_what_has_a_number_of_its_own_is_told_apart_by_it(door: LocalDoor) -> None:
    for number in (71, 71, 72):
        door.fonnte({**SAYS, "inboxid": number})
    for number in ("17", "17", "18"):
        door.sms({**SMS_SAYS, "id": number})
    for number in ("a", "a", "b"):
        door.waha({**WAHA_SAYS, "payload": {**WAHA_SAYS["payload"], "id": f"false_{number}"}})  # type: ignore[dict-item]
        door.waha({**WAHA_SAYS, "event": "message.any", "payload": {**WAHA_SAYS["payload"], "id": f"false_{number}"}})  # type: ignore[dict-item]
    assert [event.channel for event in door.kept()] == ["fonnte"] * 2 + ["sms"] * 2 + ["waha"] * 2


def test_a_replay_of_weeks_ago_is_known(sqlite_door: LocalDoor) -> None:
    sqlite_door.waha(WAHA_SAYS)
    sqlite_door.now += timedelta(days=20)
    assert sqlite_door.waha(WAHA_SAYS).status_code == 200
    assert len(sqlite_door.kept()) == 1


def test_what_waha_signed_more_than_a_month_ago_is_no_message_any_more(sqlite_door: LocalDoor) -> None:
    """Its name is forgotten by then: a recording of it would be a message once more."""
    sqlite_door.now += timedelta(days=31)
    assert sqlite_door.waha(WAHA_SAYS).status_code == 200
    assert sqlite_door.kept() == []
    for odd in (True, 0, 1, -1, 10**30, "1795229702", None):
        (event,) = by_waha(timestamp=odd)
        assert event.said_at is None


parts = st.lists(st.text(max_size=6), min_size=1, max_size=4)


@given(parts, parts)
def test_only_the_same_parts_have_the_same_name(one: list[str], other: list[str]) -> None:
    assert (gateways.name_of("s", *one) == gateways.name_of("s", *other)) == (one == other)
    assert gateways.name_of("s", *one) != gateways.name_of("t", *one)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)), st.floats(0, 300))
def test_within_ten_seconds_it_is_the_same_a_minute_later_it_is_not(moment: datetime, later: float) -> None:
    first = moment.replace(tzinfo=NOW.tzinfo)
    key, _ = gateways.names_by_clock("s", first, "halo")
    again, before = gateways.names_by_clock("s", first + timedelta(seconds=later), "halo")
    is_same = key == again or key in before
    if later <= 10:
        assert is_same
    if later >= 20:
        assert not is_same


@given(
    st.dictionaries(st.text(max_size=10), st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text()))
)
def test_odd_bodies_are_read_without_an_accident(fields: dict[str, Any]) -> None:
    by_fonnte(**fields)
    by_waha(**{name: value for name, value in fields.items() if name != "event"})
    by_sms(fields)
    by_sms({"payload": fields, "event": "sms:received"})


# What became of ours


def test_statuses_are_read() -> None:
    assert by_fonnte_status(state="delivered") == Status("delivered", "80367170")
    assert by_fonnte_status(status="invalid") == Status("failed", "80367170", error="invalid")
    (read,) = by_waha("message.ack", id="true_x", ack=3)
    assert read.status == Status("read", "true_x")
    (sent,) = by_sms({"status": "sent", "id": "41"})
    assert sent.status == Status("sent", "41", "41")
    (failed,) = by_sms({"event": "sms:failed", "payload": {"messageId": "41", "reason": "no credit"}})
    assert failed.status == Status("failed", "41", "41", "sms_failed")


def test_a_report_on_what_was_not_ours_is_nobodys_message() -> None:
    """Apps report on what other apps sent as well, with the number it went to."""
    for number in ("a1b2", "", "9" * 30):
        assert by_sms({"status": "sent", "id": number, "phone": f"+{SARI}", "message": "halo"}) == []


def test_cards_that_go_out_while_nothing_is_stored_have_numbers_of_their_own() -> None:
    """An app passes over a number it had before, and so over the second person in danger."""
    sms = Sms("+6281200000003", SMS_SECRET, lambda: NOW)
    part = Part("Telepon 110.")
    cards = [sms.letter(Delivery(0, Sender("sms", (("phone", number),)), part)) for number in (SARI, OURS)]
    assert len({card["id"] for card in cards}) == 2
    assert by_sms({"status": "sent", "id": cards[0]["id"]}) == [], "it is no row of ours"


def by_fonnte_status(**fields: Any) -> Status | None:
    told = {"device": OURS, "id": "80367170", "stateid": "AB12", "secret": FONNTE_SECRET, **fields}
    body = json.dumps(told).encode()
    (event,) = Fonnte(FONNTE_TOKEN, FONNTE_SECRET, lambda: NOW, unhurried(3)).split(body, {})
    return event.status


# Our own number


def incident(door: LocalDoor) -> Incident | None:
    with door.database.reading() as session:
        found = session.query(Incident).order_by(Incident.id.desc()).first()
        if found:
            session.expunge(found)
        return found


def test_a_number_that_is_cut_off_opens_an_incident_and_its_return_ends_it(door: LocalDoor) -> None:
    status = {"device": OURS, "status": "disconnect", "token": FONNTE_TOKEN, "reason": "logged out", "timestamp": 1}
    assert door.fonnte(status, secret="").status_code == 200
    seen = incident(door)
    assert seen
    assert (seen.kind, seen.subject, seen.detail) == (Kind.GATEWAY_BANNED, "fonnte", "logged out")
    assert seen.is_open
    door.fonnte({**status, "status": "connect"}, secret="")
    door.now += timedelta(minutes=11)
    with door.database.transaction() as session:
        incidents.settle(session, door.now)
    ended = incident(door)
    assert ended
    assert ended.ended_at
    assert door.kept() == []


@pytest.mark.parametrize(("status", "opens"), [("FAILED", True), ("SCAN_QR_CODE", True), ("STARTING", False)])
def test_wahas_session_tells_of_itself(sqlite_door: LocalDoor, status: str, opens: bool) -> None:
    sqlite_door.waha({**WAHA_SAYS, "event": "session.status", "payload": {"name": "default", "status": status}})
    assert bool(incident(sqlite_door)) == opens


# The telephone that fetches


def say(door: LocalDoor, words: str, cause: str = "event:1") -> int:
    with door.database.transaction() as session:
        sender = conversations.Sender("sms", (("phone", SARI),))
        conversation = session.get_one(Conversation, conversations.of_sender(session, sender, door.now))
        (row,) = outbox.queue(session, conversation, cause, [Outgoing(words)], door.now)
        session.flush()
        return row.id


def follow(door: LocalDoor) -> OutboxMessage:
    from processes.answering import follow_statuses

    follow_statuses(door.database, lambda: door.now)
    with door.database.reading() as session:
        row = session.query(OutboxMessage).order_by(OutboxMessage.id.desc()).first()
        assert row
        session.expunge(row)
        return row


def test_the_telephone_fetches_sends_and_reports(door: LocalDoor) -> None:
    number = say(door, "Halo “Sari” — ini Balai.")
    given_out = door.fetch().get_json()["messages"]
    assert [(each["id"], each["to"], each["text"]) for each in given_out] == [
        (str(number), f"+{SARI}", 'Halo "Sari" - ini Balai.')
    ]
    assert door.fetch().get_json() == {"messages": []}
    for state in ("sent", "delivered"):
        assert door.sms({"status": state, "id": str(number)}).status_code == 200
        row = follow(door)
    assert (row.state, row.delivery, row.sms_parts, row.lease_until) == ("sent", "delivered", 1, None)


def test_what_the_telephone_could_not_send_is_not_sent_again_by_itself(door: LocalDoor) -> None:
    number = say(door, "Halo.")
    door.fetch()
    door.sms({"status": "failed", "id": str(number)})
    assert follow(door).state == "failed"
    door.now += timedelta(minutes=5)
    with door.database.transaction() as session:
        assert outbox.reap(session, door.now) == 0
    assert door.fetch().get_json() == {"messages": []}


def test_a_telephone_that_died_with_a_message_is_given_it_once_more(sqlite_door: LocalDoor) -> None:
    say(sqlite_door, "Halo.")
    given_out = []
    for _ in range(4):
        given_out += sqlite_door.fetch().get_json()["messages"]
        sqlite_door.now += timedelta(minutes=3)
        with sqlite_door.database.transaction() as session:
            outbox.reap(session, sqlite_door.now)
    assert len(given_out) == 2


def test_a_telephone_that_is_posted_to_does_not_fetch(sqlite_door: LocalDoor) -> None:
    sms = Sms("+6281200000003", SMS_SECRET, lambda: NOW, url="http://127.0.0.1:1/phone")
    sqlite_door.connect({"sms": sms})
    assert sqlite_door.fetch().status_code == 404
