"""Many people at once: a file brought in with a decision for each likely namesake, a file taken out under a password, and the
paper form for whoever is visited at home.

Nothing is half imported: every row is read and judged first, and all are entered in one transaction. Passwords are not kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from wtforms import Form, PasswordField, SelectField
from wtforms.validators import EqualTo, InputRequired, ValidationError

from admin import people_forms, people_sheets, people_wording, qr_codes, sheets, uploads
from admin.access import MAY_KEEP_PEOPLE, cases, me, only
from admin.asked import ROW, number_in
from admin.forms import PICK_ONE, PlaceField, why_weak
from admin.language import gettext as _
from admin.language import later
from admin.people_forms import NewPerson
from admin.people_list import agency_of, scope, today_in
from admin.people_sheets import NotReadable, Wrong
from admin.wording import choices, moment
from centre import audit, census, census_desk, census_imports, contact_points, staff, village_desk
from centre.areas import Village, VillageName
from centre.census_imports import Row
from centre.census_records import FACTS
from centre.db import Database
from centre.people import KINDS

SKIP, NEW = "lewati", "baru"
MOST_SHOWN = 100
"""Mistakes shown at once."""
MOST_EXPORTED = 5000


@dataclass(frozen=True)
class Asked:
    """A row whose name is like somebody's: what can be done with it."""

    row: Row
    choices: list[tuple[str, str]]


class Upload(Form):
    """Which village a file is about."""

    village_id = PlaceField(later("Desa"), coerce=int, **PICK_ONE)

    def __init__(self, *args: Any, villages: Sequence[VillageName], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.village_id.choices = choices(villages)


class Export(Upload):
    """Who goes into a file, and what locks it."""

    kind = SelectField(later("Status"), default="", **PICK_ONE)
    password = PasswordField(later("Kata sandi berkas"), [InputRequired(later("Isi kata sandi untuk berkasnya."))])
    again = PasswordField(
        later("Kata sandi berkas, sekali lagi"), [EqualTo("password", later("Tidak sama dengan yang di atas."))]
    )

    def __init__(self, *args: Any, villages: Sequence[VillageName], **kwargs: Any) -> None:
        super().__init__(*args, villages=villages, **kwargs)
        self.kind.choices = [("", _("Semua")), *((each, people_wording.status(each)) for each in KINDS)]

    def validate_password(self, field: PasswordField) -> None:
        """As strong as one's own."""
        try:
            staff.check_password(field.data or "", me().login)
        except staff.WeakPassword as weak:
            raise ValidationError(why_weak(weak)) from weak


def blueprint(database: Database, clock: Callable[[], datetime], home: str) -> Blueprint:
    """Template, import, export, paper form. `home`: our public address; without it, where this request reached us."""
    pages = Blueprint("people_files", __name__)

    uploads.let_in(pages, "bring", people_sheets.MOST_BYTES)

    @pages.get("/warga/berkas")
    @only(*MAY_KEEP_PEOPLE)
    def every() -> str:
        return _page()

    @pages.get("/warga/berkas/templat")
    @only(*MAY_KEEP_PEOPLE)
    def template() -> Response:
        return sheets.attached(people_sheets.template(), _("templat-pendataan"))

    @pages.post("/warga/berkas")
    @only(*MAY_KEEP_PEOPLE)
    def bring() -> ResponseReturnValue:
        """Read a file, judge every row, and keep it for the decisions."""
        now = clock()
        with database.reading() as session:
            form = Upload(request.form, villages=village_desk.villages(session, scope()))
        sent = request.files.get("berkas")
        if not form.validate():
            return _page(upload=form), 422
        try:
            found = people_sheets.read(sent.read() if sent else b"")
        except NotReadable as error:
            return _page(upload=form, problem=str(error)), 422
        with database.reading() as session:
            village = village_desk.village(session, scope(), form.village_id.data)
            wrong = [*found.wrong, *(each for row in found.rows for each in _judged(session, row, village, found, now))]
        if wrong:
            return _page(upload=form, wrong=wrong), 422
        with database.transaction() as session:
            kept = census_imports.keep(session, me().staff_id, village.id, found.rows, now)
        return redirect(url_for(".decide", number=kept.id), 303)

    @pages.get(f"/warga/berkas/<{ROW}:number>")
    @only(*MAY_KEEP_PEOPLE)
    def decide(number: int) -> str:
        with database.reading() as session:
            kept = census_imports.one(session, me().staff_id, number, clock())
            village = village_desk.village(session, scope(), kept.village_id)
            rows = census_imports.rows_of(session, kept)
            asked = _asked(session, village, rows)
        return render_template(
            "admin/people_import.html", number=number, rows=rows, asked=asked, village=village, skip=SKIP
        )

    @pages.post(f"/warga/berkas/<{ROW}:number>")
    @only(*MAY_KEEP_PEOPLE)
    def enter(number: int) -> ResponseReturnValue:
        now = clock()
        try:
            with database.transaction() as session:
                kept = census_imports.one(session, me().staff_id, number, now, to_change=True)
                village = village_desk.village(session, scope(), kept.village_id)
                rows = census_imports.rows_of(session, kept)
                asked = {each.row.number: each for each in _asked(session, village, rows)}
                done = sum(_enter(session, row, village, asked.get(row.number), now) for row in rows)
                session.delete(kept)
                audit.record(session, me().staff_id, "people_imported", now, f"village:{village.id}", f"{done}")
        except people_forms.RULES as error:
            flash(_("Tidak ada yang disimpan: %(why)s", why=people_forms.reason(error)), "danger")
            return redirect(url_for(".decide", number=number), 303)
        flash(_("%(done)s orang disimpan dari berkas.", done=done), "success")
        return redirect(url_for("admin.people_list.every"), 303)

    @pages.post("/warga/unduh")
    @only(*MAY_KEEP_PEOPLE)
    def export() -> ResponseReturnValue:
        now = clock()
        with database.transaction() as session:
            villages = village_desk.villages(session, scope())
            form = Export(request.form, villages=villages)
            if not form.validate():
                return _page(export=form), 422
            village = village_desk.village(session, scope(), form.village_id.data)
            found = census_desk.registered_in(session, scope(), village.id, form.kind.data or "", MOST_EXPORTED)
            lines = [
                _(
                    "Pendataan %(village)s, diunduh %(who)s pada %(at)s",
                    village=village.name,
                    who=me().name,
                    at=moment(now),
                ),
                _("Berisi data pribadi: jangan diteruskan, hapus setelah dipakai."),
            ]
            workbook = people_sheets.written(lines, found)
            audit.record(session, me().staff_id, "people_exported", now, f"village:{village.id}", f"{len(found)}")
        locked = people_sheets.sealed(workbook, form.password.data or "")  # slow on purpose: not while others wait
        return sheets.attached(locked, f"pendataan-{village.code}")

    @pages.get(f"/warga/formulir/<{ROW}:number>")
    @only(*MAY_KEEP_PEOPLE)
    def paper(number: int) -> str:
        """An A4 form to fill in by hand, with the way to the village's chat."""
        web = home or request.host_url.rstrip("/")
        with database.reading() as session:
            village = village_desk.village(session, scope(), number)
            links = contact_points.village_links(session, village.link_code, web)
        address = next(iter(links.values()))
        return render_template(
            "admin/people_paper.html",
            village=village,
            address=address,
            picture=qr_codes.picture(address),
            wording=people_wording,
        )

    def _page(
        upload: Upload | None = None, export: Export | None = None, problem: str = "", wrong: Sequence[Wrong] = ()
    ) -> str:
        with database.reading() as session:
            villages = village_desk.villages(session, scope())
        return render_template(
            "admin/people_files.html",
            upload=upload or Upload(villages=villages),
            export=export or Export(villages=villages),
            problem=problem,
            wrong=wrong[:MOST_SHOWN],
            more=max(0, len(wrong) - MOST_SHOWN),
            villages=villages,
        )

    return pages


def _form(session: Session, row: Row, village: Village) -> NewPerson:
    """A row as if it had been typed: the form's own rules judge it."""
    typed = {**row.fields, "village_id": str(village.id), "agreed": "y"}
    typed["how"] = typed.get("how") or "paper"
    typed = {name: words for name, words in typed.items() if words or name not in ("by_guardian", "may_remind")}
    return NewPerson(MultiDict(typed), villages=[village])


def _judged(session: Session, row: Row, village: Village, found: people_sheets.Read, now: datetime) -> list[Wrong]:
    """What is wrong with a row, cell by cell."""
    form = _form(session, row, village)
    if form.validate():
        try:
            census.verify(form.entry(), form.given(), today_in(village, now))
        except people_forms.RULES as error:
            form.blame(error)
    return [
        Wrong(
            f"{found.columns.get(field.name, '')}{row.number}",
            f"{field.label.text}: {' '.join(map(str, field.errors))}",
        )
        for field in form
        if field.errors
    ]


def _asked(session: Session, village: Village, rows: Sequence[Row]) -> list[Asked]:
    """The rows whose name is like somebody's of the village, or of a row above."""
    likely = census_desk.namesakes(session, cases(), village.id, [_named(row) for row in rows])
    seen: dict[tuple[str, int | None], int] = {}
    asked = []
    for row, found in zip(rows, likely, strict=True):
        above = seen.setdefault((_named(row)[0].casefold(), _named(row)[1]), row.number)
        if not found and above == row.number:
            continue
        choices = [(SKIP, _("Lewati baris ini")), (NEW, _("Orang lain: catat sebagai orang baru"))]
        choices += [(str(each.person.id), _same(each)) for each in found]
        asked.append(Asked(row, choices))
    return asked


def _named(row: Row) -> tuple[str, int | None]:
    born = row.fields.get("birth_date", "")[:4] or row.fields.get("birth_year", "")
    return row.fields.get("name", ""), number_in(born, 4)


def _same(found: census_desk.Found) -> str:
    told = people_wording.known(found)
    return _("Orang yang sama: %(who)s (isian yang kosong tidak mengubah apa pun)", who=told)


def _enter(session: Session, row: Row, village: Village, asked: Asked | None, now: datetime) -> int:
    """Enter a row as it was decided; gives 1 where somebody was entered or put right."""
    decided = request.form.get(f"baris-{row.number}", SKIP) if asked else NEW
    if decided == SKIP or (asked and decided not in dict(asked.choices)):
        return 0
    form = _form(session, row, village)
    form.validate()
    entry, today = form.entry(agency_of(session, form.agency.data or "")), today_in(village, now)
    known = number_in(decided)
    found = census_desk.person(session, scope(), cases(), known, to_change=True) if known else None
    if found and found.record:
        before = census.entry_of(found.person, found.record)
        census.correct(session, found.person, _filled(entry, before), me().staff_id, now, today)
        return 1
    by, person = me().staff_id, found.person if found else None
    census.enter(session, entry, form.given(), by, now, today, source="file", village_id=village.id, person=person)
    return 1


def _filled(entry: census.Entry, before: census.Entry) -> census.Entry:
    """What a file leaves empty stays as it is known."""
    own = {name: getattr(before, name) for name in vars(entry) if not getattr(entry, name) and name != "since"}
    facts = {name: entry.facts.get(name) or before.facts.get(name, "") for name in FACTS}
    return replace(entry, **{**own, "facts": facts})
