"""What each answer of a platform, or its silence, means for one message, against the fake gateways."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from centre.conversations import Sender
from centre.messages import LIMITS, Choice, Outgoing, Part, Template, fit
from centre.outbox import Delivery, Outcome
from tests.gateways import (
    LOST,
    TELEGRAM_SPEC,
    WHY_SKIPPED,
    Fault,
    Gateways,
    telegram_error,
    whatsapp_error,
)
from tests.processes.houses import wait_for
from tests.webhooks.door import APP_SECRET, PHONE_ID, as_bytes, signed, whatsapp_webhook
from webhooks import telegram as telegram_channel
from webhooks import whatsapp as whatsapp_channel
from webhooks.telegram import CallFailed, Telegram
from webhooks.whatsapp import WhatsApp

TOKEN, GRAPH_TOKEN = "123456:canary-of-the-bot", "canary-of-the-graph"
SARI = Sender("telegram", (("chat", "77"),))
WAYAN = Sender("whatsapp", (("phone", "6281234567"), ("user", "ID.a7")))
UNNUMBERED = Sender("whatsapp", (("user", "ID.a7"),))
HELLO = Part("Halo, ini Balai.")
needs_specification = pytest.mark.skipif(not TELEGRAM_SPEC.exists(), reason=WHY_SKIPPED)


@pytest.fixture
def gateways() -> Iterator[Gateways]:
    with Gateways(telegram_token=TOKEN, whatsapp_token=GRAPH_TOKEN) as running:
        yield running


@contextmanager
def impatience(fault: Fault) -> Iterator[None]:
    """Silence is waited for a moment, not ten seconds. Whoever does answer may take their time: a busy machine does."""
    with pytest.MonkeyPatch.context() as patch:
        for channel in (telegram_channel, whatsapp_channel) if fault.after else ():
            patch.setattr(channel, "ANSWER_SECONDS", 0.3)
        yield


def by_telegram(address: str, *, sender: Sender = SARI, part: Part = HELLO, token: str = TOKEN) -> Outcome:
    async def once() -> Outcome:
        channel = Telegram(token, "secret", api=address)
        outcome = await channel.send(Delivery(41, sender, part))
        await channel.close()
        return outcome

    return asyncio.run(once())


def unsaid_by_telegram(address: str, provider_id: str) -> Outcome:
    async def once() -> Outcome:
        channel = Telegram(TOKEN, "secret", api=address)
        outcome = await channel.unsend(provider_id)
        await channel.close()
        return outcome

    return asyncio.run(once())


def by_whatsapp(address: str, *, sender: Sender = WAYAN, part: Part = HELLO, token: str = GRAPH_TOKEN) -> Outcome:
    async def once() -> Outcome:
        channel = WhatsApp(PHONE_ID, token, APP_SECRET, api=address)
        outcome = await channel.send(Delivery(41, sender, part))
        await channel.close()
        return outcome

    return asyncio.run(once())


def seconds(number: int) -> timedelta:
    return timedelta(seconds=number)


# Telegram


def test_sari_gets_her_answer_on_telegram(gateways: Gateways) -> None:
    outcome = by_telegram(gateways.address)
    assert outcome == Outcome("sent", provider_id="77:1")
    assert gateways.arrived("77") == [HELLO.text]
    assert gateways.violations == []


TELEGRAM_FAULTS: dict[str, tuple[Fault, Outcome]] = {
    "asked to wait": (
        telegram_error(429, "Too Many Requests", retry_after=17),
        Outcome("throttled", wait=seconds(17), error="retry_after"),
    ),
    "asked to wait by a proxy": (
        Fault(429, "<html>slow down</html>"),
        Outcome("throttled", wait=seconds(5), error="retry_after"),
    ),
    "blocked": (
        telegram_error(403, "Forbidden: bot was blocked by the user"),
        Outcome("permanent", blocked=True, error="blocked"),
    ),
    "the group moved": (
        telegram_error(400, "Bad Request: group upgraded", migrate_to_chat_id=-1005),
        Outcome("temporary", moved_to=("chat", "-1005"), error="moved"),
    ),
    "refused": (
        telegram_error(400, "Bad Request: chat not found"),
        Outcome("permanent", error="bad_request"),
    ),
    "bad gateway": (Fault(502, "<html>502</html>"), Outcome("ambiguous", error="NetworkError")),
    "their mistake": (
        telegram_error(500, "Internal Server Error"),
        Outcome("ambiguous", error="NetworkError"),
    ),
    "lost answer": (LOST, Outcome("ambiguous", error="RemoteProtocolError")),
    "silence": (Fault(arrives=True, after=30.0), Outcome("ambiguous", error="ReadTimeout")),
    "an answer nobody can read": (
        Fault(200, "OK", arrives=True),
        Outcome("ambiguous", error="TelegramError"),
    ),
    "an answer with nothing in it": (Fault(200, "{}", arrives=True), Outcome("ambiguous", error="KeyError")),
}


@pytest.mark.parametrize("name", TELEGRAM_FAULTS)
def test_what_went_wrong_on_telegram(gateways: Gateways, name: str) -> None:
    fault, outcome = TELEGRAM_FAULTS[name]
    gateways.fail(fault)
    with impatience(fault):
        assert by_telegram(gateways.address) == outcome
    wait_for(lambda: gateways.calls, "the call was not made")
    assert gateways.arrived("77") == ([HELLO.text] if fault.arrives else [])


def test_what_was_said_on_telegram_goes_from_the_screen(gateways: Gateways) -> None:
    sent = by_telegram(gateways.address)
    by_telegram(gateways.address, part=Part("Besok cerah."))
    assert unsaid_by_telegram(gateways.address, sent.provider_id) == Outcome("sent")
    assert gateways.on_screen("77") == ["Besok cerah."]
    assert unsaid_by_telegram(gateways.address, sent.provider_id) == Outcome("permanent", error="bad_request")
    assert gateways.violations == []


@pytest.mark.parametrize("name", TELEGRAM_FAULTS)
def test_what_went_wrong_when_something_was_to_be_deleted(gateways: Gateways, name: str) -> None:
    """The same failures mean the same; only an answer that was lost does no harm, because deleting can be repeated."""
    sent = by_telegram(gateways.address)
    fault, outcome = TELEGRAM_FAULTS[name]
    gateways.fail(fault, method="deleteMessage")
    with impatience(fault):
        assert unsaid_by_telegram(gateways.address, sent.provider_id) == outcome


def test_a_telegram_token_that_is_refused_gives_up_nobody(gateways: Gateways) -> None:
    outcome = by_telegram(gateways.address, token="1:revoked")
    assert outcome == Outcome("throttled", wait=seconds(60), whole_channel=True, error="token")


def test_telegram_that_cannot_be_reached_has_surely_not_got_it(unused_address: str) -> None:
    assert by_telegram(unused_address) == Outcome("temporary", error="ConnectError")


@pytest.mark.parametrize("chat", ["", "abc", "7 7", "٧٧"])
def test_a_chat_that_is_no_chat_costs_no_call(gateways: Gateways, chat: str) -> None:
    outcome = by_telegram(gateways.address, sender=Sender("telegram", (("chat", chat),)))
    assert outcome == Outcome("permanent", error="no_address")
    assert gateways.calls == []


def test_long_labels_stand_alone_and_short_ones_in_pairs(gateways: Gateways) -> None:
    short = (Choice("yes", "Ya"), Choice("no", "Tidak"))
    by_telegram(gateways.address, part=Part("Cocok?", short, "buttons"))
    by_telegram(gateways.address, part=Part("Cocok?", (*short, Choice("person", "Bicara dengan kami")), "buttons"))
    rows = [call.data["reply_markup"].count("[{") for call in gateways.calls]
    shown = [call.data["link_preview_options"] for call in gateways.calls]
    assert (rows, shown) == ([1, 3], ['{"is_disabled": true}'] * 2)
    assert all("parse_mode" not in call.data for call in gateways.calls)


# WhatsApp


def test_wayan_gets_his_answer_on_whatsapp(gateways: Gateways) -> None:
    assert by_whatsapp(gateways.address) == Outcome("sent", provider_id="wamid.out1")
    (call,) = gateways.calls
    assert (call.to, call.data["biz_opaque_callback_data"]) == ("6281234567", "41")
    assert (gateways.arrived("6281234567"), gateways.violations) == ([HELLO.text], [])


def test_who_hides_the_number_is_reached_by_user_id(gateways: Gateways) -> None:
    assert by_whatsapp(gateways.address, sender=UNNUMBERED).kind == "sent"
    (call,) = gateways.calls
    assert (call.data.get("to"), call.data["recipient"]) == (None, "ID.a7")


WHATSAPP_FAULTS: dict[str, tuple[Fault, Outcome]] = {
    "too many calls": (
        whatsapp_error(400, 4),
        Outcome("throttled", wait=seconds(60), whole_channel=True, error="4"),
    ),
    "account limit": (
        whatsapp_error(400, 80007, **{"Retry-After": "90"}),
        Outcome("throttled", wait=seconds(90), whole_channel=True, error="80007"),
    ),
    "throughput": (
        whatsapp_error(429, 130429),
        Outcome("throttled", wait=seconds(5), whole_channel=True, error="130429"),
    ),
    "a proxy's throttle": (
        Fault(429, "slow down"),
        Outcome("throttled", wait=seconds(5), whole_channel=True, error="429"),
    ),
    "too many to one person": (
        whatsapp_error(400, 131056),
        Outcome("throttled", wait=seconds(6), error="131056"),
    ),
    "spam brake": (
        whatsapp_error(400, 131048),
        Outcome("throttled", wait=timedelta(hours=1), whole_channel=True, error="131048"),
    ),
    "token expired": (
        whatsapp_error(401, 190),
        Outcome("throttled", wait=seconds(60), whole_channel=True, error="token"),
    ),
    "account locked": (
        whatsapp_error(403, 131031),
        Outcome("throttled", wait=timedelta(hours=1), whole_channel=True, error="account"),
    ),
    "registering": (whatsapp_error(400, 133016), Outcome("temporary", error="133016")),
    "file not taken": (whatsapp_error(400, 131053), Outcome("temporary", error="131053")),
    "undeliverable": (whatsapp_error(400, 131026), Outcome("permanent", error="131026")),
    "after 24 hours": (whatsapp_error(400, 131047), Outcome("permanent", error="window_closed")),
    "a template that was never approved": (
        whatsapp_error(404, 132001),
        Outcome("permanent", error="template_missing"),
    ),
    "a template with other blanks": (
        whatsapp_error(400, 132000),
        Outcome("permanent", error="template_mismatch"),
    ),
    "a template at rest": (whatsapp_error(400, 132015), Outcome("permanent", error="template_paused")),
    "a template taken away": (whatsapp_error(400, 132016), Outcome("permanent", error="template_disabled")),
    "not paid": (
        whatsapp_error(400, 131042),
        Outcome("throttled", wait=timedelta(hours=1), whole_channel=True, error="account"),
    ),
    "does not want us": (whatsapp_error(400, 131050), Outcome("permanent", error="blocked", blocked=True)),
    "not as documented": (whatsapp_error(400, 100), Outcome("permanent", error="100")),
    "passing, says Meta": (
        Fault(400, {"error": {"message": "later", "code": 199999, "is_transient": True}}),
        Outcome("temporary", error="199999"),
    ),
    "their mistake": (whatsapp_error(500, 777), Outcome("temporary", error="777")),
    "bad gateway": (Fault(502, "<html>502</html>"), Outcome("ambiguous", error="http_502")),
    "lost answer": (LOST, Outcome("ambiguous", error="RemoteProtocolError")),
    "silence": (Fault(arrives=True, after=30.0), Outcome("ambiguous", error="ReadTimeout")),
    "an answer nobody can read": (
        Fault(200, "OK", arrives=True),
        Outcome("ambiguous", error="JSONDecodeError"),
    ),
    "an error nobody can read": (Fault(400, {"error": "no"}), Outcome("ambiguous", error="AttributeError")),
    "an answer with nothing in it": (Fault(200, "{}", arrives=True), Outcome("sent")),
}


@pytest.mark.parametrize("name", WHATSAPP_FAULTS)
def test_what_went_wrong_on_whatsapp(gateways: Gateways, name: str) -> None:
    fault, outcome = WHATSAPP_FAULTS[name]
    gateways.fail(fault)
    with impatience(fault):
        assert by_whatsapp(gateways.address) == outcome
    wait_for(lambda: gateways.calls, "the call was not made")
    assert gateways.arrived(WAYAN.identifiers[0][1]) == ([HELLO.text] if fault.arrives else [])


def test_whatsapp_that_cannot_be_reached_has_surely_not_got_it(unused_address: str) -> None:
    assert by_whatsapp(unused_address) == Outcome("temporary", error="ConnectError")


TOO_LONG = [
    Part("x" * 4097),
    Part("x" * 1025, (Choice("a", "A"),), "buttons"),
    Part("x", tuple(Choice(f"{number}", f"{number}") for number in range(4)), "buttons"),
    Part("x", tuple(Choice(f"{number}", f"{number}") for number in range(11)), "list"),
    Part("x", (Choice("a", "A" * 21),), "buttons"),
    Part("x", (Choice("a", "A" * 25),), "list"),
    Part("x", (Choice("a", "A", "A" * 73),), "list"),
]


@pytest.mark.parametrize("part", TOO_LONG)
def test_what_meta_would_refuse_costs_no_call(gateways: Gateways, part: Part) -> None:
    assert by_whatsapp(gateways.address, part=part) == Outcome("permanent", error="too_long")
    assert gateways.calls == []


def test_without_number_and_user_id_there_is_nobody_to_call(gateways: Gateways) -> None:
    outcome = by_whatsapp(gateways.address, sender=Sender("whatsapp", ()))
    assert (outcome, gateways.calls) == (Outcome("permanent", error="no_address"), [])


REMINDER = Template("balai_reminder", "id", ("Pelatihan", "Sari", "12.00"), ("come:4", "cancel:4"))


@needs_specification
def test_a_template_goes_out_with_its_blanks_and_what_its_buttons_mean(gateways: Gateways) -> None:
    words = Part("x" * 4000, (Choice("come:4", "Saya datang"),), "template", REMINDER)
    assert by_whatsapp(gateways.address, part=words).kind == "sent"
    (call,) = gateways.calls
    sent = call.data["template"]
    assert (sent["name"], sent["language"]["code"]) == ("balai_reminder", "id")
    body, *buttons = sent["components"]
    assert [value["text"] for value in body["parameters"]] == list(REMINDER.values)
    assert [(each["index"], each["parameters"][0]["payload"]) for each in buttons] == [
        ("0", "come:4"),
        ("1", "cancel:4"),
    ]
    assert "text" not in call.data
    assert gateways.violations == []


@needs_specification
def test_a_template_without_blanks_or_buttons_is_fine_and_an_empty_blank_is_not(gateways: Gateways) -> None:
    by_whatsapp(gateways.address, part=Part("Halo", style="template", template=Template("balai_hello", "id", ())))
    assert gateways.violations == []
    by_whatsapp(gateways.address, part=Part("Halo", style="template", template=Template("balai_hello", "id", ("",))))
    assert len(gateways.violations) == 1


@pytest.mark.parametrize("code", [131042, 131044])
def test_templates_that_nobody_pays_for_do_not_hold_up_answers(gateways: Gateways, code: int) -> None:
    gateways.fail(whatsapp_error(400, code))
    outcome = by_whatsapp(gateways.address, part=Part("Halo", style="template", template=REMINDER))
    assert outcome == Outcome("permanent", error="template_unpaid")


def known_templates(address: str, token: str = GRAPH_TOKEN) -> list[str]:
    async def once() -> list[str]:
        channel = WhatsApp("", token, "", api=address)
        try:
            return [template["name"] for template in await channel.templates("102290129340398")]
        finally:
            await channel.close()

    return asyncio.run(once())


@pytest.mark.parametrize("count", [0, 9, 10, 11, 30])
def test_all_pages_of_templates_are_read(gateways: Gateways, count: int) -> None:
    names = [f"template_{number}" for number in range(count)]
    gateways.templates = [{"name": name} for name in names]
    assert known_templates(gateways.address) == names
    assert len(gateways.calls) == max(1, -(-count // 10))


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (whatsapp_error(400, 100), "error 100"),
        (Fault(502, "<html>"), "error 502"),
        (LOST, "RemoteProtocolError"),
        (Fault(200, "canary"), "JSONDecodeError"),
    ],
)
def test_templates_that_cannot_be_asked_for(gateways: Gateways, fault: Fault, reason: str) -> None:
    gateways.fail(fault, method="message_templates")
    with pytest.raises(whatsapp_channel.CallFailed, match=f"^{reason}$"):
        known_templates(gateways.address)


# Both


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=10)
LABELS = st.lists(WORDS, unique=True, max_size=12)


@pytest.fixture
def send(gateways: Gateways) -> Iterator[Callable[[Sender, Part], Outcome]]:
    """Sends on connections that stay open."""
    telegram = Telegram(TOKEN, None, api=gateways.address)
    whatsapp = WhatsApp(PHONE_ID, GRAPH_TOKEN, APP_SECRET, api=gateways.address)
    channels: dict[str, Telegram | WhatsApp] = {"telegram": telegram, "whatsapp": whatsapp}
    with asyncio.Runner() as runner:
        yield lambda to, part: runner.run(channels[to.channel].send(Delivery(41, to, part)))
        runner.run(telegram.close())
        runner.run(whatsapp.close())


@needs_specification
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=WORDS, times=st.sampled_from([1, 90, 400, 1200]), labels=LABELS)
def test_whatever_fits_a_channel_breaks_none_of_its_rules(
    gateways: Gateways,
    send: Callable[[Sender, Part], Outcome],
    words: str,
    times: int,
    labels: list[str],
) -> None:
    choices = tuple(Choice(f"code:{number}", label) for number, label in enumerate(labels))
    for sender in (SARI, WAYAN):
        for part in fit(Outgoing(" ".join([words] * times), choices), LIMITS[sender.channel]):
            assert send(sender, part).kind == "sent"
    assert gateways.violations == []


@needs_specification
def test_the_gateways_notice_what_breaks_the_rules(gateways: Gateways) -> None:
    long_code = Part("Pilih", (Choice("x" * 65, "Ya"),), "buttons")
    by_telegram(gateways.address, part=Part("x" * 4097))
    by_telegram(gateways.address, part=long_code)
    by_whatsapp(gateways.address, part=Part("Pilih", (Choice("a", "Ya"), Choice("b", "Ya")), "buttons"))
    by_whatsapp(gateways.address, part=Part(""))
    assert [violation.split(" ")[0] for violation in gateways.violations] == [
        "sendMessage:",
        "sendMessage:",
        "messages:",
        "messages:",
    ]


def test_each_channel_tells_the_link_that_opens_it(gateways: Gateways) -> None:
    assert asyncio.run(Telegram(TOKEN, None, api=gateways.address).open()) == "https://t.me/BalaiUjiBot"
    whatsapp = WhatsApp(PHONE_ID, GRAPH_TOKEN, APP_SECRET, api=gateways.address)
    assert asyncio.run(whatsapp.open()) == "https://wa.me/6281234567890"


def test_a_worker_starts_though_the_platforms_are_away(unused_address: str) -> None:
    assert asyncio.run(Telegram(TOKEN, None, api=unused_address).open()) is None
    assert asyncio.run(WhatsApp(PHONE_ID, GRAPH_TOKEN, APP_SECRET, api=unused_address).open()) is None


def test_a_channel_that_was_closed_opens_again(gateways: Gateways) -> None:
    async def twice(channel: Telegram | WhatsApp, sender: Sender) -> list[tuple[str, str]]:
        outcomes = []
        for _ in range(2):
            await channel.open()
            outcome = await channel.send(Delivery(1, sender, HELLO))
            outcomes.append((outcome.kind, outcome.error))
            await channel.close()
        return outcomes

    whatsapp = WhatsApp(PHONE_ID, GRAPH_TOKEN, APP_SECRET, api=gateways.address)
    assert asyncio.run(twice(Telegram(TOKEN, None, api=gateways.address), SARI)) == [("sent", "")] * 2
    assert asyncio.run(twice(whatsapp, WAYAN)) == [("sent", "")] * 2


def test_fifty_at_once_all_arrive(gateways: Gateways) -> None:
    async def fifty() -> set[str]:
        channel = Telegram(TOKEN, None, api=gateways.address)
        people = [Sender("telegram", (("chat", str(number)),)) for number in range(100, 150)]
        outcomes = await asyncio.gather(*(channel.send(Delivery(1, person, HELLO)) for person in people))
        await channel.close()
        return {outcome.kind for outcome in outcomes}

    assert asyncio.run(fifty()) == {"sent"}
    assert len(gateways.arrived()) == 50


def test_no_log_holds_a_token_a_number_or_a_word(
    gateways: Gateways,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    unused_address: str,
) -> None:
    part = Part("canary-of-sari", (Choice("a", "canary-label"),), "buttons")
    caplog.set_level(logging.DEBUG)
    for fault in (None, LOST, Fault(200, "canary-answer"), telegram_error(400, "canary-error")):
        if fault:
            gateways.fail(fault, times=2)
        by_telegram(gateways.address, sender=Sender("telegram", (("chat", "77001122"),)), part=part)
        by_whatsapp(gateways.address, sender=Sender("whatsapp", (("phone", "6277001122"),)), part=part)
    by_telegram(unused_address, part=part)
    by_whatsapp(unused_address, part=part)
    Telegram(TOKEN, None).parse({"update_id": 1, "message": {"text": "canary-of-wayan", "chat": {"id": 77001122}}})
    wrong = as_bytes(whatsapp_webhook({"id": "1", "from": "6277001122", "text": {"body": "canary-of-wayan"}}))
    WhatsApp(PHONE_ID, GRAPH_TOKEN, APP_SECRET).split(wrong, signed(wrong))
    asyncio.run(Telegram(TOKEN, None, api=unused_address).open())
    written = caplog.text + "".join(capsys.readouterr())
    assert len(gateways.calls) >= 8
    assert "canary" not in written
    assert "77001122" not in written


# Asking for updates instead of a webhook


def polling(gateways: Gateways, story: Callable[[Telegram], Awaitable[None]]) -> None:
    async def run() -> None:
        channel = Telegram(TOKEN, "secret", api=gateways.address)
        await story(channel)
        await channel.close()

    asyncio.run(run())


def update(number: int, text: str) -> dict[str, object]:
    chat = {"id": 77, "type": "private"}
    return {"update_id": number, "message": {"message_id": 1, "date": 1, "chat": chat, "text": text}}


def test_updates_come_again_until_the_next_call_confirms_them(gateways: Gateways) -> None:
    gateways.updates = [update(8, "satu"), {"update_id": 9, "poll": {}}, update(10, "dua")]

    async def story(telegram: Telegram) -> None:
        events, following = await telegram.poll()
        again, _ = await telegram.poll()
        assert [event.key for event in events] == ["8", "10"]
        assert (again, following) == (events, 11)
        assert await telegram.poll(following) == ([], 0)  # a quiet week later, numbers may be lower than 11
        assert gateways.updates == []

    polling(gateways, story)
    assert gateways.violations == []


def test_the_webhook_is_told_our_secret_and_what_we_want(gateways: Gateways) -> None:
    async def story(telegram: Telegram) -> None:
        await telegram.register("https://balai.desa.id/webhooks/telegram")
        assert gateways.webhook["secret_token"] == "secret"
        wanted = '["message", "edited_message", "callback_query", "my_chat_member"]'
        assert gateways.webhook["allowed_updates"] == wanted
        await telegram.unregister()
        assert gateways.webhook == {}

    polling(gateways, story)
    assert gateways.calls[-1].data.get("drop_pending_updates") in (None, "false")
    assert gateways.violations == []


@pytest.mark.parametrize(
    ("fault", "reason", "wait"),
    [
        (telegram_error(409, "Conflict: terminated by other getUpdates request"), "conflict", 30),
        (telegram_error(429, "Too Many Requests", retry_after=3), "retry_after", 3),
        (telegram_error(401, "Unauthorized"), "token", 60),
        (Fault(502, "<html>"), "NetworkError", 5),
        (LOST, "RemoteProtocolError", 5),
    ],
)
def test_asking_that_fails_says_how_long_to_wait(gateways: Gateways, fault: Fault, reason: str, wait: int) -> None:
    gateways.fail(fault)

    async def story(telegram: Telegram) -> None:
        with pytest.raises(CallFailed, match=reason) as failure:
            await telegram.poll()
        assert failure.value.wait == seconds(wait)

    polling(gateways, story)


def test_a_tap_seen_while_polling_is_acknowledged_if_possible(gateways: Gateways) -> None:
    gateways.fail(telegram_error(400, "Bad Request: query is too old"), method="answerCallbackQuery")
    receipt = {"method": "answerCallbackQuery", "callback_query_id": "9001"}

    async def story(telegram: Telegram) -> None:
        await telegram.acknowledge(receipt)
        await telegram.acknowledge(receipt)

    polling(gateways, story)
    assert [call.data["callback_query_id"] for call in gateways.calls] == ["9001", "9001"]
    assert gateways.violations == []


@pytest.fixture
def unused_address() -> Iterator[str]:
    """Where nobody listens, and nobody else can begin to."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"
