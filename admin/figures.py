"""Angka: what came of the slots, over months, by type, village and regency; counted, never named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from babel.dates import format_date
from flask import Blueprint, render_template, request
from markupsafe import Markup
from sqlalchemy.orm import Session

from admin.access import MAY_SEE_FIGURES, me, only
from admin.charts import share_chart
from admin.language import chosen
from admin.language import gettext as _
from admin.remembered import Remembered
from admin.wording import choices, moment, today
from centre import areas, figures, type_desk, village_desk
from centre.areas import VillageName
from centre.db import Database
from centre.figures import Figures, Wanted
from centre.staff import Scope

SPAN, LONGEST = 12, 36
"""Months shown unless asked otherwise, and months one can go back."""
YEARS = 3
"""How many years can be looked at where figures are shown by year, this one included."""


MOST = 100
"""Villages on one page; who sees more chooses a regency."""


@dataclass(frozen=True)
class Counted:
    """All that the tables add up, and when it was counted."""

    found: Sequence[figures.Counted]
    at: datetime


@dataclass(frozen=True)
class Choices:
    """What the figures can be narrowed to."""

    months: Sequence[str]
    types: Sequence[tuple[str, str]]
    regencies: Sequence[tuple[str, str]]
    villages: Sequence[tuple[str, str]]


def blueprint(database: Database, clock: Callable[[], datetime]) -> Blueprint:
    """One page with every figure."""
    pages = Blueprint("figures", __name__)
    known: Remembered[Counted] = Remembered()

    @pages.get("/layanan/angka")
    @only(*MAY_SEE_FIGURES)
    def every() -> str:
        now, scope = clock(), me().scope(*MAY_SEE_FIGURES)
        with database.reading() as session:
            choices = _choices(session, scope, today(now))
            wanted = _wanted(choices)
            counted = known.get(_key(choices, scope, wanted, now), lambda: _counted(session, scope, wanted, now))
        months = figures.by_month(counted.found, wanted)
        return render_template(
            "admin/figures.html",
            choices=choices,
            wanted=wanted,
            total=figures.total(counted.found),
            groups=_groups(counted.found, months),
            chart=_chart(months),
            month=month_name,
            percent=percent,
            counted_at=moment(counted.at),
        )

    return pages


def month_name(month: str) -> str:
    """ "Des 2026"."""
    return format_date(date.fromisoformat(f"{month}-01"), "MMM y", chosen())


def full_month_name(month: str) -> str:
    """ "Desember 2026", in a sentence and above a report."""
    return format_date(date.fromisoformat(f"{month}-01"), "MMMM y", chosen())


def years(now: datetime) -> list[int]:
    """The years that can be looked at, this one first."""
    this = today(now).year
    return list(range(this, this - YEARS, -1))


def year_asked(now: datetime) -> int:
    """The year asked for; anything that is not among the choices is as if it had not been."""
    asked = {str(year): year for year in years(now)}
    return asked.get(request.args.get("tahun", ""), years(now)[0])


def percent(share: float | None) -> str:
    """ "8%", or a dash where nothing is known."""
    return "–" if share is None else f"{share:.0%}"


def _counted(session: Session, scope: Scope, wanted: Wanted, now: datetime) -> Counted:
    return Counted(figures.every(session, scope, wanted, now), now)


def _key(choices: Choices, scope: Scope, wanted: Wanted, now: datetime) -> tuple[object, ...]:
    """Within one regency always as it is now; over several, where it takes long, at most ten minutes old."""
    is_large = len(choices.regencies) > 1 and not (wanted.area or wanted.village_id)
    return scope, wanted, int(now.timestamp()) // 600 if is_large else now


def _groups(found: Sequence[figures.Counted], months: list[Figures]) -> list[tuple[str, str, list[Figures]]]:
    """Every table: its anchor, its title, its lines; of very many villages none before a regency is chosen."""
    villages = figures.by_village(found)
    return [
        ("bulan", _("Per bulan"), [line for line in months if line.slots]),
        ("jenis", _("Per jenis layanan"), figures.by_type(found)),
        ("kabupaten", _("Per kabupaten"), figures.by_regency(found)),
        ("desa", _("Per desa"), villages if len(villages) <= MOST else []),
    ]


def _chart(months: list[Figures]) -> Markup | None:
    """The share over the months; nothing where there is none to show."""
    shares = [line.no_show for line in months]
    if all(share is None for share in shares):
        return None
    return share_chart([month_name(line.key) for line in months], shares, _("Bagian yang tidak datang per bulan"))


def _choices(session: Session, scope: Scope, day: date) -> Choices:
    found = village_desk.villages(session, scope)
    types = type_desk.types(session, scope)
    named = [(str(each.id), each.text_in([type_desk.SOURCE]).name) for each in types]
    regencies = sorted(areas.regencies(found), key=lambda each: each[1])
    area = _asked("kabupaten", dict(regencies))
    inside = areas.in_regency(found, area) if area else found
    villages = _named(inside) if len(inside) <= MOST else []
    return Choices(figures.months_until(f"{day:%Y-%m}", LONGEST), named, regencies, villages)


def _named(found: Sequence[VillageName]) -> list[tuple[str, str]]:
    return [(str(number), name) for number, name in choices(found)]


def _wanted(choices: Choices) -> Wanted:
    """What was asked for; anything that is not among the choices is as if it had not been."""
    since = _asked("dari", choices.months) or choices.months[-SPAN]
    until = _asked("sampai", choices.months) or choices.months[-1]
    kind, village = (
        _asked(name, dict(known)) for name, known in (("jenis", choices.types), ("desa", choices.villages))
    )
    area = _asked("kabupaten", dict(choices.regencies))
    since, until = min(since, until), max(since, until)
    return Wanted(since, until, int(kind) if kind else None, area, int(village) if village else None)


def _asked(name: str, known: Sequence[str] | dict[str, str]) -> str:
    asked = request.args.get(name, "")
    return asked if asked in known else ""
