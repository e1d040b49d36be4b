"""Poster: a sheet of A4 for a village's wall, with square pictures that open a chat in which the village is already set.

One sheet for one village, or one for each village of a regency. Words come from the bot's own catalogues (`admin.spoken`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session

from admin import qr_codes
from admin.access import MAY_SERVE, me, only
from admin.asked import ROW
from admin.spoken import Poster, Spoken
from admin.wording import channel
from centre import areas, contact_points, village_desk
from centre.areas import Village
from centre.db import Database
from content import languages

LANGUAGE_OF_PROVINCE = {"32": "su", "33": "jv", "34": "jv", "35": "jv", "52": "sas"}
"""What is offered beside Bahasa in a province until somebody ticks otherwise: the largest of our languages there."""
ORDER = ("whatsapp", "telegram", "web")
"""The channels as they stand on the sheet: first the one that most have."""


@dataclass(frozen=True)
class Door:
    """One way in: the channel's name, its address, the address as a picture."""

    name: str
    address: str
    picture: Markup


@dataclass(frozen=True)
class Sheet:
    """One poster."""

    village: Village
    doors: Sequence[Door]
    words: Sequence[tuple[str, Poster]]
    """Language code and sentences, Bahasa first."""


def blueprint(database: Database, spoken: Spoken | None, home: str) -> Blueprint:
    """The list, one village, one regency. `home`: our public address; without it, where this request reached us."""
    pages = Blueprint("posters", __name__)

    @pages.get("/poster")
    @only(*MAY_SERVE)
    def every() -> ResponseReturnValue:
        with database.reading() as session:
            found = village_desk.villages(session, me().scope(*MAY_SERVE))
        if len(found) == 1:
            return redirect(url_for(".village", number=found[0].id), 303)
        regencies = [(code, name, areas.in_regency(found, code)) for code, name in areas.regencies(found)]
        return render_template("admin/posters.html", regencies=regencies)

    @pages.get(f"/poster/<{ROW}:number>")
    @only(*MAY_SERVE)
    def village(number: int) -> str:
        with database.reading() as session:
            found = village_desk.village(session, me().scope(*MAY_SERVE), number)
            return _printed(session, [found], spoken, home)

    @pages.get("/poster/kabupaten/<code>")
    @only(*MAY_SERVE)
    def regency(code: str) -> str:
        with database.reading() as session:
            found = village_desk.in_regency(session, me().scope(*MAY_SERVE), code)
            if not found:
                abort(404)
            return _printed(session, found, spoken, home)

    return pages


def _printed(session: Session, villages: Sequence[Village], spoken: Spoken | None, home: str) -> str:
    web = home or request.host_url.rstrip("/")
    chosen = _languages(villages[0])
    words = [(code, spoken.poster(session, code)) for code in chosen] if spoken else []
    return render_template(
        "admin/poster.html",
        sheets=[Sheet(each, _doors(session, each, web), words) for each in villages],
        chosen=chosen,
        offered=[(each.code, each.own_name) for each in languages.OFFERED],
        is_local=web.startswith("http://"),
    )


def _languages(village: Village) -> list[str]:
    """Those that were ticked; else Bahasa and the province's own."""
    ticked = [each.code for each in languages.OFFERED if each.code in request.args.getlist("bahasa")]
    usual = [languages.SOURCE, LANGUAGE_OF_PROVINCE.get(village.code[:2], "")]
    return ticked or [code for code in usual if code]


def _doors(session: Session, village: Village, web: str) -> list[Door]:
    found = contact_points.village_links(session, village.link_code, web)
    names = sorted(found, key=ORDER.index)
    return [Door(channel(name), found[name], qr_codes.picture(found[name])) for name in names]
