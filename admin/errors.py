"""When a page cannot be shown: what happened and what to do now, in Bahasa."""

from __future__ import annotations

import structlog
from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from werkzeug.exceptions import InternalServerError, NotFound, RequestEntityTooLarge

from admin.access import whoever_is_signed_in
from admin.language import gettext as _
from centre import desk
from centre.db import is_busy, is_down

RETRY_SECONDS = "10"

log = structlog.get_logger()


def add(pages: Blueprint) -> None:
    """Say it in the desk's own pages, for every address under /admin."""

    @pages.route("/<path:anything>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    @whoever_is_signed_in
    def nowhere(anything: str) -> ResponseReturnValue:
        abort(404)

    @pages.errorhandler(NotFound)
    @pages.errorhandler(desk.NotHere)
    def not_here(_error: Exception) -> ResponseReturnValue:
        return _page(
            404,
            _("Tidak ditemukan"),
            _("Halaman ini tidak ada, sudah diselesaikan petugas lain, atau bukan untuk wilayah dan peran Anda."),
        )

    @pages.errorhandler(desk.NotSetAside)
    def not_set_aside(_error: desk.NotSetAside) -> ResponseReturnValue:
        return _page(
            409,
            _("Tidak bisa dijawab ulang"),
            _("Pesan ini tidak sedang gagal dijawab. Buka lagi halamannya untuk melihat keadaannya sekarang."),
        )

    @pages.errorhandler(CSRFError)
    def not_our_form(_error: CSRFError) -> ResponseReturnValue:
        return _page(
            400,
            _("Formulir sudah tidak berlaku"),
            _("Kembali ke halaman sebelumnya, muat ulang, lalu kirim lagi. Peramban harus menerima kuki."),
        )

    @pages.errorhandler(RequestEntityTooLarge)
    def too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
        return _page(413, _("Isian terlalu besar"), _("Pendekkan tulisan Anda, lalu kirim lagi."))

    @pages.errorhandler(DBAPIError)
    @pages.errorhandler(NoConnectionFree)
    def no_database(error: DBAPIError | NoConnectionFree) -> ResponseReturnValue:
        if isinstance(error, DBAPIError) and not (is_down(error) or is_busy(error)):
            raise error
        log.error("admin.no_database", endpoint=request.endpoint, error=type(error).__name__)
        page, status = _page(
            503,
            _("Sedang ada gangguan"),
            _("Data tidak bisa dibuka atau disimpan saat ini. Tunggu sebentar, lalu muat ulang halaman ini."),
        )
        return page, status, {"Retry-After": RETRY_SECONDS}

    @pages.errorhandler(InternalServerError)
    def broken(_error: InternalServerError) -> ResponseReturnValue:
        return _page(
            500,
            _("Halaman ini rusak"),
            _("Kesalahannya ada pada program, bukan pada Anda. Coba lagi; bila tetap begini, hubungi pengelola."),
        )


def _page(status: int, title: str, explanation: str) -> tuple[str, int]:
    return render_template("admin/error.html", title=title, explanation=explanation), status
