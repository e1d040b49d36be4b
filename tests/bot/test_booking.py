"""Booking in the chat, where something is in the way: each refusal is a kind sentence and a way on, and nothing is lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.turns import Guide
from bot.understanding import understand
from centre import booking_types, bookings, calendars, conversations, slots
from centre.areas import Village
from centre.booking_records import Booking
from centre.booking_types import BookingType
from centre.bookings import State
from centre.conversations import Conversation
from centre.db import Database
from centre.messages import Choice, Incoming, Part
from centre.notices import Notice
from centre.people import Person
from centre.slots import Plan, Slot
from processes import noticing
from tests.bot.chatting import Chat

WAYAN = "11111111-1111-1111-1111-111111111111"
TUESDAY = date(2026, 12, 1)


@pytest.fixture
def database(village_database: Database) -> Database:
    Neighbour.clock.clear()
    with village_database.transaction() as session:
        booking_types.seed(session, Chat.now)
    return village_database


def a_slot(
    database: Database, slug: str = "koperasi", seats: int = 2, day: date = TUESDAY, now: datetime = Chat.now
) -> int:
    """Nine to twelve in Korleko, made by the officer."""
    with database.transaction() as session:
        kind = session.scalars(select(BookingType).where(BookingType.slug == slug)).one()
        village = session.scalars(select(Village).where(Village.name == "Korleko")).one()
        return slots.make(session, kind, village, Plan(day, time(9), time(12), seats), WAYAN, now, insist=True).id


@dataclass
class Neighbour(Chat):
    """One of several people who live by one clock."""

    clock: ClassVar[dict[str, datetime]] = {}

    def send(self, message: Incoming) -> list[Part]:
        self.now = max(self.now, self.clock.get("now", self.now))
        arrived = super().send(message)
        self.clock["now"] = self.now
        return arrived


def in_korleko(database: Database, guide: Guide, number: int = 1) -> Chat:
    """Somebody who has told language and village already."""
    chat = Neighbour(database, guide, name=f"62812345100{number}")
    for said in ("/start", "Bahasa Indonesia", "Korleko"):
        chat.say(said)
    return chat


def up_to_the_question(chat: Chat, name: str, wish: str = "daftar koperasi") -> str:
    """As far as "Jadi daftar?"; gives that sentence."""
    for said in (wish, "saya sendiri", name):
        chat.say(said)
    return chat.say("1")[-1].text


def states(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(Booking.state).order_by(Booking.id)))


def test_two_telephones_want_the_last_seat(database: Database, guide: Guide) -> None:
    """Both have been asked "Jadi daftar?"; the second to say yes is offered the waiting line, with her place in it."""
    a_slot(database, seats=1)
    sari, rohani = in_korleko(database, guide, 1), in_korleko(database, guide, 2)
    assert "Jadi daftar?" in up_to_the_question(sari, "Sari")
    assert "Jadi daftar?" in up_to_the_question(rohani, "Rohani")
    assert "Sudah terdaftar" in sari.say("ya")[-1].text

    late = rohani.say("ya")[-1].text

    assert "baru saja terisi" in late
    assert "urutan ke-1" in late
    assert "daftar tunggu" in rohani.say("ya")[-1].text
    assert states(database) == [State.BOOKED, State.WAITING]


def test_a_slot_moves_while_somebody_chooses(database: Database, guide: Guide) -> None:
    """The new time is told and asked about; the yes to it counts."""
    slot_id = a_slot(database)
    sari = in_korleko(database, guide)
    up_to_the_question(sari, "Sari")
    with database.transaction() as session:
        later = Plan(TUESDAY + timedelta(days=1), time(13), time(15), 2)
        bookings.change_slot(session, slot_id, later, "pelatih sakit", WAYAN, sari.now, insist=True)

    told = sari.say("ya")[-1].text

    assert "baru saja berubah" in told
    assert "Rabu, 2 Desember 2026, pukul 13.00" in told
    assert "Jadi daftar?" in told
    assert "Sudah terdaftar" in sari.say("ya")[-1].text


def test_a_slot_called_off_while_somebody_chooses(database: Database, guide: Guide) -> None:
    slot_id = a_slot(database)
    a_slot(database, day=TUESDAY + timedelta(days=7))
    sari = in_korleko(database, guide)
    up_to_the_question(sari, "Sari")
    with database.transaction() as session:
        bookings.call_off_slot(session, slot_id, "hujan", WAYAN, sari.now)

    told = sari.say("ya")[-1]

    assert "sudah tidak ada" in told.text
    assert "8 Desember" in told.text
    assert states(database) == []


def test_an_old_button_of_a_date_that_is_over(database: Database, guide: Guide) -> None:
    """Her button of last month still says what it meant; the answer is kind and shows what is left."""
    slot_id = a_slot(database)
    sari = in_korleko(database, guide)
    up_to_the_question(sari, "Sari")
    sari.now += timedelta(days=20)

    told = sari.tap(f"slot:{slot_id}.1")[-1].text

    assert "Siapa" in told or "untuk siapa" in told.casefold()
    assert "sudah tidak ada" in sari.say("saya sendiri")[-1].text
    assert states(database) == []


ODD = """
    what:0 what:999999999999999999999 what:x who:99 who: rel:king kind:king slot:7.1 slot:. slot: when pass
    sure:yes queue:yes giveup:no hear:99 mine:99 shift:99 to:1.2.3 to: to:1 drop:99 free:99:yes keep:99:no
    come:99:yes take:99:yes leave:99:no again:99 book:99 book:-1
"""


@pytest.mark.parametrize("code", ODD.split())
def test_a_forged_or_forgotten_button_is_answered(database: Database, guide: Guide, code: str) -> None:
    """Whatever a button says, there is an answer with something to choose, and nothing is booked."""
    a_slot(database)
    sari = in_korleko(database, guide)

    told = sari.tap(code)

    assert told[-1].text
    assert told[-1].choices
    assert states(database) == []


def test_nobody_opens_a_booking_that_is_not_theirs(database: Database, guide: Guide) -> None:
    """Numbers of bookings are easy to guess: from another telephone they open nothing."""
    a_slot(database)
    sari, thief = in_korleko(database, guide, 1), in_korleko(database, guide, 2)
    up_to_the_question(sari, "Sari")
    sari.say("ya")
    deeds = [
        "mine:1",
        "shift:1",
        "to:1.1.1",
        "drop:1",
        "free:1:yes",
        "keep:1:no",
        "come:1:yes",
        "take:1:yes",
        "leave:1:no",
    ]

    told = [thief.tap(code)[-1].text for code in deeds]

    assert all("tidak cocok" in each and "Sari" not in each for each in told)
    assert states(database) == [State.BOOKED]


def test_codes_are_not_tried_out(database: Database, guide: Guide) -> None:
    """After five wrong names the code rests for an hour, also for whoever then knows the name."""
    a_slot(database)
    sari, thief = in_korleko(database, guide, 1), in_korleko(database, guide, 2)
    up_to_the_question(sari, "Siti Sari")
    code = sari.say("ya")[-1].text.partition("Kode: ")[2].split()[0]

    for name in ("Ani", "Budi", "Cici", "Dedi", "Euis"):
        thief.say(code)
        told = thief.say(name)[-1].text
    assert "satu jam lagi" in told
    assert "satu jam lagi" in thief.say(code)[-1].text

    thief.say("hapus")
    thief.say("ya, hapus")
    assert any("satu jam lagi" in part.text for part in thief.say(code))
    thief.now += timedelta(hours=1, minutes=1)
    thief.say(code)
    assert "tidak cocok" in thief.say("siti")[-1].text
    thief.say(code)
    assert "Siti Sari" in thief.say("siti sari")[-1].text


def test_several_people_behind_one_telephone(database: Database, guide: Guide) -> None:
    """Mother and daughter each have a place in the same slot; the same person twice is told so."""
    a_slot(database)
    rohani = in_korleko(database, guide)
    up_to_the_question(rohani, "Rohani")
    rohani.say("ya")
    for said in ("daftar koperasi", "orang lain", "anak", "Dewi", "1"):
        rohani.say(said)
    assert "untuk Dewi" in rohani.say("ya")[-1].text

    for said in ("daftar koperasi", "dewi", "1"):
        told = rohani.say(said)
    assert "Pertemuan koperasi untuk Dewi: terdaftar" in told[-1].text
    assert states(database) == [State.BOOKED, State.BOOKED]
    assert [choice.title.split(", ")[1] for choice in rows_of_mine(rohani)] == ["Rohani", "Dewi"]


def rows_of_mine(chat: Chat) -> list[Choice]:
    chat.say("janji saya")
    return [choice for choice in chat.offered if choice.code.startswith("mine:")]


def test_a_child_is_booked_by_a_parent(database: Database, guide: Guide) -> None:
    """Rumah Belajar: "7" is an age, not the seventh choice; a child who writes is asked to fetch a parent."""
    a_slot(database, "rumah-belajar")
    rohani, rizki = in_korleko(database, guide, 1), in_korleko(database, guide, 2)
    for said in ("daftar rumah belajar", "orang lain", "anak", "Rizki", "7", "1", "2", "lewati", "ya"):
        told = rohani.say(said)
    assert "Sudah terdaftar" in told[-1].text
    with database.reading() as session:
        booking = session.scalars(select(Booking)).one()
        assert booking.answers == {"school_class": "2"}

    for said in ("daftar rumah belajar", "saya sendiri", "Rizki", "10"):
        told = rizki.say(said)
    assert "orang tua atau walinya" in told[-1].text


def test_not_for_everybody(database: Database, guide: Guide) -> None:
    """The workshop is for those who came back and for families; who is about to leave hears so, and what else there is."""
    a_slot(database, "pelatihan-perbengkelan")
    a_slot(database, "koperasi")
    sari = in_korleko(database, guide)
    for said in ("daftar perbengkelan", "saya sendiri", "Sari"):
        sari.say(said)

    told = sari.say("calon pmi")[-1]

    assert "hanya untuk yang sudah pulang dari luar negeri atau keluarga" in told.text
    assert "Pertemuan koperasi" in [choice.title for choice in sari.offered]


def test_a_number_that_must_not_be_kept(database: Database, guide: Guide) -> None:
    """An identity number as a name or an answer is refused kindly and stored nowhere."""
    a_slot(database, "pengasuhan")
    sari = in_korleko(database, guide)
    for said in ("daftar kelas pengasuhan", "saya sendiri"):
        sari.say(said)
    assert "tanpa angka" in sari.say("Sari 5203071234560001")[-1].text
    for said in ("Sari", "1"):
        sari.say(said)
    assert "Jangan tulis nomor KTP" in sari.say("nomor 5203 0712 3456 0001")[-1].text
    sari.say("membawa bayi")
    sari.say("ya")
    with database.reading() as session:
        assert session.scalars(select(Booking)).one().answers == {"needs": "membawa bayi"}


def test_a_question_on_the_way_is_answered_and_the_step_comes_back(database: Database, guide: Guide) -> None:
    a_slot(database)
    sari = in_korleko(database, guide)
    for said in ("daftar koperasi", "saya sendiri"):
        sari.say(said)

    told = sari.say("gaji saya tidak dibayar majikan")

    assert len(told) == 2
    assert "Siapa nama Anda?" in told[1].text
    sari.say("Sari")
    assert "Jadi daftar?" in sari.say("1")[-1].text


def test_menu_lets_go_of_what_was_begun(database: Database, guide: Guide) -> None:
    """Who goes to the menu and later tells the village is not thrown back into a booking."""
    a_slot(database)
    sari = in_korleko(database, guide)
    for said in ("daftar koperasi", "saya sendiri", "menu", "desa"):
        sari.say(said)

    told = sari.say("Korleko")[-1].text

    assert "atau pilih topik" in told


def test_yes_tapped_twice_is_one_place(database: Database, guide: Guide) -> None:
    """The second tap shows the place she has."""
    a_slot(database)
    sari = in_korleko(database, guide)
    up_to_the_question(sari, "Sari")
    yes = next(choice.code for choice in sari.offered if choice.code.startswith("sure:"))
    sari.tap(yes)

    told = sari.tap(yes)[-1]

    assert "Pertemuan koperasi untuk Sari: terdaftar" in told.text
    assert any(choice.code == "mine:1" for choice in sari.offered)
    assert states(database) == [State.BOOKED]


def test_an_old_yes_does_what_it_said(database: Database, guide: Guide) -> None:
    """Asked about the cooperative, she turned to the parenting class; the old "Ya, daftar" asks about the cooperative again."""
    a_slot(database)
    a_slot(database, "pengasuhan", day=TUESDAY + timedelta(days=1))
    sari = in_korleko(database, guide)
    up_to_the_question(sari, "Sari")
    old = next(choice.code for choice in sari.offered if choice.code.startswith("sure:"))
    for said in ("daftar kelas pengasuhan", "Sari", "1"):
        sari.say(said)

    told = sari.tap(old)[-1].text

    assert "Pertemuan koperasi untuk Sari" in told
    assert "Jadi daftar?" in told
    assert states(database) == []


def test_an_old_yes_skips_no_question(database: Database, guide: Guide) -> None:
    """Her button is about the cooperative; of the workshop, kind and age are asked before a seat is given."""
    slot_id = a_slot(database, "pelatihan-perbengkelan")
    sari = in_korleko(database, guide)
    for said in ("daftar perbengkelan", "saya sendiri", "Sari"):
        sari.say(said)
    assert "termasuk yang mana" in sari.tap(f"sure:{slot_id}.1.1:yes")[-1].text
    assert states(database) == []


@pytest.mark.parametrize(
    "yes", ["ok", "oke kak", "siap", "ya mau", "iya kak", "jadi", "jadi daftar", "daftar", "nggih", "Ya, daftar"]
)
def test_yes_in_many_words(database: Database, guide: Guide, yes: str) -> None:
    a_slot(database)
    sari = in_korleko(database, guide)
    up_to_the_question(sari, "Sari")
    assert "Sudah terdaftar" in sari.say(yes)[-1].text


@pytest.mark.parametrize("no", ["ga jadi", "tidak", "Tidak jadi", "nggak kak", "batal"])
def test_no_in_many_words(database: Database, guide: Guide, no: str) -> None:
    a_slot(database)
    sari = in_korleko(database, guide)
    up_to_the_question(sari, "Sari")
    assert "dibatalkan" in sari.say(no)[-1].text
    assert states(database) == []


def test_whom_it_is_for_in_plain_words(database: Database, project_guide: Guide) -> None:
    """ "untuk anak saya", "saya": nobody is asked about danger for it; nor for a name with "saya" before it, or an age."""
    a_slot(database, "rumah-belajar")
    rohani = in_korleko(database, project_guide)
    told = [
        rohani.say(said)[-1].text
        for said in ("daftar rumah belajar", "untuk anak saya", "namanya Dewi", "umurnya 7 tahun 6 bulan")
    ]
    assert "Siapa namanya?" in told[1]
    assert "Berapa umur Dewi?" in told[2]
    assert "Pilih tanggalnya" in told[3]


def test_myself_in_plain_words(database: Database, project_guide: Guide) -> None:
    a_slot(database)
    sari = in_korleko(database, project_guide)
    told = [sari.say(said)[-1].text for said in ("daftar koperasi", "saya", "saya Sari")]
    assert "Siapa nama Anda?" in told[1]
    assert "Pilih tanggalnya" in told[2]
    with database.reading() as session:
        assert session.scalars(select(Person)).one().name == "Sari"


def test_danger_at_an_open_question_comes_first(database: Database, project_guide: Guide) -> None:
    """At the question for a name: who is beaten is helped at once; after a doubt put aside, the question is there again."""
    a_slot(database)
    sari = in_korleko(database, project_guide)
    for said in ("daftar koperasi", "saya sendiri"):
        sari.say(said)
    assert "Hubungi sekarang" in sari.say("tolong saya dipukul majikan dan dikunci di kamar")[-1].text


def test_nobody_is_put_down_as_something_else(database: Database, guide: Guide) -> None:
    """ "tunggu sebentar" is no name, and "gak jadi" is no."""
    a_slot(database)
    sari = in_korleko(database, guide)
    for said in ("daftar koperasi", "saya sendiri"):
        sari.say(said)
    assert "belum terbaca sebagai nama" in sari.say("tunggu sebentar")[-1].text
    assert "dibatalkan" in sari.say("gak jadi")[-1].text
    with database.reading() as session:
        assert session.scalars(select(Person)).all() == []


def test_what_was_taken_down_wrongly_is_put_right(database: Database, guide: Guide) -> None:
    """She tapped "Calon PMI" by mistake: "Ubah data" asks for name, kind and age again."""
    a_slot(database, "pelatihan-perbengkelan")
    sari = in_korleko(database, guide)
    for said in ("daftar perbengkelan", "saya sendiri", "Sri", "calon pmi"):
        sari.say(said)
    for said in ("ubah data", "Sari", "sudah pulang", "34"):
        told = sari.say(said)
    assert "Pilih tanggalnya" in told[-1].text
    with database.reading() as session:
        assert session.scalars(select(Person)).one().name == "Sari"


def test_a_child_who_was_turned_away_is_not_kept(database: Database, guide: Guide) -> None:
    a_slot(database, "rumah-belajar")
    rizki = in_korleko(database, guide)
    for said in ("daftar rumah belajar", "saya sendiri", "Rizki", "10"):
        rizki.say(said)
    with database.reading() as session:
        assert session.scalars(select(Person)).all() == []


def test_mother_and_child_of_one_name(database: Database, guide: Guide) -> None:
    a_slot(database)
    rohani = in_korleko(database, guide)
    up_to_the_question(rohani, "Siti")
    rohani.say("ya")
    for said in ("daftar koperasi", "orang lain", "anak", "Siti", "1", "ya"):
        told = rohani.say(said)
    assert "Sudah terdaftar" in told[-1].text
    assert states(database) == [State.BOOKED, State.BOOKED]


def test_who_waits_and_asks_again_sees_the_place_in_line(database: Database, guide: Guide) -> None:
    a_slot(database, seats=1)
    sari, budi = in_korleko(database, guide, 1), in_korleko(database, guide, 2)
    up_to_the_question(sari, "Sari")
    sari.say("ya")
    up_to_the_question(budi, "Budi")
    budi.say("ya")
    for said in ("daftar koperasi", "Budi"):
        budi.say(said)
    told = budi.say("1")[-1].text
    assert "menunggu kursi" in told
    assert "Urutan tunggu: 1" in told


def reminded(database: Database, chat: Chat, day: date = TUESDAY) -> list[Part]:
    """The morning of the day."""
    chat.now = datetime.combine(day, time(6), ZoneInfo("Asia/Makassar"))
    noticing.tell_due(database, "", lambda: chat.now)
    return chat.arrived()


def test_a_number_for_a_list_cancels_nothing(database: Database, guide: Guide) -> None:
    """Between a list of dates and her "2" a reminder came: the "2" is for the list; the reminder's choices follow after it."""
    for slug, day in (("koperasi", 0), ("pengasuhan", 7), ("pengasuhan", 14)):
        a_slot(database, slug, day=TUESDAY + timedelta(days=day))
    ani = in_korleko(database, guide)
    up_to_the_question(ani, "Ani")
    ani.say("ya")
    ani.now = datetime.combine(TUESDAY, time(5, 50), ZoneInfo("Asia/Makassar"))
    for said in ("daftar kelas pengasuhan", "Ani"):
        ani.say(said)
    assert reminded(database, ani)

    ani.say("2")

    assert states(database) == [State.BOOKED]
    assert "Jadi daftar?" in (told := ani.say("lewati")[-1].text)
    assert "15 Desember" in told


def test_two_reminders_on_one_telephone(database: Database, guide: Guide) -> None:
    """ "batalkan" could mean either: she is asked which; and a word alone gives nothing back without a question."""
    a_slot(database)
    rohani = in_korleko(database, guide)
    up_to_the_question(rohani, "Rohani")
    rohani.say("ya")
    for said in ("daftar koperasi", "orang lain", "anak", "Dewi", "1", "ya"):
        rohani.say(said)
    assert len(reminded(database, rohani)) == 2

    assert "Janji Anda" in rohani.say("batalkan")[-1].text
    assert "Dewi" in rohani.say("2")[-1].text
    assert "(Dewi)" in rohani.say("batalkan")[-1].text
    assert states(database) == [State.BOOKED, State.BOOKED]


def test_who_is_forgotten_gives_the_seat_back(database: Database, guide: Guide) -> None:
    """HAPUS says that a booking is open, then erases name and booking; the next in line is offered the seat."""
    a_slot(database, seats=1)
    sari, rohani = in_korleko(database, guide, 1), in_korleko(database, guide, 2)
    up_to_the_question(sari, "Sari")
    sari.say("ya")
    up_to_the_question(rohani, "Rohani")
    rohani.say("ya")
    assert "Janji yang masih ada juga dibatalkan: 1" in sari.say("hapus")[-1].text

    sari.say("ya, hapus")

    assert states(database) == [State.CANCELLED, State.OFFERED]
    with database.reading() as session:
        assert [person.name for person in session.scalars(select(Person))] == ["Rohani"]
        conversation = session.get_one(Conversation, conversations.known(session, sari.sender))
        told_there = session.scalars(select(Notice).where(Notice.conversation_id == conversation.id)).all()
        assert conversation.memory == {}
        assert not told_there


def test_without_a_village_everything_is_shown(database: Database, guide: Guide) -> None:
    """The village is asked once; who skips it sees dates everywhere."""
    a_slot(database)
    sari = Chat(database, guide)
    for said in ("daftar koperasi", "lewati", "saya sendiri"):
        sari.say(said)
    told = sari.say("Sari")[-1].text
    assert "Korleko" in told
    assert "sisa 2 kursi" in told


def test_on_the_web_the_page_of_the_booking_is_a_short_link(database: Database, guide: Guide) -> None:
    a_slot(database)
    sari = Chat(database, guide, channel="web")
    for said in ("daftar koperasi", "lewati", "saya sendiri", "Sari", "1"):
        sari.say(said)
    told = sari.say("ya")[-1].text
    with database.reading() as session:
        booking = session.scalars(select(Booking)).one()
        assert f"/janji/{bookings.token_of(session, booking)}" in told
        assert "http" not in told


def test_nothing_offered(village_database: Database, guide: Guide) -> None:
    """Before staff have made anything, the officer is named."""
    sari = in_korleko(village_database, guide)
    assert "PETUGAS" in sari.say("daftar")[-1].text


def test_slots_of_other_villages_come_after_ones_own(database: Database, guide: Guide) -> None:
    """Korleko's later date stands before Lenek Lauq's earlier one; Java's is not shown."""
    with database.transaction() as session:
        kind = session.scalars(select(BookingType).where(BookingType.slug == "koperasi")).one()
        for name, day in (("Lenek Lauq", 2), ("Korleko", 9), ("Kenanga", 1)):
            village = session.scalars(select(Village).where(Village.name == name).limit(1)).one()
            plan = Plan(date(2026, 12, day), time(9), time(12), 3)
            slots.make(session, kind, village, plan, WAYAN, Chat.now, insist=True)
    sari = in_korleko(database, guide)
    for said in ("daftar koperasi", "saya sendiri", "Sari"):
        sari.say(said)
    shown = [choice.title.split(", ")[1] for choice in sari.offered if choice.code.startswith("slot:")]
    assert shown == ["Korleko", "Lenek Lauq"]
    with database.reading() as session:
        assert session.scalars(select(Slot)).all()


def test_a_choice_is_named_in_part(database: Database, guide: Guide) -> None:
    """ "suami" for "Suami atau istri", "8 desember" for that date: people do not copy buttons."""
    a_slot(database)
    a_slot(database, day=TUESDAY + timedelta(days=7))
    rohani = in_korleko(database, guide)
    for said in ("daftar koperasi", "orang lain", "suami", "Amaq Jamil"):
        rohani.say(said)
    assert "8 Desember 2026" in rohani.say("8 desember")[-1].text


def test_a_wish_without_a_name_lists_what_it_can_mean(database: Database, guide: Guide) -> None:
    """ "mau ikut pelatihan" shows the trainings, and one way to everything else."""
    sari = in_korleko(database, guide)
    sari.say("mau ikut pelatihan")
    shown = [choice.title or choice.label for choice in sari.offered]
    assert shown[:-2] == [
        "Pelatihan perbengkelan",
        "Pelatihan pertukangan",
        "Pelatihan pakan ternak",
        "Pelatihan olahan pangan",
    ]
    sari.say("kegiatan lain")
    assert "Konsultasi dan pendaftaran" in [choice.title for choice in sari.offered]


@pytest.mark.parametrize("typed", ["saya sendiri", "anak saya", "suami saya"])
def test_little_words_are_no_name(database: Database, guide: Guide, typed: str) -> None:
    """Typed twice, or too early: nobody is put on the roster as "Saya Sendiri"."""
    a_slot(database)
    sari = in_korleko(database, guide)
    for said in ("daftar koperasi", "saya sendiri"):
        sari.say(said)
    assert "belum terbaca sebagai nama" in sari.say(typed)[-1].text


def test_a_village_told_where_something_else_was_asked(database: Database, guide: Guide) -> None:
    """At the list of what there is, "Korleko" is where she lives."""
    a_slot(database)
    sari = Chat(database, guide)
    sari.say("daftar")
    assert "Desa Korleko" in sari.say("korleko")[-1].text
    assert sari.conversation().step == "booking"


def test_the_seat_is_taken_in_words_after_something_else_was_said(database: Database, guide: Guide) -> None:
    """Between the offer and her answer she asked about wages: "ambil kursi" still takes it."""
    a_slot(database, seats=1)
    sari, rohani = in_korleko(database, guide, 1), in_korleko(database, guide, 2)
    up_to_the_question(sari, "Sari")
    sari.say("ya")
    up_to_the_question(rohani, "Rohani")
    rohani.say("ya")
    for said in ("janji saya", "batalkan", "ya"):
        sari.say(said)
    rohani.say("gaji saya tidak dibayar majikan")
    assert "Kursinya jadi milik Anda" in rohani.say("ambil kursi")[-1].text
    assert states(database) == [State.CANCELLED, State.BOOKED]


NAMES = """
    Sari, siti aminah, Sri Wahyuni, Inaq Rohani, Amaq Jamil, I Wayan Sudira, Ni Luh Ayu, Baiq Nurul, Lalu Ahmad, Slamet,
    untung, Bejo, Supri, Dewi Sartika, Tutik, Marsinah, Cinta, bunga, Sabar, Ikhlas, Jumilah, Painem, Wagiman, Carkem,
    Wasriah, Toyib, Euis, Cucu, Guntur, Topan, Bulan, Muhammad Ali, M. Zaini
"""


def test_names_are_names(project_guide: Guide) -> None:
    """Typed at the question for a name, none of these is taken for danger, a question, or a wish to speak to somebody."""
    heard = {name.strip(): understand(name.strip(), "id", project_guide, None).kind for name in NAMES.split(",")}
    assert {name: kind for name, kind in heard.items() if kind in ("danger", "answer", "person")} == {}


def test_staff_move_it_to_tomorrow_and_the_family_may_still_move(database: Database, guide: Guide) -> None:
    """It is not her doing that the new time is so near: "Pindah tanggal" is offered and works."""
    slot_id = a_slot(database)
    a_slot(database, day=TUESDAY + timedelta(days=14))
    sari = in_korleko(database, guide)
    up_to_the_question(sari, "Sari")
    sari.say("ya")
    with database.transaction() as session:
        tomorrow = Plan(sari.now.date() + timedelta(days=1), time(9), time(12), 2)
        bookings.change_slot(session, slot_id, tomorrow, "pelatih sakit", WAYAN, sari.now, insist=True)
    sari.say("janji saya")
    sari.say("pindah tanggal")
    assert "Sudah dipindah" in sari.say("1")[-1].text


@pytest.mark.parametrize(
    "typed",
    ["batalkan janji saya", "batalin janji sari dong", "ga jadi ikut bu", "pindah ke tgl 8 des", "ora sida melu"],
)
def test_a_place_is_changed_in_own_words(database: Database, guide: Guide, typed: str) -> None:
    """With a booking standing, these show it, with what can be done; without one they are questions like others."""
    a_slot(database)
    sari = in_korleko(database, guide)
    assert "Pertemuan koperasi untuk" not in sari.say(typed)[-1].text
    up_to_the_question(sari, "Sari")
    sari.say("ya")
    assert "Pertemuan koperasi untuk Sari: terdaftar" in sari.say(typed)[-1].text


def test_a_new_type_is_found_by_its_name(database: Database, guide: Guide) -> None:
    """Made at the desk this morning: "mau ikut pelatihan menjahit" finds it, typed with a slip too."""
    with database.transaction() as session:
        like = session.scalars(select(BookingType).where(BookingType.slug == "koperasi")).one()
        columns = [column.key for column in BookingType.__table__.columns]
        rules = {name: getattr(like, name) for name in columns if name not in ("id", "changed_at", "changed_by")}
        words = {"name": "Pelatihan menjahit", "description": "Belajar menjahit.", "bring": ""}
        booking_types.save(session, None, {**rules, "slug": "menjahit"}, {"id": words}, WAYAN, Chat.now)
    a_slot(database, "menjahit")
    sari = in_korleko(database, guide)
    assert "Pelatihan menjahit. Untuk siapa?" in sari.say("mau ikut peltihan menjahit")[-1].text


def test_a_childrens_class_is_not_offered_to_oneself(database: Database, guide: Guide) -> None:
    a_slot(database, "rumah-belajar")
    rohani = in_korleko(database, guide)
    rohani.say("daftarkan anak saya di rumah belajar ya, umur 7 thn")
    assert "who:me" not in [choice.code for choice in rohani.offered]


def test_berhenti_says_what_becomes_of_a_booking(database: Database, guide: Guide) -> None:
    a_slot(database)
    sari = in_korleko(database, guide)
    up_to_the_question(sari, "Sari")
    sari.say("ya")
    assert "Janji Anda tetap ada" in sari.say("berhenti")[-1].text


def test_after_a_doubt_the_open_question_is_there_again(database: Database, guide: Guide) -> None:
    """Asked about danger in the middle, she says no: the name is asked for again."""
    a_slot(database)
    sari = in_korleko(database, guide)
    for said in ("daftar koperasi", "saya sendiri"):
        sari.say(said)
    sari.tap("danger:no")
    assert "Siapa nama Anda?" in sari.tap("danger:no")[-1].text


def test_hours_kept_at_the_desk_are_told(database: Database, guide: Guide) -> None:
    """Who asks for the officer hears the hours that staff entered day by day."""
    with database.transaction() as session:
        village = session.scalars(select(Village).where(Village.name == "Korleko")).one()
        calendars.set_hours(session, village.id, [(0, time(8), time(12)), (3, time(8), time(11, 30))])
    sari = in_korleko(database, guide)
    assert "Jam buka: Senin 08.00–12.00; Kamis 08.00–11.30" in sari.say("petugas")[-1].text
