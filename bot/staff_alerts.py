"""What staff are told when a case needs them: the kind, the code and a link. Who, where and what it is about stays at the desk.

Staff read Bahasa. The same words go by Telegram and by mail.
"""

from __future__ import annotations

from datetime import timedelta
from math import ceil

from centre.case_records import Case, shown
from centre.messages import Choice, Outgoing

TAKE = "st-take"
KINDS = {
    "new": "Kasus baru {code} menunggu petugas.",
    "urgent": "MENDESAK: kasus {code} menunggu petugas sekarang juga.",
    "overdue": "Kasus {code} belum dijawab dan waktunya sudah lewat.",
    "passed": "Kasus {code} diserahkan kepada Anda.",
    "approve": "Penutupan kasus {code} menunggu persetujuan Anda.",
    "words": "Ada tulisan baru di kasus {code}.",
    "not_told": "Balasan Anda di kasus {code} tidak bisa disampaikan. Cari jalan lain, atau tunggu keluarga menulis.",
}
SUBJECTS = {
    "new": "Kasus baru {code}",
    "urgent": "MENDESAK: kasus {code}",
    "overdue": "Kasus {code} belum dijawab",
    "passed": "Kasus {code} untuk Anda",
    "approve": "Setujui penutupan kasus {code}",
    "words": "Tulisan baru di kasus {code}",
    "not_told": "Balasan di kasus {code} tidak sampai",
}


def message(kind: str, case: Case, home: str) -> Outgoing:
    """The alert in a staff member's chat; what may be handled there has a button. `home`: our public address."""
    is_for_reading = kind in ("overdue", "approve") and case.holder_id is not None
    choices = (take_choice(case),) if may_be_handled_in_chat(case) and not is_for_reading else ()
    return Outgoing(mail(kind, case, home)[1], choices)


def mail(kind: str, case: Case, home: str) -> tuple[str, str]:
    """(subject, body) of the alert as a mail."""
    said = KINDS[kind].format(code=shown(case.code))
    return SUBJECTS[kind].format(code=shown(case.code)), f"{said}\n{where(case, home)}"


def where(case: Case, home: str) -> str:
    """Where the case is handled: its page, or the menu where we have no public address."""
    return f"Buka di komputer: {home}/admin/kasus/{case.code}" if home else "Buka di komputer petugas, menu Kasus."


def may_be_handled_in_chat(case: Case) -> bool:
    """An ordinary case; what is restricted, discreet, hidden or goes around the village is for the desk alone."""
    return not (case.is_restricted or case.is_child or case.bypasses_village or case.is_discreet or case.hidden_at)


def take_choice(case: Case) -> Choice:
    """One button takes the case, and opens it for who holds it already."""
    return Choice(f"{TAKE}:{case.code}", "Buka" if case.holder_id else "Ambil")


def sign_in_code(code: str) -> Outgoing:
    """The code of the second step, in the chat of whoever is signing in."""
    return Outgoing(
        f"Kode masuk Balai: {code}\nBerlaku 10 menit, satu kali. Bila bukan Anda yang sedang masuk, ganti kata sandi Anda "
        "dan beri tahu pengelola. Jangan berikan kode ini kepada siapa pun."
    )


def data_request(left: timedelta, home: str) -> tuple[str, str]:
    """(subject, body) for whoever keeps the register: a wish about somebody's data, and the legal time that is left."""
    days = ceil(left / timedelta(days=1))
    said = (
        f"Permintaan atas data harus dijawab dalam {'sehari' if days == 1 else f'{days} hari'} (batas 3×24 jam menurut UU PDP)."
        if days > 0
        else "Permintaan atas data sudah lewat batas 3×24 jam menurut UU PDP."
    )
    where = f"Buka di komputer: {home}/admin/warga/permintaan" if home else "Buka di komputer petugas, menu Warga."
    return "Permintaan atas data", f"{said}\n{where}"
