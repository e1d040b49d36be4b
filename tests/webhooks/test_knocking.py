"""The webhook addresses under good, forged and broken requests: kept once or refused, never a 500."""

from __future__ import annotations

import copy
import json
import random
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.gateways import FIXTURES, WHY_SKIPPED
from tests.webhooks.door import NOW, PHONE_ID, SECRET, VERIFY_TOKEN, Door, as_bytes, signed, whatsapp_webhook
from webhooks.telegram import Telegram
from webhooks.whatsapp import WhatsApp

RECORDED = FIXTURES / "whatsapp-updates"
needs_recordings = pytest.mark.skipif(not RECORDED.exists(), reason=WHY_SKIPPED)
TELEGRAM = json.loads((Path(__file__).parents[1] / "payloads" / "telegram.json").read_text())
WAYAN = "6281234567"
TEXT = {"id": "wamid.1", "from": WAYAN, "type": "text", "text": {"body": "halo"}}

EXPECTED = {
    "message.json": "message",
    "callback_button.json": "message",
    "callback_selection.json": "message",
    "edited_message.json": "message",
    "flow_completion.json": "message",
    "message_status.json": "status",
}
"""Files of recorded webhooks whose samples each become one event of this kind; the others are passed over."""
REACTIONS = {"reaction", "unreaction_empty", "unreaction_no_emoji"}


def recorded() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every recorded sample, sent to our number, with an event id of its own: (file, name, payload)."""
    for path in sorted(RECORDED.glob("*.json")):
        for name, payload in json.loads(path.read_text()).items():
            for change in [change for entry in payload["entry"] for change in entry["changes"]]:
                change["value"].get("metadata", {})["phone_number_id"] = PHONE_ID
                for event in change["value"].get("messages", []) + change["value"].get("statuses", []):
                    event["id"] = f"{event['id']}/{path.name}/{name}"
                    event["timestamp"] = str(int(NOW.timestamp()))
            yield path.name, name, payload


def kinds_expected() -> Counter[str]:
    samples = [(file, name) for file, name, _ in recorded() if not (file == "message.json" and name in REACTIONS)]
    return Counter(EXPECTED[file] for file, _ in samples if file in EXPECTED)


@needs_recordings
def test_every_recorded_webhook_is_kept_once(door: Door) -> None:
    for file, name, payload in recorded():
        assert (file, name, door.whatsapp(payload).status_code) == (file, name, 200)
    assert Counter(event.kind for event in door.kept()) == kinds_expected()


@needs_recordings
def test_three_times_in_any_order_is_still_once(door: Door) -> None:
    payloads = [payload for _, _, payload in recorded()] * 3
    random.Random(7).shuffle(payloads)
    assert {door.whatsapp(payload).status_code for payload in payloads} == {200}
    assert Counter(event.kind for event in door.kept()) == kinds_expected()


def test_telegrams_updates_three_times_in_any_order_are_kept_once(door: Door) -> None:
    updates = list(TELEGRAM.values()) * 3
    random.Random(7).shuffle(updates)
    assert {door.telegram(update).status_code for update in updates} == {200}
    assert Counter(event.kind for event in door.kept()) == {"message": 13, "block": 2}


def test_wayan_is_one_person_before_and_after_he_hides_his_number(door: Door) -> None:
    contact = {"wa_id": WAYAN, "user_id": "ID.7"}
    door.whatsapp(whatsapp_webhook(TEXT))
    door.whatsapp(whatsapp_webhook(TEXT | {"id": "wamid.2"}, contacts=[contact]))
    door.whatsapp(whatsapp_webhook(TEXT | {"id": "wamid.3", "from": "ID.7"}, contacts=[{"user_id": "ID.7"}]))
    assert len(door.kept()) == 3
    assert len({event.conversation_id for event in door.kept()}) == 1


def test_a_tap_is_acknowledged_in_the_same_breath(sqlite_door: Door) -> None:
    answers = [sqlite_door.telegram(TELEGRAM["tap"]).json for _ in range(2)]
    assert answers == [{"method": "answerCallbackQuery", "callback_query_id": "9001"}] * 2
    assert len(sqlite_door.kept()) == 1


def test_what_was_recorded_long_ago_and_is_brought_again_is_not_kept(door: Door) -> None:
    """Signed it is, but no platform comes so late, and the key by which it was known is gone (`centre.inbox.KEY_KEPT`)."""
    for days, kept in ((8, 1), (29, 2), (31, 2), (400, 2)):
        said_at = str(int((NOW - timedelta(days=days)).timestamp()))
        told = {"id": f"wamid.{days}", "timestamp": said_at}
        assert door.whatsapp(whatsapp_webhook(TEXT | told)).status_code == 200
        assert len(door.kept()) == kept
    assert door.whatsapp(whatsapp_webhook(statuses=[told | {"status": "sent"}])).status_code == 200
    for unreadable in ("", "soon", "9" * 30, "-1", "99999999999"):
        assert door.whatsapp(whatsapp_webhook(TEXT | {"id": unreadable, "timestamp": unreadable})).status_code == 200
    assert len(door.kept()) == 6, "one has no id"


# Forgeries


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", SECRET.upper(), "kunci-é"])
def test_telegram_without_our_secret_is_refused(door: Door, secret: str | None) -> None:
    assert door.telegram(TELEGRAM["text"], secret).status_code == 401
    assert door.kept() == []


def forged_headers() -> dict[str, dict[str, str]]:
    body = as_bytes(whatsapp_webhook(TEXT))
    good = signed(body)["X-Hub-Signature-256"]
    reserialised = json.dumps(whatsapp_webhook(TEXT), indent=1).encode()
    return {
        "no signature": {},
        "empty": {"X-Hub-Signature-256": ""},
        "of another secret": signed(body, "another"),
        "of the same content written otherwise": signed(reserialised),
        "without its name": {"X-Hub-Signature-256": good.removeprefix("sha256=")},
        "cut short": {"X-Hub-Signature-256": good[:-1]},
        "old header": {"X-Hub-Signature": good},
        "not ASCII": {"X-Hub-Signature-256": "sha256=é"},
    }


@pytest.mark.parametrize("forgery", forged_headers())
def test_whatsapp_without_metas_signature_is_refused(door: Door, forgery: str) -> None:
    body = as_bytes(whatsapp_webhook(TEXT))
    answer = door.client.post("/webhooks/whatsapp", data=body, headers=forged_headers()[forgery])
    assert answer.status_code == 401
    assert door.kept() == []


def test_a_forgery_is_refused_before_it_is_read(sqlite_door: Door) -> None:
    assert sqlite_door.client.post("/webhooks/whatsapp", data=b"{").status_code == 401
    assert sqlite_door.client.post("/webhooks/telegram", data=b"{").status_code == 401


# Broken bodies


BROKEN = {
    "nothing": b"",
    "cut off": as_bytes(whatsapp_webhook(TEXT))[:-9],
    "a list": b"[]",
    "a word": b'"halo"',
    "null": b"null",
    "not text": b"\xff\xfe\x00\x01",
    "a form": b"entry=1&update_id=2",
    "nested beyond reason": b'{"entry":' + b"[" * 200_000,
    "a number beyond reason": b'{"update_id": ' + b"9" * 5_000 + b', "entry": 1}',
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_signed_but_broken_is_refused(sqlite_door: Door, name: str) -> None:
    assert sqlite_door.whatsapp(BROKEN[name]).status_code == 400
    assert sqlite_door.telegram(BROKEN[name]).status_code == 400
    assert sqlite_door.kept() == []


def test_five_megabytes_are_not_even_read(sqlite_door: Door) -> None:
    body = as_bytes(whatsapp_webhook(TEXT | {"text": {"body": "x" * 5_000_000}}))
    assert sqlite_door.whatsapp(body).status_code == 413
    assert sqlite_door.telegram(body).status_code == 413


ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters(), max_size=8),
    st.sampled_from(["\ud83d", "\x00", [], {}, [[]], [{}], [None], {"id": []}, 10**30, -1, ""]),
)


@st.composite
def damaged(draw: st.DrawFn, samples: dict[str, Any]) -> Any:
    """A sample with up to three of its values replaced by something odd, or taken away."""
    sample = copy.deepcopy(samples[draw(st.sampled_from(sorted(samples)))])
    for _ in range(draw(st.integers(1, 3))):
        places = list(places_in(sample))
        if places:
            holder, key = places[draw(st.integers(0, len(places) - 1))]
            if isinstance(holder, dict) and draw(st.booleans()):
                del holder[key]
            else:
                holder[key] = copy.deepcopy(draw(ODD))
    return sample


def places_in(value: Any) -> Iterator[tuple[Any, Any]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield value, key
        yield from places_in(item)


MANY = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@MANY
@given(damaged(TELEGRAM))
def test_no_damaged_update_is_an_error_of_ours(sqlite_door: Door, update: dict[str, Any]) -> None:
    assert sqlite_door.telegram(update).status_code in (200, 400)


@needs_recordings
@MANY
@given(st.data())
def test_no_damaged_webhook_is_an_error_of_ours(sqlite_door: Door, data: st.DataObject) -> None:
    payload = data.draw(damaged({f"{file}/{name}": payload for file, name, payload in recorded()}))
    assert sqlite_door.whatsapp(payload).status_code in (200, 400)


# Meta asks whether the address is ours


def ask(door: Door, **changed: str) -> tuple[int, str]:
    args = {"hub.mode": "subscribe", "hub.verify_token": VERIFY_TOKEN, "hub.challenge": "1158201444"}
    args |= {f"hub.{name}": value for name, value in changed.items()}
    answer = door.client.get("/webhooks/whatsapp", query_string=args)
    return answer.status_code, answer.text


def test_the_challenge_is_echoed_to_whoever_knows_the_token(sqlite_door: Door) -> None:
    assert ask(sqlite_door) == (200, "1158201444")
    assert ask(sqlite_door, challenge="<b>") == (200, "<b>")
    assert sqlite_door.client.get("/webhooks/whatsapp").status_code == 403
    assert ask(sqlite_door, verify_token="wrong")[0] == 403
    assert ask(sqlite_door, verify_token="")[0] == 403
    assert ask(sqlite_door, mode="unsubscribe")[0] == 403


def test_an_echoed_challenge_is_never_a_page(sqlite_door: Door) -> None:
    args = {"hub.mode": "subscribe", "hub.verify_token": VERIFY_TOKEN, "hub.challenge": "<script>"}
    assert sqlite_door.client.get("/webhooks/whatsapp", query_string=args).mimetype == "text/plain"


def test_with_no_token_configured_nobody_is_answered(sqlite_door: Door) -> None:
    sqlite_door.use({"whatsapp": WhatsApp(PHONE_ID, "token", "secret")}, verify_token="")
    assert ask(sqlite_door, verify_token="")[0] == 403


def test_a_channel_that_is_not_connected_is_not_there(sqlite_door: Door) -> None:
    sqlite_door.use({"telegram": Telegram("1:token", SECRET)})
    assert sqlite_door.whatsapp(whatsapp_webhook(TEXT)).status_code == 404
