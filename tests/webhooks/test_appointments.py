"""Inaq Rohani opens the link to her booking: what she reads, what she changes, and what a wrong link shows."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from html import unescape
from string import Formatter
from typing import Any

import icalendar
import pytest
import segno
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from centre import bookings, retention, slots
from centre.bookings import Booking, State
from centre.conversations import Conversation
from centre.db import Database, open_database
from centre.privacy import Vault
from centre.slots import Plan
from processes.settings import Settings
from processes.web import create_app
from tests.centre.booked import NOW, WAYAN, ask, korleko, person, saturday, telephone, workshop
from webhooks import appointments, browsers, webchat
from webhooks.appointment_cards import called
from webhooks.page.appointment_words import WORDS

PUBLIC = "https://balai.example.id"


class Link:
    """A booking's page in a browser, with a clock that can be moved."""

    def __init__(self, database: Database, token: str, booking_id: int) -> None:
        self.database, self.token, self.booking_id, self.now = database, token, booking_id, NOW
        app = Flask("appointments-test")
        app.register_blueprint(appointments.blueprint(database, lambda: self.now, public_url=PUBLIC))
        self.browser: FlaskClient = app.test_client()

    def look(self, more: str = "") -> TestResponse:
        return self.browser.get(f"/janji/{self.token}{more}")

    def read(self, more: str = "") -> str:
        return seen(self.look(more))

    def send(self, act: str, headers: dict[str, str] | None = None, **fields: str) -> TestResponse:
        """Send a form; what the page put into it unseen goes along."""
        fields = dict(re.findall(r'name="(seen)" value="([^"]+)"', self.read())) | fields
        return self.browser.post(f"/janji/{self.token}/{act}", data=fields, headers=headers)

    def calendar(self) -> Any:
        return icalendar.Calendar.from_ical(self.look("/kalender.ics").data).walk("VEVENT")[0]

    def choices(self) -> list[str]:
        return re.findall(r'name="choice" value="([^"]+)"', self.read("/pindah"))

    def booking(self) -> Booking:
        with self.database.reading() as session:
            booking = bookings.get(session, self.booking_id)
            assert booking
            return booking

    def last_change(self) -> tuple[str, str]:
        with self.database.reading() as session:
            latest = bookings.history(session, self.booking_id)[-1]
            return latest.what, latest.by


def seen(page: TestResponse) -> str:
    return unescape(page.get_data(as_text=True)).replace("\N{NO-BREAK SPACE}", " ")


@pytest.fixture
def open_link(database: Database) -> Callable[..., Link]:
    """Inaq Rohani has a seat on Saturday; `others` in front of her, so that she may have to wait."""

    def made(seats: int = 2, others: int = 0, **rules: object) -> Link:
        with database.transaction() as session:
            slot = saturday(session, workshop(session, **rules), korleko(session), seats)
            for number in range(others):
                bookings.book(session, ask(slot, person(session, f"Tetangga {'ABCDEF'[number]}")), NOW)
            chat = telephone(session, "628123")
            rohani = person(session, "Inaq Rohani Hasanah", chat)
            enter = bookings.wait if others >= seats else bookings.book
            booking = enter(session, ask(slot, rohani, chat), NOW)
            return Link(database, bookings.token_of(session, booking), booking.id)

    return made


@pytest.fixture
def link(open_link: Callable[..., Link]) -> Link:
    return open_link()


def another_saturday(database: Database, seats: int = 2, day: date = date(2026, 12, 19)) -> int:
    with database.transaction() as session:
        first = slots.get(session, 1)
        assert first
        return saturday(session, first.type, first.village, seats, day).id


def drop_out(database: Database, booking_id: int) -> None:
    with database.transaction() as session:
        bookings.cancel(session, booking_id, bookings.FAMILY, NOW)


# What she reads


def test_she_reads_what_when_where_and_her_code(link: Link) -> None:
    page = link.read()
    code = bookings.shown(str(link.booking().code))
    for words in (
        "Pelatihan perbengkelan",
        "Sabtu, 12 Desember 2026, pukul 09.00–12.00 WITA",
        "Pusat layanan migrasi desa",
        "Korleko, Labuhan Haji, Lombok Timur",
        "alat tulis",
        f"<b>{code}</b>",
    ):
        assert words in page


def test_only_the_name_she_is_called_by_is_shown(link: Link) -> None:
    assert "<dd>Inaq Rohani</dd>" in link.read()
    assert "Hasanah" not in link.read()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Sari Dewi", "Sari"),
        ("Wayan", "Wayan"),
        ("I Wayan Sudarma", "I Wayan"),
        ("Hj. Siti Aminah Putri", "Hj. Siti Aminah"),
        ("Haji", "Haji"),
    ],
)
def test_a_title_belongs_to_the_name(name: str, shown: str) -> None:
    assert called(name) == shown


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the QR pictures say."""
    texts: list[str] = []
    make = segno.make

    def note_and_make(text: str, **how: Any) -> segno.QRCode:
        texts.append(text)
        return make(text, **how)

    monkeypatch.setattr(segno, "make", note_and_make)
    return texts


def test_the_picture_leads_staff_to_the_check_in(link: Link, drawn: list[str]) -> None:
    assert "<svg" in link.read().partition('role="img"')[2]
    assert drawn == [f"{PUBLIC}/admin/hadir/{link.booking().code}"]


def test_without_a_public_address_the_picture_leads_where_the_page_was_asked(link: Link, drawn: list[str]) -> None:
    app = Flask("appointments-test")
    app.register_blueprint(appointments.blueprint(link.database, lambda: NOW))
    app.test_client().get(f"/janji/{link.token}", base_url="http://192.168.1.7:8000")
    assert drawn == [f"http://192.168.1.7:8000/admin/hadir/{link.booking().code}"]


def test_looking_changes_nothing_and_leaves_nothing(link: Link) -> None:
    page = link.look()
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in page.headers["X-Robots-Tag"]
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "Set-Cookie" not in page.headers
    assert len(page.data) < 60_000
    assert link.last_change() == ("booked", "family")


@pytest.mark.parametrize("act", ["datang", "ambil", "batal", "berhalangan", "pindah"])
def test_a_preview_that_a_messenger_fetches_does_nothing(link: Link, act: str) -> None:
    link.look(f"/{act}")
    assert link.last_change() == ("booked", "family")


def test_hostile_words_of_staff_are_only_words(link: Link) -> None:
    hostile = "<script>alert(1)</script>{{7*7}}"
    with link.database.transaction() as session:
        slot = slots.hold(session, 1)[1]
        slot.note, slot.place, slot.village.contacts = hostile, hostile, hostile
    page = link.look().get_data(as_text=True)
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}") == 3
    assert "<script" not in page


def test_several_days_name_both_ends(link: Link) -> None:
    with link.database.transaction() as session:
        slot = slots.hold(session, 1)[1]
        slot.ends_at += timedelta(days=1)
    assert "Sabtu, 12 Desember 2026, pukul 09.00 WITA, sampai Minggu, 13 Desember 2026, pukul 12.00 WITA" in link.read()


# Languages


def test_who_writes_in_english_reads_english(link: Link) -> None:
    with link.database.transaction() as session:
        session.get_one(Conversation, link.booking().conversation_id).language = "en"
    page = link.read()
    assert '<html lang="en">' in page
    assert "Saturday, 12 December 2026, 09:00–12:00 WITA" in page
    assert '<h1 lang="id">Pelatihan perbengkelan</h1>' in page


def test_who_writes_in_sasak_reads_indonesian(link: Link) -> None:
    with link.database.transaction() as session:
        session.get_one(Conversation, link.booking().conversation_id).language = "sas"
    assert '<html lang="id">' in link.read()


def test_another_language_can_be_chosen_and_stays(link: Link) -> None:
    assert "I will come" in link.read("?lang=en")
    assert (
        link.browser.post(f"/janji/{link.token}/datang?lang=en", data={"seen": "1.1"}).location
        == f"/janji/{link.token}?lang=en"
    )
    assert '<html lang="id">' in link.read("?lang=<b>")


def test_every_word_is_there_in_every_language() -> None:
    for words in WORDS.values():
        assert words.keys() == WORDS["id"].keys()
        for key, text in words.items():
            assert holes(text) == holes(WORDS["id"][key]), key


def holes(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


# What she changes


def test_she_says_that_she_will_come(link: Link) -> None:
    assert link.send("datang").status_code == 303
    assert link.last_change() == ("confirmed", bookings.FAMILY)
    page = link.read()
    assert "sudah mengabari akan datang" in page
    assert "Saya akan datang" not in page


def test_a_page_from_before_staff_changed_the_time_promises_nothing(link: Link) -> None:
    with link.database.transaction() as session:
        change = Plan(date(2026, 12, 13), time(13), time(15), 2)
        bookings.change_slot(session, 1, change, "Aula dipakai", WAYAN, NOW, insist=True)
    assert link.send("datang", seen="1.1").status_code == 303
    assert link.last_change()[0] == "changed"
    page = link.read()
    assert "Petugas mengubah waktu atau tempatnya" in page
    assert "Alasannya: Aula dipakai" in page
    assert "Minggu, 13 Desember 2026, pukul 13.00–15.00 WITA" in page
    link.send("datang")
    assert link.last_change()[0] == "confirmed"


def test_she_is_asked_once_more_before_she_gives_it_back(link: Link) -> None:
    assert "Batalkan janji ini?" in link.read("/batal")
    assert link.send("batal").location == f"/janji/{link.token}"
    assert link.last_change() == ("cancelled", bookings.FAMILY)
    page = link.read()
    assert "sudah dibatalkan" in page
    assert "JADWAL" in page
    assert "<form" not in page


def test_giving_it_back_twice_is_no_error(link: Link) -> None:
    link.send("batal")
    assert link.send("batal").status_code == 303
    assert "sudah dibatalkan" in link.read()
    assert "sudah dibatalkan" in link.read("/batal")


def test_too_late_to_cancel_she_can_say_that_she_is_prevented(link: Link) -> None:
    link.now = datetime(2026, 12, 11, 12, 0, tzinfo=UTC)
    assert "Pindah ke waktu lain" not in link.read()
    refused = link.send("batal")
    assert refused.status_code == 409
    assert "Saya berhalangan" in refused.get_data(as_text=True)
    assert link.booking().state == State.BOOKED
    link.send("berhalangan")
    assert link.booking().state == State.EXCUSED
    assert "Terima kasih sudah mengabari" in link.read()


def test_what_has_been_cannot_be_changed(link: Link) -> None:
    link.now = datetime(2026, 12, 12, 4, 0, tzinfo=UTC)
    assert "Waktunya sudah lewat" in link.read()
    for act in ("datang", "batal", "berhalangan"):
        assert link.send(act).status_code == 303
    assert link.last_change() == ("booked", "family")


def test_staff_called_it_off_and_their_reason_is_read(link: Link) -> None:
    with link.database.transaction() as session:
        bookings.call_off_slot(session, 1, "Pelatih sakit", WAYAN, NOW)
    page = link.read()
    assert "petugas membatalkan janji ini" in page
    assert "Alasannya: Pelatih sakit" in page


@pytest.mark.parametrize(
    ("state", "words"), [(State.CAME, "Anda sudah datang"), (State.ABSENT, "Kami tidak bertemu Anda")]
)
def test_who_was_ticked_reads_it(link: Link, state: State, words: str) -> None:
    at_the_door = datetime(2026, 12, 12, 1, 30, tzinfo=UTC)
    with link.database.transaction() as session:
        bookings.mark(session, link.booking_id, state, bookings.by_staff(WAYAN), at_the_door)
    assert words in link.read()


# The waiting line


def test_waiting_she_reads_her_place_in_line(open_link: Callable[..., Link]) -> None:
    link = open_link(seats=1, others=1)
    page = link.read()
    assert "urutan ke-1" in page
    assert "kalender.ics" not in page
    assert "Berhenti menunggu?" in link.read("/batal")
    link.send("batal")
    assert link.booking().state == State.CANCELLED


def test_a_seat_falls_free_and_she_takes_it(open_link: Callable[..., Link]) -> None:
    link = open_link(seats=1, others=1)
    drop_out(link.database, 1)
    assert "kami simpan sampai Selasa, 1 Desember 2026, pukul 14.00 WITA" in link.read()
    link.send("ambil")
    assert link.booking().state == State.BOOKED
    assert "Tempat Anda sudah tercatat" in link.read()


def test_an_offer_she_does_not_want_goes_on(open_link: Callable[..., Link]) -> None:
    link = open_link(seats=1, others=1)
    drop_out(link.database, 1)
    assert "Kursi ini untuk orang lain?" in link.read("/batal")
    link.send("batal")
    assert link.booking().state == State.CANCELLED


def test_an_offer_that_is_over_has_gone_to_the_next(open_link: Callable[..., Link]) -> None:
    link = open_link(seats=1, others=1)
    drop_out(link.database, 1)
    link.now = NOW + timedelta(hours=5)
    assert "sudah diberikan kepada urutan berikutnya" in link.read()
    assert link.send("ambil", seen="1.1").status_code == 303  # from a page that was open since
    assert link.booking().state == State.LAPSED  # entered, although she came too late
    assert "sudah diberikan kepada urutan berikutnya" in link.read()


# Another time


def test_she_moves_to_another_saturday(link: Link) -> None:
    other = another_saturday(link.database)
    page = link.read("/pindah")
    assert "Sabtu, 19 Desember 2026" in page
    assert "sisa 2 kursi" in page
    assert link.choices() == [f"{other}.1"]
    assert link.send("pindah", choice=f"{other}.1").status_code == 303
    assert link.last_change() == ("moved", bookings.FAMILY)
    page = link.read()
    assert "sudah dipindah ke waktu ini" in page
    assert "Sabtu, 19 Desember 2026" in page


def test_moving_twice_is_no_error(link: Link) -> None:
    other = another_saturday(link.database)
    for _ in range(2):
        assert link.send("pindah", choice=f"{other}.1").status_code == 303
    assert link.booking().slot_id == other


def test_nothing_else_to_choose_keeps_what_she_has(link: Link) -> None:
    assert "Belum ada waktu lain" in link.read("/pindah")


def test_a_full_saturday_is_shown_but_cannot_be_chosen(link: Link) -> None:
    fill_up(link, another_saturday(link.database, seats=1))
    assert link.choices() == []
    assert "penuh" in link.read("/pindah")


def test_a_seat_that_somebody_took_meanwhile(link: Link) -> None:
    other = another_saturday(link.database, seats=1)
    fill_up(link, other)
    refused = link.send("pindah", choice=f"{other}.1")
    assert refused.status_code == 409
    assert "baru saja diambil orang lain" in refused.get_data(as_text=True)
    assert link.booking().slot_id == 1


def test_a_time_that_staff_changed_meanwhile_is_shown_anew(link: Link) -> None:
    other = another_saturday(link.database)
    with link.database.transaction() as session:
        slot = slots.hold(session, other)[other]
        begins, ends = datetime(2026, 12, 1, 13).time(), datetime(2026, 12, 1, 15).time()
        bookings.change_slot(
            session, other, Plan(date(2026, 12, 20), begins, ends, slot.seats), "", WAYAN, NOW, insist=True
        )
    refused = seen(link.send("pindah", choice=f"{other}.1"))
    assert "baru saja diubah petugas" in refused
    assert "Minggu, 20 Desember 2026, pukul 13.00–15.00 WITA" in refused
    assert f'value="{other}.2"' in refused
    assert link.booking().slot_id == 1


def test_a_time_that_was_called_off_meanwhile(link: Link) -> None:
    other = another_saturday(link.database)
    with link.database.transaction() as session:
        bookings.call_off_slot(session, other, "Libur", WAYAN, NOW)
    refused = link.send("pindah", choice=f"{other}.1")
    assert "waktu itu tidak ada lagi" in refused.get_data(as_text=True)


def test_a_forged_choice_leads_into_nothing_else(link: Link) -> None:
    with link.database.transaction() as session:
        first = slots.get(session, 1)
        assert first
        meeting = workshop(session, slug="rapat-koperasi", who=["returned"])
        other = saturday(session, meeting, first.village).id
    for choice in (f"{other}.1", "", "x", "-1.1", "9223372036854775808.1", "٣.١", "1", "9" * 400):
        assert link.send("pindah", choice=choice).status_code == 409
    assert link.booking().slot_id == 1


def test_too_late_to_move_she_can_say_that_she_is_prevented(link: Link) -> None:
    other = another_saturday(link.database)
    link.now = datetime(2026, 12, 11, 12, 0, tzinfo=UTC)
    refused = link.send("pindah", choice=f"{other}.1")
    assert refused.status_code == 409
    assert "Saya berhalangan" in refused.get_data(as_text=True)
    assert link.choices() == []
    assert link.booking().slot_id == 1


def fill_up(link: Link, slot_id: int) -> None:
    with link.database.transaction() as session:
        slot = slots.get(session, slot_id)
        assert slot
        bookings.book(session, ask(slot, person(session, "Wayan")), NOW)


# The calendar file


def test_the_calendar_knows_what_when_where_and_nobody(link: Link) -> None:
    file = link.look("/kalender.ics")
    assert file.mimetype == "text/calendar"
    assert file.headers["Content-Disposition"] == 'attachment; filename="janji-balai.ics"'
    event = link.calendar()
    assert event["SUMMARY"] == "Pelatihan perbengkelan"
    assert event["LOCATION"] == "Pusat layanan migrasi desa, Korleko, Labuhan Haji, Lombok Timur"
    assert event["DTSTART"].dt == datetime(2026, 12, 12, 1, 0, tzinfo=UTC)
    assert event["DTEND"].dt == datetime(2026, 12, 12, 4, 0, tzinfo=UTC)
    assert event["STATUS"] == "CONFIRMED"
    assert event.walk("VALARM")[0]["TRIGGER"].dt == timedelta(days=-1)
    text = file.get_data(as_text=True)
    for secret in ("Rohani", str(link.booking().code), link.token, link.token.partition("-")[2]):
        assert secret not in text


def test_a_later_file_replaces_the_earlier_one(link: Link) -> None:
    files = [link.calendar()]
    other = another_saturday(link.database)
    link.send("pindah", choice=f"{other}.1")
    files.append(link.calendar())
    link.send("batal")
    files.append(link.calendar())
    assert len({str(event["UID"]) for event in files}) == 1
    assert [event["SEQUENCE"] for event in files] == [0, 1, 2]
    assert [event["STATUS"] for event in files] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert files[1]["DTSTART"].dt == datetime(2026, 12, 19, 1, 0, tzinfo=UTC)
    assert files[2].walk("VALARM") == []


def test_who_waits_is_not_told_by_the_calendar_that_they_have_a_place(open_link: Callable[..., Link]) -> None:
    assert open_link(seats=1, others=1).calendar()["STATUS"] == "TENTATIVE"


# Wrong links, other sites, too much, no database


@pytest.mark.parametrize(
    "change", [lambda t: t[:-1], lambda t: t + "0", lambda t: "2" + t[1:], lambda t: "x", lambda t: "1-é"]
)
@pytest.mark.parametrize("more", ["", "/batal", "/pindah", "/kalender.ics"])
def test_a_link_that_is_not_ours_shows_a_kind_page(link: Link, change: Callable[[str], str], more: str) -> None:
    page = link.browser.get(f"/janji/{change(link.token)}{more}")
    assert page.status_code == 404
    assert "Janji ini tidak ditemukan" in page.get_data(as_text=True)
    assert page.headers["Cache-Control"] == "no-store"


def test_who_was_forgotten_is_found_by_no_link(link: Link) -> None:
    with link.database.transaction() as session:
        chat = session.get_one(Conversation, link.booking().conversation_id)
        retention.forget(session, chat, NOW)
    assert link.look().status_code == 404
    assert link.send("datang").status_code == 404
    assert link.look("/kalender.ics").status_code == 404


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 303),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "https://evil.example.id"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://localhost"}, 303),
        ({"Origin": PUBLIC}, 303),
        ({}, 303),
    ],
)
def test_a_form_of_another_site_is_refused(link: Link, headers: dict[str, str], status: int) -> None:
    for act in ("pindah", "datang"):
        answer = link.send(act, headers, choice=f"{another_saturday(link.database)}.1")
        assert answer.status_code == status
    assert link.last_change()[0] == ("booked" if status == 403 else "confirmed")


def test_who_sends_too_much_waits(link: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(appointments, "CHANGED_PER_LINK", "2 per minute")
    strict = Link(link.database, link.token, link.booking_id)
    assert [strict.send("datang").status_code for _ in range(2)] == [303, 303]
    refused = strict.send("pindah")
    assert refused.status_code == 429
    assert "Tidak ada yang hilang" in refused.get_data(as_text=True)
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert strict.look().status_code == 200


def test_one_place_cannot_try_links_without_end(link: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(appointments, "CHANGED_PER_PLACE", "3 per minute")
    strict = Link(link.database, link.token, link.booking_id)
    tried = [strict.browser.post(f"/janji/{number}-{'0' * 32}/batal").status_code for number in range(4)]
    assert tried == [404, 404, 404, 429]


def test_a_form_of_many_bytes_is_not_read(link: Link) -> None:
    assert link.send("pindah", choice="1" * 10_000).status_code == 413


def test_while_the_database_is_away_nothing_is_lost() -> None:
    nowhere = open_database("sqlite:////nowhere/balai.db", Vault("test secret"))
    link = Link(nowhere, "1-" + "0" * 32, 1)
    for answer in (link.look(), link.send("datang")):
        assert answer.status_code == 503
        assert "Tempat Anda tidak hilang" in answer.get_data(as_text=True)
        assert answer.headers["Retry-After"] == browsers.RETRY_SECONDS
    nowhere.engine.dispose()


# In the house


def test_the_web_process_serves_it(link: Link, tmp_path: Any) -> None:
    settings = Settings(data=tmp_path, public_url=PUBLIC, secret_key="k" * 32)
    browser = create_app(settings, link.database).test_client()
    assert "Pelatihan perbengkelan" in browser.get(f"/janji/{link.token}").get_data(as_text=True)
    assert browser.post(f"/janji/{link.token}/batal").status_code == 303


@pytest.mark.parametrize(
    ("text", "tapped"),
    [
        ("Lihat /janji/{token}", "/janji/{token}"),
        ("/janji/{token}.", "/janji/{token}"),
        ("https://balai.example.id/janji/{token} ya", "https://balai.example.id/janji/{token}"),
        ("/janji/{token}0", None),
        ("/janji/{token}/batal<b>", None),
        ("x/janji/{token}", None),
        ("/janji/1-abc", None),
        ("/janji/../admin", None),
        ("javascript:/janji/", None),
    ],
)
def test_the_web_chat_makes_the_link_one_to_tap(text: str, tapped: str | None) -> None:
    token = "17-" + "0a" * 16
    shown = webchat._linked(text.format(token=token))
    found = re.findall(r'href="([^"]*)"', shown)
    assert found == ([tapped.format(token=token)] if tapped else [])
    assert "<b>" not in shown
