"""The register (pendataan) at the desk: finding somebody, and entering somebody with their consent.

What is looked for stands in the address, so that the way back finds the same list; a name that is looked for comes in a form
and stands in none (`centre.census_desk` finds it).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import people_forms, people_wording
from admin.access import MAY_KEEP_PEOPLE, cases, me, only
from admin.asked import DEEPEST, number_in
from admin.language import gettext as _
from admin.people_forms import NEW, NewPerson
from admin.wording import ZONE, choices
from centre import agencies, areas, audit, calendars, census, census_desk, census_requests, village_desk
from centre.areas import Village, VillageName
from centre.census_desk import DUES, UNREGISTERED, Found, Wanted
from centre.db import Database
from centre.people import KINDS, Person
from centre.staff import Scope


@dataclass(frozen=True)
class Namesake:
    """Somebody known by a name like the one that was typed, and what tells them from others."""

    number: int
    said: str
    is_registered: bool


class LikelyKnown(Exception):
    """Somebody with such a name is known: is it them?"""

    def __init__(self, found: Sequence[Found]) -> None:
        super().__init__()
        self.found = [Namesake(each.person.id, _known(each), each.record is not None) for each in found]


def blueprint(database: Database, clock: Callable[[], datetime]) -> Blueprint:
    """The list, and entering somebody."""
    pages = Blueprint("people_list", __name__)

    @pages.get("/warga")
    @only(*MAY_KEEP_PEOPLE)
    def every() -> str:
        return _list(_wanted())

    @pages.post("/warga")
    @only(*MAY_KEEP_PEOPLE)
    def search() -> str:
        """A name is looked for: by a form, so that it stands in no address and no log."""
        return _list(_wanted(request.form.get("nama", "")))

    @pages.get("/warga/baru")
    @only(*MAY_KEEP_PEOPLE)
    def new() -> str:
        with database.reading() as session:
            form = _form(session, agreed_on=_today())
            if known := number_in(request.args.get("orang", "")):
                _begin_with(form, census_desk.person(session, scope(), cases(), known))
            return _page(form)

    @pages.post("/warga/baru")
    @only(*MAY_KEEP_PEOPLE)
    def enter() -> ResponseReturnValue:
        with database.reading() as session:
            form = _form(session)
        if not form.validate():
            return _page(form), 422
        try:
            person_id, name = _enter(form)
        except LikelyKnown as likely:
            return _page(form, likely.found)
        except people_forms.RULES as error:
            form.blame(error)
            return _page(form), 422
        flash(_("%(name)s sudah didata.", name=name), "success")
        return redirect(url_for("admin.people_cards.card", number=person_id), 303)

    def _list(wanted: Wanted) -> str:
        now = clock()
        with database.reading() as session:
            villages = village_desk.villages(session, scope())
            found = census_desk.every(session, scope(), cases(), villages, wanted, now)
            waiting = census_requests.counts(session, scope(), now)
            return render_template(
                "admin/people_list.html",
                found=found,
                villages=villages,
                wanted=wanted,
                waiting=waiting,
                today=_today(),
                now=now,
                wording=people_wording,
                **_choices(villages),
            )

    def _enter(form: NewPerson) -> tuple[int, str]:
        now = clock()
        with database.transaction() as session:
            village = village_desk.village(session, scope(), form.village_id.data)
            known = number_in(form.person.data)
            if known is None:
                like = census_desk.likely(session, cases(), village.id, form.name.data or "", form.entry().birth_year)
                if like:
                    raise LikelyKnown(like)
            person = census_desk.person(session, scope(), cases(), known, to_change=True).person if known else None
            record = census.enter(
                session,
                form.entry(agency_of(session, form.agency.data or "")),
                form.given(),
                me().staff_id,
                now,
                today_in(village, now),
                source="paper" if form.how.data == "paper" else "desk",
                village_id=village.id,
                person=person,
            )
            audit.record(session, me().staff_id, "person_entered", now, record.about)
            return record.person_id, people_name(session, record.person_id)

    def _form(session: Session, **known: object) -> NewPerson:
        return NewPerson(request.form, villages=village_desk.villages(session, scope()), data=known)

    def _today() -> date:
        return calendars.local(clock(), ZONE).date()

    return pages


def _choices(villages: Sequence[VillageName]) -> dict[str, list[tuple[object, str]]]:
    """What the list can be narrowed to."""
    every = ("", _("Semua"))
    return {
        "statuses": [every, *((each, people_wording.status(each)) for each in (*KINDS, UNREGISTERED))],
        "dates": [every, *((each, people_wording.due_filter(each)) for each in DUES)],
        "countries": [every, *people_wording.countries()],
        "places": [every, *choices(villages)],
    }


def scope() -> Scope:
    """The villages whose register they keep."""
    return me().scope(*MAY_KEEP_PEOPLE)


def today_in(village: Village | None, now: datetime) -> date:
    """The day it is in the village."""
    return calendars.local(now, areas.zone_of(village)).date()


def agency_of(session: Session, typed: str) -> int | None:
    """The recruiter of the licence list that has this very name."""
    exact = agencies.look_up(session, typed).exact if typed.strip() else ()
    return exact[0].id if exact else None


def people_name(session: Session, person_id: int) -> str:
    """The name of somebody who was just entered."""
    return session.get_one(Person, person_id).name


def _begin_with(form: NewPerson, found: Found) -> None:
    """Somebody known from a booking: what is known already need not be typed again."""
    if found.record is not None:
        abort(404)
    form.name.data, form.kind.data = found.person.name, found.person.kind or ""
    form.birth_year.data, form.phone.data = found.person.birth_year, found.person.phone or ""
    form.village_id.data = found.person.village_id
    form.person.data = str(found.person.id)


def _page(form: NewPerson, likely: Sequence[Namesake] = ()) -> str:
    chosen = form.person.data
    if likely:
        form.person.choices = [(str(each.number), each.said) for each in likely if not each.is_registered]
        form.person.choices.append((NEW, _("Bukan, ini orang lain")))
    return render_template("admin/people_new.html", form=form, likely=likely, chosen=chosen, wording=people_wording)


def _known(found: Found) -> str:
    year = _("lahir %(year)s", year=found.person.birth_year) if found.person.birth_year else ""
    phone = _("telepon …%(digits)s", digits=found.person.phone[-3:]) if found.person.phone else ""
    return ", ".join(part for part in (found.person.name, year, phone) if part)


def _wanted(name: str = "") -> Wanted:
    asked = request.args if request.method == "GET" else request.form
    kind, due = asked.get("status", ""), asked.get("tanggal", "")
    country = asked.get("negara", "")
    return Wanted(
        name=name.strip()[:60],
        village_id=number_in(asked.get("desa", "")),
        kind=kind if kind in (*KINDS, UNREGISTERED) else "",
        destination=country if len(country) == 2 and country.isascii() and country.isalpha() else "",
        due=due if due in DUES else "",
        offset=number_in(asked.get("sesudah", ""), DEEPEST) or 0,
    )
