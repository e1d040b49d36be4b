"""Guidance spoken aloud: somebody reads a short answer into the telephone, a second person listens, families hear it.

The page records where the browser can (`recording.js`); everywhere a file can be chosen instead.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import uploads
from admin.access import MAY_PUBLISH_VOICES, MAY_READ_CONTENT, MAY_RECORD, me, only
from admin.asked import ROW
from admin.contacts import book
from admin.language import gettext as _
from admin.wording import own_name
from centre import audit, spoken, staff
from centre.db import Database
from centre.file_kinds import NotKept
from centre.sounds import Sound
from centre.staff import Role
from content import languages, recordings
from content.recordings import NoSuchRecording, OwnVoice, Recording, Speakable, WordsChanged

STATES = ("waiting", "behind", "waiting_too", "used", "none")
"""How far a recording is, what somebody can do something about first."""


@dataclass(frozen=True)
class Voice:
    """A recording as the page shows it."""

    row: Recording
    size: int
    recorded_by: str
    fits: bool
    """Are these still the words of the article?"""
    is_own: bool


def blueprint(database: Database, clock: Callable[[], datetime]) -> Blueprint:
    """What there is to speak, one article to speak, and the deeds around a recording."""
    pages = Blueprint("recordings", __name__)

    uploads.let_in(pages, "record", spoken.MOST_BYTES)

    @pages.get("/panduan/rekaman")
    @only(*MAY_READ_CONTENT)
    def every() -> str:
        language = request.args.get("bahasa", languages.SOURCE)
        with database.reading() as session:
            spoken_of = recordings.languages_with_words(session)
            if language != languages.SOURCE and language not in spoken_of:
                abort(404)
            made = recordings.every(session, language)
            rows = [(each, _state(each, made.get(each.slug, []))) for each in recordings.to_speak(session, language)]
        rows.sort(key=lambda row: STATES.index(row[1]))
        return render_template("admin/recordings.html", rows=rows, language=language, spoken_of=spoken_of)

    @pages.get("/panduan/rekaman/<slug>/<language>")
    @only(*MAY_READ_CONTENT)
    def article(slug: str, language: str) -> str:
        with database.reading() as session:
            return _page(session, _words(session, slug, language))

    @pages.post("/panduan/rekaman/<slug>/<language>")
    @only(*MAY_RECORD)
    def record(slug: str, language: str) -> ResponseReturnValue:
        sent, agreed = request.files.get("suara"), bool(request.form.get("setuju"))
        sound, problem = _taken(sent.read() if sent else b"")
        with database.transaction() as session:
            words = _words(session, slug, language)
            if sound and request.form.get("mark") != words.mark(book()):
                problem = _("Teksnya baru saja berubah. Baca teks yang baru, lalu rekam lagi.")
            elif sound and not agreed:
                problem = _("Centang dulu bahwa yang berbicara setuju suaranya dipakai. Lalu pilih rekamannya lagi.")
            if problem or sound is None:
                return _page(session, words, problem), 422
            made = recordings.add(session, slug, language, words.mark(book()), sound, me().staff_id, clock())
            audit.record(session, me().staff_id, "recording_made", clock(), f"recording:{made.id}")
        flash(_("Rekaman disimpan. Minta orang lain mendengarkannya dulu; sesudah itu bot menawarkannya."), "success")
        return redirect(url_for(".article", slug=slug, language=language), 303)

    @pages.get(f"/panduan/rekaman/suara/<{ROW}:number>")
    @only(*MAY_READ_CONTENT)
    def sound(number: int) -> Response:
        with database.reading() as session:
            recording = _recording(session, number)
            found = session.get_one(Sound, recording.sound_id)
            response = Response(found.data, mimetype=spoken.MIME[found.kind])
            size = found.size
        response.make_conditional(request, accept_ranges=True, complete_length=size)
        return response

    @pages.post(f"/panduan/rekaman/suara/<{ROW}:number>/siarkan")
    @only(*MAY_PUBLISH_VOICES)
    def publish(number: int) -> ResponseReturnValue:
        with database.transaction() as session:
            recording = _recording(session, number)
            address = url_for(".article", slug=recording.article_slug, language=recording.language)
            words = _words(session, recording.article_slug, recording.language)
            if not may_publish(recording.language):
                abort(404)
            try:
                recordings.publish(session, number, words.mark(book()), me().staff_id, clock())
            except OwnVoice:
                flash(_("Rekaman Anda sendiri harus didengarkan orang lain dulu."), "warning")
            except WordsChanged:
                flash(_("Teksnya sudah berubah sesudah rekaman ini dibuat. Rekam lagi."), "warning")
            else:
                audit.record(session, me().staff_id, "recording_published", clock(), f"recording:{number}")
                flash(_("Rekaman dipakai bot mulai sekarang."), "success")
        return redirect(address, 303)

    @pages.post(f"/panduan/rekaman/suara/<{ROW}:number>/hapus")
    @only(*MAY_RECORD)
    def remove(number: int) -> ResponseReturnValue:
        with database.transaction() as session:
            recording = _recording(session, number)
            if recording.recorded_by != me().staff_id and not me().has_role(*MAY_PUBLISH_VOICES):
                abort(404)
            address = url_for(".article", slug=recording.article_slug, language=recording.language)
            recordings.remove(session, number)
            audit.record(session, me().staff_id, "recording_removed", clock(), f"recording:{number}")
        flash(_("Rekaman dihapus. Bot tidak menawarkannya lagi."), "success")
        return redirect(address, 303)

    return pages


def may_publish(language: str) -> bool:
    """A reviewer's ear counts in the languages of the role; that of others with the role in all."""
    member = me()
    others = tuple(role for role in MAY_PUBLISH_VOICES if role != Role.REVIEWER)
    return member.has_role(*others) or bool(member.roles & {(Role.REVIEWER, ""), (Role.REVIEWER, language)})


def _page(session: Session, words: Speakable, problem: str = "") -> str:
    found = recordings.of(session, words.slug, words.language)
    names = staff.names(session, {row.recorded_by for row in found})
    sizes = recordings.sizes(session, found)
    mark = words.mark(book())
    voices = [
        Voice(
            row, sizes[row.sound_id], names.get(row.recorded_by, ""), row.mark == mark, row.recorded_by == me().staff_id
        )
        for row in found
    ]
    return render_template(
        "admin/recording.html",
        words=words,
        text=recordings.words_of(words.title, words.short, book()),
        mark=mark,
        voices=voices,
        problem=problem,
        language=own_name(words.language),
        kilobytes=lambda size: max(1, round(size / 1024)),
        budget=spoken.BUDGET_BYTES,
        most=spoken.MOST_BYTES,
        may_record=me().has_role(*MAY_RECORD),
        may_publish=may_publish(words.language),
    )


def _taken(data: bytes) -> tuple[tuple[str, bytes] | None, str]:
    """The sound that was sent, or why it is not taken and what to do."""
    if not data:
        return None, _("Rekam dulu, atau pilih berkas suaranya.")
    try:
        return spoken.taken(data), ""
    except NotKept as refused:
        return None, _why(refused.why)


def _why(why: str) -> str:
    known = {
        "too_large": _(
            "Rekaman terlalu besar: paling besar 1 MB, sebaiknya di bawah 300 KB. "
            "Rekam lagi lebih pendek, atau pilih mutu suara yang lebih rendah."
        ),
        "unknown_type": _(
            "Jenis suara ini tidak bisa diputar di semua saluran. Kirim M4A, MP3, atau Ogg Opus; "
            "perekam di halaman ini selalu cocok."
        ),
    }
    return known.get(why) or _("Rekaman ini rusak atau terpotong. Rekam lagi.")


def _words(session: Session, slug: str, language: str) -> Speakable:
    return recordings.speakable(session, slug, language) or abort(404)


def _recording(session: Session, number: int) -> Recording:
    try:
        return recordings.found(session, number)
    except NoSuchRecording:
        abort(404)


def _state(words: Speakable, found: list[Recording]) -> str:
    """How far the recording of an article is, in a word for the template."""
    fitting = [row for row in found if row.mark == words.mark(book())]
    if any(row.published_at for row in fitting):
        return "waiting_too" if any(row.published_at is None for row in fitting) else "used"
    if fitting:
        return "waiting"
    return "behind" if found else "none"
