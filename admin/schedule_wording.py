"""How slots and places read on the desk's pages, and how a rule that forbids something is said kindly."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from babel.dates import format_date, format_datetime, get_timezone

from admin.language import chosen
from admin.language import gettext as _
from admin.wording import moment
from centre import bookings, slots
from centre.areas import time_zone_name
from centre.booking_types import BookingType
from centre.bookings import State
from centre.calendars import Closed
from centre.people import PhoneInvalid
from centre.rosters import Booker, Change
from centre.slots import Passed, Slot

SHOWN = 10
"""Days passed over that are named; a message is kept in a cookie and must stay short."""


def title(booking_type: BookingType) -> str:
    """What is booked, in Bahasa."""
    return booking_type.text_in(("id",)).name


def full_day(on: date) -> str:
    """ "Sabtu, 12 Desember 2026"."""
    return format_date(on, "EEEE, d MMMM y", chosen())


def clock(slot: Slot) -> str:
    """ "09.00–12.00 WITA", on the village's clock."""
    zone = get_timezone(slot.zone)
    begins, ends = (format_datetime(at, "HH.mm", zone, chosen()) for at in (slot.starts_at, slot.ends_at))
    return f"{begins}–{ends} {time_zone_name(slot.zone)}"


def span(slot: Slot) -> str:
    """ "Sabtu, 12 Desember 2026, 09.00–12.00 WITA"."""
    return f"{format_datetime(slot.starts_at, 'EEEE, d MMMM y', get_timezone(slot.zone), chosen())}, {clock(slot)}"


def held(booking_type: BookingType) -> str:
    """How long an offered seat is held: "4 jam"."""
    hours, minutes = divmod(booking_type.hold_minutes, 60)
    if minutes:
        return _("%(count)s menit", count=booking_type.hold_minutes)
    return _("%(count)s jam", count=hours)


def where(slot: Slot) -> str:
    """The place, if it is not the centre itself, and the village."""
    return f"{slot.place}, {slot.village.name}" if slot.place else slot.village.name


def week_of(first: date, last: date) -> str:
    """ "7–13 Desember 2026"."""
    same_month = (first.year, first.month) == (last.year, last.month)
    begin = str(first.day) if same_month else format_date(first, "d MMMM", chosen())
    return f"{begin}–{format_date(last, 'd MMMM y', chosen())}"


def why_closed(closed: Closed) -> str:
    """Why nobody is at the centre."""
    if closed.why == "holiday":
        return _("hari libur: %(name)s", name=closed.name)
    if closed.why == "absence":
        return _("petugas tidak di tempat: %(name)s", name=closed.name) if closed.name else _("petugas tidak di tempat")
    return _("di luar jam buka")


def passed_over(days: Iterable[Passed]) -> str:
    """The days on which nothing was made, each with its reason."""
    named = [f"{format_date(each.day, 'd MMM', chosen())} ({why_closed(each.closed)})" for each in days]
    more = len(named) - SHOWN
    return "; ".join(named[:SHOWN]) + (_("; dan %(count)s hari lain", count=more) if more > 0 else "")


def state(of: State) -> str:
    """How somebody stands on the roster."""
    return {
        State.WAITING: _("menunggu"),
        State.OFFERED: _("ditawari kursi"),
        State.BOOKED: _("terdaftar"),
        State.CANCELLED: _("dibatalkan keluarga"),
        State.CALLED_OFF: _("dibatalkan petugas"),
        State.LAPSED: _("tawaran lewat waktu"),
        State.CAME: _("datang"),
        State.EXCUSED: _("berhalangan"),
        State.ABSENT: _("tidak datang"),
    }[of]


def what_changed(change: Change) -> str:
    """One line of a booking's history."""
    known = {
        "moved": _("pindah jadwal"),
        "changed": _("jadwal diubah petugas"),
        "confirmed": _("dipastikan akan datang"),
    }
    return known.get(change.what) or state(State(change.what))


def who_changed(change: Change) -> str:
    """Who did it."""
    return change.by or (_("waktu") if change.is_time else _("keluarga"))


def booker(by: Booker) -> str:
    """Who booked."""
    if by.is_family:
        return _("keluarga, lewat obrolan")
    name = by.name or _("petugas")
    return _("%(name)s (pembantu)", name=name) if by.is_helper else name


def kind(of: str | None) -> str:
    """Who somebody is in the life of a migrant worker."""
    return {
        "prospective": _("calon pekerja migran"),
        "abroad": _("sedang bekerja di luar negeri"),
        "returned": _("pernah bekerja di luar negeri"),
        "family": _("keluarga pekerja migran"),
    }.get(of or "") or _("belum diketahui")


def relation(of: str | None) -> str:
    """What somebody is to whoever holds the telephone."""
    return {
        "self": _("pemilik telepon"),
        "child": _("anak"),
        "spouse": _("suami atau istri"),
        "parent": _("orang tua"),
        "sibling": _("saudara"),
        "other": _("lainnya"),
    }.get(of or "") or _("tidak ada telepon yang terhubung")


def question(of: str) -> str:
    """What a booking asks, as a label."""
    return {
        "experience": _("Pengalaman"),
        "business": _("Usaha"),
        "school_class": _("Kelas di sekolah"),
        "needs": _("Kebutuhan khusus"),
        "topic": _("Ingin bicara tentang"),
    }[of]


def refusal(error: Exception) -> str:
    """Why it cannot be done, and what to do now."""
    if isinstance(error, bookings.SlotFull):
        return _("Kursinya sudah penuh. Yang menunggu: %(count)s orang.", count=error.waiting)
    if isinstance(error, bookings.SlotMoved):
        return _("Jadwal ini baru diubah, sekarang: %(span)s. Tanyakan lagi, lalu kirim.", span=span(error.slot))
    if isinstance(error, bookings.SeatsTaken):
        return _("Sudah terisi %(taken)s kursi. Jumlah kursi tidak bisa kurang dari itu.", taken=error.taken)
    if isinstance(error, slots.CentreClosed):
        return _("Pusat layanan tutup: %(why)s.", why=why_closed(error.closed))
    if isinstance(error, slots.SlotInvalid):
        return slot_invalid(error)
    known: dict[type[Exception], str] = {
        bookings.SlotGone: _("Jadwal ini sudah dibatalkan atau sudah selesai. Pilih jadwal lain."),
        bookings.AlreadyBooked: _("Orang ini sudah terdaftar atau menunggu di jadwal ini."),
        bookings.NotOpen: _("Keadaannya baru saja berubah, jadi ini tidak bisa lagi. Lihat keadaannya sekarang."),
        bookings.OfferLapsed: _("Waktu tawaran sudah lewat; kursinya ditawarkan kepada urutan berikutnya."),
        bookings.TooSoonToTick: _("Belum bisa ditandai: paling awal 12 jam sebelum mulai."),
        bookings.AnswerInvalid: _("Jawaban terlalu panjang atau berisi nomor. Nomor KTP, KK, paspor jangan dicatat."),
        PhoneInvalid: _("Bukan nomor telepon. Tulis misalnya 0812 3456 7890 atau +60 12 345 6789."),
    }
    return known.get(type(error)) or _("Ini tidak bisa dilakukan sekarang. Muat ulang halaman, lalu coba lagi.")


def slot_invalid(error: slots.SlotInvalid) -> str:
    """What is wrong with a slot as asked for."""
    known = {
        "past": _("Waktu mulai sudah lewat."),
        "ends": _("Waktu selesai harus sesudah waktu mulai, pada hari yang sama."),
        "seats": _("Tulis 1 sampai 500. Jenis layanan satu orang hanya punya 1 kursi."),
        "weeks": _("Tulis 1 sampai 53 minggu."),
        "place": _("Paling banyak 200 huruf."),
        "note": _("Paling banyak 200 huruf."),
        "minutes": _("Dengan lama ini tidak ada bagian yang muat, atau lebih dari 100."),
    }
    return known.get(error.field, error.field)


def given_place(name: str, code: str, slot: Slot, position: int | None) -> str:
    """What is said when somebody was booked: the code, to be read out, and what to bring."""
    if position is not None:
        return _(
            "%(name)s masuk daftar tunggu, urutan %(position)s. Kode: %(code)s. %(span)s.",
            name=name,
            position=position,
            code=code,
            span=span(slot),
        )
    bring = slot.type.text_in(("id",)).bring
    said = _("%(name)s terdaftar. Kode: %(code)s. %(span)s.", name=name, code=code, span=span(slot))
    return f"{said} {_('Bawa: %(bring)s.', bring=bring)}" if bring else said


def since(slot: Slot) -> str:
    """From when on people can be ticked off."""
    return moment(slot.starts_at - bookings.DOOR_OPENS, slot.village)
