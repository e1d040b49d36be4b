"""What an announcement takes before it goes: how many people by channel, how much money and how long, in words.

Only WhatsApp's approved templates cost anything. What one costs `processes` hands in from the settings, with its date and
source; where nobody entered it, the page says that it is not known.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from babel.numbers import format_currency

from admin import wording
from admin.case_figures import span
from admin.language import chosen
from admin.language import gettext as _
from centre import announcement_people
from centre.announcement_people import Beginning, Reach
from centre.announcements import LONGEST_IN_TEMPLATE, Announcement


@dataclass(frozen=True)
class NewsTerms:
    """Under which terms WhatsApp takes a message to somebody who has not written for a day."""

    has_whatsapp: bool = False
    daily: int = announcement_people.DAILY
    """How many people a day may be written to first."""
    category: str = ""
    """As what the template was submitted: MARKETING or UTILITY."""
    price: Decimal | None = None
    """Rupiah for one; None: nobody entered it."""
    priced_on: date | None = None
    price_source: str = ""


def rows(announcement: Announcement, reach: Reach, terms: NewsTerms) -> list[tuple[str, str | int]]:
    """The numbers before it goes, in words."""
    found: list[tuple[str, str | int]] = [
        (wording.channel(name), number) for name, number in sorted(reach.by_channel.items())
    ]
    if reach.by_template:
        found.append((_("Di antaranya lewat templat WhatsApp berbayar"), reach.by_template))
    if reach.cannot:
        found.append((_("Mau kabar, tetapi tidak bisa dikirimi"), _cannot(announcement, reach)))
    return [
        (_("Orang yang akan menerima"), reach.total),
        *found,
        (_("Mulai"), begins(reach.begins)),
        (_("Lamanya"), _takes(reach)),
        (_("Biaya"), cost(reach, terms)),
    ]


def question(reach: Reach, terms: NewsTerms) -> str:
    """What is asked once before it goes: to how many, from when, for how much."""
    return _(
        "Penerima: %(people)s orang. Mulai: %(begins)s. Biaya: %(cost)s. Yang sudah terkirim tidak bisa ditarik. "
        "Kirim pengumuman ini?",
        people=wording.written(reach.total),
        begins=begins(reach.begins),
        cost=cost(reach, terms),
    )


def begins(beginning: Beginning) -> str:
    """When the first people are told: at once, or when they are awake."""
    if not beginning.waits:
        return _("sekarang juga")
    return _(
        "%(moment)s, karena malam hari tidak ada yang dikirimi", moment=wording.moment_in(beginning.at, beginning.zone)
    )


def cost(reach: Reach, terms: NewsTerms) -> str:
    """What all of it costs."""
    if not reach.by_template:
        return _("Gratis: hanya pesan biasa, tanpa templat berbayar")
    if terms.price is None:
        return _(
            "Belum diketahui: %(count)s templat golongan %(category)s, harganya belum dicatat di pengaturan. Tanyakan dulu "
            "kepada pengelola.",
            count=reach.by_template,
            category=terms.category,
        )
    return _(
        "Sekitar %(total)s: %(count)s × %(price)s (templat golongan %(category)s, harga per %(day)s; %(source)s)",
        total=_rupiah(terms.price * reach.by_template),
        count=reach.by_template,
        price=_rupiah(terms.price),
        category=terms.category,
        day=wording.day(terms.priced_on or date.min),
        source=terms.price_source,
    )


def _cannot(announcement: Announcement, reach: Reach) -> str:
    """How many want news and do not get it, and why."""
    if not announcement.with_template:
        why = _("Pesan terakhir mereka di WhatsApp sudah lebih dari 24 jam, dan templat tidak dipakai.")
    elif not announcement.fits_template:
        why = _(
            "Tulisan ini terlalu panjang untuk templat WhatsApp: paling banyak %(most)s huruf.",
            most=LONGEST_IN_TEMPLATE,
        )
    else:
        why = _("Batas harian WhatsApp: selebihnya tidak sempat selagi kabar ini berguna.")
    return f"{reach.cannot}. {why}"


def _takes(reach: Reach) -> str:
    if not reach.total:
        return _("tidak ada penerima")
    return span(max(reach.takes, timedelta(minutes=1)))


def _rupiah(amount: Decimal) -> str:
    """ "Rp 93.750", with cents only where there are some."""
    pattern = "¤ #,##0" if amount == amount.to_integral_value() else "¤ #,##0.00"
    return str(format_currency(amount, "IDR", pattern, locale=chosen(), currency_digits=False))
