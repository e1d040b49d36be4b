"""What the kinds of problems and their outcomes are called at the desk."""

from __future__ import annotations

from admin.language import gettext as _


def category(code: str) -> str:
    """The kind of problem."""
    return {
        "pay": _("Gaji tidak dibayar"),
        "contact_lost": _("Putus kontak"),
        "violence": _("Kekerasan"),
        "trafficking": _("Perdagangan orang"),
        "documents": _("Dokumen ditahan"),
        "deception": _("Ditipu perekrut"),
        "sickness": _("Sakit"),
        "death": _("Meninggal"),
        "detention": _("Ditahan"),
        "go_home": _("Ingin pulang"),
        "other": _("Lainnya"),
    }.get(code, code)


def outcome(code: str) -> str:
    """How a case ended."""
    return {
        "solved": _("Selesai"),
        "advised": _("Diberi petunjuk"),
        "referred": _("Dirujuk"),
        "withdrawn": _("Dicabut keluarga"),
        "no_reply": _("Tidak ada kabar lagi"),
        "duplicate": _("Rangkap"),
        "not_ours": _("Bukan urusan kita"),
    }.get(code, code)
