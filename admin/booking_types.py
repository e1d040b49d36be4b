"""What can be booked, as staff see and change it: rules, words in each language, and the native speakers who sign them.

Changes count at once. Whoever oversees the whole area of a type may change it; reviewers sign words in their languages.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import service_wording, wording
from admin.access import MAY_CHANGE_TYPES, MAY_READ_TYPES, MAY_SERVE, MAY_SIGN, may_sign, me, only
from admin.asked import ROW
from admin.forms import NativeReading
from admin.language import gettext as _
from admin.type_forms import USUAL, TypeRules, Words, said_of, texts, words_forms
from centre import area_names, audit, staff, type_desk
from centre.booking_types import BookingType, TypeInvalid
from centre.db import Database
from centre.staff import Role, Scope
from centre.type_desk import AlreadySigned, TypeChanged, WordsChanged
from content import languages


def blueprint(database: Database, clock: Callable[[], datetime]) -> Blueprint:
    """The list, the form, and each type with its words."""
    pages = Blueprint("booking_types", __name__)

    @pages.get("/layanan/jenis")
    @only(*MAY_READ_TYPES)
    def every() -> str:
        with database.reading() as session:
            types = type_desk.types(session, _readable())
            areas = area_names.names_of(session, {each.area for each in types})
        return render_template("admin/booking_types.html", types=types, areas=areas, **_words())

    @pages.get("/layanan/jenis/baru")
    @only(*MAY_CHANGE_TYPES)
    def new() -> str:
        with database.reading() as session:
            return _form_page(None, _rules(session, USUAL), words_forms(None))

    @pages.post("/layanan/jenis/baru")
    @only(*MAY_CHANGE_TYPES)
    def make() -> ResponseReturnValue:
        with database.transaction() as session:
            rules, words = _rules(session), words_forms(request.form)
            made = _made(session, rules, words)
            if made is None:
                return _form_page(None, rules, words), 422
        flash(_("Jenis layanan dibuat: %(name)s", name=_name(made)), "success")
        return redirect(url_for(".one", number=made.id), 303)

    @pages.get(f"/layanan/jenis/<{ROW}:number>")
    @only(*MAY_READ_TYPES)
    def one(number: int) -> str:
        with database.reading() as session:
            found = type_desk.one(session, _readable(), number)
            by = staff.names(session, {found.changed_by}) if found.changed_by else {}
            area = area_names.names_of(session, {found.area}).get(found.area, found.area)
        return render_template(
            "admin/booking_type.html",
            type=found,
            area=area,
            words=_by_language(found),
            by=by.get(found.changed_by or "", ""),
            mine=type_desk.may_change(_changeable(), found.area),
            may_sign=lambda language: may_sign(me(), language),
            **_words(),
        )

    @pages.get(f"/layanan/jenis/<{ROW}:number>/ubah")
    @only(*MAY_CHANGE_TYPES)
    def edit(number: int) -> str:
        with database.reading() as session:
            found = _mine(session, number)
            rules = _rules(session, {**said_of(found), "mark": type_desk.mark_of(found)})
            return _form_page(found, rules, words_forms(None, found))

    @pages.post(f"/layanan/jenis/<{ROW}:number>/ubah")
    @only(*MAY_CHANGE_TYPES)
    def change(number: int) -> ResponseReturnValue:
        with database.transaction() as session:
            found = _mine(session, number)
            rules, words = _rules(session), words_forms(request.form)
            if not _changed(session, number, rules, words):
                return _form_page(found, rules, words), 422
        flash(_("Perubahan disimpan dan langsung berlaku: %(name)s", name=_name(found)), "success")
        return redirect(url_for(".one", number=number), 303)

    @pages.post(f"/layanan/jenis/<{ROW}:number>/berhenti")
    @only(*MAY_CHANGE_TYPES)
    def stop(number: int) -> ResponseReturnValue:
        name = _offered(number, False)
        flash(_("Tidak ditawarkan lagi: %(name)s. Janji yang sudah ada tetap berlaku.", name=name), "success")
        return redirect(url_for(".one", number=number), 303)

    @pages.post(f"/layanan/jenis/<{ROW}:number>/tawarkan")
    @only(*MAY_CHANGE_TYPES)
    def resume(number: int) -> ResponseReturnValue:
        flash(_("Ditawarkan lagi: %(name)s", name=_offered(number, True)), "success")
        return redirect(url_for(".one", number=number), 303)

    @pages.get(f"/layanan/jenis/<{ROW}:number>/<language>")
    @only(*MAY_READ_TYPES)
    def words(number: int, language: str) -> str:
        with database.reading() as session:
            found = type_desk.one(session, _readable(), number)
            return _words_page(found, language, NativeReading(marks=type_desk.reading_mark(found, language)))

    @pages.post(f"/layanan/jenis/<{ROW}:number>/<language>")
    @only(*MAY_SIGN)
    def sign(number: int, language: str) -> ResponseReturnValue:
        form = NativeReading(request.form)
        if not may_sign(me(), language):
            abort(404)
        with database.transaction() as session:
            found = type_desk.one(session, _readable(), number)
            try:
                if not form.validate():
                    return _words_page(found, language, form), 422
                _signed(session, number, language, form)
            except WordsChanged:
                # They would stand by words that they have not read.
                form.marks.data, form.native.data = type_desk.reading_mark(found, language), False
                form.native.errors = [_("Salah satu teks baru saja berubah. Baca lagi, lalu tandatangani.")]
                return _words_page(found, language, form), 422
            except AlreadySigned:
                flash(_("Terjemahan ini sudah ditandatangani."), "info")
            else:
                flash(_("Tanda tangan dicatat: %(title)s", title=_name(found)), "success")
        return redirect(url_for(".one", number=number), 303)

    def _made(session: Session, rules: TypeRules, words: Sequence[Words]) -> BookingType | None:
        if not _valid(rules, words):
            return None
        try:
            made = type_desk.make(session, _changeable(), rules.rules(), texts(words), me().staff_id, clock())
        except TypeInvalid as wrong:
            _say(wrong, rules, words)
            return None
        audit.record(session, me().staff_id, "type_changed", clock(), f"type:{made.id}")
        return made

    def _changed(session: Session, number: int, rules: TypeRules, words: Sequence[Words]) -> bool:
        if not _valid(rules, words):
            return False
        mark, said = rules.mark.data or "", (rules.rules(), texts(words))
        try:
            found = type_desk.change(session, _changeable(), number, mark, *said, me().staff_id, clock())
        except TypeInvalid as wrong:
            _say(wrong, rules, words)
            return False
        except TypeChanged:
            rules.mark.data = type_desk.mark_of(type_desk.one(session, _readable(), number))
            rules.pillar.errors = [_("Orang lain baru saja mengubah jenis ini. Periksa isian Anda, lalu simpan lagi.")]
            return False
        audit.record(session, me().staff_id, "type_changed", clock(), f"type:{found.id}")
        return True

    def _offered(number: int, is_active: bool) -> str:
        with database.transaction() as session:
            found = type_desk.offer(session, _changeable(), number, is_active, me().staff_id, clock())
            audit.record(session, me().staff_id, "type_changed", clock(), f"type:{number}")
            return _name(found)

    def _signed(session: Session, number: int, language: str, form: NativeReading) -> None:
        type_desk.sign(session, _readable(), number, language, form.marks.data or "", me().name)
        about = f"type:{number}:{language}"
        audit.record(session, me().staff_id, "type_words_signed", clock(), about, form.note.data or "")

    return pages


def _readable() -> Scope:
    """Who writes or signs words reads every type, wherever it is offered: their role counts in languages."""
    everywhere = me().has_role(Role.EDITOR, Role.REVIEWER)
    return Scope(frozenset({""}), False) if everywhere else me().scope(*MAY_SERVE)


def _changeable() -> Scope:
    return me().scope(*MAY_CHANGE_TYPES)


def _mine(session: Session, number: int) -> BookingType:
    """A type that this staff member may change; any other is a 404 here."""
    found = type_desk.one(session, _changeable(), number)
    if not type_desk.may_change(_changeable(), found.area):
        abort(404)
    return found


def _rules(session: Session, said: dict[str, object] | None = None) -> TypeRules:
    """The form with what was typed, or with what is `said` of a type."""
    everywhere = [("", _("semua desa"))] if type_desk.may_change(_changeable(), "") else []
    areas = [*everywhere, *type_desk.areas(session, _changeable())]
    return TypeRules(None, data=said, areas=areas) if said else TypeRules(request.form, areas=areas)


def _valid(rules: TypeRules, words: Sequence[Words]) -> bool:
    """Every form is looked at, so that all that is wrong is said at once."""
    return all([rules.validate(), *[form.validate() for form in words]])


def _say(wrong: TypeInvalid, rules: TypeRules, words: Sequence[Words]) -> None:
    """Put the reason to the field that breaks a rule of the domain."""
    field, reason = {
        "seats": ("seats", _("Satu orang setiap kali berarti satu kursi.")),
        "closes_minutes": ("closes", _("Harus lebih dekat ke waktunya daripada saat mulai bisa dipesan.")),
        "cancel_minutes": ("cancel", _("Paling banyak 30 hari.")),
        "hold_minutes": ("hold", _("Paling sedikit 10 menit, paling banyak 7 hari.")),
        "age_to": ("age_to", _("Tidak boleh lebih muda dari umur paling muda.")),
        "area": ("area", _("Pilih wilayah Anda sendiri.")),
    }.get(wrong.field, ("pillar", _("Isian ini tidak bisa disimpan (%(field)s).", field=wrong.field)))
    rules[field].errors = [reason]


def _form_page(found: BookingType | None, rules: TypeRules, words: Sequence[Words]) -> str:
    return render_template("admin/booking_type_form.html", type=found, form=rules, words=words)


def _words_page(found: BookingType, language: str, form: NativeReading) -> str:
    text = type_desk.translated(found, language)
    return render_template(
        "admin/booking_type_words.html",
        type=found,
        source=type_desk.words_of(found, type_desk.SOURCE),
        text=text,
        language=wording.own_name(language),
        form=form,
        signing=may_sign(me(), language) and not text.reviewed_by,
    )


def _by_language(found: BookingType) -> list[dict[str, object]]:
    """The type's words in the order of the table of languages."""
    known = {text.language: text for text in found.texts}
    return [{"text": known[each.code], "own_name": each.own_name} for each in languages.LANGUAGES if each.code in known]


def _name(found: BookingType) -> str:
    return type_desk.words_of(found, type_desk.SOURCE).get("name", found.slug)


def _words() -> dict[str, object]:
    """How a type reads, for templates."""
    return {"wording": service_wording, "name": _name}
