"""Villages and their centres: a coordinator sees forty at a glance, and what families cannot be told yet is mended here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import Form, TextAreaField
from wtforms.validators import Length

from admin.access import MAY_SERVE, cases, me, only
from admin.asked import ROW
from admin.forms import clean
from admin.language import gettext
from admin.language import later as _
from admin.wording import role_name
from centre import area_desk, contact_points, village_desk
from centre.db import Database
from centre.staff import Role, Scope
from centre.staff_desk import MAY_SEE_STAFF
from centre.village_rows import TEXT_LIMIT

_SHORT = Length(max=TEXT_LIMIT, message=_("Terlalu panjang."))


class CentreDetails(Form):
    """What families are told of a centre."""

    address = TextAreaField(_("Alamat pusat layanan"), [_SHORT], filters=[clean])
    hours = TextAreaField(_("Jam buka dengan kata-kata"), [_SHORT], filters=[clean])
    contacts = TextAreaField(_("Yang bisa dihubungi"), [_SHORT], filters=[clean])


def blueprint(database: Database, clock: Callable[[], datetime], home: str) -> Blueprint:
    """The regencies, the villages of one, and one village. `home`: our public address."""
    pages = Blueprint("villages", __name__)

    @pages.get("/desa")
    @only(*MAY_SERVE)
    def every() -> str:
        asked = request.args.get("kabupaten", "")[:5]
        with database.reading() as session:
            lines = area_desk.villages(session, _scope(), cases())
            found = area_desk.regencies(session, _scope(), lines)
        chosen = next((each for each in found if each.code == asked or len(found) == 1), None)
        return render_template(
            "admin/villages.html",
            regencies=found,
            chosen=chosen,
            lines=[line for line in lines if chosen and line.village.regency_code == chosen.code],
            gap=gap_name,
            alone=len(found) == 1,
        )

    @pages.get(f"/desa/<{ROW}:number>")
    @only(*MAY_SERVE)
    def village(number: int) -> str:
        with database.reading() as session:
            return _page(session, number, None)

    @pages.post(f"/desa/<{ROW}:number>")
    @only(*MAY_SERVE)
    def change(number: int) -> ResponseReturnValue:
        form = CentreDetails(request.form)
        if not form.validate():
            with database.reading() as session:
                return _page(session, number, form), 422
        with database.transaction() as session:
            seen = village_desk.village(session, _scope(), number)
            area_desk.change(session, seen, form.data, me().staff_id, clock())
        flash(gettext("Disimpan. Keluarga yang bertanya sekarang mendapat keterangan ini."), "success")
        return redirect(url_for(".village", number=number), 303)

    def _page(session: Session, number: int, form: CentreDetails | None) -> str:
        seen = village_desk.village(session, _scope(), number)
        links = contact_points.village_links(session, seen.link_code, home or request.host_url.rstrip("/")).items()
        people = area_desk.staff_at(session, seen)
        return render_template(
            "admin/village.html",
            village=seen,
            form=form or CentreDetails(address=seen.address, hours=seen.hours, contacts=seen.contacts),
            links=links,
            people=[
                (each, [role_name(Role(role.role)) for role in each.roles if role.area == seen.code]) for each in people
            ],
            may_see_staff=me().has_role(*MAY_SEE_STAFF),
        )

    return pages


def gap_name(gap: str) -> str:
    """What is not filled in yet."""
    return {
        "address": gettext("alamat belum diisi"),
        "hours": gettext("jam buka belum diisi"),
        "contacts": gettext("kontak belum diisi"),
        "staff": gettext("belum ada petugas"),
    }[gap]


def _scope() -> Scope:
    return me().scope(*MAY_SERVE)
