"""Meta's webhooks: who wrote, what each message becomes, and what a status says about ours."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from centre.conversations import Sender
from centre.inbox import Received, Status
from centre.messages import Incoming
from tests.webhooks.door import APP_SECRET, PHONE_ID, as_bytes, signed, whatsapp_webhook
from webhooks.channel import Forged
from webhooks.whatsapp import WhatsApp, challenge

WAYAN, USER = "6281234567", "ID.13491208655302741918"
BOTH = [{"wa_id": WAYAN, "user_id": USER, "profile": {"name": "Wayan"}}]
TEXT = {"id": "wamid.1", "from": WAYAN, "type": "text", "text": {"body": "mau kerja ke Korea"}}


@pytest.fixture
def whatsapp() -> WhatsApp:
    return WhatsApp(PHONE_ID, "token", APP_SECRET)


def split(whatsapp: WhatsApp, payload: dict[str, Any]) -> list[Received]:
    body = as_bytes(payload)
    return whatsapp.split(body, signed(body))


def said(whatsapp: WhatsApp, **message: Any) -> tuple[Incoming | None, str]:
    """What one message of Wayan becomes, and its file."""
    (event,) = split(whatsapp, whatsapp_webhook({"id": "wamid.1", "from": WAYAN, **message}))
    return event.message, event.media


def sender(whatsapp: WhatsApp, message: dict[str, Any], contacts: list[dict[str, Any]]) -> tuple[tuple[str, str], ...]:
    (event,) = split(whatsapp, whatsapp_webhook(message, contacts=contacts))
    assert event.sender
    return event.sender.identifiers


def test_wayan_asks_about_korea(whatsapp: WhatsApp) -> None:
    wayan = Sender("whatsapp", (("phone", WAYAN), ("user", USER)))
    expected = Received("whatsapp", "wamid.1", wayan, Incoming("text", "mau kerja ke Korea"))
    assert split(whatsapp, whatsapp_webhook(TEXT, contacts=BOTH)) == [expected]


def test_who_wrote_by_number_by_user_id_or_both(whatsapp: WhatsApp) -> None:
    phone, user = ("phone", WAYAN), ("user", USER)
    unnumbered = {key: value for key, value in TEXT.items() if key != "from"}
    only_user = [{"user_id": USER, "profile": {"username": "wayan"}}]
    assert sender(whatsapp, TEXT, []) == (phone,)
    assert sender(whatsapp, TEXT, [{"wa_id": WAYAN}]) == (phone,)
    assert sender(whatsapp, TEXT | {"from_user_id": USER}, []) == (phone, user)
    assert sender(whatsapp, unnumbered, BOTH) == (phone, user)
    assert sender(whatsapp, unnumbered, only_user) == (user,)
    assert sender(whatsapp, unnumbered | {"from_user_id": USER}, only_user) == (user,)
    assert sender(whatsapp, TEXT | {"from": USER}, only_user) == (user,)
    assert sender(whatsapp, TEXT | {"from": "ID.a1B2c3"}, []) == (("user", "ID.a1B2c3"),)


def test_two_people_in_one_webhook_are_never_taken_for_one(whatsapp: WhatsApp) -> None:
    sari = {"wa_id": "6289999", "user_id": "ID.2", "profile": {"name": "Sari"}}
    assert sender(whatsapp, TEXT, [sari, *BOTH]) == (("phone", WAYAN), ("user", USER))
    assert sender(whatsapp, TEXT, [sari]) == (("phone", WAYAN),)
    assert sender(whatsapp, TEXT | {"from": USER}, [sari]) == (("user", USER),)


def test_a_message_from_nobody_is_passed_over(whatsapp: WhatsApp) -> None:
    nobody = {key: value for key, value in TEXT.items() if key != "from"}
    assert split(whatsapp, whatsapp_webhook(nobody, contacts=[{"profile": {}}])) == []


def test_taps_carry_their_code_and_what_they_said(whatsapp: WhatsApp) -> None:
    tap = Incoming("tap", "Bahasa Jawa", "language:jv")
    reply = {"id": "language:jv", "title": "Bahasa Jawa"}
    button = {"type": "button_reply", "button_reply": reply}
    row = {"type": "list_reply", "list_reply": reply | {"description": "Basa Jawa"}}
    assert said(whatsapp, type="interactive", interactive=button) == (tap, "")
    assert said(whatsapp, type="interactive", interactive=row) == (tap, "")
    of_template = {"payload": "language:jv", "text": "Bahasa Jawa"}
    assert said(whatsapp, type="button", button=of_template) == (tap, "")
    assert said(whatsapp, type="button", button={"text": "Ya"}) == (Incoming("text", "Ya"), "")


def test_files_keep_their_name_and_their_words(whatsapp: WhatsApp) -> None:
    image = {"id": "555", "caption": "visa saya", "mime_type": "image/jpeg"}
    assert said(whatsapp, type="image", image=image) == (Incoming("media", "visa saya"), "555")
    assert said(whatsapp, type="audio", audio={"id": "556", "voice": True}) == (Incoming("media"), "556")


@pytest.mark.parametrize("kind", ["location", "contacts", "order", "unsupported", "hologram", "interactive"])
def test_what_the_bot_cannot_read_still_gets_an_answer(whatsapp: WhatsApp, kind: str) -> None:
    assert said(whatsapp, type=kind) == (Incoming("other"), "")


@pytest.mark.parametrize("kind", ["reaction", "system", "revoke", "request_welcome"])
def test_nobody_waits_for_an_answer_to_this(whatsapp: WhatsApp, kind: str) -> None:
    assert split(whatsapp, whatsapp_webhook({"id": "wamid.1", "from": WAYAN, "type": kind, kind: {}})) == []


def test_what_was_edited_is_said_anew(whatsapp: WhatsApp) -> None:
    inner = {"type": "text", "text": {"body": "mau kerja ke Jepang"}}
    edit = {"original_message_id": "wamid.1", "message": inner}
    payload = whatsapp_webhook({"id": "wamid.2", "from": WAYAN, "type": "edit", "edit": edit})
    (event,) = split(whatsapp, payload)
    assert (event.key, event.message) == ("wamid.2", Incoming("text", "mau kerja ke Jepang"))


def test_one_request_may_hold_many_entries_changes_messages_and_statuses(whatsapp: WhatsApp) -> None:
    first = whatsapp_webhook(TEXT, TEXT | {"id": "wamid.2"}, statuses=[{"id": "wamid.9", "status": "read"}])
    second = whatsapp_webhook(TEXT | {"id": "wamid.3"})
    first["entry"][0]["changes"] += second["entry"][0]["changes"]
    first["entry"] += whatsapp_webhook(TEXT | {"id": "wamid.4"})["entry"]
    keys = [event.key for event in split(whatsapp, first)]
    assert keys == ["wamid.1", "wamid.2", "wamid.9:read:", "wamid.3", "wamid.4"]


def test_another_number_of_the_same_account_is_not_ours_to_answer(whatsapp: WhatsApp) -> None:
    assert split(whatsapp, whatsapp_webhook(TEXT, phone="999")) == []


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ({"status": "delivered"}, Status("delivered", "wamid.9", "41")),
        ({"status": "played"}, Status("read", "wamid.9", "41")),
        ({"status": "failed", "errors": [{"code": 131026}]}, Status("failed", "wamid.9", "41", "131026")),
        (
            {"status": "failed", "errors": [{"code": 131053}]},
            Status("failed", "wamid.9", "41", "131053", True),
        ),
        (
            {"status": "failed", "errors": [{"code": 131047}]},
            Status("failed", "wamid.9", "41", "window_closed"),
        ),
        (
            {"status": "failed", "errors": [{"code": 132015}]},
            Status("failed", "wamid.9", "41", "template_paused"),
        ),
        ({"status": "failed", "errors": [{"code": [1]}]}, Status("failed", "wamid.9", "41")),
    ],
)
def test_what_became_of_ours(whatsapp: WhatsApp, status: dict[str, Any], expected: Status) -> None:
    told = {"id": "wamid.9", "timestamp": "1790000000", "biz_opaque_callback_data": "41", **status}
    (event,) = split(whatsapp, whatsapp_webhook(statuses=[told]))
    said_at = datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)
    assert event == Received("whatsapp", f"wamid.9:{status['status']}:1790000000", status=expected, said_at=said_at)


def test_without_an_app_secret_everything_is_a_forgery() -> None:
    body = as_bytes(whatsapp_webhook(TEXT))
    with pytest.raises(Forged):
        WhatsApp(PHONE_ID, "token", "").split(body, signed(body, ""))


def test_an_empty_verify_token_never_verifies() -> None:
    args = {"hub.mode": "subscribe", "hub.verify_token": "", "hub.challenge": "1158201444"}
    assert challenge(args, "") is None
