"""Booking for somebody who stands at the desk or calls. All that a helper may open is here.

A helper sees times with a seat left, and of bookings only their own: the code and the name, to tell it once more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import schedule_wording as wording
from admin.access import MAY_BOOK, me, only
from admin.asked import ROW, number_in
from admin.language import gettext as _
from admin.schedule_forms import Visit
from admin.slots import chosen_filters
from admin.slots import scope as rosters_scope
from admin.wording import today
from centre import audit, bookings, desk_bookings, people, rosters
from centre.bookings import State
from centre.db import Database
from centre.desk_bookings import GuardianMissing, Known, LikelyKnown, Visitor
from centre.rosters import Filled
from centre.slots import Slot
from centre.staff import Scope

NOBODY_KNOWN = 0
"""The choice that says: none of those, somebody new."""


def blueprint(database: Database, clock: Callable[[], datetime]) -> Blueprint:
    """Choose a time, then say who it is."""
    pages = Blueprint("desk_bookings", __name__)

    @pages.get("/daftarkan")
    @only(*MAY_BOOK)
    def choose() -> str:
        with database.reading() as session:
            villages = rosters.villages(session, _scope())
            types = rosters.types(session, villages)
            chosen = chosen_filters(villages, types)
            most = rosters.most_of(villages, chosen["village_id"])
            found = rosters.coming(session, _scope(), clock(), also_full=rosters_scope(), most=most, **chosen)
            own = rosters.own(session, _scope(), me().staff_id, clock())
        return render_template(
            "admin/book_choose.html",
            found=found,
            is_cut=len(found) == most,
            own=own,
            villages=villages,
            types=types,
            chosen=chosen,
            words=wording,
        )

    @pages.get(f"/jadwal/<{ROW}:number>/daftarkan")
    @only(*MAY_BOOK)
    def visit(number: int) -> ResponseReturnValue:
        filled = _found(number)
        is_past = not filled.slot.is_open or filled.slot.ends_at <= clock()
        if (is_past or not filled.left) and not _sees_rosters(filled.slot):
            flash(_("Jadwal itu sudah penuh atau tidak ada lagi. Pilih jadwal lain."), "warning")
            return redirect(url_for(".choose"), 303)
        return _page(filled, _form(filled.slot, version=filled.slot.version))

    @pages.post(f"/jadwal/<{ROW}:number>/daftarkan")
    @only(*MAY_BOOK)
    def book(number: int) -> ResponseReturnValue:
        filled = _found(number)
        form = _form(filled.slot)
        if not form.validate():
            return _page(filled, form), 422
        try:
            said = _book(number, form)
        except LikelyKnown as error:
            return _page(filled, form, error.people)
        except (*FIELDS, bookings.CannotBook) as error:
            filled = _found(number)  # as it is now: fuller, or moved
            _blame(form, error, filled.slot)
            return _page(filled, form, is_full=isinstance(error, bookings.SlotFull)), 422
        flash(said, "success")
        if _sees_rosters(filled.slot):
            return redirect(url_for("admin.rosters.roster", number=number), 303)
        return redirect(url_for(".choose"), 303)

    def _book(number: int, form: Visit) -> str:
        """Book; gives what is said then."""
        now = clock()
        with database.transaction() as session:
            slot = rosters.slot(session, _scope(), number)
            booking = desk_bookings.book(
                session,
                slot,
                _visitor(form),
                me().staff_id,
                now,
                version=number_in(form.version.data),
                waits=form.waits.data,
                own_only=not _sees_rosters(slot),
            )
            ground = _("Wali setuju") if form.by_guardian.data else ""
            audit.record(session, me().staff_id, "booking_made", now, f"booking:{booking.id}", ground)
            position = bookings.position(session, booking) if booking.state == State.WAITING else None
            name = booking.person.name if booking.person else ""
            return wording.given_place(name, bookings.shown(booking.code or ""), slot, position)

    def _found(number: int) -> Filled:
        with database.reading() as session:
            return rosters.filled(session, [rosters.slot(session, _scope(), number)])[0]

    def _form(slot: Slot, **known: object) -> Visit:
        return Visit(request.form, asked=slot.type.questions, this_year=today(clock()).year, data=known)

    return pages


FIELDS = (people.NameInvalid, people.PhoneInvalid, bookings.AnswerInvalid, GuardianMissing)


def _scope() -> Scope:
    return me().scope(*MAY_BOOK)


def _sees_rosters(slot: Slot) -> bool:
    """Is this staff member more than a helper in the slot's village?"""
    return rosters_scope().includes(slot.village.code)


def _visitor(form: Visit) -> Visitor:
    return Visitor(
        form.name.data or "",
        form.kind.data or None,
        form.birth_year.data,
        form.phone.data or "",
        number_in(form.person.data),
        form.answers,
        bool(form.by_guardian.data),
    )


def _blame(form: Visit, error: Exception, slot: Slot) -> None:
    """Say what is wrong at the field that it is about. A time that moved has been shown now."""
    form.version.data = str(slot.version)
    if isinstance(error, people.NameInvalid):
        form.name.errors = [_("Tulis nama dengan huruf saja, paling banyak 60 huruf.")]
    elif isinstance(error, people.PhoneInvalid):
        form.phone.errors = [wording.refusal(error)]
    elif isinstance(error, GuardianMissing):
        form.by_guardian.errors = [_("Belum 18 tahun: orang tua atau wali yang harus setuju.")]
    elif isinstance(error, bookings.AnswerInvalid) and form.questions:
        form.questions[0].errors = [wording.refusal(error)]
    elif isinstance(error, bookings.SlotMoved):
        form.name.errors = [wording.refusal(bookings.SlotMoved(slot))]
    else:
        form.name.errors = [wording.refusal(error)]


def _page(filled: Filled, form: Visit, likely: Sequence[Known] = (), *, is_full: bool = False) -> str:
    form.person.choices = [(str(each.id), _known(each)) for each in likely]
    if likely:
        form.person.choices.append((str(NOBODY_KNOWN), _("Bukan, ini orang lain")))
    return render_template(
        "admin/book.html",
        form=form,
        filled=filled,
        slot=filled.slot,
        is_likely=bool(likely),
        is_full=is_full or not filled.left,
        sees_roster=_sees_rosters(filled.slot),
        words=wording,
    )


def _known(known: Known) -> str:
    year = _("lahir %(year)s", year=known.birth_year) if known.birth_year else ""
    phone = _("telepon …%(digits)s", digits=known.phone_end) if known.phone_end else ""
    return ", ".join(part for part in (known.name, year, phone) if part)
