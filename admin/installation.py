"""What this installation is set up as: channels, how long things are kept, versions. To be read; it is changed elsewhere.

`processes` hands in the facts; no secret is among them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from babel.dates import format_timedelta
from flask import Blueprint, render_template

from admin import service_wording, wording
from admin.access import only
from admin.language import chosen
from admin.language import gettext as _
from centre import calendars, case_rules, inbox, interests, outbox, people, retention, sign_ins, staff_sessions
from centre.db import Database
from centre.staff import Role


@dataclass(frozen=True)
class Installation:
    """The facts, none of them secret."""

    version: str
    revision: str
    """Of the database's tables."""
    public_url: str
    is_sqlite: bool
    has_telegram: bool
    has_whatsapp: bool
    has_mail: bool
    trusted_proxies: int
    has_own_field_keys: bool
    has_fonnte: bool = False
    has_waha: bool = False
    has_sms: bool = False
    sms_price: Decimal | None = None
    """Rupiah for one part of a short message."""


def blueprint(installation: Installation | None, database: Database, clock: Callable[[], datetime]) -> Blueprint:
    """One page."""
    pages = Blueprint("installation", __name__)

    @pages.get("/pengaturan")
    @only(Role.ADMINISTRATOR)
    def every() -> str:
        sections = _sections(installation, _sms_spent(installation)) if installation else []
        return render_template("admin/installation.html", sections=sections, kept=_kept())

    def _sms_spent(facts: Installation) -> int:
        """Parts of short messages since the month began, in Jakarta."""
        if not facts.has_sms:
            return 0
        begun = calendars.local(clock(), "Asia/Jakarta").replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        with database.reading() as session:
            return outbox.sms_spent(session, begun)

    return pages


def _sections(facts: Installation, sms_spent: int) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Heading → (name, how it is, where it is changed)."""
    on, off = _("tersambung"), _("belum disambungkan")
    web = facts.public_url or _("belum ada; hanya bisa dibuka dari jaringan sini")
    base = _("SQLite, satu berkas di folder data") if facts.is_sqlite else "PostgreSQL"
    keys = _("diberikan lewat pengaturan") if facts.has_own_field_keys else _("dibuat sendiri, di folder data")
    return [
        (
            _("Saluran"),
            [
                ("Telegram", on if facts.has_telegram else off, "BALAI_TELEGRAM_TOKEN"),
                ("WhatsApp", on if facts.has_whatsapp else off, "BALAI_WHATSAPP_TOKEN, …"),
                (_("Obrolan web"), _("selalu ada"), "BALAI_PUBLIC_URL"),
                (wording.channel("fonnte"), _risky() if facts.has_fonnte else off, "BALAI_FONNTE_TOKEN, …"),
                (wording.channel("waha"), _risky() if facts.has_waha else off, "BALAI_WAHA_URL, …"),
                ("SMS", _sms(facts, sms_spent) if facts.has_sms else off, "BALAI_SMS_NUMBER, …"),
                (_("Surel kepada petugas"), on if facts.has_mail else off, "BALAI_SMTP_URL"),
            ],
        ),
        (
            _("Tempat"),
            [
                (_("Alamat umum"), web, "BALAI_PUBLIC_URL"),
                (_("Basis data"), base, "BALAI_DATABASE_URL"),
                (_("Kunci yang menyegel tulisan orang"), keys, "BALAI_FIELD_KEYS"),
                (_("Perantara di depan (proxy)"), str(facts.trusted_proxies), "BALAI_TRUSTED_PROXIES"),
            ],
        ),
        (
            _("Versi"),
            [
                ("Balai", facts.version, ""),
                (_("Susunan basis data"), facts.revision, "balai db upgrade"),
            ],
        ),
    ]


def _risky() -> str:
    return _(
        "tersambung. Melanggar ketentuan WhatsApp: nomornya bisa diblokir kapan saja, dan semua pesan terbaca pihak lain. "
        "Kasus rahasia tidak dilayani di sana."
    )


def _sms(facts: Installation, spent: int) -> str:
    """What short messages have cost so far this month."""
    said = _("tersambung. SMS bisa terbaca orang lain; kasus rahasia tidak dilayani di sana.")
    if facts.sms_price is None:
        return f"{said} " + _("Bulan ini terkirim %(parts)s SMS; harganya belum diisi (BALAI_SMS_PRICE).", parts=spent)
    cost = service_wording.rupiah(round(facts.sms_price * spent))
    return f"{said} " + _("Bulan ini terkirim %(parts)s SMS, kira-kira %(cost)s.", parts=spent, cost=cost)


def _kept() -> list[tuple[str, str]]:
    """How long what is kept."""
    return [
        (_("Bentuk asli pesan masuk"), _time(inbox.PAYLOAD_KEPT)),
        (_("Kata-kata kita"), _time(outbox.WORDS_KEPT)),
        (_("Percakapan yang tidak dilanjutkan"), _time(retention.IDLE)),
        (_("Nama, sesudah janji terakhir"), _time(people.KEPT)),
        (_("Keinginan akan jadwal baru"), _time(interests.KEPT)),
        (_("Kasus, sesudah ditutup"), _time(case_rules.KEPT)),
        (_("Di mana petugas masuk"), _time(staff_sessions.SESSIONS_KEPT)),
        (_("Hitungan percobaan masuk"), _time(sign_ins.COUNTS_KEPT)),
        (_("Catatan perbuatan"), _("selamanya")),
    ]


def _time(span: timedelta) -> str:
    return format_timedelta(span, granularity="day", threshold=3, locale=chosen())
