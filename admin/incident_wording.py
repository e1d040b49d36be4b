"""What each trouble of the house is called, and what to do about it: one plain sentence, and a page where it is done."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import current_app, url_for

from admin import wording
from admin.access import me, policy_of
from admin.language import gettext
from admin.language import later as _
from centre.incidents import Incident, Kind


class Words(NamedTuple):
    """For one kind."""

    title: Any
    to_do: Any
    page: str = ""
    """Where it is done at the desk, if it is."""
    page_name: Any = ""


_SETTINGS = ("installation.every", _("Keadaan pemasangan"))

WORDS: dict[str, Words] = {
    Kind.CHANNEL_REFUSED: Words(
        _("Saluran menolak kita"),
        _(
            "Periksa token saluran ini di pengaturan server, dan ganti bila sudah ditarik. Balasan menunggu sampai itu beres."
        ),
        *_SETTINGS,
    ),
    Kind.QUEUE_OLD: Words(
        _("Pesan menunggu terlalu lama"),
        _("Lihat di server apakah proses penjawab (worker) berjalan dan tidak terlalu sibuk."),
        *_SETTINGS,
    ),
    Kind.WORKER_MISSING: Words(
        _("Tidak ada yang menjawab"), _("Jalankan lagi proses penjawab (worker) di server."), *_SETTINGS
    ),
    Kind.WEBHOOK_ERRORS: Words(
        _("Pesan tidak sampai kepada kita"),
        _("Periksa alamat publik, sertifikat, dan proxy server, lalu jalankan balai telegram connect."),
        *_SETTINGS,
    ),
    Kind.NUMBER_QUALITY: Words(
        _("Nomor WhatsApp dinilai kurang baik"),
        _("Hentikan dulu pengumuman, dan baca alasannya di WhatsApp Manager."),
        "announcements.every",
        _("Pengumuman"),
    ),
    Kind.TEMPLATE_STOPPED: Words(
        _("Templat pesan ditolak atau dihentikan"),
        _(
            "Baca alasannya di WhatsApp Manager, lalu ajukan banding atau kata-kata lain. Sementara itu telepon yang perlu."
        ),
        "calls.every",
        _("Perlu ditelepon"),
    ),
    Kind.GATEWAY_BANNED: Words(
        _("Nomor tampaknya diblokir atau terputus"),
        _("Sambungkan lagi perangkatnya atau ganti nomor, dan arahkan warga ke Telegram, halaman web, atau telepon."),
        "posters.every",
        _("Poster"),
    ),
    Kind.MAIL_REFUSED: Words(
        _("Server surat menolak kita"),
        _("Periksa nama, kata sandi, dan alamat pengirim di BALAI_SMTP_URL."),
        *_SETTINGS,
    ),
    Kind.REMINDERS_FAILING: Words(
        _("Banyak pemberitahuan tidak sampai"),
        _("Lihat alasannya di Balasan gagal, dan telepon yang perlu."),
        "desk.replies",
        _("Balasan gagal"),
    ),
    Kind.DISK_LOW: Words(
        _("Ruang simpan hampir penuh"),
        _("Tambah ruang di komputer ini, atau pindahkan cadangan lama ke tempat lain."),
        *_SETTINGS,
    ),
    Kind.BACKUP_LATE: Words(
        _("Cadangan data terlambat"),
        _(
            "Lihat apakah tempat cadangan bisa ditulisi, lalu jalankan balai backup di server. Isi BALAI_BACKUPS di pengaturan "
            "server, supaya cadangan dibuat sendiri tiap jam."
        ),
        *_SETTINGS,
    ),
    Kind.CLOCK_OFF: Words(_("Jam komputer meleset"), _("Nyalakan penyesuaian jam (NTP) di komputer ini."), *_SETTINGS),
    Kind.RETENTION_LATE: Words(
        _("Penghapusan data lama tidak berjalan"),
        _("Lihat log proses penjawab (worker), lalu jalankan lagi."),
        *_SETTINGS,
    ),
    Kind.RETENTION_FAILED: Words(
        _("Sebagian data lama tidak bisa dihapus"),
        _(
            "Yang lain sudah terhapus, dan yang ini dicoba lagi tiap malam. Log server (retention.row_not_cleared) menyebut "
            "barisnya: berikan kepada pengembang."
        ),
        "storage.every",
        _("Penyimpanan data"),
    ),
    Kind.CANNOT_OPEN: Words(
        _("Ada tulisan yang tidak bisa dibuka"),
        _("Lihat apakah BALAI_FIELD_KEYS masih memuat semua kunci lama."),
        "desk.messages",
        _("Pesan"),
    ),
    Kind.BREACH_UNTOLD: Words(
        _("Pemberitahuan kebocoran belum dikirim"),
        _("Kirim surat kepada yang terkena dan lembaga berwenang sebelum 3×24 jam habis, lalu catat di halaman itu."),
        "breaches.every",
        _("Kebocoran data"),
    ),
}


def title(incident: Incident) -> str:
    """What it is called, with what it is about: a name of ours, never anybody's."""
    name = str(WORDS[incident.kind].title)
    return f"{name}: {subject}" if (subject := _subject(incident.subject)) else name


def to_do(incident: Incident) -> str:
    """What to do about it."""
    return str(WORDS[incident.kind].to_do)


def page(incident: Incident) -> tuple[str, str] | None:
    """(address, name) of where it is done, as far as whoever looks may open that page."""
    words = WORDS[incident.kind]
    policy = policy_of(current_app, f"admin.{words.page}") if words.page else None
    if policy is None or not me().has_role(*policy.roles):
        return None
    return url_for(f"admin.{words.page}"), str(words.page_name)


def _subject(subject: str) -> str:
    known = {"inbox": gettext("pesan masuk"), "outbox": gettext("balasan"), "mail": "", "messages": "", "replies": ""}
    return known.get(subject, wording.channel(subject))
