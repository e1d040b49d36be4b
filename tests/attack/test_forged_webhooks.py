"""Ten thousand forged requests at each of the webhooks: none is stored, none is slow, none is an error of ours.

And what is rightly signed but absurd does no harm either: bombs of nesting, of numbers, of many small things.
"""

from __future__ import annotations

import base64
import gc
import gzip
import hashlib
import hmac
import json
import logging
import random
import statistics
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import structlog
from flask import Flask
from sqlalchemy import func, select

from centre.conversations import Conversation
from centre.db import Database
from centre.inbox import InboxEvent
from processes import wiring
from processes.settings import Settings
from tests.attack.conftest import CONNECTED
from tests.attack.knocks import (
    ADDRESSES,
    FONNTE_SECRET,
    PLATFORMS,
    SMS_HEADER,
    SMS_SECRET,
    Knock,
    Platform,
    knock,
)
from tests.webhooks.door import as_bytes
from webhooks.routes import LARGEST

FORGERIES = 10_000
REFUSED = {400, 401, 404, 405, 413}
BIG = 3_900_000
Forger = Callable[[Platform, Knock, random.Random], Knock]


def of_each(test: Callable[..., None]) -> Callable[..., None]:
    return pytest.mark.parametrize("platform", PLATFORMS, ids=lambda each: each.name)(test)


def stored(database: Database) -> int:
    with database.reading() as session:
        return sum(session.scalar(select(func.count()).select_from(each)) or 0 for each in (InboxEvent, Conversation))


def test_every_channel_is_attacked_here(tmp_path: Path) -> None:
    connected = wiring.channels(Settings(data=tmp_path, **CONNECTED))  # type: ignore[arg-type]
    assert {each.name for each in PLATFORMS} | set(BY_A_WORD) == set(connected)


@pytest.fixture
def no_collector() -> Iterator[None]:
    """It costs whenever it likes."""
    gc.disable()
    yield
    gc.enable()


# What is wrong with the proof


def _with_proof(request: Knock, platform: Platform, proof: str | None) -> Knock:
    kept = {name: value for name, value in request.headers.items() if name != platform.proof}
    return Knock(request.channel, request.body, kept | ({} if proof is None else {platform.proof: proof}))


def _flipped(text: str, rng: random.Random) -> str:
    place = rng.randrange(len(text))
    other = rng.choice([sign for sign in "0123456789abcdefXYZ_- é\x7f" if sign != text[place]])
    return text[:place] + other + text[place + 1 :]


def another_proof(platform: Platform, good: Knock, rng: random.Random) -> Knock:
    right = good.headers[platform.proof]
    wrong: list[str | None] = [
        *(None, "", " ", "sha256=", "null", "true", "0", "*"),
        *(
            right + "x",
            right[:-1],
            right[1:],
            right[::-1],
            right.swapcase(),
            right * 2,
            f"{right}, {right}",
            f"{right}\x00",
        ),
        *(_flipped(right, rng) for _ in range(8)),
        *(right.removeprefix("sha256="), right.replace("sha256=", "sha1="), right.replace("sha256=", "SHA256=sha256=")),
        *("sha256=" + "0" * 64, rng.randbytes(32).hex(), "a" * rng.choice((100, 10_000, 100_000))),
        base64.b64encode(right.encode()).decode(),
    ]
    return _with_proof(good, platform, rng.choice([each for each in wrong if each != right]))


def proof_elsewhere(platform: Platform, good: Knock, rng: random.Random) -> Knock:
    """In the address, in another header, or in the body."""
    right = good.headers[platform.proof]
    header = rng.choice(("Authorization", "X-Hub-Signature", "X-Telegram-Bot-Api-Secret", "Cookie", "X-Api-Key"))
    name = rng.choice((platform.proof, "secret", "secret_token", "token", "hub.verify_token"))
    return Knock(good.channel, good.body, {header: right}, query=f"{name}={right}")


def proof_of_others(platform: Platform, good: Knock, rng: random.Random) -> Knock:
    """Signed with a key that is not ours, or by another channel's proof."""
    keys = (
        "",
        "secret",
        str(CONNECTED["whatsapp_token"]),
        str(CONNECTED["whatsapp_verify_token"]),
        "1:token-of-the-bot",
    )
    made = hmac.new(rng.choice(keys).encode(), good.body, rng.choice((hashlib.sha256, hashlib.sha1, hashlib.sha512)))
    other = next(each for each in PLATFORMS if each is not platform)
    return rng.choice(
        (
            _with_proof(good, platform, f"sha256={made.hexdigest()}"),
            Knock(good.channel, good.body, other.headers(good.body)),
            Knock(good.channel, good.body, {platform.proof: other.headers(good.body)[other.proof]}),
        )
    )


# What is wrong with the body: it is not the one that was signed


def _only_signed(test: Forger) -> Forger:
    """Telegram proves who calls, not what is said: for it the body is changed and the proof left out as well."""

    def forge(platform: Platform, good: Knock, rng: random.Random) -> Knock:
        made = test(platform, good, rng)
        assert made.body != good.body
        if platform.name != "telegram":
            return made
        return Knock(made.channel, made.body, {}, chunked=made.chunked)

    return forge


@_only_signed
def written_otherwise(_platform: Platform, good: Knock, rng: random.Random) -> Knock:
    """The same content, but not the same bytes."""
    content = json.loads(good.body)
    ways = (
        json.dumps(content, indent=rng.choice((0, 1, 2, 4))).encode(),
        json.dumps(content, sort_keys=True, separators=(",", ":")).encode(),
        good.body + rng.choice((b"\n", b" ", b"\x00", b"}")),
        b"\xef\xbb\xbf" + good.body,
        good.body.decode().encode(rng.choice(("utf-16", "utf-16-le", "utf-32"))),
        gzip.compress(good.body),
        good.body.replace(b"halo", rng.choice((b"tolong", b"\\u0068alo", b"halo\xff", b"\xed\xa0\xbd"))),
    )
    return Knock(good.channel, rng.choice(ways), good.headers)


@_only_signed
def changed_somewhere(_platform: Platform, good: Knock, rng: random.Random) -> Knock:
    place, body = rng.randrange(len(good.body)), bytearray(good.body)
    body[place] ^= 1 << rng.randrange(8)
    return Knock(good.channel, bytes(body), good.headers, chunked=rng.random() < 0.3)


@_only_signed
def of_another_time(platform: Platform, good: Knock, rng: random.Random) -> Knock:
    """An old proof, on something new."""
    return Knock(good.channel, platform.body(rng.randrange(10**6), "bayar sekarang"), good.headers)


@_only_signed
def cut_or_doubled(_platform: Platform, good: Knock, rng: random.Random) -> Knock:
    place = rng.randrange(len(good.body))
    ways = (good.body[:place], good.body[place:], good.body * 2, b"", b"{}", b"[]", b"null", b'{"a":1,"a":2}')
    return Knock(good.channel, rng.choice([way for way in ways if way != good.body]), good.headers)


def dressed_up(platform: Platform, good: Knock, rng: random.Random) -> Knock:
    """With headers that other software believes."""
    told = {
        "X-HTTP-Method-Override": rng.choice(("PUT", "GET")),
        "X-Forwarded-For": rng.choice(("127.0.0.1", "149.154.160.1", "' or 1=1 --")),
        "X-Original-URL": "/webhooks/telegram",
        "Content-Type": rng.choice(
            ("application/json", "multipart/form-data; boundary=x", "application/xml", "text/html")
        ),
        "Content-Encoding": rng.choice(("gzip", "br", "identity")),
        "Expect": "100-continue",
    }
    return Knock(good.channel, good.body, told, chunked=rng.random() < 0.5)


def beside_the_door(platform: Platform, good: Knock, rng: random.Random) -> Knock:
    """Rightly signed, at addresses that are none, and by methods that none takes."""
    name = platform.name
    paths = (
        f"{name}/",
        f"{name.upper()}",
        f"{name}%00",
        f"{name}/../{name}",
        f"{name};x",
        f"{name}.json",
        "web",
    )
    if rng.random() < 0.3:
        return Knock(name, good.body, good.headers, method=rng.choice(("PUT", "PATCH", "DELETE", "TRACE", "BALAI")))
    return Knock(name, good.body, good.headers, path=f"/webhooks/{rng.choice(paths)}")


KINDS: tuple[Forger, ...] = (
    another_proof,
    proof_elsewhere,
    proof_of_others,
    written_otherwise,
    changed_somewhere,
    of_another_time,
    cut_or_doubled,
    dressed_up,
    beside_the_door,
)


def forgeries(platform: Platform) -> Iterator[tuple[str, Knock]]:
    rng = random.Random(20260709)
    for number in range(FORGERIES // len(PLATFORMS)):
        kind = KINDS[number % len(KINDS)]
        yield kind.__name__, kind(platform, platform.good(number), rng)


@of_each
def test_ten_thousand_forgeries_are_refused_unread_and_cost_less_than_a_message(
    platform: Platform, app: Flask, sqlite_database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    good = [knock(app, platform.good(10**7 + number)) for number in range(50)]
    assert {answer.status for answer in good} == {200}
    before, cost, statuses = stored(sqlite_database), dict[str, list[float]](), Counter[int]()
    with structlog.testing.capture_logs() as events, caplog.at_level(logging.WARNING):
        for kind, request in forgeries(platform):
            answer = knock(app, request)
            assert answer.status in REFUSED, (kind, answer.status, request)
            statuses[answer.status] += 1
            cost.setdefault(kind, []).append(answer.seconds)
    assert stored(sqlite_database) == before
    assert set(statuses) == {401, 404, 405}, "no forgery is ever read"
    assert events == []
    assert caplog.records == []
    usual = statistics.median(answer.seconds for answer in good)
    slow = {kind: statistics.median(each) / usual for kind, each in cost.items()}
    assert max(slow.values()) < 1, slow


@of_each
def test_a_request_that_is_brought_again_and_again_is_stored_once(
    platform: Platform, app: Flask, sqlite_database: Database
) -> None:
    once = platform.good(1)
    assert {knock(app, once).status for _ in range(200)} == {200}
    assert stored(sqlite_database) == 2, "a message and its conversation"


# Those that prove themselves by a word alone


def _fonnte(number: int, secret: object) -> Knock:
    said = {"device": "6281900000001", "sender": f"62812{number:08}", "message": "halo", "inboxid": number}
    return Knock("fonnte", as_bytes(said | {"secret": secret}))


def _sms(number: int, secret: object) -> Knock:
    said = {"from": f"+62812{number:08}", "message": "halo", "id": str(number)}
    headers = {SMS_HEADER: secret} if isinstance(secret, str) and number % 2 else {}
    return Knock("sms", as_bytes(said if headers else said | {"secret": secret}), headers)


BY_A_WORD = {"fonnte": (_fonnte, FONNTE_SECRET), "sms": (_sms, SMS_SECRET)}


@pytest.mark.parametrize("name", BY_A_WORD)
def test_who_has_the_address_and_not_the_word_leaves_nothing(
    name: str, app: Flask, sqlite_database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """Nor who has the word and not the address."""
    made, right = BY_A_WORD[name]
    rng = random.Random(20260709)
    wrong: list[object] = [
        *(None, "", " ", 0, True, [right], {"secret": right}, right + "x", right[:-1], right.swapcase(), right * 2),
        *(f"{right}\x00", f" {right}", "a" * 100_000, SMS_SECRET if name == "fonnte" else FONNTE_SECRET),
        *(_flipped(right, rng) for _ in range(400)),
    ]
    with structlog.testing.capture_logs() as events, caplog.at_level(logging.WARNING):
        assert {knock(app, made(number, word)).status for number, word in enumerate(wrong)} == {401}
        address = ADDRESSES[name]
        for place in (f"/webhooks/{name}", f"{address}x", address[:-1], f"{address}/", address.swapcase()):
            assert knock(app, replace(made(1, right), path=place)).status == 404
    assert stored(sqlite_database) == 0
    assert (events, caplog.records) == ([], [])
    assert [knock(app, made(number, right)).status for number in (1, 2, 1, 2)] == [200] * 4
    assert stored(sqlite_database) == 4, "two messages and their conversations"


# What is large


@of_each
def test_what_is_too_large_is_refused_before_it_is_held(
    platform: Platform, app: Flask, sqlite_database: Database
) -> None:
    before = stored(sqlite_database)
    for size in (LARGEST + 1, 3 * LARGEST):
        for chunked in (False, True):
            body = platform.body(1, "x" * size)
            request = Knock(platform.name, body, platform.headers(body), chunked=chunked)
            tracemalloc.start()
            status, held = knock(app, request).status, tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            assert status == 413
            assert held < 3 * LARGEST, f"{held / LARGEST:.1f} times what may come in"
    assert stored(sqlite_database) == before


@of_each
def test_a_large_forgery_costs_less_than_a_large_message(platform: Platform, app: Flask) -> None:
    words = "x" * BIG
    good = min(knock(app, platform.good(number, words)).seconds for number in range(3))
    body = platform.body(9, words)
    forged = min(
        knock(app, Knock(platform.name, body, {platform.proof: "sha256=" + "0" * 64})).seconds for _ in range(3)
    )
    assert forged < good


# What is rightly signed, and absurd


def bombs(scale: int) -> dict[str, bytes]:
    """Bodies that grow with `scale`."""
    many = scale * 1000
    message = {"message_id": 1, "date": 1, "chat": {"id": 7, "type": "private"}}
    entity, size = (
        {"type": "bold", "offset": 0, "length": 1},
        {"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1},
    )
    value = {"metadata": {"phone_number_id": str(CONNECTED["whatsapp_phone_id"])}}
    said = {"from": "62812", "type": "text", "text": {"body": "x"}, "id": "same"}

    def update(**more: object) -> bytes:
        return as_bytes({"update_id": 1, "message": message | more})

    def webhook(**more: object) -> bytes:
        return as_bytes({"entry": [{"changes": [{"field": "messages", "value": value | more}]}]})

    return {
        "lists": b'{"entry":[' + b"[]," * (many * 25) + b"[]]}",
        "objects": b'{"update_id":1,"entry":[' + b"{}," * (many * 25) + b"{}]}",
        "keys": b'{"entry":[],"update_id":1' + b"".join(b',"%d":0' % n for n in range(many * 8)) + b"}",
        "one key": b'{"entry":[],"update_id":1' + b',"a":0' * (many * 8) + b"}",
        "nested": b'{"entry":' * many + b"1" + b"}" * many,
        "digits": b'{"entry":[' + b"9" * (many * 50) + b"]}",
        "exponents": b'{"update_id":1,"entry":[' + b"1e999999," * (many * 5) + b"0]}",
        "escapes": b'{"entry":["' + b"\\u0000\\ud83d" * (many * 5) + b'"]}',
        "words": update(text="ا́\u202e" * (many * 15)),
        "entities": update(text="x", entities=[entity] * many),
        "sizes": update(photo=[size] * many),
        "messages": webhook(messages=[said] * (scale * 20)),
        "contacts": webhook(
            messages=[said | {"id": ""}] * (scale * 200), contacts=[{"wa_id": str(n)} for n in range(many)]
        ),
        "caption": webhook(messages=[said | {"type": "image", "image": {"caption": "ب̈" * (many * 10)}}]),
    }


@of_each
def test_a_bomb_that_is_rightly_signed_harms_nothing_and_twice_of_it_takes_twice_as_long(
    platform: Platform, app: Flask, sqlite_database: Database, no_collector: None
) -> None:
    small, large = bombs(3), bombs(6)
    for name in small:
        seconds = []
        for body in (small[name], large[name]):
            request = Knock(platform.name, body, platform.headers(body))
            answers = [knock(app, request) for _ in range(3)]
            assert {answer.status for answer in answers} <= {200, 400}, name
            seconds.append(min(answer.seconds for answer in answers))
        assert seconds[1] < 3.5 * seconds[0] + 0.02, (name, seconds)
    assert stored(sqlite_database) <= 6, "a message and its conversation for each body that has one"


@of_each
def test_a_bomb_unfolds_to_no_more_than_can_be_held(platform: Platform, app: Flask) -> None:
    for name, body in bombs(5).items():
        if name in ("entities", "sizes", "messages", "contacts"):
            continue  # objects of ours: they weigh less than what JSON makes of the same bytes
        tracemalloc.start()
        status = knock(app, Knock(platform.name, body, platform.headers(body))).status
        held = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert status in (200, 400), name
        assert held < 40 * len(body), (
            f"{name}: {held / len(body):.0f} times what came in, of which {LARGEST} is the most"
        )
