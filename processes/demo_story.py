"""The people and words of the demo: invented, in the demo villages, such as a desk might see in an ordinary half year.

Each case is a line: what kind of problem, how many days ago, what the family wrote, and how far it has come.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from centre.case_records import Category
from centre.staff import Role

KORLEKO, LENEK, KENANGA, KURIPAN, DONE = "52.03.17.2006", "52.03.21.2002", "32.12.16.2004", "33.07", "53.07.12.2003"

STAFF: tuple[tuple[str, str, Role, str], ...] = (
    ("demo-pengelola", "Sri Wahyuni", Role.ADMINISTRATOR, ""),
    ("demo-koordinator", "Lalu Hasan", Role.COORDINATOR, "52.03"),
    ("demo-petugas", "Baiq Nurhayati", Role.PETUGAS, KORLEKO),
    ("demo-petugas-lenek", "Zulkifli", Role.PETUGAS, LENEK),
    ("demo-petugas-kenanga", "Tarsih", Role.PETUGAS, KENANGA),
    ("demo-petugas-kuripan", "Siti Rukayah", Role.PETUGAS, KURIPAN),
    ("demo-khusus", "Ni Made Ayu", Role.SPECIALIST, "52.03"),
    ("demo-kader", "Inaq Rohani", Role.HELPER, KORLEKO),
    ("demo-mitra", "Rahmat Hidayat", Role.PARTNER, ""),
    ("demo-penyunting", "Dewi Lestari", Role.EDITOR, ""),
    ("demo-penerjemah", "Endang Sulastri", Role.EDITOR, "jv"),
    ("demo-pemeriksa", "Saepul Anwar", Role.REVIEWER, ""),
    ("demo-pengamat", "Bambang Susilo", Role.VIEWER, "52"),
)
"""Login, name, role, and area or language."""

GIVEN = ("Sahrul", "Nurmala", "Wahidah", "Maesarah", "Junaidi", "Rusniati", "Hamdan", "Suhaini", "Marwan", "Zohriah")
FAMILY = ("Hidayat", "Rahman", "Fauzi", "Kartini", "Suryani", "Hakim", "Mulyadi", "Safitri", "Amrullah")

Stage = Literal["new", "taken", "answered", "written", "to_close", "closed"]


@dataclass(frozen=True)
class Told:
    """A family's story, and what has become of it."""

    category: Category
    village: str
    days: float
    words: str
    stage: Stage = "new"
    is_child: bool = False
    around: bool = False
    more: str = ""
    """What the family wrote later."""
    rated: str = ""
    """How they liked the help, once it was closed."""


CASES: tuple[Told, ...] = (
    Told("pay", KORLEKO, 0.1, "Suami saya di Johor sudah empat bulan tidak digaji. Majikan bilang nanti terus."),
    Told("contact_lost", KORLEKO, 0.4, "Adik saya di Riyadh tidak bisa dihubungi sejak tiga minggu lalu."),
    Told("documents", KORLEKO, 6, "Paspor anak saya dipegang agen dan tidak dikembalikan.", "taken"),
    Told(
        "deception",
        KORLEKO,
        9,
        "Kami sudah bayar 12 juta ke sponsor, katanya berangkat ke Taiwan, sampai sekarang tidak ada kabar.",
        "written",
        more="Sponsornya sekarang minta tambah 3 juta lagi. Bagaimana ini, Bu?",
    ),
    Told(
        "sickness",
        KORLEKO,
        15,
        "Kakak saya jatuh di tempat kerja di Penang, siapa yang menanggung biayanya?",
        "answered",
    ),
    Told("go_home", KORLEKO, 40, "Anak saya ingin pulang tetapi kontraknya belum selesai.", "closed", rated="good"),
    Told("pay", KORLEKO, 75, "Gaji terakhir istri saya belum dibayar sejak ia pulang.", "closed", rated="partly"),
    Told("violence", KORLEKO, 0.8, "Istri saya dipukul majikannya dan tidak boleh keluar rumah."),
    Told("pay", KORLEKO, 3, "Saya tidak berani cerita ke kantor desa, gaji ipar saya ditahan.", around=True),
    Told("death", LENEK, 1.5, "Paman saya meninggal di Malaysia, bagaimana memulangkan jenazahnya?", "taken"),
    Told("documents", LENEK, 4, "Kontrak kerja keponakan saya tidak sama dengan yang ditandatangani."),
    Told("detention", LENEK, 20, "Saudara saya ditahan imigrasi karena visanya habis.", "answered"),
    Told(
        "trafficking", LENEK, 5, "Anak tetangga umur 16 dibuatkan KTP palsu untuk berangkat.", "to_close", is_child=True
    ),
    Told("other", LENEK, 60, "Kiriman uang dari Hong Kong tidak sampai ke rekening ibu.", "closed", rated="good"),
    Told("pay", KENANGA, 2, "Bapak kerja di kapal ikan, enam bulan belum ada kiriman gaji."),
    Told("go_home", KENANGA, 11, "Ibu sakit-sakitan di Hong Kong dan ingin pulang.", "answered"),
    Told(
        "deception", KENANGA, 85, "Calo menjanjikan kerja di Jepang, uang sudah masuk 25 juta.", "closed", rated="bad"
    ),
    Told("contact_lost", KURIPAN, 7, "Mbak saya di Abu Dhabi ganti nomor dan tidak pernah menelepon lagi.", "taken"),
    Told("other", DONE, 1, "Bagaimana mengurus surat untuk anak yang lahir di Sabah?"),
)
REPLIES = (
    "Terima kasih sudah bercerita. Kami sudah mencatat dan akan menghubungi BP3MI hari ini.",
    "Kami sudah bicara dengan BP3MI. Mohon siapkan salinan kontrak dan nomor paspornya bila ada.",
)
CLOSING = "Keluarga menyatakan masalahnya selesai."
LEFT_FOR_STAFF = (KORLEKO, KORLEKO, LENEK)
"""Who sent a picture that the bot could not read."""
