"""What this installation is set up as: channels, addresses, versions. To be read; it is changed elsewhere.

`processes` hands in the facts; no secret is among them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from flask import Blueprint, render_template

from admin import service_wording, wording
from admin.access import only
from admin.language import gettext as _
from centre import calendars, outbox
from centre.db import Database
from centre.retention_rules import DEFAULTS, Keep
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
    backups_to: str = ""
    """Where the worker puts backups by itself; empty where it makes none."""
    keep: Keep = field(default_factory=lambda: DEFAULTS)
    """How long what is kept."""
    contact: str = ""
    """Who answers for data protection here."""


def blueprint(installation: Installation | None, database: Database, clock: Callable[[], datetime]) -> Blueprint:
    """One page."""
    pages = Blueprint("installation", __name__)

    @pages.get("/pengaturan")
    @only(Role.ADMINISTRATOR)
    def every() -> str:
        sections = _sections(installation, _sms_spent(installation)) if installation else []
        return render_template("admin/installation.html", sections=sections)

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
                (_("Cadangan data"), _backups(facts), "BALAI_BACKUPS"),
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


def _backups(facts: Installation) -> str:
    """Whether backups are made without anybody thinking of it."""
    if facts.backups_to:
        return _("dibuat sendiri tiap jam, di %(folder)s", folder=facts.backups_to)
    if facts.is_sqlite:
        return _(
            "belum dibuat sendiri. Bila komputer ini rusak, semuanya hilang: isi folder di komputer atau disk lain."
        )
    return _("tidak dibuat oleh Balai; pastikan PostgreSQL dicadangkan")


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
