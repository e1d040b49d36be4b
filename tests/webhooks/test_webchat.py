"""Sari asks on the web page: what is stored, what she sees, what nobody else sees."""

from __future__ import annotations

import re
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from centre import case_records, case_safety, cases, inbox, outbox
from centre.conversations import Conversation
from centre.db import Database, open_database
from centre.inbox import InboxEvent, Received, Status
from centre.messages import Choice, Incoming, Outgoing
from centre.outbox import OutboxMessage
from centre.privacy import Vault
from processes.settings import Settings
from processes.web import create_app
from webhooks import webchat

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
KEY = "k" * 64
JSON = {"Accept": "application/json"}
TOPICS = (
    Choice("topic:biaya", "Biaya", "Biaya berangkat dan siapa yang membayar"),
    Choice("topic:dokumen", "Dokumen"),
    Choice("topic:gaji", "Gaji", "Gaji tidak dibayar"),
    Choice("person", "Petugas"),
)
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)> {{7*7}} %s '; DROP TABLE inbox_events;-- \u202egnorw"


def serve(database: Database, **options: Any) -> FlaskClient:
    """A browser's view of the page, with a clock that stands still."""
    app = Flask("webchat-test")
    app.register_blueprint(webchat.blueprint(database, lambda: NOW, key=KEY, **({"secure": False} | options)))
    return app.test_client()


@pytest.fixture
def sari(database: Database) -> FlaskClient:
    return serve(database)


@pytest.fixture
def unreachable() -> Iterator[Database]:
    database = open_database("sqlite:////nowhere/balai.db", Vault("test secret"))
    yield database
    database.engine.dispose()


class Page(HTMLParser):
    """What a browser makes of the page: its hidden fields, its elements, and the text of each bubble."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.bubbles: list[str] = []
        self.box = ""
        self._inside: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.elements.append((tag, attributes))
        if tag not in ("meta", "input", "link", "path"):
            self._inside.append(attributes.get("class") or attributes.get("id") or tag)
        if attributes.get("class") in ("own", "reply"):
            self.bubbles.append("")

    def handle_endtag(self, tag: str) -> None:
        if self._inside and tag not in ("meta", "input", "link", "path"):
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if "text" in self._inside[-1:]:
            self.box += data
        if self.bubbles and {"own", "reply"} & set(self._inside) and "vh" not in self._inside:
            self.bubbles[-1] += data

    def field(self, name: str) -> str:
        return next(str(a["value"]) for t, a in self.elements if t == "input" and a.get("name") == name)

    def buttons(self) -> list[str | None]:
        return [a["value"] for t, a in self.elements if t == "button" and a.get("name") == "code"]


def look(browser: FlaskClient, address: str = "/") -> Page:
    return Page(browser.get(address).get_data(as_text=True))


def form(browser: FlaskClient, **fields: str) -> dict[str, str]:
    page = look(browser)
    return {"csrf": page.field("csrf"), "message": page.field("message"), **fields}


def say(browser: FlaskClient, text: str, **fields: str) -> Any:
    return browser.post("/chat", data=form(browser, text=text, **fields), headers=JSON)


def answer(database: Database, *replies: Outgoing, to: str = "") -> list[Incoming]:
    """Stand in for the bot: answer every open message with `replies`; gives what was asked."""
    asked = []
    while True:
        with database.transaction() as session:
            claimed = inbox.claim(session, NOW)
            if claimed is None:
                return asked
            conversation, event = claimed
            asked.append(inbox.message_of(inbox.opened(session, event)))
            outbox.queue(session, conversation, f"event:{event.id}", replies, NOW + timedelta(milliseconds=1))
            inbox.finish(event, NOW)


def pour(browser: FlaskClient, count: int, *, place: str = "127.0.0.1") -> list[int]:
    """What a browser is told that sends so many messages at once."""
    fields = form(browser, text="halo")
    return [
        browser.post(
            "/chat",
            data=fields | {"message": str(uuid.uuid4())},
            headers=JSON,
            environ_base={"REMOTE_ADDR": place},
        ).status_code
        for _ in range(count)
    ]


def stored(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count(InboxEvent.id))) or 0


def conversations(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count(Conversation.id))) or 0


# The first visit


def test_a_first_look_stores_nothing_and_offers_a_beginning(sari: FlaskClient, database: Database) -> None:
    response = sari.get("/")
    assert response.status_code == 200
    assert "Mulai" in response.text
    assert "<textarea" in response.text
    assert '<a href="/angka">Balai dalam angka</a>' in response.text
    assert conversations(database) == 0


def test_what_is_kept_can_be_read_at_any_time_in_the_language_they_chose(sari: FlaskClient, database: Database) -> None:
    assert '<a id="privacy" href="/privasi" lang="id" hreflang="id">Data Anda</a>' in sari.get("/").text
    say(sari, "halo")
    answer(database, Outgoing("Selamat datang."))
    for chosen, address in (("en", "/privacy"), ("jv", "/privasi")):
        with database.transaction() as session:
            session.scalars(select(Conversation)).one().language = chosen
        assert f'href="{address}"' in sari.get("/").text


def test_the_page_is_small_and_reaches_for_nothing_outside(sari: FlaskClient) -> None:
    html = sari.get("/").text
    assert len(html.encode()) < 30_000
    assert not re.findall(r"""(?:src|href|action|url\()\s*=?\s*["']?(?:https?:)?//""", html)


def test_the_policy_lets_only_our_own_script_run(sari: FlaskClient) -> None:
    response = sari.get("/")
    policy = response.headers["Content-Security-Policy"]
    nonce = re.search(r"script-src 'nonce-([\w-]{20,})'", policy)
    assert nonce
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for part in ("connect-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert part in policy
    page = Page(response.text)
    inline = [attributes for tag, attributes in page.elements if tag in ("script", "style")]
    assert [attributes["nonce"] for attributes in inline] == [nonce[1]] * 2
    assert not [a for _, a in page.elements if any(name.startswith("on") or name == "style" for name in a)]
    assert sari.get("/").headers["Content-Security-Policy"] != policy


@pytest.mark.parametrize("address", ["/", "/chat/replies", "/kalender"])
def test_every_answer_is_guarded(sari: FlaskClient, address: str) -> None:
    headers = sari.get(address).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_the_cookie_over_https(database: Database) -> None:
    cookie = serve(database, secure=True).get("/", base_url="https://balai.example.id").headers["Set-Cookie"]
    assert re.match(r"__Host-balai=[\w-]{43};", cookie)
    for flag in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert flag in cookie
    assert "Domain" not in cookie
    assert "Expires" not in cookie


def test_the_cookie_over_plain_http(sari: FlaskClient) -> None:
    cookie = sari.get("/").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "Secure" not in cookie
    assert "Set-Cookie" not in sari.get("/").headers


# Asking and reading


def test_a_question_is_stored_before_the_page_says_so(sari: FlaskClient, database: Database) -> None:
    response = say(sari, "Berapa biaya ke Hong Kong?")
    assert response.status_code == 202
    assert response.json == {"stored": True}
    assert sari.get("/chat/replies").json["waiting"] is True
    assert answer(database, Outgoing("Tidak boleh dibebankan.")) == [Incoming("text", "Berapa biaya ke Hong Kong?")]


def test_replies_come_with_their_choices(sari: FlaskClient, database: Database) -> None:
    say(sari, "menu")
    answer(database, Outgoing("Tentang apa?", TOPICS))
    told = sari.get("/chat/replies?after=0").json
    (reply,) = told["replies"]
    assert told["waiting"] is False
    assert reply["text"].startswith("Tentang apa?\n\n1. Biaya berangkat dan siapa yang membayar\n2. Dokumen\n")
    assert reply["lead"] == "Tentang apa?"
    assert reply["choices"][0] == {
        "code": "topic:biaya",
        "label": "Biaya",
        "title": "Biaya berangkat dan siapa yang membayar",
        "number": "1",
    }
    assert reply["style"] == "buttons"
    assert sari.get(f"/chat/replies?after={reply['id']}").json["replies"] == []


def test_a_list_that_the_buttons_do_not_repeat_stays_in_the_text(sari: FlaskClient, database: Database) -> None:
    say(sari, "menu")
    answer(database, Outgoing("Syaratnya:\n\n1. Paspor\n2. Kontrak", (Choice("more", "Selengkapnya"),)))
    (reply,) = sari.get("/chat/replies").json["replies"]
    assert reply["lead"] == reply["text"] == "Syaratnya:\n\n1. Paspor\n2. Kontrak"
    assert reply["choices"][0]["number"] == ""


def test_a_tap_carries_its_code(sari: FlaskClient, database: Database) -> None:
    assert sari.post("/chat", data=form(sari, code="topic:gaji"), headers=JSON).status_code == 202
    assert answer(database, Outgoing("Gaji")) == [Incoming("tap", code="topic:gaji")]


@pytest.mark.parametrize("after", ["", "x", "-1", "9" * 40, "²", "1.5"])
def test_an_odd_place_to_read_from_is_the_beginning(sari: FlaskClient, database: Database, after: str) -> None:
    say(sari, "halo")
    answer(database, Outgoing("Halo."))
    assert len(sari.get("/chat/replies", query_string={"after": after}).json["replies"]) == 1


def test_mulai_says_hello_for_those_who_do_not_know_what_to_type(sari: FlaskClient, database: Database) -> None:
    sari.post("/chat", data=form(sari, begin="1"))
    assert answer(database) == [Incoming("text", "halo")]


def test_a_village_link_sets_the_village_before_the_question(sari: FlaskClient, database: Database) -> None:
    page = look(sari, "/?desa=K7MPT")
    assert page.field("desa") == "K7MPT"
    say(sari, "Apa itu OPP?", desa="K7MPT")
    say(sari, "Dan biayanya?", desa="K7MPT")
    assert [message.text for message in answer(database)] == ["/start K7MPT", "Apa itu OPP?", "Dan biayanya?"]


def test_mulai_on_a_village_link_says_only_that(sari: FlaskClient, database: Database) -> None:
    sari.post("/chat", data=form(sari, begin="1", desa="K7MPT"))
    assert [message.text for message in answer(database)] == ["/start K7MPT"]


@pytest.mark.parametrize("village", ["<b>", "a b", "x" * 33, '"><script>'])
def test_a_village_that_cannot_be_one_is_passed_over(sari: FlaskClient, database: Database, village: str) -> None:
    response = sari.get("/", query_string={"desa": village})
    assert 'name="desa"' not in response.text
    say(sari, "halo", desa=village)
    assert [message.text for message in answer(database)] == ["halo"]


# Without scripts


def test_without_scripts_the_page_comes_back_with_the_question_and_looks_for_the_answer(
    sari: FlaskClient, database: Database
) -> None:
    response = sari.post("/chat", data=form(sari, text="Apa itu SISKOP2MI?"))
    assert response.status_code == 303
    assert response.headers["Location"].startswith("/")
    html = sari.get("/").text
    assert re.search(r'<noscript><meta http-equiv="refresh" content="2;url=/\?\w+#end"></noscript>', html)
    assert "Apa itu SISKOP2MI?" in Page(html).bubbles[-1]

    answer(database, Outgoing("Sistem komputerisasi.", TOPICS))
    html = sari.get("/").text
    assert 'http-equiv="refresh"' not in html
    page = Page(html)
    assert page.buttons() == [choice.code for choice in TOPICS]
    assert "Sistem komputerisasi." in page.bubbles[-1]


def test_a_page_that_has_waited_long_stops_turning_over(sari: FlaskClient, database: Database) -> None:
    say(sari, "halo")
    with database.transaction() as session:
        session.scalars(select(InboxEvent)).one().received_at = NOW - timedelta(minutes=2)
    html = sari.get("/").text
    assert 'http-equiv="refresh"' not in html
    assert "Lihat lagi" in html


def test_a_tap_is_shown_by_the_name_of_its_button(sari: FlaskClient, database: Database) -> None:
    say(sari, "menu")
    answer(database, Outgoing("Tentang apa?", TOPICS))
    sari.post("/chat", data=form(sari, code="topic:gaji"))
    answer(database, Outgoing("Catat jam kerja."))
    shown = look(sari).bubbles
    assert [bubble.strip() for bubble in shown[-2:]] == ["Gaji tidak dibayar", "Catat jam kerja."]


def test_words_that_are_gone_are_not_shown(sari: FlaskClient, database: Database) -> None:
    say(sari, "Nama saya Sari")
    answer(database, Outgoing("Halo."))
    with database.transaction() as session:
        inbox.forget_old(session, NOW + timedelta(hours=73))
    html = sari.get("/").text
    assert "Nama saya Sari" not in html
    assert "Halo." in html


def test_what_platforms_report_is_nothing_that_a_new_browser_waits_for(sari: FlaskClient, database: Database) -> None:
    with database.transaction() as session:
        inbox.receive(session, [Received("whatsapp", "1", status=Status("read", "wamid.1"))], NOW)
    sari.get("/")
    assert 'id="waiting" hidden' in sari.get("/").text


def test_of_a_long_conversation_only_the_end_is_opened(
    sari: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(sari, "halo")
    answer(database, *(Outgoing(f"Jawaban {number}.") for number in range(200)))
    opened, part_of = [], outbox.part_of
    monkeypatch.setattr(outbox, "part_of", lambda session, row: opened.append(row.id) or part_of(session, row))

    shown = look(sari).bubbles
    assert len(opened) == webchat.LINES_SHOWN
    assert "Jawaban 199." in shown[-1]

    opened.clear()
    told = sari.get("/chat/replies").json["replies"]
    assert len(opened) == webchat.LINES_SHOWN
    assert told[-1]["text"] == "Jawaban 199."

    opened.clear()
    news = sari.get(f"/chat/replies?after={told[-3]['id']}").json["replies"]
    assert [reply["text"] for reply in news] == ["Jawaban 198.", "Jawaban 199."]
    assert len(opened) == 2


# Hostile words, both ways


def test_hostile_words_stay_words(sari: FlaskClient, database: Database) -> None:
    assert say(sari, HOSTILE).status_code == 202
    (asked,) = answer(database, Outgoing(HOSTILE, (Choice('"><script>', "<b>Tebal</b>", "<i>x</i>"),)))
    assert asked.text == HOSTILE
    page = look(sari)
    assert HOSTILE in page.bubbles[-2]
    assert page.bubbles[-1].startswith(HOSTILE)
    assert [tag for tag, _ in page.elements].count("script") == 1
    assert not {"img", "b", "i"} & {tag for tag, attributes in page.elements if attributes.get("src")}
    assert page.buttons() == ['"><script>']


def test_an_address_becomes_a_link_and_nothing_more(sari: FlaskClient, database: Database) -> None:
    say(sari, "sumber?")
    said = '<b onclick=x>Lihat</b> https://peraturan.bpk.go.id/a?b=1&c=2. javascript:alert(1) https://x"onmouseover="y'
    answer(database, Outgoing(said))
    page = look(sari)
    links = [attributes for tag, attributes in page.elements if tag == "a" and attributes.get("target")]
    assert [link["href"] for link in links] == ["https://peraturan.bpk.go.id/a?b=1&c=2", "https://x"]
    assert all(link["rel"] == "noopener noreferrer" and "onmouseover" not in link for link in links)
    assert page.bubbles[-1] == said
    assert not [attributes for _, attributes in page.elements if "onclick" in attributes]


@pytest.mark.parametrize(
    "text",
    [
        "😀" * 50,
        "\u200b\u200d",
        "\u202e\u0645\u0631\u062d\u0628\u0627",
        "a\x00b",
        "%s %(x)s {0}",
        "a\r\nb",
        "x" * 10_000,
    ],
    ids=["emoji", "zero width", "right to left", "nul", "format", "lines", "longest"],
)
def test_odd_text_is_stored_as_it_was_typed(sari: FlaskClient, database: Database, text: str) -> None:
    assert say(sari, text).status_code == 202
    assert answer(database, Outgoing("Ya.")) == [Incoming("text", text.replace("\r\n", "\n"))]
    assert sari.get("/").status_code == 200


@pytest.mark.parametrize("text", ["", "  \n "])
def test_nothing_typed_is_answered_kindly(sari: FlaskClient, database: Database, text: str) -> None:
    response = sari.post("/chat", data=form(sari, text=text))
    assert response.status_code == 400
    assert "Tulis dulu" in response.text
    assert stored(database) == 0


def test_a_text_too_long_is_given_back(sari: FlaskClient, database: Database) -> None:
    text = "Ceritanya panjang. " * 600
    response = sari.post("/chat", data=form(sari, text=text))
    assert response.status_code == 413
    assert Page(response.text).box.strip() == text.strip()
    assert say(sari, text).json["error"].startswith("Tulisan ini terlalu panjang")
    assert stored(database) == 0


def test_a_body_of_five_megabytes_is_refused(sari: FlaskClient, database: Database) -> None:
    picture = {"picture": (BytesIO(b"x" * 5_000_000), "kuitansi.jpg")}
    for body in (form(sari, text="x" * 5_000_000), form(sari, text="halo") | picture):
        response = sari.post("/chat", data=body, headers=JSON)
        assert response.status_code == 413
        assert response.json["error"]
    assert stored(database) == 0


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "application/x-www-form-urlencoded"),
        (b'{"text": "halo"', "application/json"),
        (b"[[[", "application/json"),
        (b"%ff%fe=%00&text=%ed%a0%80", "application/x-www-form-urlencoded"),
        (b"--x\r\nContent-Disposition: form-data; name=", "multipart/form-data; boundary=x"),
        (b"text=halo", "multipart/form-data"),
        (b"\x00\xff", "nonsense"),
    ],
)
def test_a_body_that_is_no_form_of_ours_is_refused(
    sari: FlaskClient, database: Database, body: bytes, kind: str
) -> None:
    sari.get("/")
    assert sari.post("/chat", data=body, content_type=kind).status_code == 403
    assert stored(database) == 0


@pytest.mark.parametrize("fields", [{"message": ""}, {"message": "x" * 65}, {"code": "x" * 65}])
def test_fields_that_cannot_be_ours_are_refused(sari: FlaskClient, database: Database, fields: dict[str, str]) -> None:
    assert say(sari, "halo", **fields).status_code == 400
    assert stored(database) == 0


# Twice, and side by side


def test_the_same_message_sent_again_is_stored_once(sari: FlaskClient, database: Database) -> None:
    fields = form(sari, text="halo")
    assert [sari.post("/chat", data=fields, headers=JSON).status_code for _ in range(3)] == [202] * 3
    assert stored(database) == 1


def test_other_words_on_a_kept_page_are_another_message(sari: FlaskClient, database: Database) -> None:
    fields = form(sari, text="halo")
    sari.post("/chat", data=fields)
    sari.post("/chat", data=fields | {"text": "Apa itu OPP?"})
    assert [message.text for message in answer(database)] == ["halo", "Apa itu OPP?"]


def test_two_tabs_hold_one_conversation(sari: FlaskClient, database: Database) -> None:
    first, second = form(sari, text="dari tab satu"), form(sari, text="dari tab dua")
    sari.post("/chat", data=first)
    sari.post("/chat", data=second)
    assert conversations(database) == 1
    assert len(answer(database, Outgoing("Ya."))) == 2
    assert len(sari.get("/chat/replies").json["replies"]) == 2


def test_two_messages_at_the_same_instant_are_both_kept(sari: FlaskClient, database: Database) -> None:
    forms = [form(sari, text=f"pesan {number}") for number in range(4)]
    token = sari.get_cookie("balai")
    assert token
    together = threading.Barrier(len(forms), timeout=20)

    def send(fields: dict[str, str]) -> int:
        tab = serve(database)
        tab.set_cookie("balai", token.value)
        together.wait()
        return tab.post("/chat", data=fields, headers=JSON).status_code

    with ThreadPoolExecutor(len(forms)) as tabs:
        assert list(tabs.map(send, forms)) == [202] * len(forms)
    assert stored(database) == len(forms)
    assert conversations(database) == 1


def test_wayan_cannot_read_what_sari_was_told(sari: FlaskClient, database: Database) -> None:
    say(sari, "rahasia")
    answer(database, Outgoing("hanya untuk Sari"))
    wayan = serve(database)
    say(wayan, "halo")
    assert wayan.get("/chat/replies").json["replies"] == []
    assert "hanya untuk Sari" not in wayan.get("/").text


# Forms of strangers


def test_a_form_without_our_token_stores_nothing_and_keeps_the_words(sari: FlaskClient, database: Database) -> None:
    for csrf in ("", "x", "é", look(serve(database)).field("csrf")):
        response = sari.post("/chat", data=form(sari, text="Tolong saya", csrf=csrf))
        assert response.status_code == 403
        assert Page(response.text).box.strip() == "Tolong saya"
    assert stored(database) == 0


def test_a_browser_whose_session_is_gone_gets_a_new_one_and_can_send_again(
    sari: FlaskClient, database: Database
) -> None:
    fields = form(sari, text="halo")
    sari.delete_cookie("balai")
    told = sari.post("/chat", data=fields, headers=JSON)
    assert told.status_code == 403
    again = sari.post("/chat", data=fields | {"csrf": told.json["csrf"]}, headers=JSON)
    assert again.status_code == 202


def test_another_site_cannot_even_start_a_session(sari: FlaskClient, database: Database) -> None:
    response = sari.post("/chat", data={"text": "jebakan"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert response.status_code == 403
    assert "Set-Cookie" not in response.headers
    assert "jebakan" not in response.text


@pytest.mark.parametrize("value", ["", "short", "x" * 44, "é" * 43, "../" * 20])
def test_a_cookie_that_cannot_be_ours_is_replaced(database: Database, value: str) -> None:
    browser = serve(database)
    browser.set_cookie("balai", value)
    assert re.match(r"balai=[\w-]{43};", browser.get("/").headers["Set-Cookie"])


# The way out


@pytest.mark.parametrize("headers", [{}, JSON], ids=["plain", "script"])
def test_after_leaving_the_old_cookie_opens_nothing(
    sari: FlaskClient, database: Database, headers: dict[str, str]
) -> None:
    say(sari, "Suami saya memukul saya")
    answer(database, Outgoing("Pergi ke tempat aman."))
    token = sari.get_cookie("balai")
    assert token

    left = sari.post("/chat/leave", data={"csrf": look(sari).field("csrf")}, headers=headers)

    assert left.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert sari.get_cookie("balai") is None
    address = left.json["leave_to"] if headers else left.headers["Location"]
    assert (left.status_code, address) == (200 if headers else 303, "/kalender")
    thief = serve(database)
    thief.set_cookie("balai", token.value)
    assert thief.get("/chat/replies").json["replies"] == []
    html = thief.get("/").text
    assert "Pergi ke tempat aman" not in html
    assert "memukul" not in html


def test_after_leaving_no_word_is_kept(sari: FlaskClient, database: Database) -> None:
    say(sari, "Suami saya memukul saya")
    answer(database, Outgoing("Pergi ke tempat aman."))
    say(sari, "Dia datang")
    sari.post("/chat/leave")
    with database.reading() as session:
        assert set(session.scalars(select(InboxEvent.sealed_payload))) == {None}
        assert session.scalars(select(OutboxMessage)).all() == []
        assert not inbox.anything_open(session)
        assert session.scalars(select(Conversation.closing_at)).all() == [NOW]


def test_who_returns_after_leaving_begins_anew(sari: FlaskClient, database: Database) -> None:
    say(sari, "halo")
    token = sari.get_cookie("balai")
    sari.post("/chat/leave")
    say(sari, "halo lagi")
    renewed = sari.get_cookie("balai")
    assert token
    assert renewed
    assert renewed.value != token.value
    assert conversations(database) == 2


def test_a_tab_left_open_is_told_that_it_is_over(sari: FlaskClient) -> None:
    say(sari, "halo")
    sari.post("/chat/leave")
    assert sari.get("/chat/replies?after=3").json["gone"] is True


def test_leaving_works_from_an_old_form_but_not_from_another_site(sari: FlaskClient, database: Database) -> None:
    say(sari, "halo")
    answer(database, Outgoing("Halo."))
    foreign = sari.post("/chat/leave", headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
    assert sari.get("/chat/replies").json["replies"]
    assert sari.post("/chat/leave", data={"csrf": "old"}).status_code == 303
    assert sari.get_cookie("balai") is None


def test_the_neutral_page_says_nothing_about_us(sari: FlaskClient) -> None:
    html = sari.get("/kalender").text
    assert "<title>Kalender</title>" in html
    assert "November 2026" in html
    assert not re.search(r"balai|migran|chat|percakapan|desa", html, re.IGNORECASE)


def test_the_exit_may_lead_elsewhere(database: Database) -> None:
    browser = serve(database, leave_to="https://www.bmkg.go.id/")
    assert "form-action 'self' https://www.bmkg.go.id/" in browser.get("/").headers["Content-Security-Policy"]
    assert browser.post("/chat/leave").headers["Location"] == "https://www.bmkg.go.id/"


# When nothing can be stored


def test_with_the_database_down_the_words_stay_in_the_box(unreachable: Database) -> None:
    sari = serve(unreachable)
    fields = form(sari, text="Majikan menahan paspor saya")
    response = sari.post("/chat", data=fields)
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    page = Page(response.text)
    assert page.box.strip() == "Majikan menahan paspor saya"
    assert fields["message"] in response.text
    assert "belum bisa kami simpan" in response.text


def test_with_the_database_down_scripts_are_told_to_come_again(unreachable: Database) -> None:
    sari = serve(unreachable)
    response = say(sari, "halo")
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    assert response.json["error"]
    assert sari.get("/chat/replies").status_code == 503
    assert sari.get("/").status_code == 503
    assert "<textarea" in sari.get("/").text


def test_danger_is_answered_once_even_then(unreachable: Database) -> None:
    sari = serve(unreachable, danger_card=lambda text: "Hubungi 110" if "dipukul" in text else None)
    first = say(sari, "saya dipukul")
    assert (first.status_code, first.json["card"]) == (503, "Hubungi 110")
    assert say(sari, "saya dipukul", warned="1").json["card"] == ""
    assert say(sari, "halo").json["card"] == ""
    for html in (
        sari.post("/chat", data=form(sari, text="saya dipukul")).text,
        sari.post("/chat", data=form(sari, text="saya dipukul", warned="1")).text,
    ):
        assert "Hubungi 110" in html
        assert '<input type="hidden" name="warned" value="1">' in html


def test_what_was_warned_of_before_it_was_stored_is_said_to_the_bot(sari: FlaskClient, database: Database) -> None:
    say(sari, "saya dipukul", warned="1")
    assert answer(database) == [Incoming("text", "saya dipukul", warned=True)]


def test_with_the_database_down_sari_is_not_told_that_all_is_gone(unreachable: Database) -> None:
    """Her browser keeps its name: without it nobody could ever erase what is still there."""
    sari = serve(unreachable)
    sari.get("/")
    before = sari.get_cookie("balai")
    plain, script = sari.post("/chat/leave"), sari.post("/chat/leave", headers=JSON)
    assert (plain.status_code, script.status_code) == (503, 503)
    assert "belum bisa dihapus" in plain.text
    assert "belum bisa dihapus" in script.json["error"]
    assert script.json["leave_to"] == "/kalender"
    assert "Clear-Site-Data" not in plain.headers
    assert before
    assert sari.get_cookie("balai") == before


def test_who_leaves_while_somebody_answers_is_forgotten_a_moment_later(postgresql_database: Database) -> None:
    sari = serve(postgresql_database)
    say(sari, "suami saya memukul")
    answering = _hold_conversation(postgresql_database, 0.6)
    assert sari.post("/chat/leave").status_code == 303
    answering.join(10)
    assert sari.get_cookie("balai") is None
    with postgresql_database.reading() as session:
        assert set(session.scalars(select(InboxEvent.sealed_payload))) == {None}


def test_who_cannot_be_forgotten_now_is_told_so_and_can_try_again(
    postgresql_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webchat, "LEAVE_TRIES", 2)
    sari = serve(postgresql_database)
    say(sari, "suami saya memukul")
    answer(postgresql_database, Outgoing("Pergi ke tempat aman."))
    over = threading.Event()
    answering = _hold_conversation(postgresql_database, 20, over)
    refused = sari.post("/chat/leave")
    assert refused.status_code == 503
    assert "belum bisa dihapus" in refused.text
    assert "tempat aman" not in refused.text, "what she wanted to hide is not drawn again"
    over.set()
    answering.join(10)
    assert sari.get("/chat/replies").json["replies"], "it is still hers to erase"
    assert sari.post("/chat/leave").status_code == 303
    with postgresql_database.reading() as session:
        assert session.scalars(select(OutboxMessage)).all() == []


def _hold_conversation(database: Database, seconds: float, over: threading.Event | None = None) -> threading.Thread:
    """Somebody answers in it for so long, or until it is `over`."""
    held, until = threading.Event(), over or threading.Event()

    def work() -> None:
        with database.transaction() as session:
            session.scalars(select(Conversation).with_for_update(key_share=True)).one()
            held.set()
            until.wait(seconds)

    worker = threading.Thread(target=work)
    worker.start()
    assert held.wait(10)
    return worker


def test_a_page_that_was_drawn_with_erased_words_can_tell(sari: FlaskClient, database: Database) -> None:
    say(sari, "hapus")
    answer(database, Outgoing("Lama."))
    with database.transaction() as session:
        (old,) = session.scalars(select(OutboxMessage)).all()
        number = old.id
        outbox.erase_words(session, old.conversation_id)
    say(sari, "ya")
    answer(database, Outgoing("Sudah dihapus."))
    assert sari.get(f"/chat/replies?after={number}").json["first"] > number


# Traces


def take_down(database: Database) -> None:
    with database.transaction() as session:
        outbox.take_down(session, session.scalars(select(Conversation)).one(), NOW)


def open_case(database: Database) -> str:
    """Gives its code."""
    with database.transaction() as session:
        conversation = session.scalars(select(Conversation)).one()
        return cases.open_case(session, conversation, "pay", NOW, language="id").code


def test_after_the_cover_word_the_page_shows_nothing_of_before(sari: FlaskClient, database: Database) -> None:
    say(sari, "Gaji saya dipotong")
    answer(database, Outgoing("Kasus Anda: 347-KMTR."))
    say(sari, "payung biru")
    take_down(database)
    answer(database, Outgoing("Besok cerah."))
    say(sari, "terima kasih")
    answer(database, Outgoing("Sama-sama."))
    page = look(sari)
    assert [bubble.strip() for bubble in page.bubbles[1:]] == ["Besok cerah.", "terima kasih", "Sama-sama."]
    assert "dipotong" not in sari.get("/").text
    assert "payung" not in sari.get("/").text
    told = sari.get("/chat/replies?after=0").json
    assert [reply["text"] for reply in told["replies"]] == ["Besok cerah.", "Sama-sama."]


def test_a_page_that_is_open_can_tell_that_what_it_shows_must_go(sari: FlaskClient, database: Database) -> None:
    def mark() -> str:
        told: str = sari.get("/chat/replies?after=0").json["hidden"]
        assert f'data-hidden="{told}"' in sari.get("/").text, "a page drawn just now has nothing to drop"
        return told

    say(sari, "Gaji saya dipotong")
    marks = [mark()]
    answer(database, Outgoing("Kasus Anda: 347-KMTR."))
    assert mark() == marks[0], "an answer hides nothing"
    take_down(database)
    marks.append(mark())
    say(sari, "Masih dipotong")
    take_down(database)  # before anything was answered
    marks.append(mark())
    assert len(set(marks)) == 3


@pytest.mark.parametrize("why", ["discreet", "hidden"])
def test_a_discreet_case_gives_the_page_a_name_that_tells_nothing(
    sari: FlaskClient, database: Database, why: str
) -> None:
    say(sari, "halo")
    answer(database, Outgoing("Apa yang terjadi?"))
    code = open_case(database)
    assert sari.get("/chat/replies").json["discreet"] is False
    assert "<title>Balai" in sari.get("/").text
    with database.transaction() as session:
        case = case_records.by_code(session, code)
        assert case
        set_so = {"discreet": case_safety.set_discreet, "hidden": case_safety.hide}[why]
        set_so(session, case, NOW)
    assert sari.get("/chat/replies").json["discreet"] is True
    assert "/angka" not in sari.get("/").text
    assert "/privasi" not in sari.get("/").text
    seen = re.sub(r"<(style|script).*?</\1>|data-words=\"[^\"]*\"", "", sari.get("/").text, flags=re.DOTALL)
    assert "<title>Kalender</title>" in seen
    assert not re.search("balai|migrasi|luar negeri|kasus", seen, re.IGNORECASE)


def test_other_people_at_the_same_time_keep_their_page(sari: FlaskClient, database: Database) -> None:
    say(sari, "halo")
    open_case(database)
    with database.transaction() as session:
        case_safety.set_discreet(session, session.scalars(select(case_records.Case)).one(), NOW)
    take_down(database)
    rohani = serve(database)
    say(rohani, "Apa itu OPP?")
    answer(database, Outgoing("Orientasi."))
    assert [bubble.strip() for bubble in look(rohani).bubbles[1:]] == ["Apa itu OPP?", "Orientasi."]
    assert "<title>Balai" in rohani.get("/").text


def test_who_left_in_haste_finds_the_case_again_by_code_and_pin_alone(sari: FlaskClient, database: Database) -> None:
    say(sari, "Gaji saya dipotong")
    answer(database, Outgoing("Apa yang terjadi?"))
    code = open_case(database)
    cookie = sari.get_cookie("balai")
    assert cookie
    sari.post("/chat/leave")

    copied = serve(database)  # somebody who had copied the cookie, and somebody who has none
    copied.set_cookie("balai", cookie.value)
    for browser in (copied, serve(database), sari):
        say(browser, "halo")
        assert [bubble.strip() for bubble in look(browser).bubbles[1:]] == ["halo"]
    with database.transaction() as session:
        case = case_records.by_code(session, code)
        assert case
        assert case.is_open, "staff go on with it"
        news = session.scalars(select(Conversation).where(Conversation.closing_at.is_(None))).all()
        assert len(news) == 3
        for conversation in news:
            assert not conversation.has_case
            assert case_records.open_in(session, conversation.id) is None
            assert case_safety.latest_of(session, conversation.id) is None
        pin = case_records.pin_of(session, case)
        wrong = f"{(int(pin) + 1) % 10**6:06}"
        assert case_safety.by_code_and_pin(session, news[0], code, wrong, NOW) is None
        assert case_safety.by_code_and_pin(session, news[0], code, pin, NOW) is case


# When too much comes in


def test_who_sends_too_fast_waits_a_while_with_their_words_kept(sari: FlaskClient, database: Database) -> None:
    assert pour(sari, 22) == [202] * 20 + [429] * 2
    refused = say(sari, "Gaji saya dipotong")
    assert refused.status_code == 429
    assert "tunggu kira-kira 1 menit" in refused.json["error"]
    wait = int(refused.headers["Retry-After"])
    assert 0 < wait <= 60

    page = sari.post("/chat", data=form(sari, text="Gaji saya dipotong"))
    assert page.status_code == 429
    assert 0 < int(page.headers["Retry-After"]) <= 60
    assert Page(page.text).box.strip() == "Gaji saya dipotong"
    assert "tunggu kira-kira 1 menit" in page.text
    assert stored(database) == 20

    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=wait)):
        assert say(sari, "Gaji saya dipotong").status_code == 202


def test_danger_is_answered_even_to_who_sends_too_fast(sqlite_database: Database) -> None:
    sari = serve(sqlite_database, danger_card=lambda text: "Hubungi 110" if "dipukul" in text else None)
    pour(sari, 20)
    told = say(sari, "saya dipukul")
    assert (told.status_code, told.json["card"]) == (429, "Hubungi 110")
    assert say(sari, "saya dipukul", warned="1").json["card"] == ""
    assert say(sari, "halo").json["card"] == ""
    for html in (
        sari.post("/chat", data=form(sari, text="saya dipukul")).text,
        sari.post("/chat", data=form(sari, text="saya dipukul", warned="1")).text,
    ):
        assert "Hubungi 110" in html
        assert '<input type="hidden" name="warned" value="1">' in html


def test_one_phone_gone_wild_leaves_the_village_hall_its_share(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webchat, "SAID_PER_BROWSER", "3 per minute")
    monkeypatch.setattr(webchat, "SAID_PER_PLACE", "5 per minute")
    sari = serve(sqlite_database)
    wayan, rohani = (sari.application.test_client() for _ in range(2))
    assert pour(sari, 9) == [202] * 3 + [429] * 6
    assert pour(wayan, 3) == [202, 202, 429]
    assert pour(rohani, 1) == [429]
    assert pour(rohani, 1, place="203.0.113.9") == [202]


def test_too_many_beginnings_wait_and_those_who_have_begun_go_on(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webchat, "BEGUN_PER_PLACE", "2 per 10 minutes")
    sari = serve(database)
    wayan, rohani = (sari.application.test_client() for _ in range(2))
    assert pour(sari, 3) == [202] * 3
    assert pour(wayan, 1) == [202]
    refused = say(rohani, "halo")
    assert refused.status_code == 429
    assert 540 < int(refused.headers["Retry-After"]) <= 600
    assert "tunggu kira-kira 10 menit" in refused.json["error"]
    assert pour(sari, 1) == [202]
    assert conversations(database) == 2


def test_a_home_with_many_addresses_is_one_place(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webchat, "SAID_PER_PLACE", "1 per minute")
    sari = serve(sqlite_database)
    assert pour(sari, 1, place="2001:db8:1:2::1") == [202]
    assert pour(sari, 1, place="2001:db8:1:2:ffff::9") == [429]
    assert pour(sari, 1, place="2001:db8:1:3::1") == [202]
    assert pour(sari, 1, place="::ffff:203.0.113.1") == [202]
    assert pour(sari, 1, place="::ffff:203.0.113.2") == [202]


def test_a_page_that_asks_without_end_is_told_to_wait(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webchat, "READ_PER_BROWSER", "2 per minute")
    sari = serve(sqlite_database)
    say(sari, "halo")
    assert [sari.get("/chat/replies").status_code for _ in range(3)] == [200, 200, 429]
    assert sari.get("/chat/replies").json["error"]
    assert 0 < int(sari.get("/chat/replies").headers["Retry-After"]) <= 60
    assert sari.get("/").status_code == 200


@pytest.mark.parametrize(("proxies", "second"), [(1, 202), (0, 429)], ids=["our own proxy", "anybody's word"])
def test_behind_our_proxy_each_place_counts_by_itself(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, proxies: int, second: int
) -> None:
    monkeypatch.setattr(webchat, "SAID_PER_PLACE", "1 per minute")
    sari = create_app(
        Settings(data=tmp_path, secret_key=KEY, trusted_proxies=proxies),  # type: ignore[call-arg]
        sqlite_database,
    ).test_client()
    told = [
        sari.post("/chat", data=form(sari, text="halo"), headers=JSON | {"X-Forwarded-For": place}).status_code
        for place in ("203.0.113.1", "203.0.113.2")
    ]
    assert told == [202, second]


def test_a_stranger_s_form_uses_up_nothing(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webchat, "SAID_PER_PLACE", "1 per minute")
    sari = serve(sqlite_database)
    for _ in range(3):
        sari.post("/chat", data={"text": "jebakan"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert pour(sari, 1) == [202]


def test_leaving_is_never_too_often(sari: FlaskClient) -> None:
    pour(sari, 21)
    assert sari.post("/chat/leave").status_code == 303
    assert sari.get_cookie("balai") is None
