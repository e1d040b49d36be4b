"""Who is in a slot: the roster to tick at the door, the waiting list, the sheet to sign, the file to take along.

Opening a roster or a booking is entered in the audit, as are the deeds that follow. The queries stand in `centre.rosters`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import schedule_wording as wording
from admin import sheets
from admin.access import MAY_SEE_ROSTERS, me, only
from admin.asked import ROW
from admin.language import gettext as _
from admin.schedule_forms import CallOff
from admin.slots import monday, scope
from admin.wording import moment
from centre import audit, bookings, desk, rosters
from centre.bookings import Booking, State
from centre.db import Database
from centre.messages import readable
from centre.rosters import Detail, Place, Roster

MARKS = {"datang": State.CAME, "berhalangan": State.EXCUSED, "tidak-datang": State.ABSENT, "urungkan": State.BOOKED}
"""What the buttons of the roster set; besides: `terima` takes an offered seat, `mundur` gives a place in line back."""


def blueprint(database: Database, clock: Callable[[], datetime]) -> Blueprint:
    """A slot's roster in all its forms, and one booking."""
    pages = Blueprint("rosters", __name__)

    @pages.get(f"/jadwal/<{ROW}:number>")
    @only(*MAY_SEE_ROSTERS)
    def roster(number: int) -> str:
        found = _roster(number, "roster_read")
        return render_template(
            "admin/roster.html",
            roster=found,
            slot=found.slot,
            week=monday(rosters.day_of(found.slot)),
            door_is_open=clock() >= rosters.door_opens(found.slot),
            is_over=clock() >= found.slot.ends_at,
            words=wording,
        )

    @pages.get(f"/jadwal/<{ROW}:number>/daftar-hadir")
    @only(*MAY_SEE_ROSTERS)
    def sheet(number: int) -> str:
        found = _roster(number, "roster_read")
        return render_template("admin/attendance_sheet.html", roster=found, slot=found.slot, words=wording)

    @pages.get(f"/jadwal/<{ROW}:number>/unduh")
    @only(*MAY_SEE_ROSTERS)
    def download(number: int) -> Response:
        found = _roster(number, "roster_exported")
        return sheets.attached(_file(found), f"daftar-hadir-{rosters.day_of(found.slot)}-{number}")

    @pages.get("/hadir")
    @only(*MAY_SEE_ROSTERS)
    def ask_code() -> ResponseReturnValue:
        typed = request.args.get("kode", "").strip()
        code = bookings.code_in(typed)
        if code:
            return redirect(url_for(".check_in", code=code), 303)
        return _code_page(typed), 422 if typed else 200

    @pages.get("/hadir/<code>")
    @only(*MAY_SEE_ROSTERS)
    def check_in(code: str) -> ResponseReturnValue:
        try:
            found = _detail(lambda session: rosters.by_code(session, scope(), code))
        except desk.NotHere:
            return _code_page(code), 404
        now, slot = clock(), found.slot
        return render_template(
            "admin/check_in.html",
            detail=found,
            slot=slot,
            place=found.place,
            is_time=rosters.door_opens(slot) <= now < slot.ends_at,
            words=wording,
        )

    @pages.get(f"/janji/<{ROW}:number>")
    @only(*MAY_SEE_ROSTERS)
    def booking(number: int) -> str:
        return _booking_page(number, CallOff(request.form))

    @pages.post(f"/janji/<{ROW}:number>/tandai")
    @only(*MAY_SEE_ROSTERS)
    def mark(number: int) -> ResponseReturnValue:
        what = request.form.get("tanda", "")
        with database.transaction() as session:
            found = rosters.booking(session, scope(), number)
            slot_id, name = found.slot_id, found.person.name if found.person else _("(data dihapus)")
            try:
                changed = _mark(session, number, what, bookings.by_staff(me().staff_id), clock())
            except REFUSED as error:
                # Inside, so that what the rule did on its way (an offer that lapsed goes to the next) is kept.
                flash(f"{name}: {wording.refusal(error)}", "warning")
            else:
                audit.record(session, me().staff_id, "booking_marked", clock(), f"booking:{number}", changed.state)
                flash(f"{name}: {wording.state(State(changed.state))}.", "success")
        to_door = "dari" in request.form
        return redirect(url_for(".roster", number=slot_id, _anchor=None if to_door else f"janji-{number}"), 303)

    @pages.post(f"/janji/<{ROW}:number>/batal")
    @only(*MAY_SEE_ROSTERS)
    def call_off(number: int) -> ResponseReturnValue:
        form = CallOff(request.form)
        form.reach.choices = [("one", "")]
        if not form.validate():
            return _booking_page(number, form), 422
        reason, now = form.reason.data or "", clock()
        try:
            with database.transaction() as session:
                found = rosters.booking(session, scope(), number)
                bookings.call_off(session, number, reason, bookings.by_staff(me().staff_id), now)
                audit.record(session, me().staff_id, "booking_called_off", now, f"booking:{number}", reason)
        except bookings.NotOpen as error:
            form.reason.errors = [wording.refusal(error)]
            return _booking_page(number, form), 422
        flash(_("Janji dibatalkan; orangnya diberi tahu."), "success")
        return redirect(url_for(".roster", number=found.slot_id), 303)

    def _roster(number: int, deed: audit.Deed) -> Roster:
        with database.transaction() as session:
            found = rosters.roster(session, scope(), number)
            audit.record(session, me().staff_id, deed, clock(), f"slot:{number}")
        return found

    def _detail(find: Callable[[Session], Booking]) -> Detail:
        with database.transaction() as session:
            found = find(session)
            audit.record(session, me().staff_id, "booking_read", clock(), f"booking:{found.id}")
            return rosters.detail(session, found)

    def _booking_page(number: int, form: CallOff) -> str:
        found = _detail(lambda session: rosters.booking(session, scope(), number))
        return render_template(
            "admin/booking.html", detail=found, place=found.place, slot=found.slot, form=form, words=wording
        )

    return pages


REFUSED = (bookings.NotOpen, bookings.TooSoonToTick, bookings.SlotFull, bookings.OfferLapsed)


def _mark(session: Session, number: int, what: str, by: str, now: datetime) -> Booking:
    if what == "terima":
        return bookings.accept(session, number, by, now)
    if what == "mundur":
        return bookings.excuse(session, number, by, now)
    if what not in MARKS:
        raise bookings.NotOpen
    return bookings.mark(session, number, MARKS[what], by, now)


def _code_page(typed: str) -> str:
    return render_template("admin/code.html", typed=readable(typed)[:20])


def _file(roster: Roster) -> bytes:
    slot = roster.slot
    asked = list(slot.type.questions)
    columns = [_("No."), _("Nama"), _("Kode"), _("Keadaan"), _("Dipastikan"), _("Didaftarkan oleh"), _("Sejak")]
    everybody = [*roster.seated, *roster.waiting, *roster.gone]
    return sheets.written(
        [f"{wording.title(slot.type)}, {wording.span(slot)}", wording.where(slot)],
        [*columns, *(wording.question(each) for each in asked)],
        [_row(number, place, roster, asked) for number, place in enumerate(everybody, start=1)],
    )


def _row(number: int, place: Place, roster: Roster, asked: list[str]) -> list[str | int]:
    return [
        number,
        place.name,
        place.code,
        wording.state(place.state),
        _("ya") if place.is_confirmed else "",
        wording.booker(place.booker),
        moment(place.asked_at, roster.slot.village),
        *(place.answers.get(question, "") for question in asked),
    ]
