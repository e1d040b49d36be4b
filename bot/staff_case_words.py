"""What staff read in their own chat about the cases they take and answer there. Staff read Bahasa, as at the desk."""

from __future__ import annotations

from bot.staff_alerts import where
from centre.case_records import Case, shown
from centre.messages import Choice

DONE = "st-done"
QUESTIONS = {
    "where": "Di mana",
    "since": "Sejak",
    "last_contact": "Kabar terakhir",
    "employer": "Majikan",
    "agency": "Lewat",
    "safe_now": "Tempat aman",
    "which_papers": "Surat",
    "recruiter": "Yang menjanjikan",
    "paid": "Sudah bayar",
    "stage": "Sampai mana",
    "condition": "Keadaan",
    "held_where": "Ditahan di",
}
"""What stands before an answer; what was told freely has nothing before it."""


def done_choice() -> Choice:
    return Choice(DONE, "Selesai")


def not_found() -> str:
    return "Kasus dengan kode itu tidak ada untuk Anda. Periksa kodenya."


def for_the_desk(case: Case, home: str) -> str:
    return f"Kasus {shown(case.code)} tidak dibuka di Telegram.\n{where(case, home)}"


def held_by_another(case: Case) -> str:
    return f"Kasus {shown(case.code)} sudah dipegang petugas lain."


def is_closed(case: Case, home: str) -> str:
    return f"Kasus {shown(case.code)} sudah ditutup.\n{where(case, home)}"


def waits(case: Case) -> str:
    return f"Kasus {shown(case.code)} menunggu petugas."


def opened(case: Case, said: list[str]) -> str:
    """The case is in hand: what the family said last, and where what is written now goes."""
    heard = "\n".join(said) or "Keluarga belum menulis apa-apa."
    code = shown(case.code)
    return (
        f"Kasus {code} Anda pegang.\n\n{heard}\n\n"
        f"Yang Anda tulis sekarang DIKIRIM KE KELUARGA {code}. Ketik SELESAI kalau sudah."
    )


def line(question: str, words: str, has_file: bool) -> str:
    """One thing the family said."""
    before = f"{QUESTIONS[question]}: " if question in QUESTIONS else ""
    after = " (ada berkas, buka di komputer)" if has_file else ""
    return f"– {before}{words}{after}"


def unreadable() -> str:
    return "(tidak bisa dibuka)"


def sent(case: Case) -> str:
    code = shown(case.code)
    return f"Untuk keluarga {code}: sudah kami teruskan. Tulis lagi kalau masih ada, atau ketik SELESAI."


def put_down(code: str) -> str:
    return f"Kasus {shown(code)} selesai di sini, dan tetap Anda pegang. Untuk menulis lagi: {shown(code)}: isi balasan"


def not_sent(code: str) -> str:
    """Too long ago: what was written now may be meant for somebody else."""
    code = shown(code)
    return f"Pesan ini BELUM dikirim ke keluarga {code}. Kalau untuk mereka, tulis: {code}: isi balasan"


def take_first(case: Case) -> str:
    return f"Belum dikirim: kasus {shown(case.code)} belum Anda ambil."


def nothing_said(code: str) -> str:
    return f"Belum ada isinya. Tulis: {shown(code)}: isi balasan"


def too_long(limit: int) -> str:
    return f"Belum dikirim: terlalu panjang. Paling banyak {limit} huruf; bagi jadi beberapa pesan."


def files_at_the_desk(case_code: str, home: str) -> str:
    link = f"{home}/admin/kasus/{case_code}" if home else "menu Kasus"
    return f"Belum dikirim ke keluarga: berkas dan suara dikirim lewat komputer, {link}"
