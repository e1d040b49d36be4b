"""Where everything is: each page of the desk says here, in one line, its name, its address and who may open it.

`admin.menu` makes the menu of it. An area that `opens` its first page leads straight there (the queue of cases, the week); the
others lead to a page that says what each of theirs is for. Whoever adds a page adds a line to `AREAS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import url_for

from admin import access
from admin.access import me
from admin.language import later as _
from centre.announcements import MAY_ANNOUNCE
from centre.audit_desk import MAY_READ_AUDIT
from centre.case_figures import MAY_SEE_CASE_FIGURES
from centre.staff import Role
from centre.staff_desk import MAY_SEE_STAFF


@dataclass(frozen=True)
class Page:
    """One page: its endpoint (after "admin."), its name, what it is for, and who may open it (nobody named: all staff)."""

    endpoint: str
    name: Any
    purpose: Any = ""
    roles: tuple[Role, ...] = ()
    is_of_all: bool = False
    """For who administers everything alone."""

    @property
    def address(self) -> str:
        return url_for(f"admin.{self.endpoint}")

    @property
    def is_mine(self) -> bool:
        if self.is_of_all and not access.administers_all(me()):
            return False
        return not self.roles or me().has_role(*self.roles)


@dataclass(frozen=True)
class Area:
    """Pages that belong together. `opens`: the menu leads to the first of them."""

    key: str
    name: Any
    pages: tuple[Page, ...]
    opens: bool = False
    landing: str = ""
    """The endpoint of a page of its own; empty for the usual one."""
    also: tuple[str, ...] = ()
    """Beginnings of addresses that belong here though no page of the menu has them."""

    @property
    def own_page(self) -> str:
        """The address of the page that says what each page of the area is for."""
        return url_for(f"admin.{self.landing}") if self.landing else url_for("admin.menu.every", bagian=self.key)


AREAS = (
    Area("beranda", _("Beranda"), (Page("desk.home", _("Beranda")),), opens=True),
    Area(
        "kasus",
        _("Kasus"),
        (
            Page("cases.queue", _("Kasus"), _("Semua antrean, dan cari dengan kode."), access.MAY_SEE_CASES),
            Page(
                "saved_replies.every",
                _("Balasan tersimpan"),
                _("Kalimat yang sering dipakai, dalam tiap bahasa."),
                access.MAY_OVERSEE_CASES,
            ),
        ),
        opens=True,
    ),
    Area(
        "rujukan",
        _("Rujukan"),
        (Page("case_referrals.theirs", _("Rujukan"), _("Yang dirujuk kepada lembaga Anda."), (Role.PARTNER,)),),
        opens=True,
    ),
    Area(
        "jadwal",
        _("Jadwal"),
        (
            Page("slots.week", _("Jadwal"), _("Minggu ini dan sesudahnya."), access.MAY_SEE_ROSTERS),
            Page(
                "desk_bookings.choose",
                _("Daftarkan"),
                _("Daftarkan orang yang datang atau menelepon."),
                access.MAY_BOOK,
            ),
            Page(
                "rosters.ask_code",
                _("Catat hadir"),
                _("Dengan kode yang dibawa orangnya."),
                access.MAY_SEE_ROSTERS,
            ),
        ),
        opens=True,
        also=("/admin/janji/", "/admin/hadir/"),
    ),
    Area(
        "warga",
        _("Warga"),
        (
            Page(
                "people_list.every",
                _("Pendataan"),
                _("Calon, yang di luar negeri, purna, dan keluarga: cari, catat, dan betulkan."),
                access.MAY_KEEP_PEOPLE,
            ),
            Page("people_list.new", _("Catat orang"), _("Orang baru, dengan persetujuannya."), access.MAY_KEEP_PEOPLE),
            Page(
                "people_files.every",
                _("Banyak orang sekaligus"),
                _("Dari lembar kerja, ke berkas berkata sandi, dan formulir kertas."),
                access.MAY_KEEP_PEOPLE,
            ),
            Page(
                "people_requests.every",
                _("Permintaan atas data"),
                _("Lihat, betulkan, hapus: dijawab dalam 3×24 jam."),
                access.MAY_KEEP_PEOPLE,
            ),
            Page(
                "people_untold.every",
                _("Belum bisa diingatkan"),
                _("Setuju diingatkan tentang paspor atau kontraknya, tetapi pesan kita tidak sampai."),
                access.MAY_KEEP_PEOPLE,
            ),
            Page(
                "people.every",
                _("Nama yang mirip"),
                _("Dua catatan yang mungkin satu orang: gabungkan, atau tandai sebagai orang berbeda."),
                access.MAY_SERVE,
            ),
            Page(
                "people_merges.every",
                _("Riwayat penggabungan"),
                _("Siapa menggabungkan apa, dan membatalkannya dalam 30 hari."),
                access.MAY_KEEP_PEOPLE,
            ),
        ),
        opens=True,
    ),
    Area(
        "layanan",
        _("Layanan"),
        (
            Page(
                "calls.every",
                _("Perlu ditelepon"),
                _("Orang yang harus tahu kabar tentang janjinya, tetapi pesan kita tidak bisa sampai."),
                access.MAY_SERVE,
            ),
            Page(
                "booking_types.every",
                _("Jenis layanan"),
                _("Apa saja yang bisa dipesan, aturannya, dan kata-katanya dalam setiap bahasa."),
                access.MAY_READ_TYPES,
            ),
            Page(
                "centre_hours.every",
                _("Jam buka dan libur"),
                _("Jam buka tiap hari, hari tanpa petugas, dan hari libur nasional."),
                access.MAY_SERVE,
            ),
        ),
        landing="services.every",
    ),
    Area(
        "pesan",
        _("Pesan"),
        (
            Page(
                "desk.messages",
                _("Pesan"),
                _("Yang tidak bisa dijawab atau dibaca bot."),
                access.MAY_SEE_MESSAGES,
            ),
            Page(
                "desk.replies",
                _("Balasan gagal"),
                _("Yang tidak sampai kepada orangnya."),
                access.MAY_SEE_MESSAGES,
            ),
        ),
        opens=True,
    ),
    Area(
        "panduan",
        _("Panduan"),
        (
            Page(
                "articles.waiting",
                _("Menunggu pemeriksaan"),
                _("Panduan yang belum boleh dijadikan pegangan sebelum diperiksa."),
                access.MAY_READ_CONTENT,
            ),
            Page(
                "articles.every",
                _("Semua panduan"),
                _("Mana yang lewat waktu tinjau, yang hukumnya berubah, dan yang sedang disunting."),
                access.MAY_READ_CONTENT,
            ),
            Page(
                "drafts.every",
                _("Naskah"),
                _("Yang sedang ditulis, menunggu diperiksa orang lain, atau siap terbit."),
                access.MAY_REVIEW,
            ),
            Page(
                "laws.every",
                _("Dasar hukum"),
                _("Aturan mana yang mendasari panduan mana, dan apa yang harus ditinjau bila aturannya berubah."),
                access.MAY_READ_CONTENT,
            ),
            Page(
                "translations.every",
                _("Terjemahan"),
                _("Mana yang tertinggal, dan mana yang belum dibaca penutur asli."),
                access.MAY_READ_CONTENT,
            ),
            Page(
                "trials.begin",
                _("Coba bot"),
                _("Apa jawaban bot untuk sebuah pesan, dan mengapa."),
                access.MAY_READ_CONTENT,
            ),
            Page(
                "open_questions.every",
                _("Belum terjawab"),
                _("Yang ditanyakan warga dan belum bisa dijawab bot, dan jawaban yang tidak membantu."),
                access.MAY_READ_CONTENT,
            ),
            Page(
                "gates.every",
                _("Uji sebelum terbit"),
                _("Apakah perubahan membuat bot menjawab lebih buruk, dan kalimat yang akan dipelajarinya."),
                access.MAY_READ_CONTENT,
            ),
            Page(
                "questions.every",
                _("Pertanyaan uji"),
                _("Pesan yang harus tetap sampai ke panduan yang benar."),
                access.MAY_READ_CONTENT,
            ),
            Page(
                "exchange.every",
                _("Tukar berkas"),
                _("Unduh untuk penerjemah, kirim kembali: .xlsx, .xlf, .po, .zip."),
                access.MAY_EXCHANGE,
            ),
            Page(
                "recordings.every",
                _("Rekaman suara"),
                _("Panduan dengan suara orang desa, untuk warga yang tidak membaca."),
                access.MAY_READ_CONTENT,
            ),
            Page(
                "tables.every",
                _("Tabel bertanggal"),
                _("Angka, daftar, dan tanda bahaya yang harus dibaca ulang pada waktunya."),
                access.MAY_READ_CONTENT,
            ),
            Page(
                "contacts.every",
                _("Kontak"),
                _("Nomor darurat dan lembaga, dan kapan terakhir dicoba."),
                access.MAY_READ_CONTENT,
            ),
        ),
    ),
    Area(
        "kabar",
        _("Kabar"),
        (
            Page(
                "announcements.every",
                _("Pengumuman"),
                _("Kabar kepada orang yang mau dikabari, menurut desa, status, dan bahasa."),
                MAY_ANNOUNCE,
            ),
            Page(
                "posters.every",
                _("Poster"),
                _("Selembar A4 untuk dinding desa, dengan gambar kotak yang membuka percakapan."),
                access.MAY_SERVE,
            ),
        ),
    ),
    Area(
        "angka",
        _("Angka"),
        (
            Page(
                "place_figures.every",
                _("Angka desa dan wilayah"),
                _("Pertanyaan, jadwal, kasus, dan warga, dari desa sampai provinsi, tanpa nama."),
                MAY_SEE_CASE_FIGURES,
            ),
            Page(
                "figures.every",
                _("Angka layanan"),
                _("Kursi yang ditawarkan dan terisi, siapa yang datang dan tidak, tanpa nama."),
                access.MAY_SEE_FIGURES,
            ),
            Page(
                "case_figures.every",
                _("Angka kasus"),
                _("Berapa masalah dilaporkan, jenisnya, hasilnya, dan berapa lama sampai dijawab. Tanpa nama."),
                MAY_SEE_CASE_FIGURES,
            ),
        ),
    ),
    Area(
        "pengaturan",
        _("Pengaturan"),
        (
            Page(
                "villages.every",
                _("Desa"),
                _("Desa di wilayah Anda: petugas, alamat, dan yang belum diisi."),
                access.MAY_SERVE,
            ),
            Page("members.every", _("Staf"), _("Siapa bertugas di mana."), MAY_SEE_STAFF),
            Page("audits.every", _("Catatan perbuatan"), _("Siapa melakukan apa, dan kapan."), MAY_READ_AUDIT),
            Page(
                "incidents.every",
                _("Gangguan"),
                _(
                    "Yang sedang tidak beres pada Balai, sejak kapan, siapa yang menangani, dan apa yang harus dilakukan."
                ),
                access.MAY_SEE_INCIDENTS,
            ),
            Page(
                "installation.every",
                _("Keadaan pemasangan"),
                _("Saluran, alamat, dan versi."),
                (Role.ADMINISTRATOR,),
            ),
            Page(
                "storage.every",
                _("Penyimpanan data"),
                _("Berapa lama disimpan, apa yang dihapus tiap malam, tanda terima penghapusan."),
                (Role.ADMINISTRATOR,),
            ),
            Page(
                "breaches.every",
                _("Kebocoran data"),
                _("Mencatat kebocoran, siapa yang terkena, surat pemberitahuan."),
                (Role.ADMINISTRATOR,),
                is_of_all=True,
            ),
        ),
    ),
    Area(
        "akun",
        _("Akun saya"),
        (Page("account.own", _("Akun saya"), _("Kata sandi, Telegram, dan kode etik Anda.")),),
        opens=True,
    ),
)
