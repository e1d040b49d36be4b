"""The family of somebody in the register: who belongs to whom, and whom to reach."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import people_wording
from admin.access import MAY_KEEP_PEOPLE, cases, me, only
from admin.asked import ROW, number_in
from admin.language import gettext as _
from admin.people_forms import Link
from admin.people_list import scope
from centre import audit, census_desk, census_links
from centre.db import Database


def blueprint(database: Database, clock: Callable[[], datetime]) -> Blueprint:
    """One household, tying and untying."""
    pages = Blueprint("people_family", __name__)

    @pages.get(f"/warga/<{ROW}:number>/keluarga")
    @only(*MAY_KEEP_PEOPLE)
    def family(number: int) -> str:
        with database.reading() as session:
            return _page(session, number, Link())

    @pages.post(f"/warga/<{ROW}:number>/keluarga")
    @only(*MAY_KEEP_PEOPLE)
    def tie(number: int) -> ResponseReturnValue:
        form = Link(request.form)
        with database.transaction() as session:
            person, record = census_desk.registered(session, scope(), cases(), number)
            if not form.validate():
                return _page(session, number, form), 422
            chosen = number_in(form.other.data)
            if chosen is None:
                return _choose(session, number, form)
            other, _record = census_desk.registered(session, scope(), cases(), chosen)
            if other.id == person.id:
                form.name.errors = [_("Itu orang yang sama.")]
                return _page(session, number, form), 422
            contact = bool(form.is_contact.data)
            census_links.tie(session, person.id, other.id, form.tie.data, me().staff_id, clock(), is_contact=contact)
            audit.record(session, me().staff_id, "person_tied", clock(), f"{record.about}+{other.id}")
        flash(_("Keluarganya dicatat."), "success")
        return redirect(url_for(".family", number=number), 303)

    @pages.post(f"/warga/<{ROW}:number>/keluarga/<{ROW}:other>/lepas")
    @only(*MAY_KEEP_PEOPLE)
    def untie(number: int, other: int) -> ResponseReturnValue:
        with database.transaction() as session:
            person, record = census_desk.registered(session, scope(), cases(), number)
            relative, _record = census_desk.registered(session, scope(), cases(), other)
            census_links.untie(session, person.id, relative.id)
            audit.record(session, me().staff_id, "person_untied", clock(), f"{record.about}+{relative.id}")
        flash(_("Hubungan keluarga dihapus. Data orangnya tetap ada."), "success")
        return redirect(url_for(".family", number=number), 303)

    return pages


def _choose(session: Session, number: int, form: Link) -> ResponseReturnValue:
    """Who of this village is meant by the name; nobody found is said at the field."""
    person, _record = census_desk.registered(session, scope(), cases(), number)
    like = census_desk.likely(session, cases(), person.village_id or 0, form.name.data or "", None, but=person.id)
    found = [each for each in like if each.record is not None]
    form.other.choices = [(str(each.person.id), people_wording.known(each)) for each in found]
    if not found:
        form.name.errors = [_("Tidak ada nama seperti ini dalam pendataan desa ini. Catat orangnya dulu.")]
        return _page(session, number, form), 422
    return _page(session, number, form)


def _page(session: Session, number: int, form: Link) -> str:
    card = census_desk.card(session, scope(), cases(), number)
    household, ties = census_links.household(session, card.person.id)
    names = {person.id: person.name for person in household}
    return render_template(
        "admin/people_family.html",
        card=card,
        household=household,
        ties=ties,
        names=names,
        form=form,
        wording=people_wording,
    )
