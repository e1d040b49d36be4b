"""A breach in words: on the desk's pages, and in the written notice that UU PDP 27/2022 art. 46(2) asks for, in two languages.

The notice is the same whoever prints it, so its words are no strings of the desk's own language.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from admin.language import gettext as _
from centre.breaches import Breach

NOTICES: dict[str, dict[str, str]] = {
    "id": {
        "title": "Pemberitahuan kegagalan pelindungan data pribadi",
        "to": "Kepada: orang yang datanya terkena, dan lembaga yang berwenang",
        "law": "Pasal 46 UU 27/2022 tentang Pelindungan Data Pribadi",
        "lead": "Kami memberi tahu bahwa data pribadi yang disimpan Balai telah terbuka bagi pihak yang tidak berhak. "
        "Kami mohon maaf. Ini yang kami ketahui sampai sekarang.",
        "data": "Data apa",
        "how": "Kapan dan bagaimana",
        "between": "Antara {since} dan {until}; kami ketahui pada {found}.",
        "doing": "Apa yang kami lakukan",
        "you": "Apa yang bisa Anda lakukan",
        "advice": "Jangan berikan kode, kata sandi, atau uang kepada siapa pun yang menyebut kejadian ini. Balai tidak pernah "
        "memintanya. Anda boleh meminta melihat atau menghapus data Anda: ketik DATA SAYA atau HAPUS di obrolan.",
        "contact": "Hubungi kami",
        "no_contact": "Petugas desa Anda, atau ketik PETUGAS di obrolan Balai",
        "sign": "Tempat, tanggal, nama, tanda tangan",
    },
    "en": {
        "title": "Notice of a failure to protect personal data",
        "to": "To: those whose data are concerned, and the authority in charge",
        "law": "Article 46 of Law 27/2022 on Personal Data Protection (UU PDP)",
        "lead": "Personal data kept by Balai have been open to somebody who had no right to them. We are sorry. This is what "
        "we know so far.",
        "data": "Which data",
        "how": "When and how",
        "between": "Between {since} and {until}; known to us since {found}.",
        "doing": "What we do about it",
        "you": "What you can do",
        "advice": "Give no code, password or money to anybody who mentions this. Balai never asks for them. You may ask to see "
        "or erase your data: type MY DATA or DELETE in the chat.",
        "contact": "How to reach us",
        "no_contact": "The officer of your village, or type OFFICER in the Balai chat",
        "sign": "Place, date, name, signature",
    },
}


def left(breach: Breach, now: datetime) -> str:
    """What is left of the legal time."""
    if breach.told_at:
        return _("Sudah diberi tahu.")
    hours = int((breach.due_at - now) / timedelta(hours=1))
    if breach.due_at <= now:
        return _("Lewat %(hours)s jam dari batas 3×24 jam", hours=-hours or "<1")
    return _("Sisa %(hours)s jam dari 3×24 jam", hours=hours or "<1")


def kind_name(kind: str) -> str:
    """What a code stands for."""
    return {"conversation": _("percakapan"), "person": _("orang"), "case": _("kasus")}[kind]


def reached_by(way: str) -> str:
    """How somebody is told."""
    ways = {"telephone": _("telepon"), "desk": _("lewat desa"), "web": _("obrolan web"), "console": _("terminal")}
    return ways.get(way, way.capitalize())


def changed(fields: Iterable[str]) -> str:
    """What was corrected, as the record of deeds keeps it: in Bahasa, whatever the desk of whoever did it speaks."""
    return ", ".join(_CHANGED[each] for each in fields)


_CHANGED = {
    "since": "waktu mulai",
    "until": "waktu akhir",
    "account": "lewat akun siapa",
    "found": "waktu diketahui",
    "what": "data apa",
    "how": "bagaimana",
    "doing": "yang dilakukan",
}
