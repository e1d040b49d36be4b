"""The page from which everything around places is reached: what can be booked, opening hours, people, figures, calls."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, render_template, url_for

from admin.access import MAY_OPEN_SERVICES, MAY_READ_TYPES, MAY_SEE_FIGURES, MAY_SERVE, cases, me, only
from admin.language import gettext as _
from centre import calls
from centre.case_figures import MAY_SEE_CASE_FIGURES
from centre.db import Database
from centre.staff import Role


def blueprint(database: Database, clock: Callable[[], datetime]) -> Blueprint:
    """One page of links."""
    pages = Blueprint("services", __name__)

    @pages.get("/layanan")
    @only(*MAY_OPEN_SERVICES)
    def every() -> str:
        waiting = None
        if me().has_role(*MAY_SERVE):
            with database.reading() as session:
                waiting = calls.count(session, me().scope(*MAY_SERVE), cases())
        shown = [row for row in _rows() if me().has_role(*row[0])]
        return render_template("admin/services.html", rows=shown, waiting=waiting)

    return pages


def _rows() -> list[tuple[tuple[Role, ...], str, str, str]]:
    """Who may open it, its address, its name, and what it is for."""
    return [
        (
            MAY_SERVE,
            url_for("admin.calls.every"),
            _("Perlu ditelepon"),
            _("Orang yang harus tahu kabar tentang janjinya, tetapi pesan kita tidak bisa sampai."),
        ),
        (
            MAY_READ_TYPES,
            url_for("admin.booking_types.every"),
            _("Jenis layanan"),
            _("Apa saja yang bisa dipesan, aturannya, dan kata-katanya dalam setiap bahasa."),
        ),
        (
            MAY_SERVE,
            url_for("admin.centre_hours.every"),
            _("Jam buka dan libur"),
            _("Jam buka tiap hari, hari tanpa petugas, dan hari libur nasional."),
        ),
        (
            MAY_SERVE,
            url_for("admin.people.every"),
            _("Nama yang mirip"),
            _("Dua catatan yang mungkin satu orang: gabungkan, atau tandai sebagai orang berbeda."),
        ),
        (
            MAY_SEE_FIGURES,
            url_for("admin.figures.every"),
            _("Angka"),
            _("Kursi yang ditawarkan dan terisi, siapa yang datang dan tidak, tanpa nama."),
        ),
        (
            MAY_SEE_CASE_FIGURES,
            url_for("admin.case_figures.every"),
            _("Angka kasus"),
            _("Berapa masalah dilaporkan, jenisnya, hasilnya, dan berapa lama sampai dijawab. Tanpa nama."),
        ),
        (
            MAY_SERVE,
            url_for("admin.posters.every"),
            _("Poster"),
            _("Selembar A4 untuk dinding desa, dengan gambar kotak yang membuka percakapan."),
        ),
    ]
