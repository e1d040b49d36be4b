"""A family's photo is fetched from the platform and from nowhere else, never more of it than we can hold."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from centre.file_kinds import MOST_BYTES
from centre.kept_files import Fetched
from tests.files import photo
from tests.gateways import LOST, Call, Fault, Gateways, telegram_error, whatsapp_error
from tests.webhooks.door import APP_SECRET, PHONE_ID
from webhooks import downloads
from webhooks import telegram as telegram_channel
from webhooks import whatsapp as whatsapp_channel
from webhooks.channel import Channel
from webhooks.telegram import Telegram
from webhooks.whatsapp import WhatsApp

TOKEN, GRAPH_TOKEN = "123456:canary-of-the-bot", "canary-of-the-graph"
CONTRACT = photo(size=(60, 40))
MEDIA = "1122334455"
"""A name that both platforms could give."""
Fetch = Callable[[str], Fetched]


@pytest.fixture
def gateways() -> Iterator[Gateways]:
    with Gateways(telegram_token=TOKEN, whatsapp_token=GRAPH_TOKEN) as running:
        running.files[MEDIA] = CONTRACT
        yield running


@contextmanager
def impatience(fault: Fault) -> Iterator[None]:
    """Silence and dripping are borne for a moment, not twenty seconds. Whoever does answer may take their time."""
    with pytest.MonkeyPatch.context() as patch:
        if fault.after:
            patch.setattr(telegram_channel, "ANSWER_SECONDS", 0.5)
            patch.setattr(whatsapp_channel, "ANSWER_SECONDS", 0.5)
            patch.setattr(downloads, "SILENCE_SECONDS", 0.5)
        if fault.drips:
            patch.setattr(downloads, "WHOLE_SECONDS", 1.0)
        yield


def by(make: Callable[[], Channel], media: str = MEDIA) -> Fetched:
    async def once() -> Fetched:
        channel = make()
        outcome = await channel.fetch(media)
        await channel.close()
        return outcome

    return asyncio.run(once())


def telegram(gateways: Gateways, token: str = TOKEN) -> Callable[[], Channel]:
    return lambda: Telegram(token, "secret", api=gateways.address)


def whatsapp(gateways: Gateways, token: str = GRAPH_TOKEN) -> Callable[[], Channel]:
    return lambda: WhatsApp(PHONE_ID, token, APP_SECRET, api=gateways.address)


@pytest.fixture(params=["telegram", "whatsapp"])
def fetch(request: pytest.FixtureRequest, gateways: Gateways) -> Fetch:
    """By each platform, with the token it expects."""
    make = {"telegram": telegram, "whatsapp": whatsapp}[request.param](gateways)
    return lambda media: by(make, media)


@pytest.fixture
def lookup(fetch: Fetch, request: pytest.FixtureRequest) -> str:
    """What the platform calls the question where a file lies."""
    return {"telegram": "getFile", "whatsapp": "media"}[request.node.callspec.params["fetch"]]


def asked(gateways: Gateways) -> list[str]:
    return [call.method for call in gateways.calls]


def test_the_photo_arrives(gateways: Gateways, fetch: Fetch, lookup: str) -> None:
    assert fetch(MEDIA) == Fetched("kept", CONTRACT)
    assert asked(gateways) == [lookup, "file"]
    assert gateways.violations == []


def test_a_photo_just_small_enough_arrives_and_a_byte_more_is_refused_unseen(
    gateways: Gateways, fetch: Fetch, lookup: str
) -> None:
    gateways.files[MEDIA] = bytes(MOST_BYTES)
    assert fetch(MEDIA).kind == "kept"
    gateways.files[MEDIA] = bytes(MOST_BYTES + 1)
    assert fetch(MEDIA) == Fetched("refused", why="too_large")
    assert asked(gateways) == [lookup, "file", lookup]


def test_more_than_was_promised_is_not_read(gateways: Gateways, fetch: Fetch, monkeypatch: pytest.MonkeyPatch) -> None:
    """The platform says "small" and sends without end: the bytes count, not the promise."""
    monkeypatch.setattr(downloads, "MOST_BYTES", 1000)
    gateways.files[MEDIA] = bytes(999)
    endless = Fault(200, hexed(b"\x07" * 400, times=4), {"Transfer-Encoding": "chunked"})
    gateways.fail(endless, method="file")
    assert fetch(MEDIA) == Fetched("refused", why="too_large")
    gateways.fail(Fault(200, bytes(1001)), method="file")
    assert fetch(MEDIA) == Fetched("refused", why="too_large")


def hexed(piece: bytes, times: int) -> bytes:
    """A body in pieces, each with its length before it (RFC 9112, 7.1)."""
    return (f"{len(piece):x}\r\n".encode() + piece + b"\r\n") * times + b"0\r\n\r\n"


def test_the_platform_no_longer_has_it(gateways: Gateways, fetch: Fetch) -> None:
    assert fetch("999").why == "gone"
    gateways.fail(Fault(404, "not found"), method="file")
    assert fetch(MEDIA) == Fetched("gone", why="gone")


def test_whatsapp_knows_at_once_that_it_is_gone_and_telegram_may_find_it_again(gateways: Gateways) -> None:
    """Telegram words "wrong file_id or the file is temporarily unavailable" alike."""
    assert by(whatsapp(gateways), "999").kind == "gone"
    assert by(telegram(gateways), "999").kind == "again"


PASSING: dict[str, tuple[Fault, str]] = {
    "a lost answer": (LOST, "unreachable"),
    "half a photo": (Fault(200, CONTRACT, breaks=True), "unreachable"),
    "a slow drip": (Fault(200, bytes(400), drips=0.02), "slow"),
    "silence": (Fault(200, CONTRACT, after=30), "unreachable"),
    "their mistake": (Fault(500, "oh"), "http_500"),
    "a bad gateway": (Fault(502, "<html>"), "http_502"),
    "a token that is not taken": (Fault(401, "no"), "token"),
}


@pytest.mark.parametrize(("fault", "why"), PASSING.values(), ids=PASSING)
def test_what_may_pass_is_tried_again(gateways: Gateways, fetch: Fetch, fault: Fault, why: str) -> None:
    gateways.fail(fault, method="file")
    with impatience(fault):
        assert fetch(MEDIA) == Fetched("again", why=why)
    assert fetch(MEDIA) == Fetched("kept", CONTRACT)


@pytest.mark.parametrize(
    "fault",
    [LOST, Fault(502, "<html>"), Fault(200, "OK"), Fault(200, "[]"), Fault(after=30)],
    ids=["lost", "bad gateway", "nobody can read it", "not what is documented", "silence"],
)
def test_a_question_without_an_answer_is_asked_again(
    gateways: Gateways, fetch: Fetch, fault: Fault, lookup: str
) -> None:
    gateways.fail(fault, method=lookup)
    with impatience(fault):
        assert fetch(MEDIA).kind in ("again", "refused")
    assert fetch(MEDIA) == Fetched("kept", CONTRACT)


def test_who_is_asked_to_wait_waits(gateways: Gateways) -> None:
    gateways.fail(telegram_error(429, "Too Many Requests", retry_after=17), method="getFile")
    assert by(telegram(gateways)) == Fetched("again", why="throttled", wait=timedelta(seconds=17))
    gateways.fail(whatsapp_error(429, 130429), method="media")
    assert by(whatsapp(gateways)) == Fetched("again", why="130429", wait=timedelta(seconds=5))
    gateways.fail(Fault(429, "slow down", {"Retry-After": "90"}), method="file")
    assert by(whatsapp(gateways)) == Fetched("again", why="http_429", wait=timedelta(seconds=90))


def test_a_token_that_is_refused_is_ours_to_mend(gateways: Gateways) -> None:
    assert by(telegram(gateways, "1:wrong")) == Fetched("again", why="token")
    refused = by(whatsapp(gateways, "wrong"))
    assert (refused.kind, refused.why) == ("again", "token")


def test_telegram_says_that_it_is_too_big(gateways: Gateways) -> None:
    gateways.fail(telegram_error(400, "Bad Request: file is too big"), method="getFile")
    assert by(telegram(gateways)) == Fetched("refused", why="too_large")


def test_a_redirect_is_not_followed(gateways: Gateways, fetch: Fetch) -> None:
    for status in (301, 302, 303, 307, 308):
        gateways.fail(Fault(status, "", {"Location": f"{gateways.address}/elsewhere"}), method="file")
        assert fetch(MEDIA) == Fetched("refused", why="elsewhere")
    assert asked(gateways).count("file") == 5
    assert not [call for call in gateways.calls if call.data.get("name") == "elsewhere"]


ELSEWHERE = [
    "https://example.com/foto.jpg",
    "http://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1",
    "https://lookaside.fbsbx.com.example.com/foto.jpg",
    "https://lookaside.fbsbx.com@example.com/foto.jpg",
    "https://someone:word@lookaside.fbsbx.com/foto.jpg",
    "https://lookaside.fbsbx.com:8443/foto.jpg",
    "http://169.254.169.254/latest/meta-data/",
    "http://127.0.0.1:1/foto.jpg",
    "http://localhost/foto.jpg",
    "file:///etc/passwd",
    "//example.com/foto.jpg",
    "foto.jpg",
    "https://[::1",
    "",
]


@pytest.mark.parametrize("address", ELSEWHERE)
def test_metas_token_goes_nowhere_else(gateways: Gateways, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    called = list[str]()

    async def never(address: str, headers: object = None) -> Fetched:
        called.append(address)
        return Fetched("kept")

    monkeypatch.setattr(whatsapp_channel, "download", never)
    gateways.fail(Fault(200, {"url": address, "file_size": 3, "id": MEDIA}), method="media")
    assert by(whatsapp(gateways)) == Fetched("refused", why="elsewhere")
    assert called == []


def test_metas_own_house_is_called_with_the_token(gateways: Gateways, monkeypatch: pytest.MonkeyPatch) -> None:
    called = dict[str, object]()

    async def instead(address: str, headers: object = None) -> Fetched:
        called[address] = headers
        return Fetched("kept", b"x")

    monkeypatch.setattr(whatsapp_channel, "download", instead)
    for address in ("https://lookaside.fbsbx.com/a/?mid=1&hash=x-y", "https://lookaside.fbsbx.com:443/b"):
        gateways.fail(Fault(200, {"url": address, "file_size": 3}), method="media")
        assert by(whatsapp(gateways)).kind == "kept"
        assert called[address] == {"Authorization": f"Bearer {GRAPH_TOKEN}"}


@pytest.mark.parametrize(
    "path",
    ["../bot/getMe", "photos/../../x", "/etc/passwd", "http://example.com/x", "a?b=c", "a#b", "a\\b", "", "%2e%2e/x"],
)
def test_no_path_leads_out_of_telegrams_folder(gateways: Gateways, path: str) -> None:
    answer = {"ok": True, "result": {"file_id": MEDIA, "file_unique_id": "u", "file_size": 3, "file_path": path}}
    gateways.fail(Fault(200, answer), method="getFile")
    assert by(telegram(gateways)) == Fetched("refused", why="elsewhere")
    assert asked(gateways) == ["getFile"]


@pytest.mark.parametrize("media", ["", "../me", "1/../2", "1?fields=x", "https://example.com/1", "kept:5"])
def test_what_is_no_name_of_metas_is_not_even_asked_for(gateways: Gateways, media: str) -> None:
    assert by(whatsapp(gateways), media) == Fetched("gone", why="gone")
    assert gateways.calls == list[Call]()


def test_a_packed_answer_is_not_unfolded(gateways: Gateways, fetch: Fetch) -> None:
    gateways.fail(Fault(200, b"\x1f\x8bpacked", {"Content-Encoding": "gzip"}), method="file")
    assert fetch(MEDIA) == Fetched("kept", b"\x1f\x8bpacked")


def test_no_token_and_no_address_in_the_log(
    gateways: Gateways, fetch: Fetch, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.INFO)
    gateways.fail(LOST, method="file")
    gateways.fail(Fault(500, "oh"), method="file")
    for _ in range(3):
        fetch(MEDIA)
    assert asked(gateways).count("file") == 3
    said = caplog.text + "".join(capsys.readouterr())
    for secret in (TOKEN, "canary", GRAPH_TOKEN, MEDIA, gateways.address):
        assert secret not in said
