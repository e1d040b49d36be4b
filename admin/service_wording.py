"""How types, hours, people and notices read on their pages, in plain Bahasa."""

from __future__ import annotations

from babel.dates import get_day_names

from admin.language import chosen
from admin.language import gettext as _
from centre.booking_types import BookingType
from centre.calls import Call, Number

MINUTES = {"day": 24 * 60, "hour": 60, "minute": 1}


def pillar(code: str) -> str:
    """What a pillar of the programme is called."""
    return {
        "service": _("Layanan di pusat migrasi"),
        "business": _("Usaha produktif"),
        "parenting": _("Pengasuhan bersama"),
        "learning": _("Rumah Belajar"),
        "cooperative": _("Koperasi"),
        "mobile": _("Mobile Training Unit"),
    }.get(code, code)


def kind(code: str | None) -> str:
    """What kind of person somebody is."""
    return {
        "prospective": _("calon pekerja migran"),
        "abroad": _("sedang bekerja di luar negeri"),
        "returned": _("sudah pulang (purna)"),
        "family": _("keluarga pekerja migran"),
        None: _("tidak disebut"),
    }.get(code, code or "")


def question(code: str) -> str:
    """What a booking may ask."""
    return {
        "experience": _("Pengalaman di bidang ini"),
        "business": _("Usaha yang dimiliki atau direncanakan"),
        "school_class": _("Kelas anak di sekolah"),
        "needs": _("Kebutuhan khusus, misalnya kursi roda atau membawa bayi"),
        "topic": _("Hal yang ingin dibicarakan"),
    }.get(code, code)


def span(minutes: int) -> str:
    """ "2 jam": the longest unit that says it exactly."""
    number, unit = parted(minutes)
    return {
        "day": _("%(number)s hari", number=number),
        "hour": _("%(number)s jam", number=number),
        "minute": _("%(number)s menit", number=number),
    }[unit]


def parted(minutes: int) -> tuple[int, str]:
    """A span as a number and its unit."""
    unit = next(name for name, size in MINUTES.items() if minutes % size == 0)
    return (minutes // MINUTES[unit], unit) if minutes else (0, "minute")


def rupiah(amount: int) -> str:
    """ "Rp50.000"."""
    return f"Rp{amount:,}".replace(",", ".")


def weekday(number: int) -> str:
    """ "Senin" for 0."""
    return str(get_day_names("wide", locale=chosen())[number])


def age(booking_type: BookingType) -> str:
    """Which ages a type is for."""
    if booking_type.age_from is None and booking_type.age_to is None:
        return _("semua umur")
    if booking_type.age_to is None:
        return _("mulai %(age)s tahun", age=booking_type.age_from)
    if booking_type.age_from is None:
        return _("sampai %(age)s tahun", age=booking_type.age_to)
    return _("%(first)s sampai %(last)s tahun", first=booking_type.age_from, last=booking_type.age_to)


def must_hear(call: Call) -> str:
    """What somebody on the telephone list must be told."""
    return {
        "offer": _("Ada kursi kosong untuknya. Tanyakan apakah masih mau."),
        "moved": _("Waktu atau tempatnya berubah."),
        "cancelled": _("Janjinya dibatalkan oleh kita."),
    }.get(call.notice.kind, call.notice.kind)


def standing(call: Call) -> str:
    """How things are with the place now."""
    return {
        "waiting": _("masih di daftar tunggu"),
        "offered": _("kursi sedang ditahan untuknya"),
        "booked": _("punya kursi"),
        "cancelled": _("sudah dibatalkan sendiri"),
        "called_off": _("dibatalkan oleh kita"),
        "lapsed": _("tawaran kursi sudah lewat"),
        "came": _("sudah datang"),
        "excused": _("sudah berhalangan"),
        "absent": _("tidak datang"),
    }.get(call.booking.state, call.booking.state)


def whose(number: Number) -> str:
    """Whose telephone a number is, seen from the person who must be told."""
    if not number.is_whatsapp:
        return _("Nomor yang diberikan di meja, hanya untuk ditelepon.")
    return {
        "self": _("WhatsApp orang ini sendiri."),
        "child": _("WhatsApp orang tuanya: ia anak dari pemegang nomor."),
        "spouse": _("WhatsApp suami atau istrinya."),
        "parent": _("WhatsApp anaknya: ia orang tua dari pemegang nomor."),
        "sibling": _("WhatsApp saudaranya."),
    }.get(number.relation) or _("WhatsApp kerabat atau tetangganya, yang memesankan.")
