"""Translations of the guidance, and the native speakers who read them and put their name to them.

Until one has, the chat says below the text that nobody checked it; a changed source brings that line back.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.access import MAY_READ_CONTENT, MAY_SIGN, may_edit, may_sign, me, only
from admin.articles import as_people_read_it
from admin.forms import NativeReading
from admin.language import gettext as _
from admin.wording import own_name, today
from centre import audit
from centre.db import Database
from content import languages, overview, translations
from content.article_records import AlreadyReviewed, NoSuchTranslation, TranslationBehind, WordsChanged
from content.overview import Standing
from content.translations import Translated

FIRST = 5
"""So many of each language are shown where none is chosen."""

STATES: dict[str, Callable[[Translated], bool]] = {
    "": lambda each: True,
    "tertinggal": lambda each: each.is_behind,
    "belum": lambda each: not each.reviewed and not each.is_behind,
}
"""What of them can be asked for."""


def blueprint(database: Database, clock: Callable[[], datetime]) -> Blueprint:
    """Translations with their state, each beside its source, and the native speaker's signature."""
    pages = Blueprint("translations", __name__)

    @pages.get("/panduan/terjemahan")
    @only(*MAY_READ_CONTENT)
    def every() -> str:
        with database.reading() as session:
            found = translations.every(session)
            missing = _missing(overview.every(session))
        wanted, state = request.args.get("bahasa", ""), request.args.get("keadaan", "")
        if (wanted and wanted not in languages.CODES) or state not in STATES:
            abort(404)
        of_it = [each for each in found if wanted in ("", each.language)]
        groups = _by_language([each for each in found if STATES[state](each)])
        shown = {code: rows for code, rows in groups.items() if wanted in ("", code)}
        return render_template(
            "admin/translations.html",
            groups=groups,
            shown=shown,
            wanted=wanted,
            most=None if wanted else FIRST,
            state=state,
            counts={each: sum(fits(row) for row in of_it) for each, fits in STATES.items()},
            missing={} if state else missing,
            may_edit=lambda language: may_edit(me(), language),
        )

    @pages.get("/panduan/terjemahan/<slug>/<language>")
    @only(*MAY_READ_CONTENT)
    def translation(slug: str, language: str) -> str:
        found = _found(slug, language)
        return _page(found, NativeReading(marks=found.marks))

    @pages.post("/panduan/terjemahan/<slug>/<language>")
    @only(*MAY_SIGN)
    def sign(slug: str, language: str) -> ResponseReturnValue:
        found, form = _found(slug, language), NativeReading(request.form)
        if not may_sign(me(), language):
            abort(404)
        if not form.validate():
            return _page(found, form), 422
        try:
            _sign(slug, language, form)
        except WordsChanged:
            # They would stand by words that they have not read.
            found = _found(slug, language)
            form.marks.data, form.native.data = found.marks, False
            form.native.errors = [_("Salah satu teks baru saja berubah. Baca lagi, lalu tandatangani.")]
            return _page(found, form), 422
        except TranslationBehind:
            return _page(found, form), 422
        except AlreadyReviewed:
            flash(_("Terjemahan ini sudah ditandatangani."), "info")
        else:
            flash(_("Tanda tangan dicatat: %(title)s", title=found.text.title), "success")
        return redirect(url_for(".every", bahasa=language), 303)

    def _found(slug: str, language: str) -> Translated:
        try:
            with database.reading() as session:
                return translations.one(session, slug, language)
        except NoSuchTranslation:
            abort(404)

    def _sign(slug: str, language: str, form: NativeReading) -> None:
        now, who = clock(), me()
        with database.transaction() as session:
            translations.sign(
                session,
                slug,
                language,
                form.marks.data or "",
                name=who.name,
                staff=who.staff_id,
                on=today(now),
                now=now,
            )
            about = f"translation:{slug}:{language}"
            audit.record(session, who.staff_id, "article_checked", now, about, form.note.data or "")

    return pages


def _by_language(found: list[Translated]) -> dict[str, list[Translated]]:
    """Translations under the code of their language, in the order of the table of languages; what waits comes first."""
    groups = {code: [each for each in found if each.language == code] for code in languages.CODES}
    return {code: sorted(rows, key=_urgency) for code, rows in groups.items() if rows}


def _missing(rows: list[Standing]) -> dict[str, list[Standing]]:
    """The articles in use that have no words in a language that is offered, by its code."""
    offered = [each.code for each in languages.OFFERED if each.code != languages.SOURCE]
    in_use = [row for row in rows if not row.is_withdrawn]
    return {code: [row for row in in_use if code not in row.languages] for code in offered}


def _urgency(each: Translated) -> tuple[bool, bool, str]:
    """What says what is no longer true comes before what nobody has read."""
    return not each.is_behind, bool(each.reviewed), each.source.title


def _page(found: Translated, form: NativeReading) -> str:
    return render_template(
        "admin/translation.html",
        found=found,
        language=own_name(found.language),
        shown=as_people_read_it,
        form=form,
        may_edit=may_edit(me(), found.language),
        signing=may_sign(me(), found.language) and not found.is_behind and not found.reviewed,
    )
