"""One person of the register: the card, putting right, what was changed by whom, consent given and taken back, erasing.

Opening a card is entered in the audit, as is every deed. The rules stand in `centre.census`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import people_forms, people_wording, schedule_wording
from admin.access import MAY_KEEP_PEOPLE, cases, me, only
from admin.asked import ROW, number_in
from admin.language import gettext as _
from admin.people_forms import Consent, Person
from admin.people_list import agency_of, scope, today_in
from centre import (
    agencies,
    audit,
    case_records,
    census,
    census_consents,
    census_desk,
    census_records,
    erasure_receipts,
    people,
    retention,
    staff,
)
from centre import census_requests as requests
from centre.census_consents import Given
from centre.census_records import CensusRecord
from centre.db import Database


def blueprint(database: Database, clock: Callable[[], datetime]) -> Blueprint:
    """The card and its deeds."""
    pages = Blueprint("people_cards", __name__)

    @pages.get(f"/warga/<{ROW}:number>")
    @only(*MAY_KEEP_PEOPLE)
    def card(number: int) -> ResponseReturnValue:
        now = clock()
        with database.transaction() as session:
            found = census_desk.person(session, scope(), cases(), number)
            if found.record is None:
                return redirect(url_for("admin.people_list.new", orang=found.person.id), 303)
            if found.person.id != number:
                return redirect(url_for(".card", number=found.person.id), 303)
            audit.record(session, me().staff_id, "person_read", now, found.record.about)
            return _card_page(session, number, now)

    @pages.get(f"/warga/<{ROW}:number>/ubah")
    @only(*MAY_KEEP_PEOPLE)
    def edit(number: int) -> str:
        with database.transaction() as session:
            found = census_desk.card(session, scope(), cases(), number)
            audit.record(session, me().staff_id, "person_read", clock(), found.record.about)
            form = Person()
            form.show(census.entry_of(found.person, found.record), found.record.version)
            return _form_page(form, number, found.person.name)

    @pages.post(f"/warga/<{ROW}:number>/ubah")
    @only(*MAY_KEEP_PEOPLE)
    def change(number: int) -> ResponseReturnValue:
        form = Person(request.form)
        with database.reading() as session:
            name = census_desk.card(session, scope(), cases(), number).person.name
        if not form.validate():
            return _form_page(form, number, name), 422
        try:
            changed = _change(number, form)
        except people_forms.RULES as error:
            form.blame(error)
            if isinstance(error, census.ChangedMeanwhile):
                return _meanwhile(number, form, name)
            return _form_page(form, number, name), 422
        flash(_("Disimpan.") if changed else _("Tidak ada yang berubah; dicatat sudah diperiksa."), "success")
        return redirect(url_for(".card", number=number), 303)

    @pages.get(f"/warga/<{ROW}:number>/riwayat")
    @only(*MAY_KEEP_PEOPLE)
    def history(number: int) -> str:
        with database.transaction() as session:
            found = census_desk.card(session, scope(), cases(), number)
            changes = census_records.changes_of(session, people.as_one(session, number))
            names = staff.names(session, {*(each.by for each in changes), *(each.by for each in found.statuses)})
            audit.record(session, me().staff_id, "person_read", clock(), found.record.about)
            return render_template(
                "admin/people_history.html", card=found, changes=changes, names=names, wording=people_wording
            )

    @pages.post(f"/warga/<{ROW}:number>/masih-benar")
    @only(*MAY_KEEP_PEOPLE)
    def still_true(number: int) -> ResponseReturnValue:
        with database.transaction() as session:
            _person, record = census_desk.registered(session, scope(), cases(), number)
            census.still_true(session, record, clock())
            audit.record(session, me().staff_id, "person_checked", clock(), record.about)
        flash(_("Dicatat: masih benar per hari ini."), "success")
        return redirect(url_for(".card", number=number), 303)

    @pages.post(f"/warga/<{ROW}:number>/persetujuan")
    @only(*MAY_KEEP_PEOPLE)
    def agree(number: int) -> ResponseReturnValue:
        form = Consent(request.form)
        try:
            with database.transaction() as session:
                person, record = census_desk.registered(session, scope(), cases(), number)
                if not form.validate():
                    return _card_page(session, number, clock(), form), 422
                _agree(session, person, record, form)
        except (census_consents.GuardianMissing, census_consents.ConsentDateWrong) as error:
            field = form.by_guardian if isinstance(error, census_consents.GuardianMissing) else form.agreed_on
            field.errors = [people_forms.reason(error)]
            with database.reading() as session:
                return _card_page(session, number, clock(), form), 422
        flash(_("Persetujuan dicatat."), "success")
        return redirect(url_for(".card", number=number), 303)

    @pages.post(f"/warga/<{ROW}:number>/jangan-ingatkan")
    @only(*MAY_KEEP_PEOPLE)
    def remind_no_more(number: int) -> ResponseReturnValue:
        with database.transaction() as session:
            person, record = census_desk.registered(session, scope(), cases(), number)
            census_consents.stop_reminding(session, person.id)
            audit.record(session, me().staff_id, "person_consent", clock(), record.about)
        flash(_("Dicatat: tidak diingatkan lagi lewat pesan."), "success")
        return redirect(url_for(".card", number=number), 303)

    @pages.post(f"/warga/<{ROW}:number>/tarik")
    @only(*MAY_KEEP_PEOPLE)
    def withdraw(number: int) -> ResponseReturnValue:
        """The person takes the consent back: the register forgets at once; places that are booked stay."""
        now = clock()
        with database.transaction() as session:
            person, record = census_desk.registered(session, scope(), cases(), number)
            about = record.about
            census.take_back(session, person, me().staff_id, now)
            code = erasure_receipts.make(session, "register", person.id, now)
            requests.answer_all(session, person.id, ("stop", "erase"), me().staff_id, now)
            audit.record(session, me().staff_id, "person_consent_withdrawn", now, about)
        done = _("Persetujuan ditarik dan data pendataannya sudah dihapus.")
        flash(f"{done} {_receipt_told(code)}", "success")
        return redirect(url_for("admin.people_list.every"), 303)

    @pages.post(f"/warga/<{ROW}:number>/hapus")
    @only(*MAY_KEEP_PEOPLE)
    def erase(number: int) -> ResponseReturnValue:
        """Everything of the person, also the places that are booked (UU PDP 27/2022 art. 43-44); the code that proves it is
        shown once, to be handed on."""
        now = clock()
        with database.transaction() as session:
            person, record = census_desk.registered(session, scope(), cases(), number)
            audit.record(session, me().staff_id, "person_erased", now, record.about)
            known_as = person.id
            retention.erase_person(session, person, me().staff_id, now)
            code = erasure_receipts.make(session, "person", known_as, now)
        done = _("Semua data orang ini sudah dihapus. Jawaban atas permintaannya tercatat.")
        flash(f"{done} {_receipt_told(code)}", "success")
        return redirect(url_for("admin.people_list.every"), 303)

    def _card_page(session: Session, number: int, now: datetime, form: Consent | None = None) -> str:
        found = census_desk.card(session, scope(), cases(), number)
        agency = agencies.get(session, found.record.agency_id) if found.record.agency_id else None
        newest = agencies.newest(session) if found.record.facts.get("agency") else None
        by = {*(each.noted_by for each in found.consents), found.record.entered_by}
        today = today_in(found.village, now)
        return render_template(
            "admin/people_card.html",
            card=found,
            due=census_desk.Found(found.person, found.record, found.village).due(today, now),
            agency=people_wording.agency(found.record, agency, newest.dated if newest else None),
            names=staff.names(session, by),
            form=form or Consent(data={"agreed_on": today}),
            today=today,
            now=now,
            wording=people_wording,
            schedule=schedule_wording,
            shown=case_records.shown,
        )

    def _change(number: int, form: Person) -> int:
        now = clock()
        with database.transaction() as session:
            person, record = census_desk.registered(session, scope(), cases(), number)
            found = census_desk.person(session, scope(), cases(), number)
            entry = form.entry(agency_of(session, form.agency.data or ""))
            version = number_in(form.version.data) or 0
            changed = census.correct(
                session, person, entry, me().staff_id, now, today_in(found.village, now), version=version
            )
            requests.answer_all(session, person.id, ("correct",) if changed else (), me().staff_id, now)
            deed: audit.Deed = "person_changed" if changed else "person_checked"
            audit.record(session, me().staff_id, deed, now, record.about)
            return len(changed)

    def _meanwhile(number: int, form: Person, name: str) -> ResponseReturnValue:
        """The newer state is shown beside what was typed, and what was typed counts when it is sent once more."""
        with database.reading() as session:
            found = census_desk.card(session, scope(), cases(), number)
            form.version.data = str(found.record.version)
            newer = census.entry_of(found.person, found.record).told
        typed = form.entry().told
        differs = [(key, newer[key], typed[key]) for key in newer if newer[key] != typed[key]]
        return _form_page(form, number, name, differs), 422

    def _agree(session: Session, person: people.Person, record: CensusRecord, form: Consent) -> None:
        now = clock()
        assert form.agreed_on.data is not None
        given = Given(
            form.how.data,
            form.agreed_on.data,
            may_remind=bool(form.may_remind.data),
            by_guardian=bool(form.by_guardian.data),
        )
        village = census_desk.person(session, scope(), cases(), person.id).village
        today = today_in(village, now)
        child = census.is_child(census.entry_of(person, record), today)
        census_consents.note(session, person.id, given, me().staff_id, now, today, is_child=child)
        audit.record(session, me().staff_id, "person_consent", now, record.about)

    return pages


def _receipt_told(code: str) -> str:
    return _(
        "Tanda terima: %(code)s. Catat dan berikan kepada orangnya; hanya ditampilkan sekali dan tidak memuat nama.",
        code=code,
    )


def _form_page(form: Person, number: int, name: str, differs: object = ()) -> str:
    return render_template(
        "admin/people_edit.html", form=form, number=number, name=name, differs=differs, wording=people_wording
    )
