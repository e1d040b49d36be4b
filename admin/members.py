"""Staff on a page: who works where, when they last signed in, and what an administrator changes about them.

Coordinators see those of their area and change nothing. The rules stand in `centre.staff_desk`.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin.access import me, only
from admin.language import gettext as _
from admin.member_forms import Details, Grant, NewMember
from admin.wording import role_name, where, whole
from centre import area_names, second_factors, staff, staff_desk, staff_sessions
from centre.db import Database
from centre.privacy import CannotOpen
from centre.staff import EmailInvalid, LoginInvalid, LoginTaken, Role, Scope, StaffMember
from centre.staff_desk import MAY_SEE_STAFF, PAGE, BeyondScope, CannotChange, LastAdministrator, OwnAccount, RoleHeld

_chance = random.SystemRandom()
Change = Callable[[Session, StaffMember, datetime], object]


def blueprint(database: Database, clock: Callable[[], datetime]) -> Blueprint:
    """The list, one member, and every deed."""
    pages = Blueprint("members", __name__)

    @pages.get("/staf")
    @only(*MAY_SEE_STAFF)
    def every() -> str:
        typed, after = request.args.get("cari", "").strip()[:100], request.args.get("sesudah", "")[:40]
        with database.reading() as session:
            found = staff_desk.members(session, _scope(), typed, after)
            names = area_names.names_of(session, {each.area for one in found for each in one.roles})
        more = found[PAGE - 1].login if len(found) > PAGE else None
        return render_template("admin/members.html", members=found[:PAGE], words=_words(names), typed=typed, more=more)

    @pages.route("/staf/baru", methods=["GET", "POST"])
    @only(Role.ADMINISTRATOR)
    def add() -> ResponseReturnValue:
        form = NewMember(request.form, role=Role.PETUGAS.value)
        if request.method == "GET":
            return _new_page(form)
        password = staff.one_time_password(_chance)
        if not form.validate():
            return _new_page(form), 422
        with database.reading() as session:
            area = form.code(session)
            names = area_names.names_of(session, {area or ""})
        if area is None or not _added(form, area, password):
            return _new_page(form), 422
        return render_template(
            "admin/member_password.html",
            name=form.name.data,
            login=form.login.data,
            roles=[_words(names)(form.role.data, area)],
            password=password,
        )

    @pages.get("/staf/<member>")
    @only(*MAY_SEE_STAFF)
    def one(member: str) -> str:
        return _page(member)

    @pages.post("/staf/<member>/nama")
    @only(Role.ADMINISTRATOR)
    def rename(member: str) -> ResponseReturnValue:
        form = Details(request.form)
        if not form.validate():
            return _page(member, details=form), 422
        name, email = form.name.data or "", form.email.data or ""
        try:
            return _do(member, lambda s, seen, now: staff_desk.rename(s, me(), seen, name, email, now), _("Disimpan."))
        except EmailInvalid:
            form.email.errors = [_("Alamat surel ini tidak bisa dipakai.")]
            return _page(member, details=form), 422

    @pages.post("/staf/<member>/peran")
    @only(Role.ADMINISTRATOR)
    def give_role(member: str) -> ResponseReturnValue:
        form = Grant(request.form)
        with database.reading() as session:
            staff_desk.member(session, _scope(), member)
            area = form.code(session) if form.validate() else None
            names = area_names.names_of(session, {area or ""})
        if area is None:
            return _page(member, grant=form), 422
        role = Role(form.role.data)
        said = _("Peran ditambahkan: %(role)s.", role=_words(names)(role, area))
        return _do(member, lambda s, seen, now: staff_desk.give_role(s, me(), seen, role, area, now), said)

    @pages.post("/staf/<member>/peran/cabut")
    @only(Role.ADMINISTRATOR)
    def take_role(member: str) -> ResponseReturnValue:
        role, area = request.form.get("role", ""), request.form.get("area", "")
        return _do(
            member, lambda s, seen, now: staff_desk.take_role(s, me(), seen, role, area, now), _("Peran dicabut.")
        )

    @pages.post("/staf/<member>/tutup")
    @only(Role.ADMINISTRATOR)
    def block(member: str) -> ResponseReturnValue:
        return _do(member, lambda s, seen, now: staff_desk.block(s, me(), seen, now), _("Akun ditutup."))

    @pages.post("/staf/<member>/buka")
    @only(Role.ADMINISTRATOR)
    def unblock(member: str) -> ResponseReturnValue:
        return _do(member, lambda s, seen, now: staff_desk.unblock(s, me(), seen, now), _("Akun dibuka lagi."))

    @pages.post("/staf/<member>/kode-kedua")
    @only(Role.ADMINISTRATOR)
    def reset_factor(member: str) -> ResponseReturnValue:
        said = _("Kode kedua dihapus. Saat masuk lagi ia mengatur yang baru.")
        return _do(member, lambda s, seen, now: staff_desk.reset_factor(s, me(), seen, now), said)

    @pages.post("/staf/<member>/sesi")
    @only(Role.ADMINISTRATOR)
    def end_sessions(member: str) -> ResponseReturnValue:
        number = request.form.get("sesi", "")
        return _do(
            member, lambda s, seen, now: staff_desk.end_sessions(s, me(), seen, number, now), _("Sudah dikeluarkan.")
        )

    @pages.post("/staf/<member>/sandi")
    @only(Role.ADMINISTRATOR)
    def reset_password(member: str) -> ResponseReturnValue:
        password = staff.one_time_password(_chance)
        password_hash = staff.hash_password(password)
        try:
            with database.transaction() as session:
                seen = staff_desk.member(session, _scope(), member, to_change=True)
                staff_desk.reset_password(session, me(), seen, password_hash, clock())
                words = _words(area_names.names_of(session, {each.area for each in seen.roles}))
                roles = [words(each.role, each.area) for each in seen.roles]
        except CannotChange as refusal:
            return _page(member, problem=_refusal(refusal)), 409
        return render_template(
            "admin/member_password.html", name=seen.name, login=seen.login, roles=roles, password=password
        )

    def _do(member: str, change: Change, said: str) -> ResponseReturnValue:
        try:
            with database.transaction() as session:
                change(session, staff_desk.member(session, _scope(), member, to_change=True), clock())
        except CannotChange as refusal:
            return _page(member, problem=_refusal(refusal)), 409
        flash(said, "success")
        return redirect(url_for(".one", member=member), 303)

    def _added(form: NewMember, area: str, password: str) -> bool:
        """Is somebody let in? Otherwise the form says why not."""
        try:
            with database.transaction() as session:
                typed = (form.login.data or "", form.name.data or "", Role(form.role.data), area)
                staff_desk.add(session, me(), *typed, password, form.email.data or "", clock())
            return True
        except LoginTaken:
            form.login.errors = [_("Nama masuk ini sudah dipakai. Pilih yang lain.")]
        except LoginInvalid:
            form.login.errors = [_("3 sampai 40 huruf kecil, angka, titik, atau tanda hubung; mulai dengan huruf.")]
        except EmailInvalid:
            form.email.errors = [_("Alamat surel ini tidak bisa dipakai.")]
        except BeyondScope as refusal:
            form.area.errors = [_refusal(refusal)]
        return False

    def _page(member: str, *, details: Details | None = None, grant: Grant | None = None, problem: str = "") -> str:
        with database.reading() as session:
            seen = staff_desk.member(session, _scope(), member)
            may_change = staff_desk.may_change(me(), seen)
            names = area_names.names_of(session, {each.area for each in seen.roles})
            return render_template(
                "admin/member.html",
                member=seen,
                may_change=may_change,
                is_me=seen.id == me().staff_id,
                words=_words(names),
                factor=second_factors.kind_of(session, seen.id),
                sessions=staff_sessions.open_of(session, seen.id, clock()) if may_change else [],
                details=details or Details(name=seen.name, email=_email_of(session, seen) if may_change else ""),
                grant=grant or Grant(),
                areas=area_names.known(session) if may_change else [],
                problem=problem,
            )

    def _new_page(form: NewMember) -> str:
        with database.reading() as session:
            return render_template("admin/member_new.html", form=form, areas=area_names.known(session))

    return pages


def _scope() -> Scope:
    return me().scope(*MAY_SEE_STAFF)


def _email_of(session: Session, seen: StaffMember) -> str:
    try:
        return staff.email_of(session, seen) or ""
    except CannotOpen:
        return ""


def _words(names: dict[str, str]) -> Callable[[str, str], str]:
    """How a role with its place reads: "Petugas, Korleko, Lombok Timur"; "Petugas, seluruh Lombok Timur, …"."""

    def words(role: str, area: str) -> str:
        return f"{role_name(Role(role))}, {whole(area, names[area]) if area in names else where(area)}"

    return words


def _refusal(refusal: CannotChange) -> str:
    known = {
        OwnAccount: _("Akun sendiri tidak bisa diubah di sini. Minta pengelola lain."),
        BeyondScope: _("Ini di luar wilayah Anda."),
        LastAdministrator: _("Ini pengelola terakhir. Jadikan orang lain pengelola dulu."),
        RoleHeld: _("Peran itu sudah dimilikinya di sana."),
    }
    return known[type(refusal)]
