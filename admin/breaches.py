"""A breach of personal data at the desk: entered, its clock, whom it may concern as codes, and the notice to print (art. 46).

Names and numbers do not stand on these pages: the list with the ways to reach people leaves sealed, and is opened on the server
(`balai breach --open`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, time, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import Form, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from admin import breach_wording
from admin.access import administers_all, me, only
from admin.asked import ROW
from admin.breach_wording import NOTICES
from admin.forms import PICK_ONE, Day, clean
from admin.language import gettext
from admin.language import later as _
from admin.sheets import downloaded
from admin.wording import own_zone
from centre import audit, breaches, calendars, staff, staff_desk
from centre.breaches import Breach, Concerned
from centre.db import Database
from centre.desk import NotHere
from centre.staff import Role

SHOWN = 500
"""Codes on the page; the sealed list has all of them."""
_CLOCK = Length(max=5)


class Found(Form):
    """What is known of a breach when it is found. Times are those of whoever enters it."""

    since = Day(_("Sejak tanggal"), [InputRequired(_("Isi sejak kapan."))])
    since_at = StringField(_("Jam mulai (boleh kosong: 00.00)"), [_CLOCK], filters=[clean])
    until = Day(_("Sampai tanggal"), [InputRequired(_("Isi sampai kapan."))])
    until_at = StringField(_("Jam akhir (boleh kosong: akhir hari)"), [_CLOCK], filters=[clean])
    account = SelectField(_("Lewat akun siapa"), **PICK_ONE)
    what = TextAreaField(
        _("Data apa yang terbuka"),
        [InputRequired(_("Isi data apa.")), Length(max=breaches.LONGEST)],
        filters=[clean],
    )
    how = TextAreaField(
        _("Kapan dan bagaimana terjadi"),
        [InputRequired(_("Isi bagaimana terjadi.")), Length(max=breaches.LONGEST)],
        filters=[clean],
    )
    doing = TextAreaField(
        _("Apa yang sudah dan akan dilakukan"),
        [InputRequired(_("Isi apa yang dilakukan.")), Length(max=breaches.LONGEST)],
        filters=[clean],
    )

    def validate_since_at(self, field: StringField) -> None:
        """An hour of the day, or nothing."""
        _time(field.data)

    def validate_until_at(self, field: StringField) -> None:
        """The same."""
        _time(field.data)

    def span(self) -> tuple[datetime, datetime]:
        """From when until when, in universal time; the day's end where no hour is said."""
        assert self.since.data is not None
        assert self.until.data is not None
        begin = calendars.moment(self.since.data, _time(self.since_at.data) or time(0), own_zone())
        end_at = _time(self.until_at.data)
        if end_at:
            return begin, calendars.moment(self.until.data, end_at, own_zone())
        return begin, calendars.moment(self.until.data + timedelta(days=1), time(0), own_zone())


def blueprint(database: Database, clock: Callable[[], datetime], contact: str = "") -> Blueprint:
    """The list with its form, one breach, its sealed list and its notice. `contact`: who answers for data protection here."""
    pages = Blueprint("breaches", __name__)

    @pages.before_request
    def of_all() -> None:
        """It is looked for everywhere: who administers one regency is not shown the people of others."""
        if not administers_all(me()):
            raise NotHere

    @pages.get("/pengaturan/kebocoran")
    @only(Role.ADMINISTRATOR)
    def every() -> str:
        with database.reading() as session:
            return _list(session, _form(session))

    @pages.post("/pengaturan/kebocoran")
    @only(Role.ADMINISTRATOR)
    def enter() -> ResponseReturnValue:
        with database.transaction() as session:
            form = _form(session)
            if not form.validate():
                return _list(session, form), 422
            try:
                found = _enter(session, form, clock())
            except breaches.SpanWrong:
                form.until.errors = [*form.until.errors, gettext("Waktunya terbalik, atau belum tiba.")]
                return _list(session, form), 422
            number = found.id
        flash(gettext("Dicatat. Yang terkena dan lembaga berwenang diberi tahu tertulis dalam 3×24 jam."), "success")
        return redirect(url_for(".one", number=number), 303)

    @pages.get(f"/pengaturan/kebocoran/<{ROW}:number>")
    @only(Role.ADMINISTRATOR)
    def one(number: int) -> str:
        with database.transaction() as session:
            breach = _of(session, number)
            found = _concerned(session, breach)
            audit.record(session, me().staff_id, "breach_listed", clock(), breach.about)
            names = staff.names(session, {each for each in (breach.account_id, breach.noted_by) if each})
            told = breaches.told_of(session, breach)
        return render_template(
            "admin/breach.html",
            breach=breach,
            told=told,
            found=found[:SHOWN],
            number=len(found),
            kinds=_kinds(found),
            names=names,
            now=clock(),
            wording=breach_wording,
        )

    @pages.get(f"/pengaturan/kebocoran/<{ROW}:number>/daftar")
    @only(Role.ADMINISTRATOR)
    def sealed(number: int) -> ResponseReturnValue:
        with database.transaction() as session:
            breach = _of(session, number)
            data = breaches.sealed_table(session, _concerned(session, breach))
            audit.record(session, me().staff_id, "breach_exported", clock(), breach.about)
        return downloaded(data, "application/octet-stream", f"kebocoran-{number}.segel")

    @pages.get(f"/pengaturan/kebocoran/<{ROW}:number>/surat")
    @only(Role.ADMINISTRATOR)
    def notice(number: int) -> str:
        language = request.args.get("bahasa", "")
        language = language if language in NOTICES else "id"
        with database.reading() as session:
            breach = _of(session, number)
            told = breaches.told_of(session, breach)
        return render_template(
            "admin/breach_notice.html",
            breach=breach,
            told=told,
            words=NOTICES[language],
            language=language,
            languages=tuple(NOTICES),
            contact=contact,
        )

    @pages.post(f"/pengaturan/kebocoran/<{ROW}:number>/selesai")
    @only(Role.ADMINISTRATOR)
    def told(number: int) -> ResponseReturnValue:
        with database.transaction() as session:
            breach = _of(session, number)
            breaches.told(session, breach, clock())
            audit.record(session, me().staff_id, "breach_told", clock(), breach.about)
        flash(gettext("Dicatat: semua sudah diberi tahu."), "success")
        return redirect(url_for(".one", number=number), 303)

    def _list(session: Session, form: Found) -> str:
        return render_template(
            "admin/breaches.html", rows=breaches.every(session), form=form, now=clock(), wording=breach_wording
        )

    return pages


def _form(session: Session) -> Found:
    form = Found(request.form if request.method == "POST" else None)
    members = staff_desk.members(session, me().scope(Role.ADMINISTRATOR), "")
    form.account.choices = [("", gettext("semua data, bukan satu akun")), *((each.id, each.name) for each in members)]
    return form


def _enter(session: Session, form: Found, now: datetime) -> Breach:
    told = {name: form[name].data or "" for name in breaches.FIELDS}
    since, until = form.span()
    account = form.account.data or None
    found = breaches.note(session, since, until, told, me().staff_id, now, account_id=account)
    audit.record(session, me().staff_id, "breach_entered", now, found.about)
    return found


def _of(session: Session, number: int) -> Breach:
    breach = session.get(Breach, number)
    if breach is None:
        raise NotHere(f"breach {number}")
    return breach


def _concerned(session: Session, breach: Breach) -> list[Concerned]:
    return breaches.concerned(session, breach.since, breach.until, breach.account_id)


def _kinds(found: list[Concerned]) -> list[tuple[str, int]]:
    return [
        (breach_wording.kind_name(kind), number)
        for kind, number in sorted(Counter(each.kind for each in found).items())
    ]


def _time(typed: str | None) -> time | None:
    """ "07.30" or "07:30"; None for nothing."""
    if not typed:
        return None
    try:
        return time.fromisoformat(typed.replace(".", ":").zfill(5))
    except ValueError as error:
        raise ValidationError(gettext("Tulis jam seperti 07.30.")) from error
