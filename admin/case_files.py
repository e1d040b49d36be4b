"""Files of a case: served as downloads, never as a page of ours, and taken from staff's own hands.

A file is made harmless and laid down before the transaction that enters it (`centre.kept_files`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from admin import uploads
from admin.access import MAY_SEE_CASES, cases, me, only
from admin.asked import ROW
from admin.language import gettext as _
from centre import audit, case_desk, case_records, kept_files
from centre import cases as case_deeds
from centre.db import Database
from centre.desk import NotHere
from centre.file_kinds import MOST_BYTES, NotKept
from centre.file_store import FileMissing, FileStore, Stored
from centre.kept_files import KeptFile
from centre.privacy import CannotOpen


def blueprint(database: Database, clock: Callable[[], datetime], store: FileStore | None) -> Blueprint:
    """One file out, one file in. Without a `store` there is neither."""
    pages = Blueprint("case_files", __name__)

    uploads.let_in(pages, "upload", MOST_BYTES)

    @pages.get(f"/kasus/<code>/berkas/<{ROW}:number>")
    @only(*MAY_SEE_CASES)
    def download(code: str, number: int) -> ResponseReturnValue:
        now = clock()
        with database.transaction() as session:
            seen = case_desk.case(session, cases(), code)
            if case_desk.needs_reason(me(), seen) and not case_desk.has_opened(session, seen, me().staff_id, now):
                raise NotHere("file")
            file = session.get(KeptFile, number)
            if file is None or file.case_id != seen.id or file.state != kept_files.State.KEPT or store is None:
                raise NotHere("file")
            audit.record(session, me().staff_id, "case_file_read", now, seen.about)
            try:
                data = kept_files.open_file(session, store, file)
            except (FileMissing, CannotOpen):
                abort(404)
        return Response(data, headers=kept_files.download_headers(file))

    @pages.post("/kasus/<code>/berkas")
    @only(*MAY_SEE_CASES)
    def upload(code: str) -> ResponseReturnValue:
        with database.reading() as session:
            address = url_for(
                "admin.cases.thread", code=case_records.shown(case_desk.case(session, cases(), code).code)
            )
        stored = _laid_down()
        if stored is None:
            return redirect(address, 303)
        now = clock()
        with database.transaction() as session:
            seen = case_desk.case(session, cases(), code, to_change=True)
            file = kept_files.keep(session, stored, "staff", "desk", now, case_id=seen.id)
            file.entry_id = case_deeds.attach(session, seen, me().staff_id, file.id, now).id
            audit.record(session, me().staff_id, "case_noted", now, seen.about)
        flash(_("Berkas disimpan, hanya untuk petugas."), "success")
        return redirect(address, 303)

    def _laid_down() -> Stored | None:
        """The file that was sent, made harmless; None, and why is said, where it is not taken."""
        sent = request.files.get("berkas")
        if sent is None or not sent.filename or store is None:
            flash(_("Pilih dulu berkasnya."), "warning")
            return None
        try:
            return kept_files.take_in(store, sent.read())
        except NotKept as refused:
            flash(_why(refused.why), "warning")
            return None

    return pages


def _why(why: str) -> str:
    known = {
        "too_large": _("Berkas terlalu besar: paling besar 20 MB."),
        "unknown_type": _("Jenis berkas ini tidak diterima. Kirim foto, PDF, atau rekaman suara."),
    }
    return known.get(why) or _("Berkas ini rusak atau tidak bisa dibuka. Kirim lagi yang lain.")
