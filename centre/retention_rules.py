"""How long what is kept: one table, from which everything that clears, shows or promises it is made.

UU PDP 27/2022 art. 16(2)g and 42-44: personal data end when their time is over; art. 21: the time is told before. A rule that
has a range may be set within it (`BALAI_KEEP_…`, in days); what families were promised in the chat may only be made shorter.
`centre.retention` clears by it; the desk (*Penyimpanan data*), the privacy page and `docs/operating.md` show it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

Keep = Mapping[str, timedelta]
"""Rule → how long, in one installation."""

HOUR, DAY, YEAR = timedelta(hours=1), timedelta(days=1), timedelta(days=365)


@dataclass(frozen=True)
class Rule:
    """One row. `what` and `why` stand in Indonesian and in English; `tables` are those whose rows it governs."""

    name: str
    kept: timedelta | None
    """None: not by a time of its own."""
    range: tuple[timedelta, timedelta] | None
    """The shortest and the longest that may be set; None: it cannot be set."""
    tables: tuple[str, ...]
    what: tuple[str, str]
    why: tuple[str, str]
    is_agreed: bool = False
    """Its time is agreed with the family, row by row (`centre.case_keeping`)."""

    @property
    def setting(self) -> str:
        """Its name in the environment."""
        return f"BALAI_KEEP_{self.name.upper()}"


RULES = (
    Rule(
        "payload",
        3 * DAY,
        (HOUR, 3 * DAY),
        ("inbox_events", "kept_files"),
        (
            "Isi pesan, gambar dan suara yang masuk, sesudah dijawab; yang menunggu petugas: sampai dilihat",
            "The words, pictures and voices of a message, after it was answered; what waits for staff: until it was seen",
        ),
        ("Cukup untuk menjawab dan memperbaiki kegagalan.", "Enough to answer, and to mend what failed."),
    ),
    Rule(
        "marks",
        30 * DAY,
        (30 * DAY, 30 * DAY),  # until `inbox` refuses it by its age: a signed request that was copied counts once
        ("inbox_events",),
        (
            "Tanda bahwa sebuah pesan sudah diterima, tanpa isinya",
            "The mark that a message was received, without its words",
        ),
        (
            "WhatsApp dapat mengirim ulang pesan yang sama sampai tujuh hari.",
            "WhatsApp may bring the same message again for seven days.",
        ),
    ),
    Rule(
        "replies",
        90 * DAY,
        (DAY, 90 * DAY),
        ("outbox_messages",),
        ("Jawaban Balai", "What Balai replied"),
        ("Supaya jawaban dapat dibaca lagi dan diperiksa.", "So that an answer can be read again and looked into."),
    ),
    Rule(
        "conversation",
        90 * DAY,
        (7 * DAY, 90 * DAY),
        (
            "conversations",
            "identifiers",
            "person_addresses",
            "conversation_consents",
            "news_consents",
            "given_answers",
            "data_keys",
        ),
        (
            "Percakapan tanpa kasus (bahasa, desa, alamat akun), sesudah pesan terakhir; lebih lama selama masih ada janji "
            "atau kasus",
            "A conversation without a case (language, village, account), after the last message; longer while a booking or a "
            "case is open",
        ),
        (
            "Supaya tidak perlu memulai dari awal tiap kali bertanya.",
            "So that nobody has to begin anew with each question.",
        ),
    ),
    Rule(
        "declined",
        DAY,
        (HOUR, DAY),
        ("conversations", "identifiers", "outbox_messages"),
        (
            "Percakapan orang yang meminta JANGAN SIMPAN, sesudah pesan terakhir; isi pesannya langsung dihapus",
            "The conversation of somebody who said DO NOT KEEP, after the last message; the words go at once",
        ),
        (
            "Hanya untuk mengantar jawaban; tidak setuju tidak menutup informasi.",
            "Only to bring the answer; saying no closes no information.",
        ),
    ),
    Rule(
        "questions",
        90 * DAY,
        (7 * DAY, 180 * DAY),
        ("open_questions", "question_groups"),
        ("Pertanyaan yang belum dapat dijawab", "Questions that could not be answered yet"),
        ("Untuk melengkapi panduan.", "To complete the guidance."),
    ),
    Rule(
        "bookings",
        YEAR,
        (30 * DAY, 2 * YEAR),
        ("people", "name_words", "bookings", "booking_changes", "distinct_people"),
        (
            "Nama, umur dan jawaban untuk janji, sesudah janji terakhir",
            "Names, ages and answers for a booking, after the last one",
        ),
        ("Supaya hadir dan giliran dapat diperiksa.", "So that attendance and turns can be looked into."),
    ),
    Rule(
        "wishes",
        YEAR,
        (30 * DAY, YEAR),
        ("interests",),
        ("Keinginan akan jadwal baru, atau sampai disampaikan", "The wish to hear of new dates, or until it was told"),
        ("Sesudah itu biasanya tidak berlaku lagi.", "It is rarely true any longer after that."),
    ),
    Rule(
        "notices",
        90 * DAY,
        (7 * DAY, 180 * DAY),
        ("notices",),
        (
            "Kepada siapa pemberitahuan disampaikan; jumlahnya tetap",
            "To whom a notice was told; the numbers stay",
        ),
        ("Supaya yang tidak sampai dapat ditelepon.", "So that whoever was not reached can be called."),
    ),
    Rule(
        "cases",
        2 * YEAR,
        (180 * DAY, 5 * YEAR),
        (
            "cases",
            "case_entries",
            "case_identities",
            "case_referrals",
            "case_conversations",
            "case_alerts",
            "case_conflicts",
            "kept_files",
        ),
        (
            "Kasus biasa: isi, nama, berkas, sesudah ditutup; jenis, wilayah dan waktunya tetap dihitung",
            "An ordinary case: words, names, files, after it was closed; kind, area and times stay in the figures",
        ),
        (
            "Pengaduan dapat dilanjutkan dan dipertanggungjawabkan.",
            "A complaint can be taken up again and accounted for.",
        ),
    ),
    Rule(
        "sensitive_cases",
        None,
        None,
        ("cases", "case_entries", "case_identities", "case_referrals", "kept_files"),
        (
            "Kasus kekerasan, perdagangan orang, anak, sesudah ditutup: sampai hari yang disepakati dengan keluarga, paling "
            "lama 10 tahun; tanpa hari: sampai keluarga minta dihapus (HAPUS)",
            "A case of violence, trafficking or a child, after it was closed: until the day agreed with the family, at most 10 "
            "years; without a day: until the family asks for it to be erased (DELETE)",
        ),
        (
            "Dapat menjadi bukti; hanya keluarga yang memutuskan.",
            "It may be evidence; the family decides.",
        ),
        is_agreed=True,
    ),
    Rule(
        "census",
        3 * YEAR,
        (YEAR, 5 * YEAR),
        ("census_records", "census_changes", "census_consents", "census_links", "census_statuses"),
        (
            "Pendataan, sejak terakhir dinyatakan benar; ditarik kembali: langsung dihapus",
            "The register, since it was last found true; taken back: at once",
        ),
        ("Persetujuan dan tugas pendataan desa.", "Consent, and the village's task of keeping the register."),
    ),
    Rule(
        "merges",
        30 * DAY,
        None,
        ("people_merges",),
        (
            "Jalan kembali sesudah dua catatan digabung",
            "The way back after two records were joined",
        ),
        ("Supaya kekeliruan dapat dibatalkan.", "So that a mistake can be undone."),
    ),
    Rule(
        "uploads",
        DAY,
        None,
        ("census_imports",),
        ("Lembar pendataan yang menunggu keputusan", "A spreadsheet of people that waits for decisions"),
        ("Tersegel, hanya untuk pengirimnya.", "Sealed, for the sender alone."),
    ),
    Rule(
        "requests",
        YEAR,
        (90 * DAY, 3 * YEAR),
        ("data_requests",),
        (
            "Permintaan atas data sendiri dan jawabannya; tanpa orangnya bila sudah dihapus",
            "What somebody asked of their own data, and the answer; without whom once they are erased",
        ),
        ("Bukti bahwa dijawab dalam 3 × 24 jam.", "Proof that it was answered within 3 × 24 hours."),
    ),
    Rule(
        "receipts",
        3 * YEAR,
        (YEAR, 3 * YEAR),
        ("erasure_receipts",),
        (
            "Tanda terima penghapusan: kode dan waktu, tanpa siapa",
            "The receipt of an erasure: a code and the time, without whom",
        ),
        ("Bukti bahwa penghapusan dilakukan.", "Proof that the erasure was done."),
    ),
    Rule(
        "tries",
        DAY,
        None,
        ("code_tries",),
        ("Sidik telepon yang salah mengetik kode", "Fingerprints of telephones that typed a wrong code"),
        ("Melawan penebakan.", "Against guessing."),
    ),
    Rule(
        "addresses",
        30 * DAY,
        (7 * DAY, 90 * DAY),
        ("sign_in_counts", "staff_sessions", "staff_chat_codes"),
        (
            "Sesi petugas, sidik alamat tempat masuk",
            "Sessions of staff, fingerprints of the addresses they signed in from",
        ),
        ("Untuk melihat masuk yang janggal.", "To see a sign-in that is odd."),
    ),
    Rule(
        "links",
        30 * DAY,
        (DAY, 90 * DAY),
        ("staff_channels", "staff_link_codes"),
        ("Sambungan Telegram petugas, sesudah diakhiri", "A staff member's Telegram, after it was unlinked"),
        ("Untuk menelusuri salah kirim.", "To look into what went astray."),
    ),
    Rule(
        "mails",
        30 * DAY,
        (DAY, 90 * DAY),
        ("mails",),
        ("Surel kepada petugas", "Mail to staff"),
        ("Untuk melihat mana yang gagal.", "To see what failed."),
    ),
    Rule(
        "drafts",
        8 * HOUR,
        None,
        ("kept_forms",),
        (
            "Tulisan petugas yang sesinya habis, tersegel",
            "What staff had typed when their session ended, sealed",
        ),
        ("Supaya tidak perlu menulis ulang.", "So that nobody has to type it twice."),
    ),
    Rule(
        "staff",
        None,
        None,
        ("staff_members", "staff_roles", "staff_factors", "staff_recovery_codes", "absences"),
        ("Akun petugas; ditutup, tidak dihapus", "Accounts of staff; closed, not deleted"),
        ("Catatan perbuatan menyebut akun.", "The record of deeds names the account."),
    ),
    Rule(
        "audit",
        None,
        None,
        ("audit_entries", "breaches"),
        (
            "Catatan perbuatan petugas dan kebocoran, tanpa nama warga",
            "What staff did and breaches, without names of families",
        ),
        (
            "Pertanggungjawaban dan pemeriksaan kebocoran (pasal 31, 46).",
            "To account for it, and to look into a breach (art. 31, 46).",
        ),
    ),
)

BY_NAME = {rule.name: rule for rule in RULES}
DEFAULTS: Keep = {rule.name: rule.kept for rule in RULES if rule.kept is not None}
SETTABLE = tuple(rule for rule in RULES if rule.range)
_UNITS = {"id": ("jam", "hari", "tahun"), "en": ("hours", "days", "years")}
_ENDLESS = {"id": "tidak dihapus oleh waktu", "en": "not erased by time"}
_AGREED = {"id": "menurut kesepakatan", "en": "as agreed"}

OF_NOBODY = frozenset(
    (
        *("agencies", "agency_lists", "announcements", "villages", "slots", "opening_hours", "saved_replies"),
        *("booking_types", "booking_type_texts", "monthly_totals", "counted_months", "sounds", "retention_days"),
        *("articles", "article_drafts", "revisions", "translations", "recordings", "content_version", "said_otherwise"),
        *("law_changes", "law_reviews", "phrases", "phrase_proposals", "pivot_marks", "translation_pivots"),
        *("test_questions", "gate_runs", "exchange_uploads", "catalogues_signed", "contact_checks"),
        *("heartbeats", "contact_points", "last_runs", "backups", "incidents", "tallies", "tally_marks"),
    )
)
"""Tables about guidance, places and machines. Of people they hold staff ids at most, which go by `staff`."""


def time_of(rule: Rule, language: str, keep: Keep = DEFAULTS) -> str:
    """ "72 jam", "90 hari", "2 tahun", in "id" or "en": the same words wherever it is said."""
    if rule.name in keep:
        return _spoken(keep[rule.name], language)
    return (_AGREED if rule.is_agreed else _ENDLESS)[language]


def _spoken(span: timedelta, language: str) -> str:
    """A span in the largest unit that tells it exactly."""
    hours, days, years = _UNITS[language]
    if span % YEAR == timedelta(0):
        return f"{span // YEAR} {years if span > YEAR else years.removesuffix('s')}"
    if span % DAY == timedelta(0) and span > 3 * DAY:
        return f"{span // DAY} {days}"
    return f"{span / HOUR:g} {hours}"


def without_rule(tables: set[str]) -> set[str]:
    """The tables nobody has decided about yet."""
    return tables - OF_NOBODY - {table for rule in RULES for table in rule.tables}
