"""How records read on a page: times in the zone of their village, channels and problems in plain Bahasa."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from babel.dates import format_date, format_datetime, format_timedelta, get_timezone
from babel.numbers import format_decimal
from flask import Blueprint, g, has_request_context

from admin import access, menu
from admin.language import chosen
from admin.language import gettext as _
from centre.area_names import VILLAGE, Area
from centre.areas import USUAL_ZONE, Village, VillageName, time_zone_name, zone_of, zone_of_area
from centre.desk import LostReply, WaitingMessage
from centre.messages import readable
from centre.outbox import State
from centre.staff import Role
from centre.staff_sessions import IDLE, OWN_IDLE
from content import languages
from content.contacts import Month

ZONE = USUAL_ZONE
"""Where no village says otherwise."""


def add(pages: Blueprint, clock: Callable[[], datetime]) -> None:
    """What every template may use."""
    pages.record(lambda state: state.app.jinja_env.globals.update(menu=menu))

    @pages.context_processor
    def words() -> dict[str, Any]:
        return {
            "me": g.get("staff"),
            "owes": access.owes_anything,
            "idle_minutes": lambda member: int((IDLE if member.is_shared else OWN_IDLE).total_seconds() // 60),
            "nonce": g.get("nonce"),
            "may": {
                "see_messages": access.MAY_SEE_MESSAGES,
                "see_cases": access.MAY_SEE_CASES,
                "answer_referrals": (Role.PARTNER,),
                "oversee_cases": access.MAY_OVERSEE_CASES,
                "vouch": access.MAY_VOUCH,
                "test": access.MAY_TEST,
                "read_content": access.MAY_READ_CONTENT,
                "open_services": access.MAY_OPEN_SERVICES,
                "change_types": access.MAY_CHANGE_TYPES,
                "see_rosters": access.MAY_SEE_ROSTERS,
                "book": access.MAY_BOOK,
                "help": (Role.HELPER,),
            },
            "moment": moment,
            "moment_in": moment_in,
            "own_clock": lambda: time_zone_name(own_zone()),
            "day": day,
            "written": written,
            "ago": lambda at: ago(at, clock()),
            "place": place,
            "own_name": own_name,
            "channel": channel,
            "readable": readable,
            "lang": chosen(),
            "made_at": int(clock().timestamp()),
        }


def moment(at: datetime, village: Village | None = None) -> str:
    """ "21 Nov 2026 20.10 WIB", in the village's own time; where it is of no village, in that of whoever reads it."""
    return moment_in(at, zone_of(village) if village else own_zone())


def own_zone() -> str:
    """The clock on the wall of whoever is at the desk: that of their area, the usual one where they work in several."""
    member = g.get("staff") if has_request_context() else None
    known = {zone for _role, area in member.roles if (zone := zone_of_area(area))} if member else set()
    return known.pop() if len(known) == 1 else ZONE


def moment_in(at: datetime, zone: str) -> str:
    """The same on the clock of a zone."""
    return f"{format_datetime(at, 'd MMM y HH.mm', get_timezone(zone), chosen())} {time_zone_name(zone)}"


def today(now: datetime) -> date:
    """The day it is at the desk."""
    return now.astimezone(get_timezone(ZONE)).date()


def day(on: date) -> str:
    """ "21 November 2026"."""
    return format_date(on, "d MMMM y", chosen())


def month(of: Month | None) -> str:
    """ "November 2025", or the year alone where no more is known."""
    if of is None:
        return _("tanpa tanggal")
    return format_date(date(of.year, of.month, 1), "MMMM y", chosen()) if of.month else str(of.year)


def written(number: Any) -> Any:
    """A number as it is written: "12.340" in Bahasa; anything else as it is."""
    return format_decimal(number, locale=chosen()) if isinstance(number, int) else number


def ago(at: datetime, now: datetime) -> str:
    """ "3 jam yang lalu"."""
    if abs(now - at) < timedelta(minutes=1):
        return _("baru saja")
    return format_timedelta(at - now, granularity="minute", add_direction=True, locale=chosen())


def place(village: Village | VillageName | None) -> str:
    """The village with its regency, as far as it is known."""
    return f"{village.name}, {village.regency}" if village else _("Desa belum diketahui")


def choices(villages: Iterable[Village | VillageName]) -> list[tuple[int, str]]:
    """Villages to choose from, by their numbers."""
    return [(village.id, place(village)) for village in villages]


def channel(name: str) -> str:
    """What people call the channel."""
    return {
        "telegram": "Telegram",
        "whatsapp": "WhatsApp",
        "fonnte": _("WhatsApp lewat Fonnte (tidak resmi)"),
        "waha": _("WhatsApp lewat WAHA (tidak resmi)"),
        "sms": "SMS",
        "web": _("Obrolan web"),
        "terminal": _("Terminal"),
    }.get(name, name)


def why_waiting(waiting: WaitingMessage) -> str:
    """Why a person must look at this message."""
    problem = waiting.event.problem or ""
    if problem == "CannotOpen":
        return _("Tersimpan, tetapi tidak bisa dibuka dengan kunci yang dipakai sekarang.")
    if waiting.is_set_aside:
        return _("Lima kali gagal dijawab karena gangguan program (%(problem)s).", problem=problem)
    known = {
        "media": _("Gambar, suara, atau berkas: bot tidak bisa membacanya."),
        "other": _("Jenis pesan yang tidak dibaca bot, misalnya stiker, lokasi, atau kontak."),
        "person": _("Orang ini minta dijawab petugas."),
    }
    return known.get(problem) or _("Perlu dilihat petugas (%(problem)s).", problem=problem)


def why_lost(lost: LostReply) -> str:
    """Why our reply did not arrive."""
    error = lost.row.error or ""
    if lost.row.state == State.EXPIRED:
        return _(
            "Lewat waktunya: saluran tidak menerima sampai kabar ini tidak berguna lagi, jadi tidak dikirim terlambat."
        )
    known = {
        "window_closed": _("Pesan terakhir orang ini lebih dari 24 jam lalu. WhatsApp tidak mengizinkan balasan lagi."),
        "no_address": _("Alamat orang ini tidak dikenal lagi oleh saluran."),
        "too_long": _("Terlalu panjang untuk saluran ini."),
        "bad_request": _("Saluran menolak bentuk pesan ini."),
        "lease": _("Tidak jelas apakah sampai: program berhenti saat mengirim."),
        "timeout": _("Tidak jelas apakah sampai: saluran tidak menjawab."),
    }
    return known.get(error) or _("Tidak bisa dikirim (%(error)s).", error=error or "?")


def why_not_told(reason: str) -> str:
    """Why somebody could not be told what they had to hear."""
    known = {
        "no_address": _("Memesan di meja atau lewat telepon: tidak ada alamat untuk dikirimi pesan."),
        "stopped": _("Orang ini menulis “berhenti”: ia tidak mau dikirimi pesan."),
        "blocked": _("Orang ini memblokir bot."),
        "too_late": _("Pesan tidak sempat terkirim pada waktunya."),
        "expired": _("Pesan tidak sempat terkirim pada waktunya."),
        "window_closed": _(
            "Pesan terakhirnya lebih dari 24 jam lalu; WhatsApp hanya meloloskan templat yang disetujui."
        ),
        "template_missing": _("Templat WhatsApp untuk kabar ini belum disetujui Meta."),
        "cannot_open": _("Alamatnya tidak bisa dibuka: disimpan dengan kunci lain."),
        "lease": _("Tidak jelas apakah sampai: program berhenti saat mengirim."),
        "timeout": _("Tidak jelas apakah sampai: saluran tidak menjawab."),
    }
    return known.get(reason) or _("Tidak bisa dikirim (%(error)s).", error=reason)


def own_name(language: str) -> str:
    """A language by its own name."""
    return languages.get(language).own_name


def role_name(role: Role) -> str:
    """What a role is called at the desk."""
    return {
        Role.HELPER: _("Pembantu (kader, guru)"),
        Role.PETUGAS: _("Petugas"),
        Role.SPECIALIST: _("Petugas khusus"),
        Role.COORDINATOR: _("Koordinator"),
        Role.PARTNER: _("Mitra"),
        Role.EDITOR: _("Penyunting"),
        Role.REVIEWER: _("Pemeriksa"),
        Role.VIEWER: _("Pengamat"),
        Role.ADMINISTRATOR: _("Pengelola"),
    }[role]


def area_choice(area: Area) -> str:
    """An area among others of its name: "seluruh Lombok Timur, Nusa Tenggara Barat (52.03)"."""
    return f"{whole(area.code, area.full_name)} ({area.code})"


def whole(code: str, name: str) -> str:
    """The name of an area; of a larger one than a village, that all of it is meant."""
    return name if len(code) == VILLAGE else _("seluruh %(area)s", area=name)


def where(area: str) -> str:
    """Where a role counts: an area by its code, a language by its own name."""
    if not area:
        return _("semua wilayah")
    known = {language.code: language.own_name for language in languages.LANGUAGES}
    return known.get(area) or _("wilayah %(area)s", area=area)
