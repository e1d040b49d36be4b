"""Jadwal: the slots of a week or of two months, made, changed and called off.

Times are typed and read on the village's own clock. What a slot may be, `centre.slots` says; what staff do to several at
once, `centre.timetables`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Field, Form

from admin import schedule_wording as wording
from admin.access import MAY_SEE_ROSTERS, me, only
from admin.asked import ROW, day_in
from admin.language import gettext as _
from admin.schedule_forms import CallOff, NewSlot, SlotChange
from admin.wording import ZONE, choices
from centre import audit, booking_types, bookings, calendars, rosters, slots, timetables
from centre.areas import VillageName
from centre.booking_types import BookingType
from centre.db import Database
from centre.rosters import Filled
from centre.slots import Slot
from centre.staff import Scope
from centre.timetables import Reach, Reached

FARTHEST = timedelta(days=730)
FIRST_YEAR, LAST_YEAR = 2020, 2100
"""What an address may name; other weeks are not looked for."""
LIST_WEEKS = 8


def blueprint(database: Database, clock: Callable[[], datetime]) -> Blueprint:
    """The week, the list, and a slot's making, changing and calling off."""
    pages = Blueprint("slots", __name__)

    @pages.get("/jadwal")
    @only(*MAY_SEE_ROSTERS)
    def week() -> str:
        is_list = request.args.get("tampil") == "daftar"
        with database.reading() as session:
            villages = rosters.villages(session, scope())
            types = booking_types.all_types(session, frozenset({""}))
            today = _today(clock(), villages)
            first = monday(_day(request.args.get("pekan")) or today)
            chosen = chosen_filters(villages, types)
            count = LIST_WEEKS if is_list else 1
            most = rosters.most_of(villages, chosen["village_id"])
            found = rosters.weeks(session, scope(), first, count, most=most, **chosen)
            wanted = {each.id for each in rosters.types(session, villages)} | {each.slot.type_id for each in found}
        return render_template(
            "admin/slots.html",
            days=[(day, calendars.holiday_on(day), list(each)) for day, each in groupby(found, _day_of)],
            villages=villages,
            types=[each for each in types if each.id in wanted | {chosen["type_id"]}],
            chosen=chosen,
            is_list=is_list,
            first=first,
            title=wording.week_of(first, first + timedelta(weeks=count, days=-1)),
            weeks={
                "before": first - timedelta(weeks=count),
                "this": monday(today),
                "after": first + timedelta(weeks=count),
            },
            is_cut=len(found) == most,
            words=wording,
        )

    @pages.get("/jadwal/buat")
    @only(*MAY_SEE_ROSTERS)
    def new() -> str:
        return _new_page(_new_form())

    @pages.post("/jadwal/buat")
    @only(*MAY_SEE_ROSTERS)
    def make() -> ResponseReturnValue:
        form = _new_form()
        if not form.validate():
            return _new_page(form), 422
        try:
            made, passed = _make(form)
        except (slots.SlotInvalid, slots.CentreClosed, timetables.NotOffered) as error:
            is_single = form.weeks.data in (None, 1)
            _blame(form, error)
            return _new_page(form, may_insist=is_single and isinstance(error, slots.CentreClosed)), 422
        flash(_("%(count)s jadwal dibuat, mulai %(span)s.", count=len(made), span=wording.span(made[0])), "success")
        if passed:
            flash(_("Dilewati: %(days)s.", days=wording.passed_over(passed)), "warning")
        return redirect(url_for(".week", pekan=monday(rosters.day_of(made[0]))), 303)

    @pages.get(f"/jadwal/<{ROW}:number>/ubah")
    @only(*MAY_SEE_ROSTERS)
    def change(number: int) -> str:
        slot, reached = _found(number)
        begins, ends = (calendars.local(at, slot.zone) for at in (slot.starts_at, slot.ends_at))
        return _change_page(
            slot,
            _change_form(
                reached,
                day=begins.date(),
                begins=begins.time(),
                ends=ends.time(),
                seats=slot.seats,
                place=slot.place,
                note=slot.note,
            ),
        )

    @pages.post(f"/jadwal/<{ROW}:number>/ubah")
    @only(*MAY_SEE_ROSTERS)
    def store_change(number: int) -> ResponseReturnValue:
        slot, reached = _found(number)
        form = _change_form(reached)
        if not form.validate():
            return _change_page(slot, form), 422
        try:
            changed = _change(number, form)
        except (bookings.SlotGone, timetables.RefusedLater, *REFUSED) as error:
            _blame(form, error)
            is_closed = slots.CentreClosed in (type(error), type(error.__cause__))
            return _change_page(slot, form, may_insist=is_closed), 422
        flash(
            _("%(count)s jadwal diubah. Yang terdaftar diberi tahu bila waktu atau tempatnya lain.", count=changed),
            "success",
        )
        return redirect(url_for("admin.rosters.roster", number=number), 303)

    @pages.get(f"/jadwal/<{ROW}:number>/batal")
    @only(*MAY_SEE_ROSTERS)
    def call_off(number: int) -> str:
        slot, reached = _found(number)
        return _call_off_page(slot, _call_off_form(reached), reached)

    @pages.post(f"/jadwal/<{ROW}:number>/batal")
    @only(*MAY_SEE_ROSTERS)
    def store_call_off(number: int) -> ResponseReturnValue:
        slot, reached = _found(number)
        form = _call_off_form(reached)
        if not form.validate():
            return _call_off_page(slot, form, reached), 422
        try:
            count = _call_off(number, form)
        except bookings.SlotGone as error:
            _blame(form, error)
            return _call_off_page(slot, form, reached), 422
        told = _("Yang bisa dikirimi pesan diberi tahu; yang lain ada di Perlu ditelepon.")
        flash(f"{_('%(count)s jadwal dibatalkan.', count=count)} {told}", "success")
        return redirect(url_for("admin.rosters.roster", number=number), 303)

    def _new_form() -> NewSlot:
        with database.reading() as session:
            villages = rosters.villages(session, scope())
            types = rosters.types(session, villages)
        form = NewSlot(request.form, **_span_of_days(clock()))
        form.village_id.choices = choices(villages)
        form.type_id.choices = [(each.id, wording.title(each)) for each in types]
        return form

    def _make(form: NewSlot) -> tuple[list[Slot], list[slots.Passed]]:
        now = clock()
        with database.transaction() as session:
            village = rosters.village(session, scope(), form.village_id.data)
            booking_type = session.get_one(BookingType, form.type_id.data)
            made, passed = timetables.make(
                session,
                booking_type,
                village,
                form.plan(booking_type.seats if form.seats.data is None else form.seats.data),
                me().staff_id,
                now,
                weeks=1 if form.weeks.data is None else form.weeks.data,
                minutes=form.minutes.data,
                insist=form.insist.data,
            )
            audit.record(session, me().staff_id, "slots_made", now, f"slot:{made[0].id}", f"{len(made)}")
        return made, passed

    def _change_form(reached: dict[Reach, Reached], **known: Any) -> SlotChange:
        form = SlotChange(request.form, **_span_of_days(clock()), **known)
        form.reach.choices = [(reach, _reach_name(reach, each)) for reach, each in reached.items()]
        return form

    def _change(number: int, form: SlotChange) -> int:
        now = clock()
        with database.transaction() as session:
            slot = rosters.slot(session, scope(), number)
            plan = form.plan(form.seats.data or 0, slot.staff_id)
            changed = timetables.change(
                session,
                slot,
                plan,
                form.reach.data,
                form.reason.data or "",
                me().staff_id,
                now,
                insist=form.insist.data,
            )
            audit.record(session, me().staff_id, "slot_changed", now, f"slot:{number}", form.reason.data or "")
        return len(changed)

    def _call_off_form(reached: dict[Reach, Reached]) -> CallOff:
        form = CallOff(request.form)
        form.reach.choices = [(reach, _reach_name(reach, each)) for reach, each in reached.items()]
        return form

    def _call_off(number: int, form: CallOff) -> int:
        now, reason = clock(), form.reason.data or ""
        with database.transaction() as session:
            slot = rosters.slot(session, scope(), number)
            off = timetables.call_off(session, slot, form.reach.data, reason, me().staff_id, now)
            audit.record(session, me().staff_id, "slot_called_off", now, f"slot:{number}", reason)
        return len(off)

    def _found(number: int) -> tuple[Slot, dict[Reach, Reached]]:
        with database.reading() as session:
            slot = rosters.slot(session, scope(), number)
            return slot, timetables.reached(session, slot)

    return pages


REFUSED = (bookings.SeatsTaken, slots.SlotInvalid, slots.CentreClosed)
BLAMED = {"past": "begins"}
"""Where a problem is shown, when the field has another name."""


def scope() -> Scope:
    """The villages whose rosters this staff member sees."""
    return me().scope(*MAY_SEE_ROSTERS)


def chosen_filters(villages: Iterable[VillageName], types: Iterable[BookingType]) -> dict[str, int | None]:
    """What the address asks for, of what there is."""
    return {
        "type_id": _chosen("jenis", {each.id for each in types}),
        "village_id": _chosen("desa", {each.id for each in villages}),
    }


def _chosen(name: str, known: set[int]) -> int | None:
    return next((each for each in known if str(each) == request.args.get(name)), None)


def _day(typed: str | None) -> date | None:
    day = day_in(typed)
    return day if day and FIRST_YEAR <= day.year <= LAST_YEAR else None


def monday(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())


def _today(now: datetime, villages: Iterable[VillageName]) -> date:
    """The day it is where the staff member works; in Jakarta for who works in several zones."""
    zones = {village.time_zone for village in villages}
    return calendars.local(now, zones.pop() if len(zones) == 1 else ZONE).date()


def _span_of_days(now: datetime) -> dict[str, date]:
    """Days a slot can be on: a little wide on both ends, for the zones; to the minute, the rules of a slot say."""
    today = calendars.local(now, ZONE).date()
    return {"earliest": today, "latest": today + FARTHEST}


def _day_of(filled: Filled) -> date:
    return rosters.day_of(filled.slot)


def _reach_name(reach: Reach, reached: Reached) -> str:
    name = {
        "one": _("hanya jadwal ini"),
        "day": _("jadwal ini dan sesudahnya pada hari itu (%(count)s jadwal)", count=reached.slots),
        "series": _("jadwal ini dan semua sesudahnya dalam rangkaiannya (%(count)s jadwal)", count=reached.slots),
    }[reach]
    people = _("%(count)s orang diberi tahu", count=reached.people)
    return f"{name}: {people}"


def _blame(form: Form, error: Exception) -> None:
    """Say what is wrong at the field that it is about."""
    cause, words = error, ""
    if isinstance(error, timetables.RefusedLater) and isinstance(error.__cause__, Exception):
        cause, words = error.__cause__, f"{wording.span(error.slot)}: "
    field = _field_of(form, cause)
    field.errors = [words + _said(cause)]


def _field_of(form: Form, error: Exception) -> Field:
    if isinstance(error, slots.SlotInvalid):
        return form[BLAMED.get(error.field, error.field)]
    if isinstance(error, bookings.SeatsTaken):
        return form["seats"]
    if isinstance(error, timetables.NotOffered):
        return form["type_id"]
    return form["reason" if isinstance(error, bookings.SlotGone) else "day"]


def _said(error: Exception) -> str:
    if isinstance(error, timetables.NotOffered):
        return _("Jenis layanan ini tidak ditawarkan di desa itu.")
    return wording.refusal(error)


def _new_page(form: NewSlot, *, may_insist: bool = False) -> str:
    return render_template("admin/slot_new.html", form=form, may_insist=may_insist or form.insist.data)


def _change_page(slot: Slot, form: SlotChange, *, may_insist: bool = False) -> str:
    return render_template(
        "admin/slot_change.html", slot=slot, form=form, may_insist=may_insist or form.insist.data, words=wording
    )


def _call_off_page(slot: Slot, form: CallOff, reached: dict[Reach, Reached]) -> str:
    return render_template("admin/slot_call_off.html", slot=slot, form=form, reached=reached["one"], words=wording)
